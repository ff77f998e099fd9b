import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderRecords, renderVisits } from "../../cli/roomOutput";
import { enrolmentScript, enrolmentStick } from "../../components/hosts/enrolment/stick";
import {
  type EnrolmentSettings,
  readRecord,
  settingsFaults,
  virtualBoxVersion,
} from "../../course/room/enrolment";
import { writeEnrolmentStick } from "../../operations/room/enrol";
import { readRoom } from "../../operations/room/precheck";
import { readRecords } from "../../operations/room/records";
import { readStackFile } from "../../operations/stackFile";
import { execute } from "../support/cli";
import { faultsOf, ROOT, solid } from "./labs";
import { goodPc } from "./roomPcs";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEf6PqvlI6oXdQ9qOk9Sw32yIla9DhlKJMF6wjRNkEqQ";

const settings = (change: Partial<EnrolmentSettings> = {}): EnrolmentSettings => ({
  user: "classlab",
  publicKey: `${KEY} classlab:lab/hosts`,
  from: ["192.168.99.0/24"],
  ssh: true,
  hypervisor: "none",
  ...change,
});

const codes = (change: Partial<EnrolmentSettings>) =>
  settingsFaults(settings(change)).map(({ where, what }) => `${where}: ${what}`);

test("settings that are right, and each that is not", () => {
  expect(codes({})).toEqual([]);
  expect(codes({ user: "Class Room" })).toEqual(['user: "Class Room" is no user of both systems']);
  expect(codes({ user: `x${"y".repeat(20)}` })).toHaveLength(1);
  expect(codes({ publicKey: `command="sh" ${KEY}` })).toEqual(["publicKey: it is no public SSH key"]);
  expect(codes({ publicKey: `${KEY}\n${KEY}` })).toHaveLength(1);
  expect(codes({ from: [] })).toEqual(["--from: no subnet is named that may come in"]);
  expect(codes({ from: ["192.168.99.1", "0.0.0.0/0"] })).toEqual([
    "--from: 192.168.99.1 is no IPv4 subnet, or all of them",
    "--from: 0.0.0.0/0 is no IPv4 subnet, or all of them",
  ]);
});

test("VirtualBox and its Extension Pack are of one version", () => {
  const virtualBox = { file: "VirtualBox-7.2.4-170995-Win.exe", sha256: "a", version: "7.2.4" };
  const pack = (version: string) => ({
    file: `Oracle_VirtualBox_Extension_Pack-${version}.vbox-extpack`,
    sha256: "b",
    accepted: "PUEL" as const,
    basis: "education" as const,
    licence: "c",
  });
  expect(virtualBoxVersion(virtualBox.file)).toBe("7.2.4");
  expect(virtualBoxVersion("Oracle_VM_VirtualBox_Extension_Pack-6.0.8.vbox-extpack")).toBe("6.0.8");
  expect(virtualBoxVersion("setup.exe")).toBeUndefined();
  expect(codes({ virtualBox, extensionPack: pack("7.2.4") })).toEqual([]);
  expect(codes({ virtualBox, extensionPack: pack("7.1.14") })).toEqual([
    "--extension-pack: Oracle_VirtualBox_Extension_Pack-7.1.14.vbox-extpack is of version 7.1.14, and VirtualBox of 7.2.4",
  ]);
});

test("the stick: Windows' line ends for Windows, one form of data, and a key in no program's text but sh's own words", () => {
  const stick = new Map(enrolmentStick(ROOT, settings()).map(({ name, text }) => [name, text]));
  expect([...stick.keys()]).toEqual([
    "enroll.cmd",
    "release.cmd",
    "Enroll.ps1",
    "Classlab.Host.psm1",
    "enroll.json",
    "enroll.sh",
  ]);
  for (const name of ["enroll.cmd", "release.cmd", "Enroll.ps1", "Classlab.Host.psm1"]) {
    const text = stick.get(name) ?? "";
    expect([name, text.replaceAll("\r\n", "")]).toEqual([name, expect.stringMatching(/^[\x20-\x7e]+$/)]);
    expect(text).not.toContain(KEY);
  }
  expect(stick.get("enroll.json")).toMatch(/^[\x20-\x7e\n]+$/);
  expect(JSON.parse(stick.get("enroll.json") ?? "")).toEqual({ ...settings(), bundle: "" });
});

