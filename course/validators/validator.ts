import type { LabConfig } from "../config";
import type { LabFacts } from "../facts";
import type { Fault } from "../faults";
import type { Placement } from "../placement";

/** One rule of a configuration that parsed: small, and about one thing. */
export type Validator = (config: LabConfig, facts: LabFacts, lab: string) => Fault[];

/** One rule that needs to know which team is on which host. */
export type PlacementValidator = (config: LabConfig, placement: Placement) => Fault[];

/** Items whose key an earlier one has already, with their places. */
export function duplicates<T>(
  items: readonly T[],
  key: (item: T) => string,
): { index: number; key: string }[] {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const value = key(item);
    if (seen.has(value)) return [{ index, key: value }];
    seen.add(value);
    return [];
  });
}
