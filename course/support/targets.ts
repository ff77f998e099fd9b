import type { HostConfig } from "../config";

/** Where guests run. */
export const TARGETS = ["containers", "libvirt", "virtualbox", "hyperv"] as const;

/** One of the targets. */
export type Target = (typeof TARGETS)[number];

/** Targets that this version can stand a lab up on where it runs itself; the others can be planned, or stand on other hosts. */
export const BUILT_TARGETS: readonly Target[] = ["containers", "libvirt", "virtualbox"];

/** One of the kinds of hosts, as the configuration names them. */
export type HostKind = HostConfig["kind"];

/** Kinds of hosts in the order in which they are shown. */
export const HOST_KINDS: readonly HostKind[] = ["this-machine", "existing", "ec2", "azure"];

/** Kinds of hosts that are a cloud's: they have no classroom LAN, and are guests themselves. */
export const CLOUDS: readonly HostKind[] = ["ec2", "azure"];

/** Names of targets as people write them. */
export const TARGET_NAMES: Readonly<Record<Target, string>> = {
  containers: "containers",
  libvirt: "libvirt (KVM)",
  virtualbox: "VirtualBox",
  hyperv: "Hyper-V",
};

/** Names of kinds of hosts as people write them. */
export const HOST_KIND_NAMES: Readonly<Record<HostKind, string>> = {
  "this-machine": "this machine",
  existing: "a machine of the room",
  ec2: "Amazon EC2",
  azure: "Azure",
};
