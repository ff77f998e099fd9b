import { diskVolume, poolFolder } from "../../components/hypervisors/libvirt/pool";
import { guestsOf } from "../../course/plan";
import { FIRMWARE_FIX, firmwareLacks, probeFirmware, windowsHosts } from "../firmware";
import { nextStep } from "../libvirt";
import { NESTED_FIX, probeVirtualization } from "../nested";
import { inWords } from "../quantities";
import { type CheckDefinition, type Finding, fine, notNeeded } from "./check";
import type { Subject } from "./subject";

/** Why a lab has no use for libvirt. */
export const NO_LIBVIRT_GUEST = "no guest runs on this machine's libvirt";

/** Oldest libvirt with which guests are made (course/support/libvirt.ts). */
const OLDEST_LIBVIRT = [9, 0];

/** The first libvirt that may keep its firewall in nftables (libvirt.org/news.html, 10.4.0; 2024-06). */
const NFTABLES_LIBVIRT = [10, 4];

const GIB = 2 ** 30;

/** Where all disks of guests are: what is nearest to the folder of a pool that is still to be made. */
const IMAGES = "/var/lib/libvirt/images";

function olderThan(version: string, [a = 0, b = 0]: readonly number[]): boolean {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return major < a || (major === a && minor < b);
}

/** Prints the rules of the packet filter, which only root may read. */
const RULES = `PATH=$PATH:/usr/sbin:/sbin
root=
[ "$(id -u)" = 0 ] || root='sudo -n'
LC_ALL=C $root iptables -S`;

/** Bridges of this machine over a network card of its own. */
function hostBridges({ machine }: Subject): string[] {
  const net = "/sys/class/net";
  return machine
    .list(net)
    .filter((name) =>
      machine.list(`${net}/${name}/brif`).some((port) => machine.mode(`${net}/${port}/device`) !== undefined),
    );
}

/** Whether libvirt keeps its firewall where Docker's drops its packets all the same. */
function apartFromDocker(version: string, settings: string, rules: string): boolean {
  const chosen = /^\s*firewall_backend\s*=\s*"(\w+)"/m.exec(settings)?.[1];
  if (chosen !== undefined) return chosen === "nftables";
  return !olderThan(version, NFTABLES_LIBVIRT) && !/-j LIBVIRT_FW/.test(rules);
}

/**
 * Docker sets the policy of FORWARD to DROP (docs.docker.com/engine/network/packet-filtering-firewalls). libvirt's rules in the same
 * table come first and let its networks through; those in a table of their own do not, for what one table drops no other
 * brings back (moby/moby#52612). Frames on a bridge of the host's meet it where br_netfilter shows them to it.
 */
async function lookAtForwarding(subject: Subject): Promise<Finding> {
  const { machine, plan } = subject;
  const ways = plan.switches.filter(({ mode }) => ["nat", "nat-network", "bridged"].includes(mode));
  if (ways.length === 0) return notNeeded("no switch of the lab leads out of this machine");
  const read = await machine.run("sh", ["-c", RULES]);
  if (read.code !== 0) {
    const words = read.stderr.trim().split("\n").at(-1) || `exit code ${read.code}`;
    return { status: "unknown", found: `the rules of the packet filter cannot be read: ${words}` };
  }
  const rules = read.stdout;
  if (!/^-P FORWARD DROP$/m.test(rules)) return fine("nothing is dropped unless a rule says so");
  const whose = /^-A FORWARD .*-j DOCKER/m.test(rules) ? "Docker drops" : "this machine drops";
  const dropped = `${whose} what it does not know (policy of FORWARD: DROP)`;
  const version = (await subject.libvirt())?.libvirt ?? "";
  if (apartFromDocker(version, machine.read("/etc/libvirt/network.conf") ?? "", rules)) {
    return {
      status: "warning",
      found: `${dropped}, guests' packets with it: libvirt lets them through in a table of its own (nftables), where that does not help`,
      expected: "libvirt's rules beside Docker's",
      fix: 'Put firewall_backend = "iptables" into /etc/libvirt/network.conf and restart libvirt: sudo systemctl restart libvirtd',
    };
  }
  const seen = machine.read("/proc/sys/net/bridge/bridge-nf-call-iptables")?.trim() === "1";
  const bridged = ways.some(({ mode }) => mode === "bridged");
  const shut = hostBridges(subject).filter(
    (bridge) => !new RegExp(`^-A (FORWARD|DOCKER-USER) .*-i ${bridge} .*-j ACCEPT$`, "m").test(rules),
  );
  if (bridged && seen && shut[0] !== undefined) {
    return {
      status: "warning",
      found: `${dropped}, and what passes over the bridge ${shut[0]} with it: br_netfilter shows it to the packet filter`,
      expected: "a rule that lets it through",
      fix: `Run: sudo iptables -I DOCKER-USER -i ${shut[0]} -o ${shut[0]} -j ACCEPT`,
    };
  }
  return fine(`${dropped}; libvirt's own rules let its networks through`);
}

