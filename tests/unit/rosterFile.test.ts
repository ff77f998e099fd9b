import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { FaultError } from "../../course/faults";
import { readRosterKey, rosterKey } from "../../course/roster/teams";
import { renewLock } from "../../operations/init";
import { planLab } from "../../operations/plan";
import { decodeRoster, describeRoster, keepRoster, readRoster, writeLock } from "../../operations/roster";
import { readStackFile, type StackFile } from "../../operations/stackFile";
import { workFolder, writeStackFile } from "../../operations/workFolder";
import { ROOT } from "./labs";

const FORTY = join(ROOT, "tests/fixtures/roster/forty-sjis.csv");

let folder = "";
const at = (name: string) => join(folder, name);
const ROSTER = "roster.csv";
const LOCK = "roster.csv.lock.json";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "classlab-roster-"));
  writeFileSync(
    at("Pulumi.class.yaml"),
    "config:\n  classlab:lab:\n    teams: { roster: roster.csv }\n    guests: [{ name: web }]\n",
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lab = (): StackFile => readStackFile(at("Pulumi.class.yaml"));
const write = (text: string | Uint8Array, name = ROSTER) => writeFileSync(at(name), text);
const lines = (): string[] => new TextDecoder("shift_jis").decode(readFileSync(FORTY)).split("\r\n");
const lock = () => readFileSync(at(LOCK), "utf8");

function keep(): string[] {
  const said: string[] = [];
  keepRoster(lab(), (line) => said.push(line));
  return said;
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof FaultError) return error.message.replaceAll(`${folder}/`, "");
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("encodings", () => {
  test("the roster of forty is Shift_JIS with a character that only Windows's has", () => {
    const bytes = readFileSync(FORTY);
    expect(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes)).toThrow(
      "not valid for encoding utf-8",
    );
    const decoded = decodeRoster(bytes);
    expect(decoded?.encoding).toBe("Shift_JIS");
    expect(decoded?.text.split("\r\n")[0]).toBe("氏名,メール");
    expect(decoded?.text).toContain("髙橋　");
  });

  test("UTF-8, with and without a byte order mark, which is no part of the text", () => {
    expect(decodeRoster(Buffer.from("氏名\n"))).toEqual({ text: "氏名\n", encoding: "UTF-8" });
    expect(decodeRoster(Buffer.from("\uFEFF氏名\n"))).toEqual({
      text: "氏名\n",
      encoding: "UTF-8 with a byte order mark",
    });
  });

  test("neither: UTF-16, a workbook", () => {
    expect(decodeRoster(Buffer.from("\uFEFF氏名\n", "utf16le"))).toBeUndefined();
    expect(decodeRoster(Buffer.from([0x50, 0x4b, 0x03, 0x04, 0x00, 0xff, 0xfd]))).toBeUndefined();
  });
});

describe("forty learners", () => {
  test("become ten teams; nothing is written until the lab is brought up", () => {
    copyFileSync(FORTY, at(ROSTER));
    const plan = planLab(lab());
    expect(plan.teams.map(({ id, slot, seats }) => [id, slot, seats])).toEqual(
      Array.from({ length: 10 }, (_, index) => [`team-${String(index + 1).padStart(2, "0")}`, index + 1, 4]),
    );
    expect(existsSync(at(LOCK))).toBe(false);
    expect(keep()).toEqual([
      `roster ${at(ROSTER)} (Shift_JIS): 40 learners in 10 teams`,
      `seats are kept in ${at(LOCK)}`,
    ]);
    expect(keep()).toHaveLength(1);
    expect(planLab(lab())).toEqual(plan);
    // Whole or not at all: no temporary file is left.
    expect(readdirSync(folder).sort()).toEqual(["Pulumi.class.yaml", ROSTER, LOCK]);
  });

  test("are named neither in the lock nor in the plan", () => {
    copyFileSync(FORTY, at(ROSTER));
    keep();
    const texts = [lock(), JSON.stringify(planLab(lab()))].join("\n");
    for (const line of lines().slice(1).filter(Boolean)) {
      const [name = "", email = ""] = line.split(",");
      for (const part of [...name.split("　"), email].filter(Boolean)) expect(texts).not.toContain(part);
    }
  });

  test("one cancellation changes one line of the lock, and one team", () => {
    copyFileSync(FORTY, at(ROSTER));
    keep();
    const before = { lock: lock().split("\n"), plan: planLab(lab()) };
    const left = lines();
    left.splice(18, 1);
    // Saved by another program, in another order.
    write(`\uFEFF${[left[0], ...left.slice(1).filter(Boolean).reverse()].join("\n")}`);
    expect(keep()).toEqual([
      `roster ${at(ROSTER)} (UTF-8 with a byte order mark): 39 learners in 10 teams; 1 left (team-05)`,
      `seats are kept in ${at(LOCK)}`,
    ]);
    const after = { lock: lock().split("\n"), plan: planLab(lab()) };
    const changed = after.lock.filter((line, index) => line !== before.lock[index]);
    expect(changed.map((line) => line.trim())).toEqual(["null,"]);
    expect(after.plan.teams.filter((team, index) => team.seats !== before.plan.teams[index]?.seats)).toEqual([
      { ...before.plan.teams[4], seats: 3 },
    ]);
  });

  test("a wrong line is named, by line and column, and nothing is written", () => {
    const text = lines();
    text[21] = `${text[21]?.split(",")[0]},learner21.school.example`;
    write(text.join("\r\n"));
    expect(refusal(keep)).toBe(
      "roster.csv, line 22, column 2: the cell is no email (メール). Expected an address such as hanako@school.example, or nothing. [roster-invalid]",
    );
    expect(existsSync(at(LOCK))).toBe(false);
  });
});

