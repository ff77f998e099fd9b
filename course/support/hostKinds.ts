import { type Cell, native, refused } from "./cells";
import type { Feature } from "./features";
import type { HostKind, Target } from "./targets";

const TOO_DEEP =
  "the host is a guest of the cloud itself, and a third level of virtualization is documented by nobody";
const HOST_ITSELF =
  "nested: false (the cloud host itself is a guest with guests in it, and shows vmx or svm)";
const NO_LAN = "a lab in the cloud has no classroom LAN whose VLANs a switch could be";

const CLOUD = {
  ec2: {
    bridged: refused(
      "ec2-network",
      "Amazon's network delivers to addresses that it has given out and carries no broadcasts, so that no guest can be on it",
      "nat-network",
    ),
    vlan: refused("ec2-network", NO_LAN, "an internal switch for each group, without vlan"),
    nested: refused("ec2-nested", TOO_DEEP, HOST_ITSELF),
  },
  azure: {
    bridged: refused(
      "azure-network",
      "Azure lets no MAC address but the host's own into its network, so that no guest can be on it",
      "nat-network",
    ),
    vlan: refused("azure-network", NO_LAN, "an internal switch for each group, without vlan"),
    nested: refused("hyperv-nested", TOO_DEEP, HOST_ITSELF),
  },
} as const satisfies Partial<Record<HostKind, Partial<Record<Feature, Cell>>>>;

const containersElsewhere = refused(
  "driver",
  "guests that are containers are made on this machine only",
  "a host of kind this-machine, or target libvirt or hyperv",
);

/** What another kind of host changes; what does not stand here is as on this machine. */
export const HOST_CHANGES: Readonly<
  Record<Target, Partial<Record<HostKind, Readonly<Partial<Record<Feature, Cell>>>>>>
> = {
  containers: {
    existing: { guests: containersElsewhere },
    ec2: { ...CLOUD.ec2, guests: containersElsewhere },
    azure: { ...CLOUD.azure, guests: containersElsewhere },
  },
  libvirt: {
    ec2: CLOUD.ec2,
    azure: {
      ...CLOUD.azure,
      guests: native("hyperv-nested", {
        en: "Microsoft supports no hypervisor but Hyper-V in its virtual machines: try on the host before the class that KVM runs there",
        ja: "Microsoft が仮想マシン内でサポートするのは Hyper-V だけです。KVM が動くことを講座の前にホストで確認してください",
      }),
    },
  },
  virtualbox: {
    ec2: {
      ...CLOUD.ec2,
      guests: refused(
        "ec2-nested",
        "Amazon EC2 nests KVM and Hyper-V only: VirtualBox does not run there",
        "target libvirt or hyperv",
      ),
    },
    azure: {
      ...CLOUD.azure,
      guests: refused(
        "hyperv-nested",
        "in virtual machines of Azure no hypervisor but Hyper-V is supported: VirtualBox does not run there",
        "target hyperv",
      ),
    },
  },
  // Clouds rent Windows Server, which has Hyper-V.
  hyperv: {
    ec2: { ...CLOUD.ec2, guests: native("ec2-nested") },
    azure: { ...CLOUD.azure, guests: native("hyperv-nested") },
  },
};
