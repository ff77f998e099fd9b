import { z } from "zod";
import { FAULT_CODES, type Fault, failed, type Result, succeeded } from "../../../course/faults";
import { type ModuleFiles, sha256 } from "./moduleFiles";

/** Which of a payload's calls is made: making and changing, or removing. */
export type Verb = "apply" | "remove";

/** One call of a function of the module. */
export interface ModuleCall {
  /** Name of an exported function, such as `Set-ClasslabSwitch`. */
  readonly function: string;
  /** Values by name of parameter. */
  readonly data: object;
}

/** What a host is to do. */
export interface ModuleCalls {
  readonly apply: ModuleCall;
  /** Absent where nothing is removed on its own. */
  readonly remove?: ModuleCall;
  /** True where the host only says what it would do; false by default. */
  readonly rehearse?: boolean;
}

/**
 * Characters of a payload at the most: larger things are brought to a host as files. PowerShell 5.1 reads the document as one, and state
 * keeps it.
 */
export const PAYLOAD_LENGTH = 1_000_000;

/**
 * Characters of the command line at the most. cmd.exe, the shell of OpenSSH on Windows unless somebody changed it, takes 8191 (Microsoft,
 * "Command prompt line string limitation"); encoded commands of more than about 2500 were cut on the way (hermes-agent#118987).
 */
export const COMMAND_LENGTH = 2500;

/** A script of PowerShell without its lines of comment and its empty ones. */
export const withoutComments = (text: string): string =>
  text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .join("\n");

/** What the last line of Bootstrap.ps1 ends with; the other verb is put in its place. */
const WRITTEN_VERB = "-Verb apply";

/**
 * The command line that a host is given, whatever it is to do: of letters, digits and `+/=` after the options, so that cmd.exe,
 * PowerShell and POSIX shells leave it as it is. What is to be done comes on standard input.
 */
export function commandLine({ bootstrap }: Pick<ModuleFiles, "bootstrap">, verb: Verb): string {
  const text = withoutComments(bootstrap);
  if (!text.endsWith(WRITTEN_VERB)) throw new Error("Bootstrap.ps1 does not end with the call of the runner");
  const script = text.slice(0, -WRITTEN_VERB.length) + WRITTEN_VERB.replace("apply", verb);
  return encodedCommand(script);
}

/** The command line that runs a script, whatever shell hands it on. @throws where it would be cut on the way, a defect of the caller */
export function encodedCommand(script: string): string {
  const encoded = Buffer.from(script, "utf16le").toString("base64");
  const line = [
    "powershell.exe",
    "-NoLogo",
    "-NoProfile",
    "-NonInteractive",
    "-ExecutionPolicy Bypass",
    "-OutputFormat Text",
    `-EncodedCommand ${encoded}`,
  ].join(" ");
  if (line.length > COMMAND_LENGTH) throw new Error(`a command line of ${line.length} characters`);
  return line;
}

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

/**
 * What a host gets on standard input: two lines of base64, the runner and a document that holds the module, its hash and the calls. No
 * value is ever part of a program's text. The same calls give the same payload.
 * @throws where it is larger than {@link PAYLOAD_LENGTH}, a defect of the caller
 */
export function renderPayload(files: ModuleFiles, calls: ModuleCalls): string {
  const { apply, remove, rehearse } = calls;
  const document = {
    module: { sha256: sha256(files.module), text: files.module },
    calls: { apply, ...(remove === undefined ? {} : { remove }) },
    rehearse: rehearse ?? false,
  };
  const payload = `${base64(files.runner)}\n${base64(JSON.stringify(document))}\n`;
  if (payload.length > PAYLOAD_LENGTH)
    throw new Error(`a payload of ${payload.length} characters for ${apply.function}`);
  return payload;
}

/** The name by which the answer to a payload is known: nothing that a host prints besides has it by chance. */
export function answerId(payload: string): string {
  return sha256(payload.split("\n")[1] ?? "").slice(0, 16);
}

const faultSchema = z.object({
  code: z.enum(FAULT_CODES),
  where: z.string(),
  what: z.string(),
  expected: z.string().optional(),
  fix: z.string().optional(),
});

