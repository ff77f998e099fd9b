import { existsSync, readFileSync, statSync } from "node:fs";
import { consent } from "./consent.mjs";
import { SYSTEM } from "./docker.mjs";
import { MissingError } from "./missing.mjs";
import { hasApt, installPackages } from "./packages.mjs";
import { asRoot, withAdminFolders } from "./root.mjs";
import { run, tail, which } from "./run.mjs";

/** The libvirt that labs use: the system's, which may make bridges and disks. */
const URI = "qemu:///system";

/** Seconds for an answer: where libvirt has not asked QEMU yet what it can, it does so first. */
const ANSWER = 30;

/**
 * What a host of libvirt needs: a package of Debian and Ubuntu, and programs of which one shows that it is there. Recommended
 * packages are left out (`--no-install-recommends`): they bring drivers of other hypervisors and a graphical QEMU.
 */
const PARTS = [
  // The daemon with its QEMU driver, its settings, the user that QEMU runs as, and iptables for NAT networks.
  { name: "libvirt-daemon-system", programs: ["libvirtd"] },
  // virsh, by which everything is asked for.
  { name: "libvirt-clients", programs: ["virsh"] },
  // The machine itself, with and without KVM.
  { name: "qemu-system-x86", programs: ["qemu-system-x86_64"] },
  // Overlays, sizes and formats of disks.
  { name: "qemu-utils", programs: ["qemu-img"] },
  // Only recommended by libvirt, but it starts no network with an address of the host's without.
  { name: "dnsmasq-base", programs: ["dnsmasq"] },
  // The seed of a guest: ISO 9660 with Joliet.
  { name: "xorriso", programs: ["xorriso", "genisoimage", "mkisofs"] },
  // The file system of a machine image, made without mounting anything.
  { name: "e2fsprogs", programs: ["mkfs.ext4"] },
  // What `verify` measures with, from the host and from a client PC that it stands in for.
  { name: "iputils-ping", programs: ["ping"] },
  { name: "curl", programs: ["curl"] },
  { name: "iproute2", programs: ["ip"] },
  { name: "util-linux", programs: ["nsenter"] },
  // The way into a guest; the small Perl that every Debian has is enough.
  { name: "perl-base", programs: ["perl"] },
];

/**
 * Looks for a libvirt that answers, with the programs that labs need beside it. Changes nothing; where systemd listens for
 * libvirt, asking starts it.
 * @param {object} options
 * @param {NodeJS.ProcessEnv} options.env
 * @param {import('./docker.mjs').System} [options.system]
 * @returns {Promise<{ missing: import('./missing.mjs').Missing | null, install: string[] | null, kvmShut: boolean }>} `missing`: null
 *   when all is there and it answers; `install`: the packages with which set-up could make it so (none when it only has to be
 *   started), null when set-up cannot; `kvmShut`: whether KVM's device is root's alone
 */
export async function lookForLibvirt({ env, system = SYSTEM }) {
  const admin = withAdminFolders(env, system);
  const install = PARTS.filter(({ programs }) =>
    programs.every((program) => which(program, admin.PATH) === null),
  ).map(({ name }) => name);
  const kvmShut = isRootsAlone(system.kvm);
  const silent = (missing, packages = null) => ({ missing, install: packages, kvmShut });
  if (process.platform !== "linux") return silent(otherSystem());
  if (install.length > 0) {
    if (!hasApt(system.osRelease)) return silent(otherLinux(install));
    return silent(notInstalled(install, system), install);
  }
  const state = await probe(env);
  if (state.answers) return silent(null);
  if (state.permission) return silent(noPermission(state.words));
  return silent(notRunning(state.words, system), []);
}

/**
 * Provides libvirt and QEMU on this machine, and a libvirt that answers.
 * @param {object} options
 * @param {boolean} [options.yes] consent was given
 * @param {(line: string) => void} options.say
 * @param {NodeJS.ProcessEnv} options.env
 * @param {import('./docker.mjs').System} [options.system]
 * @returns {Promise<void>}
 * @throws {MissingError} "libvirt", "libvirt-permission" or "libvirt-consent"
 */
