import { type Cell, emulated, native, refused } from "./cells";
import { DIFFERENCES } from "./differences";
import type { Feature } from "./features";

/** VirtualBox 7.1 and 7.2, and 6.0.8 of the manual where its chapters say the same. */
export const VIRTUALBOX: Readonly<Record<Feature, Cell>> = {
  guests: native("virtualbox-first"),
  disabled: native("virtualbox-network 6.2, not attached"),
  "host-only": native("virtualbox-network 6.7", DIFFERENCES["host-only-guests"]),
  nat: native("virtualbox-network 6.3", DIFFERENCES["nat-localhost"]),
  "nat-network": native("virtualbox-network 6.4", DIFFERENCES["nat-network-without-host"]),
  bridged: native("virtualbox-network 6.5"),
  internal: native("virtualbox-network 6.6"),
  vlan: emulated(
    "virtualbox-network 6.2",
    "the guest tags its frames itself: VirtualBox's adapters have no VLAN of their own",
    "VirtualBox のアダプターには VLAN の設定がないため、ゲスト側でタグを付けます",
  ),
  adapters: native("virtualbox-network", {
    en: "eight adapters at most; the window shows four, the others are set by VBoxManage",
    ja: "アダプターは最大 8 個です。画面に表示されるのは 4 個で、残りは VBoxManage で設定します",
  }),
  "adapter-moved": native("virtualbox-manage controlvm"),
  nested: native("virtualbox-advanced nested virtualization", {
    en: "not while Hyper-V, WSL 2 or Memory Integrity is active on the host; VirtualBox 6.0 nests on AMD processors only",
    ja: "ホストで Hyper-V、WSL 2、メモリ整合性のいずれかが有効な間は使えません。VirtualBox 6.0 では AMD の CPU だけが対応しています",
  }),
  "dynamic-memory": refused(
    "virtualbox-additions memory ballooning",
    "VirtualBox gives a guest a fixed amount, which only its balloon changes, by hand and with Guest Additions",
    "memory as one number, or target hyperv",
  ),
  "disk-vdi": native("virtualbox-storage 5.2"),
  "disk-vhd": native("virtualbox-storage 5.2"),
  "disk-vhdx": refused(
    "virtualbox-vhdx",
    "VirtualBox reads VHDX, but neither makes nor writes it",
    "format: auto, vdi, vhd or vmdk",
  ),
  "disk-vmdk": native("virtualbox-storage 5.2"),
  "disk-qcow2": refused(
    "virtualbox-qcow",
    "VirtualBox reads qcow2, but makes no such disk",
    "format: auto, vdi, vhd or vmdk",
  ),
  "disk-fixed": native("virtualbox-storage 5.2"),
  desktop: native("manual L2520"),
  "shared-folder": native("manual L2640"),
  clipboard: native("virtualbox-machine general settings, advanced"),
  snapshots: native("virtualbox-first snapshots"),
  "linked-clone": native("virtualbox-first cloning"),
  "full-clone": native("manual L2726"),
  console: native("virtualbox-first"),
  language: native("virtualbox-first"),
  ntp: native("virtualbox-advanced time synchronization", {
    en: "Guest Additions set the guest's clock by its host's as well, which therefore needs the same time servers",
    ja: "Guest Additions がゲストの時計をホストにも合わせるため、ホストにも同じ時刻サーバーを設定してください",
  }),
  windows: refused(
    "virtualbox-machine guest operating systems",
    "VirtualBox runs guests with Windows, and classlab makes none there",
    "target libvirt, or a guest that you make by hand, which classlab leaves alone",
  ),
  docker: native("docker-ubuntu"),
  remote: native("virtualbox-remote", {
    en: "by Remote Desktop or SSH to the host; VirtualBox's own remote display needs the Extension Pack and its licence",
    ja: "ホストへのリモートデスクトップまたは SSH で接続します。VirtualBox 自身のリモート表示には Extension Pack とそのライセンスが必要です",
  }),
};
