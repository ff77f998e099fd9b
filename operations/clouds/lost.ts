import { isCloud } from "../../course/hosts";
import type { LabPlan, UnitPlan } from "../../course/plan";
import { isScript } from "../../course/resources";
import { HYPERVISOR_HOST_TYPE } from "../../course/resourceTypes";
import type { StateResource } from "../engine";
import type { Say } from "../images";
import { diskLost, type Loss } from "../protect";
import type { PreparedUnit } from "../units";

const nameOf = ({ urn }: StateResource): string => urn.split("::").at(-1) ?? "";

/** A unit as its state has it, and the hosts in clouds that it has something on. */
type Unit = Pick<PreparedUnit, "unit" | "state">;

/** What a stack made first on a host, and all else there depends on; undefined where it has nothing there. */
function rootOn(host: string, resources: readonly StateResource[]): StateResource | undefined {
  const roots = [`${host}-pool`, `${host}-hyperv`];
  return resources.find((entry) => isScript(entry.type) && roots.includes(nameOf(entry)));
}

/** Names of a unit's hosts in clouds. */
function cloudHosts(plan: Pick<LabPlan, "hosts">, unit: UnitPlan): string[] {
  return plan.hosts
    .filter(({ name, config }) => isCloud(config) && unit.hosts.includes(name))
    .map(({ name }) => name);
}

/** Names of hosts that are other machines now than those on which the unit's guests were made. */
export function hostsMadeAnew(plan: LabPlan, { unit, state }: Unit): string[] {
  return plan.hosts.flatMap(({ name, standing }) => {
    if (!standing || !unit.hosts.includes(name)) return [];
    const before = state.resources.find(
      (entry) => entry.type === HYPERVISOR_HOST_TYPE && nameOf(entry) === name,
    );
    const machine = before?.inputs?.machine;
    return machine === undefined || machine === standing.machine ? [] : [name];
  });
}

/** Names of hosts on which a unit has something by its state, and that do not stand. */
export function hostsLost(plan: LabPlan, { unit, state }: Unit, stands: (host: string) => boolean): string[] {
  return cloudHosts(plan, unit).filter(
    (name) => !stands(name) && rootOn(name, state.resources) !== undefined,
  );
}

/** The guests of a unit that were on hosts, by its state: their disks went with the machines. */
export function lostGuests(plan: LabPlan, { state }: Unit, hosts: readonly string[]): Loss[] {
  const disks = new Set(
    state.resources
      .filter(({ type, urn }) => isScript(type) && urn.endsWith("-disk"))
      .map(({ parent }) => parent),
  );
  return state.resources.flatMap(({ urn, inputs }): Loss[] => {
    const { team, guest } = inputs ?? {};
    const host = plan.teams.find(({ id }) => id === team)?.host;
    if (!disks.has(urn) || host === undefined || !hosts.includes(host)) return [];
    return [diskLost(String(team), String(guest), `the machine of its host ${host} is gone`)];
  });
}

/**
 * Forgets what a unit had on hosts that are gone, with all that was in its guests: it went with them, and nobody is asked to remove it.
 * @returns the unit with the state as it is then
 */
export async function forgetOn(
  plan: LabPlan,
  prepared: PreparedUnit,
  hosts: readonly string[],
  why: string,
  say: Say,
): Promise<PreparedUnit> {
  if (hosts.length === 0) return prepared;
  for (const { team, guest } of lostGuests(plan, prepared, hosts)) say(`${team}/${guest}: ${why}`);
  for (const host of hosts) {
    const root = rootOn(host, prepared.state.resources);
    if (root) await prepared.engine.forget(root.urn);
  }
  return { ...prepared, state: await prepared.engine.state() };
}
