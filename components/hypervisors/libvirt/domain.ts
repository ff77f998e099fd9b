import type { GuestPlan } from "../../../course/plan";
import { type GuestIdentity, uuidOf } from "../identity";
import { CHANNEL_PORTS, channelPortName, channelSocket } from "./channelPorts";
import { desktopDevices } from "./desktop";
import { parkedInterfaceXml } from "./interface";
import { markMetadata } from "./ownerMark";
import { type BaseImage, diskVolume, poolFolder, seedVolume, underDisk } from "./pool";
import { renderXml, type Xml } from "./xml";

/** How a guest starts. */
export type GuestBoot =
  /** By the boot loader on its disk. libvirt takes no internal snapshot of a guest with UEFI. */
  | { readonly kind: "disk"; readonly firmware: "bios" | "uefi" }
  /** By a kernel that the host hands it: for an image without a boot loader. Paths are on the host. */
  | { readonly kind: "kernel"; readonly kernel: string; readonly initrd: string; readonly arguments: string };

/**
 * How folders of the host are shared; the folder of a guest is named after it, below `parent`. libvirt takes no snapshot of a running
 * guest that has one by virtiofs, or has one by 9p mounted (QEMU: its state cannot be migrated).
 */
export interface SharedFolders {
  readonly parent: string;
  readonly by: "virtiofs" | "9p";
}

/** What a guest with Windows has for its trust in what it starts. */
export interface WindowsHardware {
  /** Whether its firmware checks signatures: the host has one that can, with Microsoft's keys. */
  readonly secureBoot: boolean;
  /** Whether it has a TPM 2.0, which the host's swtpm emulates. */
  readonly tpm: boolean;
}

/** What a guest is made with besides its plan. */
export interface DomainSettings extends GuestIdentity {
  /** What its disk lies over, unless that is a copy. */
  readonly base: BaseImage;
  /** KVM, or QEMU's own processor where the host has no KVM that works. */
  readonly acceleration: "kvm" | "tcg";
  /** By what guests that run guests see that they can: the host must have it for them. Absent where it is not known. */
  readonly virtualization?: "vmx" | "svm" | "none";
  readonly boot: GuestBoot;
  readonly sharedFolders: SharedFolders;
  /** What a guest with Windows is given besides; absent for the others. */
  readonly windows?: WindowsHardware;
  /** Whether the first start installs packages, and takes longer. */
  readonly installs?: boolean;
  /** Folder on the host for the log of each guest's console. */
  readonly consoleFolder: string;
}

/** Where libvirt keeps the logs of QEMU: virtlogd may write there. */
export const CONSOLE_FOLDER = "/var/log/libvirt/qemu";

/** Name by which the guest agent finds its channel (qemu-ga's default `--path`). */
const AGENT_CHANNEL = "org.qemu.guest_agent.0";

/**
 * Ports for cards that are plugged in while the guest runs: on machine type q35 each needs one of its own, made at the start
 * (libvirt.org/pci-hotplug.html). A guest has eight adapters at most and about as many other devices.
 */
const PCI_PORTS = 20;

/** The root of a guest's bus, and its ports. */
export const PCI_CONTROLLERS: readonly Xml[] = [
  { "@type": "pci", "@model": "pcie-root" },
  ...Array.from({ length: PCI_PORTS }, () => ({ "@type": "pci", "@model": "pcie-root-port" })),
];

/** File on the host with what a guest printed on its serial console. */
export function consoleLog(
  guest: Pick<GuestPlan, "objectName">,
  { consoleFolder }: Pick<DomainSettings, "consoleFolder">,
): string {
  return `${consoleFolder}/${guest.objectName}.console.log`;
}

/** File on the host with what QEMU said of a guest: libvirt makes it, and leaves it. */
export function qemuLog(objectName: string): string {
  return `/var/log/libvirt/qemu/${objectName}.log`;
}

/** Folder of the host that a guest mounts. */
export function sharedFolderOf(
  guest: Pick<GuestPlan, "objectName">,
  { sharedFolders }: Pick<DomainSettings, "sharedFolders">,
): string {
  return `${sharedFolders.parent}/${guest.objectName}`;
}

const disabled = (name: string): Xml => ({ "@policy": "disable", "@name": name });

