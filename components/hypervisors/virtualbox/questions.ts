/** Names and UUIDs of all machines of the user. */
export const MACHINES = ["list", "vms"];

/** Every disk that VirtualBox knows. */
export const DISKS = ["list", "hdds"];

/** Every image of a DVD that VirtualBox knows. */
export const DVDS = ["list", "dvds"];

/** Every host-only interface of the host. */
export const HOST_ONLY = ["list", "hostonlyifs"];

/** Every card of the host that a guest may be bridged to. */
export const BRIDGES = ["list", "bridgedifs"];

/** A machine's settings and state, a `name="value"` a line. */
export function machineInfo(uuid: string): readonly string[] {
  return ["showvminfo", uuid, "--machinereadable"];
}

/** What is kept with a machine under a name of ours, or with VirtualBox itself (`global`). */
export function extraData(of: string, key: string): readonly string[] {
  return ["getextradata", of, key];
}

/** The NAT network of this name alone. */
export function natNetwork(name: string): readonly string[] {
  return ["natnetwork", "list", name];
}
