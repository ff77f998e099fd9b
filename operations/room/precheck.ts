import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { precheckStick } from "../../components/hosts/precheck/stick";
import { type Fault, FaultError } from "../../course/faults";
import type { Language } from "../../course/languages";
import { type InventoryHost, inventoryOf } from "../../course/room/inventory";
import { type JudgedPc, judge } from "../../course/room/judge";
import { type Precheck, readPrecheck } from "../../course/room/precheck";
import { freeInRoom, type RoomSubnet, roomSubnets } from "../../course/room/subnets";
import { PACKAGE_ROOT } from "../paths";
import { readRecords } from "./records";
import { writeStick } from "./writeStick";

/** Folder of a stick that the scripts write into. */
export const RESULTS = "results";

/** Writes what PCs are looked at with. @returns names of the files */
export function writePrecheckStick(folder: string, language: Language): string[] {
  const files = precheckStick(PACKAGE_ROOT, language);
  writeStick("--write", folder, files);
  return files.map(({ name }) => name);
}

/** The room as its PCs showed it. */
export interface RoomReport {
  /** By seat, then by name. */
  readonly pcs: readonly JudgedPc[];
  /** Each PC as an entry of the lab's `hosts`, in the same order. */
  readonly hosts: readonly InventoryHost[];
  readonly subnets: readonly RoomSubnet[];
  /** A subnet that no PC has; absent where there is none. */
  readonly free?: string;
  /** A fault each file that could not be read; the others are told all the same. */
  readonly faults: readonly Fault[];
}

/** The folder with results: the one named, or the one of that name in it. */
function resultsIn(folder: string): { readonly place: string; readonly files: string[] } {
  for (const place of [join(folder, RESULTS), folder]) {
    let names: string[];
    try {
      names = readdirSync(place);
    } catch {
      continue;
    }
    const files = names.filter((name) => name.endsWith(".json")).sort();
    if (files.length > 0) return { place, files };
  }
  throw new FaultError([
    {
      code: "precheck-missing",
      where: `--read ${folder}`,
      what: "there is no result of a PC",
      expected: `the folder of the stick, with files such as ${RESULTS}/PC-01.json`,
      fix: "Run precheck.cmd, or sh precheck.sh, from the stick at each PC first",
    },
  ]);
}

/** Of two results of one PC, as after a second run from another stick, the newer one counts. */
function newest(prechecks: readonly Precheck[]): Precheck[] {
  const byName = new Map<string, Precheck>();
  for (const precheck of prechecks) {
    const key = precheck.name.toLowerCase();
    const known = byName.get(key);
    if (!known || known.made < precheck.made) byName.set(key, precheck);
  }
  return [...byName.values()];
}

const bySeat = (a: Precheck, b: Precheck): number =>
  (a.seat || a.name).localeCompare(b.seat || b.name, "en", { numeric: true });

/**
 * Reads what came back from the room.
 * @param folder of the stick, or one into which the files of several were copied
 * @throws FaultError `precheck-missing` where there is nothing
 */
export function readRoom(folder: string): RoomReport {
  const { place, files } = resultsIn(folder);
  const read = files.map((file) => readPrecheck(join(place, file), readFileSync(join(place, file), "utf8")));
  const { records, faults } = readRecords(folder);
  const keys = new Map(
    records.flatMap(({ name, answer }): [string, string][] =>
      answer.ok && answer.value.hostKey ? [[name.toLowerCase(), answer.value.hostKey]] : [],
    ),
  );
  // A PC that was enrolled since has a server, whose key nobody had to type.
  const prechecks = newest(read.flatMap((result) => (result.ok ? [result.value] : [])))
    .map((precheck) => ({ ...precheck, hostKey: keys.get(precheck.name.toLowerCase()) ?? precheck.hostKey }))
    .sort(bySeat);
  const pcs = prechecks.map((precheck) => judge(precheck));
  const subnets = roomSubnets(prechecks);
  const free = freeInRoom(subnets);
  return {
    pcs,
    hosts: inventoryOf(pcs),
    subnets,
    ...(free === undefined ? {} : { free }),
    faults: [...read.flatMap((result) => (result.ok ? [] : result.faults)), ...faults],
  };
}
