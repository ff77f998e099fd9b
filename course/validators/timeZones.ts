import type { Fault } from "../faults";
import { zoneFault } from "../timeZones";
import type { Validator } from "./validator";

/** Guests have time zones that there are: an unknown one would leave their clocks in UTC without a word. */
export const timeZonesKnown: Validator = (config) =>
  config.guests.flatMap(({ timeZone }, index): Fault[] => {
    const fault = timeZone === undefined ? undefined : zoneFault(timeZone);
    return fault ? [{ code: "config-value", where: `lab.guests[${index}].timeZone`, ...fault }] : [];
  });
