import { availableParallelism } from "node:os";

/** Teams' units at once: an engine with its plugins waits for Docker about as long as it computes. */
export function defaultParallel(): number {
  return availableParallelism() + 1;
}

/** Does the work for each item, so many at a time, in order; every result is there, also where one throws. */
export async function pooled<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<PromiseSettledResult<R>[]> {
  const results: PromiseSettledResult<R>[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) {
      try {
        results[index] = { status: "fulfilled", value: await work(item) };
      } catch (reason) {
        results[index] = { status: "rejected", reason };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(Math.max(1, atOnce), items.length) }, worker));
  return results;
}

/** The values of results that must all be there. @throws the first reason why one is not */
export function valuesOf<R>(settled: readonly PromiseSettledResult<R>[]): R[] {
  return settled.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}
