import { setTimeout as pause } from "node:timers/promises";
import { TUNNEL_NAMES, type Tunnel, tunnelKind } from "../../course/clouds/tunnel";
import { type Fault, FaultError } from "../../course/faults";
import { isCloud } from "../../course/hosts";
import type { LabPlan } from "../../course/plan";
import { hostsConfig, prepareAccess, readHostsConfig } from "../hosts/access";
import { machinesOf } from "../hosts/machine";
import type { Say } from "../images";
import { planLab, refuseUnknownTeams } from "../plan";
import { run } from "../process";
import type { StackFile } from "../stackFile";
import { machineAccounts } from "./accounts";
import { refusedWithoutHosts } from "./faults";
import { greets } from "./greeting";
import type { CloudMachine, MachineAccount } from "./machines";
import { hostsStanding } from "./standing";

/** What machines are to do. */
export type WantedPower = "running" | "stopped";

/** How a host came out. */
export interface HostPower {
  readonly host: string;
  readonly team: string;
  readonly region: string;
  /** True where nothing had to be done. */
  readonly already: boolean;
  readonly address?: string;
}

/** What {@link changePower} reports. */
export interface PowerReport {
  readonly plan: LabPlan;
  readonly hosts: readonly HostPower[];
  /** Hosts of the plan that the cloud does not have. */
  readonly absent: readonly string[];
}

/** Options of {@link changePower}. */
export interface PowerOptions {
  /** Only these teams' hosts; all when it is empty. */
  readonly teams: readonly string[];
  readonly say: Say;
  readonly signal?: AbortSignal;
  /** Milliseconds that machines may take; a quarter of an hour by default. */
  readonly patience?: number;
  /** The accounts; those of the lab's hosts by default. */
  readonly accounts?: readonly MachineAccount[];
  /** Whether a machine is reached, undefined where nobody can look; by its SSH server's greeting, or through its tunnel, by default. */
  readonly reaches?: (machine: CloudMachine) => Promise<boolean | undefined>;
}

/** Amazon gives no bound, and is done in a minute or two; a machine that hangs is cut off after some ten. */
const PATIENCE = 15 * 60_000;

/** First pause between two looks, in milliseconds, and the longest. */
const PAUSES = { first: 500, longest: 5_000 } as const;

/** The hosts in clouds of some teams. @throws FaultError `unknown-team`, or `target-not-built` where there is none */
export function chosenHosts(plan: LabPlan, teams: readonly string[]): string[] {
  refuseUnknownTeams(plan, teams);
  const hosts = plan.hosts.filter(({ config }) => isCloud(config)).map(({ name }) => name);
  const own = plan.teams.filter(
    ({ id, host }) => hosts.includes(host) && (teams.length === 0 || teams.includes(id)),
  );
  if (own.length > 0) return own.map(({ host }) => host);
  throw refusedWithoutHosts(plan.lab, teams);
}

/** Refuses where two labs of one name have machines: nobody can tell by the name which is meant. */
function refuseTwoLabs(lab: string, machines: readonly CloudMachine[]): void {
  const ids = [...new Set(machines.map(({ mark }) => mark.id))].sort();
  if (ids.length < 2) return;
  throw new FaultError([
    {
      code: "lab-name-in-use",
      where: `lab ${lab}`,
      what: `several labs of this name have hosts in the account (ids ${ids.join(", ")}), and nothing was changed`,
      expected: "one lab of a name in an account",
      fix: `Take the others down where they were made, or see whose they are: npx classlab sweep --stack ${lab}`,
    },
  ]);
}

/** What is next for a machine: nothing, to be asked to, or to be waited for. */
function nextFor({ power }: CloudMachine, wanted: WantedPower): "there" | "ask" | "wait" {
  if (power === wanted) return "there";
  if (wanted === "stopped") return power === "running" || power === "halted" ? "ask" : "wait";
  return power === "stopped" || power === "halted" ? "ask" : "wait";
}