export async function provideLibvirt({ yes, say, env, system = SYSTEM }) {
  const { missing, install: needed, kvmShut } = await lookForLibvirt({ env, system });
  if (missing === null) {
    if (kvmShut) await openKvm({ yes, say, env, system });
    return;
  }
  if (needed === null) throw new MissingError(missing);
  await agree(missing, needed, { yes, env, system });
  if (needed.length > 0) await install(needed, { say, env, system });
  if (kvmShut) await openKvm({ yes: true, say, env, system });
  await start({ say, env, system });
}

/** Where nothing like udev is at work, KVM's device stays as the kernel makes it. */
function isRootsAlone(device) {
  const found = statSync(device, { throwIfNoEntry: false });
  return found?.isCharacterDevice() === true && found.gid === 0 && (found.mode & 0o777) === 0o600;
}

// Gives it the owner that udev would. Without that QEMU, which libvirt starts as a user of its own, runs without KVM, and libvirt, which
// sees the one and not the other, asks QEMU anew what it can at every question: many seconds each. A lab is possible all the same.
async function openKvm({ yes, say, env, system }) {
  const command = ["sh", "-c", 'chgrp kvm "$1" && chmod 0660 "$1"', "sh", system.kvm];
  const agreed = await consent({ yes, env, question: `May classlab give ${system.kvm} to the group kvm?` });
  const root = agreed === "yes" ? asRoot(env, command) : null;
  const done = root && (await run(root.command, root.args, { env, terminal: root.terminal })).ok;
  if (!done)
    say(
      `${system.kvm} is root's alone: libvirt is slow, and its guests go without it. Run: sudo chgrp kvm ${system.kvm} && sudo chmod 0660 ${system.kvm}`,
    );
}

async function probe(env) {
  // Its words are compared: in English.
  const options = { env: { ...env, LC_ALL: "C" }, seconds: ANSWER };
  const result = await run("virsh", ["-c", URI, "version"], options);
  const first = tail(result.output, 20)
    .map((line) => line.replace(/^error: /, ""))
    .find((line) => line !== "failed to connect to the hypervisor" && !line.startsWith("Compiled against"));
  return {
    answers: result.ok && /^Running hypervisor: /m.test(result.stdout),
    permission:
      !result.ok &&
      /permission denied|access denied|authentication (failed|unavailable)|system bus/i.test(result.output),
    words: result.timedOut ? `it did not answer within ${ANSWER} s` : (first ?? "it ended without a word"),
  };
}

async function agree(missing, needed, { yes, env, system }) {
  const where = existsSync(system.systemd)
    ? "with systemctl"
    : `as background processes that log to ${system.libvirtLog}`;
  const doing =
    needed.length > 0
      ? `install ${needed.join(" ")} of this distribution with apt-get and start libvirt's daemons`
      : "start libvirt's daemons";
  const agreed = await consent({
    yes,
    env,
    question: `The lab's virtual machines need libvirt. May classlab ${doing} (${where})?`,
  });
  if (agreed === "yes") return;
  throw new MissingError({
    ...missing,
    code: "libvirt-consent",
    why:
      agreed === "no"
        ? "the change to this machine was not agreed to"
        : "there is no terminal to ask for consent to change that",
  });
}

/**
 * How packages of libvirt are installed.
 * @param {string[]} names those that this machine lacks
 * @param {import('./docker.mjs').System} [system]
 * @returns {import('./packages.mjs').Packages}
 */
export function libvirtPackages(names, system = SYSTEM) {
  const systemd = existsSync(system.systemd);
  return {
    names,
    hold: systemd ? [] : ["libvirtd", "virtlogd", "virtlockd", "libvirt-guests"],
    optional: systemd || !names.includes("libvirt-daemon-system") ? [] : [WITHOUT_SYSTEMD],
  };
}

async function install(needed, { say, env, system }) {
  const { names, ...how } = libvirtPackages(needed, system);
  const missing = await installPackages(names, { yes: true, say, env, osRelease: system.osRelease, ...how });
  if (missing !== null)
    throw new MissingError({ ...missing, code: "libvirt", what: "libvirt cannot be installed" });
}

