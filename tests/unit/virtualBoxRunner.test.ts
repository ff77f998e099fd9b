import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { instructions, renderJson, renderLines } from "../../components/hypervisors/virtualbox/instructions";
import { CAPTURED, has, lacks, type Step, step } from "../../components/hypervisors/virtualbox/steps";
import { SHELLS } from "./shell";
import { RUNNER } from "./virtualBoxLab";

/** A stand-in that writes down its calls and answers from files: `answer` for what is asked, `out` for what is done, `fails` for either, `fails-once` for the first. */
const MANAGE = `#!/bin/sh
{ printf '%s' "$1"; shift; for word do printf '|%s' "$word"; done; echo; } >> "$PLACE/calls"
if [ -e "$PLACE/fails-once" ]; then cat "$PLACE/fails-once" >&2; rm "$PLACE/fails-once"; exit 1; fi
if [ -e "$PLACE/fails" ]; then cat "$PLACE/fails" >&2; exit 1; fi
if [ -e "$PLACE/later" ] && [ "$(wc -l < "$PLACE/calls")" -ge 3 ]; then cat "$PLACE/later"; exit 0; fi
[ ! -e "$PLACE/answer" ] || cat "$PLACE/answer"
`;

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "classlab-vbox-"));
  writeFileSync(join(place, "VBoxManage"), MANAGE, { mode: 0o755 });
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const answers = (name: string, text: string) => writeFileSync(join(place, name), text);

function run(input: string, shell = "sh") {
  const { status, stdout, stderr } = spawnSync(shell, ["-c", RUNNER], {
    input,
    encoding: "utf8",
    // SHLVL: bash reads its settings where its input is a socket and nobody says that it is no first shell.
    env: { PATH: `${place}:/usr/bin:/bin`, PLACE: place, TMPDIR: place, SHLVL: "2" },
    timeout: 15_000,
  });
  const calls = existsSync(join(place, "calls"))
    ? readFileSync(join(place, "calls"), "utf8").split("\n").slice(0, -1)
    : [];
  return { code: status, stdout, stderr, calls };
}
const runSteps = (steps: readonly Step[], shell?: string) => run(renderLines(steps), shell);

const ASK = ["list", "vms"];
const DO = ["modifyvm", "m"];
const line = (is: string) => has(ASK, { is });
const noLine = (is: string) => lacks(ASK, { is });

