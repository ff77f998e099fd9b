import * as pulumi from "@pulumi/pulumi";
import { parseLab } from "../course/config";
import { formatFaults } from "../course/faults";
import { type LabPlan, makePlan, type UnitPlan } from "../course/plan";
import { type LabRecord, labRecordSchema } from "../course/record";
import { readRosterKey } from "../course/roster/teams";

/** What a stack is to hold, read from its configuration. */
export interface StackSettings {
  readonly plan: LabPlan;
  readonly unit: UnitPlan;
  readonly record: LabRecord;
}

/** Configuration keys that classlab adds to a stack's own; they are never written by hand. */
export const PREPARED_KEYS = { name: "name", record: "record", roster: "roster" } as const;

function refuse(text: string): never {
  // RunError prints its message without a stack: the reader is no programmer.
  throw new pulumi.RunError(text);
}

/**
 * Reads the stack's configuration with the loader the command line uses.
 * @throws RunError with one sentence when the folder was not prepared by classlab, or with every fault of the plan
 */
export function readSettings(): StackSettings {
  const config = new pulumi.Config("classlab");
  const stack = pulumi.getStack();
  const name = config.get(PREPARED_KEYS.name);
  const record = labRecordSchema.safeParse(config.getObject(PREPARED_KEYS.record));
  if (name === undefined || !record.success) {
    refuse(
      `stack "${stack}" is not prepared on this machine. Run: npx classlab up --stack ${stack}; ` +
        `for plain Pulumi afterwards: eval "$(npx classlab env --stack ${stack})"`,
    );
  }
  const parsed = parseLab(config.getObject("lab"));
  if (!parsed.ok) refuse(formatFaults(parsed.faults));
  const roster = readRosterKey(config.getObject(PREPARED_KEYS.roster));
  const planned = makePlan(name, parsed.value, {
    ...(roster ? { roster } : {}),
    routed: record.data.access === "routed",
    publishedBefore: record.data.published,
  });
  if (!planned.ok) refuse(formatFaults(planned.faults));
  const unit = planned.value.units.find((entry) => entry.stack === stack);
  if (!unit)
    refuse(
      `lab "${name}" has no stack "${stack}", only ${planned.value.units.map((entry) => entry.stack).join(", ")}`,
    );
  return { plan: planned.value, unit, record: record.data };
}