describe("up", () => {
  const EIGHT = ["name,team", ...Array.from({ length: 8 }, (_, index) => `Learner ${index + 1},`)];

  test("adds and frees seats by itself; says how many, and of which teams", () => {
    write(EIGHT.join("\n"));
    keep();
    write([...EIGHT.slice(0, 8), "Nine,", "Ten,"].join("\n"));
    expect(keep()[0]).toBe(
      `roster ${at(ROSTER)} (UTF-8): 9 learners in 3 teams; 2 joined (team-02, team-03), 1 left (team-02), 1 new team(s) (team-03)`,
    );
  });

  test("moves nobody unasked: init --lock does", () => {
    write(EIGHT.join("\n"));
    keep();
    const kept = lock();
    write([...EIGHT.slice(0, 8), "Learner 8,1"].join("\n"));
    expect(refusal(keep)).toBe(
      `roster.csv: the roster does more than add learners or leave some out: 1 moved to another team (team-01). Expected a roster in which everybody keeps team and host. To take it as it is: npx classlab init --lock --config Pulumi.class.yaml. [roster-changed]`,
    );
    expect(lock()).toBe(kept);
    const { roster, written } = renewLock(lab());
    expect(written).toBe(true);
    expect(describeRoster(roster)).toContain("; 1 moved to another team (team-01)");
    expect(keep()).toHaveLength(1);
    expect(planLab(lab()).teams.map((team) => team.seats)).toEqual([5, 3]);
    expect(renewLock(lab()).written).toBe(false);
  });

  test("a team that nobody is left in is no matter of course", () => {
    write(EIGHT.join("\n"));
    keep();
    write(EIGHT.slice(0, 5).join("\n"));
    expect(refusal(keep)).toContain("1 team(s) without learners (team-02)");
  });
});

describe("the lock", () => {
  test("without the roster, it has the teams: whoever takes the lab down needs no names", () => {
    copyFileSync(FORTY, at(ROSTER));
    keep();
    const plan = planLab(lab());
    rmSync(at(ROSTER));
    expect(planLab(lab())).toEqual(plan);
    expect(refusal(keep)).toContain("roster.csv: there is no such roster.");
    rmSync(at(LOCK));
    expect(refusal(() => planLab(lab()))).toContain("[roster-missing]");
  });

  test.each([
    ["no JSON", "{"],
    ["another version", '{"schemaVersion":2,"salt":"00000000000000000000000000000000","teams":[]}'],
    [
      "one learner twice",
      JSON.stringify({
        schemaVersion: 1,
        salt: "0".repeat(32),
        teams: [{ id: "a", slot: 1, seats: ["0".repeat(16), "0".repeat(16)] }],
      }),
    ],
  ])("damaged (%s) is refused, not replaced", (_what, text) => {
    copyFileSync(FORTY, at(ROSTER));
    write(text, LOCK);
    expect(refusal(keep)).toContain("roster.csv.lock.json: the file is not a roster's lock, or is damaged.");
    expect(lock()).toBe(text);
  });

  test("has a salt of its own: two locks of one roster have nothing in common", () => {
    copyFileSync(FORTY, at(ROSTER));
    const keys = [1, 2].map(() => {
      rmSync(at(LOCK), { force: true });
      keep();
      return new Set(lock().match(/[0-9a-f]{16}/g));
    });
    expect([...(keys[0] ?? [])].filter((key) => keys[1]?.has(key))).toEqual([]);
  });
});

test("a lab without a roster has none to keep", () => {
  const file = readStackFile(join(ROOT, "Pulumi.dev.yaml"));
  expect(readRoster(file)).toBeUndefined();
  keepRoster(file, () => {
    throw new Error("nothing is to be said");
  });
  expect(refusal(() => renewLock(file))).toContain("[roster-missing]");
});

test("the program gets the teams in a key of their own, as text that no reader of YAML changes", () => {
  const before = process.env.CLASSLAB_HOME;
  process.env.CLASSLAB_HOME = at("home");
  try {
    write("name,team\nA,2027-01-18\nB,1\nC,3班\n");
    const file = lab();
    const reading = readRoster(file);
    expect(reading && writeLock(reading)).toBe(true);
    const plan = planLab(file);
    const [unit] = plan.units;
    if (!unit) throw new Error("no unit");
    writeStackFile(file, unit, undefined, { roster: rosterKey(plan) });
    const written = readFileSync(join(workFolder("class"), `Pulumi.${unit.stack}.yaml`), "utf8");
    const value: unknown = parse(written).config["classlab:roster"];
    expect(readRosterKey(JSON.parse(String(value)))).toEqual([
      { id: "team-01", slot: 1, seats: 1 },
      { id: "team-02", slot: 2, label: "2027-01-18", seats: 1 },
      { id: "team-03", slot: 3, label: "3班", seats: 1 },
    ]);
    expect(written).not.toMatch(/"A"|"B"|"C"/);
  } finally {
    if (before === undefined) delete process.env.CLASSLAB_HOME;
    else process.env.CLASSLAB_HOME = before;
  }
});
