import type { Options } from "../context";

/** Writes the files of a new lab. */
export async function initVerb(options: Options): Promise<number> {
  const { runInit } = await import("../initDialogue.js");
  return runInit(options);
}
