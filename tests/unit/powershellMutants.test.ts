import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Call, callsIn } from "../powershell/calls";
import { checkFiles, MODULE_FOLDER } from "../powershell/check";
import type { Rule } from "../powershell/findings";
import { functionsIn, type OwnFunction } from "../powershell/functions";
import { type Node, parsePowerShell } from "../powershell/parser";
import { CMDLETS, type Parameter } from "../powershell/tables";
import { ROOT } from "./labs";

const PATH = join(MODULE_FOLDER, "Classlab.HyperV.psm1");
const TEXT = readFileSync(join(ROOT, PATH), "utf8");

/** A call of the module with one thing wrong. */
interface Mutant {
  readonly kind: "name" | "parameter" | "value" | "mandatory" | "positional";
  readonly text: string;
}

/** What has to be said of each kind. */
const SAID: Readonly<Record<Mutant["kind"], Rule>> = {
  name: "unknown-command",
  parameter: "unknown-parameter",
  positional: "positional-argument",
  mandatory: "mandatory-missing",
  value: "wrong-value",
};

/** A text with what a node stands for replaced. */
function replaced(call: Call, node: Node, by: string): string {
  const start = node.start - call.node.start;
  return call.node.text.slice(0, start) + by + call.node.text.slice(start + node.text.length);
}

function parameterNamed(
  call: Call,
  name: string,
  own: ReadonlyMap<string, OwnFunction>,
): Parameter | undefined {
  const wanted = call.name?.toLowerCase() ?? "";
  const { parameters = {} } = own.get(wanted) ?? CMDLETS.get(wanted) ?? {};
  return Object.entries(parameters).find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
}

function mutantsOf(call: Call, own: ReadonlyMap<string, OwnFunction>): Mutant[] {
  const [named] = call.node.namedChildren;
  if (call.name === undefined || !named || /\.exe$/.test(call.name)) return [];
  const words = call.arguments;
  const one: Mutant[] = [{ kind: "name", text: replaced(call, named, `${call.name}z`) }];
  const more = words.flatMap((word, index): Mutant[] => {
    if (word.kind !== "parameter") return [];
    const parameter = parameterNamed(call, word.name, own);
    const next = words[index + 1];
    const found: Mutant[] = [{ kind: "parameter", text: replaced(call, word.node, `-${word.name}Zz`) }];
    if (next?.kind !== "value" || word.colon || parameter?.type === "SwitchParameter") return found;
    found.push({ kind: "positional", text: replaced(call, word.node, "") });
    const taken = word.node.text.length + (next.node.start - word.node.start - word.node.text.length);
    const span = { ...word.node, text: call.node.text.slice(0, taken + next.node.text.length) };
    if (parameter?.required && parameter.sets.includes("(All)") && !isPiped(call))
      found.push({ kind: "mandatory", text: replaced(call, span, "") });
    if (parameter?.accepted && next.value.kind !== "unknown" && next.value.kind !== "variable")
      found.push({ kind: "value", text: replaced(call, next.node, "'Otherwise'") });
    return found;
  });
  // What is piped into is known as that by what stands before it.
  return [...one, ...more].map(({ kind, text }) => ({ kind, text: call.piped ? `$all | ${text}` : text }));
}

const isPiped = (call: Call) => call.piped || (call.node.parent?.namedChildren.length ?? 0) > 1;

test("each name, parameter and value of the module's calls is looked at: whatever is changed in one is found", async () => {
  const root = await parsePowerShell(TEXT);
  const own = new Map(functionsIn(root, PATH).map((each) => [each.name.toLowerCase(), each]));
  const mutants = callsIn(root)
    .filter(({ arguments: words }) => words.every(({ kind }) => kind !== "splat"))
    .flatMap((call) => mutantsOf(call, own));
  // All in one file, each after a line that names it: one parse for all.
  const lines: string[] = [];
  const starts = mutants.map(({ text }) => {
    const start = lines.length + 1;
    lines.push(...text.split("\n"));
    return start;
  });
  const { findings } = await checkFiles([
    { path: PATH, text: TEXT },
    { path: "mutants.ps1", text: `${lines.join("\n")}\n` },
  ]);
  const said = new Map<number, Set<Rule>>();
  for (const { path, line, rule } of findings) {
    if (path === "mutants.ps1") said.set(line, (said.get(line) ?? new Set<Rule>()).add(rule));
  }
  const survived = mutants.filter(({ kind, text }, index) => {
    const first = starts[index] ?? 0;
    return !text.split("\n").some((_line, offset) => said.get(first + offset)?.has(SAID[kind]));
  });
  expect(survived).toEqual([]);
  const count = (kind: Mutant["kind"]) => mutants.filter((each) => each.kind === kind).length;
  const counts = {
    name: count("name"),
    parameter: count("parameter"),
    positional: count("positional"),
    mandatory: count("mandatory"),
    value: count("value"),
  };
  process.stdout.write(`mutants of the module's calls, all found: ${JSON.stringify(counts)}\n`);
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(10);
}, 60_000);
