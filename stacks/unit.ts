import * as command from "@pulumi/command";
import * as random from "@pulumi/random";
import { HypervisorHost } from "../components/hypervisorHost";
import { driverOf } from "../components/hypervisors";
import type { DriverContext, StackProviders } from "../components/hypervisors/driver";
import { LabRecord } from "../components/labRecord";
import { TeamLab } from "../components/teamLab";
import { VirtualSwitch } from "../components/virtualSwitch";
import { accessOf, type GuestAccess } from "../course/access";
import { makesHost } from "../course/hosts";
import { siteSettingsOf } from "../course/siteSettings";
import type { StackSettings } from "./settings";

/** What a stack tells its users. */
export interface UnitOutputs {
  /** How to reach each guest, by team and guest: the addresses that really work on the machine that made the lab. */
  readonly guests: Record<string, Record<string, GuestAccess>>;
}

/** Makes everything that one stack of a lab holds. */
export function deployUnit({ plan, unit, record }: StackSettings): UnitOutputs {
  // What was decided once stays in state, first of all, so that a run that fails later has not lost it.
  const kept = new LabRecord("record", record);
  const providers: StackProviders = {
    command: new command.Provider("scripts"),
    random: new random.Provider("secrets"),
  };
  const context: DriverContext = {
    mark: { lab: plan.lab, id: record.labId, stack: unit.stack },
    ...(record.images ? { images: record.images } : {}),
    plan,
    ...(record.libvirt ? { libvirt: record.libvirt } : {}),
    ...(record.virtualbox ? { virtualbox: record.virtualbox } : {}),
  };
  const hosts = new Map(
    plan.hosts
      .filter((host) => unit.hosts.includes(host.name))
      .map((host) => {
        const args = {
          plan: host,
          driver: driverOf(host.target),
          providers,
          context,
          owned: makesHost(unit.kind, host),
        };
        return [host.name, new HypervisorHost(host.name, args, { dependsOn: [kept] })];
      }),
  );
  const hostOf = (name: string): HypervisorHost => {
    const host = hosts.get(name);
    if (!host) throw new Error(`the plan has no host "${name}"`);
    return host;
  };
  const switches = new Map(
    plan.switches
      .filter((entry) => unit.switches.includes(entry.key))
      .map((entry) => {
        const host = hostOf(entry.host);
        const args = { plan: entry, driver: driverOf(host.prepared.plan.target), host, context };
        return [entry.objectName, new VirtualSwitch(entry.key, args)];
      }),
  );
  const teams = plan.teams.filter((team) => unit.teams.includes(team.id));
  const site = siteSettingsOf(plan);
  for (const team of teams) {
    const host = hostOf(team.host);
    const driver = driverOf(host.prepared.plan.target);
    new TeamLab(team.id, { plan: team, driver, host, site, switches, providers, context });
  }
  return {
    guests: Object.fromEntries(
      teams.map((team) => [
        team.id,
        Object.fromEntries(team.guests.map((guest) => [guest.name, accessOf(plan, guest)])),
      ]),
    ),
  };
}
