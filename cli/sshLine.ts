import { relative } from "node:path";
import { quote } from "../course/shell";

/**
 * The command that logs in, as typed in the folder the user is in, whatever the folder is called.
 * @param config the SSH configuration that knows the name
 */
export function sshLine(config: string, name: string): string {
  const near = relative(process.cwd(), config);
  const shown = near.startsWith("..") ? config : near;
  return `ssh -F ${/[^\w@%+=:,./-]/.test(shown) ? quote(shown) : shown} ${name}`;
}
