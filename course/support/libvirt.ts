import { type Cell, emulated, native, refused } from "./cells";
import { DIFFERENCES } from "./differences";
import type { Feature } from "./features";

const OVERLAYS =
  "guests are overlays over one base image here, and snapshots are kept in them: both need qcow2";
const CONVERT = "format: auto or qcow2, and classlab convert for the lecture on V2V";

/** QEMU and KVM by libvirt, from version 9.0 on: Debian 12 and later, Ubuntu 24.04 and later. */
export const LIBVIRT: Readonly<Record<Feature, Cell>> = {
  guests: native("libvirt-domain"),
  disabled: native("libvirt-domain link state"),
  "host-only": native("libvirt-network isolated network", DIFFERENCES["host-only-guests"]),
  nat: emulated(
    "libvirt-network forward nat, port isolated",
    `a NAT network for each team whose ports are isolated, so that guests do not see each other; ${DIFFERENCES["nat-with-host"].en}`,
    `チームごとの NAT ネットワークでポートを分離し、ゲスト同士を通信できなくします。${DIFFERENCES["nat-with-host"].ja}`,
  ),
  "nat-network": native("libvirt-network forward nat"),
  bridged: native("libvirt-network forward bridge", {
    en: "the host needs a bridge over its wired network card, and Wi-Fi cannot be bridged; without one a bridge of the lab's own stands in for the LAN",
    ja: "ホストの有線 NIC にブリッジが必要です。Wi-Fi はブリッジできません。ブリッジがない場合は、ラボ専用のブリッジで教室の LAN を代用します",
  }),
  internal: native("libvirt-network isolated network without an address"),
  vlan: emulated(
    "libvirt-network vlan tags",
    "a VLAN interface of the host's network card and a bridge over it for each VLAN: libvirt before 11.0 tags nothing on a Linux bridge",
    "VLAN ごとに、ホストの NIC の VLAN インターフェースとその上のブリッジを作ります（11.0 より前の libvirt は Linux ブリッジでタグを付けられません）",
  ),
  adapters: native("libvirt-domain network interfaces"),
  "adapter-moved": native("virsh update-device"),
  nested: native("qemu-cpu host passthrough", {
    en: "without KVM on the host the processor is emulated: slow, but it shows the flag",
    ja: "ホストで KVM が使えない場合は CPU をエミュレートします。低速ですが、フラグは確認できます",
  }),
  "dynamic-memory": emulated(
    "libvirt-domain memory balloon",
    "a guest starts with its start value and may be given up to its maximum by virsh setmem; it does not follow the load",
    "開始値で起動し、virsh setmem で最大値まで変更できます。負荷に応じた自動調整は行われません",
  ),
  "disk-vdi": refused("qemu-img backing files", OVERLAYS, CONVERT),
  "disk-vhd": refused("qemu-img backing files", OVERLAYS, CONVERT),
  "disk-vhdx": refused("qemu-img backing files", OVERLAYS, CONVERT),
  "disk-vmdk": refused("qemu-img backing files", OVERLAYS, CONVERT),
  "disk-qcow2": native("qemu-img qcow2"),
  "disk-fixed": native("qemu-img qcow2, preallocation"),
  desktop: native("libvirt-domain graphics", {
    en: "the guest's screen is opened with virt-manager or virt-viewer",
    ja: "ゲストの画面は virt-manager または virt-viewer で開きます",
  }),
  "shared-folder": native("libvirt-virtiofs", {
    en: "the folder is mounted by mount -t virtiofs instead of mount -t vboxsf; no Guest Additions are needed",
    ja: "mount -t vboxsf の代わりに mount -t virtiofs でマウントします。Guest Additions は不要です",
  }),
  clipboard: native("libvirt-domain SPICE graphics", {
    en: "by SPICE, with spice-vdagent in a guest that has a desktop; always both ways",
    ja: "SPICE で共有します。デスクトップのあるゲストに spice-vdagent が必要で、常に双方向です",
  }),
  snapshots: native("libvirt-snapshot", {
    en: "snapshots hold what runs in the guest, too; a guest that shares a folder is shut down for one, which then holds its disk alone",
    ja: "スナップショットには実行中の状態も含まれます。共有フォルダのあるゲストはいったん停止し、ディスクだけを保存します",
  }),
  "linked-clone": emulated(
    "qemu-img backing files",
    "a linked clone is a new guest on an overlay over a frozen copy of what the first had written; virt-manager has none",
    "リンククローンでは、元のゲストが書き込んだ内容を固定し、その上に重ねた差分ディスクを使います。virt-manager にリンククローンの機能はありません",
  ),
  "full-clone": native("libvirt-storage volume clone"),
  console: native("virsh console"),
  language: native("libvirt-domain"),
  ntp: native("cloud-init NTP"),
  windows: native("libvirt-domain", {
    en: "with an image of your own, generalized by sysprep; no snapshots, clones, shared folders or Docker stacks",
    ja: "sysprep で一般化した手持ちのイメージを使います。スナップショット、クローン、共有フォルダ、Docker スタックは使えません",
  }),
  docker: native("docker-ubuntu"),
  remote: native("libvirt-remote", {
    en: "by SSH to the host",
    ja: "ホストへの SSH で接続します",
  }),
};
