import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { z } from "zod";
import type { LabFacts, SubnetInUse } from "../course/facts";
import { readMark } from "../course/mark";
import { numberToAddress, parseSubnet } from "../course/network";
import type { LabPlan } from "../course/plan";
import { listDocker } from "./dockerApi";
import { machinesOf, type RemoteMachine } from "./hosts/machine";
import { runOn } from "./hosts/ssh";
import { windowsSubnets } from "./hosts/windows";
import { libvirtSubnets } from "./platforms/libvirt/subnets";
import { virshOn } from "./platforms/libvirt/virsh";

const networkSchema = z.looseObject({
  Name: z.string(),
  Labels: z.record(z.string(), z.string()).nullable(),
  Options: z.record(z.string(), z.string()).nullable(),
  IPAM: z.looseObject({
    Config: z
      .array(z.looseObject({ Subnet: z.string().optional(), Gateway: z.string().optional() }))
      .nullable(),
  }),
});

/** A network of this machine's Docker with what the facts need of it. */
type DockerNetwork = z.output<typeof networkSchema>;

function dockerNetworks(): Promise<DockerNetwork[]> {
  return listDocker(networkSchema, "networks");
}

function ipv4Configs(network: DockerNetwork): { subnet: string; gateway: string | undefined }[] {
  return (network.IPAM.Config ?? []).flatMap((config) =>
    config.Subnet?.includes(".") ? [{ subnet: config.Subnet, gateway: config.Gateway }] : [],
  );
}

/** Linux's list of IPv4 routes; it also has those of interfaces without a carrier, which Node's own list leaves out. */
const ROUTES_FILE = "/proc/net/route";

/** Reads a word of `/proc/net/route`: an address in the machine's byte order, in hexadecimal. */
function routeAddress(hexadecimal: string): string {
  return (hexadecimal.match(/../g) ?? [])
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join(".");
}

/**
 * Subnets of a text in the form of `/proc/net/route`, without the default route, host routes, and routes that reject: what
 * has no interface (`*`) is nobody's subnet.
 */
export function parseRoutes(text: string): { subnet: string; name: string }[] {
  return text
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [name, destination, , , , , , mask] = line.split(/\s+/);
      if (!name || !destination || !mask) return [];
      const bits = Number.parseInt(mask, 16).toString(2).replaceAll("0", "").length;
      // A host-only interface of VirtualBox that has the address already is used as it is.
      return name === "*" || /^vboxnet\d+$/.test(name) || bits < 1 || bits > 30
        ? []
        : [{ subnet: `${routeAddress(destination)}/${bits}`, name }];
    });
}

function localSubnets(): { subnet: string; name: string }[] {
  if (existsSync(ROUTES_FILE)) return parseRoutes(readFileSync(ROUTES_FILE, "utf8"));
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? []).flatMap((entry) => {
      if (entry.family !== "IPv4" || entry.internal || !entry.cidr) return [];
      const parsed = parseSubnet(entry.cidr);
      return [{ subnet: `${numberToAddress(parsed.first)}/${parsed.prefix}`, name }];
    }),
  );
}

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host }, () => server.close(() => resolve(true)));
  });
}

/** TCP ports out of the given ones that cannot be listened on at 127.0.0.1. */
export async function portsInUse(ports: readonly number[]): Promise<number[]> {
  const free = await Promise.all(ports.map((port) => canListen("127.0.0.1", port)));
  return ports.filter((_port, index) => !free[index]);
}

/** Subnets in use on a host over SSH: by its interfaces, and by its libvirt where it has one. */
async function hostSubnets(machine: RemoteMachine): Promise<SubnetInUse[]> {
  if (machine.remote.system === "windows") return windowsSubnets(machine);
  const routes = await runOn(machine)("cat", [ROUTES_FILE]);
  const told = machine.target === "libvirt" ? await libvirtSubnets(virshOn(machine)) : [];
  const known = new Set(told.map(({ subnet }) => subnet));
  const rest = parseRoutes(routes.stdout).filter(({ subnet }) => !known.has(subnet));
  return [
    ...told,
    ...rest.map(({ subnet, name }) => ({ subnet, user: `interface ${name} of host ${machine.name}` })),
  ];
}

const on = (host: string | undefined, subnets: readonly SubnetInUse[] = []): SubnetInUse[] =>
  host === undefined ? [...subnets] : subnets.map((entry) => ({ ...entry, host }));

/**
 * Looks at the hosts of a lab: subnets in use there. Those of this machine do not matter to a lab whose guests are all elsewhere.
 * @param plan whose hosts; this machine alone without it
 * @throws FaultError when Docker or a host does not answer
 */
export async function gatherFacts(plan?: Pick<LabPlan, "lab" | "hosts">): Promise<LabFacts> {
  const elsewhere = await Promise.all(
    (plan ? machinesOf(plan) : []).map(async (machine) => on(machine.name, await hostSubnets(machine))),
  );
  const here = plan?.hosts.find(({ kind }) => kind === "this-machine")?.name;
  // Without a plan there may be guests on this machine.
  const seen = plan && here === undefined ? {} : await factsHere();
  return { ...seen, subnets: [...on(here, seen.subnets), ...elsewhere.flat()] };
}

/**
 * Looks at this machine: subnets in use by Docker, by libvirt and by interfaces, and whether guests' addresses are routed (they
 * are when the gateway of a Docker network is an address of this machine; not with Docker in a VM of its own).
 */
async function factsHere(): Promise<LabFacts> {
  const [networks, fromLibvirt] = await Promise.all([dockerNetworks(), libvirtSubnets()]);
  const local = localSubnets();
  const fromDocker = networks.flatMap((network): SubnetInUse[] =>
    ipv4Configs(network).map(({ subnet }) => {
      const mark = readMark(network.Labels ?? {});
      return {
        subnet,
        user: mark
          ? `Docker network "${network.Name}" of lab "${mark.lab}"`
          : `Docker network "${network.Name}"`,
        ...(mark ? { own: { lab: mark.lab, id: mark.id, objectName: network.Name } } : {}),
      };
    }),
  );
  const told = [...fromDocker, ...fromLibvirt];
  const known = new Set(told.map((entry) => entry.subnet));
  const fromRoutes = local
    // The bridges of Docker's and libvirt's networks were told above.
    .filter((entry) => !known.has(entry.subnet))
    .map((entry): SubnetInUse => ({ subnet: entry.subnet, user: `interface ${entry.name}` }));
  const bridge = networks.find((network) => network.Name === "bridge");
  const gateway = bridge ? ipv4Configs(bridge)[0]?.gateway : undefined;
  return {
    subnets: [...told, ...fromRoutes],
    // Only a machine's own address can be listened on, whether or not its interface has a carrier.
    ...(gateway === undefined ? {} : { routed: await canListen(gateway, 0) }),
  };
}
