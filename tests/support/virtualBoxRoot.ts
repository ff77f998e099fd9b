import { existsSync } from "node:fs";
import { join } from "node:path";
import { execute, type Finished, ROOT } from "./cli";

/** The root of a small system with VirtualBox and Vagrant, as set-up unpacks it. */
export const VIRTUALBOX_ROOT = process.env.CLASSLAB_VIRTUALBOX || join(ROOT, ".engine", "virtualbox");

/** Whether tests that enter it are left out: only where it cannot be had, and never in CI. */
export const SKIP_VIRTUALBOX =
  !process.env.CI &&
  (process.env.CLASSLAB_TEST_SKIP?.includes("virtualbox") === true || !existsSync(VIRTUALBOX_ROOT));

/** Devices that programs there need: not VirtualBox's own, which this machine may have. */
const DEVICES = ["null", "zero", "random", "urandom"];

/** Puts this machine's processes and those devices into it, for the one program that runs there: VirtualBox looks itself up in /proc. */
const ENTER = `mount -t proc proc "$0/proc" && mount -t tmpfs tmpfs "$0/dev" || exit 1
for device in ${DEVICES.join(" ")}; do
  : > "$0/dev/$device" && mount --bind "/dev/$device" "$0/dev/$device" || exit 1
done
exec chroot "$0" "$@"`;

function command(words: readonly string[]): string[] {
  const enter = ["unshare", "--mount", "sh", "-c", ENTER, VIRTUALBOX_ROOT, ...words];
  return process.getuid?.() === 0 ? enter : ["sudo", "-n", ...enter];
}

/** Runs a program of it, as root, with this environment and no other. */
export async function inRoot(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  input = "",
): Promise<Finished> {
  const set = Object.entries({ PATH: "/usr/sbin:/usr/bin", LC_ALL: "C.UTF-8", ...environment });
  const all = command(["env", "-i", ...set.map(([name, value]) => `${name}=${value}`), ...words]);
  const [program = "", ...args] = all;
  return await execute(program, args, { stdin: input });
}

const CLEAR = `for process in /proc/[0-9]*; do
  if grep -qsxz "VBOX_IPC_SOCKETID=$1" "$process/environ"; then kill -9 "\${process#/proc/}"; fi
done
rm -rf "$2"`;

/**
 * Removes a folder of it, and ends what VirtualBox left running for it: its service stays for some seconds after the last question.
 * @param place absolute path in it
 * @param session value of VBOX_IPC_SOCKETID that the programs had
 */
export async function leaveRoot(place: string, session: string): Promise<void> {
  const { code, stderr } = await inRoot(["sh", "-c", CLEAR, "sh", session, place]);
  if (code !== 0) throw new Error(stderr);
}
