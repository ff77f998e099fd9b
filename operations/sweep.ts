import { type ObservedObject, observe, removeObject } from "./observe";

/** What `sweep` found and did. */
export interface SweepReport {
  readonly found: readonly ObservedObject[];
  readonly removed: readonly ObservedObject[];
}

/** Containers hold networks and volumes: they go first. */
const ORDER: Readonly<Record<ObservedObject["kind"], number>> = { container: 0, network: 1, volume: 2 };

/**
 * Finds by owner mark, without reading Pulumi state, what stands of a lab; removes it when asked to. What carries no
 * mark is never touched.
 * @param lab name of the lab; undefined means every lab
 */
export async function sweep(lab: string | undefined, remove: boolean): Promise<SweepReport> {
  const found = (await observe())
    .filter((object) => lab === undefined || object.mark.lab === lab)
    .sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || a.name.localeCompare(b.name));
  if (remove) for (const object of found) await removeObject(object);
  return { found, removed: remove ? found : [] };
}
