import type { Node } from "../../powershell/parser";
import { castTo, isObject, isTrue, PowerShellError, propertyOf, Table, toNumber, toText } from "./values";

/** What a program in PowerShell runs on: cmdlets, and types of .NET. Whatever it was not taught it refuses. */
export interface Machine {
  /** Runs a cmdlet or a program. @param given values by name of parameter in lower case; `""` those without a name */
  cmdlet(name: string, given: ReadonlyMap<string, unknown>): readonly unknown[];
  /** Calls a static member. @param args absent for a property */
  member(type: string, name: string, args: readonly unknown[] | undefined): unknown;
}

/** Variables of a call; those of its callers are seen as well. */
class Scope {
  private readonly own = new Map<string, unknown>();

  constructor(private readonly caller?: Scope) {}

  has(name: string): boolean {
    return this.own.has(name) || (this.caller?.has(name) ?? false);
  }

  get(name: string): unknown {
    return this.own.has(name) ? this.own.get(name) : this.caller?.get(name);
  }

  set(name: string, value: unknown): void {
    this.own.set(name, value);
  }
}

class Return extends Error {
  constructor(readonly values: readonly unknown[]) {
    super("return");
  }
}
class Continue extends Error {}

/** A script block, which runs where it is written. */
interface Block {
  readonly run: (item: unknown) => unknown[];
}

const isBlock = (value: unknown): value is Block =>
  isObject(value) && typeof value.run === "function" && Object.keys(value).length === 1;

interface Parameter {
  readonly name: string;
  readonly type: string | undefined;
  readonly mandatory: boolean;
  readonly allowsEmpty: boolean;
  readonly accepted: readonly string[] | undefined;
  readonly initial: Node | undefined;
}

interface Declared {
  readonly parameters: readonly Parameter[];
  readonly body: readonly Node[];
  readonly line: number;
}

const COMMON = ["erroraction", "whatif"];

const SIZES: Readonly<Record<string, number>> = { kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30, tb: 2 ** 40 };

function untaught(node: Node): Error {
  return new Error(`the stand-in was not taught ${node.type} (line ${node.line}): ${node.text.slice(0, 80)}`);
}

function refuse(node: Node): never {
  throw untaught(node);
}

const known = new WeakMap<Node, readonly Node[]>();

/** Children without comments; a node that runs again is not asked again. */
function kids(node: Node): readonly Node[] {
  const before = known.get(node);
  if (before) return before;
  const found = node.namedChildren.filter(({ type }) => type !== "comment");
  known.set(node, found);
  return found;
}

function only(node: Node): Node {
  const [first] = kids(node);
  return first ?? refuse(node);
}

function isOfType(value: unknown, type: string): boolean {
  if (type.toLowerCase() !== "[bool]") throw new Error(`the stand-in was not taught -is ${type}`);
  return typeof value === "boolean";
}

/** One value of many: nothing, the value itself, or a list. */
function unrolled(values: readonly unknown[]): unknown {
  if (values.length === 0) return undefined;
  return values.length === 1 ? values[0] : [...values];
}

const listed = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

function wildcard(pattern: string): RegExp {
  const text = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${text}$`, "is");
}

/** A text between quotes with the signs that a grave accent stands before. */
const unescaped = (text: string): string =>
  text.replaceAll(/`(.)/gs, (_whole, sign: string) => ({ n: "\n", r: "\r", t: "\t" })[sign] ?? sign);

/** .NET's named groups are JavaScript's. */
const expression = (text: string): RegExp => new RegExp(text, "i");

function same(left: unknown, right: unknown): boolean {
  if (left === null || left === undefined) return right === null || right === undefined;
  if (right === null || right === undefined) return false;
  if (typeof left === "string") return left.toLowerCase() === toText(right).toLowerCase();
  if (typeof left === "number") return left === toNumber(right);
  if (typeof left === "boolean") return left === isTrue(right);
  return left === right;
}

