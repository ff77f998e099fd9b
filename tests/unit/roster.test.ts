import { createHash } from "node:crypto";
import fc from "fast-check";
import { type AssignOptions, assign, isMove } from "../../course/roster/assign";
import { columnNamed } from "../../course/roster/columns";
import { identityOf, type Learner, readTeam } from "../../course/roster/learner";
import {
  emptyLock,
  type RosterLock,
  rosterLockSchema,
  seatsTaken,
  teamsOfLock,
} from "../../course/roster/lock";
import { parseRoster } from "../../course/roster/parse";
import { readRosterKey, rosterKey } from "../../course/roster/teams";
import { resolveTeams } from "../../course/teams";
import { faultsOf, planOf, solid } from "./labs";

const SALT = "0123456789abcdef0123456789abcdef";
const options = (size: number): AssignOptions => ({
  size,
  file: "roster.csv",
  keyOf: (learner) => createHash("sha256").update(identityOf(learner)).digest("hex").slice(0, 16),
});

const people = (...names: string[]): Learner[] => names.map((name, index) => ({ name, line: index + 2 }));
const numbered = (count: number): Learner[] =>
  people(...Array.from({ length: count }, (_, index) => `Learner ${index + 1}`));
const seat = (learners: readonly Learner[], lock = emptyLock(SALT), size = 4) =>
  solid(assign(learners, lock, options(size)));
const sizes = (lock: RosterLock) => lock.teams.map(seatsTaken);

/** Seats by team, with names where the lock has digests. */
function named(learners: readonly Learner[], lock: RosterLock): Record<string, (string | null)[]> {
  const names = new Map(learners.map((learner) => [options(4).keyOf(learner), learner.name]));
  return Object.fromEntries(
    lock.teams.map(({ id, seats }) => [
      id,
      seats.map((key) => (key === null ? null : (names.get(key) ?? "?"))),
    ]),
  );
}

describe("columns", () => {
  test.each([
    ["name", "name"],
    ["氏名", "name"],
    [" ＮＡＭＥ ", "name"],
    ["E-Mail", "email"],
    ["メールアドレス", "email"],
    ["ﾒｰﾙ", "email"],
    ["班", "team"],
    ["Team", "team"],
    ["席", "seat"],
    ["ホスト", "host"],
    ["ふりがな", undefined],
    ["", undefined],
  ])("%s is %s", (cell, column) => {
    expect(columnNamed(cell)).toBe(column);
  });
});

describe("readTeam", () => {
  test.each([
    ["3", { id: "team-03", slot: 3 }],
    ["003", { id: "team-03", slot: 3 }],
    ["３", { id: "team-03", slot: 3 }],
    ["3班", { id: "team-03", slot: 3, label: "3班" }],
    ["第３班", { id: "team-03", slot: 3, label: "第3班" }],
    ["team-3", { id: "team-03", slot: 3 }],
    ["Team 3", { id: "team-03", slot: 3, label: "Team 3" }],
    ["1000", { id: "team-1000", slot: 1000 }],
    ["red", { id: "red" }],
    ["red-7", { id: "red-7", slot: 7 }],
    ["red-2027", { id: "red-2027" }],
    ["Red", { label: "Red" }],
    ["A班", { label: "A班" }],
    ["0", undefined],
    ["1001", undefined],
    ["a\nb", undefined],
    ["x".repeat(61), undefined],
  ])("%j", (cell, team) => {
    expect(readTeam(cell)).toEqual(team);
  });
});

