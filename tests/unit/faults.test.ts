import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LabFacts } from "../../course/facts";
import { FAULT_CODES, FaultError, formatFault, formatFaults } from "../../course/faults";
import { makePlan } from "../../course/plan";
import { planLab } from "../../operations/plan";
import { readStackFile } from "../../operations/stackFile";
import { ROOT } from "./labs";

const FOLDER = "tests/fixtures/bad";

/** What only a run can meet; integration tests bring each about. */
const AT_RUN_TIME = [
  "image-missing",
  "image-build-failed",
  "image-damaged",
  "registry-unreachable",
  // pulls.test.ts.
  "pull-limit",
  "image-withdrawn",
  "docker-not-running",
  "virtualbox-not-ready",
  "libvirt-not-running",
  "stack-absent",
  // edition.test.ts.
  "edition-changed",
  "stack-locked",
  "state-damaged",
  // Hosts over SSH: hosts.test.ts.
  "host-key-missing",
  "host-key-changed",
  "host-unreachable",
  "host-access-denied",
  // Only up refuses it: operations.test.ts.
  "target-not-built",
  "passphrase-wrong",
  "disk-full",
  "would-replace",
  "object-in-the-way",
  "port-taken",
  "unknown-team",
  "unknown-exercise",
  "team-not-alone",
  "report-unwritable",
  "engine-failed",
  "interrupted",
  "guest-not-ready",
  "no-team-chosen",
  "rotate-failed",
  "environment-missing",
  "needs-confirmation",
  "roster-changed",
  "file-exists",
  // Of a disk that is converted: convert.test.ts.
  "disk-format-unknown",
  "disk-image-unreadable",
  "convert-failed",
  // Of this machine's KVM: nested.test.ts.
  "nested-impossible",
  // What a cloud refuses: cloudFaults.test.ts.
  "cloud-type-unfit",
  "cloud-busy",
  "cloud-quota",
  "cloud-denied",
  "cloud-in-use",
  // Of hosts that their cloud has stopped: cloudPower.test.ts.
  "host-stopped",
  // Of where the engine keeps its state: cloudState.test.ts.
  "state-too-near",
  // Of a host and of a file on it: windowsRecord.test.ts, windowsScripts.test.ts.
  "windows-image-unusable",
  "windows-host-unfit",
  // Of a download: cloudImage.test.ts.
  "cloud-image-unreachable",
  "cloud-image-untrusted",
  // Of what PCs of a room showed: room.test.ts, and of enrolling them: enrolment.test.ts.
  "precheck-missing",
  "precheck-invalid",
  "enrolment-invalid",
  "package-untrusted",
  "release-incomplete",
  // What a Windows host answers: hypervTransport.test.ts.
  "host-command-failed",
  "hyperv-not-running",
  "administrator-needed",
  "module-mismatch",
  "merge-unfinished",
];

const files = readdirSync(join(ROOT, FOLDER));
const named = (ending: string) =>
  files.filter((file) => file.endsWith(ending)).map((file) => file.slice(0, -ending.length));
const expected = (name: string) => readFileSync(join(ROOT, FOLDER, `${name}.txt`), "utf8").trimEnd();
/** The absent file is a fixture without a file; what has a message only is for the tests of a run. */
const ABSENT = "file-absent";
const names = [ABSENT, ...named(".yaml")];
const atRunTime = named(".txt").filter((name) => !names.includes(name));

function factsOf(name: string): LabFacts {
  const path = join(ROOT, FOLDER, `${name}.facts.json`);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
}

/** What is said of the stack file of a fixture, as on the command line in the checkout. */
function message(name: string): string {
  try {
    const file = readStackFile(`${FOLDER}/${name}.yaml`);
    planLab(file, factsOf(name));
    return "no fault";
  } catch (error) {
    if (error instanceof FaultError) return error.message;
    throw error;
  }
}

describe("broken stack files", () => {
  const before = process.cwd();
  beforeAll(() => process.chdir(ROOT));
  afterAll(() => process.chdir(before));

  test("each has its expected message beside it; the absent file is absent", () => {
    for (const name of names) expect(files).toContain(`${name}.txt`);
    for (const name of named(".facts.json")) expect(names).toContain(name);
    expect(files).not.toContain(`${ABSENT}.yaml`);
  });

  test("messages without a stack file are those of a run", () => {
    for (const name of atRunTime) {
      expect(AT_RUN_TIME).toContain(/\[([a-z-]+)\]$/.exec(expected(name))?.[1]);
    }
  });

  test.each(names)("%s", (name) => {
    expect(message(name)).toBe(expected(name));
  });

  test("a fixture with facts is good without them: the host is what is wrong", () => {
    for (const name of named(".facts.json")) {
      const file = readStackFile(`${FOLDER}/${name}.yaml`);
      expect(makePlan(file.lab, file.config).ok).toBe(true);
    }
  });

  test("one fault a file, but for those that show several at once", () => {
    const several = names.filter((name) => expected(name).includes("\n"));
    expect(several.sort()).toEqual([
      "port-farm-last",
      "roster-several",
      "several-faults",
      "several-faults-of-plan",
    ]);
  });

  test("messages are full sentences: where, what, how it ends, and the code", () => {
    for (const line of names.flatMap((name) => expected(name).split("\n"))) {
      expect(line).toMatch(/^(lab|classlab:lab|stack name|tests\/)[^ ]*[^:]*: .+[.?] \[[a-z-]+\]$/);
      expect(line).not.toMatch(/[.?!:]\.(?!\.)|\?\.|undefined|null|\[object|Invalid input|one of [.,]/);
    }
  });

  test("a subnet in use: who uses it, a free one, and the line that sets it", () => {
    expect(expected("subnet-in-use-network")).toMatch(/"shop_default" has .* is free: set "subnet: [\d./]+"/);
    expect(expected("subnet-in-use-interface")).toContain("interface eth0 (192.168.99.14)");
    expect(expected("subnet-in-use-lab")).toContain('"dev-lan" of lab "dev"');
  });
});

test("every code has a fixture, or is one that only a run can meet", () => {
  const shown = new Set(
    names.flatMap((name) => [...expected(name).matchAll(/\[([a-z-]+)\]$/gm)].map(([, code]) => code)),
  );
  expect([...shown, ...AT_RUN_TIME].sort()).toEqual([...FAULT_CODES].sort());
});

test("words of other programs that end a sentence themselves get no second full stop", () => {
  const fault = { code: "engine-failed", where: "docker run", fix: "Did you mean this?" } as const;
  expect(formatFault({ ...fault, what: "it broke." })).toBe("docker run: it broke. Did you mean this?");
  expect(formatFault({ ...fault, what: "it broke" })).toBe("docker run: it broke. Did you mean this?");
});

test("in Japanese the words around a fault are Japanese, and it is said that the rest is English", () => {
  const whole = {
    code: "config-value",
    where: "lab.teams",
    what: "none",
    expected: "one",
    fix: "Add one",
  } as const;
  expect(formatFaults([whole, { code: "engine-failed", where: "engine", what: "it broke" }], "ja")).toBe(
    [
      "エラー（内容は英語です。[ ] 内の名前で docs/causes.md を検索すると、原因と対処を確認できます）",
      "lab.teams: none. 必要な条件: one. 対処: Add one. [config-value]",
      "engine: it broke. [engine-failed]",
    ].join("\n"),
  );
  expect(formatFaults([whole], "en")).toBe("lab.teams: none. Expected one. Add one. [config-value]");
  expect(formatFaults([whole])).toBe(formatFaults([whole], "en"));
});
