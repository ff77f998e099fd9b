import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { HypervisorHost } from "../components/hypervisorHost";
import { driverOf } from "../components/hypervisors";
import type { DriverContext, StackProviders } from "../components/hypervisors/driver";
import { ImageRegistry } from "../components/imageRegistry";
import { LabRecord as KeptRecord } from "../components/labRecord";
import { TeamLab } from "../components/teamLab";
import { VirtualSwitch } from "../components/virtualSwitch";
import { accessOf, type GuestAccess } from "../course/access";
import { makesHost } from "../course/hosts";
import { FIRST_AUTHORITY, type LabRecord } from "../course/record";
import { makesRegistry, REGISTRY } from "../course/resources";
import { siteSettingsOf } from "../course/siteSettings";
import type { StackSettings } from "./settings";

/** What a stack tells its users. */
export interface UnitOutputs {
  /** How to reach each guest, by team and guest: the addresses that really work on the machine that made the lab. */
  readonly guests: Record<string, Record<string, GuestAccess>>;
}

/** Before the site has made the registry a preview knows only that there will be authorities: any text stands for them. */
function authoritiesToCome(): string {
  if (!pulumi.runtime.isDryRun())
    throw new pulumi.RunError("the class's registry does not stand yet. Run: npx classlab up");
  return "# known once the registry stands\n";
}

function registryImage({ images }: LabRecord): string {
  if (!images?.registry) throw new Error("a lab with a registry of its own has an image for it");
  return images.registry.id;
}

/** Makes everything that one stack of a lab holds. */
export function deployUnit({ plan, unit, record, trusted }: StackSettings): UnitOutputs {
  // What was decided once stays in state, first of all, so that a run that fails later has not lost it.
  const kept = new KeptRecord("record", record);
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
  const site = siteSettingsOf(plan);
  const { server } = plan.registry ?? {};
  const lan = server && switches.get(server.switchObject);
  const registry =
    server && lan && makesRegistry(plan, unit)
      ? new ImageRegistry(REGISTRY, {
          plan: server,
          host: hostOf(server.host),
          network: lan.network,
          image: registryImage(record),
          site,
          authority: record.registry ?? FIRST_AUTHORITY,
          providers,
          context,
        })
      : undefined;
  // Guests are to trust what the registry has by then.
  const authorities = registry
    ? pulumi.all([registry.authorities, registry.files.id]).apply(([pem]) => pem)
    : server && (trusted ?? authoritiesToCome());
  const teams = plan.teams.filter((team) => unit.teams.includes(team.id));
  for (const team of teams) {
    const host = hostOf(team.host);
    const driver = driverOf(host.prepared.plan.target);
    new TeamLab(team.id, { plan: team, driver, host, site, authorities, switches, providers, context });
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