async function start({ say, env, system }) {
  const systemd = existsSync(system.systemd);
  const already = await probe(env); // the installation may have started it
  if (already.answers) return;
  if (already.permission) throw new MissingError(noPermission(already.words));
  const before = statSync(system.libvirtLog, { throwIfNoEntry: false })?.size ?? 0;
  const command = systemd
    ? ["systemctl", "enable", "--now", "libvirtd"]
    : ["sh", "-c", BACKGROUND, "sh", system.libvirtLog];
  const root = asRoot(env, command);
  if (root === null) {
    throw new MissingError({
      code: "libvirt",
      what: "libvirt's daemons cannot be started",
      why: "that needs root, and there is no sudo",
      todo: `run as root "${byHand(systemd)}"`,
    });
  }
  say("Starting libvirt's daemons ...");
  const admin = withAdminFolders(env, system);
  const result = await run(root.command, root.args, { env: admin, seconds: 120, terminal: root.terminal });
  const deadline = performance.now() + system.seconds * 1000;
  let state = await probe(env);
  while (result.ok && !state.answers && !state.permission && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    state = await probe(env);
  }
  if (state.answers) return;
  if (state.permission) throw new MissingError(noPermission(state.words));
  const log = systemd
    ? (await run("journalctl", ["-u", "libvirtd", "-n", "10", "--no-pager"], { env })).output
    : textFrom(system.libvirtLog, before);
  throw new MissingError({
    code: "libvirt",
    what: "libvirt's daemons were started, but do not answer",
    why: result.ok ? state.words : (tail(result.output, 1)[0]?.replace(/\.$/, "") ?? `${command[0]} failed`),
    todo: `look at the last lines of their log below${systemd ? "" : ` (${system.libvirtLog})`}, then run the same command again`,
    detail: tail(log, 10),
  });
}

// A virtlogd that runs already refuses to start again, which is no fault; without one libvirtd starts no guest.
const BACKGROUND = `
virtlogd -d </dev/null >>"$1" 2>&1
libvirtd -d </dev/null >>"$1" 2>&1 || { tail -n 1 "$1"; exit 1; }
`;

// Left to itself apt takes the other package of this pair, and that one would put systemd in place of the machine's own init.
const WITHOUT_SYSTEMD = "libvirt-daemon-system-sysv";

function byHand(systemd, root = "") {
  return systemd ? `${root}systemctl enable --now libvirtd` : `${root}virtlogd -d; ${root}libvirtd -d`;
}

function noPermission(words) {
  return {
    code: "libvirt-permission",
    what: "libvirt runs, but this user may not use it",
    why: words,
    // Members of the group are let in by a rule of polkit, which is on no machine without systemd.
    todo: /authentication|system bus/.test(words)
      ? "run the same command again as root, or start polkit and join the group libvirt"
      : 'join the group with "sudo usermod -aG libvirt $USER", log in again, then run the same command again',
  };
}

function notInstalled(needed, system) {
  const more =
    existsSync(system.systemd) || !needed.includes("libvirt-daemon-system") ? [] : [WITHOUT_SYSTEMD];
  return {
    code: "libvirt",
    what: "libvirt is not installed in full",
    why: `this machine lacks ${needed.join(", ")}`,
    todo: `run "sudo apt-get update && sudo apt-get install -y --no-install-recommends ${[...needed, ...more].join(" ")}", or the same command again with --yes`,
  };
}

function notRunning(words, system) {
  return {
    code: "libvirt",
    what: "libvirt is installed, but does not answer",
    why: words,
    todo: `run "${byHand(existsSync(system.systemd), "sudo ")}", or the same command again with --yes`,
  };
}

function otherSystem() {
  return {
    code: "libvirt",
    what: "There is no libvirt on this machine",
    why: "it runs its virtual machines on Linux only",
    todo: "name a Linux host in the lab's description, or rehearse the course with the target containers",
  };
}

function otherLinux(needed) {
  return {
    code: "libvirt",
    what: "libvirt is not installed in full",
    why: `classlab installs it on Debian and Ubuntu only, and this machine lacks what is there in ${needed.join(", ")}`,
    todo: "install libvirt's daemon with its QEMU driver, virsh, qemu-img, dnsmasq and xorriso with this system's own package manager, then run the same command again",
  };
}

function textFrom(file, position) {
  try {
    return readFileSync(file).subarray(position).toString("utf8");
  } catch {
    return "";
  }
}
