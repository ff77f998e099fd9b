import { IANAZone } from "luxon";
import { nearest } from "./config/parse";
import type { Fault } from "./faults";

/** The zone's own spelling: files of zones are found by it, with its capitals. */
function spelled(zone: string): string {
  const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions();
  return timeZone.toLowerCase() === zone.toLowerCase() ? timeZone : zone;
}

/** What is wrong with a time zone; undefined for one that the IANA's database has. */
export function zoneFault(zone: string): Pick<Fault, "what" | "expected" | "fix"> | undefined {
  const known = IANAZone.isValidZone(zone);
  if (known && spelled(zone) === zone) return undefined;
  const near = known ? spelled(zone) : nearest(zone, Intl.supportedValuesOf("timeZone"));
  return {
    what: `"${zone}" is not a known time zone`,
    expected: "an IANA time zone such as Asia/Tokyo",
    ...(near === undefined ? {} : { fix: `Did you mean "${near}"?` }),
  };
}