/**
 * The host's own processor, or all that QEMU can emulate. A guest that is to run no guests does not see the processor's
 * virtualization, whoever made it: on the other maker's the flag to disable is not there, and that is well. QEMU's own goes without
 * five-level page tables: QEMU 7.2 without `svm` does not tell how wide addresses are (CPUID 8000_0008), Linux then takes 48 bits for
 * granted, and finds no file by its name any more.
 */
export function processor(
  { cpus, nested }: GuestPlan,
  { acceleration, virtualization }: DomainSettings,
): Xml {
  const features = [
    // Required: a guest that does not get it does not start, and libvirt says why.
    ...(nested && virtualization !== undefined && virtualization !== "none"
      ? [{ "@policy": "require", "@name": virtualization }]
      : []),
    ...(nested ? [] : [disabled("vmx"), disabled("svm")]),
    ...(acceleration === "kvm" ? [] : [disabled("la57")]),
  ];
  return {
    ...(acceleration === "kvm"
      ? { "@mode": "host-passthrough", "@check": "none" }
      : { "@mode": "maximum", "@check": "none" }),
    topology: { "@sockets": 1, "@cores": cpus, "@threads": 1 },
    ...(features.length > 0 ? { feature: features } : {}),
  };
}

/** Starts with its start value; `virsh setmem` moves it up to its maximum. QEMU keeps no minimum: whoever moves it does. */
export function memory({ memory: { start, max } }: GuestPlan): Xml {
  return { memory: { "@unit": "MiB", "#": max }, currentMemory: { "@unit": "MiB", "#": start } };
}

function balloon({ memory: { min, max } }: GuestPlan): Xml {
  if (min === max) return { "@model": "none" };
  return { "@model": "virtio", "@freePageReporting": "on", stats: { "@period": 10 } };
}

/**
 * A clone's disk has the machine id of the guest that it was copied from; systemd takes the one that it is told, from its first process
 * on, and writes it down (machine-id(5)).
 */
function machineId({ cloneOf, objectName }: GuestPlan, { mark }: DomainSettings): string {
  return cloneOf ? ` systemd.machine_id=${uuidOf(mark, "domain", objectName).replaceAll("-", "")}` : "";
}

function system(guest: GuestPlan, settings: DomainSettings): Xml {
  const { boot } = settings;
  const type = { "@arch": "x86_64", "@machine": "q35", "#": "hvm" };
  if (boot.kind === "kernel") {
    const words = boot.arguments + machineId(guest, settings);
    return { type, kernel: boot.kernel, initrd: boot.initrd, cmdline: words };
  }
  return boot.firmware === "uefi" ? { "@firmware": "efi", type } : { type };
}

/**
 * What a disk lies over. libvirt would hand the machine image to QEMU's user for as long as a guest runs, who may then write it; all labs
 * of the host read it. What clones lie over is their lab's own, and handed over: it is not for all to read.
 */
function backing(base: BaseImage | undefined): Xml {
  if (!base) return {};
  return {
    backingStore: {
      "@type": "file",
      format: { "@type": base.format },
      source: {
        "@file": base.path,
        ...(base.own ? {} : { seclabel: { "@model": "dac", "@relabel": "no" } }),
      },
      backingStore: {},
      ...backing(base.over),
    },
  };
}

/**
 * The guest's disk and its seed. As files, not as volumes of a pool: AppArmor's helper does not follow a volume to its base
 * image, and QEMU may not open that (Launchpad 1677398). The seed is no CD-ROM: cloud kernels have no driver of IDE and SATA.
 */
function disks(guest: GuestPlan, settings: DomainSettings): Xml[] {
  return [
    ownDisk(guest, settings, { "@dev": "vda", "@bus": "virtio" }),
    seedDisk(guest, settings, "disk", { "@dev": "vdb", "@bus": "virtio" }),
  ];
}

/** A guest's own disk, which it starts from. @param target where the guest finds it */
export function ownDisk(guest: GuestPlan, { mark, base }: DomainSettings, target: Xml): Xml {
  return {
    "@type": "file",
    "@device": "disk",
    driver: { "@name": "qemu", "@type": "qcow2", "@discard": "unmap" },
    source: { "@file": `${poolFolder(mark)}/${diskVolume(guest)}` },
    ...backing(underDisk(guest, base, mark)),
    target,
    boot: { "@order": 1 },
  };
}

