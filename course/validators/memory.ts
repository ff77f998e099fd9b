import type { Fault } from "../faults";
import type { Validator } from "./validator";

/** A dynamic memory starts between its least and its most. */
export const memoryValid: Validator = (config) => {
  return config.guests.flatMap(({ name, memory }, index): Fault[] => {
    if (typeof memory === "number") return [];
    const where = `lab.guests[${index}].memory`;
    const { start, min, max } = memory;
    if (min > start || start > max) {
      return [
        {
          code: "memory-invalid",
          where,
          what: `guest "${name}" starts with ${start} MiB, of at least ${min} and at most ${max}`,
          expected: "min no higher than start, and start no higher than max",
        },
      ];
    }
    return [];
  });
};