test("the data's keys are parameters of the module's function, and it has no others that must be given", () => {
  const module = readFileSync(join(ROOT, "components/hosts/enrolment/Classlab.Host.psm1"), "utf8");
  const [, declared = ""] =
    /function Set-ClasslabEnrolment \{[\s\S]*?param\(\n([\s\S]*?)\n {2}\)/.exec(module) ?? [];
  const parameters = [...declared.matchAll(/\$(\w+)/g)]
    .map(([, name = ""]) => name.toLowerCase())
    .filter((name) => name !== "true");
  const all: Record<keyof EnrolmentSettings | "bundle", true> = {
    user: true,
    publicKey: true,
    from: true,
    ssh: true,
    hypervisor: true,
    bundle: true,
    openSsh: true,
    virtualBox: true,
    extensionPack: true,
  };
  expect(parameters).toEqual(Object.keys(all).map((name) => name.toLowerCase()));
});

test("each change that the module notes, it can put back", () => {
  const module = readFileSync(join(ROOT, "components/hosts/enrolment/Classlab.Host.psm1"), "utf8");
  const noted = [...module.matchAll(/Set-Noted -Kind '([a-z-]+)'/g)].map(([, kind]) => kind);
  const undone = [...module.matchAll(/^ {6}'([a-z-]+)' \{$/gm)].map(([, kind]) => kind);
  expect([...new Set(noted)].sort()).toEqual([...undone].sort());
  const [, listed = ""] = /\$Kinds = @\(\n([\s\S]*?)\n\)/.exec(module) ?? [];
  expect([...listed.matchAll(/'([a-z-]+)'/g)].map(([, kind]) => kind).sort()).toEqual([...undone].sort());
  expect(undone).toHaveLength(13);
});

test("the script for Linux is read by sh, whatever is in its settings", async () => {
  const script = enrolmentScript(ROOT, { user: "classlab", publicKey: `${KEY} it's "$(id)"` }, ["a", "b"]);
  expect(script).toContain(`  key='${KEY} it'\\''s "$(id)"'\n  packages='a b'\n}`);
  expect((await execute("sh", ["-n"], { stdin: script })).stderr).toBe("");
});

const RECORD = {
  classlabRecord: 1,
  verb: "enroll",
  name: "PC-01",
  answer: { ok: true, value: { rebootNeeded: true, hostKey: KEY } },
};
const REFUSED = {
  ...RECORD,
  name: "PC-02",
  answer: {
    ok: false,
    fault: { code: "administrator-needed", where: "PC-02", what: "not an administrator" },
  },
};

test("what PCs wrote is read; what is no record is told", () => {
  expect(solid(readRecord("a.json", `\uFEFF${JSON.stringify(RECORD)}`))).toEqual(RECORD);
  expect(faultsOf(readRecord("a.json", "{"))).toBe(
    "a.json: it is no JSON, or was cut off. Expected what enroll.cmd writes. [enrolment-invalid]",
  );
  expect(faultsOf(readRecord("a.json", JSON.stringify({ ...RECORD, name: "" })))).toMatch(
    /^a\.json: name: .*invalid\]$/,
  );
});

describe("a stick", () => {
  const folder = mkdtempSync(join(tmpdir(), "classlab-enrol-"));
  const home = process.env.CLASSLAB_HOME;
  beforeAll(() => {
    process.env.CLASSLAB_HOME = join(folder, "home");
  });
  afterAll(() => {
    if (home === undefined) delete process.env.CLASSLAB_HOME;
    else process.env.CLASSLAB_HOME = home;
    rmSync(folder, { recursive: true });
  });

  const labOf = (lines: string) => {
    const path = join(folder, "Pulumi.room.yaml");
    writeFileSync(path, `config:\n  classlab:lab:\n${lines}`);
    return readStackFile(path);
  };
  const write = async (lines: string, order: object) =>
    await writeEnrolmentStick(join(folder, "stick"), labOf(lines), { from: [], ssh: true, ...order });

  test("is written for a lab: its key, its LAN, what it runs on, and the files that were pinned", async () => {
    const openSsh = join(folder, "OpenSSH-Win64.msi");
    writeFileSync(openSsh, "of Microsoft");
    const written = await write("    target: containers\n", {
      openSsh,
      from: ["10.0.0.0/8"],
      hypervisor: "hyperv",
    });
    expect(written).toEqual({
      user: "classlab",
      publicKey: expect.stringMatching(/^ssh-ed25519 [A-Za-z0-9+/=]+ classlab:room\/hosts$/),
      from: ["10.0.0.0/8", "192.168.99.0/24"],
      ssh: true,
      hypervisor: "hyperv",
      openSsh: {
        file: "OpenSSH-Win64.msi",
        sha256: "61e53bae27fb378acf006c0f4b77b807ed4f510f935713f9ac3e4140d251b678",
      },
    });
  });

  test("has the Extension Pack only where its licence is accepted, and by the hash of that licence", async () => {
    const extensionPack = join(folder, "Oracle_VirtualBox_Extension_Pack-7.2.4.vbox-extpack");
    writeFileSync(join(folder, "ExtPack-license.txt"), "the licence\n");
    await execute("tar", ["-czf", extensionPack, "-C", folder, "./ExtPack-license.txt"]);
    await expect(write("    target: containers\n", { extensionPack })).rejects.toThrow(/licence-missing/);
    const accepted = "    licences:\n      extensionPack: { accepted: PUEL, basis: education }\n";
    const { extensionPack: pack } = await write(accepted, { extensionPack });
    // sha256sum of the text above.
    expect(pack?.licence).toBe("dcdece31a8b857f2597c1c477a977ae50bbee54633c7f1b3bc9972be19a4d1c3");
    const hollow = join(folder, "Oracle_VirtualBox_Extension_Pack-7.2.5.vbox-extpack");
    writeFileSync(hollow, "nothing");
    await expect(write(accepted, { extensionPack: hollow })).rejects.toThrow(/it has no licence in it/);
    await expect(write("    teams: 1\n", { virtualBox: join(folder, "none.exe") })).rejects.toThrow(
      /its name has no version/,
    );
    await expect(write("    teams: 1\n", { openSsh: join(folder, "none.msi") })).rejects.toThrow(
      /enrolment-invalid/,
    );
  });

  test("that comes back tells which PCs are done, and gives the inventory their keys", () => {
    const stick = join(folder, "stick");
    for (const name of ["records", "results"]) mkdirSync(join(stick, name), { recursive: true });
    for (const record of [RECORD, REFUSED])
      writeFileSync(join(stick, "records", `${record.name}.json`), JSON.stringify(record));
    writeFileSync(join(stick, "records", "cut.json"), "{");
    writeFileSync(join(stick, "results", "PC-01.json"), JSON.stringify(goodPc({ name: "pc-01" })));
    const { records, faults } = readRecords(stick);
    expect(renderRecords(records)).toBe(
      `PC-01  enrolled  restart it${" ".repeat(33)}  ${KEY}\nPC-02  enrolled  not an administrator [administrator-needed]\n`,
    );
    expect(faults.map(({ code }) => code)).toEqual(["enrolment-invalid"]);
    const room = readRoom(stick);
    expect(room.hosts.map(({ hostKey }) => hostKey)).toEqual([KEY]);
    expect(room.faults.map(({ code }) => code)).toEqual(["enrolment-invalid"]);
    expect(readRecords(join(folder, "none"))).toEqual({ records: [], faults: [] });
    expect(readdirSync(stick).sort()).toContain("enroll.cmd");
  });
});

test("hosts that were given back, and what still stands, in words", () => {
  expect(renderRecords([])).toBe("No PC has written a record here.\n");
  const visits = [
    { host: "a-01", standing: [], rebootNeeded: true },
    { host: "a-02", standing: ["user classlab"], rebootNeeded: false },
  ];
  expect(renderVisits(visits, false)).toBe(
    "a-01: given back as it was; restart it\na-02: enrolled: user classlab\n",
  );
  expect(renderVisits([{ host: "a-01", standing: [], rebootNeeded: false }], true)).toBe(
    "a-01: nothing is enrolled\n",
  );
});
