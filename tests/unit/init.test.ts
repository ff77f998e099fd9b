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
import { join, relative } from "node:path";
import { parse } from "yaml";
import { runInit } from "../../cli/initDialogue";
import { parseLab } from "../../course/config";
import { FaultError } from "../../course/faults";
import { LANGUAGES } from "../../course/languages";
import { parseRoster } from "../../course/roster/parse";
import { sampleRoster } from "../../course/starter/sampleRoster";
import { type StarterAnswers, stackText } from "../../course/starter/stackText";
import { planLab } from "../../operations/plan";
import { readStackFile } from "../../operations/stackFile";
import { ROOT, solid } from "./labs";

const ANSWERS: StarterAnswers = {
  language: "ja",
  edition: "current",
  target: "containers",
  teams: 3,
  exercises: [],
};

let folder = "";
let printed = "";
const at = (name: string) => join(folder, name);
const ci = process.env.CI;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "classlab-init-"));
  printed = "";
  delete process.env.CI;
  jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  if (ci !== undefined) process.env.CI = ci;
  rmSync(folder, { recursive: true, force: true });
});

/** Nobody is there to answer. */
const nobody = async () => undefined;

/** Answers in turn, and fails where more is asked. */
function answering(...answers: string[]): { ask: (question: string) => Promise<string>; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    ask: async (question) => {
      asked.push(question);
      const answer = answers[asked.length - 1];
      if (answer === undefined) throw new Error(`asked once more: ${question}`);
      return answer;
    },
  };
}

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof FaultError) return error.message.replaceAll(`${folder}/`, "");
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("the text of a stack file", () => {
  test.each(LANGUAGES)("in %s every example in it is good, and every key has a comment", (language) => {
    for (const teams of [3, { roster: "roster: 1.csv", size: 5 }] as const) {
      const text = stackText(
        { ...ANSWERS, language, teams },
        { schema: "docs/lab.schema.json", selection: "--stack class", everything: true },
      );
      const lab = solid(parseLab(parse(text).config["classlab:lab"]));
      expect(lab).toMatchObject({ language, teams, spareTeams: 1, exercises: ["4-docker", "6-php"] });
      expect(lab.calendar?.lessons).toHaveLength(1);
      const lines = text.split("\n");
      for (const [index, line] of lines.entries())
        if (/^ {4}[a-z]/.test(line) && !/^ {4}guests:/.test(line))
          expect(lines[index - 1]).toMatch(/^ {4}# /);
      expect(/[ぁ-ん]/.test(text)).toBe(language === "ja");
    }
  });

  test("what is commented out does not count", () => {
    const text = stackText(ANSWERS, { schema: "s.json", selection: "--stack class" });
    expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=s.json");
    expect(parse(text)).toEqual({
      config: { "classlab:lab": { edition: "current", target: "containers", language: "ja", teams: 3 } },
    });
  });

  test("the edition of 2019 is text, not a number", () => {
    const text = stackText({ ...ANSWERS, edition: "2019" }, { schema: "s.json", selection: "--stack class" });
    expect(solid(parseLab(parse(text).config["classlab:lab"])).edition).toBe("2019");
  });
});

test.each(LANGUAGES)(
  "the sample roster in %s has every column and eight learners in three teams",
  (language) => {
    const learners = solid(parseRoster(sampleRoster(language), "sample.csv"));
    expect(learners).toHaveLength(8);
    expect(learners.filter(({ team }) => team?.id === "team-03").map(({ seat }) => seat)).toEqual([1, 2]);
  },
);

describe("init", () => {
  test.each(LANGUAGES)(
    "by flags, in %s: a file that reads and plans, and what comes next",
    async (language) => {
      const config = at("Pulumi.spring.yaml");
      const options = { config, language, teams: 12, exercises: "4-docker, 6-php", edition: "2019" } as const;
      expect(await runInit(options, nobody)).toBe(0);
      const file = readStackFile(config);
      expect(file.lab).toBe("spring");
      expect(file.config).toMatchObject({
        teams: 12,
        exercises: ["4-docker", "6-php"],
        edition: "2019",
        language,
      });
      expect(planLab(file).teams).toHaveLength(12);
      const [first] = readFileSync(config, "utf8").split("\n");
      expect(first).toBe(
        `# yaml-language-server: $schema=${relative(folder, join(ROOT, "docs/lab.schema.json"))}`,
      );
      expect(printed).toContain(`npx classlab plan --config ${config}\n`);
      expect(printed).toContain(language === "ja" ? "次の手順:" : "Next:");
      expect(readdirSync(folder)).toEqual(["Pulumi.spring.yaml"]);
    },
  );

  test("with a roster: its path from the file, its lock, its teams; no name is printed", async () => {
    copyFileSync(join(ROOT, "tests/fixtures/roster/forty-sjis.csv"), at("roster.csv"));
    const options = { config: at("class.yaml"), roster: at("roster.csv"), json: true };
    expect(await runInit(options, nobody)).toBe(0);
    expect(JSON.parse(printed)).toMatchObject({
      schemaVersion: 1,
      ok: true,
      lab: "class",
      files: [
        { path: at("class.yaml"), kind: "stack-file" },
        { path: at("roster.csv.lock.json"), kind: "lock" },
      ],
      roster: { encoding: "Shift_JIS", learners: 40 },
      next: [
        `npx classlab plan --config ${at("class.yaml")}`,
        `npx classlab up --config ${at("class.yaml")}`,
      ],
    });
    expect(printed).not.toMatch(/佐藤|school\.example/);
    const file = readStackFile(at("class.yaml"));
    expect(file.config.teams).toEqual({ roster: "roster.csv", size: 4 });
    expect(planLab(file).teams).toHaveLength(10);
  });

  test("a sample where there is no roster: asked for, or agreed to by --yes", async () => {
    const options = { config: at("a.yaml"), roster: at("people.csv"), size: 3 } as const;
    expect(await refusal(runInit(options, nobody))).toBe(
      "--roster people.csv: there is no such roster. Expected a CSV file with a line for each learner. With --yes a sample to fill in is written there. [roster-missing]",
    );
    expect(readdirSync(folder)).toEqual([]);
    expect(await runInit({ ...options, yes: true }, nobody)).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(["a.yaml", "people.csv"]);
    expect(planLab(readStackFile(at("a.yaml"))).teams.map(({ id, seats }) => [id, seats])).toEqual([
      ["team-01", 3],
      ["team-02", 2],
      ["team-03", 3],
    ]);
  });

  test("asks for what is not given, again where the answer is none, in the language chosen", async () => {
    const { ask, asked } = answering("fr", "en", "many teams!.csv", "n", "");
    await refusal(
      runInit({ config: at("b.yaml"), edition: "current", target: "containers", exercises: "" }, ask),
    );
    expect(asked[0]).toBe("Language / 言語 (ja, en) [ja]: ");
    expect(asked[1]).toContain("That is none of the answers.");
    expect(asked[2]).toBe("How many teams, or the file of a roster (CSV) [1]: ");
    expect(asked[3]).toBe("There is no many teams!.csv. Write a sample to fill in? [Y/n] ");
    expect(asked).toHaveLength(4);
    expect(existsSync(at("b.yaml"))).toBe(false);
    const all = answering("", "5", "2019", "containers", "4-docker,6-wordpress");
    expect(await runInit({ config: at("c.yaml") }, all.ask)).toBe(0);
    expect(all.asked.slice(1).every((question) => /[ぁ-んァ-ン]/.test(question))).toBe(true);
    expect(readStackFile(at("c.yaml")).config).toMatchObject({
      language: "ja",
      teams: 5,
      edition: "2019",
      exercises: ["4-docker", "6-wordpress"],
    });
  });

  describe("the licence of VirtualBox's Extension Pack", () => {
    const options = () => ({
      config: at("Pulumi.box.yaml"),
      language: "en" as const,
      edition: "current" as const,
      teams: 1,
      target: "virtualbox" as const,
      exercises: "1-virtualbox,2-guest",
    });
    const accepted = (basis: string) => ({ accepted: "PUEL", basis });
    const refused =
      "--exercises 1-virtualbox: the exercise installs VirtualBox's Extension Pack, whose licence (PUEL) nobody has accepted; nothing was written. Expected --extension-pack with the use that is true: personal, education or evaluation; --yes accepts no licence. Add --extension-pack education, if that is what the class is, or leave 1-virtualbox out. [licence-missing]";

    test.each(LANGUAGES)("is accepted by an option that names the use, in %s", async (language) => {
      expect(await runInit({ ...options(), language, extensionPack: "education" }, nobody)).toBe(0);
      const file = readStackFile(at("Pulumi.box.yaml"));
      expect(file.config.licences.extensionPack).toEqual(accepted("education"));
      expect(planLab(file).exercises).toEqual(["1-virtualbox", "2-guest"]);
    });

    test("or by the answer to its question, asked until it is a use", async () => {
      const { ask, asked } = answering("yes", "evaluation");
      expect(await runInit(options(), ask)).toBe(0);
      expect(asked).toHaveLength(2);
      expect(asked[0]).toMatch(
        /^1-virtualbox installs VirtualBox's Extension Pack\. .* Name yours to accept it \[\]: $/,
      );
      expect(asked[1]).toBe(`That is none of the answers.\n${asked[0]}`);
      expect(readStackFile(at("Pulumi.box.yaml")).config.licences.extensionPack).toEqual(
        accepted("evaluation"),
      );
    });

    test("and by nothing else: neither --yes, nor an empty answer, nor nobody's", async () => {
      expect(await refusal(runInit({ ...options(), yes: true }, nobody))).toBe(refused);
      expect(await refusal(runInit(options(), answering("").ask))).toBe(refused);
      expect(await refusal(runInit(options(), nobody))).toBe(refused);
      expect(await refusal(runInit({ ...options(), extensionPack: "commercial" }, nobody))).toContain(
        "lab.licences.extensionPack.basis: the free licence of VirtualBox's Extension Pack does not allow commercial use.",
      );
      expect(readdirSync(folder)).toEqual([]);
    });

    test("is no matter where the pack is not installed", async () => {
      const other = { ...options(), exercises: "2-guest" };
      expect(await runInit({ ...other, extensionPack: "education" }, nobody)).toBe(0);
      expect(readStackFile(at("Pulumi.box.yaml")).config.licences).toEqual({});
    });
  });

  test("overwrites nothing, neither the stack file nor a roster", async () => {
    writeFileSync(at("Pulumi.old.yaml"), "mine\n");
    expect(await refusal(runInit({ config: at("Pulumi.old.yaml"), teams: 2 }, nobody))).toBe(
      "Pulumi.old.yaml: the file is there already, and init overwrites nothing; nothing was written. Expected a name of its own for each lab. Give another by --name, or remove the file first. [file-exists]",
    );
    expect(readFileSync(at("Pulumi.old.yaml"), "utf8")).toBe("mine\n");
    expect(readdirSync(folder)).toEqual(["Pulumi.old.yaml"]);
    // The checkout's own lab, which --stack and --name mean.
    expect(await refusal(runInit({ name: "dev", teams: 2 }, nobody))).toContain(
      "Pulumi.dev.yaml: the file is there",
    );
  });

  test("writes nothing that could not be planned", async () => {
    for (const [options, code] of [
      [{ config: at("Pulumi.Bad_Name.yaml"), teams: 2 }, "name-too-long"],
      [{ config: at("Pulumi.many.yaml"), teams: 900 }, "address-space-exhausted"],
      [{ config: at("Pulumi.a.yaml"), teams: 2, exercises: "4-docker,7-none" }, "unknown-exercise"],
      [{ config: at("Pulumi.b.yaml"), roster: at("x.csv"), yes: true, size: 99 }, "config-value"],
      [{ config: at("none/Pulumi.c.yaml"), teams: 2 }, "report-unwritable"],
    ] as const) {
      expect(await refusal(runInit(options, nobody))).toContain(`[${code}]`);
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  test("--lock takes the roster of a lab that is there as it is", async () => {
    const config = at("Pulumi.d.yaml");
    writeFileSync(at("roster.csv"), "name,team\nA,1\nB,2\n");
    await runInit({ config, roster: at("roster.csv") }, nobody);
    writeFileSync(at("roster.csv"), "name,team\nA,2\nB,2\n");
    printed = "";
    expect(await runInit({ config, lock: true, json: true }, nobody)).toBe(0);
    expect(JSON.parse(printed)).toEqual({
      schemaVersion: 1,
      ok: true,
      lab: "d",
      lock: at("roster.csv.lock.json"),
      written: true,
      changes: [
        { kind: "moved", team: "team-02", seat: 2, from: "team-01" },
        { kind: "emptied", team: "team-01" },
      ],
    });
    printed = "";
    expect(await runInit({ config, lock: true }, nobody)).toBe(0);
    expect(printed).toMatch(/2 learners in 1 teams\nThe lock is as the roster is\.\n$/);
  });
});
