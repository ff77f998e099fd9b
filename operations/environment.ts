import { engineEnvironment } from "./engine";
import { prepareExisting } from "./prepare";
import type { StackFile } from "./stackFile";

/** The environment in which plain Pulumi sees a lab's first stack as classlab does. */
export async function labEnvironment(file: StackFile): Promise<Record<string, string>> {
  const lab = await prepareExisting(file);
  return engineEnvironment(lab.folder, lab.units[0]?.unit.stack ?? file.lab);
}
