import { chmodSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { SYSTEM } from "./docker.mjs";
import { workFolder } from "./lock.mjs";
import { installPackages } from "./packages.mjs";
import { run, tail, which } from "./run.mjs";

/** What cloud-init imports to check a document: libraries, none of which does anything by itself. */
const LIBRARIES = ["configobj", "jinja2", "jsonpatch", "jsonschema", "oauthlib", "requests", "yaml"].map(
  (name) => `python3-${name}`,
);

/** What only some versions import. */
const LIBRARIES_OF_SOME = ["python3-netifaces", "python3-serial"];

/**
 * Packages with what cloud-init imports, where this machine does not have it.
 * @param {NodeJS.ProcessEnv} env
 * @returns {import('./packages.mjs').Packages}
 */
export function cloudInitPackages(env) {
  return which("cloud-init", env.PATH) === null
    ? { names: LIBRARIES, optional: LIBRARIES_OF_SOME }
    : { names: [] };
}

/**
 * Provides the command cloud-init, for checking documents: the machine's own, else the distribution's in the checkout. It is
 * unpacked, not installed: installed, it would set up this machine anew at its next start if it found something that
 * looks like a cloud's data.
 * @param {object} options
 * @param {string} options.root the checkout
 * @param {(line: string) => void} options.say
 * @param {NodeJS.ProcessEnv} options.env
 * @param {import('./docker.mjs').System} [options.system]
 * @returns {Promise<{ path: string | undefined } | { missing: import('./missing.mjs').Missing }>} `path`: PATH with it
 */
export async function provideCloudInit({ root, say, env, system = SYSTEM }) {
  if (which("cloud-init", env.PATH) !== null) return { path: env.PATH };
  const folder = join(root, ".engine", "cloud-init");
  const path = `${folder}${delimiter}${env.PATH ?? ""}`;
  if (await works(folder, env)) return { path };
  const { names, ...how } = cloudInitPackages(env);
  const missing = await installPackages(names, { say, env, osRelease: system.osRelease, ...how });
  if (missing !== null) return { missing };
  say("Unpacking cloud-init into the checkout ...");
  const cause = await unpack({ root, folder, env, system });
  if (cause === null && (await works(folder, env))) return { path };
  return {
    missing: {
      code: "packages",
      what: "cloud-init cannot be had for checking what guests are given",
      why: cause ?? "the distribution's package does not run",
      todo: "go online or install cloud-init, then run the same command again",
    },
  };
}

async function works(folder, env) {
  return (await run(join(folder, "cloud-init"), ["--version"], { env })).ok;
}

/** Returns the cause when it fails, else null. */
async function unpack({ root, folder, env, system }) {
  const work = workFolder(join(root, ".engine"), "work-");
  try {
    const got = await run("apt-get", ["-q", "download", "cloud-init"], { env, cwd: work, seconds: 300 });
    const archive = readdirSync(work).find((name) => name.endsWith(".deb"));
    if (!got.ok || archive === undefined) return tail(got.output, 1)[0] ?? "apt-get brought nothing";
    const unpacked = await run("dpkg-deb", ["-x", join(work, archive), work], { env });
    if (!unpacked.ok) return tail(unpacked.output, 1)[0] ?? "dpkg-deb failed";
    rmSync(join(work, archive));
    writeFileSync(join(work, "cloud-init"), starter(system.python));
    chmodSync(join(work, "cloud-init"), 0o755);
    rmSync(folder, { recursive: true, force: true });
    renameSync(work, folder);
    return null;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

// The distribution's own Python, for which the libraries are: another one may come first on PATH.
const starter = (python) => `#!/bin/sh
PYTHONPATH="\${0%/*}/usr/lib/python3/dist-packages" exec "${python}" -m cloudinit.cmd.main "$@"
`;
