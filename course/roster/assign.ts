import { MAX_SLOT } from "../config";
import { type Fault, failed, type Result, succeeded } from "../faults";
import { type Learner, MAX_SEATS, numberedId, type TeamWish, wishKey } from "./learner";
import type { LockTeam, RosterLock } from "./lock";

/** What differs between two locks; no word of who it is. */
export type RosterChange =
  | { readonly kind: "joined" | "left"; readonly team: string; readonly seat: number }
  | { readonly kind: "moved"; readonly team: string; readonly seat: number; readonly from: string }
  | { readonly kind: "opened" | "emptied" | "relabelled" | "rehosted"; readonly team: string };

/** Who sits where now, and what that changes. */
export interface Assignment {
  readonly lock: RosterLock;
  readonly changes: readonly RosterChange[];
}

/** What an assignment goes by, beside roster and lock. */
export interface AssignOptions {
  /** Learners a team, where the roster names none. */
  readonly size: number;
  /** The learner's key in the lock: 16 hexadecimal digits, the same for the same learner. */
  readonly keyOf: (learner: Learner) => string;
  /** How messages name the roster. */
  readonly file: string;
}

/** A learner on the way to a seat. */
interface Person {
  readonly key: string;
  readonly learner: Learner;
}

/** A team while seats are given out. */
interface Draft {
  readonly id: string;
  readonly slot: number;
  label?: string;
  host?: string;
  readonly seats: (string | null)[];
}

const taken = (team: Draft): number => team.seats.filter((seat) => seat !== null).length;

/** Puts a learner on the first free seat, a new one where none is free. */
function sit(team: Draft, key: string): void {
  const free = team.seats.indexOf(null);
  if (free === -1) team.seats.push(key);
  else team.seats[free] = key;
}

function stand(teams: readonly Draft[], key: string): void {
  for (const { seats } of teams) {
    const seat = seats.indexOf(key);
    if (seat !== -1) seats[seat] = null;
  }
}

/** Opens a team: on its slot where that is free, else on the lowest free one whose id is free as well. */
function open(teams: Draft[], wish: TeamWish = {}): Draft {
  const slots = new Set(teams.map((team) => team.slot));
  const ids = new Set(teams.map((team) => team.id));
  let slot = wish.slot ?? 1;
  const free = () => !slots.has(slot) && (wish.id !== undefined || !ids.has(numberedId(slot)));
  if (!free()) for (slot = 1; !free(); slot += 1);
  const team: Draft = {
    id: wish.id ?? numberedId(slot),
    slot,
    seats: [],
  };
  teams.push(team);
  return team;
}

/** The teams that the roster names, opened where they are new. */
function wishedTeams(
  teams: Draft[],
  people: readonly Person[],
  file: string,
  faults: Fault[],
): Map<string, Draft> {
  const wishes = new Map<string, { readonly wish: TeamWish; readonly line: number; labels: string[] }>();
  for (const { learner } of people) {
    const { team, line } = learner;
    if (!team) continue;
    const known = wishes.get(wishKey(team)) ?? { wish: team, line, labels: [] };
    wishes.set(wishKey(team), known);
    // A bare number, 「3班」 and 「第3班」 are one team.
    if (team.label !== undefined) known.labels.push(team.label);
  }
  const found = new Map<string, Draft>();
  const users = new Map<Draft, number>();
  // Numbers first: a team without one must not take another's.
  const order = [...wishes].sort(
    ([, a], [, b]) => Number(a.wish.slot === undefined) - Number(b.wish.slot === undefined),
  );
  for (const [key, { wish, line, labels }] of order) {
    const standing = teams.find((team) =>
      wish.id === undefined ? team.label === wish.label : team.id === wish.id,
    );
    const team = standing ?? open(teams, wish);
    const other = users.get(team);
    if (other !== undefined) {
      faults.push({
        code: "roster-invalid",
        where: `${file}, line ${line}`,
        what: `its team is "${team.id}", as is that of line ${other}, which has another name`,
        expected: "one name for each team",
      });
    }
    users.set(team, line);
    const [label] = labels;
    if (label !== undefined && !labels.includes(team.label ?? "")) team.label = label;
    found.set(key, team);
  }
  return found;
}

