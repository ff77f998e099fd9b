import { z } from "zod";
import { type OwnerMark, readMark } from "../../../course/mark";
import { type CloudMachine, hostName, type MachineAccount, type Power } from "../machines";
import { AzureRest } from "./rest";

/** Versions of what is asked (learn.microsoft.com, "Virtual Machines" and "Public IP Addresses", REST). */
const COMPUTE = "2024-07-01";
const NETWORK = "2024-05-01";

/** Power states of Azure's (learn.microsoft.com, "States and billing status of Azure Virtual Machines"): one that is `stopped` is paid for. */
const POWER: Readonly<Record<string, Power>> = {
  running: "running",
  starting: "starting",
  stopping: "stopping",
  stopped: "halted",
  deallocating: "stopping",
  deallocated: "stopped",
};

const tagsSchema = z.record(z.string(), z.string()).default({});
const machineSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  location: z.string(),
  tags: tagsSchema,
  properties: z.looseObject({ hardwareProfile: z.looseObject({ vmSize: z.string() }) }),
});
const addressSchema = z.looseObject({
  tags: tagsSchema,
  properties: z.looseObject({ ipAddress: z.string().optional() }),
});
const viewSchema = z.looseObject({ statuses: z.array(z.looseObject({ code: z.string() })).default([]) });

/** One that says nothing of its power is being made. */
function powerOf(view: unknown): Power {
  const codes = viewSchema
    .parse(view ?? {})
    .statuses.map(({ code }) => /^PowerState\/(\w+)$/.exec(code)?.[1]);
  return POWER[codes.find((code) => code !== undefined) ?? ""] ?? "starting";
}

const isSame = (a: OwnerMark, b: OwnerMark | undefined): boolean => a.id === b?.id && a.team === b.team;

/** Machines of Azure's, in the whole subscription, by Azure Resource Manager. */
export function azureMachines(signal?: AbortSignal): MachineAccount {
  const azure = new AzureRest(signal);
  return {
    machines: async (lab) => {
      const subscription = await azure.subscription();
      const [found, addresses] = await Promise.all([
        azure.list(`${subscription}/providers/Microsoft.Compute/virtualMachines`, COMPUTE),
        azure.list(`${subscription}/providers/Microsoft.Network/publicIPAddresses`, NETWORK),
      ]);
      const own = found
        .map((entry) => machineSchema.parse(entry))
        .flatMap((machine) => {
          const mark = readMark(machine.tags);
          return mark && (lab === undefined || mark.lab === lab) ? [{ ...machine, mark }] : [];
        });
      const known = addresses.map((entry) => addressSchema.parse(entry));
      return Promise.all(
        own.map(async ({ id, location, tags, mark, properties }): Promise<CloudMachine> => {
          const view = await azure.get(`${id}/instanceView`, COMPUTE);
          const address = known.find((entry) => isSame(mark, readMark(entry.tags)))?.properties.ipAddress;
          return {
            cloud: "azure",
            region: location,
            id,
            host: hostName(tags.Name, mark, id),
            mark,
            power: powerOf(view),
            type: properties.hardwareProfile.vmSize,
            ...(address === undefined ? {} : { address }),
          };
        }),
      );
    },
    stop: ({ id }) => azure.act(id, "deallocate", COMPUTE),
    start: ({ id }) => azure.act(id, "start", COMPUTE),
  };
}
