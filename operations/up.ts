import { guestAccess } from "../course/access";
import { guestsOf, type LabPlan } from "../course/plan";
import type { LabRecord } from "../course/record";
import { resourcesOf } from "../course/resources";
import type { Say } from "./images";
import { prepareUp } from "./prepare";
import { type OnUnitEvent, runUnits, type UnitResult } from "./runUnits";
import { checkServices, type ServiceCheck } from "./services";
import { writeSshConfig } from "./sshConfig";
import type { StackFile } from "./stackFile";

/** What `up` reports. */
export interface UpReport {
  readonly plan: LabPlan;
  readonly record: LabRecord;
  readonly units: readonly (UnitResult & { readonly planned: number })[];
  /** Every service opened once it answered. */
  readonly services: readonly ServiceCheck[];
}

/** Options of `up`. */
export interface UpOptions {
  readonly say: Say;
  readonly onEvent: OnUnitEvent;
  /** Whether distribution packages may be installed without asking. */
  readonly consent: boolean;
  readonly signal?: AbortSignal;
}

/** Brings a lab to its plan and opens what it offers. @throws FaultError */
export async function up(file: StackFile, options: UpOptions): Promise<UpReport> {
  const lab = await prepareUp(file, options);
  const units = await runUnits(lab.units, (unit) =>
    unit.engine.up((event) => options.onEvent(unit.unit.stack, event), options.signal),
  );
  await writeSshConfig(lab.plan);
  const services = guestsOf(lab.plan).flatMap((guest) => guestAccess(guest).services);
  options.say(
    services.length > 0 ? `opening ${services.length} services as a browser would` : "no service to open",
  );
  const planned = new Map(lab.plan.units.map((unit) => [unit.stack, resourcesOf(lab.plan, unit).length]));
  return {
    plan: lab.plan,
    record: lab.record,
    units: units.map((unit) => ({ ...unit, planned: planned.get(unit.stack) ?? 0 })),
    services: await checkServices(services, true),
  };
}
