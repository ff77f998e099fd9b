import { capacityOf, type HostCapacity } from "./capacity";
import { type CostEstimate, estimateCost } from "./cost/estimate";
import { EXERCISE_IDS, type ExerciseId, exerciseData } from "./exercises";
import type { LabPlan } from "./plan";
import { type PullEstimate, pullsOf } from "./pulls";
import { type PlannedResource, resourcesOf } from "./resources";
import type { HostKind, Target, Text } from "./support";
import { type ExerciseSupport, exerciseSupport } from "./support/exercises";
import { supportNotes } from "./support/notes";

/** How an exercise of the lab is done on one kind of its hosts. */
export interface ExerciseRow {
  readonly exercise: ExerciseId;
  readonly title: Text;
  readonly target: Target;
  readonly kind: HostKind;
  readonly support: ExerciseSupport;
}

/** Something to know before the day. */
export interface ReportNote {
  /** Kind of the note; absent for what follows from the support table. */
  readonly code?: string;
  /** A path in the configuration, or a part of the lab. */
  readonly where: string;
  readonly text: Text;
  readonly source: string;
}

/** All that is known of a lab before anything of it is made. */
export interface PlanReport {
  readonly plan: LabPlan;
  readonly capacity: readonly HostCapacity[];
  readonly exercises: readonly ExerciseRow[];
  readonly notes: readonly ReportNote[];
  readonly pulls: PullEstimate;
  readonly cost: CostEstimate;
}

/** Hosts that the support table tells apart. */
function placesOf(plan: LabPlan): { readonly target: Target; readonly kind: HostKind }[] {
  const used = new Set(plan.teams.map((team) => team.host));
  const places = plan.hosts
    .filter(({ name }) => used.has(name))
    .map(({ target, kind }) => ({ target, kind }));
  return [...new Map(places.map((place) => [`${place.target} ${place.kind}`, place])).values()];
}

/** Exercises that the lab says it does; all of the course where it says none. */
function exerciseRows(plan: LabPlan): ExerciseRow[] {
  const exercises = plan.exercises.length > 0 ? plan.exercises : EXERCISE_IDS;
  const places = placesOf(plan);
  return exercises.flatMap((exercise) =>
    places.map(({ target, kind }) => ({
      exercise,
      title: exerciseData(exercise).title,
      target,
      kind,
      support: exerciseSupport(exercise, target, kind),
    })),
  );
}

/** What a lab will be, whether it fits, what will not be as in the book, and what it costs: pure. */
export function reportOf(plan: LabPlan): PlanReport {
  const pulls = pullsOf(plan);
  return {
    plan,
    capacity: capacityOf(plan),
    exercises: exerciseRows(plan),
    notes: [...plan.notes, ...supportNotes(plan), ...(pulls.note ? [pulls.note] : [])],
    pulls,
    cost: estimateCost(plan),
  };
}

/** The document that `classlab plan --json` prints. */
export interface PlanDocument extends Omit<LabPlan, "notes"> {
  /** Every resource that each stack will hold, by the name of the stack. */
  readonly resources: { readonly [stack: string]: readonly PlannedResource[] };
  readonly capacity: readonly HostCapacity[];
  readonly support: readonly ExerciseRow[];
  readonly notes: readonly ReportNote[];
  readonly pulls: PullEstimate;
  readonly cost: CostEstimate;
}

/** A report as one document. */
export function documentOf({ plan, capacity, exercises, notes, pulls, cost }: PlanReport): PlanDocument {
  return {
    ...plan,
    resources: Object.fromEntries(plan.units.map((unit) => [unit.stack, resourcesOf(plan, unit)])),
    capacity,
    support: exercises,
    notes,
    pulls,
    cost,
  };
}

/**
 * A report of some teams only: what is theirs and what they share, on the hosts that carry them. What hosts bear, notes, pulls and
 * cost stay those of the whole lab.
 * @param teams their ids; all when it is empty
 */
export function reportOfTeams(report: PlanReport, teams: readonly string[]): PlanReport {
  if (teams.length === 0) return report;
  const { plan } = report;
  const chosen = plan.teams.filter(({ id }) => teams.includes(id));
  const hosts = new Set(chosen.map(({ host }) => host));
  const switches = plan.switches.filter(
    ({ team, host }) => hosts.has(host) && (team === undefined || teams.includes(team)),
  );
  const keys = new Set(switches.map(({ key }) => key));
  return {
    ...report,
    capacity: report.capacity.filter(({ host }) => hosts.has(host)),
    plan: {
      ...plan,
      hosts: plan.hosts.filter(({ name }) => hosts.has(name)),
      teams: chosen,
      switches,
      units: plan.units
        .filter((unit) => unit.kind !== "team" || unit.teams.some((id) => teams.includes(id)))
        .map((unit) => ({
          ...unit,
          teams: unit.teams.filter((id) => teams.includes(id)),
          switches: unit.switches.filter((key) => keys.has(key)),
          hosts: unit.hosts.filter((name) => hosts.has(name)),
        })),
    },
  };
}
