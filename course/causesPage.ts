import { CAUSE_GROUPS, CAUSES } from "./causes";
import { EXIT, exitCodeOfCause, FAULT_CODES, type FaultCode } from "./faults";

/** What each exit code tells a script. */
const EXIT_MEANS: Readonly<Record<keyof typeof EXIT, readonly [code: number, means: string]>> = {
  done: [EXIT.done, "done"],
  failed: [EXIT.failed, "it failed; what was done stands, and the same command goes on from there"],
  usage: [EXIT.usage, "wrong usage or configuration; nothing was changed"],
  missing: [EXIT.missing, "something needed is missing on this machine"],
  different: [EXIT.different, "`verify` found a difference, or could not measure something"],
  leftovers: [EXIT.leftovers, "`sweep` or `down` found something that still stands"],
  locked: [EXIT.locked, "another run is at work on the same lab"],
};

const INTRODUCTION = `# Causes

<!-- Written by npm run docs from course/causes.ts. Change it there. -->

Everything that classlab can name as wrong. Each message ends with its cause in brackets, such as \`[subnet-in-use]\`; with \`--json\` it is
the \`code\` of a fault. Search this page for it. \`npx classlab doctor\` looks for most of them before anything is made.`;

/** One message a cause, out of many: the shortest that is one line and has no other cause beside it. */
function exampleOf(code: FaultCode, messages: readonly string[]): string | undefined {
  return messages
    .filter((message) => !message.trimEnd().includes("\n") && message.trimEnd().endsWith(`[${code}]`))
    .map((message) => message.trimEnd())
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))[0];
}

function section(code: FaultCode, messages: readonly string[]): string {
  const { means, steps } = CAUSES[code];
  const example = exampleOf(code, messages);
  return [
    `### ${code}`,
    means,
    steps.map((step) => `- ${step}`).join("\n"),
    `Exit code ${exitCodeOfCause(code)}.${example ? " For example:" : ""}`,
    ...(example ? [`\`\`\`text\n${example}\n\`\`\``] : []),
  ].join("\n\n");
}

/**
 * The page of all causes.
 * @param messages messages as users see them, for the examples
 */
export function renderCauses(messages: readonly string[]): string {
  const exits = Object.values(EXIT_MEANS).map(([code, means]) => `| ${code} | ${means} |`);
  const groups = CAUSE_GROUPS.map((group) => ({
    group,
    codes: FAULT_CODES.filter((code) => CAUSES[code].group === group),
  }));
  return `${[
    INTRODUCTION,
    groups
      .map(({ group, codes }) => `- ${group}: ${codes.map((code) => `[${code}](#${code})`).join(", ")}`)
      .join("\n"),
    "## Exit codes",
    ["| code | means |", "| --- | --- |", ...exits].join("\n"),
    ...groups.flatMap(({ group, codes }) => [`## ${group}`, ...codes.map((code) => section(code, messages))]),
  ].join("\n\n")}\n`;
}
