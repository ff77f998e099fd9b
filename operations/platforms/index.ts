import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { poolMark } from "../../components/hypervisors/libvirt/pool";
import { isFault } from "../../course/faults";
import type { LabPlan } from "../../course/plan";
import { hostNamed, type PlatformKind } from "../../course/resources";
import type { Target } from "../../course/support";
import { machineOf, type RemoteMachine } from "../hosts/machine";
import { MANAGE_VARIABLE } from "../virtualbox/manage";
import { containersPlatform } from "./containers";
import { hypervOn } from "./hyperv";
import { libvirtOn, libvirtPlatform } from "./libvirt";
import type { ObservedObject, Platform } from "./platform";
import { virtualBoxOn, virtualBoxPlatform } from "./virtualbox";

const PLATFORMS: Partial<Record<Target, Platform>> = {
  containers: containersPlatform,
  libvirt: libvirtPlatform,
  virtualbox: virtualBoxPlatform,
};

/** The platform of a host over SSH: by what it runs. */
function remotePlatform(machine: RemoteMachine): Platform {
  if (machine.remote.system === "windows") return hypervOn(machine);
  return machine.target === "virtualbox" ? virtualBoxOn(machine) : libvirtOn(machine);
}

/** The platform of a host of a lab. Throws where there is none: the plan of a lab that is to be brought up is refused before. */
export function platformOf(plan: Pick<LabPlan, "lab" | "hosts" | "target">, name?: string): Platform {
  const host = name === undefined ? plan.hosts[0] : hostNamed(plan, name);
  const machine = machineOf(plan.lab, host);
  if (machine) return remotePlatform(machine);
  const target = host?.target ?? plan.target;
  const platform = PLATFORMS[target];
  if (!platform) throw new Error(`no platform for target ${target}`);
  return platform;
}

/** Which platform of this machine has objects of a kind. */
const OF_KIND: Partial<Record<PlatformKind, Platform>> = {
  container: containersPlatform,
  network: containersPlatform,
  volume: containersPlatform,
  domain: libvirtPlatform,
  "virtual network": libvirtPlatform,
  "virtual disk": libvirtPlatform,
  "storage pool": libvirtPlatform,
  "virtual machine": virtualBoxPlatform,
  "NAT network": virtualBoxPlatform,
  "host-only interface": virtualBoxPlatform,
};

/** The platform that an object stands on. @param machine the host that it is on; this machine without one */
export function platformOfKind(kind: PlatformKind, machine?: RemoteMachine): Platform {
  const platform = machine ? remotePlatform(machine) : OF_KIND[kind];
  if (!platform) throw new Error(`this machine has no ${kind}`);
  return platform;
}

function onPath(program: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/** Where libvirt keeps the definitions of its pools. A lab's pool is made first and removed last. */
const POOL_DEFINITIONS = "/etc/libvirt/storage";

/** Whether a lab stands on this machine's libvirt, be it at work or not; undefined where that cannot be read. */
function libvirtHasLabs(folder: string): boolean | undefined {
  try {
    return readdirSync(folder).some((file) => poolMark(file.replace(/\.xml$/, "")) !== undefined);
  } catch {
    return undefined;
  }
}

async function observeLibvirt(
  lab: string | undefined,
  { libvirt, definitions = POOL_DEFINITIONS }: Where,
): Promise<ObservedObject[]> {
  if (!onPath("virsh")) return [];
  if (libvirt === "of-labs" && libvirtHasLabs(definitions) === false) return [];
  try {
    return await libvirtPlatform.observe(lab);
  } catch (error) {
    // A libvirt that rests and has nothing of ours is nobody's trouble.
    if (isFault(error, "libvirt-not-running") && !libvirtHasLabs(definitions)) return [];
    throw error;
  }
}

/** Where is looked for what carries a mark. */
export interface Where {
  /** This machine's libvirt only where it has the pool of a lab, as for a lab that has no guests there; always without it. */
  readonly libvirt?: "of-labs";
  /** Folder of libvirt's definitions of pools; another one in tests. */
  readonly definitions?: string;
}

/** VirtualBox is each user's own: what this one has. */
async function observeVirtualBox(): Promise<ObservedObject[]> {
  return process.env[MANAGE_VARIABLE] || onPath("VBoxManage") ? await virtualBoxPlatform.observe() : [];
}

/**
 * What carries the mark of one lab, by name; of every lab when it is undefined.
 * @param machines the hosts beside this machine that are looked at
 * @throws FaultError when a platform does not answer
 */
export async function findMarked(
  lab: string | undefined,
  machines: readonly RemoteMachine[] = [],
  where: Where = {},
): Promise<ObservedObject[]> {
  const found = await Promise.all([
    containersPlatform.observe(lab),
    observeLibvirt(lab, where),
    observeVirtualBox(),
    ...machines.map((machine) => remotePlatform(machine).observe(lab)),
  ]);
  return found.flat().filter((object) => lab === undefined || object.mark.lab === lab);
}

/**
 * Removes one observed object; one that has gone meanwhile is no error.
 * @param machines those that were looked at
 * @throws FaultError with the platform's words
 */
export function removeObject(object: ObservedObject, machines: readonly RemoteMachine[]): Promise<void> {
  const machine = machines.find(({ name }) => name === object.host);
  return platformOfKind(object.kind, machine).remove(object);
}
