import { z } from "zod";
import { MARK_KEYS, readMark } from "../../../course/mark";
import { type CloudMachine, hostName, type MachineAccount, type Power } from "../machines";
import { AmazonQueries, itemsOf } from "./query";

/** States of a machine that is there (Amazon EC2 User Guide, "Amazon EC2 instance state changes"). */
const POWER = { pending: "starting", running: "running", stopping: "stopping", stopped: "stopped" } as const;

const instanceSchema = z.looseObject({
  instanceId: z.string(),
  instanceType: z.string(),
  instanceState: z.looseObject({ name: z.string() }),
  ipAddress: z.string().optional(),
  tagSet: z.unknown(),
});

const tagSchema = z.looseObject({ key: z.string(), value: z.string().catch("") });

const isPower = (name: string): name is keyof typeof POWER => Object.hasOwn(POWER, name);

function machineIn(region: string, found: unknown): CloudMachine[] {
  const {
    instanceId: id,
    instanceType: type,
    instanceState,
    ipAddress,
    tagSet,
  } = instanceSchema.parse(found);
  const tags = Object.fromEntries(
    itemsOf(tagSet)
      .map((tag) => tagSchema.parse(tag))
      .map(({ key, value }) => [key, value]),
  );
  const mark = readMark(tags);
  if (!mark || !isPower(instanceState.name)) return [];
  const power: Power = POWER[instanceState.name];
  const host = hostName(tags.Name, mark, id);
  const address = ipAddress === undefined ? {} : { address: ipAddress };
  return [{ cloud: "ec2", region, id, host, mark, power, type, ...address }];
}

/** Machines of Amazon's, in some regions, by the query API of EC2. */
export function amazonMachines(regions: readonly string[], signal?: AbortSignal): MachineAccount {
  const amazon = new AmazonQueries(signal);

  const inRegion = async (region: string, lab: string | undefined): Promise<CloudMachine[]> => {
    const filter: Readonly<Record<string, string>> =
      lab === undefined
        ? { "Filter.1.Name": "tag-key", "Filter.1.Value.1": MARK_KEYS.lab }
        : { "Filter.1.Name": `tag:${MARK_KEYS.lab}`, "Filter.1.Value.1": lab };
    const found: CloudMachine[] = [];
    let next: unknown = "";
    do {
      const page = typeof next === "string" && next !== "" ? { NextToken: next } : {};
      const parameters = { ...filter, MaxResults: "1000", ...page };
      const answer = await amazon.query("ec2", region, "DescribeInstances", parameters);
      const instances = itemsOf(answer.reservationSet).flatMap((entry) =>
        itemsOf(Object(entry).instancesSet),
      );
      found.push(...instances.flatMap((instance) => machineIn(region, instance)));
      next = answer.nextToken;
    } while (typeof next === "string" && next !== "");
    return found;
  };

  const change = async (action: string, { region, id }: CloudMachine): Promise<void> => {
    await amazon.query("ec2", region, action, { "InstanceId.1": id });
  };

  return {
    machines: async (lab) => (await Promise.all(regions.map((region) => inRegion(region, lab)))).flat(),
    stop: (machine) => change("StopInstances", machine),
    start: (machine) => change("StartInstances", machine),
  };
}
