import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

function findRoot(start: string): string {
  if (existsSync(join(start, "Pulumi.yaml")) && existsSync(join(start, "package.json"))) return start;
  const parent = dirname(start);
  if (parent === start) throw new Error("classlab's own folder was not found");
  return findRoot(parent);
}

/** The checkout: the folder with `Pulumi.yaml`, above this file both as source and compiled. */
export const PACKAGE_ROOT = findRoot(__dirname);

const texts = new Map<string, string>();

/**
 * Text of a file of the package, with bare line ends; read once, since it is the same for every resource of a run.
 * @param root folder of the checkout, or of the package
 * @param path below it
 */
export function textIn(root: string, path: string): string {
  const file = join(root, path);
  const text = texts.get(file) ?? readFileSync(file, "utf8").replaceAll("\r\n", "\n");
  texts.set(file, text);
  return text;
}
