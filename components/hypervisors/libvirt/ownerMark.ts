import { z } from "zod";
import { markLabels, type OwnerMark, readMark } from "../../../course/mark";
import { readXml, type Xml } from "./xml";

/**
 * Namespace of the element in `<metadata>` that holds the mark: libvirt keeps one element a namespace and leaves it as it is
 * (libvirt.org/formatdomain.html, "General metadata"). `virsh metadata DOMAIN URI` prints it.
 */
export const MARK_NAMESPACE = "urn:classlab:owner";

const ATTRIBUTE = "@";

/** The `<metadata>` of a domain or a network. */
export function markMetadata(mark: OwnerMark): Xml {
  const labels = Object.entries(markLabels(mark)).map(([key, value]) => [ATTRIBUTE + key, value]);
  return { "classlab:owner": { "@xmlns:classlab": MARK_NAMESPACE, ...Object.fromEntries(labels) } };
}

/** The marked element as xmlbuilder2 gives it: `{ "prefix:owner": { "@name": value } }`. */
const elementSchema = z.record(z.string(), z.record(z.string(), z.string()));

/**
 * The mark in what `virsh dumpxml` or `virsh net-dumpxml` printed; undefined when the object is none of ours.
 * @throws on text that is no XML
 */
export function markIn(xml: string): OwnerMark | undefined {
  if (!xml.includes(MARK_NAMESPACE)) return undefined;
  // A machine's whole description takes ten times as long. libvirt prints one such element, and text of others with < as an entity.
  const [metadata = xml] = /<metadata>.*<\/metadata>/s.exec(xml) ?? [];
  // Whatever its prefix: the namespace is what counts.
  const ours = readXml(metadata)
    .root()
    .find(({ node }) => "namespaceURI" in node && node.namespaceURI === MARK_NAMESPACE, false, true);
  const element = elementSchema.safeParse(ours?.toObject());
  if (!element.success) return undefined;
  const attributes = Object.values(element.data).flatMap((owner) => Object.entries(owner));
  return readMark(
    Object.fromEntries(attributes.map(([name, value]) => [name.slice(ATTRIBUTE.length), value])),
  );
}
