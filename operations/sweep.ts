import { findMarked, type ObservedObject, removeObject } from "./observe";

/** Containers hold networks and volumes: they go first. */
const ORDER: Readonly<Record<ObservedObject["kind"], number>> = { container: 0, network: 1, volume: 2 };

/**
 * Finds by owner mark, without reading Pulumi state, what stands of a lab, in the order in which it can be removed.
 * @param lab name of the lab; undefined means every lab
 */
export async function findLeftovers(lab: string | undefined): Promise<ObservedObject[]> {
  return (await findMarked(lab)).sort(
    (a, b) => ORDER[a.kind] - ORDER[b.kind] || a.name.localeCompare(b.name),
  );
}

/** Removes just what was found and shown. @throws FaultError with Docker's words at the first that cannot be removed */
export async function removeLeftovers(found: readonly ObservedObject[]): Promise<void> {
  for (const object of found) await removeObject(object);
}
