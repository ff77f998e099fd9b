import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SYSTEM } from "./docker.mjs";
import { workFolder } from "./lock.mjs";
import { hasApt } from "./packages.mjs";
import { asRoot } from "./root.mjs";
import { run, tail } from "./run.mjs";

/** Where Debian is to be had by a system that is another one. */
const DEBIAN = "http://deb.debian.org/debian";

/** The release that has VirtualBox, in `contrib`. */
const SUITE = "sid";

/** Debian's keys, where its package puts them. */
const KEYS = "usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * What is unpacked, each with what it depends on; Vagrant apart from VirtualBox, whose newer versions its package does not want beside it. The
 * small programs are what the runner of the tests is written in.
 */
const WANTED = [
  ["virtualbox", "dash", "coreutils", "findutils", "grep", "libc-bin", "mawk", "sed"],
  ["vagrant", "bash", "dash"],
];

/** Packages of pictures, sound and the start of a system: dependencies of windows that nobody opens here, and most of the bulk. */
const LEFT_OUT =
  /^(libllvm|mesa-|libgl1-mesa|libgl|libdrm|libvulkan|libwayland|libsdl|libx[0-9c]|x11-|xkb-|libpulse|libflac|libsndfile|libz3|libpython|python3|systemd|libsystemd-shared|tzdata|pci\.ids)/;

/** The package needs a kernel module, or somebody who says that it is there. It is not: what needs it fails, and tests say what that is. */
const PRETENDED = `Package: virtualbox-modules
Status: install ok installed
Version: 1
Architecture: all
Maintainer: nobody <nobody@example.invalid>
Description: nothing
`;

/**
 * Provides a folder that is the root of a small system with VirtualBox's programs and Vagrant, for tests that enter it as root; unpacked into the
 * checkout once, nothing of it installed. `CLASSLAB_VIRTUALBOX` names another one.
 * @param {object} options
 * @param {string} options.root the checkout
 * @param {(line: string) => void} options.say
 * @param {NodeJS.ProcessEnv} options.env
 * @param {import('./docker.mjs').System} [options.system]
 * @returns {Promise<{ folder: string } | { missing: import('./missing.mjs').Missing }>}
 */
