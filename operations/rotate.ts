import { join } from "node:path";
import { teamKeyPath } from "../components/hypervisors/channelOptions";
import { forgetFormerKeys } from "../components/teamKey";
import { renderRotationCheck } from "../components/wordPressFiles";
import { type Fault, FaultError } from "../course/faults";
import type { GuestPlan, LabPlan, TeamPlan } from "../course/plan";
import { accountName, makesRegistry, secretsOf } from "../course/resources";
import { channelTo } from "./channel";
import type { StackState } from "./engine";
import { rotationFault } from "./engineFault";
import type { Say } from "./images";
import { homeFolder } from "./paths";
import { planLab } from "./plan";
import { defaultParallel } from "./pool";
import { prepareExisting, prepareUp } from "./prepare";
import { run } from "./process";
import { type OnUnitEvent, runUnits, type UnitResult } from "./runUnits";
import { checkGuestServices, type ServiceCheck } from "./services";
import { writeSshConfig } from "./sshConfig";
import type { StackFile } from "./stackFile";
import type { PreparedUnit } from "./units";

/** What `rotate` reports: names only, never a value. */
export interface RotateReport {
  readonly plan: LabPlan;
  /** The secrets that were made anew, by team; of a team that failed none is told. */
  readonly rotated: readonly { readonly team: string; readonly secrets: readonly string[] }[];
  readonly units: readonly UnitResult[];
  /** Every service of those teams, opened afterwards. */
  readonly services: readonly ServiceCheck[];
}

/** Options of `rotate`. */
export interface RotateOptions {
  /** Ids of teams, or all of the lab's. */
  readonly teams: readonly string[] | "all";
  readonly say: Say;
  readonly onEvent: OnUnitEvent;
  /** Whether distribution packages may be installed without asking. */
  readonly consent: boolean;
  readonly signal?: AbortSignal;
}

/** The chosen teams of a lab. @throws FaultError when none is chosen, or one that the lab does not have */
export function chooseTeams(plan: LabPlan, chosen: readonly string[] | "all"): readonly TeamPlan[] {
  if (chosen === "all") return plan.teams;
  const known = plan.teams.map((team) => team.id);
  const [first, ...rest] = chosen
    .filter((id) => !known.includes(id))
    .map(
      (id): Fault => ({
        code: "unknown-team",
        where: `--team ${id}`,
        what: `lab ${plan.lab} has no such team`,
        expected: `${known.length === 1 ? "" : "one of "}${known.join(", ")}`,
      }),
    );
  if (first) throw new FaultError([first, ...rest]);
  if (chosen.length === 0) {
    throw new FaultError([
      {
        code: "no-team-chosen",
        where: `lab ${plan.lab}`,
        what: "whose secrets are to be made anew is not said",
        fix: `Add --team ${known[0] ?? "ID"} or --all`,
      },
    ]);
  }
  return plan.teams.filter((team) => chosen.includes(team.id));
}

/** Refuses while nothing is changed what would fail half-way: passwords change inside a running database only. */
async function checkGuest(plan: LabPlan, guest: GuestPlan): Promise<void> {
  if (guest.windows)
    throw rotationFault(
      `guest ${guest.objectName}`,
      "a guest with Windows lets in its first key alone, and nothing else tells it another: npx classlab up --replace makes it anew",
    );
  const { shell } = channelTo(plan, guest);
  for (const stack of guest.docker.filter(({ kind }) => kind === "wordpress")) {
    const result = await run("sh", ["-c", shell], {
      stdin: renderRotationCheck(stack.name),
      deadline: 180_000,
    });
    if (result.code === 0) continue;
    const words = /rotate-failed: ([^\n]+)/.exec(result.stderr)?.[1];
    throw rotationFault(
      `guest ${guest.objectName}`,
      words ?? `it does not answer (${result.stderr.trim().split("\n").at(-1) ?? ""})`,
    );
  }
}

/** The team's secrets as the stack's state has them. @throws FaultError `stack-absent` when the team was never made */
function standing(
  state: StackState,
  plan: LabPlan,
  team: TeamPlan,
  file: StackFile,
): { urn: string; name: string }[] {
  const found = secretsOf(plan, team).flatMap(({ type, name }) =>
    state.resources
      .filter((resource) => resource.type === type && resource.urn.endsWith(`::${name}`))
      .map(({ urn }) => ({ urn, name })),
  );
  if (found.length > 0) return found;
  throw new FaultError([
    {
      code: "stack-absent",
      where: `team ${team.id}`,
      what: "nothing of it stands",
      fix: `Run: npx classlab up ${file.selection}`,
    },
  ]);
}

/** The passwords of teams at the class's own registry, where this unit makes it. */
function accountsIn(
  { unit, state }: PreparedUnit,
  plan: LabPlan,
  teams: readonly TeamPlan[],
): { team: string; stack: string; found: { urn: string; name: string }[] }[] {
  if (!makesRegistry(plan, unit)) return [];
  return teams.map(({ id }) => ({
    team: id,
    stack: unit.stack,
    found: state.resources
      .filter(({ urn }) => urn.endsWith(`::${accountName(id)}`))
      .map(({ urn }) => ({ urn, name: accountName(id) })),
  }));
}

/**
 * Makes the secrets of teams anew and brings them where they are used. Ended at any moment, what it
 * began is completed by the next `up`: new values stand in state before they are used anywhere.
 * @throws FaultError
 */
export async function rotate(file: StackFile, options: RotateOptions): Promise<RotateReport> {
  chooseTeams(planLab(file), options.teams);
  // A lab of which nothing stands is not to be made on the way.
  await prepareExisting(file);
  const lab = await prepareUp(file, options);
  const teams = chooseTeams(lab.plan, options.teams);
  const units = lab.units.filter(
    ({ unit }) => makesRegistry(lab.plan, unit) || teams.some((team) => unit.teams.includes(team.id)),
  );
  const secrets = units.flatMap((entry) => [
    ...teams
      .filter((team) => entry.unit.teams.includes(team.id))
      .map((team) => ({
        team: team.id,
        stack: entry.unit.stack,
        found: standing(entry.state, lab.plan, team, file),
      })),
    ...accountsIn(entry, lab.plan, teams),
  ]);
  const guests = teams.flatMap((team) => team.guests);
  for (const guest of guests) await checkGuest(lab.plan, guest);
  const results = await runUnits(
    units,
    ({ unit, engine }) =>
      engine.up(
        (event) => options.onEvent(unit.stack, event),
        options.signal,
        secrets.flatMap(({ stack, found }) => (stack === unit.stack ? found.map(({ urn }) => urn) : [])),
      ),
    { parallel: defaultParallel(), ...(options.signal ? { signal: options.signal } : {}) },
  );
  await writeSshConfig(lab.plan);
  const failed = new Set(results.filter((result) => result.failed).map(({ stack }) => stack));
  const chosen = teams.map(({ id }) => id);
  const done = units
    .filter(({ unit }) => !failed.has(unit.stack))
    .flatMap(({ unit }) => unit.teams.filter((team) => chosen.includes(team)));
  for (const team of done) forgetFormerKeys(join(homeFolder(), teamKeyPath(lab.plan.lab, team)));
  const services = await Promise.all(
    guests
      .filter((guest) => done.includes(guest.team))
      .map((guest) => checkGuestServices(lab.plan, lab.record, guest, true)),
  );
  return {
    plan: lab.plan,
    rotated: done.map((team) => ({
      team,
      secrets: secrets
        .filter((own) => own.team === team)
        .flatMap(({ found }) => found.map(({ name }) => name)),
    })),
    units: results,
    services: services.flat(),
  };
}
