import { Command, CommanderError } from "commander";
import { formatOptions } from "../../cli/plan/formats";

/** What a command line of plan says; the options that were taken for one that is good. */
function used(...words: string[]): object | string {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  command.option("--json").option("--svg <file>");
  for (const option of formatOptions()) command.addOption(option);
  try {
    return command.parse(words, { from: "user" }).opts();
  } catch (error) {
    if (error instanceof CommanderError) return `${error.code} ${error.message}`;
    throw error;
  }
}

const refused = (option: string, other: string) =>
  `commander.conflictingOption error: option '${option}' cannot be used with option '${other}'`;

test.each([
  ["--json", "--mermaid", refused("--mermaid", "--json")],
  ["--json", "--markdown", refused("--markdown", "--json")],
  ["--json", "--macs", refused("--macs", "--json")],
  ["--mermaid", "--markdown", refused("--mermaid", "--markdown")],
  ["--mermaid", "--macs", refused("--mermaid", "--macs")],
  ["--markdown", "--macs", refused("--markdown", "--macs")],
])("plan %s %s: wrong usage that names both, in whatever order", (one, other, message) => {
  expect(used(one, other)).toBe(message);
  expect(used(other, one)).toBe(message);
});

test("one of them is good, also with a drawing", () => {
  for (const name of ["json", "mermaid", "markdown", "macs"])
    expect(used(`--${name}`, "--svg", "a.svg")).toEqual({ [name]: true, svg: "a.svg" });
  expect(used()).toEqual({});
});
