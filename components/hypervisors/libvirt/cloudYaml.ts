import { Document, Scalar, visit } from "yaml";

/**
 * YAML for cloud-init. Its reader is PyYAML, which takes `no`, `on` and `12:30:00` for something else than text (YAML 1.1): every
 * value that is text says that it is.
 */
export function cloudYaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(place, scalar) {
      if (place === "key" || typeof scalar.value !== "string") return;
      scalar.type = scalar.value.includes("\n") ? Scalar.BLOCK_LITERAL : Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0 });
}
