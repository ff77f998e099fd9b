import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONSOLE_FOLDER, type DomainSettings } from "../../components/hypervisors/libvirt/domain";
import type { OwnerMark } from "../../course/mark";
import { MODES } from "../../course/modes";
import type { GuestPlan, LabPlan } from "../../course/plan";
import type { SwitchPlan } from "../../course/switches";
import { planOf } from "./labs";

/** Whose the objects of these tests are. */
export const MARK: OwnerMark = { lab: "lab", id: "0123456789abcdef", stack: "lab-team-01", team: "team-01" };

/** A host with KVM. */
export const KVM: DomainSettings = {
  mark: MARK,
  slot: 1,
  acceleration: "kvm",
  base: { path: "/var/lib/libvirt/images/base.qcow2", format: "qcow2" },
  boot: { kind: "disk", firmware: "bios" },
  sharedFolders: { parent: "/srv/classlab", by: "virtiofs" },
  consoleFolder: CONSOLE_FOLDER,
};

/** A host without KVM, whose guests start by a kernel of their own. */
export const TCG: DomainSettings = {
  ...KVM,
  acceleration: "tcg",
  boot: {
    kind: "kernel",
    kernel: "/var/lib/libvirt/images/vmlinuz",
    initrd: "/var/lib/libvirt/images/initrd.img",
    arguments: "root=/dev/vda console=ttyS0",
  },
  sharedFolders: { parent: "/srv/classlab", by: "9p" },
};

const SWITCHES = MODES.filter((mode) => mode !== "disabled").map((mode) => ({ name: mode, mode }));

/** A lab with a switch of every mode and guests that have between them all that a guest can have. */
export function libvirtPlan(more: object = {}): LabPlan {
  return planOf("lab", {
    target: "libvirt",
    teams: 2,
    switches: [...SWITCHES, { name: "vlan", mode: "bridged", vlan: 10, subnet: "192.168.110.0/24" }],
    guests: [
      { name: "plain", memory: 1024, adapters: [{ switch: "bridged" }] },
      {
        name: "desk",
        profile: "desktop",
        nested: true,
        clipboard: "both",
        memory: { start: 2048, min: 1024, max: 4096 },
        sharedFolder: {},
        adapters: [{ mode: "disabled" }, { switch: "internal" }, { switch: "nat-network" }],
      },
      { name: "alone", cpus: 1, memory: 512 },
    ],
    ...more,
  });
}

/** A guest of the first team. */
export function guestOf(plan: LabPlan, name: string): GuestPlan {
  const guest = plan.teams[0]?.guests.find((candidate) => candidate.name === name);
  if (!guest) throw new Error(`no guest ${name}`);
  return guest;
}

/** A switch of the first team, or one that all share. */
export function switchOf(plan: LabPlan, name: string): SwitchPlan {
  const found = plan.switches.find((entry) => entry.name === name && entry.team !== "team-02");
  if (!found) throw new Error(`no switch ${name}`);
  return found;
}

const SCHEMAS = "/usr/share/libvirt/schemas";

const runs = (program: string): boolean => spawnSync(program, ["--version"]).error === undefined;

/** Why documents cannot be checked by libvirt's own schemas here; undefined where they can. */
export const NO_SCHEMAS = !existsSync(SCHEMAS)
  ? `${SCHEMAS} is not there: package libvirt0`
  : runs("xmllint")
    ? undefined
    : "xmllint is not there: package libxml2-utils";

/** Why cloud-config cannot be checked by cloud-init's own schema here; undefined where it can. */
export const NO_CLOUD_INIT = runs("cloud-init") ? undefined : "cloud-init is not there: package cloud-init";

/** Why network configurations cannot be checked by netplan here; undefined where they can. */
export const NO_NETPLAN = runs("netplan") ? undefined : "netplan is not there: package netplan.io";

/** Why no guest can be started here; undefined where one can. */
export const NO_QEMU = runs("qemu-system-x86_64")
  ? undefined
  : "qemu-system-x86_64 is not there: package qemu-system-x86";

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "classlab-check-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function faultsOf(program: string, args: readonly string[]): string {
  const result = spawnSync(program, args, { encoding: "utf8" });
  return result.status === 0 ? "" : result.stdout + result.stderr;
}

function check(text: string, program: string, ...args: string[]): string {
  return inFolder((folder) => {
    const file = join(folder, "document");
    writeFileSync(file, text);
    return faultsOf(program, [...args, file]);
  });
}

/** What libvirt's schema has against a document; empty when nothing. */
export function libvirtFaults(
  kind: "domain" | "network" | "storagepool" | "storagevol",
  xml: string,
): string {
  return check(xml, "xmllint", "--noout", "--relaxng", `${SCHEMAS}/${kind}.rng`);
}

/** What cloud-init's schema has against user-data; empty when nothing. */
export function cloudConfigFaults(userData: string): string {
  return check(userData, "cloud-init", "schema", "--config-file");
}

/** What netplan has against a network configuration, as cloud-init gives it to netplan; empty when nothing. */
export function netplanFaults(networkConfig: string): string {
  return inFolder((folder) => {
    mkdirSync(join(folder, "etc/netplan"), { recursive: true });
    const text = `network:\n${networkConfig.replaceAll(/^(?=.)/gm, "  ")}`;
    writeFileSync(join(folder, "etc/netplan/50-cloud-init.yaml"), text, { mode: 0o600 });
    return faultsOf("netplan", ["generate", "--root-dir", folder]);
  });
}

/** A test where the tool is there, and in CI, where it has to be; else one that is skipped and says why. */
export function testWith(missing: string | undefined, name: string, body: () => void | Promise<void>): void {
  if (missing === undefined || process.env.CI) test(name, async () => body(), 60_000);
  else test.skip(`${name} (${missing})`, async () => body());
}
