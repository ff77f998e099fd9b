import type { HostConfig, LabConfig } from "../config";
import type { Fault } from "../faults";
import { groupBy } from "../groupBy";
import { osOf } from "../hosts";
import type { PlacementValidator } from "./validator";

/** Users on a desktop at once, and what says so. */
interface DesktopUsers {
  readonly most: number;
  readonly why: string;
}

/**
 * How many users Windows lets on its desktop by RDP at once. Home: none, it is no RDP host. Other client editions: one (Windows licence
 * terms; learn.microsoft.com, "Remote Desktop - Allow access to your PC"). Server: two for administration, more with Remote
 * Desktop licences (learn.microsoft.com, "License your RDS deployment"). 2026-11.
 */
export function desktopUsers(config: LabConfig, host: HostConfig): DesktopUsers | undefined {
  if (osOf(host) !== "windows") return undefined;
  const edition = host.kind === "existing" ? host.windows : "server";
  if (edition === undefined) return undefined;
  if (edition === "home") return { most: 0, why: "Windows Home takes no remote desktop" };
  if (edition !== "server") return { most: 1, why: "a Windows client lets one user on its desktop" };
  const bought = config.licences.remoteDesktop?.users;
  if (bought !== undefined) return { most: bought, why: `licences.remoteDesktop is for ${bought} users` };
  return { most: 2, why: "Windows Server lets two in without Remote Desktop licences" };
}

/** Learners who come by RDP find room on the desktops of their hosts. */
export const desktopsSuffice: PlacementValidator = (config, { hosts, teams }) => {
  if (!config.channels.includes("rdp")) return [];
  const teamsOf = groupBy(teams, (team) => team.host);
  const indices = new Map(config.hosts.map((host, index) => [host, index]));
  const said = new Set<HostConfig>();
  return hosts.flatMap((host): Fault[] => {
    const allowed = desktopUsers(config, host.config);
    const seats = (teamsOf.get(host) ?? []).reduce((sum, team) => sum + (team.seats ?? 0), 0);
    // Every host of a cloud pattern is the same: the first speaks for them.
    if (!allowed || seats <= allowed.most || said.has(host.config)) return [];
    said.add(host.config);
    return [
      {
        code: "desktop-users",
        where: `lab.hosts[${indices.get(host.config)}]`,
        what: `${seats} learner(s) of host "${host.name}" are to come by RDP, and ${allowed.why}`,
        expected: allowed.most === 0 ? "another edition of Windows" : `at most ${allowed.most} at once`,
        fix: "Choose channel ssh or classroom, give each learner a host, or on Windows Server set licences.remoteDesktop to the users you have licences for",
      },
    ];
  });
};
