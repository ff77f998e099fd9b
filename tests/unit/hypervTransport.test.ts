import fc from "fast-check";
import { readModuleFiles, sha256 } from "../../components/hypervisors/hyperv/moduleFiles";
import {
  answerId,
  COMMAND_LENGTH,
  commandLine,
  type HostOutput,
  PAYLOAD_LENGTH,
  plainErrors,
  readAnswer,
  renderPayload,
} from "../../components/hypervisors/hyperv/transport";
import { FAULT_CODES } from "../../course/faults";
import { checkFiles } from "../powershell/check";
import { ROOT } from "./labs";

const FILES = readModuleFiles(ROOT);
const CALL = { function: "Set-ClasslabSwitch", data: { name: "lab-internal", kind: "Private" } };
const PAYLOAD = renderPayload(FILES, { apply: CALL });

const decoded = (line: string | undefined): string => Buffer.from(line ?? "", "base64").toString("utf8");
const scriptOf = (line: string): string =>
  Buffer.from(line.split(" ").at(-1) ?? "", "base64").toString("utf16le");

/** What Runner.ps1 writes for an answer: every character that is not ASCII as its UTF-16 units. */
function written(payload: string, answer: unknown): string {
  const json = JSON.stringify(answer).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `\n<classlab ${answerId(payload)}>\n${json}\n</classlab ${answerId(payload)}>\n`;
}

const ended = (stdout: string, more: Partial<HostOutput> = {}): HostOutput => ({
  stdout,
  stderr: "",
  code: 0,
  ...more,
});

describe("the command line", () => {
  const apply = commandLine(FILES, "apply");

  test("is short, and of characters that no shell changes", () => {
    expect(apply).toMatch(
      /^powershell\.exe -NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -OutputFormat Text -EncodedCommand [A-Za-z0-9+/]+=*$/,
    );
    expect(apply.length).toBeLessThan(COMMAND_LENGTH);
  });

  test("holds the bootstrap without its comments, and the verb", () => {
    expect(scriptOf(apply)).toBe(
      [
        "$ErrorActionPreference = 'Stop'",
        "$ProgressPreference = 'SilentlyContinue'",
        "$lines = [IO.StreamReader]::new([Console]::OpenStandardInput(), [Text.Encoding]::ASCII).ReadToEnd().Split([char]10)",
        "$runner = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($lines[0].Trim()))",
        "& ([scriptblock]::Create($runner)) -Payload $lines[1].Trim() -Verb apply",
      ].join("\n"),
    );
    expect(scriptOf(commandLine(FILES, "remove"))).toBe(
      scriptOf(apply).replace("-Verb apply", "-Verb remove"),
    );
  });

  test("a bootstrap that ends otherwise is a defect", () => {
    expect(() => commandLine({ bootstrap: "Get-Date\n" }, "apply")).toThrow("does not end with the call");
  });
});

describe("the payload", () => {
  test("is two lines: the runner, and a document with the module, its hash and the calls", () => {
    const [runner, document, end] = PAYLOAD.split("\n");
    expect(end).toBe("");
    expect(decoded(runner)).toBe(FILES.runner);
    expect(JSON.parse(decoded(document))).toEqual({
      module: { sha256: sha256(FILES.module), text: FILES.module },
      calls: { apply: CALL },
      rehearse: false,
    });
  });

  test("has the call for removing, and whether nothing is changed", () => {
    const remove = { function: "Remove-ClasslabSwitch", data: { name: "lab-internal" } };
    const [, document] = renderPayload(FILES, { apply: CALL, remove, rehearse: true }).split("\n");
    expect(JSON.parse(decoded(document))).toMatchObject({ calls: { apply: CALL, remove }, rehearse: true });
  });

  test("hostile data arrives as it is, and is part of no text that is run", () => {
    const hostile = [
      `'; Remove-VM -Name * #`,
      "$(Remove-Item -Path C:\\)",
      "`n`0$env:PATH",
      '"quoted" \\" %PATH% ^& | > < !',
      "1\u73ed\u306e\u5148\u751f\r\n\u30c7\u30b9\u30af\u30c8\u30c3\u30d7",
      "\u{1f600}\u2028\u2029\u0000",
      `<classlab ${answerId(PAYLOAD)}>`,
    ];
    const data = { name: hostile.join(""), list: hostile, [hostile[0] ?? ""]: 1 };
    const payload = renderPayload(FILES, { apply: { function: "Set-ClasslabSwitch", data } });
    const [runner, document] = payload.split("\n");
    expect(payload).toMatch(/^[A-Za-z0-9+/=]+\n[A-Za-z0-9+/=]+\n$/);
    expect(decoded(runner)).toBe(FILES.runner);
    expect(JSON.parse(decoded(document)).calls.apply.data).toEqual(data);
    expect(JSON.parse(decoded(document)).module.text).toBe(FILES.module);
  });

  test("any data arrives as it is", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue()), (value) => {
        const data = JSON.parse(JSON.stringify({ value }));
        const [, document] = renderPayload(FILES, { apply: { function: "f", data } }).split("\n");
        expect(JSON.parse(decoded(document)).calls.apply.data).toEqual(data);
      }),
      { numRuns: 50 },
    );
  });

  test("one that is too large is a defect of the caller", () => {
    const data = { text: "x".repeat(PAYLOAD_LENGTH) };
    expect(() => renderPayload(FILES, { apply: { function: "Set-ClasslabSwitch", data } })).toThrow(
      /^a payload of \d+ characters for Set-ClasslabSwitch$/,
    );
  });
});

