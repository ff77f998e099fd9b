import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { z } from "zod";
import type { LabFacts, SubnetInUse } from "../course/facts";
import { readMark } from "../course/mark";
import { numberToAddress, parseSubnet } from "../course/network";
import { dockerJson, dockerOutput } from "./docker";

const networkSchema = z.array(
  z.looseObject({
    Name: z.string(),
    Labels: z.record(z.string(), z.string()).nullable(),
    Options: z.record(z.string(), z.string()).nullable(),
    IPAM: z.looseObject({
      Config: z
        .array(z.looseObject({ Subnet: z.string().optional(), Gateway: z.string().optional() }))
        .nullable(),
    }),
  }),
);

/** A network of this machine's Docker with what the facts need of it. */
type DockerNetwork = z.output<typeof networkSchema>[number];

async function dockerNetworks(): Promise<DockerNetwork[]> {
  const ids = (await dockerOutput(["network", "ls", "-q", "--no-trunc"])).split("\n").filter(Boolean);
  return ids.length === 0 ? [] : dockerJson(networkSchema, ["network", "inspect", ...ids]);
}

function ipv4Configs(network: DockerNetwork): { subnet: string; gateway: string | undefined }[] {
  return (network.IPAM.Config ?? []).flatMap((config) =>
    config.Subnet?.includes(".") ? [{ subnet: config.Subnet, gateway: config.Gateway }] : [],
  );
}

function localSubnets(): { subnet: string; address: string; name: string }[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? []).flatMap((entry) => {
      if (entry.family !== "IPv4" || entry.internal || !entry.cidr) return [];
      const parsed = parseSubnet(entry.cidr);
      return [{ subnet: `${numberToAddress(parsed.first)}/${parsed.prefix}`, address: entry.address, name }];
    }),
  );
}

/** TCP ports out of the given ones that cannot be listened on at 127.0.0.1. */
export async function portsInUse(ports: readonly number[]): Promise<number[]> {
  const checks = ports.map(
    (port) =>
      new Promise<number[]>((resolve) => {
        const server = createServer();
        server.once("error", () => resolve([port]));
        server.listen({ port, host: "127.0.0.1" }, () => server.close(() => resolve([])));
      }),
  );
  return (await Promise.all(checks)).flat();
}

/**
 * Looks at this machine: subnets in use by Docker and by interfaces, and whether guests' addresses are routed (they
 * are when the gateway of a Docker network is an address of this machine; not with Docker in a VM of its own).
 */
export async function gatherFacts(): Promise<LabFacts> {
  const networks = await dockerNetworks();
  const local = localSubnets();
  const fromDocker = networks.flatMap((network): SubnetInUse[] =>
    ipv4Configs(network).map(({ subnet }) => {
      const mark = readMark(network.Labels ?? {});
      return {
        subnet,
        user: mark
          ? `Docker network "${network.Name}" of lab "${mark.lab}"`
          : `Docker network "${network.Name}"`,
        ...(mark ? { own: { lab: mark.lab, objectName: network.Name } } : {}),
      };
    }),
  );
  const dockerGateways = new Set(networks.flatMap(ipv4Configs).flatMap(({ gateway }) => gateway ?? []));
  const fromInterfaces = local
    // The bridges of Docker's networks were told above.
    .filter((entry) => !dockerGateways.has(entry.address))
    .map(
      (entry): SubnetInUse => ({ subnet: entry.subnet, user: `interface ${entry.name} (${entry.address})` }),
    );
  const bridge = networks.find((network) => network.Name === "bridge");
  const gateway = bridge ? ipv4Configs(bridge)[0]?.gateway : undefined;
  return {
    subnets: [...fromDocker, ...fromInterfaces],
    ...(gateway === undefined ? {} : { routed: local.some((entry) => entry.address === gateway) }),
  };
}
