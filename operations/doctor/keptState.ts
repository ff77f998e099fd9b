import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

import type { LabPlan } from "../../course/plan";
import { LAB_RECORD_TYPE, type LabRecord, labRecordSchema } from "../../course/record";
import { PROJECT } from "../workFolder";
import type { Machine } from "./machine";

/** One stack's state as the file backend keeps it. */
export interface KeptState {
  readonly stack: string;
  readonly path: string;
  /** Why the file cannot be read; absent when it can. */
  readonly damage?: string;
  /** Whether the engine's own backup beside it can be read. */
  readonly backup: boolean;
  readonly salt?: string;
  readonly record?: LabRecord;
  readonly labId?: string;
}

const checkpointSchema = z.looseObject({
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

/** The folder of a file backend; undefined for every other. */
export function backendFolder(machine: Machine): string | undefined {
  const url = machine.env.PULUMI_BACKEND_URL ?? "";
  if (!url.startsWith("file://")) return undefined;
  return url
    .slice("file://".length)
    .replace(/\?.*$/, "")
    .replace(/^~(?=\/|$)/, homedir());
}

/** Reads the states of a lab's stacks from a file backend: without the engine, so also where that is missing. */
export function readKeptStates(plan: LabPlan, machine: Machine): KeptState[] {
  const folder = backendFolder(machine);
  if (folder === undefined) return [];
  const stacks = join(folder, ".pulumi", "stacks", PROJECT);
  return plan.units.flatMap(({ stack }): KeptState[] => {
    const path = join(stacks, `${stack}.json`);
    const text = machine.read(path);
    if (text === undefined) return [];
    const backup = typeof parsed(checkpointSchema, machine.read(`${path}.bak`)) !== "string";
    const tags = parsed(tagsSchema, machine.read(join(stacks, `${stack}.pulumi-tags`)));
    const tag = typeof tags === "string" ? undefined : tags.tags["classlab:id"];
    const state = parsed(checkpointSchema, text);
    if (typeof state === "string") {
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
        backup,
        ...(salt === undefined ? {} : { salt }),
        ...(record.success ? { record: record.data } : {}),
        ...(labId === undefined ? {} : { labId }),
      },
    ];
  });
}
