import type { HostConfig, LabConfig } from "./config";
import { AMOUNTS, type Amounts, densityOf, reserveOf, totalOf } from "./demand";
import type { Fault } from "./faults";
import { groupBy } from "./groupBy";
import type { HostPlan } from "./hosts";
import { amountsOf } from "./instanceTypes";
import type { LabPlan } from "./plan";
import type { Target } from "./support";

/** One amount of a host. */
export interface CapacityLine {
  /** What its guests need. */
  readonly needed: number;
  /** What the whole machine has; absent where nothing tells it. */
  readonly there?: number;
  /** What of it guests may have together; absent where that is not checked. */
  readonly limit?: number;
}

/** What the guests of a host need, and what the host bears. */
export interface HostCapacity extends Readonly<Record<keyof Amounts, CapacityLine>> {
  readonly host: string;
  readonly kind: HostPlan["kind"];
  readonly target: Target;
  readonly teams: number;
  readonly guests: number;
}

/**
 * What guests may have of a host together: its CPUs times the density that it bears, memory and disk less what it keeps for itself.
 * An amount that nothing tells, or that containers do not reserve, is absent.
 */
export function limitsOf(config: HostConfig, target: Target): Partial<Amounts> {
  const there = amountsOf(config);
  const reserve = reserveOf(config);
  const density = densityOf(config, target);
  return {
    ...(there.cpus === undefined || density === undefined ? {} : { cpus: there.cpus * density }),
    ...(there.memory === undefined ? {} : { memory: Math.max(0, there.memory - reserve.memory) }),
    ...(there.disk === undefined ? {} : { disk: Math.max(0, there.disk - reserve.disk) }),
  };
}

/** How many teams of a demand fit a host; undefined where nothing limits them. */
export function teamsThatFit(config: HostConfig, target: Target, team: Amounts): number | undefined {
  const limits = limitsOf(config, target);
  const counts = AMOUNTS.flatMap((amount) => {
    const limit = limits[amount];
    return limit === undefined || team[amount] === 0 ? [] : [Math.floor(limit / team[amount])];
  });
  return counts.length === 0 ? undefined : Math.min(...counts);
}

/** One decimal is enough for GiB that are sums of measured megabytes. */
const rounded = (value: number): number => Math.ceil(value * 10) / 10;

/** What each host's guests need and what the host bears, in the order of the plan's hosts: pure, linear. */
export function capacityOf(plan: Pick<LabPlan, "hosts" | "teams">): HostCapacity[] {
  const teamsOf = groupBy(plan.teams, (team) => team.host);
  return plan.hosts.map(({ name, kind, target, config }): HostCapacity => {
    const teams = teamsOf.get(name) ?? [];
    const guests = teams.reduce((sum, team) => sum + team.guests.length, 0);
    const needed = totalOf(teams.map((team) => team.demand));
    const there = amountsOf(config);
    const limits = limitsOf(config, target);
    const line = (amount: keyof Amounts): CapacityLine => ({
      needed: rounded(needed[amount]),
      ...(there[amount] === undefined ? {} : { there: there[amount] }),
      ...(limits[amount] === undefined ? {} : { limit: limits[amount] }),
    });
    return {
      host: name,
      kind,
      target,
      teams: teams.length,
      guests,
      cpus: line("cpus"),
      memory: line("memory"),
      disk: line("disk"),
    };
  });
}

const UNITS: Readonly<Record<keyof Amounts, string>> = {
  cpus: "vCPUs",
  memory: "MiB of memory",
  disk: "GiB of disk",
};

/** How the limit of an amount comes about, in words. */
function limitWords(amount: keyof Amounts, { there, limit }: CapacityLine, host: HostPlan): string {
  if (amount === "cpus") return `${limit} (${there} CPUs, ${densityOf(host.config, host.target)} vCPUs each)`;
  return `${limit} (${there} less ${reserveOf(host.config)[amount]} for itself)`;
}

/**
 * Hosts whose guests need more than they bear. Every host of a cloud pattern is the same: the first that is too small speaks
 * for them.
 */
export function capacityFaults(config: LabConfig, plan: Pick<LabPlan, "hosts" | "teams">): Fault[] {
  const said = new Set<string>();
  const hosts = new Map(plan.hosts.map((host) => [host.name, host]));
  const indices = new Map(config.hosts.map((host, index) => [host, index]));
  return capacityOf(plan).flatMap((capacity): Fault[] => {
    const host = hosts.get(capacity.host);
    if (!host) return [];
    const where = `lab.hosts[${indices.get(host.config)}]`;
    return AMOUNTS.flatMap((amount): Fault[] => {
      const line = capacity[amount];
      const fits = line.limit === undefined || line.needed <= line.limit;
      if (fits || said.has(`${where} ${amount}`)) return [];
      said.add(`${where} ${amount}`);
      return [
        {
          code: "capacity-exceeded",
          where,
          what: `the ${capacity.guests} guest(s) on host "${capacity.host}" need ${line.needed} ${UNITS[amount]}, and it bears ${limitWords(amount, line, host)}`,
          expected: "guests that fit their host",
          fix: "Place fewer teams there, give the guests less, or take a larger host",
        },
      ];
    });
  });
}
