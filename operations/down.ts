import { FaultError, isFault } from "../course/faults";
import { hostNamed } from "../course/resources";
import { hostsAnswering } from "./clouds/answering";
import { forgetOn, hostsLost, hostsMadeAnew } from "./clouds/lost";
import { removeUnknownInCloud } from "./clouds/recovery";
import { machinesOf } from "./hosts/machine";
import { lookOnce } from "./inspectUnit";
import { planLab } from "./plan";
import { findMarked } from "./platforms";
import type { ObservedObject } from "./platforms/platform";
import { defaultParallel, pooled, valuesOf } from "./pool";
import { type OpenedLab, openExisting } from "./prepare";
import { removeUnknown } from "./recovery/unknown";
import { type OnUnitEvent, runUnits, type UnitResult } from "./runUnits";
import type { StackFile } from "./stackFile";
import { inOrder, removeLeftovers } from "./sweep";
import { knownId, type PreparedUnit } from "./units";

/** What `down` reports. */
export interface DownReport {
  readonly units: readonly UnitResult[];
  /** Objects under the lab's name that still stand afterwards: they are another lab's. */
  readonly left: readonly ObservedObject[];
}

/** Options of `down`. */
export interface DownOptions {
  readonly say: (line: string) => void;
  readonly onEvent: OnUnitEvent;
  readonly signal?: AbortSignal;
}

/**
 * The units, without what is on hosts in clouds that are gone or do not answer: it goes with them. Their cloud has to answer for that, or else
 * guests would be forgotten on machines that stay.
 */
async function withoutLost({ plan, units }: OpenedLab, options: DownOptions): Promise<PreparedUnit[]> {
  const stands = (name: string) => hostNamed(plan, name)?.standing !== undefined;
  const lost = units.map((unit) => [...hostsLost(plan, unit, stands), ...hostsMadeAnew(plan, unit)]);
  if (lost.every((hosts) => hosts.length === 0)) return [...units];
  const hosts = units.find(({ unit }) => unit.kind === "hosts");
  await hosts?.engine.refresh(() => undefined, options.signal);
  const why = "it goes with the machine that it was on";
  return Promise.all(units.map((unit, index) => forgetOn(plan, unit, lost[index] ?? [], why, options.say)));
}

/**
 * Takes a lab down: teams first, what they share last. A lab of which nothing stands is down already. What carries the
 * lab's own id and was in no state goes too.
 */
export async function down(file: StackFile, options: DownOptions): Promise<DownReport> {
  // Hosts in clouds are gone in the end.
  const machines = machinesOf(planLab(file));
  let units: UnitResult[] = [];
  let id: string | undefined;
  try {
    const opened = await openExisting(file, options.say, (all) => hostsAnswering(file, all, options.say));
    const own = await knownId(opened.units);
    id = own;
    const lab = { ...opened, units: await withoutLost(opened, options) };
    const look = lookOnce(lab.plan);
    if (own !== undefined) {
      valuesOf(
        await pooled(lab.units, defaultParallel(), (unit) =>
          removeUnknown(lab.plan, unit, own, options.say, look),
        ),
      );
      const hosts = lab.units.find(({ unit }) => unit.kind === "hosts");
      if (hosts) await removeUnknownInCloud(lab.plan, { ...hosts, id: own }, options.say);
    }
    units = await runUnits(
      [...lab.units].reverse(),
      async ({ unit, engine }) => {
        // What costs when it goes by accident goes by this command.
        if (unit.kind === "hosts") await engine.unprotect();
        return engine.destroy((event) => options.onEvent(unit.stack, event), options.signal);
      },
      { parallel: defaultParallel(), ...(options.signal ? { signal: options.signal } : {}) },
    );
    const [failed, ...others] = units.flatMap((unit) => unit.failed ?? []);
    if (failed) throw new FaultError([failed, ...others]);
  } catch (error) {
    if (!isFault(error, "stack-absent")) throw error;
  }
  const standing = await findMarked(file.lab, machines);
  const own = inOrder(standing.filter((object) => object.mark.id === id));
  for (const object of own)
    options.say(`recovery: removed ${object.kind} ${object.name}, which no state knew`);
  await removeLeftovers(own, machines);
  return { units, left: standing.filter((object) => object.mark.id !== id) };
}
