import { randomBytes } from "node:crypto";
import { clientAddress } from "../../course/checks";
import { parseSubnet } from "../../course/network";
import type { LabPlan } from "../../course/plan";
import { lanOf } from "../../course/reachability";
import { quote } from "../../course/shell";
import type { SwitchPlan } from "../../course/switches";
import { networkBridge } from "../platforms/libvirt/domainXml";
import { virshOutput } from "../platforms/libvirt/virsh";
import { LOOPBACK, type Prober, selfId } from "./probers";
import type { StandIns } from "./standIns";

/** What of a switch a client PC on it needs to know. */
type Wire = Pick<SwitchPlan, "subnet" | "gateway">;

/**
 * Script that runs the one on its standard input as a client PC would: in a network namespace with one cable to a bridge. Ended at
 * any moment it leaves nothing: the namespace and both ends of the cable end with its last process.
 */
export function renderClient(bridge: string, address: string, wire: Wire, cable: string): string {
  const { prefix } = parseSubnet(wire.subnet);
  const inside = [
    "ip link set lo up",
    "until ip link show dev eth0 >/dev/null 2>&1; do sleep 0.05; done",
    `ip address add ${address}/${prefix} dev eth0`,
    "ip link set eth0 up",
    `ip route add default via ${wire.gateway}`,
    "exec sh -s",
  ].join(" && ");
  return `set -eu
exec 3<&0
unshare -n sh -c ${quote(inside)} <&3 &
client=$!
own=$(readlink /proc/self/ns/net)
while [ "$(readlink "/proc/$client/ns/net" || echo gone)" = "$own" ]; do sleep 0.02; done
ip link add ${cable} type veth peer name eth0 netns "$client"
ip link set ${cable} master ${quote(bridge)} up
wait "$client"
`;
}

const prober = (key: string, command: Prober["command"], addresses: readonly string[]): Prober => ({
  key,
  command,
  self: addresses.map((address) => ({ id: selfId(key, address), address })),
  guest: false,
});

/** The host is this machine itself; the client PC is a network namespace with a cable to the bridge of the classroom LAN. */
export async function libvirtStandIns(plan: LabPlan): Promise<StandIns> {
  const lan = lanOf(plan);
  const address = clientAddress(plan);
  const host = prober("host", ["sh", "-s"], [LOOPBACK]);
  const failed = new Map<string, string>();
  const client = async (): Promise<Prober[]> => {
    if (!lan || !address) return [];
    const bridge = networkBridge(await virshOutput(["net-dumpxml", lan.objectName], { gone: true }));
    if (bridge === undefined) {
      failed.set("client", `there is no network ${lan.objectName} that it would be on`);
      return [];
    }
    const cable = `clv-${randomBytes(4).toString("hex")}`;
    return [prober("client", ["sh", "-c", renderClient(bridge, address, lan, cable)], [LOOPBACK, address])];
  };
  return { probers: [host, ...(await client())], failed, remove: async () => undefined };
}
