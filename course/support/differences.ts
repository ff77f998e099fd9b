import type { Text } from "./cells";

/** Where reachability on a target is not what the book leads one to expect; the support table and the expected reachability share them. */
export const DIFFERENCES = {
  "host-only-guests": {
    en: "the manual says that guests do not reach one another; on every hypervisor they do",
    ja: "マニュアルではゲスト同士は通信できないとされていますが、どのハイパーバイザでも通信できます",
  },
  "nat-network-without-host": {
    en: "VirtualBox's NAT network has no adapter of the host: the host reaches guests by forwarded ports only, and the manual's ping from the host fails",
    ja: "VirtualBox の NAT ネットワークにはホスト側の仮想 NIC がないため、ホストからはポートフォワーディングした場合だけ接続でき、マニュアルにある「ホストから VM への ping」は失敗します",
  },
  "nat-with-host": {
    en: "with VirtualBox's NAT the host does not reach guests; here the host has an address on their network and does",
    ja: "VirtualBox の NAT ではホストからゲストに届きませんが、ここではホストが同じネットワークにアドレスを持つため届きます",
  },
  "nat-localhost": {
    en: "guests find the host at the gateway's address; what listens at 127.0.0.1 of the host only is not reached",
    ja: "ゲストからホストへはゲートウェイのアドレスで届きます。ホストの 127.0.0.1 だけで待ち受けているサービスには届きません",
  },
  "lan-is-docker": {
    en: "a hypervisor's NAT network lets guests open connections to the classroom LAN; here the LAN is a Docker network, too",
    ja: "ハイパーバイザの NAT ネットワークではゲストから教室の LAN に接続できますが、ここでは LAN も Docker のネットワークなので接続できません",
  },
  "lan-is-docker-nat": {
    en: "a hypervisor's NAT lets guests open connections to the classroom LAN; here the LAN is a Docker network, too",
    ja: "ハイパーバイザの NAT ではゲストから教室の LAN に接続できますが、ここでは LAN も Docker のネットワークなので接続できません",
  },
  "private-is-not-host-only": {
    en: "the manual's Hyper-V exercise calls this network host-only (L163); it is a Private switch, on which the host has no address",
    ja: "マニュアルの Hyper-V の演習ではこのネットワークを Host-only と呼んでいます（L163）。実際にはプライベートスイッチで、ホストはアドレスを持ちません",
  },
} as const satisfies Readonly<Record<string, Text>>;
