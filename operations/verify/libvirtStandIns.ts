import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { clientAddress } from "../../course/checks";
import { parseSubnet } from "../../course/network";
import type { LabPlan } from "../../course/plan";
import { lanOf } from "../../course/reachability";
import { hostNamed } from "../../course/resources";
import { quote } from "../../course/shell";
import type { SwitchPlan } from "../../course/switches";
import { machineOf, type RemoteMachine } from "../hosts/machine";
import { commandOn } from "../hosts/ssh";
import { networkBridge } from "../platforms/libvirt/domainXml";
import { virshOn } from "../platforms/libvirt/virsh";
import { LOOPBACK, type Prober, selfId } from "./probers";
import type { StandIns } from "./standIns";

/** What of a switch a client PC on it needs to know. */
type Wire = Pick<SwitchPlan, "subnet" | "gateway">;

/**
 * Script that keeps a client PC: a network namespace with one cable to a bridge. It tells the process that holds it, and ends with its
 * standard input. Ended at any moment it leaves nothing: the namespace and both ends of the cable end with that process.
 */
export function renderClient(bridge: string, address: string, wire: Wire, cable: string): string {
  const { prefix } = parseSubnet(wire.subnet);
  return `set -eu
exec 3<&0
unshare -n cat <&3 >/dev/null &
client=$!
own=$(readlink /proc/self/ns/net)
while [ "$(readlink "/proc/$client/ns/net" || echo gone)" = "$own" ]; do sleep 0.02; done
ip link add ${cable} type veth peer name eth0 netns "$client"
ip link set ${cable} master ${quote(bridge)} up
inside() { nsenter -t "$client" -n "$@"; }
inside ip link set lo up
inside ip address add ${address}/${prefix} dev eth0
inside ip link set eth0 up
inside ip route add default via ${wire.gateway}
echo "$client"
exec 3<&- </dev/null
wait "$client"
`;
}

const prober = (key: string, command: Prober["command"], addresses: readonly string[]): Prober => ({
  key,
  command,
  self: addresses.map((address) => ({ id: selfId(key, address), address })),
  engine: false,
});

/** Milliseconds that a client PC may take to be there. */
const START_DEADLINE = 15_000;

/** A client PC that stands, until it is let go. */
interface Client {
  readonly prober: Prober;
  readonly process: ChildProcess;
}

/** Starts a client PC. @returns why it does not start, where it does not */
async function startClient(
  machine: RemoteMachine | undefined,
  script: string,
  address: string,
): Promise<Client | string> {
  const [program, ...args] = commandOn(machine, ["sh", "-c", script]);
  const process = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  let told = "";
  let words = "";
  process.stderr.setEncoding("utf8").on("data", (text: string) => {
    words += text;
  });
  const holder = await new Promise<string | undefined>((resolve) => {
    const late = setTimeout(() => resolve(undefined), START_DEADLINE);
    process.stdout.setEncoding("utf8").on("data", (text: string) => {
      told += text;
      if (told.endsWith("\n")) resolve(told.trim());
    });
    process.once("close", () => resolve(undefined));
    process.once("error", (error) => {
      words += error.message;
      resolve(undefined);
    });
    process.once("exit", () => clearTimeout(late));
  });
  if (holder === undefined) {
    process.stdin.end();
    return words.trim().split("\n").at(-1) || "its stand-in does not start";
  }
  const command = commandOn(machine, ["nsenter", "-t", holder, "-n", "sh", "-s"]);
  return { prober: prober("client", command, [LOOPBACK, address]), process };
}

/** The host is where the guests are; the client PC is a network namespace with a cable to the bridge of the classroom LAN. */
export async function libvirtStandIns(plan: LabPlan): Promise<StandIns> {
  const lan = lanOf(plan);
  const address = clientAddress(plan);
  const machine = machineOf(plan.lab, lan ? hostNamed(plan, lan.host) : plan.hosts[0]);
  const host = prober("host", commandOn(machine, ["sh", "-s"]), [LOOPBACK]);
  const failed = new Map<string, string>();
  const start = async (): Promise<Client | undefined> => {
    if (!lan || !address) return undefined;
    const bridge = networkBridge(
      await virshOn(machine).output(["net-dumpxml", lan.objectName], { gone: true }),
    );
    const cable = `clv-${randomBytes(4).toString("hex")}`;
    const client =
      bridge === undefined
        ? `there is no network ${lan.objectName} that it would be on`
        : await startClient(machine, renderClient(bridge, address, lan, cable), address);
    if (typeof client !== "string") return client;
    failed.set("client", client);
    return undefined;
  };
  const client = await start();
  return {
    probers: [host, ...(client ? [client.prober] : [])],
    failed,
    remove: async () => {
      if (!client) return;
      const ended = once(client.process, "exit");
      client.process.stdin?.end();
      await ended;
    },
  };
}
