/** A document that a rule is taken from. */
export interface SourceDocument {
  readonly title: string;
  /** Absent for what has no public page. */
  readonly url?: string;
}

/**
 * Documents that the support table and the expected reachability go by; as of 2026-11-23. VirtualBox's chapters are those of the
 * 7.x manual, libvirt's and QEMU's pages those of libvirt 9.0 and QEMU 7.2, Microsoft's those of Windows Server 2025.
 */
export const SOURCES = {
  manual: { title: "The instructor's manual" },
  measured: {
    title:
      "Measured on Debian 12 (2026-11-23): Docker Engine 20.10, libvirt 9.0 with QEMU 7.2, VirtualBox 7.2.22",
  },
  driver: { title: "What this package's containers driver makes (components/hypervisors/containers)" },
  "docker-bridge": {
    title: "Docker: Bridge network driver",
    url: "https://docs.docker.com/engine/network/drivers/bridge/",
  },
  "docker-connect": {
    title: "Docker: docker network connect",
    url: "https://docs.docker.com/reference/cli/docker/network/connect/",
  },
  "docker-resources": {
    title: "Docker: Resource constraints",
    url: "https://docs.docker.com/engine/containers/resource_constraints/",
  },
  "docker-container": {
    title: "Docker: What is a container?",
    url: "https://docs.docker.com/get-started/docker-concepts/the-basics/what-is-a-container/",
  },
  "docker-ubuntu": {
    title: "Docker: Install Docker Engine on Ubuntu",
    url: "https://docs.docker.com/engine/install/ubuntu/",
  },
  "libvirt-network": {
    title: "libvirt: Network XML format",
    url: "https://libvirt.org/formatnetwork.html",
  },
  "libvirt-domain": { title: "libvirt: Domain XML format", url: "https://libvirt.org/formatdomain.html" },
  "libvirt-storage": {
    title: "libvirt: Storage volume XML format",
    url: "https://libvirt.org/formatstorage.html",
  },
  "libvirt-snapshot": {
    title: "libvirt: Snapshot XML format",
    url: "https://libvirt.org/formatsnapshot.html",
  },
  "libvirt-virtiofs": {
    title: "libvirt: Sharing files with Virtiofs",
    url: "https://libvirt.org/kbase/virtiofs.html",
  },
  "cloud-init": {
    title: "cloud-init: Module reference",
    url: "https://docs.cloud-init.io/en/latest/reference/modules.html",
  },
  "libvirt-remote": { title: "libvirt: Remote support", url: "https://libvirt.org/remote.html" },
  virsh: { title: "libvirt: virsh", url: "https://libvirt.org/manpages/virsh.html" },
  "qemu-img": {
    title: "QEMU: Disk image utility",
    url: "https://www.qemu.org/docs/master/tools/qemu-img.html",
  },
  "qemu-cpu": {
    title: "QEMU: CPU model configuration",
    url: "https://www.qemu.org/docs/master/system/qemu-cpu-models.html",
  },
  "virtualbox-first": {
    title: "VirtualBox manual, chapter 1",
    url: "https://www.virtualbox.org/manual/ch01.html",
  },
  "virtualbox-machine": {
    title: "VirtualBox manual, chapter 3",
    url: "https://www.virtualbox.org/manual/ch03.html",
  },
  "virtualbox-additions": {
    title: "VirtualBox manual, chapter 4",
    url: "https://www.virtualbox.org/manual/ch04.html",
  },
  "virtualbox-storage": {
    title: "VirtualBox manual, chapter 5",
    url: "https://www.virtualbox.org/manual/ch05.html",
  },
  "virtualbox-network": {
    title: "VirtualBox manual, chapter 6",
    url: "https://www.virtualbox.org/manual/ch06.html",
  },
  "virtualbox-remote": {
    title: "VirtualBox manual, chapter 7",
    url: "https://www.virtualbox.org/manual/ch07.html",
  },
  "virtualbox-manage": {
    title: "VirtualBox manual, chapter 8",
    url: "https://www.virtualbox.org/manual/ch08.html",
  },
  "virtualbox-advanced": {
    title: "VirtualBox manual, chapter 9",
    url: "https://www.virtualbox.org/manual/ch09.html",
  },
  "virtualbox-vhdx": {
    title: "VirtualBox source, VHDX.cpp",
    url: "https://github.com/VirtualBox/virtualbox/blob/main/src/VBox/Storage/VHDX.cpp",
  },
  "virtualbox-qcow": {
    title: "VirtualBox source, QCOW.cpp",
    url: "https://github.com/VirtualBox/virtualbox/blob/main/src/VBox/Storage/QCOW.cpp",
  },
  "hyperv-install": {
    title: "Microsoft: Install Hyper-V",
    url: "https://learn.microsoft.com/windows-server/virtualization/hyper-v/get-started/install-hyper-v",
  },
  "hyperv-switch": {
    title: "Microsoft: New-VMSwitch",
    url: "https://learn.microsoft.com/powershell/module/hyper-v/new-vmswitch",
  },
  "hyperv-adapter": {
    title: "Microsoft: Connect-VMNetworkAdapter",
    url: "https://learn.microsoft.com/powershell/module/hyper-v/connect-vmnetworkadapter",
  },
  "hyperv-nat": {
    title: "Microsoft: Set up a NAT network",
    url: "https://learn.microsoft.com/windows-server/virtualization/hyper-v/setup-nat-network",
  },
  "hyperv-vlan": {
    title: "Microsoft: Set-VMNetworkAdapterVlan",
    url: "https://learn.microsoft.com/powershell/module/hyper-v/set-vmnetworkadaptervlan",
  },
  "hyperv-nested": {
    title: "Microsoft: What is nested virtualization for Hyper-V?",
    url: "https://learn.microsoft.com/windows-server/virtualization/hyper-v/nested-virtualization",
  },
  "hyperv-nested-enable": {
    title: "Microsoft: Run Hyper-V in a virtual machine with nested virtualization",
    url: "https://learn.microsoft.com/windows-server/virtualization/hyper-v/enable-nested-virtualization",
  },
  "hyperv-memory": {
    title: "Microsoft: Set-VMMemory",
    url: "https://learn.microsoft.com/powershell/module/hyper-v/set-vmmemory",
  },
  "hyperv-vhd": {
    title: "Microsoft: New-VHD",
    url: "https://learn.microsoft.com/powershell/module/hyper-v/new-vhd",
  },
  "hyperv-generation": {
    title: "Microsoft: Should I create a generation 1 or 2 virtual machine in Hyper-V?",
    url: "https://learn.microsoft.com/windows-server/virtualization/hyper-v/plan/should-i-create-a-generation-1-or-2-virtual-machine-in-hyper-v",
  },
  "hyperv-checkpoint": {
    title: "Microsoft: Checkpoint-VM",
    url: "https://learn.microsoft.com/powershell/module/hyper-v/checkpoint-vm",
  },
  "hyperv-import": {
    title: "Microsoft: Import-VM",
    url: "https://learn.microsoft.com/powershell/module/hyper-v/import-vm",
  },
  "hyperv-connect": {
    title: "Microsoft: Use local resources on Hyper-V virtual machine with VMConnect",
    url: "https://learn.microsoft.com/windows-server/virtualization/hyper-v/learn-more/use-local-resources-on-hyper-v-virtual-machine-with-vmconnect",
  },
  "hyperv-integration": {
    title: "Microsoft: Manage Hyper-V Integration Services",
    url: "https://learn.microsoft.com/windows-server/virtualization/hyper-v/manage/manage-hyper-v-integration-services",
  },
  "hyperv-linux": {
    title: "Microsoft: Supported Linux and FreeBSD virtual machines for Hyper-V",
    url: "https://learn.microsoft.com/windows-server/virtualization/hyper-v/supported-linux-and-freebsd-virtual-machines-for-hyper-v-on-windows",
  },
  "hyperv-windows": {
    title: "Microsoft: Supported Windows guest operating systems for Hyper-V",
    url: "https://learn.microsoft.com/windows-server/virtualization/hyper-v/supported-windows-guest-operating-systems-for-hyper-v-on-windows",
  },
  "windows-smb": {
    title: "Microsoft: New-SmbShare",
    url: "https://learn.microsoft.com/powershell/module/smbshare/new-smbshare",
  },
  "windows-remote": {
    title: "Microsoft: Allow access to a PC by Remote Desktop",
    url: "https://learn.microsoft.com/windows-server/remote/remote-desktop-services/remotepc/remote-desktop-allow-access",
  },
  vagrant: { title: "Vagrant: Providers", url: "https://developer.hashicorp.com/vagrant/docs/providers" },
  "ec2-nested": {
    title: "Amazon EC2 User Guide: nested virtualization",
    url: "https://docs.aws.eu/AWSEC2/latest/UserGuide/amazon-ec2-nested-virtualization.html",
  },
  "ec2-network": { title: "Amazon VPC FAQs", url: "https://aws.amazon.com/vpc/faqs/" },
  "azure-network": {
    title: "Microsoft: MAC spoofing is not supported on Azure virtual machines",
    url: "https://github.com/MicrosoftDocs/Virtualization-Documentation/issues/802",
  },
} as const satisfies Readonly<Record<string, SourceDocument>>;

/** One of the documents. */
export type SourceId = keyof typeof SOURCES;

/** What says so: a document, and after a space the place in it (`manual L842`, `virtualbox-network 6.3`). */
export type Source = SourceId | `${SourceId} ${string}`;

const isSourceId = (text: string): text is SourceId => text in SOURCES;

/** The document of a source and the place in it; the place is absent where the whole document is meant. */
export function splitSource(source: Source): { readonly document: SourceDocument; readonly place?: string } {
  const [id = "", ...rest] = source.split(" ");
  if (!isSourceId(id)) throw new Error(`no document is named ${id}`);
  return { document: SOURCES[id], ...(rest.length > 0 ? { place: rest.join(" ") } : {}) };
}

/** A source in words, for reports: title, place, address. */
export function sourceWords(source: Source): string {
  const { document, place } = splitSource(source);
  const title = place === undefined ? document.title : `${document.title}, ${place}`;
  return document.url === undefined ? title : `${title} (${document.url})`;
}