describe("the answer", () => {
  const value = { name: "lab-internal", labels: ["1\u73ed", "\u{1f600}", "a'b\"c\\d\n$(e)<f>&"] };
  const good = written(PAYLOAD, { ok: true, value });

  test("is found among whatever else was written", () => {
    expect(good).toMatch(/^[\x20-\x7e\n]*$/);
    for (const noise of [
      "",
      "What if: Performing the operation\r\n",
      "\ufeff#< CLIXML\r\n<Objs/>",
      "\u8b66\u544a: \n",
    ]) {
      const output = ended(noise + good.replaceAll("\n", "\r\n") + noise, { stderr: noise, code: 0 });
      expect(readAnswer("host pc", PAYLOAD, output)).toEqual({ ok: true, value });
    }
  });

  test("any value arrives as it is", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "grapheme" }), (any) => {
        const plain: unknown = JSON.parse(JSON.stringify(any));
        expect(readAnswer("h", PAYLOAD, ended(written(PAYLOAD, { ok: true, value: plain })))).toEqual({
          ok: true,
          value: plain,
        });
      }),
      { numRuns: 100 },
    );
  });

  test("a fault is told with the host that it is of", () => {
    const fault = {
      code: "object-in-the-way",
      where: "lab-web",
      what: "it is not of this lab",
      fix: "Rename it",
    };
    const output = ended(written(PAYLOAD, { ok: false, fault }), { code: 1 });
    expect(readAnswer("host pc", PAYLOAD, output)).toEqual({
      ok: false,
      faults: [{ ...fault, where: "host pc: lab-web" }],
    });
  });

  test("one to another payload, or one that was cut off, is none", () => {
    const other = renderPayload(FILES, { apply: { ...CALL, data: {} } });
    for (const stdout of [
      good.slice(0, -20),
      good.replace(/\n<\/classlab.*/, ""),
      written(other, { ok: true, value }),
    ]) {
      const result = readAnswer("host pc", PAYLOAD, ended(stdout, { code: 1 }));
      expect(result).toMatchObject({
        ok: false,
        faults: [{ code: "host-command-failed", where: "host pc" }],
      });
    }
  });

  test("one that is no JSON or has another form is told as it stands", () => {
    const id = answerId(PAYLOAD);
    for (const text of ["{", '{"ok":2}', '{"ok":false,"fault":{"code":"made-up","where":"","what":""}}']) {
      expect(readAnswer("host pc", PAYLOAD, ended(`<classlab ${id}>${text}</classlab ${id}>`))).toEqual({
        ok: false,
        faults: [
          {
            code: "host-command-failed",
            where: "host pc",
            what: `PowerShell ended with exit code 0 and without an answer: ${text}`,
          },
        ],
      });
    }
  });

  test("a lost connection is the host's being unreachable", () => {
    const output = ended("", {
      stderr: "ssh: connect to host 192.0.2.1 port 22: Connection timed out\r\n",
      code: 255,
    });
    expect(readAnswer("host pc", PAYLOAD, output)).toEqual({
      ok: false,
      faults: [
        {
          code: "host-unreachable",
          where: "host pc",
          what: "the connection was not made, or ended before the host had answered: ssh: connect to host 192.0.2.1 port 22: Connection timed out",
          fix: "Check that the host is on and its SSH server runs, and run the same command again",
        },
      ],
    });
    expect(readAnswer("h", PAYLOAD, ended("", { code: 255 }))).toMatchObject({
      faults: [{ what: expect.stringMatching(/: it said nothing$/) }],
    });
  });
});

test("errors in CLIXML are read, progress in it is not", () => {
  const xml = [
    "#< CLIXML",
    '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">',
    '<Obj S="progress" RefId="0"><MS><S N="Activity">Preparing modules for first use.</S></MS></Obj>',
    '<S S="Error">\u30d1\u30b9 &lt;C:\\&gt; &amp;_x000D__x000A_</S><S S="Error">line 2_x000D__x000A_</S></Objs>',
  ].join("\r\n");
  expect(plainErrors(`before\r\n${xml}`)).toBe("before\n\u30d1\u30b9 <C:\\> &\nline 2");
  expect(plainErrors("")).toBe("");
});

test("every fault that the module tells is one of the closed list", () => {
  const told = [...`${FILES.module}${FILES.runner}`.matchAll(/(?:-Code|code\s*=) '([a-z-]+)'/g)].map(
    ([, code]) => code,
  );
  expect([...new Set(told)].sort()).toEqual([
    "administrator-needed",
    "bridge-impossible",
    "disk-full",
    "guest-not-ready",
    "host-command-failed",
    "host-unsuitable",
    "hyperv-not-running",
    "image-missing",
    "merge-unfinished",
    "module-mismatch",
    "nested-impossible",
    "object-in-the-way",
    "subnet-in-use",
  ]);
  expect(told.filter((code) => !FAULT_CODES.some((known) => known === code))).toEqual([]);
});

test("the script of the command line has no findings", async () => {
  const text = commandLine(FILES, "remove");
  const { findings } = await checkFiles([{ path: "command.ps1", text: scriptOf(text) }]);
  // Its reason is a comment, which the command line has no room for.
  expect(findings.map(({ rule, line }) => [rule, line])).toEqual([["call-of-value", 5]]);
});
