import { dirname, join } from "node:path";
import { z } from "zod";

import type { LabPlan } from "../../course/plan";
import { LAB_RECORD_TYPE, type LabRecord, labRecordSchema } from "../../course/record";
import { backendFolder as folderOf, type StackFiles, stackFiles } from "../recovery/fileBackend";
import type { Machine } from "./machine";

/** One stack's state as the file backend keeps it. */
export interface KeptState {
  readonly stack: string;
  readonly path: string;
  /** Why the file cannot be read; absent when it can. */
  readonly damage?: string;
  /** Whether there is a backup that can be read; told of a damaged state only. */
  readonly backup?: boolean;
  readonly salt?: string;
  readonly record?: LabRecord;
  readonly labId?: string;
}

const checkpointSchema = z.looseObject({
  version: z.number(),
  checkpoint: z.looseObject({
    latest: z
      .looseObject({
        secrets_providers: z
          .looseObject({ state: z.looseObject({ salt: z.string().optional() }).nullish() })
          .nullish(),
        resources: z.array(z.looseObject({ type: z.string(), inputs: z.unknown().optional() })).nullish(),
      })
      .nullish(),
  }),
});

const tagsSchema = z.looseObject({ tags: z.looseObject({ "classlab:id": z.string().optional() }) });

function parsed<T>(schema: z.ZodType<T>, text: string | undefined): T | string {
  if (text === undefined) return "there is no such file";
  if (text.trim() === "") return "it is empty";
  try {
    const result = schema.safeParse(JSON.parse(text));
    return result.success ? result.data : "it is not the state of a stack";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The folder of this machine's file backend; undefined for every other. */
export function backendFolder(machine: Machine): string | undefined {
  return folderOf(machine.env.PULUMI_BACKEND_URL);
}

/**
 * How many resources the newest backup of a stack holds that can be read: the engine's own, else the copy of a run, whose
 * names sort by time. Undefined without any.
 */
function resourcesInBackup(files: StackFiles, machine: Machine): number | undefined {
  const copies = machine
    .list(files.backups)
    .filter((name) => name.endsWith(".json"))
    .map((name) => join(files.backups, name))
    .reverse();
  for (const path of [files.backup, ...copies]) {
    const state = parsed(checkpointSchema, machine.read(path));
    if (typeof state !== "string") return state.checkpoint.latest?.resources?.length ?? 0;
  }
  return undefined;
}

/** Reads the states of a lab's stacks from a file backend: without the engine, so also where that is missing. */
export function readKeptStates(plan: LabPlan, machine: Machine): KeptState[] {
  return plan.units.flatMap(({ stack }): KeptState[] => {
    const files = stackFiles(stack, machine.env.PULUMI_BACKEND_URL);
    if (!files) return [];
    const path = files.state;
    const tags = parsed(tagsSchema, machine.read(join(dirname(path), `${stack}.pulumi-tags`)));
    const tag = typeof tags === "string" ? undefined : tags.tags["classlab:id"];
    const text = machine.read(path);
    // It was never made, or everything was taken down.
    if (text === undefined && !resourcesInBackup(files, machine)) return [];
    const state = parsed(checkpointSchema, text);
    if (typeof state === "string") {
      const backup = resourcesInBackup(files, machine) !== undefined;
      return [{ stack, path, backup, damage: state, ...(tag === undefined ? {} : { labId: tag }) }];
    }
    const latest = state.checkpoint.latest;
    const kept = latest?.resources?.find((resource) => resource.type === LAB_RECORD_TYPE);
    const record = labRecordSchema.safeParse(kept?.inputs);
    const salt = latest?.secrets_providers?.state?.salt;
    const labId = record.success ? record.data.labId : tag;
    return [
      {
        stack,
        path,
        ...(salt === undefined ? {} : { salt }),
        ...(record.success ? { record: record.data } : {}),
        ...(labId === undefined ? {} : { labId }),
      },
    ];
  });
}
