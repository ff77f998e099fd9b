import { type Call, callsIn, scopeOf } from "./calls";
import { type Finding, finding, hasReason } from "./findings";
import { around, below, innermost, knownValue, type Node, ofKind } from "./parser";
import { CMDLETS } from "./tables";

/** Cmdlets that no file may call, with what is wrong with them. */
export const FORBIDDEN: Readonly<Record<string, string>> = {
  "invoke-expression": "it runs data as a program",
  "write-host": "it writes among the answer",
  "invoke-command": "it runs elsewhere what is checked for here",
  "set-executionpolicy": "the policy is the host's own",
};

const SWALLOWING = ["silentlycontinue", "ignore", "0", "4"];

function swallows(call: Call): Node | undefined {
  const words = call.arguments;
  return words.find((word, index) => {
    if (word.kind !== "parameter" || word.name.toLowerCase() !== "erroraction") return false;
    const next = words[index + 1];
    return (
      next?.kind === "value" && "text" in next.value && SWALLOWING.includes(next.value.text.toLowerCase())
    );
  })?.node;
}

/** Errors that nobody hears of, where no reason is given. */
function swallowed(root: Node, lines: readonly string[]): Finding[] {
  const quiet = callsIn(root).flatMap((call) => swallows(call) ?? []);
  const preferences = ofKind(root, "assignment_expression").filter((assignment) => {
    const [left, , right] = assignment.namedChildren;
    if (!left || !right || !/^\$(\w+:)?ErrorActionPreference$/i.test(left.text)) return false;
    const value = knownValue(right);
    return "text" in value && SWALLOWING.includes(value.text.toLowerCase());
  });
  const empty = ofKind(root, "catch_clause").filter((clause) =>
    ofKind(clause, "statement_list").every((list) => list.namedChildren.length === 0),
  );
  return [...quiet, ...preferences, ...empty]
    .filter((node) => !hasReason(node, lines))
    .map((node) =>
      finding("error-swallowed", node, `${node.text.split("\n")[0]} hides errors, and no reason is given`),
    );
}

/** What the grammar takes and Windows PowerShell 5.1 does not. */
const NEWER = new Set([
  "&&",
  "||",
  "??",
  "??=",
  "?.",
  "?[",
  "ternary_expression",
  "null_coalesce_expression",
]);

function newer(root: Node): Finding[] {
  const operators = below(root).filter(
    ({ type }) => NEWER.has(type) || /ternary|coalesc|null_condition/.test(type),
  );
  return operators.map((node) =>
    finding("not-in-5.1", node, `${node.text.split("\n")[0]} is of PowerShell 7`),
  );
}

function syntax(root: Node): Finding[] {
  return below(root)
    .filter((node) => node.isError || node.isMissing)
    .map((node) =>
      finding(
        "syntax",
        node,
        node.isMissing ? `${node.type} is missing` : `${node.text.split("\n")[0]} cannot be read`,
      ),
    );
}

/** A condition that holds only where the change may be made. */
const ASKS = /\$PSCmdlet\.ShouldProcess\(/i;
const ASKS_OTHERWISE = /(-not\s+|!\s*)\(?\s*\$PSCmdlet|\s-x?or\s/i;

/** Whether a block is run only where `ShouldProcess` said so. */
function isGuarded(block: Node): boolean {
  const clause = block.parent;
  if (block.type !== "statement_block" || !clause || !/^(if_statement|elseif_clause)$/.test(clause.type))
    return false;
  const condition = clause.namedChildren[0]?.text ?? "";
  return ASKS.test(condition) && !ASKS_OTHERWISE.test(condition);
}

/** Whether a cmdlet changes something outside: such ones have `-WhatIf`, but for these. */
const CHANGES_WITHOUT_WHATIF = new Set([
  "register-scheduledtask",
  "start-scheduledtask",
  "install-windowsfeature",
  "enable-windowsoptionalfeature",
]);

/** Changes that a run with `-WhatIf` would make: those outside of any `if ($PSCmdlet.ShouldProcess(…))`. */
export function unguarded(root: Node): Finding[] {
  return callsIn(root).flatMap((call) => {
    const name = call.name?.toLowerCase() ?? "";
    const changes = CHANGES_WITHOUT_WHATIF.has(name) || CMDLETS.get(name)?.parameters.WhatIf !== undefined;
    // ForEach-Object has the parameter for what it is told to run.
    if (!changes || name === "foreach-object") return [];
    return [...around(call.node)].some(isGuarded)
      ? []
      : [finding("not-guarded", call.node, `${call.name} would be done with -WhatIf, too`)];
  });
}

/** Functions that ask `ShouldProcess` without declaring that they do, or the other way round. */
export function undeclared(root: Node, declared: ReadonlyMap<string, boolean>): Finding[] {
  return ofKind(root, "function_statement").flatMap((node) => {
    const name = node.namedChildren[0]?.text ?? "";
    const asks = ofKind(node, "statement_block").some((each) => isGuarded(each) && scopeOf(each) === node);
    const says = declared.get(name.toLowerCase()) ?? false;
    return asks === says || (says && callsIn(node).length === 0)
      ? []
      : [finding("not-guarded", node, `${name}: SupportsShouldProcess and ShouldProcess go together`)];
  });
}

/** Variables that PowerShell itself sets (about_Automatic_Variables): several cannot be written, others change under one's hands. */
const AUTOMATIC = new Set(
  `_ args consolefilename error event eventargs eventsubscriber executioncontext false foreach home host input lastexitcode matches myinvocation
   nestedpromptlevel null pid profile psboundparameters pscmdlet pscommandpath psculture psdebugcontext pshome psitem psscriptroot
   pssenderinfo psuiculture psversiontable pwd sender shellid stacktrace switch this true`.split(/\s+/),
);

/** Automatic variables that are given a value, as a variable, a parameter or the one of a loop. */
function automatic(root: Node): Finding[] {
  const written = [
    ...ofKind(root, "left_assignment_expression").map(innermost),
    ...ofKind(root, "script_parameter").flatMap((each) =>
      each.namedChildren.filter(({ type }) => type === "variable"),
    ),
    ...ofKind(root, "foreach_statement").flatMap((each) =>
      each.namedChildren.filter(({ type }) => type === "variable").slice(0, 1),
    ),
  ];
  return written.flatMap((node) => {
    const name = /^\$(\w+)$/.exec(node.text)?.[1]?.toLowerCase() ?? "";
    // Dropping a value is what $null is for.
    if (node.type !== "variable" || name === "null" || !AUTOMATIC.has(name)) return [];
    return [finding("automatic-variable", node, `${node.text} is PowerShell's own`)];
  });
}

/** What is wrong with a text whatever it calls. */
export function habits(root: Node, lines: readonly string[]): readonly Finding[] {
  return [...syntax(root), ...newer(root), ...swallowed(root, lines), ...automatic(root)];
}
