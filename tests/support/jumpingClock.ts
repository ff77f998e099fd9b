import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./cli";

/** Its answers are an hour back and an hour ahead by turns; only the format is the caller's. */
const DATE = `#!/bin/sh
turn="$(dirname "$0")/turn"
if [ -e "$turn" ]; then rm -f "$turn"; by=3600; else : > "$turn"; by=-3600; fi
exec /bin/date -d "$by seconds" "$@"
`;

/**
 * An environment in which the wall clock jumps while a command runs: in Node programs an hour ahead and two back, for
 * scripts with each question. What it does not reach: Docker, the engine and guests, which read the kernel's clock.
 * @param folder where the stand-in for `date` is put
 */
export function jumpingClock(env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "date"), DATE);
  chmodSync(join(bin, "date"), 0o755);
  return {
    ...env,
    PATH: `${bin}:${env.PATH ?? ""}`,
    NODE_OPTIONS: `--require ${JSON.stringify(join(ROOT, "tests", "support", "preloadedClock.cjs"))}`,
  };
}
