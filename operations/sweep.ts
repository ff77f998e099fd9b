import { findMarked, type ObservedObject, removeObject } from "./observe";

/** Containers hold networks and volumes: they go first. */
const ORDER: Readonly<Record<ObservedObject["kind"], number>> = { container: 0, network: 1, volume: 2 };

/**
 * Finds by owner mark, without reading Pulumi state, what stands of a lab, in the order in which it can be removed.
 * @param lab name of the lab; undefined means every lab
 */
export async function findLeftovers(lab: string | undefined): Promise<ObservedObject[]> {
  return inOrder(await findMarked(lab));
}

/** Objects in the order in which they can be removed. */
export function inOrder(objects: readonly ObservedObject[]): ObservedObject[] {
  return [...objects].sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || a.name.localeCompare(b.name));
}

/** Removes just what was found and shown. @throws FaultError with Docker's words at the first that cannot be removed */
export async function removeLeftovers(found: readonly ObservedObject[]): Promise<void> {
  for (const object of found) await removeObject(object);
}

const PLURALS: Readonly<Record<ObservedObject["kind"], readonly [one: string, many: string]>> = {
  container: ["guest", "guests"],
  network: ["switch", "switches"],
  volume: ["disk", "disks"],
};

/** What stands of a lab, counted: `2 guests, 1 switch, 2 disks`. */
export async function countStanding(lab: string): Promise<string> {
  const found = await findMarked(lab);
  const kinds = ["container", "network", "volume"] as const;
  const words = kinds.flatMap((kind) => {
    const count = found.filter((object) => object.kind === kind).length;
    return count === 0 ? [] : [`${count} ${PLURALS[kind][count === 1 ? 0 : 1]}`];
  });
  return words.join(", ") || "nothing of the lab";
}
