import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

function findRoot(start: string): string {
  if (existsSync(join(start, "Pulumi.yaml")) && existsSync(join(start, "package.json"))) return start;
  const parent = dirname(start);
  if (parent === start) throw new Error("classlab's own folder was not found");
  return findRoot(parent);
}

/** The checkout: the folder with `Pulumi.yaml`, above this file both as source and compiled. */
export const PACKAGE_ROOT = findRoot(__dirname);