/** The seed of a guest, which no snapshot keeps. @param target where the guest finds it */
export function seedDisk(
  guest: GuestPlan,
  { mark }: DomainSettings,
  device: "disk" | "cdrom",
  target: Xml,
): Xml {
  return {
    "@type": "file",
    "@device": device,
    "@snapshot": "no",
    driver: { "@name": "qemu", "@type": "raw" },
    source: { "@file": `${poolFolder(mark)}/${seedVolume(guest)}` },
    target,
    readonly: {},
  };
}

function filesystem(guest: GuestPlan, settings: DomainSettings): Xml {
  if (!guest.sharedFolder) return {};
  const place = {
    source: { "@dir": sharedFolderOf(guest, settings) },
    target: { "@dir": guest.sharedFolder.name },
  };
  if (settings.sharedFolders.by === "virtiofs")
    return {
      filesystem: {
        "@type": "mount",
        "@accessmode": "passthrough",
        driver: { "@type": "virtiofs" },
        ...place,
      },
    };
  // Mapped: the guest's owners and rights are attributes of the files, which are otherwise readable on the host.
  return {
    filesystem: {
      "@type": "mount",
      "@accessmode": "mapped",
      "@fmode": "0644",
      "@dmode": "0755",
      ...place,
    },
  };
}

/** A folder shared by virtiofs is served by a process of its own, which reads the guest's memory (libvirt.org/kbase/virtiofs.html). */
function sharedMemory(guest: GuestPlan, settings: DomainSettings): Xml {
  if (!guest.sharedFolder || settings.sharedFolders.by !== "virtiofs") return {};
  return { memoryBacking: { source: { "@type": "memfd" }, access: { "@mode": "shared" } } };
}

/** The first serial port, whose log the host keeps; `virsh console` opens it. @param more serial ports behind it */
export function console(guest: GuestPlan, settings: DomainSettings, more: readonly Xml[] = []): Xml {
  const log = { "@file": consoleLog(guest, settings), "@append": "on" };
  return {
    serial: [{ "@type": "pty", log, target: { "@type": "isa-serial", "@port": 0 } }, ...more],
    console: { "@type": "pty", target: { "@type": "serial", "@port": 0 } },
  };
}

function devices(guest: GuestPlan, settings: DomainSettings): Xml {
  const desktop = guest.profile === "desktop" ? desktopDevices(guest) : {};
  return {
    disk: disks(guest, settings),
    controller: [
      ...PCI_CONTROLLERS,
      { "@type": "virtio-serial" },
      { "@type": "usb", "@model": guest.profile === "desktop" ? "qemu-xhci" : "none" },
    ],
    interface: guest.adapters.map((_, index) => parkedInterfaceXml(guest, index, settings)),
    ...filesystem(guest, settings),
    ...console(guest, settings),
    ...desktop,
    channel: [
      { "@type": "unix", target: { "@type": "virtio", "@name": AGENT_CHANNEL } },
      ...Array.from({ length: CHANNEL_PORTS }, (_, port) => ({
        "@type": "unix",
        source: { "@mode": "bind", "@path": channelSocket(guest.objectName, port) },
        target: { "@type": "virtio", "@name": channelPortName(port) },
      })),
      ...(guest.profile === "desktop"
        ? [{ "@type": "spicevmc", target: { "@type": "virtio", "@name": "com.redhat.spice.0" } }]
        : []),
    ],
    memballoon: balloon(guest),
    rng: { "@model": "virtio", backend: { "@model": "random", "#": "/dev/urandom" } },
    panic: { "@model": "isa" },
  };
}

/**
 * XML of the domain that a guest is, for `virsh define`, its adapters on no switch yet: where they are changes in place. The same guest
 * gives the same text wherever its adapters are. A kernel that panics stops the guest, and libvirt says that it crashed.
 */
export function renderDomain(guest: GuestPlan, settings: DomainSettings): string {
  return renderXml({
    domain: {
      "@type": settings.acceleration === "kvm" ? "kvm" : "qemu",
      name: guest.objectName,
      uuid: uuidOf(settings.mark, "domain", guest.objectName),
      metadata: markMetadata(settings.mark),
      ...memory(guest),
      ...sharedMemory(guest, settings),
      vcpu: { "@placement": "static", "#": guest.cpus },
      os: system(guest, settings),
      features: { acpi: {}, apic: {}, vmport: { "@state": "off" } },
      cpu: processor(guest, settings),
      clock: { "@offset": "utc" },
      on_poweroff: "destroy",
      on_reboot: "restart",
      on_crash: "destroy",
      devices: devices(guest, settings),
    },
  });
}
