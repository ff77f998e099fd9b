import type { DockerStackConfig, GuestConfig, HostConfig } from "./config";
import { isCloud, osOf } from "./hosts";
import type { Target } from "./support";

/** What guests ask of a host, or a host has. */
export interface Amounts {
  /** Virtual CPUs of guests, or logical ones of a host. */
  readonly cpus: number;
  /** MiB. */
  readonly memory: number;
  /** GiB. */
  readonly disk: number;
}

/** The names of {@link Amounts}, in the order in which they are told. */
export const AMOUNTS = ["cpus", "memory", "disk"] as const satisfies readonly (keyof Amounts)[];

const MB_IN_MIB = 1e6 / 2 ** 20;
const MB_IN_GIB = 1e6 / 2 ** 30;

/**
 * What a container that stands in for a guest uses, in MB (10^6 bytes), with the course images in the store that all guests of a
 * host share. Measured on Docker Engine 20.10, 2026-11-25: 95 MB of memory and 3 MB of disk, and room for what learners add.
 */
export const CONTAINER_GUEST = { memory: 120, disk: 100 } as const;

/** What a Docker stack of a guest uses, in MB (10^6 bytes). Measured as {@link CONTAINER_GUEST}. */
export function stackDemand(stack: DockerStackConfig): { readonly memory: number; readonly disk: number } {
  switch (stack.kind) {
    case "nginx":
      return { disk: 5, memory: 15 };
    case "nginx-farm":
      return { disk: stack.count * 2, memory: stack.count * 12 };
    case "php-apache":
      return { disk: 5, memory: 30 };
    case "wordpress":
      return { disk: 250, memory: 200 };
  }
}

/**
 * What a hypervisor needs for a guest beside the guest's own memory, in MiB: its process, 8 for each virtual CPU, and page
 * tables of 1/512 of the memory. So KubeVirt counts for QEMU (kubevirt.io/user-guide, memory overhead; 2026-11); for Hyper-V and VirtualBox
 * the same stands, since their makers give no figure of that kind.
 */
function overhead(cpus: number, memory: number): number {
  return Math.ceil(100 + 8 * cpus + memory / 512);
}

/** A guest as far as it asks something of its host. */
export interface Demanding extends Pick<GuestConfig, "cpus" | "memory" | "disk"> {
  readonly clones: readonly unknown[];
  readonly docker: readonly DockerStackConfig[];
}

/**
 * What a guest and its clones ask of their host. A virtual machine's memory is reserved: it counts in full, a dynamic one with what it
 * starts with; disks count at the size to which they may grow; clones run beside their guest. A container's memory and disk
 * are counted as used, not as reserved: `memory` is a limit there.
 */
export function guestDemand(guest: Demanding, target: Target): Amounts {
  if (target === "containers") {
    const stacks = guest.docker.map(stackDemand);
    const sum = (of: "memory" | "disk") => stacks.reduce((total, stack) => total + stack[of], 0);
    return {
      cpus: 0,
      memory: Math.ceil((CONTAINER_GUEST.memory + sum("memory")) * MB_IN_MIB),
      disk: (CONTAINER_GUEST.disk + sum("disk")) * MB_IN_GIB,
    };
  }
  const memory = typeof guest.memory === "number" ? guest.memory : guest.memory.start;
  const machines = 1 + guest.clones.length;
  return {
    cpus: machines * guest.cpus,
    memory: machines * (memory + overhead(guest.cpus, memory)),
    disk: machines * guest.disk.size,
  };
}

/** The sum of what guests ask. */
export function totalOf(amounts: readonly Amounts[]): Amounts {
  return amounts.reduce(
    (sum, one) => ({
      cpus: sum.cpus + one.cpus,
      memory: sum.memory + one.memory,
      disk: sum.disk + one.disk,
    }),
    { cpus: 0, memory: 0, disk: 0 },
  );
}

/**
 * What a host keeps for itself: operating system, hypervisor, management. Windows: 4 GiB and 64 GB, the least that Windows 11
 * asks for (microsoft.com/windows/windows-11-specifications; 2026-11); Linux: 3 GiB and 25 GB, what Ubuntu Server suggests
 * (documentation.ubuntu.com/server, system requirements; 2026-11). Where no operating system is told, Linux's.
 */
export const RESERVE: Readonly<Record<"linux" | "windows", Amounts>> = {
  linux: { cpus: 0, memory: 3072, disk: 25 },
  windows: { cpus: 0, memory: 4096, disk: 64 },
};

/** What a host keeps for itself; its figures of memory and disk are those of the whole machine. */
export function reserveOf(config: HostConfig): Amounts {
  return RESERVE[osOf(config) ?? "linux"];
}

/** Red Hat Enterprise Linux 7, Virtualization Deployment and Administration Guide, "Overcommitting virtualized CPUs": 5 to one (2026-11). */
const PHYSICAL_DENSITY = 5;

/**
 * A host that is a virtual machine itself bears less: an E4bs_v5 (4 vCPUs) bears about 4 machines (Ludus, deployment options,
 * 2026-07), which at the course's 2 vCPUs is 2 to one.
 */
const NESTED_DENSITY = 2;

/** How many virtual CPUs a host bears for each of its own; undefined for containers, which reserve none. */
export function densityOf(config: HostConfig, target: Target): number | undefined {
  if (target === "containers") return undefined;
  return isCloud(config) ? NESTED_DENSITY : PHYSICAL_DENSITY;
}