/** Seats everybody whose team the roster names; the others of these teams stay in them. */
function seatWished(teams: Draft[], people: readonly Person[], found: ReadonlyMap<string, Draft>): void {
  const wished = people.flatMap(({ key, learner }) => {
    const team = learner.team && found.get(wishKey(learner.team));
    return team ? [{ key, team, seat: learner.seat }] : [];
  });
  for (const { key, team, seat } of wished) {
    const stays = seat === undefined ? team.seats.includes(key) : team.seats[seat - 1] === key;
    if (!stays) stand(teams, key);
  }
  const displaced: { readonly key: string; readonly team: Draft }[] = [];
  for (const { key, team, seat } of wished) {
    if (seat === undefined) continue;
    while (team.seats.length < seat) team.seats.push(null);
    const other = team.seats[seat - 1];
    if (other !== null && other !== undefined && other !== key) displaced.push({ key: other, team });
    team.seats[seat - 1] = key;
  }
  for (const { key, team } of displaced) sit(team, key);
  for (const { key, team } of wished) if (!team.seats.includes(key)) sit(team, key);
}

/** Which host the learners of each team say, and who contradicts another. */
function hostsSaid(
  teams: readonly Draft[],
  people: readonly Person[],
  file: string,
  faults: Fault[],
): Map<Draft, string> {
  const saying = new Map(people.map(({ key, learner }) => [key, learner]));
  const said = new Map<Draft, string>();
  for (const team of teams) {
    const learners = team.seats
      .flatMap((key) => saying.get(key ?? "") ?? [])
      .filter((learner) => learner.host !== undefined)
      .sort((a, b) => a.line - b.line);
    const [first] = learners;
    const other = learners.find((learner) => learner.host !== first?.host);
    if (first && other) {
      faults.push({
        code: "roster-invalid",
        where: `${file}, line ${other.line}`,
        what: `the learner is in team "${team.id}", which line ${first.line} puts on another host`,
        expected: "one host for all learners of a team",
        fix: "A learner moves to another team by the column team",
      });
    }
    if (first?.host !== undefined) said.set(team, first.host);
  }
  return said;
}

/**
 * Seats newcomers for whom any team on their host will do: first where somebody has just left, so that a corrected name
 * keeps its seat; then on other free seats, the smallest team first; then in new teams of equal sizes.
 */
function seatNewcomers(
  teams: Draft[],
  newcomers: readonly Person[],
  freed: ReadonlyMap<Draft, number>,
  host: string | undefined,
  size: number,
): void {
  const rest = [...newcomers];
  const fits = (team: Draft) => host === undefined || team.host === host;
  const onHost = teams.filter(fits);
  for (const [team, seats] of freed) {
    // A team that everybody left is taken over as a whole or not at all.
    const whole = taken(team) > 0 || rest.length >= seats;
    if (!onHost.includes(team) || !whole) continue;
    for (const { key } of rest.splice(0, Math.min(seats, size - taken(team)))) sit(team, key);
  }
  const added: { readonly person: Person; readonly team: Draft }[] = [];
  for (;;) {
    const [smallest] = onHost
      .filter((team) => taken(team) > 0 && taken(team) < size)
      .sort((a, b) => taken(a) - taken(b) || a.slot - b.slot);
    const person = smallest && rest.shift();
    if (!smallest || !person) break;
    sit(smallest, person.key);
    added.push({ person, team: smallest });
  }
  if (rest.length === 1 && size > 1) {
    // Nobody works alone where a newcomer beside them can come along.
    const companion = added.reverse().find(({ team }) => taken(team) > 2);
    if (companion) {
      stand(teams, companion.person.key);
      rest.unshift(companion.person);
    }
  }
  const groups = Math.ceil(rest.length / size);
  for (let left = groups; left > 0; left -= 1) {
    const group = rest.splice(0, Math.ceil(rest.length / left));
    const empty = teams.find((team) => taken(team) === 0 && (fits(team) || team.host === undefined));
    const team = empty ?? open(teams);
    if (host !== undefined) team.host = host;
    for (const { key } of group) sit(team, key);
  }
}

/** A team for the lock, with its keys in one order: equal locks are equal files. */
function asLocked({ id, slot, label, host, seats }: Draft): LockTeam {
  return {
    id,
    slot,
    ...(label === undefined ? {} : { label }),
    ...(host === undefined ? {} : { host }),
    seats,
  };
}

