import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readModuleFiles, sha256 } from "../../../components/hypervisors/hyperv/moduleFiles";
import { answerId, type Verb } from "../../../components/hypervisors/hyperv/transport";
import { parsePowerShell } from "../../powershell/parser";
import { ROOT } from "../cli";
import { runCmdlet } from "./cmdlets";
import { staticMember } from "./dotnet";
import { runLearnerCmdlet } from "./learner";
import type { Windows } from "./model";
import { Pc } from "./pc";
import { pcMember, runPcCmdlet } from "./pcCmdlets";
import { PowerShell } from "./powershell";
import { isObject, toJson } from "./values";

/** The modules that hosts are sent: what makes guests, what makes a PC a host, and what lets learners through one in a cloud. */
const MODULES = {
  hyperv: readModuleFiles(ROOT).module,
  host: readFileSync(join(ROOT, "components/hosts/enrolment/Classlab.Host.psm1"), "utf8"),
  learner: readFileSync(join(ROOT, "components/hosts/windows/Classlab.Learner.psm1"), "utf8"),
} as const;

type ModuleName = keyof typeof MODULES;

const TREES = {
  hyperv: parsePowerShell(MODULES.hyperv),
  host: parsePowerShell(MODULES.host),
  learner: parsePowerShell(MODULES.learner),
};

/** One call that a host was given. */
export interface Called {
  readonly module: ModuleName;
  readonly function: string;
  readonly data: Record<string, unknown>;
  readonly verb: Verb;
}

/** What a payload asks for. @throws Error where its frame, its runner or its module is not what the repository has */
export function readPayload(payload: string, verb: Verb): Called {
  const { runner } = readModuleFiles(ROOT);
  const [first = "", second = "", ...more] = payload.split("\n");
  if (more.join("") !== "") throw new Error("the payload has more than two lines");
  if (Buffer.from(first, "base64").toString("utf8") !== runner) throw new Error("the runner is another");
  const document: unknown = JSON.parse(Buffer.from(second, "base64").toString("utf8"));
  if (!isObject(document) || !isObject(document.module) || !isObject(document.calls))
    throw new Error("the document has another form");
  const { text, sha256: hash } = document.module;
  const module = (["hyperv", "host", "learner"] as const).find((name) => MODULES[name] === text);
  if (!module || hash !== sha256(MODULES[module])) throw new Error("the module is another");
  const call = document.calls[verb];
  if (!isObject(call) || typeof call.function !== "string" || !isObject(call.data))
    throw new Error(`there is no call for ${verb}`);
  return { module, function: call.function, data: call.data, verb };
}

function shellOn(host: Windows, module: ModuleName): PowerShell {
  if (module === "hyperv")
    return new PowerShell({
      cmdlet: (name, given) => runCmdlet(host, name, given),
      member: (type, name, args) => staticMember(host, type, name, args),
    });
  if (!(host instanceof Pc)) throw new Error("it is no PC that can be enrolled");
  const cmdlet = module === "learner" ? runLearnerCmdlet : runPcCmdlet;
  return new PowerShell(
    {
      cmdlet: (name, given) => cmdlet(host, name, given),
      member: (type, name, args) => pcMember(host, type, name, args),
    },
    { "env:programdata": "C:\\ProgramData" },
  );
}

/** Runs the module's function that a call names, on a host, and gives what Runner.ps1 would answer. */
export async function answerOf(
  host: Windows,
  called: Pick<Called, "module" | "function" | "data">,
): Promise<unknown> {
  const shell = shellOn(host, called.module);
  shell.load(await TREES[called.module]);
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
