import { type Fault, FaultError } from "../../course/faults";
import type { RemoteMachine } from "./machine";

/**
 * Works on hosts side by side; one that fails stops no other.
 * @returns what came of those that did not fail, in their order, and the faults of the others
 * @throws whatever the work throws that is no fault
 */
export async function onEach<T>(
  machines: readonly RemoteMachine[],
  work: (machine: RemoteMachine) => Promise<T>,
): Promise<{ readonly done: readonly T[]; readonly faults: readonly Fault[] }> {
  const settled = await Promise.allSettled(machines.map(work));
  const faults = settled.flatMap((result): readonly Fault[] => {
    if (result.status === "fulfilled") return [];
    if (result.reason instanceof FaultError) return result.reason.faults;
    throw result.reason;
  });
  return { done: settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])), faults };
}
