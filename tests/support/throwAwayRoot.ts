import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execute, type Finished } from "./cli";

/** Beginning of a script in namespaces of its own: makes `$place/root`, below its first argument, this machine's root with a layer of memory over it. */
export const LAYERED_ROOT = `set -eu
place=$1
mount --make-rprivate /
mount -t tmpfs tmpfs "$place"
mkdir "$place/upper" "$place/work" "$place/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$place/upper,workdir=$place/work" "$place/root"
mount -t proc proc "$place/root/proc"
mount --bind /dev "$place/root/dev"
mount -t tmpfs tmpfs "$place/root/run"
`;

/** Goes to such a root and runs a script there. What it writes is gone with it. */
const ENTER = `${LAYERED_ROOT}mount -t tmpfs tmpfs "$place/root/tmp"
cat > "$place/root/tmp/script"
exec chroot "$place/root" sh /tmp/script
`;

/** Runs a script as root of a copy of this machine's files, in namespaces of its own. Needs root; changes nothing of this machine. */
export async function inThrowAwayRoot(script: string): Promise<Finished> {
  const folder = mkdtempSync(join(tmpdir(), "classlab-root-"));
  try {
    const enter = join(folder, "enter");
    writeFileSync(enter, ENTER);
    mkdirSync(join(folder, "place"));
    return await execute("unshare", ["--mount", "--pid", "--fork", "sh", enter, join(folder, "place")], {
      stdin: script,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
