import { join } from "node:path";
import { BASTION_STREAM } from "../../components/hosts/tunnel";
import { PACKAGE_ROOT, textIn } from "../../components/packageRoot";
import { writePrivateFile } from "../../components/privateFile";
import type { Tunnel } from "../../course/clouds/tunnel";
import { homeFolder } from "../paths";

/** Puts the program by which ssh goes through Bastion where all that runs on this machine finds it. @param kinds of the tunnels that there are: others need none */
export function placeBastionStream(kinds: readonly (Tunnel["kind"] | undefined)[]): void {
  if (!kinds.includes("bastion")) return;
  const text = textIn(PACKAGE_ROOT, "components/hosts/bastionStream.mjs");
  writePrivateFile(join(homeFolder(), BASTION_STREAM), text);
}
