import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FaultError } from "../../course/faults";
import { readTeamResults, writeTeamSticks } from "../../operations/room/teamStick";
import { readStackFile } from "../../operations/stackFile";
import { parsePowerShell } from "../powershell/parser";
import { runCmdlet } from "../support/windows/cmdlets";
import { staticMember } from "../support/windows/dotnet";
import { Machine, Windows } from "../support/windows/model";
import { PowerShell } from "../support/windows/powershell";
import { isObject, toJson } from "../support/windows/values";
import { ROOT } from "./labs";

// What a stick has, run on the model of Windows: the text of both modules, as the stick has it. Not proved: Team.ps1 and the .cmd files around them, and that
// Windows does as its pages say.
const EXAMPLE = join(ROOT, "examples/07-hyperv-nested/Pulumi.hyperv-nested.yaml");
const IMAGE = Buffer.from([0]);

const folder = mkdtempSync(join(tmpdir(), "classlab-stick-"));
const stick = join(folder, "stick");
const before = process.env.CLASSLAB_HOME;
let host: Windows;

const lab = (teams: number) => {
  const file = join(folder, `Pulumi.room${teams}.yaml`);
  const text = readFileSync(EXAMPLE, "utf8").replace(
    "    units: one\n",
    `    units: one\n    teams: ${teams}\n`,
  );
  // Two teams have a PC each.
  const [start = "", hosts = "", end = ""] = text.split(/(?<= {4}hosts:\n)|(?= {4}switches:\n)/);
  const second = hosts.replace("name: team-pc", "name: second-pc").replace("192.168.99.50", "192.168.99.51");
  const one = (each: string) =>
    each.replace("        windows: pro\n", "        windows: pro\n        maxTeams: 1\n");
  writeFileSync(file, `${start}${one(hosts)}${teams > 1 ? one(second) : ""}${end}`);
  return readStackFile(file);
};

const read = (team: string, name: string) =>
  readFileSync(join(stick, team, name), "utf8").replaceAll("\r\n", "\n");

/** Does at the PC what Team.ps1 does: calls the modules, and writes what came of it beside them. */
async function atThePc(team: string, verb: "make" | "remove"): Promise<Record<string, unknown>> {
  const shell = new PowerShell({
    cmdlet: (name, given) => runCmdlet(host, name, given),
    member: (type, name, args) => staticMember(host, type, name, args),
  });
  for (const name of ["Classlab.HyperV.psm1", "Classlab.Team.psm1"])
    shell.load(await parsePowerShell(read(team, name)));
  const document: unknown = JSON.parse(read(team, "team.json"));
  const result = toJson(shell.call("Invoke-ClasslabTeam", { Document: document, Verb: verb }));
  if (!isObject(result)) throw new Error("no result");
  const { ok, steps, fault } = result;
  const written = {
    classlabTeam: 1,
    lab: "room1",
    team,
    verb,
    name: host.name,
    time: "2026-11-26T08:00:00Z",
    ok,
  };
  mkdirSync(join(stick, team, "results"), { recursive: true });
  writeFileSync(
    join(stick, team, "results", `${team}-${host.name}.json`),
    JSON.stringify({ ...written, steps, ...(fault === undefined ? {} : { fault }) }),
  );
  return result;
}

beforeEach(() => {
  process.env.CLASSLAB_HOME = join(folder, "home");
  host = new Windows();
  host.folder("D:\\classlab");
  host.file("D:\\classlab\\ubuntu-24.04.vhdx", IMAGE, 2 ** 30, { size: 3 * 2 ** 30, type: "Dynamic" });
});
afterEach(() => rmSync(stick, { recursive: true, force: true }));
afterAll(() => {
  if (before === undefined) delete process.env.CLASSLAB_HOME;
  else process.env.CLASSLAB_HOME = before;
  rmSync(folder, { recursive: true });
});