/** Room for disks: those that take it all at once, and what the others may grow to. */
async function lookAtSpace(subject: Subject): Promise<Finding> {
  const { machine, plan } = subject;
  const id = (await subject.known())?.labId;
  const free = machine.freeSpace(IMAGES);
  if (free === undefined) return { status: "unknown", found: `free space in ${IMAGES} cannot be told` };
  const here = new Set(plan.hosts.filter((host) => host.kind === "this-machine").map((host) => host.name));
  const coming = guestsOf(plan).filter(
    (guest) =>
      here.has(guest.host) &&
      (id === undefined ||
        machine.mode(`${poolFolder({ lab: plan.lab, id })}/${diskVolume(guest)}`) === undefined),
  );
  const sizes = (guests: typeof coming) => guests.reduce((sum, { disk }) => sum + disk.size, 0) * GIB;
  const atOnce = sizes(coming.filter(({ disk }) => disk.allocation === "fixed"));
  const atMost = sizes(coming);
  const found = `${inWords(free)} free in ${IMAGES}`;
  const fix = `Make room there, or plan smaller disks or fewer guests`;
  if (free < atOnce) {
    const expected = `${inWords(atOnce)} for disks of a fixed size`;
    return { status: "blocking", found, expected, fix, code: "disk-full" };
  }
  if (free < atMost) {
    const expected = `${inWords(atMost)}, to which the disks of guests that are still to be made may grow`;
    return { status: "warning", found, expected, fix };
  }
  return fine(
    atMost === 0 ? `${found}; every disk is there` : `${found}; disks may grow to ${inWords(atMost)}`,
  );
}

/** What guests with Windows on this machine start by. */
async function lookAtFirmware({ machine, plan }: Subject): Promise<Finding> {
  const here = plan.hosts.filter(({ kind }) => kind === "this-machine").map(({ name }) => name);
  const [wanted] = [...windowsHosts(plan)].flatMap(([host, each]) => (here.includes(host) ? [each] : []));
  if (!wanted) return notNeeded("no guest on this machine is to have Windows");
  const firmware = await probeFirmware((...call) => machine.run(...call));
  const lacks = firmwareLacks(wanted.trusted, firmware);
  if (lacks !== undefined)
    return {
      status: "blocking",
      found: `for guest ${wanted.guest} there is no ${lacks}`,
      fix: FIRMWARE_FIX,
      code: "windows-host-unfit",
    };
  const words = firmware.uefi === "secure" ? "with Secure Boot and Microsoft's keys" : "without Secure Boot";
  return fine(`firmware ${words}${wanted.trusted ? ", and swtpm" : ""}`);
}

/** What this machine has to be like for guests to be virtual machines on it. */
export const LIBVIRT_CHECKS: readonly CheckDefinition[] = [
  {
    id: "libvirt",
    title: "libvirt",
    look: async (subject): Promise<Finding> => {
      if (!subject.needsLibvirt) return notNeeded(NO_LIBVIRT_GUEST);
      const { libvirt } = await subject.setUp();
      const versions = await subject.libvirt();
      const missing = libvirt?.missing;
      if (versions && !missing) {
        const found = `version ${versions.libvirt} with QEMU ${versions.qemu}`;
        if (!olderThan(versions.libvirt, OLDEST_LIBVIRT)) return fine(found);
        return {
          status: "warning",
          found: `${found}, with which guests were never tried`,
          expected: `${OLDEST_LIBVIRT.join(".")} or newer`,
        };
      }
      const startable = libvirt?.startable === true;
      const step = nextStep(missing?.todo ?? "look at its log: journalctl -u libvirtd");
      return {
        status: "blocking",
        found: missing ? `${missing.what}: ${missing.why}` : "it does not tell its version",
        fix: startable
          ? `Run npx classlab doctor --fix, which asks first; or ${step.charAt(0).toLowerCase()}${step.slice(1)}`
          : step,
        fixable: startable,
        code: "libvirt-not-running",
      };
    },
  },
  {
    id: "kvm",
    title: "KVM",
    after: ["libvirt"],
    look: async (subject): Promise<Finding> => {
      const found = await subject.acceleration();
      if (found.kind === "kvm") return fine("a guest that was started with it ran");
      const shut = (await subject.setUp()).libvirt?.kvmShut === true;
      return {
        status: "warning",
        found: `guests run on an emulated processor, several times slower: ${found.reason}`,
        expected: "a KVM that runs guests",
        fix: found.fix,
        fixable: shut,
      };
    },
  },
  {
    id: "nested",
    title: "Guests in guests",
    after: ["libvirt"],
    look: async (subject): Promise<Finding> => {
      const here = subject.plan.hosts.filter(({ kind }) => kind === "this-machine").map(({ name }) => name);
      if (!guestsOf(subject.plan).some(({ nested, host }) => nested && here.includes(host)))
        return notNeeded("no guest is to run guests");
      const found = await probeVirtualization((await subject.acceleration()).kind, (...call) =>
        subject.machine.run(...call),
      );
      if (found !== "none") return fine(`guests see ${found}`);
      return {
        status: "blocking",
        found: "KVM does not let guests run guests: nested virtualization is off",
        fix: NESTED_FIX,
        code: "nested-impossible",
      };
    },
  },
  {
    id: "windows-firmware",
    title: "UEFI for Windows",
    after: ["libvirt"],
    look: lookAtFirmware,
  },
  {
    id: "vhost",
    title: "vhost",
    after: ["libvirt"],
    look: async (subject): Promise<Finding> => {
      if (subject.machine.mode("/dev/vhost-net") !== undefined) return fine("/dev/vhost-net is there");
      if ((await subject.acceleration()).kind === "tcg")
        return notNeeded("on an emulated processor network cards are not what takes time");
      return {
        status: "warning",
        found: "there is no /dev/vhost-net: guests' network cards are slower than they could be",
        fix: "Run: sudo modprobe vhost_net",
      };
    },
  },
  {
    id: "forwarding",
    title: "Ways out of guests",
    after: ["libvirt"],
    look: lookAtForwarding,
  },
  {
    id: "disk-libvirt",
    title: "Space for disks of guests",
    after: ["libvirt", "backend"],
    look: lookAtSpace,
  },
];