function tooLong(
  { host, power, address }: CloudMachine,
  wanted: WantedPower,
  minutes: number,
  tunnel: Tunnel["kind"] | undefined,
): Fault {
  const where = `host ${host}`;
  if (power !== wanted) {
    return {
      code: "cloud-busy",
      where,
      what: `the cloud says after ${minutes} minutes that it is ${power}`,
      expected: wanted,
      fix: "Run the command again: it goes on waiting. If it stays so, look at the machine on the cloud's own page",
    };
  }
  if (tunnel)
    return {
      code: "host-unreachable",
      where,
      what: `it runs, and does not answer by ${TUNNEL_NAMES[tunnel]} after ${minutes} minutes`,
      expected: "a host whose agent and SSH server run, and credentials that may begin a session there",
      fix: "Run npx classlab doctor, and look at the machine's console on the cloud's page",
    };
  return {
    code: "host-unreachable",
    where,
    what: `it runs, and its SSH server at ${address ?? "no address"} does not answer after ${minutes} minutes`,
    expected: "an answer to whoever is in the host's allowedCidrs",
    fix: "Look whether this machine's own address is in allowedCidrs, and at the machine's console on the cloud's page",
  };
}

/** One run: it looks, asks what has to be asked, and waits. */
class Run {
  private readonly shown = new Map<string, string>();
  private readonly refused = new Map<string, Fault>();
  private readonly asked = new Set<string>();

  constructor(
    private readonly wanted: WantedPower,
    private readonly options: Required<Pick<PowerOptions, "say" | "reaches">>,
  ) {}

  get faults(): Fault[] {
    return [...this.refused.values()];
  }

  /** Whether something had to be done for a machine. */
  changed({ id }: CloudMachine): boolean {
    return this.asked.has(id);
  }

  private tell(host: string, words: string): void {
    if (this.shown.get(host) === words) return;
    this.shown.set(host, words);
    this.options.say(`${host}: ${words}`);
  }

  /** Takes a machine a step on. @returns whether there is nothing left to do for it */
  async advance(account: MachineAccount, machine: CloudMachine): Promise<boolean> {
    const { id, host } = machine;
    if (this.refused.has(id)) return true;
    const next = nextFor(machine, this.wanted);
    if (next !== "there") {
      this.asked.add(id);
      this.tell(host, this.wanted === "stopped" ? "stopping" : "starting");
      if (next === "ask") await this.ask(account, machine);
      return this.refused.has(id);
    }
    const reached = this.wanted === "stopped" ? undefined : await this.options.reaches(machine);
    if (reached !== false) {
      const there = reached === undefined ? "runs" : "answers";
      if (this.asked.has(id)) this.tell(host, this.wanted === "stopped" ? "stopped" : there);
      return true;
    }
    this.asked.add(id);
    this.tell(host, "runs, and does not answer yet");
    return false;
  }

  /** A machine that a cloud refuses to change stops no other. */
  private async ask(account: MachineAccount, machine: CloudMachine): Promise<void> {
    try {
      await (this.wanted === "stopped" ? account.stop(machine) : account.start(machine));
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      this.refused.set(machine.id, { ...error.faults[0], where: `host ${machine.host}` });
    }
  }
}

/** By which tunnel each host is reached that is not reached directly. */
function tunnelsOf({ hosts }: LabPlan): ReadonlyMap<string, Tunnel["kind"]> {
  return new Map(
    hosts.flatMap(({ name, config }): [string, Tunnel["kind"]][] => {
      const kind = isCloud(config) ? tunnelKind(config) : undefined;
      return kind ? [[name, kind]] : [];
    }),
  );
}

/** Milliseconds that one attempt to come in by a tunnel may take. */
const TUNNEL_DEADLINE = 60_000;

