import { createHmac, randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import type { RosterTeam } from "../course/facts";
import { type Fault, FaultError } from "../course/faults";
import { type Assignment, assign, isMove, type RosterChange } from "../course/roster/assign";
import { identityOf, type Learner } from "../course/roster/learner";
import { emptyLock, type RosterLock, rosterLockSchema, teamsOfLock } from "../course/roster/lock";
import { parseRoster } from "../course/roster/parse";
import type { StackFile } from "./stackFile";

/** How a roster is encoded: what spreadsheets save as CSV. */
export type RosterEncoding = "UTF-8" | "UTF-8 with a byte order mark" | "Shift_JIS";

/** A roster that was read, with the seats as they are to be. */
export interface RosterReading {
  /** The roster as messages name it. */
  readonly file: string;
  readonly encoding: RosterEncoding;
  /** How many it lists. */
  readonly learners: number;
  /** Path of the lock. */
  readonly lockPath: string;
  /** Whether the lock is there. */
  readonly locked: boolean;
  /** The lock as it is to be. */
  readonly lock: RosterLock;
  /** How that differs from the lock that is there. */
  readonly changes: readonly RosterChange[];
}

/** A path as the reader, who is in this folder, knows it. */
function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith("..") ? path : near;
}

function decode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Text of a roster: UTF-8, else Shift_JIS as Windows writes it.
 * @returns undefined for bytes that are neither, such as a workbook or UTF-16
 */
export function decodeRoster(
  bytes: Uint8Array,
): { readonly text: string; readonly encoding: RosterEncoding } | undefined {
  const utf8 = decode(bytes, "utf-8");
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const text = utf8 ?? decode(bytes, "shift_jis");
  if (text === undefined || text.includes("\0")) return undefined;
  if (utf8 === undefined) return { text, encoding: "Shift_JIS" };
  return { text, encoding: marked ? "UTF-8 with a byte order mark" : "UTF-8" };
}

function refuse(fault: Fault): never {
  throw new FaultError([fault]);
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = String(error) }: { code?: string } = Object(error);
    refuse({
      code: "roster-missing",
      where: shown(path),
      what: code === "ENOENT" ? "there is no such roster" : `the roster cannot be read: ${code}`,
      expected: "the CSV file that lab.teams.roster names, relative to the stack file",
    });
  }
}

/** The lock of a roster is beside it. */
function lockPathOf(roster: string): string {
  return `${roster}.lock.json`;
}

function readLock(path: string): RosterLock | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return rosterLockSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    refuse({
      code: "roster-lock",
      where: shown(path),
      what: "the file is not a roster's lock, or is damaged",
      expected: "the file as classlab wrote it",
      fix: "Restore it: without it everybody would be given a seat anew",
    });
  }
}

/** The key of a learner in a lock: a salted digest, by which nobody is named. */
function keyOf(salt: string, learner: Learner): string {
  return createHmac("sha256", salt).update(identityOf(learner)).digest("hex").slice(0, 16);
}

/**
 * Reads a roster and its lock, and seats who has no seat yet; nothing is written.
 * @param path the CSV file
 * @param size learners a team
 * @throws FaultError with every fault of the roster
 */
export function readRosterFile(path: string, size: number): RosterReading {
  const file = shown(path);
  const decoded = decodeRoster(readBytes(path));
  if (!decoded) {
    refuse({
      code: "roster-invalid",
      where: file,
      what: "the file is neither UTF-8 nor Shift_JIS text",
      expected: 'a CSV file; in a spreadsheet: save as "CSV UTF-8"',
    });
  }
  const learners = parseRoster(decoded.text, file);
  if (!learners.ok) throw new FaultError(learners.faults);
  const lockPath = lockPathOf(path);
  const stored = readLock(lockPath);
  const before = stored ?? emptyLock(randomBytes(16).toString("hex"));
  const assigned = assign(learners.value, before, {
    size,
    file,
    keyOf: (learner) => keyOf(before.salt, learner),
  });
  if (!assigned.ok) throw new FaultError(assigned.faults);
  return {
    file,
    encoding: decoded.encoding,
    learners: learners.value.length,
    lockPath,
    locked: stored !== undefined,
    ...assigned.value,
  };
}