function compared(operator: string, left: unknown, right: unknown): unknown {
  if (Array.isArray(left) && ["-eq", "-ne", "-like", "-match"].includes(operator))
    return left.filter((each: unknown) => isTrue(compared(operator, each, right)));
  switch (operator) {
    case "-eq":
      return same(left, right);
    case "-ne":
      return !same(left, right);
    case "-gt":
      return toNumber(left) > toNumber(right);
    case "-ge":
      return toNumber(left) >= toNumber(right);
    case "-lt":
      return toNumber(left) < toNumber(right);
    case "-le":
      return toNumber(left) <= toNumber(right);
    case "-like":
      return wildcard(toText(right)).test(toText(left));
    case "-contains":
      return listed(left).some((each) => same(each, right));
    case "-notlike":
      return !wildcard(toText(right)).test(toText(left));
    case "-join":
      return listed(left).map(toText).join(toText(right));
    case "-notcontains":
      return !listed(left).some((each) => same(each, right));
    default:
      throw new Error(`the stand-in was not taught the operator ${operator}`);
  }
}

/** Methods of texts, by their names in lower case. */
const TEXT_METHODS: Readonly<Record<string, (text: string, args: readonly unknown[]) => unknown>> = {
  split: (text, [by]) => text.split(toText(by)),
  trim: (text, signs) => {
    const kept = [...text];
    const drop = (sign: string | undefined) =>
      sign !== undefined && (signs.length === 0 ? /\s/.test(sign) : signs.includes(sign));
    while (drop(kept[0])) kept.shift();
    while (drop(kept.at(-1))) kept.pop();
    return kept.join("");
  },
  trimend: (text, [sign]) => {
    let end = text;
    while (sign !== undefined && end.endsWith(toText(sign))) end = end.slice(0, -1);
    return end;
  },
  startswith: (text, [start, ignoringCase]) =>
    ignoringCase === undefined
      ? text.startsWith(toText(start))
      : text.toLowerCase().startsWith(toText(start).toLowerCase()),
  endswith: (text, [end]) => text.endsWith(toText(end)),
  replace: (text, [from, to]) => text.replaceAll(toText(from), toText(to)),
  tochararray: (text) => [...text],
  tolowerinvariant: (text) => text.toLowerCase(),
  tostring: (text) => text,
};

/** Runs programs of Windows PowerShell 5.1 in strict mode, as far as the module uses the language. */
export class PowerShell {
  private readonly functions = new Map<string, Declared>();
  private readonly global = new Scope();

  /** @param variables of the machine by their names in lower case, such as `env:programdata` */
  constructor(
    private readonly machine: Machine,
    variables: Readonly<Record<string, unknown>> = {},
  ) {
    for (const [name, value] of Object.entries(variables)) this.global.set(name, value);
    this.global.set("true", true);
    this.global.set("false", false);
    this.global.set("null", null);
    this.global.set("whatifpreference", false);
    this.global.set("lastexitcode", 0);
  }

  /** Declares what a module's text has. */
  load(root: Node): void {
    for (const statement of this.statements(root)) {
      if (statement.type === "function_statement") this.declare(statement);
      // Its parameters are among the machine's variables.
      else if (statement.type === "param_block") continue;
      else if (
        !statement.text.startsWith("Export-ModuleMember") &&
        !statement.text.startsWith("Set-StrictMode")
      )
        this.statement(statement, this.global);
    }
  }

  /** Calls a function of it. */
  call(name: string, given: Readonly<Record<string, unknown>>): unknown {
    const named = new Map(Object.entries(given).map(([key, value]) => [key.toLowerCase(), value]));
    return unrolled(this.invoke(name, named, this.global));
  }

  private statements(node: Node): readonly Node[] {
    return kids(node).flatMap((child) => (AROUND.has(child.type) ? this.statements(child) : [child]));
  }

  private declare(node: Node): void {
    const name = kids(node).find(({ type }) => type === "function_name")?.text ?? refuse(node);
    const block = kids(node).find(({ type }) => type === "param_block");
    const list = block && kids(block).find(({ type }) => type === "parameter_list");
    const body = kids(node).find(({ type }) => type === "script_block");
    const inner = body && kids(body).filter(({ type }) => type !== "param_block");
    const bodies = (
      inner ?? kids(node).filter(({ type }) => !["function_name", "param_block"].includes(type))
    ).flatMap((child) => (child.type === "script_block_body" ? this.statements(child) : [child]));
    const found = block ?? (body && kids(body).find(({ type }) => type === "param_block"));
    const parameters = list ?? (found && kids(found).find(({ type }) => type === "parameter_list"));
    this.functions.set(name.toLowerCase(), {
      parameters: parameters ? kids(parameters).map((each) => this.parameter(each)) : [],
      body: bodies.flatMap((child) => (child.type === "statement_list" ? kids(child) : [child])),
      line: node.line,
    });
  }

