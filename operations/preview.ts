import { draftRecord } from "../course/draft";
import type { LabPlan } from "../course/plan";
import { resourcesOf } from "../course/resources";
import { bringUpHosts } from "./clouds/hosts";
import { hostsMadeAnew, lostGuests } from "./clouds/lost";
import { hostsStanding } from "./clouds/standing";
import type { Changes, PlannedStep } from "./engine";
import type { Say } from "./images";
import { planLab, refuseUnbuilt } from "./plan";
import { defaultParallel, pooled, valuesOf } from "./pool";
import type { StackFile } from "./stackFile";
import { writeUnitFiles } from "./unitFiles";
import { knownId, makeId, openUnits, recordIn } from "./units";
import { prepareWorkFolder } from "./workFolder";

/** What a run of one stack would do. */
export interface UnitPreview {
  readonly stack: string;
  readonly changes: Changes;
  readonly steps: readonly PlannedStep[];
  /** Resources that the plan lists. */
  readonly planned: number;
}

/** What a run would do to a lab. */
export interface LabPreview {
  readonly plan: LabPlan;
  readonly units: readonly UnitPreview[];
}

/**
 * What the engine would do to a lab by its states, stack by stack, also before its hosts in clouds are made: all is listed then, and what only
 * they tell is unknown. Nothing is made, and hosts are not looked at.
 * @throws FaultError
 */
export async function previewLab(
  file: StackFile,
  { say, signal }: { readonly say: Say; readonly signal?: AbortSignal },
): Promise<LabPreview> {
  const drafted = planLab(file);
  refuseUnbuilt(drafted);
  const stopped = signal ? { signal } : {};
  const hosts = drafted.units.some(({ kind }) => kind === "hosts")
    ? [await bringUpHosts(file, { say, onEvent: () => undefined, preview: true, ...stopped })]
    : [];
  const known = await hostsStanding(drafted);
  const opened = await openUnits(drafted, prepareWorkFolder(file.lab), true);
  const id = (await knownId(opened)) ?? (await makeId(opened));
  const record = recordIn(opened);
  const plan = planLab(file, {
    ...known,
    ...(record ? { routed: record.access === "routed", publishedBefore: record.published } : {}),
  });
  const units = opened.filter(({ unit }) => unit.kind !== "hosts");
  writeUnitFiles(file, { plan, units }, record ? { record } : { draft: draftRecord(plan, id) });
  for (const unit of units)
    for (const { team, guest } of lostGuests(plan, unit, hostsMadeAnew(plan, unit)))
      say(`${team}/${guest}: it was on a machine that is gone; it is made anew by the next up`);
  const previews = await pooled(units, defaultParallel(), async ({ unit, engine }): Promise<UnitPreview> => {
    signal?.throwIfAborted();
    const { changes, steps } = await engine.preview(signal);
    return { stack: unit.stack, changes, steps, planned: resourcesOf(plan, unit).length };
  });
  return { plan, units: [...hosts, ...valuesOf(previews)] };
}
