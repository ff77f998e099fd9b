import type { VerifyReport, VerifyRow } from "../../operations/verify/report";

type Team = { readonly id: string; readonly label?: string; readonly rows?: readonly VerifyRow[] };

const guest = (team: string, name: string) => ({ kind: "guest", team, guest: name }) as const;

/** A row of a guest that came out as expected, with what is changed. */
export function row(team: string, change: Partial<VerifyRow> = {}): VerifyRow {
  return {
    id: `reach/${team}/web>${team}/db@192.0.2.2/icmp`,
    kind: "reach",
    team,
    guest: "web",
    title: `${team}/web reaches ${team}/db at 192.0.2.2 (ping)`,
    from: guest(team, "web"),
    to: guest(team, "db"),
    protocol: "icmp",
    address: "192.0.2.2",
    mode: "bridged",
    exercises: ["3b-bridged"],
    expected: true,
    rule: "manual L2894–2898",
    outcome: "as-expected",
    measured: "answered in 0.1 ms",
    seconds: 0.2,
    ...change,
  };
}

/** A row that must not be reached, and was proved so. */
export function forbidden(team: string, change: Partial<VerifyRow> = {}): VerifyRow {
  return row(team, {
    id: `reach/${team}/db>host@192.0.2.1/icmp`,
    guest: "db",
    title: `${team}/db does not reach the host at 192.0.2.1 (ping)`,
    from: guest(team, "db"),
    to: { kind: "host" },
    address: "192.0.2.1",
    mode: "internal",
    expected: false,
    measured: "no answer",
    control: "the prober answers itself; the host has the address",
    ...change,
  });
}

/** The rows of a team that is green. */
export function greenRows(team: string): VerifyRow[] {
  const {
    from: _from,
    to: _to,
    protocol: _protocol,
    address: _address,
    mode: _mode,
    ...own
  } = row(team, {
    id: `guest/${team}/web`,
    kind: "guest",
    title: `${team}/web runs`,
    measured: "it runs and answers over its channel",
  });
  return [own, row(team), forbidden(team)];
}

/** A report of teams, those without rows green. */
export function reportOf(teams: readonly Team[], change: Partial<VerifyReport> = {}): VerifyReport {
  const rows = teams.flatMap((team) => team.rows ?? greenRows(team.id));
  const counted = teams.map(({ id, label }) => {
    const count = (outcome: VerifyRow["outcome"]) =>
      rows.filter((entry) => entry.team === id && entry.outcome === outcome).length;
    const bad = count("not-as-expected");
    const open = count("not-measured");
    return {
      id,
      label: label ?? id,
      state: { at: "configured" as const },
      ok: bad + open === 0,
      counts: { "as-expected": count("as-expected"), "not-as-expected": bad, "not-measured": open },
    };
  });
  return {
    schemaVersion: 1,
    lab: "course",
    target: "containers",
    state: "configured",
    started: "2026-11-24T07:00:00.000Z",
    seconds: 4.2,
    ok: counted.every((team) => team.ok),
    partial: false,
    teams: counted,
    rows,
    notes: [],
    extras: [],
    ...change,
  };
}

/** A team whose guest web is stopped. */
export function stoppedRows(team: string): VerifyRow[] {
  const red = { cause: "guest-not-running", next: "Start it", measured: `${team}/web is exited` } as const;
  return greenRows(team).map((entry, index) =>
    index === 0
      ? { ...entry, ...red, outcome: "not-as-expected" }
      : index === 1
        ? { ...entry, ...red, outcome: "not-measured" }
        : entry,
  );
}

/** A team whose inside reaches out. */
export function leakRows(team: string): VerifyRow[] {
  return greenRows(team).map((entry) =>
    entry.expected
      ? entry
      : {
          ...entry,
          outcome: "not-as-expected",
          cause: "leak",
          next: "Look",
          measured: "answered: reachable though forbidden",
        },
  );
}

/** Words that break pages which do not escape. */
export const NASTY = `<script>alert("x")</script> & 'quoted' \u0007`;

/** A red class: a stopped guest, a leak, a label and words that must be escaped, notes and extras. */
export function redReport(): VerifyReport {
  return reportOf(
    [
      { id: "team-01", label: "1班" },
      { id: "team-02", label: "2班", rows: stoppedRows("team-02") },
      { id: "team-03", label: NASTY, rows: leakRows("team-03") },
    ],
    {
      notes: [{ mode: "host-only", note: "the manual says that guests do not reach one another; they do" }],
      extras: [{ team: "team-01", guest: "web", what: `container ${NASTY} (running)` }],
    },
  );
}
