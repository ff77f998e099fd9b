import * as command from "@pulumi/command";
import * as random from "@pulumi/random";
import { HypervisorHost } from "../components/hypervisorHost";
import { driverOf } from "../components/hypervisors";
import type { DriverContext, StackProviders } from "../components/hypervisors/driver";
import { LabRecord } from "../components/labRecord";
import { TeamLab } from "../components/teamLab";
import { VirtualSwitch } from "../components/virtualSwitch";
import { type GuestAccess, guestAccess } from "../course/access";
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
  const driver = driverOf(plan.target);
  const context: DriverContext = {
    mark: { lab: plan.lab, id: record.labId, stack: unit.stack },
    images: record.images,
  };
  const hosts = new Map(
    plan.hosts
      .filter((host) => unit.hosts.includes(host.name))
      .map((host) => [
        host.name,
        new HypervisorHost(host.name, { plan: host, driver, providers }, { dependsOn: [kept] }),
      ]),
  );
  const hostOf = (name: string): HypervisorHost => {
    const host = hosts.get(name);
    if (!host) throw new Error(`the plan has no host "${name}"`);
    return host;
  };
  const switches = new Map(
    plan.switches
      .filter((entry) => unit.switches.includes(entry.key))
      .map((entry) => [
        entry.objectName,
        new VirtualSwitch(entry.key, { plan: entry, driver, host: hostOf(entry.host), context }),
      ]),
  );
  const teams = plan.teams.filter((team) => unit.teams.includes(team.id));
  const site = siteSettingsOf(plan);
  for (const team of teams) {
    new TeamLab(team.id, { plan: team, driver, host: hostOf(team.host), site, switches, providers, context });
  }
  return {
    guests: Object.fromEntries(
      teams.map((team) => [
        team.id,
        Object.fromEntries(team.guests.map((guest) => [guest.name, guestAccess(guest)])),
      ]),
    ),
  };
}
