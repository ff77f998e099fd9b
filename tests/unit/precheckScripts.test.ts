import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { precheckStick } from "../../components/hosts/precheck/stick";
import { LANGUAGES } from "../../course/languages";
import { PRECHECK_KEYS, readPrecheck } from "../../course/room/precheck";
import { ROOM_RULES } from "../../course/room/rules";
import { checkFiles } from "../powershell/check";
import { ROOT, solid } from "./labs";

const folder = mkdtempSync(join(tmpdir(), "classlab-precheck-"));
afterAll(() => rmSync(folder, { recursive: true }));

const fileOf = (language: (typeof LANGUAGES)[number], name: string) => {
  const found = precheckStick(ROOT, language).find((file) => file.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found.text;
};

/** Runs the script of a stick as it is on this machine. */
function look(language: (typeof LANGUAGES)[number], seat: string, change = (text: string) => text) {
  const script = join(folder, "precheck.sh");
  writeFileSync(script, change(fileOf(language, "precheck.sh")));
  const env = {
    ...process.env,
    LANG: "ja_JP.UTF-8",
    LC_ALL: "",
    https_proxy: "http://somebody:secret@proxy.example:3128/",
  };
  const done = spawnSync("sh", [script, seat], { encoding: "utf8", env });
  const file = join(folder, "results", `${hostname().replaceAll(/[^A-Za-z0-9._-]/g, "_")}.json`);
  return { ...done, pc: solid(readPrecheck(file, readFileSync(file, "utf8"))) };
}

test("the script for Linux sees this machine as it is", () => {
  const { status, stderr, stdout, pc } = look("en", '2F "back"\\1');
  expect([status, stderr]).toEqual([0, ""]);
  expect(pc).toMatchObject({
    seat: '2F "back"\\1',
    name: hostname(),
    os: "linux",
    memory: Math.floor(totalmem() / 2 ** 20),
    language: "ja_JP",
    proxy: "proxy.example:3128",
    unknown: [],
  });
  expect(pc.diskSize).toBeGreaterThanOrEqual(pc.diskFree);
  expect(pc.cards.map(({ name }) => name)).not.toContain("lo");
  expect(stdout).toMatch(new RegExp(`^Precheck: ${hostname()} 2F "back"`));
  expect(stdout).toContain(`Memory (MiB): ${pc.memory}\n`);
});

test("its report judges by the same rules, in the language of the stick", () => {
  // What it sees of this machine is replaced just before it tells of it.
  const poor = (text: string) =>
    text
      .replace(
        "results=$here/results",
        "memory=4096 diskFree=3 kvm=absent link=wifi administrator=false rebootPending=true firmwareVirtualization=false name=a-name-of-more-than-15\nrestoreSoftware=overlayroot\n&",
      )
      .replace("\n&", "\nresults=$here/results");
  const { stdout } = look("ja", "A-01", (text) => poor(text));
  const told = ROOM_RULES.filter(({ found }) => stdout.includes(found.ja)).map(({ code }) => code);
  expect(told).toEqual([
    "virtualization-off",
    "memory-small",
    "disk-small",
    "kvm-absent",
    "restore-software",
    "wifi-only",
    "no-administrator",
    "reboot-pending",
    "name-long",
  ]);
  expect(stdout).toContain("[要対応] ファームウェア（UEFI/BIOS）で仮想化支援機能（VT-x／AMD-V）が無効です。");
  expect(stdout).toContain("論理プロセッサ数: ");
});

const checked = checkFiles([
  { path: "Precheck.ps1", text: fileOf("ja", "Precheck.ps1").replaceAll("\r\n", "\n") },
]);

test("the script for Windows is ASCII with Windows' line ends, in both languages, and right to the checker", async () => {
  for (const language of LANGUAGES) {
    const text = fileOf(language, "Precheck.ps1");
    expect(text).toMatch(/^[\x20-\x7e\r\n]*$/);
    expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  }
  expect((await checked).findings).toEqual([]);
});

test("the script for Windows holds the rules as they are, and its quotes end where they should", () => {
  const [, book = ""] =
    /^\$Book = ConvertFrom-Json -InputObject '((?:[^']|'')*)'\r$/m.exec(fileOf("ja", "Precheck.ps1")) ?? [];
  const { rules, language } = JSON.parse(book.replaceAll("''", "'"));
  expect(language).toBe("ja");
  expect(rules.map(({ found }: { found: string }) => found)).toEqual(ROOM_RULES.map(({ found }) => found.ja));
  expect(rules.map(({ when }: { when: object }) => when)).toEqual(ROOM_RULES.map(({ when }) => when));
});

test("the script for Windows writes the keys that are read, in their order, and changes nothing", async () => {
  const text = fileOf("en", "Precheck.ps1");
  const [, facts = ""] = /\[ordered\]@\{\r\n([\s\S]*?)\r\n {2}\}/.exec(text) ?? [];
  expect([...facts.matchAll(/^ {4}(\w+) +=/gm)].map(([, key]) => key)).toEqual(PRECHECK_KEYS);
  const { called, functions } = await checked;
  const own = new Set(functions.map(({ name }) => name.toLowerCase()));
  const changing = [...called].filter(
    (name) =>
      !own.has(name) &&
      !/^(convertfrom|convertto|foreach|get|join|measure|select|sort|test|where|write)-/.test(name),
  );
  expect(changing.sort()).toEqual(["new-object", "set-strictmode", "whoami.exe"]);
});
