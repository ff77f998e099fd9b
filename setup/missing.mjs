// Also loaded by a Node that is too old, to say so: no syntax newer than Node 12 here.
import { writeSync } from "node:fs";

/** The codes of everything that can be missing; each has its message among the fixtures of the tests. */
export const CODES = [
  "node-version",
  "windows",
  "modules",
  "build",
  "engine",
  "engine-version",
  "plugin",
  "compose",
  "bundle-checksum",
  "docker",
  "docker-permission",
  "docker-consent",
  "libvirt",
  "libvirt-permission",
  "libvirt-consent",
  "packages",
];

/**
 * Something that set-up could not provide. `code` is stable, the other fields are for people.
 * @typedef {object} Missing
 * @property {string} code one of `CODES`
 * @property {string} what what is missing
 * @property {string} why the cause
 * @property {string} todo what to do about it
 * @property {string[]} [detail] lines of a log or of a tool's own output, when they tell more
 */

/** The exit code for "something needed is missing on this machine". */
export const EXIT_MISSING = 3;

/**
 * One sentence, and the lines of detail below it, indented.
 * @param {Missing} entry
 * @returns {string} without a line end
 */
export function sentence(entry) {
  const detail = (entry.detail || []).map((line) => `\n    ${line}`).join("");
  return `${entry.what}: ${entry.why}; ${entry.todo}.${detail}`;
}

/**
 * Prints what is missing: sentences on stderr, or one JSON document on stdout.
 * Written synchronously, so that nothing is lost when the process exits right after.
 * @param {Missing[]} missing
 * @param {boolean} json
 */
export function report(missing, json) {
  if (json) writeAll(1, `${JSON.stringify({ schemaVersion: 1, ok: false, missing: missing }, null, 2)}\n`);
  else writeAll(2, missing.map((entry) => `${sentence(entry)}\n`).join(""));
}

function writeAll(fd, text) {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.slice(writeSync(fd, rest));
    } catch (error) {
      if (error.code === "EPIPE") return; // nobody reads any more
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

/** Thrown inside set-up to carry one entry up to `provide`, which collects them. */
export class MissingError extends Error {
  /** @param {Missing} entry */
  constructor(entry) {
    super(sentence(entry));
    this.entry = entry;
  }
}
