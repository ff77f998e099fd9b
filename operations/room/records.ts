import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Fault } from "../../course/faults";
import { type EnrolmentRecord, readRecord } from "../../course/room/enrolment";

/** Folder of a stick that PCs write into when they are enrolled or given back. */
const RECORDS = "records";

/** What PCs wrote on a stick, and a fault each file that cannot be read. */
export interface Records {
  readonly records: readonly EnrolmentRecord[];
  readonly faults: readonly Fault[];
}

/** Reads what PCs wrote on a stick; nothing where none did. */
export function readRecords(folder: string): Records {
  let names: string[];
  try {
    names = readdirSync(join(folder, RECORDS)).filter((name) => name.endsWith(".json"));
  } catch {
    return { records: [], faults: [] };
  }
  const read = names
    .sort()
    .map((name) =>
      readRecord(join(folder, RECORDS, name), readFileSync(join(folder, RECORDS, name), "utf8")),
    );
  return {
    records: read.flatMap((result) => (result.ok ? [result.value] : [])),
    faults: read.flatMap((result) => (result.ok ? [] : result.faults)),
  };
}
