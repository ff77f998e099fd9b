import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { checksOf } from "../../course/checks";
import { FaultError } from "../../course/faults";
import { probeVirtualization, refuseImpossibleNesting } from "../../operations/nested";
import type { PlatformGuest } from "../../operations/platforms/platform";
import { judge } from "../../operations/verify/judge";
import { INNER_GUEST } from "../../operations/verify/nestedProbe";
import { parseFindings } from "../../operations/verify/probeResults";
import { renderProbes } from "../../operations/verify/probeScript";
import { execute } from "../support/cli";
import { libvirtPlan } from "./libvirtLab";

const plan = libvirtPlan();
const FLAG = "nested/team-01/desk/flag";
const START = "nested/team-01/desk/start";
const checks = checksOf(plan, undefined).filter(({ kind }) => kind === "nested");
const check = (id: string) => {
  const found = checks.find((entry) => entry.id === id);
  if (!found) throw new Error(`no check ${id}`);
  return found;
};

test("guests that are to run guests are checked, and no others", () => {
  expect(checks.map(({ id }) => id)).toEqual([
    FLAG,
    START,
    FLAG.replace("01", "02"),
    START.replace("01", "02"),
  ]);
  expect(check(FLAG)).toMatchObject({ exercises: ["nested"], expected: true, guest: "desk" });
});

/** What a guest that told these results is judged by. */
function judged(id: string, text: string) {
  const seen: PlatformGuest = {
    state: "running",
    age: 1000,
    networks: new Map(),
    published: new Map(),
    mark: undefined,
    emulated: true,
  };
  const lines = `${text}\nend`.split("\n").map((line) => ({ text: line.replaceAll("|", "\t"), seconds: 1 }));
  return judge(
    {
      plan,
      platform: new Map([["lab-team-01-desk", seen]]),
      probed: new Map([["team-01/desk", { findings: parseFindings(lines) }]]),
      notStarted: new Map(),
      logins: new Map(),
      opened: new Map(),
    },
    check(id),
  );
}

test.each([
  [FLAG, `result|${FLAG}|ok|/proc/cpuinfo shows svm`, { outcome: "as-expected" }],
  [FLAG, `result|${FLAG}|content|neither`, { outcome: "not-as-expected", cause: "nested-hidden" }],
  [START, `result|${FLAG}|ok|svm\nresult|${START}|ok|a guest in it started`, { outcome: "as-expected" }],
  [
    START,
    `result|${FLAG}|ok|svm\nresult|${START}|silent|no sign`,
    { outcome: "not-as-expected", cause: "nested-not-starting", measured: "no sign" },
  ],
  // One trouble, one cause.
  [
    START,
    `result|${FLAG}|content|neither\nresult|${START}|content|no kvm`,
    { outcome: "not-as-expected", cause: "nested-hidden" },
  ],
  [START, `result|${FLAG}|ok|svm`, { outcome: "not-measured", cause: "channel-silent" }],
])("%s by %j", (id, text, verdict) => {
  expect(judged(id, text)).toMatchObject(verdict);
});

test("the prober's script is a shell's, and tells of the processor that it runs on what that shows", async () => {
  const { stdout, stderr } = await execute("sh", ["-s"], { stdin: renderProbes([check(FLAG)], [], false) });
  expect(stderr).toBe("");
  const shows = spawnSync("grep", ["-owm", "1", "-E", "vmx|svm", "/proc/cpuinfo"], { encoding: "utf8" });
  const flag = shows.stdout.split("\n")[0];
  expect(stdout.split("\n")).toContain(
    flag
      ? `result\t${FLAG}\tok\t/proc/cpuinfo shows ${flag}`
      : `result\t${FLAG}\tcontent\t/proc/cpuinfo shows neither vmx nor svm`,
  );
});

test("without vmx and svm nobody is asked to start a guest by chance: the words are the kernel's", async () => {
  const { stdout } = await execute("sh", ["-s"], { stdin: renderProbes([check(START)], [], false, 2) });
  const [line] = stdout.split("\n").filter((text) => text.startsWith(`result\t${START}`));
  // Whatever this machine's KVM is: one result, of this check.
  expect(line?.split("\t")[2]).toMatch(/^(ok|content|silent)$/);
  if (!existsSync("/dev/kvm")) expect(line).toBe(`result\t${START}\tcontent\tthere is no /dev/kvm in it`);
});

test("the inner guest's program is Python, and ends with the kernel's words where it may not start one", () => {
  const compiled = spawnSync("python3", ["-c", "import sys; compile(sys.stdin.read(), 'inner', 'exec')"], {
    input: INNER_GUEST,
    encoding: "utf8",
  });
  expect(compiled.stderr).toBe("");
});

test.each([
  ["Y", "N", "vmx"],
  ["1", "", "vmx"],
  ["N", "1", "svm"],
  ["", "Y", "svm"],
  ["N", "0", "none"],
  ["", "", "none"],
])(
  "a host whose kvm_intel says %j and whose kvm_amd says %j lets guests see %s",
  async (intel, amd, found) => {
    const onHost = async (program: string, [file = ""]: readonly string[]) => ({
      code: program === "cat" ? 0 : 127,
      stdout: `${{ "/sys/module/kvm_intel/parameters/nested": intel, "/sys/module/kvm_amd/parameters/nested": amd }[file]}\n`,
      stderr: "",
    });
    expect(await probeVirtualization("kvm", onHost)).toBe(found);
  },
);

test("QEMU's own processor shows svm, whatever the host's is: nobody is asked", async () => {
  const nobody = () => Promise.reject(new Error("asked"));
  expect(await probeVirtualization("tcg", nobody)).toBe("svm");
});

test("a lab that nests is refused on a host that does not let it, before anything is made", () => {
  const host = (virtualization?: "vmx" | "none") => ({
    "this-machine": {
      acceleration: "kvm" as const,
      sharedFolders: "9p" as const,
      ...(virtualization ? { virtualization } : {}),
    },
  });
  const refusal = () => refuseImpossibleNesting(plan, host("none"));
  expect(refusal).toThrow(FaultError);
  expect(refusal).toThrow(
    "host this-machine: guests are to run in guest team-02/desk, and the host's KVM does not let them: nested virtualization is off. Shut the host's guests down and run: sudo modprobe -r kvm_intel && sudo modprobe kvm_intel nested=1 (AMD: kvm_amd); or leave nested out. [nested-impossible]",
  );
  // Nothing is known of hosts of labs that were made before it was looked at.
  for (const known of [host("vmx"), host(), {}]) refuseImpossibleNesting(plan, known);
  const flat = libvirtPlan({ guests: [{ name: "plain" }] });
  refuseImpossibleNesting(flat, host("none"));
});