/** How it is seen that a machine is reached. */
function reachedBy(
  lab: string,
  tunnels: ReadonlyMap<string, Tunnel["kind"]>,
  signal: AbortSignal | undefined,
): (machine: CloudMachine) => Promise<boolean | undefined> {
  return async ({ host, address }) => {
    if (!tunnels.has(host)) return address === undefined ? undefined : greets(address);
    // Where the state that has its key cannot be read, nothing here leads there: that it runs is all that can be told.
    if (!readHostsConfig(lab).has(host)) return undefined;
    const words = ["-F", hostsConfig(lab), host, "exit"];
    const { code } = await run("ssh", words, { deadline: TUNNEL_DEADLINE, ...(signal ? { signal } : {}) });
    return code === 0;
  };
}

/** Writes down how hosts behind tunnels are reached now, as far as the state that has it can be read: another operator may have made them, or given them another way. */
async function learnWays(file: StackFile, plan: LabPlan): Promise<void> {
  try {
    const machines = machinesOf(planLab(file, await hostsStanding(plan)));
    prepareAccess(
      plan.lab,
      machines.filter(({ remote }) => remote.tunnel !== undefined),
    );
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
  }
}

/**
 * Has a lab's machines in clouds stopped or started now, and waits until they are stopped, or answer. They are found by their marks; a machine that
 * is so already is left as it is. Stopped on request it changes nothing more, and the next run goes on.
 * @throws FaultError with the cause for each host that could not be changed, after the others were
 */
export async function changePower(
  file: StackFile,
  wanted: WantedPower,
  options: PowerOptions,
): Promise<PowerReport> {
  const plan = planLab(file);
  const tunnels = tunnelsOf(plan);
  const { signal, patience = PATIENCE, say } = options;
  const reaches = options.reaches ?? reachedBy(plan.lab, tunnels, signal);
  if (wanted === "running" && tunnels.size > 0) await learnWays(file, plan);
  const names = chosenHosts(plan, options.teams);
  const accounts = options.accounts ?? (await machineAccounts(plan.hosts, signal));
  const run = new Run(wanted, { say, reaches });
  const end = performance.now() + patience;
  for (let wait: number = PAUSES.first; ; wait = Math.min(wait * 1.5, PAUSES.longest)) {
    const looked = await Promise.all(
      accounts.map(async (account) => ({ account, machines: await account.machines(plan.lab) })),
    );
    refuseTwoLabs(
      plan.lab,
      looked.flatMap(({ machines }) => machines),
    );
    const own = looked.flatMap(({ account, machines }) =>
      machines.filter(({ host }) => names.includes(host)).map((machine) => ({ account, machine })),
    );
    if (own.length === 0) throw notMade(file, names);
    const done = await Promise.all(own.map(({ account, machine }) => run.advance(account, machine)));
    if (done.every(Boolean)) {
      refuseAll(run.faults);
      return reportOf(
        plan,
        names,
        own.map(({ machine }) => machine),
        run,
      );
    }
    if (performance.now() > end) {
      const late = own.filter((_entry, index) => !done[index]).map(({ machine }) => machine);
      const minutes = Math.round(patience / 60_000);
      refuseAll([
        ...run.faults,
        ...late.map((machine) => tooLong(machine, wanted, minutes, tunnels.get(machine.host))),
      ]);
    }
    await pause(wait, undefined, signal ? { signal } : {});
  }
}

function refuseAll(faults: readonly Fault[]): void {
  const [first, ...more] = faults;
  if (first) throw new FaultError([first, ...more]);
}

function notMade(file: StackFile, names: readonly string[]): FaultError {
  return new FaultError([
    {
      code: "stack-absent",
      where: `lab ${file.lab}`,
      what: `the cloud has none of its hosts (${names.join(", ")})`,
      fix: `Run: npx classlab up ${file.selection} --hosts`,
    },
  ]);
}

function reportOf(
  plan: LabPlan,
  names: readonly string[],
  machines: readonly CloudMachine[],
  run: Run,
): PowerReport {
  const standing = new Set(machines.map(({ host }) => host));
  return {
    plan,
    hosts: machines.map((machine) => ({
      host: machine.host,
      team: machine.mark.team ?? "",
      region: machine.region,
      already: !run.changed(machine),
      ...(machine.address === undefined ? {} : { address: machine.address }),
    })),
    absent: names.filter((name) => !standing.has(name)),
  };
}
