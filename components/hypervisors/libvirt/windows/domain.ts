import type { GuestPlan } from "../../../../course/plan";
import { uuidOf } from "../../identity";
import { channelSocket } from "../channelPorts";
import {
  console,
  type DomainSettings,
  memory,
  ownDisk,
  PCI_CONTROLLERS,
  processor,
  seedDisk,
  type WindowsHardware,
} from "../domain";
import { parkedInterfaceXml } from "../interface";
import { markMetadata } from "../ownerMark";
import { renderXml, type Xml } from "../xml";

const ON: Xml = { "@state": "on" };

/**
 * What KVM shows of Hyper-V to a Windows: all that QEMU's page recommends (qemu.org/docs/master/system/i386/hyperv.html, "Recommendations") and libvirt 9.0
 * knows. With guests in the guest, those for a Hyper-V in it: stable clocks of its guests (`reenlightenment` with `frequencies`), timers that it
 * can use (`stimer`, direct), and on Intel alone the enlightened VMCS. Spinlocks: 0xfff, since a class' hosts have more virtual processors than their own.
 */
function enlightenments(guest: GuestPlan, { virtualization }: DomainSettings): Xml {
  return {
    "@mode": "custom",
    relaxed: ON,
    vapic: ON,
    spinlocks: { ...ON, "@retries": 0xfff },
    vpindex: ON,
    runtime: ON,
    synic: ON,
    stimer: { ...ON, direct: ON },
    frequencies: ON,
    ...(guest.nested ? { reenlightenment: ON } : {}),
    tlbflush: ON,
    ipi: ON,
    ...(guest.nested && virtualization === "vmx" ? { evmcs: ON } : {}),
  };
}

/** Enlightenments are KVM's: an emulated guest has none. A firmware that checks signatures keeps its variables by system management mode. */
function features(guest: GuestPlan, settings: DomainSettings, { secureBoot }: WindowsHardware): Xml {
  return {
    acpi: {},
    apic: {},
    ...(settings.acceleration === "kvm" ? { hyperv: enlightenments(guest, settings) } : {}),
    vmport: { "@state": "off" },
    ...(secureBoot ? { smm: ON } : {}),
  };
}

/**
 * Windows takes its clock for local time. Its guests' own clock is Hyper-V's (`hypervclock`, of KVM alone); it counts ticks of the others, which then are
 * made up for, or too late (libvirt.org/formatdomain.html, "Time keeping").
 */
function clock({ acceleration }: DomainSettings): Xml {
  return {
    "@offset": "localtime",
    timer: [
      { "@name": "rtc", "@tickpolicy": "catchup" },
      { "@name": "pit", "@tickpolicy": "delay" },
      { "@name": "hpet", "@present": "no" },
      ...(acceleration === "kvm" ? [{ "@name": "hypervclock", "@present": "yes" }] : []),
    ],
  };
}

/** The host's firmware is chosen by libvirt, by what the firmware's own descriptors say of it (libvirt.org/kbase/secureboot.html). */
function system({ secureBoot }: WindowsHardware): Xml {
  const enabled = secureBoot ? "yes" : "no";
  return {
    "@firmware": "efi",
    type: { "@arch": "x86_64", "@machine": "q35", "#": "hvm" },
    firmware: {
      feature: [
        { "@enabled": enabled, "@name": "secure-boot" },
        // Microsoft's keys, without which nothing would be checked.
        ...(secureBoot ? [{ "@enabled": enabled, "@name": "enrolled-keys" }] : []),
      ],
    },
  };
}

/** The disk, by a controller that the drivers in its image are for, and the seed: a DVD, since Windows looks for answers on one. No IDE: q35 has none. */
function disks(guest: GuestPlan, settings: DomainSettings): Xml[] {
  const virtio = guest.windows?.image.drivers === "virtio";
  return [
    ownDisk(
      guest,
      settings,
      virtio ? { "@dev": "vda", "@bus": "virtio" } : { "@dev": "sda", "@bus": "sata" },
    ),
    seedDisk(guest, settings, "cdrom", { "@dev": "sdb", "@bus": "sata" }),
  ];
}

/** The management channel: Windows has no driver of virtio's ports, and knows two serial ports. One, so that one call goes at a time. */
function channel({ objectName }: GuestPlan): Xml {
  return {
    "@type": "unix",
    source: { "@mode": "bind", "@path": channelSocket(objectName, 0) },
    target: { "@type": "isa-serial", "@port": 1 },
  };
}

/** Screen and pointer that Windows has drivers of; the screen is on the host alone, and virt-viewer opens it there or through SSH. */
const SCREEN: Xml = {
  input: { "@type": "tablet", "@bus": "usb" },
  graphics: {
    "@type": "spice",
    "@autoport": "yes",
    listen: { "@type": "address", "@address": "127.0.0.1" },
    clipboard: { "@copypaste": "no" },
  },
  video: { model: { "@type": "vga", "@heads": 1 } },
};

function devices(guest: GuestPlan, settings: DomainSettings, { tpm }: WindowsHardware): Xml {
  return {
    disk: disks(guest, settings),
    controller: [...PCI_CONTROLLERS, { "@type": "usb", "@model": "qemu-xhci" }],
    interface: guest.adapters.map((_, index) => parkedInterfaceXml(guest, index, settings)),
    ...console(guest, settings, [channel(guest)]),
    ...SCREEN,
    ...(tpm ? { tpm: { "@model": "tpm-crb", backend: { "@type": "emulator", "@version": "2.0" } } } : {}),
    memballoon: { "@model": "none" },
    // A Windows that crashes says so by Hyper-V's registers, which are KVM's.
    ...(settings.acceleration === "kvm" ? { panic: { "@model": "hyperv" } } : {}),
  };
}

/**
 * XML of the domain that a guest with Windows is, for `virsh define`, its adapters on no switch yet. The same guest gives the same text wherever its
 * adapters are.
 * @throws without {@link DomainSettings.windows}, a defect of the caller
 */
export function renderWindowsDomain(guest: GuestPlan, settings: DomainSettings): string {
  const { mark, acceleration, windows } = settings;
  if (!windows) throw new Error(`nothing is known of the hardware of ${guest.objectName}`);
  return renderXml({
    domain: {
      "@type": acceleration === "kvm" ? "kvm" : "qemu",
      name: guest.objectName,
      uuid: uuidOf(mark, "domain", guest.objectName),
      metadata: markMetadata(mark),
      ...memory(guest),
      vcpu: { "@placement": "static", "#": guest.cpus },
      os: system(windows),
      features: features(guest, settings, windows),
      cpu: processor(guest, settings),
      clock: clock(settings),
      on_poweroff: "destroy",
      on_reboot: "restart",
      on_crash: "destroy",
      devices: devices(guest, settings, windows),
    },
  });
}
