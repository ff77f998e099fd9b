import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { tunnelSchema } from "../course/clouds/tunnel";
import { parseLab } from "../course/config";
import type { CloudHostFact } from "../course/facts";
import { formatFaults } from "../course/faults";
import { type LabPlan, makePlan, type UnitPlan } from "../course/plan";
import { type LabRecord, labRecordSchema } from "../course/record";
import { readRosterKey } from "../course/roster/teams";
import type { HostsSettings } from "./hosts";

/** What a stack is to hold, read from its configuration. */
export interface StackSettings {
  readonly plan: LabPlan;
  readonly unit: UnitPlan;
  readonly record: LabRecord;
  /** Authorities of the class's own registry, in PEM form, where another stack made it; absent before that, and where there is none. */
  readonly trusted?: string;
}

/** Configuration keys that classlab adds to a stack's own; they are never written by hand. */
export const PREPARED_KEYS = {
  name: "name",
  record: "record",
  roster: "roster",
  id: "id",
  registry: "registry",
  /** Hosts in clouds that stand, by name. */
  hosts: "hosts",
  /** What stands for the record in a preview, before there is one. */
  draft: "draft",
} as const;

const hostsSchema = z.record(
  z.string(),
  z.strictObject({
    address: z.string(),
    port: z.int(),
    user: z.string(),
    hostKey: z.string(),
    machine: z.string(),
    tunnel: tunnelSchema.optional(),
  }) satisfies z.ZodType<CloudHostFact>,
);

function refuse(text: string): never {
  // RunError prints its message without a stack: the reader is no programmer.
  throw new pulumi.RunError(text);
}

function notPrepared(stack: string): never {
  refuse(
    `stack "${stack}" is not prepared on this machine. Run: npx classlab up --stack ${stack}; ` +
      `for plain Pulumi afterwards: eval "$(npx classlab env --stack ${stack})"`,
  );
}

/**
 * Reads the stack's configuration with the loader the command line uses.
 * @throws RunError with one sentence when the folder was not prepared by classlab, or with every fault of the plan
 */
export function readSettings(): StackSettings | HostsSettings {
  const config = new pulumi.Config("classlab");
  const stack = pulumi.getStack();
  const name = config.get(PREPARED_KEYS.name);
  const recorded = pulumi.runtime.isDryRun()
    ? (config.getObject(PREPARED_KEYS.record) ?? config.getObject(PREPARED_KEYS.draft))
    : config.getObject(PREPARED_KEYS.record);
  const record = labRecordSchema.safeParse(recorded);
  const labId = config.get(PREPARED_KEYS.id);
  // Hosts in clouds are made before what is on them is decided.
  if (name === undefined || !(record.success || labId)) notPrepared(stack);
  const parsed = parseLab(config.getObject("lab"));
  if (!parsed.ok) refuse(formatFaults(parsed.faults));
  const roster = readRosterKey(config.getObject(PREPARED_KEYS.roster));
  const hosts = hostsSchema.safeParse(config.getObject(PREPARED_KEYS.hosts)).data;
  const planned = makePlan(name, parsed.value, {
    ...(roster ? { roster } : {}),
    ...(hosts ? { hosts } : {}),
    ...(record.success
      ? { routed: record.data.access === "routed", publishedBefore: record.data.published }
      : {}),
  });
  if (!planned.ok) refuse(formatFaults(planned.faults));
  const plan = planned.value;
  const unit = plan.units.find((entry) => entry.stack === stack);
  if (!unit)
    refuse(
      `lab "${name}" has no stack "${stack}", only ${plan.units.map((entry) => entry.stack).join(", ")}`,
    );
  if (unit.kind === "hosts" && labId !== undefined) return { plan, unit, labId };
  if (!record.success) notPrepared(stack);
  const trusted = config.get(PREPARED_KEYS.registry);
  return { plan, unit, record: record.data, ...(trusted === undefined ? {} : { trusted }) };
}