/** Where a lab's roster is, and how many learners make a team; undefined where the configuration names none. */
function rosterOf(file: StackFile): { readonly path: string; readonly size: number } | undefined {
  const { teams } = file.config;
  if (typeof teams === "number" || !("roster" in teams)) return undefined;
  return { path: resolve(dirname(file.path), teams.roster), size: teams.size };
}

/** The roster of a lab. @returns undefined where the configuration names none @throws FaultError */
export function readRoster(file: StackFile): RosterReading | undefined {
  const roster = rosterOf(file);
  return roster && readRosterFile(roster.path, roster.size);
}

/**
 * The teams of a lab's roster; undefined where the configuration names none. Where only the lock is at hand, as for a
 * colleague who takes the lab down, they are those of the lock.
 * @throws FaultError
 */
export function rosterTeams(file: StackFile): RosterTeam[] | undefined {
  const roster = rosterOf(file);
  if (!roster) return undefined;
  const kept = existsSync(roster.path) ? undefined : readLock(lockPathOf(roster.path));
  return teamsOfLock(kept ?? readRosterFile(roster.path, roster.size).lock);
}

/** Writes the lock, whole or not at all. @returns whether there was anything to write */
export function writeLock(reading: RosterReading): boolean {
  if (reading.locked && reading.changes.length === 0) return false;
  const temporary = `${reading.lockPath}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(reading.lock, null, 2)}\n`);
  renameSync(temporary, reading.lockPath);
  return true;
}

/** How many changes of a kind there are, and in which teams. */
function counted(changes: Assignment["changes"], kind: RosterChange["kind"], words: string): string[] {
  const teams = changes.filter((change) => change.kind === kind).map((change) => change.team);
  const named = [...new Set(teams)];
  const list =
    named.length > 6 ? `${named.slice(0, 6).join(", ")} and ${named.length - 6} more` : named.join(", ");
  return teams.length === 0 ? [] : [`${teams.length} ${words} (${list})`];
}

/** A roster in a line: how many learners in how many teams, and what that changes. No learner is named. */
export function describeRoster(reading: RosterReading): string {
  const { changes, lock } = reading;
  const teams = teamsOfLock(lock).length;
  const news = [
    ...counted(changes, "joined", "joined"),
    ...counted(changes, "left", "left"),
    ...counted(
      changes.filter((change) => change.kind !== "moved" || change.from !== change.team),
      "moved",
      "moved to another team",
    ),
    ...counted(changes, "opened", "new team(s)"),
    ...counted(changes, "emptied", "team(s) without learners"),
    ...counted(changes, "rehosted", "team(s) on another host"),
  ];
  return `roster ${reading.file} (${reading.encoding}): ${reading.learners} learners in ${teams} teams${
    reading.locked && news.length > 0 ? `; ${news.join(", ")}` : ""
  }`;
}

/**
 * Keeps who sits where before a lab is brought up: learners who joined or left are written to the lock; a change that moves
 * somebody, leaves a team empty or takes it to another host is refused, since a lab with work in it hangs on it.
 * @param say told what the roster is
 * @throws FaultError `roster-changed`
 */
export function keepRoster(file: StackFile, say: (line: string) => void): void {
  const reading = readRoster(file);
  if (!reading) return;
  const moves = reading.changes.filter(isMove);
  if (moves.length > 0) {
    refuse({
      code: "roster-changed",
      where: reading.file,
      what: `the roster does more than add learners or leave some out: ${[
        ...counted(moves, "moved", "moved to another team"),
        ...counted(moves, "emptied", "team(s) without learners"),
        ...counted(moves, "rehosted", "team(s) on another host"),
      ].join(", ")}`,
      expected: "a roster in which everybody keeps team and host",
      fix: `To take it as it is: npx classlab init --lock ${file.selection}`,
    });
  }
  say(describeRoster(reading));
  if (writeLock(reading)) say(`seats are kept in ${shown(reading.lockPath)}`);
}
