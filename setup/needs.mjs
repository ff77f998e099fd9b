/**
 * What set-up provides. No verb asks for libvirt by its name: only the lab's description tells its target, and that is read with
 * the modules. What reads it asks for libvirt then, by `node setup/provide.mjs libvirt`.
 * @typedef {'modules' | 'engine' | 'docker' | 'libvirt'} Need
 */

const ALL = ["modules", "engine", "docker"];

// Verbs that are not here need the CLI alone: it tells a wrong verb better than an installation would.
const NEEDS = {
  env: ["modules", "engine"],
  up: ALL,
  down: ALL,
  status: ALL,
  sweep: ALL,
  images: ALL,
  verify: ALL,
  rotate: ALL,
  extend: ["modules", "engine"],
  host: ALL,
};

// Options that are followed by a value, which is not the verb.
const WITH_VALUE = ["--stack", "--config", "--team"];

/**
 * What a command line asks for, so far as set-up has to know.
 * @param {string[]} argv without node and script
 * @returns {{ verb: string | undefined, needs: Need[], yes: boolean, json: boolean, selection: string[] }} `selection`: the
 *   options that say which lab, as they were given
 */
export function readArguments(argv) {
  const selection = [];
  let verb;
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i];
    if (word === "--") break;
    if (WITH_VALUE.includes(word)) {
      selection.push(...argv.slice(i, i + 2));
      i++;
    } else if (WITH_VALUE.some((option) => word.startsWith(`${option}=`))) selection.push(word);
    else if (!word.startsWith("-")) verb ??= word;
  }
  const asksOnly = ["--help", "-h", "--version", "-V"].some((option) => argv.includes(option));
  const needs = asksOnly ? ["modules"] : Object.hasOwn(NEEDS, verb ?? "") ? NEEDS[verb] : ["modules"];
  return {
    verb,
    needs,
    yes: argv.includes("--yes") || argv.includes("-y"),
    json: argv.includes("--json"),
    selection,
  };
}
