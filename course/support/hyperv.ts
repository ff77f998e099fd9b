import { type Cell, emulated, native, refused } from "./cells";
import { DIFFERENCES } from "./differences";
import type { Feature } from "./features";

const FOREIGN = "Hyper-V knows no disks but its own";
const VHDX = "format: auto or vhdx, and classlab convert for the lecture on V2V";

/** Hyper-V of Windows 10 and 11 (not Home) and of Windows Server 2019 to 2025; guests are of generation 2. */
export const HYPERV: Readonly<Record<Feature, Cell>> = {
  guests: native("hyperv-install", {
    en: "Windows Home has no Hyper-V",
    ja: "Windows Home では Hyper-V を使えません",
  }),
  disabled: native("hyperv-adapter"),
  "host-only": native("hyperv-switch SwitchType Internal", DIFFERENCES["host-only-guests"]),
  nat: emulated(
    "hyperv-vlan Isolated",
    `an Internal switch with NetNat on which guests are isolated private VLAN ports, so that they do not see each other; ${DIFFERENCES["nat-with-host"].en}`,
    `内部スイッチと NetNat を使い、ゲストをプライベート VLAN の分離ポートにして互いに通信できなくします。${DIFFERENCES["nat-with-host"].ja}`,
  ),
  "nat-network": native("hyperv-nat", {
    en: "an Internal switch with NetNat, made by PowerShell: Hyper-V Manager has nothing for it, and it gives no addresses and no DNS, so that guests' addresses are static",
    ja: "内部スイッチと NetNat を PowerShell で作ります。Hyper-V マネージャーでは操作できません。DHCP も DNS も提供されないため、ゲストのアドレスは固定です",
  }),
  bridged: native("hyperv-switch NetAdapterName", {
    en: "an External switch; making it cuts the host's own network for a moment, and Wi-Fi cards bridge badly",
    ja: "外部スイッチです。作成時にホストのネットワークが一瞬切れます。Wi-Fi のブリッジは安定しません",
  }),
  internal: native("hyperv-switch SwitchType Private", DIFFERENCES["private-is-not-host-only"]),
  vlan: native("hyperv-vlan Access"),
  adapters: native("hyperv-adapter"),
  "adapter-moved": native("hyperv-adapter"),
  nested: native("hyperv-nested-enable", {
    en: "set while the guest is off; its memory cannot change while guests run in it, so give it static memory",
    ja: "ゲストの電源を切って設定します。中でゲストが動いている間はメモリを変更できないため、静的メモリにします",
  }),
  "dynamic-memory": native("hyperv-memory"),
  "disk-vdi": refused("hyperv-vhd", FOREIGN, VHDX),
  "disk-vhd": refused("hyperv-generation", "guests are of generation 2 here, which takes VHDX only", VHDX),
  "disk-vhdx": native("hyperv-vhd"),
  "disk-vmdk": refused("hyperv-vhd", FOREIGN, VHDX),
  "disk-qcow2": refused("hyperv-vhd", FOREIGN, VHDX),
  "disk-fixed": native("hyperv-vhd Fixed"),
  desktop: native("hyperv-connect"),
  "shared-folder": emulated(
    "windows-smb",
    "an SMB share of the host, mounted over the network by mount -t cifs: not in modes that do not reach the host",
    "ホストの SMB 共有を mount -t cifs でネットワーク経由でマウントします。ホストに届かないモードでは使えません",
  ),
  clipboard: emulated(
    "hyperv-connect",
    "in an enhanced session, for which a Linux guest runs xrdp; always both ways",
    "拡張セッションで共有します。Linux のゲストでは xrdp が必要で、常に双方向です",
  ),
  snapshots: native("hyperv-checkpoint", {
    en: "Hyper-V calls them checkpoints (manual L975)",
    ja: "Hyper-V ではチェックポイントと呼びます（マニュアル L975）",
  }),
  "linked-clone": emulated(
    "hyperv-vhd Differencing",
    "a new guest on a differencing disk over a copy of the first one's disk, which nothing writes any more",
    "元のディスクの複製を親とする差分ディスクで新しいゲストを作ります。以後、親の複製は変更されません",
  ),
  "full-clone": emulated(
    "hyperv-vhd VHDType",
    "the guest is shut down while its disk is copied, and a new guest begins with the copy",
    "ゲストを一度シャットダウンしてディスクを複製し、その複製から新しいゲストを作ります",
  ),
  console: native("hyperv-connect"),
  language: native("hyperv-linux"),
  ntp: native("hyperv-integration time synchronization", {
    en: "the integration services set the guest's clock by its host's as well, which therefore needs the same time servers",
    ja: "統合サービスがゲストの時計をホストにも合わせるため、ホストにも同じ時刻サーバーを設定してください",
  }),
  windows: refused(
    "hyperv-windows",
    "Hyper-V runs guests with Windows, and classlab makes none there",
    "target libvirt, or a guest that you make by hand, which classlab leaves alone",
  ),
  docker: native("docker-ubuntu"),
  remote: native("windows-remote", {
    en: "by Remote Desktop to the host",
    ja: "ホストへのリモートデスクトップで接続します",
  }),
};