describe.each(SHELLS)("the runner in %s", (shell) => {
  test("passes each argument as one word, whatever it holds", () => {
    const odd = [
      "a b",
      "it's",
      '"q"',
      "$HOME",
      "`id`",
      "$(id)",
      "教室",
      "\\",
      "*",
      "",
      "-n",
      "a;b",
      "  x  ",
      "%s",
    ];
    const { stdout, calls } = runSteps([step("odd", { args: ["set", ...odd] })], shell);
    expect(calls).toEqual([`set|${odd.join("|")}`]);
    expect(stdout).toBe('{"steps":1,"ran":["odd"]}\n');
  });

  test("matches whole lines, with blanks as one, and ends of lines", () => {
    answers("answer", 'Name:            net  \r\n"a b" {42}\n');
    const kept = (is: ReturnType<typeof has>) =>
      runSteps([step("x", { settled: [is], args: DO })], shell).stdout;
    expect(kept(line("Name: net"))).toBe('{"steps":1,"ran":[]}\n');
    expect(kept(line("Name: ne"))).toBe('{"steps":1,"ran":["x"]}\n');
    expect(kept(line("name: net"))).toBe('{"steps":1,"ran":["x"]}\n');
    expect(kept(has(ASK, { starts: '"', ends: " {42}" }))).toBe('{"steps":1,"ran":[]}\n');
    expect(kept(has(ASK, { starts: '"a b" {', ends: " {42}" }))).toBe('{"steps":1,"ran":["x"]}\n');
    expect(kept(has(ASK, { starts: "a", ends: " {42}" }))).toBe('{"steps":1,"ran":["x"]}\n');
    expect(kept(has(ASK, { is: "no" }, { starts: '"a', ends: "}" }))).toBe('{"steps":1,"ran":[]}\n');
    expect(kept(has(ASK, { starts: " ", ends: "" }))).toBe('{"steps":1,"ran":["x"]}\n');
    expect(kept(has(ASK, { starts: "Name: ", ends: "net" }))).toBe('{"steps":1,"ran":[]}\n');
    expect(kept(noLine("Name: net"))).toBe('{"steps":1,"ran":["x"]}\n');
    expect(kept(noLine("none"))).toBe('{"steps":1,"ran":[]}\n');
  });

  test("does what is not settled in all its parts, and only that", () => {
    answers("answer", "a\nb\n");
    const { stdout, calls } = runSteps(
      [
        step("one", { settled: [line("a"), line("b")], args: ["one"] }),
        step("two", { settled: [line("a"), line("c")], args: ["two"] }),
        step("three", { settled: [line("c"), line("a")], args: ["three"] }),
        step("four", { args: ["four"] }),
      ],
      shell,
    );
    expect(stdout).toBe('{"steps":4,"ran":["two","three","four"]}\n');
    // The same is asked once more only after something was changed.
    expect(calls).toEqual(["list|vms", "two", "list|vms", "three", "four"]);
  });

  test("leaves out a step that does not concern it, with all of its parts", () => {
    answers("answer", "a\n");
    const { stdout, calls } = runSteps(
      [
        step("skipped", {
          when: [line("b")],
          must: [{ ...line("c"), otherwise: "never told" }],
          args: ["no"],
          take: "'",
          until: { ...line("d"), seconds: 9 },
        }),
        step("done", { when: [line("a"), noLine("b")], args: ["yes"] }),
      ],
      shell,
    );
    expect(stdout).toBe('{"steps":2,"ran":["done"]}\n');
    expect(calls).toEqual(["list|vms", "yes"]);
  });

  test("ends before anything is changed where what must be so is not", () => {
    answers("answer", "a\n");
    const steps = [
      step("guard", { must: [{ ...noLine("a"), otherwise: "foreign: it is theirs" }] }),
      step("x", { args: DO }),
    ];
    expect(runSteps(steps, shell)).toEqual({
      code: 1,
      stdout: "",
      stderr: "guard: foreign: it is theirs\n",
      calls: ["list|vms"],
    });
  });

  test("takes a question that is not answered for no answer", () => {
    answers(
      "fails",
      "Progress\nVBoxManage: error: it is locked\nVBoxManage: error: Details: code X\nVBoxManage: error: and busy\n",
    );
    const absent = step("gone", { settled: [noLine("x")], args: DO });
    expect(runSteps([absent], shell)).toMatchObject({
      code: 1,
      stdout: "",
      stderr: "gone: VBoxManage list does not answer: it is locked and busy\n",
    });
  });

  // Seen with VirtualBox 7.2: its service ends about 5 s after the last call, and a call that comes then fails.
  test("calls again where VirtualBox's service was just ending, and not where it does not come", () => {
    const ending = "VBoxManage: error: Failed to create the VirtualBox object!\n";
    answers("fails-once", ending);
    const { code, calls } = runSteps([step("x", { args: DO })], shell);
    expect(code).toBe(0);
    expect(calls).toEqual(["modifyvm|m", "modifyvm|m"]);
    answers("fails", ending);
    const never = runSteps([step("x", { args: DO })], shell);
    expect(never.stderr).toBe("x: Failed to create the VirtualBox object!\n");
    expect(never.calls.slice(calls.length)).toHaveLength(5);
  });

  test("tells VBoxManage's own words where a call fails, and goes no further", () => {
    answers("fails", "VBoxManage: error: no room\n");
    expect(runSteps([step("disk", { args: DO }), step("next", { args: ["next"] })], shell)).toEqual({
      code: 1,
      stdout: "",
      stderr: "disk: no room\n",
      calls: ["modifyvm|m"],
    });
  });

  test("takes a name from a line", () => {
    answers("answer", "Value: VirtualBox Host-Only Ethernet Adapter #2\r\nValue: other\n");
    const { calls } = runSteps(
      [
        step("name", { read: { ask: ["get"], after: "Value: " } }),
        step("use", {
          settled: [has(["check", CAPTURED], { is: `Name: ${CAPTURED}` })],
          args: ["use", `a${CAPTURED}z`],
        }),
        step("none", { read: { ask: ["get"], after: "Nothing" } }),
        step("empty", { args: ["use", CAPTURED] }),
      ],
      shell,
    );
    expect(calls).toEqual([
      "get",
      "check|VirtualBox Host-Only Ethernet Adapter #2",
      "use|aVirtualBox Host-Only Ethernet Adapter #2z",
      "get",
      "use|",
    ]);
  });

  test("takes a name from above a line", () => {
    answers("answer", "Name:   if1\nIPAddress:   10.0.0.1\nName:   if 2\nIPAddress:   10.0.0.2\nName: if3\n");
    const above = (is: string) => [
      step("name", { read: { ask: ["list"], after: "Name:", any: [{ is }] } }),
      step("use", { args: ["use", CAPTURED] }),
    ];
    expect(runSteps([...above("IPAddress: 10.0.0.2"), ...above("IPAddress: 10.0.0.9")], shell).calls).toEqual(
      ["list", "use|if 2", "list", "use|"],
    );
  });

  test("takes a name from what a call prints, and fails where there is none", () => {
    answers("answer", "0%...\nInterface 'it's 5' was made\n");
    const made = [step("make", { args: ["make"], take: "'" }), step("use", { args: ["use", CAPTURED] })];
    expect(runSteps(made, shell).calls).toEqual(["make", "use|it's 5"]);
    answers("answer", "nothing\n");
    expect(runSteps(made, shell)).toMatchObject({
      code: 1,
      stderr: "make: VBoxManage did not tell the name of what it made\n",
    });
  });

  test("waits until it is so, and no longer than it may", () => {
    answers("answer", "off\n");
    answers("later", "running\n");
    const start = (seconds: number) =>
      step("start", { args: ["start"], until: { ...line("running"), seconds } });
    expect(runSteps([start(5)], shell)).toMatchObject({ code: 0, calls: ["start", "list|vms", "list|vms"] });
    rmSync(join(place, "later"));
    expect(runSteps([start(1)], shell)).toMatchObject({ code: 1, stderr: "start: not done within 1 s\n" });
  });

  test("does not take a list that was cut off, or an instruction that it does not know, for the whole", () => {
    const whole = renderLines([step("x", { args: DO })]);
    expect(run(whole.replace("end \n", ""), shell)).toMatchObject({
      code: 1,
      stderr: "x: the list of steps was cut off\n",
    });
    expect(run("eval rm\n", shell)).toMatchObject({ code: 1, stderr: "start: unknown instruction eval\n" });
  });
});

test("leaves no file behind", () => {
  runSteps([step("x", { settled: [line("a")], args: DO })]);
  expect(spawnSync("ls", [place], { encoding: "utf8" }).stdout).toBe("VBoxManage\ncalls\n");
});

test("no value can pass for an instruction", () => {
  const texts = fc.string({
    unit: fc.oneof(
      fc.constantFrom("\n", "\r", "\0", " ", "'", "$", "\\"),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
    ),
  });
  fc.assert(
    fc.property(fc.array(texts), (args) => {
      const steps = [step("x", { args })];
      if (
        args.some((arg) => [...arg].some((sign) => (sign < " " && sign !== "\u001a") || sign === "\u007f"))
      ) {
        expect(() => renderLines(steps)).toThrow("a control character in word");
        expect(() => renderJson(steps)).toThrow("a control character in word");
        return;
      }
      const lines = renderLines(steps).split("\n").slice(0, -1);
      expect(lines).toEqual(["step x", ...args.map((arg) => `word ${arg}`), "run ", "end "]);
      expect(JSON.parse(renderJson(steps))).toEqual(instructions(steps));
    }),
  );
});