test("a team's lab is made at its PC, made again without a change, and taken away without a trace", async () => {
  expect(writeTeamSticks(stick, lab(1), "all")).toEqual([
    {
      team: "team-01",
      folder: join(stick, "team-01"),
      host: "team-pc",
      guests: ["nested-host", "ubuntu-test1"],
      withoutStacks: [],
    },
  ]);
  host.feature = "Disabled";
  expect(await atThePc("team-01", "make")).toMatchObject({ ok: true, rebootNeeded: true, steps: [] });
  host.restart();
  const made = await atThePc("team-01", "make");
  expect(made).toMatchObject({ ok: true, rebootNeeded: false });
  const standing = () => host.machines.map(({ Id, Name, State, started }) => [Id, Name, State, started]);
  const first = standing();
  expect(host.machines.map(({ Name, State, snapshots }) => [Name, State, snapshots.length])).toEqual([
    ["room1-team-01-nested-host", "Running", 0],
    ["room1-team-01-ubuntu-test1", "Running", 1],
  ]);
  expect(host.switches.map(({ Name }) => Name).sort()).toEqual([
    "room1-team-01-host-only",
    "room1-team-01-internal",
    "room1-team-01-nat",
    "room1-team-01-nat-network",
    "room1_lan",
  ]);
  expect(await atThePc("team-01", "make")).toEqual(made);
  expect(standing()).toEqual(first);
  expect(readTeamResults(stick)).toMatchObject({
    faults: [],
    results: [{ team: "team-01", verb: "make", ok: true }],
  });
  // Written anew it is the same: guests that stand know the same keys.
  const document = read("team-01", "team.json");
  writeTeamSticks(stick, lab(1), "all");
  expect(read("team-01", "team.json")).toBe(document);
  expect(await atThePc("team-01", "remove")).toMatchObject({ ok: true });
  expect([host.machines, host.switches, host.nats, host.inside("C:\\ProgramData\\classlab")]).toEqual([
    [],
    [],
    [],
    [],
  ]);
  expect(await atThePc("team-01", "remove")).toMatchObject({ ok: true });
}, 30_000);

test("what is in the way ends it, is told, and goes on where it stopped", async () => {
  writeTeamSticks(stick, lab(1), "all");
  const theirs = new Machine(
    host,
    "room1-team-01-ubuntu-test1",
    "D:\\VMs",
    "D:\\classlab\\ubuntu-24.04.vhdx",
    2 ** 30,
  );
  host.machines.push(theirs);
  const stopped = await atThePc("team-01", "make");
  expect(stopped).toMatchObject({ ok: false, fault: { code: "object-in-the-way", where: theirs.Name } });
  expect(readTeamResults(stick).results).toMatchObject([{ ok: false, fault: { code: "object-in-the-way" } }]);
  host.machines.splice(host.machines.indexOf(theirs), 1);
  expect(await atThePc("team-01", "make")).toMatchObject({ ok: true });
}, 30_000);

test("a folder has its own team's secrets and no other's; what all come from is on no stick", () => {
  writeTeamSticks(stick, lab(2), "all");
  expect(readdirSync(stick).sort()).toEqual(["team-01", "team-02"]);
  const all = (team: string) =>
    readdirSync(join(stick, team))
      .map((name) => read(team, name))
      .join("\n");
  const seeds = (text: string) =>
    [...text.matchAll(/"seed": "([A-Za-z0-9+/=]+)"/g)].map(([, seed = ""]) =>
      Buffer.from(seed, "base64").toString("latin1"),
    );
  const passwords = (team: string) =>
    read(team, "logins.txt")
      .split("\n")
      .slice(1, -1)
      .map((line) => line.split("\t")[2] ?? "");
  const source = readFileSync(join(folder, "home/keys/room2/local.seed"), "utf8").trim();
  for (const [own, other] of [
    ["team-01", "team-02"],
    ["team-02", "team-01"],
  ] as const) {
    const text = all(own) + seeds(all(own)).join("\n");
    expect(seeds(all(own)).length).toBe(2);
    expect(passwords(own).length).toBe(2);
    for (const secret of [source, ...passwords(other), read(other, "team.key").split("\n")[3] ?? ""])
      expect(text).not.toContain(secret);
    expect(text).not.toContain(`classlab:room2/${other}`);
  }
  // Only the one that is asked for.
  rmSync(stick, { recursive: true });
  writeTeamSticks(stick, lab(2), ["team-02"]);
  expect(readdirSync(stick)).toEqual(["team-02"]);
});

test("a team that up made, a team that is none, and a target without such scripts are refused", () => {
  const codes = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      if (error instanceof FaultError) return error.faults.map(({ code }) => code);
    }
    return [];
  };
  expect(codes(() => writeTeamSticks(stick, lab(1), ["team-09"]))).toEqual(["unknown-team"]);
  writeFileSync(join(folder, "home/keys/room1/team-01"), "another key");
  expect(codes(() => writeTeamSticks(stick, lab(1), "all"))).toEqual(["object-in-the-way"]);
  rmSync(join(folder, "home/keys/room1/team-01"));
  const virtualBox = readStackFile(join(ROOT, "examples/06-virtualbox-team/Pulumi.virtualbox-team.yaml"));
  expect(codes(() => writeTeamSticks(stick, virtualBox, "all"))).toEqual(["target-not-built"]);
  expect(existsSync(stick)).toBe(false);
});

test("a result that was cut off is a fault of its own", () => {
  mkdirSync(join(stick, "team-01/results"), { recursive: true });
  writeFileSync(join(stick, "team-01/results/team-01-PC.json"), '{"classlabTeam": 1');
  expect(readTeamResults(stick)).toMatchObject({ results: [], faults: [{ code: "enrolment-invalid" }] });
  expect(readTeamResults(join(folder, "nowhere"))).toEqual({ results: [], faults: [] });
});
