import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Writes cmdlets.json: of Microsoft's parameter tables, read out of their documentation, what the repository's PowerShell calls.
 * Usage: node tests/powershell/trim.mjs TABLE, where TABLE is the whole table as JSON.
 */
const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "..", "..");
const [table] = process.argv.slice(2);
if (!table) throw new Error("usage: node tests/powershell/trim.mjs TABLE");

const SKIPPED = new Set(["node_modules", "dist", ".git", ".classlab", ".engine"]);
/** Files of PowerShell, the tests that plant faults in pieces of it, and what is added to the tables. */
const READ = /\.(ps1|psm1)$|[/\\]powershell[A-Za-z]*\.test\.ts$|[/\\]additions\.json$/;

const files = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return files(path);
    return READ.test(path) ? [path] : [];
  });

const { source, cmdlets } = JSON.parse(readFileSync(table, "utf8"));
const words = new Set(
  files(ROOT).flatMap((file) => readFileSync(file, "utf8").match(/\b[A-Z][A-Za-z]+-[A-Z][A-Za-z]+\b/g) ?? []),
);
const kept = Object.fromEntries(
  Object.entries(cmdlets)
    .filter(([name]) => words.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1)),
);
const target = join(HERE, "cmdlets.json");
// One cmdlet a line: what a change adds or drops is seen.
const lines = Object.entries(kept).map(
  ([name, cmdlet]) => `${JSON.stringify(name)}: ${JSON.stringify(cmdlet)}`,
);
writeFileSync(target, `{"source": ${JSON.stringify(source)},\n"cmdlets": {\n${lines.join(",\n")}\n}}\n`);
console.log(
  `${relative(ROOT, target)}: ${Object.keys(kept).length} of ${Object.keys(cmdlets).length} cmdlets`,
);