const answerSchema = z.discriminatedUnion("ok", [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), fault: faultSchema }),
]);

/** How a program on a host ended. */
export interface HostOutput {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code of the program that carried it: 255 where SSH itself failed (ssh(1), "EXIT STATUS"). */
  readonly code: number;
}

const SSH_FAILED = 255;

/** The texts of errors in CLIXML, in which Windows PowerShell writes streams that are no text; `_x000D_` stands for characters there. */
function errorTexts(xml: string): string {
  return [...xml.matchAll(/<S S="Error">([^<]*)<\/S>/g)]
    .map(([, text = ""]) =>
      text
        .replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_whole, digits: string) =>
          String.fromCharCode(Number.parseInt(digits, 16)),
        )
        .replaceAll("&lt;", "<")
        .replaceAll("&gt;", ">")
        .replaceAll("&quot;", '"')
        .replaceAll("&amp;", "&"),
    )
    .join("");
}

/** What a host wrote to standard error, as people read it: progress is dropped, errors in CLIXML are taken out of it. */
export function plainErrors(stderr: string): string {
  const [before = "", ...documents] = stderr.split("#< CLIXML");
  return [before, ...documents.map(errorTexts)]
    .join("\n")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");
}

function noAnswer(where: string, { stdout, stderr, code }: HostOutput): Fault {
  const words = plainErrors(stderr) || stdout.trim() || "it said nothing";
  if (code === SSH_FAILED) {
    return {
      code: "host-unreachable",
      where,
      what: `the connection was not made, or ended before the host had answered: ${words}`,
      fix: "Check that the host is on and its SSH server runs, and run the same command again",
    };
  }
  return {
    code: "host-command-failed",
    where,
    what: `PowerShell ended with exit code ${code} and without an answer: ${words}`,
  };
}

/**
 * The fault of an answer among other text, as the engine shows what a step printed.
 * @returns undefined where there is no whole answer, or none that tells a fault
 */
export function faultIn(text: string): Fault | undefined {
  for (const [, , json = ""] of text.matchAll(
    /<classlab ([0-9a-f]{16})>\s*(\{[\s\S]*?\})\s*<\/classlab \1>/g,
  )) {
    const answer = answerSchema.safeParse(parsed(json));
    if (answer.success && !answer.data.ok) return plainFault(answer.data.fault);
  }
  return undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function plainFault({ code, where, what, expected, fix }: z.output<typeof faultSchema>): Fault {
  return {
    code,
    where,
    what,
    ...(expected === undefined ? {} : { expected }),
    ...(fix === undefined ? {} : { fix }),
  };
}

/** The value of a good answer among other text; undefined where there is none. */
export function valueIn(text: string): unknown {
  const [, , json = ""] = /<classlab ([0-9a-f]{16})>\s*(\{[\s\S]*?\})\s*<\/classlab \1>/.exec(text) ?? [];
  const answer = answerSchema.safeParse(parsed(json));
  return answer.success && answer.data.ok ? answer.data.value : undefined;
}

/**
 * The value that a host answered with, or the fault that it told. Whatever else it wrote is passed over.
 * @param where the host, as a reader knows it
 * @param payload what it was given
 */
export function readAnswer(where: string, payload: string, output: HostOutput): Result<unknown> {
  const id = answerId(payload);
  const [, after] = output.stdout.split(`<classlab ${id}>`);
  const [text] = after?.split(`</classlab ${id}>`) ?? [];
  // Without its end an answer was cut off.
  if (text === undefined || !after?.includes(`</classlab ${id}>`)) return failed([noAnswer(where, output)]);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return failed([noAnswer(where, { ...output, stdout: text })]);
  }
  const answer = answerSchema.safeParse(document);
  if (!answer.success) return failed([noAnswer(where, { ...output, stdout: text })]);
  if (answer.data.ok) return succeeded(answer.data.value);
  const { fault } = answer.data;
  return failed([{ ...plainFault(fault), where: `${where}: ${fault.where}` }]);
}