  private parameter(node: Node): Parameter {
    const name =
      kids(node)
        .find(({ type }) => type === "variable")
        ?.text.slice(1) ?? refuse(node);
    const head = node.text.slice(0, node.text.indexOf(`$${name}`));
    const set = /ValidateSet\(([^)]*)\)/.exec(head)?.[1];
    const types = [...head.matchAll(/\[([A-Za-z]+(?:\[\])?)\]/g)].map(([, type]) => type);
    const initial = kids(node).find(({ type }) => type === "script_parameter_default");
    return {
      name,
      type: types.find(
        (type) => type !== undefined && /^(?:string|int|long|bool|psobject|object)(?:\[\])?$/i.test(type),
      ),
      mandatory: /Mandatory = \$true/.test(head),
      allowsEmpty: /AllowEmpty/.test(head),
      accepted: set?.split(",").map((each) => each.trim().replaceAll("'", "")),
      initial: initial && only(initial),
    };
  }

  private bind(parameter: Parameter, value: unknown): unknown {
    const cast =
      parameter.type === undefined ? value : castTo(parameter.type, value === undefined ? null : value);
    const { name, mandatory, allowsEmpty, accepted } = parameter;
    const empty =
      cast === "" || cast === null || cast === undefined || (Array.isArray(cast) && cast.length === 0);
    if (mandatory && empty && !allowsEmpty)
      throw new PowerShellError(`Cannot bind argument to parameter '${name}' because it is null or empty.`);
    if (accepted && !accepted.some((each) => same(each, cast)))
      throw new PowerShellError(`Cannot validate argument on parameter '${name}': "${toText(cast)}"`);
    return cast;
  }

  private invoke(name: string, given: ReadonlyMap<string, unknown>, caller: Scope): unknown[] {
    const declared = this.functions.get(name.toLowerCase());
    if (!declared) return [...this.machine.cmdlet(name, given)];
    const scope = new Scope(caller);
    const unknown = [...given.keys()].find(
      (key) => !COMMON.includes(key) && !declared.parameters.some((each) => each.name.toLowerCase() === key),
    );
    if (unknown !== undefined)
      throw new PowerShellError(`A parameter cannot be found that matches parameter name '${unknown}'.`);
    for (const parameter of declared.parameters) {
      const key = parameter.name.toLowerCase();
      if (!given.has(key) && parameter.mandatory)
        throw new PowerShellError(
          `Cannot process command because of missing mandatory parameters: ${parameter.name}.`,
        );
      const initial = parameter.initial ? this.expression(parameter.initial, scope) : undefined;
      const isText = parameter.type?.toLowerCase() === "string";
      const value = given.has(key)
        ? this.bind(parameter, given.get(key))
        : (initial ?? (isText ? "" : undefined));
      scope.set(key, value ?? (parameter.type && !given.has(key) ? castTo(parameter.type, null) : value));
    }
    if (given.has("whatif")) scope.set("whatifpreference", given.get("whatif"));
    scope.set("pscmdlet", { ShouldProcess: () => !isTrue(scope.get("whatifpreference")) });
    const out: unknown[] = [];
    try {
      for (const statement of declared.body) out.push(...this.statement(statement, scope));
    } catch (signal) {
      if (!(signal instanceof Return)) throw signal;
      out.push(...signal.values);
    }
    return out;
  }

  private block(node: Node, scope: Scope): unknown[] {
    const out: unknown[] = [];
    for (const statement of this.statements(node)) {
      try {
        out.push(...this.statement(statement, scope));
      } catch (signal) {
        if (signal instanceof Return) throw new Return([...out.splice(0), ...signal.values]);
        throw signal;
      }
    }
    return out;
  }

  private statement(node: Node, scope: Scope): unknown[] {
    switch (node.type) {
      case "if_statement":
        return this.conditional(node, scope);
      case "foreach_statement":
        return this.forEach(node, scope);
      case "for_statement":
        return this.countedLoop(node, scope);
      case "while_statement": {
        const out: unknown[] = [];
        const [condition, body] = kids(node);
        while (isTrue(this.expression(condition ?? refuse(node), scope))) {
          try {
            out.push(...this.block(body ?? refuse(node), scope));
          } catch (signal) {
            if (!(signal instanceof Continue)) throw signal;
          }
        }
        return out;
      }
      case "switch_statement": {
        const [condition, body] = kids(node);
        const value = this.expression(only(condition ?? refuse(node)), scope);
        const clauses = body
          ? kids(body).flatMap((each) => (each.type === "switch_clauses" ? kids(each) : [each]))
          : [];
        const clause = clauses.find((each) => same(only(each).text.replaceAll(/^['"]|['"]$/g, ""), value));
        const inner = clause && kids(clause)[1];
        return inner ? this.block(inner, scope) : [];
      }
      case "flow_control_statement":
        return this.flow(node, scope);
      case "try_statement":
        return this.attempt(node, scope);
      case "statement_block":
        return this.block(node, scope);
      case "empty_statement":
        return [];
      default:
        return this.pipeline(node, scope);
    }
  }

  private conditional(node: Node, scope: Scope): unknown[] {
    const [condition, body, ...more] = kids(node);
    if (isTrue(this.expression(condition ?? refuse(node), scope)))
      return this.block(body ?? refuse(node), scope);
    const clauses = more.flatMap((each) => (each.type === "elseif_clauses" ? kids(each) : [each]));
    for (const clause of clauses) {
      const [first, second] = kids(clause);
      if (clause.type === "else_clause") return this.block(first ?? refuse(clause), scope);
      if (isTrue(this.expression(first ?? refuse(clause), scope)))
        return this.block(second ?? refuse(clause), scope);
    }
    return [];
  }

  private countedLoop(node: Node, scope: Scope): unknown[] {
    const [initial, condition, iterator, body] = kids(node);
    if (!initial || !condition || !iterator || !body) return refuse(node);
    const out: unknown[] = [];
    for (this.pipeline(only(initial), scope); isTrue(this.expression(only(condition), scope)); ) {
      try {
        out.push(...this.block(body, scope));
      } catch (signal) {
        if (!(signal instanceof Continue)) throw signal;
      }
      this.pipeline(only(iterator), scope);
    }
    return out;
  }

  private forEach(node: Node, scope: Scope): unknown[] {
    const [variable, source, body] = kids(node);
    if (!variable || !source || !body) return refuse(node);
    const value = unrolled(this.pipeline(source, scope));
    const out: unknown[] = [];
    for (const item of value === null ? [] : listed(value)) {
      scope.set(variable.text.slice(1).toLowerCase(), item);
      try {
        out.push(...this.block(body, scope));
      } catch (signal) {
        if (!(signal instanceof Continue)) throw signal;
      }
    }
    return out;
  }

  private flow(node: Node, scope: Scope): never {
    const word = node.children[0]?.text.toLowerCase();
    const [what] = kids(node);
    if (word === "return") throw new Return(what ? this.pipeline(what, scope) : []);
    if (word === "continue") throw new Continue();
    if (word === "throw" && what) {
      const thrown = this.expression(what, scope);
      throw thrown instanceof PowerShellError ? thrown : new PowerShellError(toText(thrown));
    }
    return refuse(node);
  }

  private attempt(node: Node, scope: Scope): unknown[] {
    const [body, clause] = kids(node);
    if (!body || !clause) return refuse(node);
    try {
      return this.block(body, scope);
    } catch (error) {
      if (!(error instanceof PowerShellError)) throw error;
      const inner = clause.type === "catch_clauses" ? only(clause) : clause;
      scope.set("_", { Exception: error, InvocationInfo: { ScriptLineNumber: node.line } });
      return this.block(only(inner), scope);
    }
  }

  /** What a pipeline gives, item by item. */
  private pipeline(node: Node, scope: Scope): unknown[] {
    switch (node.type) {
      case "pipeline":
      case "pipeline_chain": {
        const stages = kids(node);
        const [first, ...more] = stages;
        if (!first) return refuse(node);
        let items = this.pipeline(first, scope);
        for (const stage of more) items = this.stage(stage, items, scope);
        return items;
      }
      case "command":
        return this.command(node, scope);
      case "assignment_expression":
        this.assign(node, scope);
        return [];
      case "if_statement":
      case "flow_control_statement":
      case "foreach_statement":
        return this.statement(node, scope);
      default: {
        if (node.namedChildren.length === 1 && PASSED.has(node.type)) return this.pipeline(only(node), scope);
        const value = this.expression(node, scope);
        return Array.isArray(value) ? [...value] : value === undefined ? [] : [value];
      }
    }
  }

  private stage(node: Node, items: readonly unknown[], scope: Scope): unknown[] {
    const command = node.type === "command" ? node : only(node);
    const { name, given } = this.words(command, scope);
    const block = given.get("filterscript") ?? given.get("process");
    switch (name.toLowerCase()) {
      case "where-object":
        return items.filter((item) => isBlock(block) && isTrue(unrolled(block.run(item))));
      case "foreach-object":
        return items.flatMap((item) => (isBlock(block) ? block.run(item) : []));
      case "sort-object": {
        if (given.has("unique"))
          return [...new Map(items.map((item) => [toText(item).toLowerCase(), item])).entries()]
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([, item]) => item);
        const by = given.get("property");
        const expression = by instanceof Table ? by.get("expression") : undefined;
        const key = (item: unknown) => {
          if (isBlock(expression)) return toNumber(unrolled(expression.run(item)));
          return isObject(item) ? toNumber(propertyOf(item, toText(by))?.value) : 0;
        };
        return [...items].sort((a, b) => key(a) - key(b));
      }
      case "select-object":
        return items.slice(0, toNumber(given.get("first")));
      case "measure-object": {
        const by = toText(given.get("property"));
        const values = items.map((item) => (isObject(item) ? toNumber(propertyOf(item, by)?.value) : 0));
        // Of nothing there is no sum.
        return [{ Count: items.length, Sum: items.length === 0 ? null : values.reduce((a, b) => a + b, 0) }];
      }
      default:
        return refuse(node);
    }
  }

  private words(node: Node, scope: Scope): { readonly name: string; readonly given: Map<string, unknown> } {
    const parts = kids(node);
    const [head, ...others] = parts.filter(({ type }) => type !== "command_invokation_operator");
    if (!head) return refuse(node);
    const elements = others
      .flatMap((each) => (each.type === "command_elements" ? kids(each) : [each]))
      .filter(({ type }) => type !== "command_argument_sep" && !type.includes("redirection"));
    const name = head.type === "command_name" ? head.text : toText(this.expression(only(head), scope));
    const given = new Map<string, unknown>();
    const loose: unknown[] = [];
    for (let index = 0; index < elements.length; index += 1) {
      const element = elements[index];
      if (!element) continue;
      if (element.type === "command_parameter") {
        const next = elements[index + 1];
        const key = element.text.slice(1).toLowerCase();
        if (!next || next.type === "command_parameter") given.set(key, true);
        else {
          given.set(key, this.argument(next, scope));
          index += 1;
        }
      } else if (element.text.startsWith("@") && /^@\w+$/.test(element.text)) {
        const table = scope.get(element.text.slice(1).toLowerCase());
        if (!(table instanceof Table)) return refuse(element);
        for (const [key, value] of table.pairs()) given.set(key.toLowerCase(), value);
      } else loose.push(this.argument(element, scope));
    }
    if (loose.length > 0) given.set("", loose);
    return { name, given };
  }

  private argument(node: Node, scope: Scope): unknown {
    if (node.type === "generic_token") return node.text;
    return this.expression(node, scope);
  }

  private command(node: Node, scope: Scope): unknown[] {
    const [operator, called, ...more] = kids(node);
    if (operator?.type === "command_invokation_operator" && called && more.length === 0) {
      const block = called.type === "command_name" ? undefined : this.expression(only(called), scope);
      if (isBlock(block)) return block.run(undefined);
    }
    const { name, given } = this.words(node, scope);
    const out = this.invoke(name, given, scope);
    // A list of .NET's that a cmdlet made is passed on as one.
    return out.flatMap((each) => (Array.isArray(each) && !("Add" in each) ? each : [each]));
  }

  private assign(node: Node, scope: Scope): void {
    const parts = kids(node);
    const [left, operator, right] = parts.length === 3 ? parts : [parts[0], undefined, parts[1]];
    if (!left || !right) throw untaught(node);
    const kept = this.assigned(right, scope);
    const before = operator && operator.text !== "=" ? this.expression(left, scope) : undefined;
    if (operator?.text === "-=") this.store(left, toNumber(before) - toNumber(kept), scope);
    else this.store(left, operator?.text === "+=" ? this.added(before, kept) : kept, scope);
  }

  /** What is assigned: a list that an expression gives stays one, what a command gives is unrolled. */
  private assigned(node: Node, scope: Scope): unknown {
    const inner = innermostOf(node);
    return STATEMENTS.has(inner.type)
      ? unrolled(this.statement(inner, scope))
      : this.expression(inner, scope);
  }

  private added(left: unknown, right: unknown): unknown {
    if (Array.isArray(left)) return [...left, ...listed(right)];
    if (typeof left === "string") return left + toText(right);
    return toNumber(left) + toNumber(right);
  }

  private store(node: Node, value: unknown, scope: Scope): void {
    const target = innermostOf(node);
    if (target.type === "variable") {
      const name = target.text.slice(1).toLowerCase();
      if (name !== "null") scope.set(name, value);
      return;
    }
    if (target.type === "cast_expression") {
      const [type, variable] = kids(target);
      this.store(variable ?? refuse(node), castTo(type?.text.slice(1, -1) ?? "", value), scope);
      return;
    }
    if (target.type === "element_access") {
      const [table, key] = kids(target);
      const owner = this.expression(table ?? refuse(node), scope);
      if (!(owner instanceof Table)) throw untaught(node);
      owner.set(toText(this.expression(key ?? refuse(node), scope)), value);
      return;
    }
    if (target.type === "array_literal_expression") {
      const values = listed(value);
      for (const [index, each] of kids(target).entries()) this.store(each, values[index] ?? null, scope);
      return;
    }
    // A static property: only what the machine lets be set.
    if (target.type === "member_access" && target.text.startsWith("[")) {
      this.machine.member(target.text.replace(/^\[([\w.]+)\].*/, "$1"), `set ${target.text.split("::")[1]}`, [
        value,
      ]);
      return;
    }
    throw untaught(node);
  }

  private expression(node: Node, scope: Scope): unknown {
    const inner = innermostOf(node);
    const parts = kids(inner);
    const [first, second, third] = parts;
    switch (inner.type) {
      case "variable":
        return this.variable(inner, scope);
      case "string_literal":
        return this.text(inner, scope);
      case "expandable_string_literal":
      case "verbatim_string_characters":
        return this.text(inner, scope);
      case "integer_literal":
      case "decimal_integer_literal": {
        const [, digits = "", unit = ""] = /^(\d+)([kmgt]b)?$/i.exec(inner.text) ?? refuse(inner);
        return Number(digits) * (SIZES[unit.toLowerCase()] ?? 1);
      }
      case "generic_token":
        return inner.text;
      case "parenthesized_expression":
      case "sub_expression":
        return unrolled(this.block(inner, scope));
      case "array_expression":
        return this.block(inner, scope);
      case "array_literal_expression":
        return parts.map((each) => this.expression(each, scope));
      case "hash_literal_expression":
        return this.table(inner, scope);
      case "script_block_expression":
        return {
          run: (item: unknown) => {
            scope.set("_", item);
            return this.block(inner, scope);
          },
        };
      case "script_block":
      case "script_block_body":
        return unrolled(this.block(inner, scope));
      case "logical_expression":
      case "logical_argument_expression": {
        const operator = inner.children.find(({ text }) => /^-(?:and|or)$/i.test(text))?.text.toLowerCase();
        const left = isTrue(this.expression(first ?? refuse(inner), scope));
        if (operator === "-and") return left && isTrue(this.expression(second ?? refuse(inner), scope));
        return left || isTrue(this.expression(second ?? refuse(inner), scope));
      }
      case "comparison_expression":
      case "comparison_argument_expression":
        return this.comparison(inner, scope);
      case "bitwise_expression":
      case "bitwise_argument_expression": {
        const operator = inner.children.find(({ text }) => /^-b(?:and|or)$/i.test(text))?.text.toLowerCase();
        const [left, right] = [first, second].map((each) =>
          toNumber(this.expression(each ?? refuse(inner), scope)),
        );
        return operator === "-band" ? (left ?? 0) & (right ?? 0) : (left ?? 0) | (right ?? 0);
      }
      case "expression_with_unary_operator": {
        const value = this.expression(only(inner), scope);
        switch (inner.children[0]?.text.toLowerCase()) {
          case "-not":
            return !isTrue(value);
          case "-":
            return -toNumber(value);
          default:
            return refuse(inner);
        }
      }
      case "additive_expression":
      case "additive_argument_expression":
      case "multiplicative_expression":
      case "multiplicative_argument_expression":
        return this.arithmetic(inner, scope);
      case "cast_expression":
        return castTo(first?.text.slice(1, -1) ?? "", this.expression(second ?? refuse(inner), scope));
      case "member_access":
        return this.member(inner, undefined, scope);
      case "invokation_expression":
        return this.member(inner, this.argumentsOf(third ?? second ?? refuse(inner), scope), scope);
      case "element_access": {
        const owner = this.expression(first ?? refuse(inner), scope);
        const key = this.expression(second ?? refuse(inner), scope);
        if (owner instanceof Table) return owner.get(toText(key)) ?? null;
        if (Array.isArray(owner))
          return typeof key === "string"
            ? (propertyOf(owner, key)?.value ?? null)
            : (owner.at(toNumber(key)) ?? null);
        if (isObject(owner)) return propertyOf(owner, toText(key))?.value ?? null;
        throw new PowerShellError("Cannot index into a null array.");
      }
      case "command":
      case "pipeline":
      case "pipeline_chain":
        return unrolled(this.pipeline(inner, scope));
      default:
        return refuse(inner);
    }
  }

  private argumentsOf(node: Node, scope: Scope): unknown[] {
    if (node.type !== "argument_list") return refuse(node);
    return kids(node)
      .flatMap((each) => (each.type === "argument_expression_list" ? kids(each) : [each]))
      .map((each) => this.expression(each, scope));
  }

  private variable(node: Node, scope: Scope): unknown {
    const name = node.text
      .replace(/^\$\{?/, "")
      .replace(/\}$/, "")
      .toLowerCase();
    if (!scope.has(name))
      throw new PowerShellError(`The variable '$${name}' cannot be retrieved because it has not been set.`);
    return scope.get(name);
  }

  private text(node: Node, scope: Scope): string {
    const literal = node.type === "string_literal" ? (node.namedChildren[0] ?? node) : node;
    if (literal.type === "verbatim_string_characters") return literal.text.slice(1, -1).replaceAll("''", "'");
    const { text } = literal;
    let out = "";
    let from = literal.start + 1;
    for (const part of kids(literal)) {
      out += unescaped(text.slice(from - literal.start, part.start - literal.start));
      out += toText(this.expression(part, scope));
      from = part.start + part.text.length;
    }
    return out + unescaped(text.slice(from - literal.start, -1));
  }

  private table(node: Node, scope: Scope): Table {
    const table = new Table();
    const entries = kids(node).flatMap((each) => (each.type === "hash_literal_body" ? kids(each) : [each]));
    for (const entry of entries) {
      const [key, value] = kids(entry);
      if (!key || !value) return refuse(entry);
      const inner = innermostOf(key);
      const name = ["simple_name", "key_expression"].includes(inner.type)
        ? inner.text
        : toText(this.expression(key, scope));
      table.set(name, this.assigned(value, scope) ?? null);
    }
    return table;
  }

  private comparison(node: Node, scope: Scope): unknown {
    const [left, operator, right] = kids(node);
    if (!left || !operator || !right) return refuse(node);
    const word = operator.text.toLowerCase();
    if (word === "-is") return isOfType(this.expression(left, scope), right.text);
    const [a, b] = [this.expression(left, scope), this.expression(right, scope)];
    if (word === "-replace") {
      const [pattern, by] = listed(b);
      return toText(a).replaceAll(new RegExp(toText(pattern), "gi"), toText(by));
    }
    if (word === "-match" || word === "-notmatch") {
      const found = expression(toText(b)).exec(toText(a));
      if (found) {
        const matches = new Table();
        for (const [index, value] of found.entries()) matches.set(String(index), value);
        for (const [name, value] of Object.entries(found.groups ?? {})) matches.set(name, value);
        scope.set("matches", matches);
      }
      return (found !== null) === (word === "-match");
    }
    return compared(word, a, b);
  }

  private arithmetic(node: Node, scope: Scope): unknown {
    const [left, right] = kids(node);
    const operator = node.children.find(({ isNamed, text }) => !isNamed && /^[-+*/%]$/.test(text))?.text;
    const [a, b] = [
      this.expression(left ?? refuse(node), scope),
      this.expression(right ?? refuse(node), scope),
    ];
    switch (operator) {
      case "+":
        return this.added(a, b);
      case "-":
        return toNumber(a) - toNumber(b);
      case "*":
        return toNumber(a) * toNumber(b);
      case "/":
        return toNumber(a) / toNumber(b);
      default:
        return refuse(node);
    }
  }

  private member(node: Node, args: readonly unknown[] | undefined, scope: Scope): unknown {
    const [owner, name] = kids(node);
    if (!owner || !name) return refuse(node);
    const inner = innermostOf(name);
    const written = inner.type === "variable" ? toText(this.variable(inner, scope)) : inner.text;
    if (owner.type === "type_literal") return this.machine.member(owner.text.slice(1, -1), written, args);
    const value = this.expression(owner, scope);
    if (typeof value === "string") {
      const method = args && TEXT_METHODS[written.toLowerCase()];
      if (method) return method(value, args);
      if (!args && written.toLowerCase() === "length") return value.length;
    }
    if (Array.isArray(value)) {
      if (!args && ["count", "length"].includes(written.toLowerCase())) return value.length;
      if (!args) return value.map((each: unknown) => this.property(each, written));
    }
    if (!args) return this.property(value, written);
    const method = isObject(value) || Array.isArray(value) ? propertyOf(value, written)?.value : undefined;
    if (typeof method !== "function")
      throw new PowerShellError(
        `Method invocation failed because it does not contain a method named '${written}'.`,
      );
    return Reflect.apply(method, value, args);
  }

  private property(value: unknown, name: string): unknown {
    if (isObject(value)) {
      if (name.toLowerCase() === "psobject") return { Properties: propertiesOf(value) };
      const found = propertyOf(value, name);
      if (found) return found.value;
      if (value instanceof Table && name.toLowerCase() === "keys") return value.pairs().map(([key]) => key);
    }
    throw new PowerShellError(
      `The property '${name}' cannot be found on this object. Verify that the property exists.`,
    );
  }
}

/** Properties by name, which are a list as well. */
function propertiesOf(value: Record<string, unknown>): unknown {
  const pairs = value instanceof Table ? value.pairs() : Object.entries(value);
  const list = pairs.map(([Name, Value]) => ({ Name, Value }));
  return Object.assign(list, Object.fromEntries(list.map((each) => [each.Name, each])));
}

const STATEMENTS = new Set(["command", "pipeline", "pipeline_chain", "if_statement", "foreach_statement"]);

/** What stands around statements. */
const AROUND = new Set(["script_block", "script_block_body", "statement_list"]);

const PASSED = new Set(["statement_list", "pipeline"]);

/** What an expression is once levels of operators without an operator are taken away. */
function innermostOf(node: Node): Node {
  let inner = node;
  for (;;) {
    const [child, ...more] = kids(inner);
    if (!child || more.length > 0 || child.text !== inner.text || inner.type === "string_literal")
      return inner;
    if (KEPT.has(inner.type)) return inner;
    inner = child;
  }
}

const KEPT = new Set([
  "variable",
  "integer_literal",
  "expandable_string_literal",
  "sub_expression",
  "command",
]);
