import { readFileSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { consent } from "./consent.mjs";
import { EXIT_MISSING, report } from "./missing.mjs";
import { asRoot } from "./root.mjs";
import { run, tail } from "./run.mjs";

// Installs packages, $1 being the names of services that must not start by themselves, $2 packages to take along where the
// distribution has them, the rest the packages.
// Services are held back by a policy that holds only as long as this shell lives: killed, it leaves nothing behind that
// would keep a service from starting. An update that fails for one source alone does not matter when the package is found.
const SCRIPT = `
hold=$1; optional=$2; shift 2
policy=/usr/sbin/policy-rc.d
if [ -n "$hold" ] && [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
  printf '#!/bin/sh\\nfor held in %s; do [ "$1" = "$held" ] && kill -0 %s 2>/dev/null && exit 101; done\\nexit 0\\n' "$hold" "$$" >"$policy"
  chmod 755 "$policy"
fi
apt-get -q update 2>&1 || echo "apt-get update failed"
for name in $optional; do
  [ -z "$(apt-cache madison "$name" 2>/dev/null)" ] || set -- "$@" "$name"
done
apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=120 install "$@" 2>&1
`;

/**
 * Whether this system has apt: Debian, Ubuntu and what calls itself like them.
 * @param {string} [osRelease] the file that says so
 * @returns {boolean}
 */
export function hasApt(osRelease = "/etc/os-release") {
  try {
    const names = [...readFileSync(osRelease, "utf8").matchAll(/^ID(?:_LIKE)?=(.*)$/gm)];
    return names.some(([, value]) =>
      value
        .replaceAll(/["']/g, "")
        .split(/\s+/)
        .some((id) => id === "debian" || id === "ubuntu"),
    );
  } catch {
    return false;
  }
}

/**
 * Packages of the distribution, and how they are installed.
 * @typedef {object} Packages
 * @property {string[]} names
 * @property {string[]} [hold] services that must not be started by the installation
 * @property {string[]} [optional] packages that are taken along where the distribution has them
 */

/**
 * Installs packages of the distribution; the only place that knows apt.
 * @param {string[]} names
 * @param {object} options
 * @param {boolean} [options.yes] consent was given
 * @param {(line: string) => void} options.say
 * @param {NodeJS.ProcessEnv} options.env
 * @param {string[]} [options.hold] services that must not be started by the installation
 * @param {string[]} [options.optional] packages that are taken along where the distribution has them
 * @param {string} [options.osRelease]
 * @returns {Promise<import('./missing.mjs').Missing | null>} null when all are installed
 */
export async function installPackages(names, { yes, say, env, hold = [], optional = [], osRelease }) {
  const list = names.join(" ");
  const byHand = `sudo apt-get update && sudo apt-get install -y ${list}`;
  const what = `${list} cannot be installed`;
  if (!hasApt(osRelease)) {
    return {
      code: "packages",
      what,
      why: "this is neither Debian nor Ubuntu",
      todo: `install ${list} with this system's own package manager`,
    };
  }
  const agreed = await consent({
    yes,
    env,
    question: `Install the package${names.length > 1 ? "s" : ""} ${list} of this distribution with apt-get?`,
  });
  if (agreed !== "yes") {
    const why = agreed === "no" ? "it was not agreed to" : "there is no terminal to ask for consent";
    return {
      code: "packages",
      what: `${list} is not installed`,
      why,
      todo: `run "${byHand}", or the same command again with --yes`,
    };
  }
  const command = [
    "env",
    "DEBIAN_FRONTEND=noninteractive",
    "sh",
    "-c",
    SCRIPT,
    "sh",
    hold.join(" "),
    optional.join(" "),
    ...names,
  ];
  const root = asRoot(env, command);
  if (root === null) {
    return {
      code: "packages",
      what,
      why: "that needs root, and there is no sudo",
      todo: `run as root "apt-get update && apt-get install -y ${list}"`,
    };
  }
  say(`Installing ${list} with apt-get ...`);
  const result = await run(root.command, root.args, { env, seconds: 1200, terminal: root.terminal });
  if (result.ok) return null;
  const why = result.timedOut ? "apt-get took longer than 20 minutes" : "apt-get failed";
  return {
    code: "packages",
    what,
    why,
    todo: `look at its last lines below, or run "${byHand}" yourself`,
    detail: tail(result.output, 10),
  };
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const yes = process.argv.includes("--yes");
  const names = process.argv.slice(2).filter((word) => !word.startsWith("-"));
  if (names.length === 0) {
    process.stderr.write("Usage: node setup/packages.mjs [--yes] PACKAGE...\n");
    process.exit(2);
  }
  const missing = await installPackages(names, {
    yes,
    env: process.env,
    say: (line) => process.stderr.write(`${line}\n`),
  });
  if (missing !== null) report([missing], false);
  process.exit(missing === null ? 0 : EXIT_MISSING);
}
