import { FaultError } from "../../course/faults";
import type { Say } from "../images";
import { askLibvirt, type HostRun } from "../libvirt";
import type { RemoteMachine } from "./machine";
import { runOn } from "./ssh";

/**
 * What a host of libvirt needs, by the package of Debian and Ubuntu that has it and the programs of which one shows that it is there: what
 * set-up provides on this machine (`setup/libvirt.mjs`), without what only the making of images needs.
 */
export const HOST_PARTS: Readonly<Record<string, readonly string[]>> = {
  "libvirt-daemon-system": ["libvirtd"],
  "libvirt-clients": ["virsh"],
  "qemu-system-x86": ["qemu-system-x86_64"],
  "qemu-utils": ["qemu-img"],
  "dnsmasq-base": ["dnsmasq"],
  xorriso: ["xorriso", "genisoimage", "mkisofs"],
  "iputils-ping": ["ping"],
  curl: ["curl"],
  iproute2: ["ip"],
  "util-linux": ["nsenter"],
  "perl-base": ["perl"],
  "openssh-client": ["ssh"],
};

/** Milliseconds that installing packages may take. */
const INSTALL_DEADLINE = 20 * 60_000;

/** Prints the packages that are lacking. */
const LOOK = `PATH=$PATH:/usr/sbin:/sbin
${Object.entries(HOST_PARTS)
  .map(
    ([name, programs]) =>
      `{ ${programs.map((program) => `command -v ${program}`).join(" || ")}; } >/dev/null || echo ${name}`,
  )
  .join("\n")}
`;

const INSTALL = `set -e
export DEBIAN_FRONTEND=noninteractive
command -v apt-get >/dev/null || { echo "it has no apt-get: it is neither Debian nor Ubuntu" >&2; exit 1; }
apt-get -q update
apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=120 install "$@"
`;

/** Starts libvirt's daemons; where systemd is not at work, as background processes. */
const START = `PATH=$PATH:/usr/sbin:/sbin
if [ -d /run/systemd/system ]; then exec systemctl enable --now libvirtd; fi
virtlogd -d </dev/null >/dev/null 2>&1 || :
libvirtd -d </dev/null
`;

/** The packages that a host of libvirt lacks. */
export async function lackingOn(onHost: HostRun): Promise<string[]> {
  const found = await onHost("sh", ["-s"], { stdin: LOOK });
  return found.stdout.split("\n").filter(Boolean);
}

function notReady(machine: RemoteMachine, what: string, fix: string): FaultError {
  return new FaultError([{ code: "libvirt-not-running", where: `host ${machine.name}`, what, fix }]);
}

/**
 * Provides libvirt on a host over SSH: nothing is done where all is there and it answers.
 * @param consent whether packages may be installed and daemons started
 * @throws FaultError `libvirt-not-running`
 */
export async function provideOn(machine: RemoteMachine, consent: boolean, say: Say): Promise<void> {
  const onHost = runOn(machine);
  const missing = await lackingOn(onHost);
  const byHand = `sudo apt-get install --no-install-recommends ${missing.join(" ")}`;
  if (missing.length > 0) {
    if (!consent) {
      const what = `programs are missing there (packages: ${missing.join(", ")})`;
      throw notReady(
        machine,
        what,
        `On the host, run: ${byHand}; or the same command again with --yes, which does`,
      );
    }
    say(`host ${machine.name}: installing ${missing.join(" ")} with apt-get`);
    const installed = await onHost("sh", ["-c", INSTALL, "sh", ...missing], { deadline: INSTALL_DEADLINE });
    if (installed.code !== 0) {
      const words = installed.stderr.trim().split("\n").at(-1) ?? "";
      throw notReady(
        machine,
        `${missing.join(", ")} cannot be installed there: ${words}`,
        `On the host, run: ${byHand}`,
      );
    }
  }
  if (await askLibvirt(onHost)) return;
  const start = "systemctl enable --now libvirtd";
  if (!consent)
    throw notReady(
      machine,
      "libvirt does not answer there",
      `On the host, run: sudo ${start}; or the same command again with --yes, which does`,
    );
  say(`host ${machine.name}: starting libvirt's daemons`);
  const started = await onHost("sh", ["-c", START]);
  if (await askLibvirt(onHost)) return;
  const words =
    started.stderr.trim().split("\n").at(-1) || "its daemons were started, and it still does not answer";
  throw notReady(
    machine,
    `libvirt cannot be started there: ${words}`,
    "Look at its log on the host: journalctl -u libvirtd",
  );
}