describe("parseRoster", () => {
  const parse = (text: string) => parseRoster(text, "roster.csv");

  test("quotes, line ends of Windows, line breaks in cells, empty lines and cells", () => {
    const text =
      '\uFEFF氏名,Email,班,席,ホスト\r\n"佐藤\r\n花子","a@b.example",3班,2,pc-a\r\n\r\n 鈴木　蓮 ,,,,\r\n,,,,\r\n';
    expect(solid(parse(text))).toEqual([
      {
        name: "佐藤 花子",
        email: "a@b.example",
        team: { id: "team-03", slot: 3, label: "3班" },
        seat: 2,
        host: "pc-a",
        line: 2,
      },
      { name: "鈴木 蓮", line: 5 },
    ]);
  });

  test("columns in any order; rows may be shorter than the first line, or end with empty cells", () => {
    expect(solid(parse("team,name\n1,A\n,B\n2,C,,\n"))).toEqual([
      { name: "A", team: { id: "team-01", slot: 1 }, line: 2 },
      { name: "B", line: 3 },
      { name: "C", team: { id: "team-02", slot: 2 }, line: 4 },
    ]);
    expect(solid(parse("name,team\rA\rB,1\r"))).toEqual([
      { name: "A", line: 2 },
      { name: "B", team: { id: "team-01", slot: 1 }, line: 3 },
    ]);
  });

  test("the line is that of the file, after cells with line breaks too", () => {
    expect(faultsOf(parse('name,seat\r\n"A\r\nB\r\nC",\r\n\r\nD,"\r\nx"\r\nE,9\r\n'))).toBe(
      [
        "roster.csv, line 6, column 2: the cell is no seat (席). Expected a whole number from 1 to 12: the place in the team. [roster-invalid]",
        "roster.csv, line 6, column 2: a seat without a team. Expected the team as well, or no seat. [roster-invalid]",
        "roster.csv, line 8, column 2: a seat without a team. Expected the team as well, or no seat. [roster-invalid]",
      ].join("\n"),
    );
  });

  test("a cell that does not end is told where it begins", () => {
    expect(faultsOf(parse('name\nA\n"say ""B""\nC\n'))).toContain("roster.csv, line 3: ");
    expect(faultsOf(parse('name\nA\n\n"""B"" \nC\n'))).toContain("roster.csv, line 4: ");
  });

  test("a mistyped column has the nearest one beside it, a column twice the place of the second", () => {
    expect(faultsOf(parse("name,emial\nA,\n"))).toBe(
      'roster.csv, line 1, column 2: unknown column "emial". Expected one of name (氏名), email (メール), team (班), seat (席), host (ホスト). Did you mean "email"? [roster-invalid]',
    );
    expect(faultsOf(parse("name,班,team\nA,,\n"))).toBe(
      "roster.csv, line 1, column 3: a second column team (班). Expected each column at most once. [roster-invalid]",
    );
    expect(faultsOf(parse("team,seat\n1,1\n"))).toContain("no column is named name (氏名)");
  });

  test("a first line that is a learner's is not quoted, though one of its cells names a column", () => {
    const faults = faultsOf(parse("山田 花子,team\n1,1\n"));
    expect(faults).toContain("roster.csv, line 1, column 1: unknown column. Expected one of name (氏名), ");
    expect(faults).toContain("no column is named name (氏名)");
    expect(faults).not.toContain("山田");
    expect(faultsOf(parse("nmae,team\nA,1\n"))).toContain('unknown column "nmae". ');
  });

  test("answers any text, and quotes no name", () => {
    const cell = fc.oneof(
      fc.constantFrom("山田 花子", "1", "13", "x@", '"', ",", "\r\n", "team-01"),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(fc.array(cell, { maxLength: 6 }), { maxLength: 6 }), (rows) => {
        const result = parse(`name,email,team,seat,host\n${rows.map((row) => row.join(",")).join("\n")}`);
        if (result.ok) expect(result.value.length).toBeGreaterThan(0);
        else {
          expect(result.faults.length).toBeGreaterThan(0);
          expect(faultsOf(result)).not.toMatch(/山田|undefined|NaN/);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("assign", () => {
  test.each([
    [40, 4, [4, 4, 4, 4, 4, 4, 4, 4, 4, 4]],
    [41, 4, [4, 4, 4, 4, 4, 4, 4, 4, 3, 3, 3]],
    [5, 4, [3, 2]],
    [4, 3, [2, 2]],
    [1, 4, [1]],
    [3, 1, [1, 1, 1]],
    [13, 12, [7, 6]],
  ])("%d learners, %d a team: %j", (count, size, expected) => {
    const { lock } = seat(numbered(count), emptyLock(SALT), size);
    expect(sizes(lock)).toEqual(expected);
    expect(lock.teams.map((team) => team.slot)).toEqual(expected.map((_, index) => index + 1));
    expect(rosterLockSchema.parse(lock)).toEqual(lock);
  });

  test("in the roster's order, nine learners of four a team", () => {
    const learners = people("A", "B", "C", "D", "E", "F", "G", "H", "I");
    expect(named(learners, seat(learners).lock)).toEqual({
      "team-01": ["A", "B", "C"],
      "team-02": ["D", "E", "F"],
      "team-03": ["G", "H", "I"],
    });
  });

  test("a cancellation frees one seat; a newcomer takes it, the next one opens a team", () => {
    const full = numbered(8);
    const { lock } = seat(full);
    const less = full.filter((learner) => learner.name !== "Learner 2");
    const left = seat(less, lock);
    expect(left.changes).toEqual([{ kind: "left", team: "team-01", seat: 2 }]);
    const more = [...people("New"), ...less];
    const joined = seat(more, left.lock);
    expect(joined.changes).toEqual([{ kind: "joined", team: "team-01", seat: 2 }]);
    const another = seat([...more, ...people("Another")], joined.lock);
    expect(another.changes).toEqual([
      { kind: "joined", team: "team-03", seat: 1 },
      { kind: "opened", team: "team-03" },
    ]);
  });

  test("a corrected name keeps its seat, though another team is smaller; the only learner of a team as well", () => {
    const learners = numbered(7);
    const { lock } = seat(learners);
    expect(sizes(lock)).toEqual([4, 3]);
    const corrected = learners.map((learner) =>
      learner.name === "Learner 3" ? { ...learner, name: "Learner Three" } : learner,
    );
    expect(seat(corrected, lock).changes).toEqual([
      { kind: "left", team: "team-01", seat: 3 },
      { kind: "joined", team: "team-01", seat: 3 },
    ]);
    const alone = [{ name: "A", team: { id: "red", slot: 9 }, line: 2 }, ...people("B", "C")];
    const first = seat(alone.slice(0, 1).concat(people("B", "C")), emptyLock(SALT), 2);
    expect(named(alone, first.lock)).toEqual({ "team-01": ["C"], red: ["A", "B"] });
    const renamed = seat([...alone.slice(0, 2), ...people("D")], first.lock, 2);
    expect(named([...alone, ...people("D")], renamed.lock)).toEqual({ "team-01": ["D"], red: ["A", "B"] });
  });

  test("whoever comes does not sit alone where a second newcomer can come along", () => {
    const learners = numbered(6);
    const { lock } = seat(learners);
    expect(sizes(lock)).toEqual([3, 3]);
    const more = seat([...learners, ...people("X", "Y", "Z")], lock);
    expect(sizes(more.lock)).toEqual([4, 3, 2]);
  });

  test("a team that everybody left stays in the lock, and out of the plan, until newcomers come", () => {
    const learners = numbered(8);
    const { lock } = seat(learners);
    const gone = seat(learners.slice(4), lock);
    expect(gone.changes.filter(isMove)).toEqual([{ kind: "emptied", team: "team-01" }]);
    expect(teamsOfLock(gone.lock)).toEqual([{ id: "team-02", slot: 2, seats: 4 }]);
    const back = seat([...learners.slice(4), ...people("X", "Y")], gone.lock);
    expect(teamsOfLock(back.lock)).toEqual([
      { id: "team-01", slot: 1, seats: 2 },
      { id: "team-02", slot: 2, seats: 4 },
    ]);
  });

  const inTeam = (name: string, team: string, line: number, rest: Partial<Learner> = {}): Learner => ({
    name,
    line,
    ...rest,
    ...(readTeam(team) ? { team: readTeam(team) ?? {} } : {}),
  });

  test("teams that the roster names have its numbers and labels; the others come between them", () => {
    const learners = [
      inTeam("A", "A班", 2),
      inTeam("B", "3班", 3),
      inTeam("C", "3", 4),
      inTeam("D", "red", 5),
      ...people("E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O"),
    ];
    const { lock } = seat(learners);
    expect(teamsOfLock(lock)).toEqual([
      { id: "team-01", slot: 1, label: "A班", seats: 4 },
      { id: "red", slot: 2, seats: 4 },
      { id: "team-03", slot: 3, label: "3班", seats: 4 },
      { id: "team-04", slot: 4, seats: 3 },
    ]);
  });

  test("a team and a seat that the roster names move a learner, and only those who sit there", () => {
    const learners = numbered(8);
    const { lock } = seat(learners);
    const [first] = learners;
    const wish = learners.map((learner) =>
      learner === first ? inTeam("Learner 1", "2", 2, { seat: 3 }) : learner,
    );
    const moved = seat(wish, lock);
    expect(moved.changes).toEqual([
      { kind: "moved", team: "team-02", seat: 3, from: "team-01" },
      { kind: "moved", team: "team-02", seat: 5, from: "team-02" },
    ]);
    expect(moved.changes.map(isMove)).toEqual([true, false]);
  });

  test("hosts: of the learners who name one; kept when none does; two for one team are a fault", () => {
    const learners = numbered(6).map((learner, index) => ({ ...learner, host: index % 2 ? "pc-b" : "pc-a" }));
    const { lock } = seat(learners);
    expect(teamsOfLock(lock)).toEqual([
      { id: "team-01", slot: 1, host: "pc-a", seats: 3 },
      { id: "team-02", slot: 2, host: "pc-b", seats: 3 },
    ]);
    const silent = seat(numbered(6), lock);
    expect(silent.changes).toEqual([]);
    const all = learners.map((learner) => ({ ...learner, host: "pc-c" }));
    expect(seat(all, lock).changes).toEqual([
      { kind: "rehosted", team: "team-01" },
      { kind: "rehosted", team: "team-02" },
    ]);
    const one = learners.map((learner) => (learner.line === 6 ? { ...learner, host: "pc-b" } : learner));
    expect(faultsOf(assign(one, lock, options(4)))).toBe(
      'roster.csv, line 6: the learner is in team "team-01", which line 2 puts on another host. Expected one host for all learners of a team. A learner moves to another team by the column team. [roster-invalid]',
    );
  });

  test("more learners than a team may have, more teams than there are slots", () => {
    const crowd = numbered(13).map((learner) => ({ ...learner, team: { id: "red" } }));
    expect(faultsOf(assign(crowd, emptyLock(SALT), options(4)))).toBe(
      'roster.csv: team "red" has 13 learners. Expected at most 12 learners a team. [roster-invalid]',
    );
    expect(faultsOf(assign(numbered(1001), emptyLock(SALT), options(1)))).toBe(
      "roster.csv: it makes more than 1000 teams. Expected at most 1000 teams. [roster-invalid]",
    );
  });
});

// Few names, teams and hosts, so that they meet; no two learners alike, and hosts by team, as a roster that parses has them.
const rosters = fc
  .uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[A-Z][a-z]{0,3}$/),
      wish: fc.option(fc.constantFrom("1", "2", "4班", "red", "A班", "B班"), { freq: 3 }),
    }),
    { minLength: 1, maxLength: 30, selector: ({ name }) => name },
  )
  .map((rows) =>
    rows.map(({ name, wish }, index): Learner => {
      const team = wish === null ? undefined : readTeam(wish);
      return { name, line: index + 2, ...(team ? { team } : {}) };
    }),
  );
const seatedRosters = fc.record({ learners: rosters, size: fc.integer({ min: 1, max: 6 }) });
const RUNS = { numRuns: 1500 };

/** Teams that differ between two locks. */
function touched(before: RosterLock, after: RosterLock): string[] {
  const ids = new Set([...before.teams, ...after.teams].map(({ id }) => id));
  const find = (lock: RosterLock, id: string) => JSON.stringify(lock.teams.find((team) => team.id === id));
  return [...ids].filter((id) => find(before, id) !== find(after, id));
}

describe("whatever the roster", () => {
  test("everybody has one seat; no team without a name of its own is too large, and none of one where it can be helped", () => {
    fc.assert(
      fc.property(seatedRosters, ({ learners, size }) => {
        const { lock, changes } = seat(learners, emptyLock(SALT), size);
        const keys = lock.teams.flatMap((team) => team.seats.filter((key) => key !== null));
        expect(keys.sort()).toEqual(learners.map(options(size).keyOf).sort());
        expect(rosterLockSchema.safeParse(lock).success).toBe(true);
        expect(changes.filter(({ kind }) => kind === "joined")).toHaveLength(learners.length);
        const wished = new Set(learners.map(({ team }) => team?.id ?? team?.label));
        const own = lock.teams.filter((team) => !wished.has(team.id) && !wished.has(team.label));
        for (const team of own) expect(seatsTaken(team)).toBeLessThanOrEqual(size);
        if (own.length > 1 && size > 2) for (const team of own) expect(seatsTaken(team)).toBeGreaterThan(1);
        const spread = own.map(seatsTaken);
        if (learners.every(({ team }) => team === undefined))
          expect(Math.max(...spread) - Math.min(...spread)).toBeLessThanOrEqual(1);
      }),
      RUNS,
    );
  });

  test("the same roster again changes nothing, in any order of its rows", () => {
    fc.assert(
      fc.property(
        seatedRosters.chain((one) =>
          fc.record({
            one: fc.constant(one),
            order: fc.shuffledSubarray(one.learners, { minLength: one.learners.length }),
          }),
        ),
        ({ one: { learners, size }, order }) => {
          const { lock } = seat(learners, emptyLock(SALT), size);
          expect(seat(order, lock, size)).toEqual({ lock, changes: [] });
        },
      ),
      RUNS,
    );
  });

  test("one cancellation changes one team, by one seat", () => {
    fc.assert(
      fc.property(seatedRosters, fc.nat(), ({ learners, size }, which) => {
        const { lock } = seat(learners, emptyLock(SALT), size);
        const gone = learners[which % learners.length];
        const after = seat(
          learners.filter((learner) => learner !== gone),
          lock,
          size,
        );
        expect(touched(lock, after.lock)).toHaveLength(1);
        expect(after.changes.filter(({ kind }) => kind !== "emptied")).toEqual([
          expect.objectContaining({ kind: "left" }),
        ]);
      }),
      RUNS,
    );
  });

  test("newcomers move nobody, wherever their rows stand and whoever left", () => {
    fc.assert(
      fc.property(
        seatedRosters,
        fc.nat({ max: 5 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        ({ learners, size }, gone, places) => {
          const { lock } = seat(learners, emptyLock(SALT), size);
          const stay = learners.slice(gone);
          const after = [...stay];
          for (const [index, at] of places.entries())
            after.splice(at % (after.length + 1), 0, { name: `new ${index}`, line: 99 });
          const { lock: now, changes } = seat(after, lock, size);
          expect(changes.filter(({ kind }) => kind === "moved" || kind === "rehosted")).toEqual([]);
          const kept = new Set(stay.map(options(size).keyOf));
          for (const team of lock.teams) {
            const same = now.teams.find(({ id }) => id === team.id);
            expect(same).toMatchObject({ slot: team.slot });
            for (const [index, key] of team.seats.entries())
              if (key !== null && kept.has(key)) expect(same?.seats[index]).toBe(key);
          }
          if (places.length === 1 && gone === 0) expect(touched(lock, now)).toHaveLength(1);
        },
      ),
      RUNS,
    );
  });
});

describe("the roster's teams in a plan", () => {
  const LAB = { teams: { roster: "roster.csv" }, spareTeams: 1, guests: [{ name: "web" }] };
  const ROSTER = [
    { id: "team-01", slot: 1, seats: 4 },
    { id: "team-07", slot: 7, label: "2027-01-18", host: "this-machine", seats: 3 },
  ];

  test("ids, slots, labels and how many; the program reads them back as they are", () => {
    const plan = planOf("lab", LAB, { roster: ROSTER });
    expect(plan.teams.map(({ id, slot, label, seats }) => ({ id, slot, label, seats }))).toEqual([
      { id: "team-01", slot: 1, label: "team-01", seats: 4 },
      { id: "team-07", slot: 7, label: "2027-01-18", seats: 3 },
      { id: "spare-01", slot: 39, label: "spare-01", seats: undefined },
    ]);
    expect(readRosterKey(JSON.parse(rosterKey(plan) ?? ""))).toEqual(ROSTER);
    expect(rosterKey(planOf("lab", { ...LAB, teams: 2 }))).toBeUndefined();
    expect(readRosterKey([{ id: "team-01", slot: 1, seats: 4, name: "A" }])).toBeUndefined();
  });

  test("without them there is no plan", () => {
    for (const facts of [{}, { roster: [] }])
      expect(resolveTeams({ roster: "roster.csv", size: 4 }, facts).faults).toEqual([
        {
          code: "roster-missing",
          where: "lab.teams.roster",
          what: "the lab's teams are those of a roster, and it was not read",
          expected: "a roster with at least one learner",
        },
      ]);
  });
});
