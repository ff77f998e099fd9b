import { Option } from "commander";

/** What `plan` prints in place of its own words, with `--json`, which every verb has. */
const FORMATS = {
  mermaid: "print it as a Mermaid diagram, for a README",
  markdown: "print it as a Markdown page",
  macs: "print every MAC address, for a room that lets no unknown one in",
} as const;

/** The options for it: each fills the output by itself, so that two of them are wrong usage. */
export function formatOptions(): readonly Option[] {
  const names = Object.keys(FORMATS);
  return Object.entries(FORMATS).map(([name, does]) =>
    new Option(`--${name}`, does).conflicts(["json", ...names.filter((other) => other !== name)]),
  );
}
