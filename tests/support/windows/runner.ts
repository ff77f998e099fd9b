import { readModuleFiles, sha256 } from "../../../components/hypervisors/hyperv/moduleFiles";
import { answerId, type Verb } from "../../../components/hypervisors/hyperv/transport";
import { parsePowerShell } from "../../powershell/parser";
import { ROOT } from "../cli";
import { runCmdlet } from "./cmdlets";
import { staticMember } from "./dotnet";
import type { Windows } from "./model";
import { PowerShell } from "./powershell";
import { isObject, toJson } from "./values";

const tree = parsePowerShell(readModuleFiles(ROOT).module);

/** One call that a host was given. */
export interface Called {
  readonly function: string;
  readonly data: Record<string, unknown>;
  readonly verb: Verb;
}

/** What a payload asks for. @throws Error where its frame, its runner or its module is not what the repository has */
export function readPayload(payload: string, verb: Verb): Called {
  const { runner, module } = readModuleFiles(ROOT);
  const [first = "", second = "", ...more] = payload.split("\n");
  if (more.join("") !== "") throw new Error("the payload has more than two lines");
  if (Buffer.from(first, "base64").toString("utf8") !== runner) throw new Error("the runner is another");
  const document: unknown = JSON.parse(Buffer.from(second, "base64").toString("utf8"));
  if (!isObject(document) || !isObject(document.module) || !isObject(document.calls))
    throw new Error("the document has another form");
  if (document.module.text !== module || document.module.sha256 !== sha256(module))
    throw new Error("the module is another");
  const call = document.calls[verb];
  if (!isObject(call) || typeof call.function !== "string" || !isObject(call.data))
    throw new Error(`there is no call for ${verb}`);
  return { function: call.function, data: call.data, verb };
}

/** Runs the module's function that a call names, on a host, and gives what Runner.ps1 would answer. */
export async function answerOf(host: Windows, called: Called): Promise<unknown> {
  const shell = new PowerShell({
    cmdlet: (name, given) => runCmdlet(host, name, given),
    member: (type, name, args) => staticMember(host, type, name, args),
  });
  shell.load(await tree);
  const given = { Function: called.function, Data: called.data, Rehearse: false };
  return toJson(shell.call("Invoke-ClasslabFunction", given));
}

/** What Runner.ps1 writes for an answer: among marks, in ASCII. */
export function written(payload: string, answer: unknown): string {
  const json = JSON.stringify(answer).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `\n<classlab ${answerId(payload)}>\n${json}\n</classlab ${answerId(payload)}>\n`;
}
