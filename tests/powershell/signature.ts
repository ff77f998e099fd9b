import { type Call, scopeOf, splatOf } from "./calls";
import { type Finding, finding, hasReason } from "./findings";
import type { OwnFunction } from "./functions";
import { type Node, ofKind, type Value } from "./parser";
import { type Cmdlet, COMMON_PARAMETERS, EVERY_SET, type Parameter } from "./tables";
import { type Known, problemOf } from "./values";

const isSwitch = (parameter: Parameter) => /(^|\.)SwitchParameter$/.test(parameter.type);

const entryOf = (table: Readonly<Record<string, Parameter>>, name: string) =>
  Object.entries(table).find(([each]) => each.toLowerCase() === name.toLowerCase());

const assignedIn = new WeakMap<Node, ReadonlySet<string>>();

/** Names, in lower case, of the variables that are given a value anywhere in a scope. */
function assigned(scope: Node): ReadonlySet<string> {
  const before = assignedIn.get(scope);
  if (before) return before;
  const names = new Set(
    ofKind(scope, "left_assignment_expression").map((left) => left.text.slice(1).toLowerCase()),
  );
  assignedIn.set(scope, names);
  return names;
}

/** The values that variables of a function may have: those of parameters with a set of values. */
function knownIn(scope: Node, own: ReadonlyMap<string, OwnFunction>): Known {
  const name = scope.namedChildren.find((child) => child.type === "function_name")?.text.toLowerCase();
  const declared = name === undefined ? undefined : own.get(name);
  const written = assigned(scope);
  return new Map(
    Object.entries(declared?.parameters ?? {}).flatMap(
      ([parameter, { accepted }]): [string, readonly string[]][] => {
        const variable = parameter.toLowerCase();
        return accepted && !written.has(variable) ? [[variable, accepted]] : [];
      },
    ),
  );
}

/** The parameters that a call gives, by the name in the table. */
interface Given {
  readonly all: Map<string, Parameter>;
  /** Those of them that are there in any case. */
  readonly always: Set<string>;
  /** Whether there may be more, which only a run tells. */
  open: boolean;
}

/** Checks one call against what is known of the cmdlet or the function. */
export class SignatureCheck {
  private readonly found: Finding[] = [];
  private readonly known: Known;

  /** @param own the functions that the text may call, by name in lower case */
  constructor(
    private readonly call: Call,
    private readonly cmdlet: Cmdlet,
    own: ReadonlyMap<string, OwnFunction>,
    /** The lines of the file, with the reasons given in them. */
    private readonly lines: readonly string[],
  ) {
    this.known = knownIn(scopeOf(call.node), own);
  }

  /** What is wrong with the call. */
  findings(): readonly Finding[] {
    const given: Given = { all: new Map(), always: new Set(), open: false };
    const words = this.call.arguments;
    for (let index = 0; index < words.length; index += 1) {
      const word = words[index];
      if (word?.kind === "value") {
        this.add("positional-argument", word.node, `${word.node.text} is given without its parameter's name`);
      } else if (word?.kind === "splat") {
        this.splat(word.node, word.name, given);
      } else if (word?.kind === "parameter") {
        const next = words[index + 1];
        const parameter = this.named(word.node, word.name, given, true);
        // What follows an unknown parameter is taken for its value.
        const takes = parameter ? !isSwitch(parameter) || word.colon : next?.kind === "value";
        if (!takes) continue;
        if (next?.kind !== "value") {
          this.add("value-missing", word.node, `-${word.name} has no value`);
          continue;
        }
        index += 1;
        if (parameter) this.value(next.node, word.name, parameter, next.value);
      }
    }
    this.sets(given);
    this.modes(given);
    return this.found;
  }

  private add(rule: Finding["rule"], node: Node, what: string): void {
    this.found.push(finding(rule, node, `${this.call.name}: ${what}`));
  }

  private named(node: Node, name: string, given: Given, always: boolean): Parameter | undefined {
    const common = this.cmdlet.commonParameters ? COMMON_PARAMETERS : {};
    const table = { ...common, ...this.cmdlet.parameters };
    const entry = entryOf(table, name) ?? this.unknown(node, name, table);
    if (!entry) return undefined;
    const [full, parameter] = entry;
    if (always && given.always.has(full)) this.add("parameter-twice", node, `-${full} is given twice`);
    given.all.set(full, parameter);
    if (always) given.always.add(full);
    return parameter;
  }