export async function provideVirtualBox({ root, say, env, system = SYSTEM }) {
  if (env.CLASSLAB_VIRTUALBOX) return { folder: env.CLASSLAB_VIRTUALBOX };
  const folder = join(root, ".engine", "virtualbox");
  if (existsSync(folder)) return { folder };
  if (!hasApt(system.osRelease) || process.arch !== "x64")
    return missing("VirtualBox is a package of Debian for x86-64 here, and this system has no apt for that");
  const closed = await mayEnter(env);
  if (closed !== null) return missing(closed, "run the same command as a user who may do that");
  say("Unpacking VirtualBox and Vagrant into the checkout ...");
  const work = workFolder(join(root, ".engine"), "work-");
  try {
    const cause = await unpack(work, env);
    if (cause !== null) return missing(cause);
    renameSync(join(work, "root"), folder);
    return { folder };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Tests put this machine's processes into it, which needs root and a mount namespace. Returns the cause when that cannot be, else null. */
async function mayEnter(env) {
  const root = asRoot(env, ["unshare", "--mount", "true"]);
  if (root === null) return "entering them needs root, and there is no sudo";
  const tried = await run(root.command, root.args, { env, terminal: root.terminal });
  return tried.ok ? null : `they cannot be entered here: ${tail(tried.output, 1)[0] ?? "unshare failed"}`;
}

function missing(why, todo = "go online, then run the same command again") {
  return {
    missing: {
      code: "packages",
      what: "VirtualBox and Vagrant cannot be had for checking what is rendered for them",
      why,
      todo,
    },
  };
}

/** Returns the cause when it fails, else null. */
async function unpack(work, env) {
  const apt = join(work, "apt");
  for (const folder of ["state/lists/partial", "cache/archives/partial"])
    mkdirSync(join(apt, folder), { recursive: true });
  const keys = await findKeys(work, env);
  if (keys === null) return "Debian's keys cannot be had";
  writeFileSync(join(apt, "state/status"), PRETENDED);
  writeFileSync(join(apt, "list"), `deb [signed-by=${keys}] ${await debian(env)} ${SUITE} main contrib\n`);
  // The settings of this machine's apt hold all the same: its proxy, if it has one.
  const options = {
    "Dir::Etc::sourcelist": join(apt, "list"),
    "Dir::Etc::sourceparts": "-",
    "Dir::State": join(apt, "state"),
    "Dir::State::status": join(apt, "state/status"),
    "Dir::Cache": join(apt, "cache"),
    "APT::Architecture": "amd64",
    "APT::Install-Recommends": "false",
    // A mirror may lag behind a release that is made every few hours.
    "Acquire::Check-Valid-Until": "false",
    "Acquire::Languages": "none",
  };
  const settings = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  const get = async (...args) => {
    const result = await run("apt-get", ["-q", "-y", ...settings, ...args], { env, seconds: 600 });
    return result.ok ? null : (tail(result.output, 1)[0] ?? "apt-get failed");
  };
  const failed = await get("update");
  if (failed !== null) return failed;
  for (const names of WANTED) {
    const cause = await get("install", "--download-only", ...names);
    if (cause !== null) return cause;
  }
  const archives = join(apt, "cache/archives");
  const wanted = readdirSync(archives).filter((name) => name.endsWith(".deb") && !LEFT_OUT.test(name));
  layOut(join(work, "root"));
  return await extract(
    wanted.map((name) => join(archives, name)),
    join(work, "root"),
    env,
  );
}

/** Debian as this machine's own apt has it, where it is one. */
async function debian(env) {
  const { stdout } = await run(
    "apt-get",
    ["indextargets", "--format", "$(ORIGIN) $(REPO_URI)", "Created-By: Packages"],
    { env },
  );
  return /^Debian (\S+\/debian)\/?$/m.exec(stdout)?.[1] ?? DEBIAN;
}

/** Returns null where they cannot be had. */
async function findKeys(work, env) {
  const own = join("/", KEYS);
  if (existsSync(own)) return own;
  const got = await run("apt-get", ["-q", "download", "debian-archive-keyring"], {
    env,
    cwd: work,
    seconds: 300,
  });
  const archive = readdirSync(work).find((name) => name.endsWith(".deb"));
  if (!got.ok || archive === undefined) return null;
  const unpacked = await run("dpkg-deb", ["-x", join(work, archive), join(work, "keys")], { env });
  return unpacked.ok ? join(work, "keys", KEYS) : null;
}

/** What a package that is not among them would bring: where programs are looked for, and who root is. */
function layOut(folder) {
  for (const name of ["usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "etc", "proc", "dev", "tmp", "root"])
    mkdirSync(join(folder, name), { recursive: true });
  for (const name of ["bin", "sbin", "lib", "lib64"]) symlinkSync(`usr/${name}`, join(folder, name));
  // What installing would choose.
  symlinkSync("mawk", join(folder, "usr/bin/awk"));
  writeFileSync(join(folder, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  writeFileSync(join(folder, "etc/group"), "root:x:0:\n");
}

const EXTRACT = `folder=$1; shift
for archive do
  dpkg-deb --fsys-tarfile "$archive" |
    tar -x -C "$folder" --keep-directory-symlink --no-same-owner \\
      --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale --exclude=./usr/share/icons || exit 1
done`;

/** Returns the cause when it fails, else null. Two at a time: most of it is unpacking. */
async function extract(archives, folder, env) {
  const halves = [0, 1].map((half) => archives.filter((_, index) => index % 2 === half));
  const results = await Promise.all(
    halves.map((half) => run("sh", ["-c", EXTRACT, "sh", folder, ...half], { env, seconds: 600 })),
  );
  const bad = results.find(({ ok }) => !ok);
  return bad ? (tail(bad.output, 1)[0] ?? "unpacking failed") : null;
}
