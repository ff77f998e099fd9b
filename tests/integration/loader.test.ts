import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { automation, Config } from "@pulumi/pulumi";
import { parseLab } from "../../course/config";
import { makePlan } from "../../course/plan";
import { LAB_KEY, readStackFile } from "../../operations/stackFile";
import { prepareWorkFolder, writeStackFile } from "../../operations/workFolder";
import { ROOT } from "../support/cli";
import { SKIP_INTEGRATION } from "../support/testLab";

// What the command line reads of a stack file, and what the program is given by the real engine.
const suite = SKIP_INTEGRATION ? describe.skip : describe;

const PEM = `-----BEGIN CERTIFICATE-----
MIIBszCCAVmgAwIBAgIUQ2xhc3NsYWIgdGVzdCBub3QgYSByZWFsIG9uZTAKBggq
hkjOPQQDAjAVMRMwEQYDVQQDDApzaXRlIHRlc3QwHhcN
-----END CERTIFICATE-----
`;

/** Values that readers of YAML take for different things. */
const NASTY = `
config:
  classlab:lab:
    edition: 2019
    spareTeams: 0x2
    teams:
      - { id: team-01, label: yes }
      - { id: team-02, label: "on" }
      - { id: team-03, label: "0o17" }
      - { id: team-04, label: 2027-01-18 }
      - { id: team-05, label: "1e3" }
      - { id: team-06, label: "null" }
      - { id: team-07, label: '１班 "A": #1' }
      - { id: team-08, label: ~x }
      - { id: team-09, label: "08" }
      - { id: team-10, label: "12:30:45" }
    guests:
      - &first
        name: a
        nested: true
        memory: 1e3
        adapters: [{ switch: lan }]
      - <<: *first
        name: b
        nested: false
      - *first
      - name: "no"
        memory: 0o2000
    calendar:
      preparation: 2027-01-18
      lessons: [{ start: 2027-01-19T09:00, end: "2027-01-19T17:00" }]
    site:
      network:
        macRegistration: false
        caCertificate: |
${PEM.replace(/^/gm, "          ").trimEnd()}
  classlab:token:
    secure: v1:bm90aGluZw==:bm90aGluZw==
  other:number: 7
`;

suite("one loader", () => {
  const folder = mkdtempSync(join(tmpdir(), "classlab-loader-"));
  const before = { ...process.env };

  beforeAll(() => {
    mkdirSync(join(folder, "state"));
    writeFileSync(join(folder, "passphrase"), "of this test alone");
    Object.assign(process.env, {
      CLASSLAB_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, "passphrase"),
    });
    delete process.env.PULUMI_STACK;
    delete process.env.PULUMI_OPTION_CWD;
  });

  afterAll(() => {
    process.env = before;
    rmSync(folder, { recursive: true, force: true });
  });

  /** The lab as the program has it, given by the engine from the work folder that the command line wrote. */
  async function inProgram(path: string): Promise<unknown> {
    const file = readStackFile(path);
    const workDir = prepareWorkFolder(file.lab);
    const stackName = `${file.lab}-loader`;
    const unit = { stack: stackName };
    // An encrypted value of another salt cannot be read, and the lab does without.
    const { "classlab:token": _token, ...config } = Object(file.document.config);
    writeStackFile({ ...file, document: { ...file.document, config } }, unit, undefined);
    let seen: unknown;
    const workspace = await automation.LocalWorkspace.create({
      workDir,
      program: async () => {
        seen = new Config("classlab").getObject("lab");
      },
    });
    const stack = await automation.Stack.createOrSelect(stackName, workspace);
    await stack.preview();
    return seen;
  }

  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
    return path;
  };

  test.each([
    [
      "numbers, booleans, dates, merged and repeated parts, a certificate",
      () => write("a/Pulumi.nasty.yaml", NASTY),
    ],
    ["the dev lab", () => write("b/Pulumi.dev.yaml", readFileSync(join(ROOT, "Pulumi.dev.yaml"), "utf8"))],
    ["an empty lab", () => write("c/Pulumi.empty.yaml", "config:\n  classlab:lab: {}\n")],
    [
      "the project's default, under value",
      () => {
        write(
          "d/Pulumi.yaml",
          "name: x\nruntime: nodejs\nconfig:\n  classlab:lab:\n    value: { teams: 3 }\n",
        );
        return write("d/Pulumi.plain.yaml", "config:\n  other:key: 1\n");
      },
    ],
    [
      "the stack's own lab before the project's, which is not mixed in",
      () => {
        write(
          "e/Pulumi.yaml",
          "name: x\nruntime: nodejs\nconfig:\n  classlab:lab:\n    value: { teams: 3, spareTeams: 1 }\n",
        );
        return write("e/Pulumi.own.yaml", "config:\n  classlab:lab: { teams: 2 }\n");
      },
    ],
  ])(
    "%s",
    async (_what, file) => {
      const path = file();
      const { config, document } = readStackFile(path);
      const seen = await inProgram(path);
      expect(seen).toEqual(Reflect.get(Object(document.config), LAB_KEY));
      const parsed = parseLab(seen);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
      expect(parsed.value).toEqual(config);
      expect(makePlan("x", parsed.value)).toEqual(makePlan("x", config));
    },
    60_000,
  );

  test("what was read is what the file says", () => {
    const { config } = readStackFile(write("a/Pulumi.nasty.yaml", NASTY));
    expect(config).toMatchObject({
      edition: "2019",
      spareTeams: 2,
      site: { network: { caCertificate: PEM } },
      calendar: { preparation: "2027-01-18" },
    });
    expect(Array.isArray(config.teams) && config.teams.map((team) => Object(team).label)).toEqual([
      "yes",
      "on",
      "0o17",
      "2027-01-18",
      "1e3",
      "null",
      '１班 "A": #1',
      "~x",
      "08",
      "12:30:45",
    ]);
    expect(config.guests.map(({ name, nested, memory }) => [name, nested, memory])).toEqual([
      ["a", true, 1000],
      ["b", false, 1000],
      ["a", true, 1000],
      ["no", false, 1024],
    ]);
  });
});