/** What became different from one lock to the next. */
function changesOf(before: readonly LockTeam[], after: readonly LockTeam[]): RosterChange[] {
  const seatsOf = (teams: readonly LockTeam[]) =>
    new Map(
      teams.flatMap(({ id, seats }) =>
        seats.flatMap((key, index) => (key === null ? [] : [[key, { team: id, seat: index + 1 }] as const])),
      ),
    );
  const [old, now] = [seatsOf(before), seatsOf(after)];
  const left = [...old].flatMap(([key, seat]): RosterChange[] =>
    now.has(key) ? [] : [{ kind: "left", ...seat }],
  );
  const came = [...now].flatMap(([key, seat]): RosterChange[] => {
    const from = old.get(key);
    if (!from) return [{ kind: "joined", ...seat }];
    return from.team === seat.team && from.seat === seat.seat
      ? []
      : [{ kind: "moved", ...seat, from: from.team }];
  });
  const occupied = (team: LockTeam | undefined) => team?.seats.some((key) => key !== null) === true;
  const teams = after.flatMap((team): RosterChange[] => {
    const then = before.find(({ id }) => id === team.id);
    const kinds: ("opened" | "emptied" | "relabelled" | "rehosted")[] = [];
    if (!occupied(then) && occupied(team)) kinds.push("opened");
    if (occupied(then) && !occupied(team)) kinds.push("emptied");
    if (occupied(then) && then?.label !== team.label) kinds.push("relabelled");
    if (occupied(then) && then?.host !== team.host) kinds.push("rehosted");
    return kinds.map((kind) => ({ kind, team: team.id }));
  });
  return [...left, ...came, ...teams];
}

/**
 * Gives every learner a seat. Whoever has one keeps it, whatever the order of the rows: a cancellation frees a seat of
 * one team, a newcomer takes a free seat or opens a team. Only the roster's own columns move anybody: a team, a seat or a
 * host that they name counts. A team that is left empty stays in the lock, so that its slot goes to nobody else; a host
 * stays a team's when no row names one any more.
 * @param learners in the roster's order
 * @param lock as it was; `emptyLock` for a roster that has none
 */
export function assign(
  learners: readonly Learner[],
  lock: RosterLock,
  options: AssignOptions,
): Result<Assignment> {
  const { size, file } = options;
  const people = learners.map((learner): Person => ({ key: options.keyOf(learner), learner }));
  const present = new Set(people.map(({ key }) => key));
  const faults: Fault[] = [];
  const freed = new Map<Draft, number>();
  const teams = lock.teams.map(({ id, slot, label, host, seats }): Draft => {
    const team: Draft = {
      id,
      slot,
      ...(label === undefined ? {} : { label }),
      ...(host === undefined ? {} : { host }),
      seats: seats.map((key) => (key !== null && present.has(key) ? key : null)),
    };
    const gone = seats.filter((key) => key !== null && !present.has(key)).length;
    if (gone > 0) freed.set(team, gone);
    return team;
  });
  seatWished(teams, people, wishedTeams(teams, people, file, faults));
  for (const [team, host] of hostsSaid(teams, people, file, faults)) team.host = host;
  const seated = new Set(teams.flatMap((team) => team.seats));
  const newcomers = people.filter(({ key }) => !seated.has(key));
  const hosts = new Set(newcomers.map(({ learner }) => learner.host));
  // Whoever may sit anywhere comes last.
  for (const host of [...[...hosts].filter((name) => name !== undefined), undefined]) {
    const group = newcomers.filter(({ learner }) => learner.host === host);
    seatNewcomers(teams, group, freed, host, size);
  }
  for (const team of teams) {
    if (team.seats.length <= MAX_SEATS && team.slot <= MAX_SLOT) continue;
    faults.push({
      code: "roster-invalid",
      where: file,
      what:
        team.slot > MAX_SLOT
          ? `it makes more than ${MAX_SLOT} teams`
          : `team "${team.id}" has ${team.seats.length} learners`,
      expected: team.slot > MAX_SLOT ? `at most ${MAX_SLOT} teams` : `at most ${MAX_SEATS} learners a team`,
    });
  }
  if (faults.length > 0) return failed(faults);
  const after = teams.map(asLocked).sort((a, b) => a.slot - b.slot);
  return succeeded({
    lock: { schemaVersion: 1, salt: lock.salt, teams: after },
    changes: changesOf(lock.teams, after),
  });
}

/** Changes that take a lab from somebody or put it elsewhere; the others only add learners, free seats or rename. */
export function isMove(change: RosterChange): boolean {
  return (
    change.kind === "emptied" ||
    change.kind === "rehosted" ||
    (change.kind === "moved" && change.from !== change.team)
  );
}
