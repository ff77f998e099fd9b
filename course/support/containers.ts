import { type Cell, emulated, native, refused } from "./cells";
import type { Feature } from "./features";

const NO_DISK = "a container has no disk image";
const NO_SCREEN = "a container has no screen";
const VIRTUAL_MACHINES = "target libvirt, virtualbox or hyperv";

/**
 * Containers as guests. Networks: what options of Docker's bridge driver do was measured with ping and curl from inside guests and
 * from the host, and what they leave open is closed in the guest's own network namespace.
 */
export const CONTAINERS: Readonly<Record<Feature, Cell>> = {
  guests: native("measured"),
  disabled: native("driver"),
  "host-only": emulated(
    "measured",
    "an internal Docker network for each team, on which the host has an address",
    "チームごとに作る Docker の内部ネットワークで、ホストもアドレスを持ちます",
  ),
  nat: emulated(
    "measured",
    "a Docker network for each team on which containers do not see each other; new connections of the host are dropped in the guest's network namespace",
    "チームごとに作る Docker のネットワークで、コンテナ同士は通信できません。ホストからの新しい接続はゲストのネットワーク名前空間で破棄します",
  ),
  "nat-network": emulated(
    "measured",
    "a Docker bridge network for each team",
    "チームごとに作る Docker のブリッジネットワークです",
  ),
  bridged: emulated(
    "docker-bridge",
    "one Docker bridge network stands in for the classroom LAN",
    "教室の LAN の代わりに、全チーム共通の Docker ブリッジネットワークを 1 つ使います",
  ),
  internal: emulated(
    "measured",
    "an internal Docker network for each team, on which the host has no address; its subnet is not that of the LAN, since networks of one machine cannot share one",
    "チームごとに作る Docker の内部ネットワークで、ホストはアドレスを持ちません。1 台のマシンでは同じサブネットを 2 つ使えないため、サブネットは LAN と異なります",
  ),
  vlan: emulated(
    "docker-bridge",
    "a Docker network with a subnet of its own for each VLAN; nothing is tagged on any wire",
    "VLAN ごとに専用サブネットの Docker ネットワークを作ります。実際のタグ付けは行いません",
  ),
  adapters: native("docker-connect"),
  "adapter-moved": native("measured"),
  nested: refused(
    "docker-container",
    "a container shares the host's kernel and has no processor of its own to virtualize on",
    VIRTUAL_MACHINES,
  ),
  "dynamic-memory": emulated(
    "docker-resources",
    "a container takes memory of the host as it uses it; start, minimum and maximum are not kept",
    "コンテナは使った分だけホストのメモリを消費します。開始値・最小値・最大値は適用されません",
  ),
  "disk-vdi": refused("docker-container", NO_DISK, "format: auto, or target virtualbox"),
  "disk-vhd": refused("docker-container", NO_DISK, "format: auto, or target virtualbox"),
  "disk-vhdx": refused("docker-container", NO_DISK, "format: auto, or target hyperv"),
  "disk-vmdk": refused("docker-container", NO_DISK, "format: auto, or target virtualbox"),
  "disk-qcow2": refused("docker-container", NO_DISK, "format: auto, or target libvirt"),
  "disk-fixed": refused(
    "docker-container",
    "a container has no disk whose space could be set aside",
    `allocation: dynamic, or ${VIRTUAL_MACHINES}`,
  ),
  desktop: refused("docker-container", NO_SCREEN, `profile: server, or ${VIRTUAL_MACHINES}`),
  "shared-folder": refused(
    "driver",
    "guests are made without folders of the host, so that they reach nothing of it",
    `no sharedFolder (files go by scp), or ${VIRTUAL_MACHINES}`,
  ),
  clipboard: refused("docker-container", NO_SCREEN, `clipboard: off, or ${VIRTUAL_MACHINES}`),
  snapshots: refused(
    "driver",
    "Docker keeps no state of a container together with its volumes",
    `no snapshots, or ${VIRTUAL_MACHINES}`,
  ),
  "linked-clone": refused(
    "driver",
    "Docker copies no container together with its volumes",
    `another guest in the list, or ${VIRTUAL_MACHINES}`,
  ),
  "full-clone": refused(
    "driver",
    "Docker copies no container together with its volumes",
    `another guest in the list, or ${VIRTUAL_MACHINES}`,
  ),
  console: emulated(
    "driver",
    "a shell by docker exec; there is no boot to watch",
    "docker exec によるシェルです。起動の過程は見られません",
  ),
  language: emulated(
    "driver",
    "locale and time zone are set once, when the guest is ready; a container has no console, so the keyboard is that of the terminal one sits at",
    "ロケールとタイムゾーンはゲストの準備時に一度だけ設定します。コンテナにはコンソールがないため、キーボードは手元の端末のものを使います",
  ),
  ntp: emulated(
    "driver",
    "a container's clock is its host's: set that by the room's time servers; in the guest they are written for timesyncd and chrony where those are installed",
    "コンテナの時計はホストと共通のため、教室の時刻サーバーはホストに設定してください。ゲスト内では timesyncd と chrony がある場合にだけ設定を書き込みます",
  ),
  windows: refused(
    "docker-container",
    "a container shares the host's kernel, which is Linux",
    "target libvirt",
  ),
  docker: emulated(
    "measured",
    "a Docker Engine of its own in the guest's container, whose rights amount to root on the host",
    "ゲストのコンテナ内で専用の Docker Engine が動きます。ゲストの権限はホストの root に相当します",
  ),
  remote: refused(
    "driver",
    "a guest's rights amount to root on the host, so that nobody from outside may have one",
    "target libvirt or hyperv on a cloud host",
  ),
};
