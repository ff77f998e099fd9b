import { cachedImage } from "../../components/hypervisors/libvirt/cache";
import { FaultError } from "../../course/faults";
import { quote } from "../../course/shell";
import { rootWords } from "../buildNetwork";
import type { Say } from "../images";
import { run } from "../process";
import { inWords } from "../quantities";
import { diskFull, saysDiskFull } from "../trouble";
import type { RemoteMachine } from "./machine";
import { commandOn, runOn } from "./ssh";

/** Milliseconds for a gigabyte over a slow line. */
const DEADLINE = 60 * 60_000;

/** Whether a host keeps a machine image, whole. @param hash in hexadecimal */
export async function hostHasImage(machine: RemoteMachine, hash: string): Promise<boolean> {
  const found = await runOn(machine)("sh", [
    "-c",
    'for file; do [ -e "$file" ] || exit 1; done',
    "sh",
    ...cachedImage(hash).files,
  ]);
  return found.code === 0;
}

/** Script for a host: an image comes by standard input as an archive, and is there under its name when it is whole. */
const TAKE = `set -eu
umask 022
rm -rf "$1.part"
mkdir -p "$1.part"
trap 'rm -rf "$1.part"' EXIT
tar -xSf - -C "$1.part"
[ -e "$1" ] || mv "$1.part" "$1"
`;

/**
 * Hands a machine image of this machine to a host that lacks it; what was cut off is begun anew.
 * @throws FaultError `disk-full`, or `engine-failed` with the words of what failed
 */
export async function handOverImage(machine: RemoteMachine, hash: string, say: Say): Promise<void> {
  if (await hostHasImage(machine, hash)) return;
  const { folder } = cachedImage(hash);
  const size = await run("du", ["-s", "-B1", folder]);
  const bytes = Number.parseInt(size.stdout, 10);
  say(`host ${machine.name}: handing over the machine image${bytes > 0 ? ` (${inWords(bytes)})` : ""}`);
  const began = performance.now();
  const from = [...rootWords(), "tar", "-cSf", "-", "-C", folder, "."].map(quote).join(" ");
  const to = commandOn(machine, ["sh", "-c", TAKE, "sh", folder]).map(quote).join(" ");
  // A reader that fails ends the writer; its words are the cause.
  const done = await run("sh", ["-c", `${from} | ${to}`], { deadline: DEADLINE });
  if (done.code !== 0 || !(await hostHasImage(machine, hash))) {
    const words = done.stderr.trim().split("\n")[0] || `exit code ${done.code}`;
    throw new FaultError([
      saysDiskFull(done.stderr)
        ? diskFull(`host ${machine.name}`, words)
        : {
            code: "engine-failed",
            where: `host ${machine.name}`,
            what: `the machine image was not handed over: ${words}`,
            fix: "Mend that, and run the command again",
          },
    ]);
  }
  say(`host ${machine.name}: has it after ${Math.round((performance.now() - began) / 1000)} s`);
}
