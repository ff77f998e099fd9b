import { FaultError } from "../course/faults";
import type { LabPlan } from "../course/plan";
import { FIRST_AUTHORITY, type RegistryRecord } from "../course/record";
import { authorityName, makesRegistry } from "../course/resources";
import type { Say } from "./images";
import { planLab } from "./plan";
import { defaultParallel } from "./pool";
import { type PreparedLab, prepareExisting, prepareUp } from "./prepare";
import { passTrust } from "./registryTrust";
import { type OnUnitEvent, runUnits, type UnitResult } from "./runUnits";
import type { StackFile } from "./stackFile";
import { writeUnitFiles } from "./unitFiles";

/** What a change of the registry's authority reports. */
export interface RegistryRotation {
  readonly plan: LabPlan;
  /** How each unit's last run ended. */
  readonly units: readonly UnitResult[];
  /** True when the new authority signs and guests trust it alone. */
  readonly done: boolean;
}

/** Options of {@link rotateRegistry}. */
export interface RegistryRotationOptions {
  readonly say: Say;
  readonly onEvent: OnUnitEvent;
  /** Whether distribution packages may be installed without asking. */
  readonly consent: boolean;
  readonly signal?: AbortSignal;
}

function refuse(what: string, fix: string): never {
  throw new FaultError([{ code: "rotate-failed", where: "--registry", what, fix }]);
}

/** One run of all units with a record: what teams share first, and teams with the authorities that it then tells. */
async function runWith(
  file: StackFile,
  prepared: PreparedLab,
  registry: RegistryRecord,
  anew: readonly string[],
  options: RegistryRotationOptions,
): Promise<UnitResult[]> {
  const lab = { ...prepared, record: { ...prepared.record, registry } };
  writeUnitFiles(file, lab, { record: lab.record });
  let passed: Promise<boolean> | undefined;
  return runUnits(
    lab.units,
    async ({ unit, engine }) => {
      if (unit.kind === "team") {
        passed ??= passTrust(file, lab);
        await passed;
      }
      const replace = makesRegistry(lab.plan, unit) ? anew : [];
      return engine.up((event) => options.onEvent(unit.stack, event), options.signal, replace);
    },
    { parallel: defaultParallel(), ...(options.signal ? { signal: options.signal } : {}) },
  );
}

/**
 * Has a new authority sign for the class's registry. In two runs: the idle authority is made anew and guests trust both; then it signs, and
 * guests trust it alone. At every moment in between guests trust what the registry shows. Images, accounts and passwords stay. Ended at any
 * moment, the lab works, and the command begins again.
 * @throws FaultError `rotate-failed` where the lab runs no registry of its own, or it does not stand
 */
export async function rotateRegistry(
  file: StackFile,
  options: RegistryRotationOptions,
): Promise<RegistryRotation> {
  if (!planLab(file).registry?.server)
    refuse("the lab runs no registry of its own", "Leave --registry out, or set registry: { run: true }");
  // A lab of which nothing stands is not to be made on the way.
  await prepareExisting(file);
  const lab = await prepareUp(file, options);
  const { signs } = lab.record.registry ?? FIRST_AUTHORITY;
  const next = signs === "a" ? "b" : "a";
  const idle = lab.units.flatMap(({ unit, state }) =>
    makesRegistry(lab.plan, unit)
      ? state.resources.filter(({ urn }) => urn.endsWith(`::${authorityName(next)}`)).map(({ urn }) => urn)
      : [],
  );
  if (idle.length === 0) refuse("the registry does not stand yet", `Run: npx classlab up ${file.selection}`);
  options.say("registry: guests come to trust a new authority beside the old one");
  const both = await runWith(file, lab, { signs, both: true }, idle, options);
  // A guest that does not trust the new one yet would be cut off.
  if (both.some(({ failed }) => failed)) return { plan: lab.plan, units: both, done: false };
  options.say("registry: the new authority signs, and guests trust it alone");
  const alone = await runWith(file, lab, { signs: next, both: false }, [], options);
  return { plan: lab.plan, units: alone, done: alone.every(({ failed }) => !failed) };
}