  /** Tells of a parameter that is not called so, and gives the one that PowerShell would take it for. */
  private unknown(
    node: Node,
    name: string,
    table: Readonly<Record<string, Parameter>>,
  ): [string, Parameter] | undefined {
    const wanted = name.toLowerCase();
    const entries = Object.entries(table);
    const aliased = entries.find(([, { aliases }]) => aliases.some((each) => each.toLowerCase() === wanted));
    const begun = entries.filter(([each]) => each.toLowerCase().startsWith(wanted));
    const [first, ...more] = begun;
    if (aliased) this.add("parameter-alias", node, `-${name} is an alias of -${aliased[0]}`);
    else if (first) {
      const words = begun.map(([each]) => `-${each}`).join(" or ");
      this.add("abbreviated-parameter", node, `-${name} is short for ${words}`);
    } else this.add("unknown-parameter", node, `there is no parameter -${name}`);
    return aliased ?? (more.length === 0 ? first : undefined);
  }

  private value(node: Node, name: string, parameter: Parameter, value: Value): void {
    const problem = problemOf(parameter, value, this.known);
    if (problem !== undefined) this.add("wrong-value", node, `-${name} ${problem}`);
  }

  private splat(node: Node, name: string, given: Given): void {
    const splat = splatOf(node, name);
    if (!splat) {
      this.add("unknown-splat", node, `no hashtable $${name} is written in this function`);
      return;
    }
    if (splat.open) {
      given.open = true;
      if (!hasReason(this.call.node, this.lines))
        this.add(
          "unknown-splat",
          node,
          `keys of $${name} are worked out when it runs, and no reason is given`,
        );
    }
    for (const [keys, always] of [
      [splat.always, true],
      [splat.later, false],
    ] as const) {
      for (const [key, value] of keys) {
        const parameter = this.named(node, key, given, always);
        if (parameter) this.value(node, key, parameter, value);
      }
    }
  }

  private sets({ all, always, open }: Given): void {
    const { parameters } = this.cmdlet;
    const names = new Set(
      Object.values(parameters).flatMap(({ sets }) => sets.filter((set) => set !== EVERY_SET)),
    );
    if (names.size === 0) names.add(EVERY_SET);
    const isOf = (parameter: Parameter, set: string) =>
      parameter.sets.includes(EVERY_SET) || parameter.sets.includes(set);
    const possible = [...names].filter((set) => [...all.values()].every((parameter) => isOf(parameter, set)));
    if (possible.length === 0) {
      const words = [...all].flatMap(([name, { sets }]) =>
        sets.includes(EVERY_SET) ? [] : [`-${name} is of ${sets.join(", ")}`],
      );
      this.add("mixed-sets", this.call.node, `no parameter set has all of these: ${words.join("; ")}`);
      return;
    }
    const missing = possible.map((set) =>
      Object.entries(parameters).flatMap(([name, parameter]) =>
        parameter.required && isOf(parameter, set) && !always.has(name) ? [name] : [],
      ),
    );
    // What is piped into a call stands for one of its parameters.
    const fewest = Math.min(...missing.map(({ length }) => length));
    if (open || fewest <= (this.call.piped ? 1 : 0)) return;
    const nearest = missing
      .filter(({ length }) => length === fewest)
      .map((each) => `-${each.join(" and -")}`);
    this.add("mandatory-missing", this.call.node, `without ${[...new Set(nearest)].join(", or ")}`);
  }

  private modes({ all }: Given): void {
    const modes = Object.entries(this.cmdlet.modes ?? {});
    const chosen = modes.filter(([mode]) => all.has(mode));
    if (chosen.length > 1) {
      this.add(
        "mixed-modes",
        this.call.node,
        `-${chosen.map(([mode]) => mode).join(" and -")} exclude each other`,
      );
      return;
    }
    const [mode, needed] = chosen[0] ?? ["none", []];
    const others = new Set(modes.flatMap(([, parameters]) => parameters));
    for (const name of others) {
      if (all.has(name) && !needed.includes(name))
        this.add("mixed-modes", this.call.node, `-${name} is not of -${mode}`);
    }
    for (const name of needed) {
      if (!all.has(name)) this.add("mandatory-missing", this.call.node, `-${mode} without -${name}`);
    }
  }
}
