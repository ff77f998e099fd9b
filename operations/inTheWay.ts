import type { Fault } from "../course/faults";
import { MARK_KEYS } from "../course/mark";
import { hostObjects } from "../course/objects";
import type { LabPlan, UnitPlan } from "../course/plan";
import type { ObjectKind } from "../course/resources";
import { dockerOutput } from "./docker";
import type { StateResource } from "./engine";

const LISTS: Readonly<Record<ObjectKind, readonly string[]>> = {
  container: ["ps", "-a", "--format", `{{.Names}}\t{{.Label "${MARK_KEYS.id}"}}`],
  network: ["network", "ls", "--format", `{{.Name}}\t{{.Label "${MARK_KEYS.id}"}}`],
  volume: ["volume", "ls", "--format", `{{.Name}}\t{{.Label "${MARK_KEYS.id}"}}`],
};

/**
 * Objects that are not this lab's and have a name that one of its own needs: Docker would refuse a container, take over
 * a stranger's volume, and make a second network of the name.
 */
export async function findInTheWay(
  plan: LabPlan,
  unit: UnitPlan,
  id: string,
  resources: readonly StateResource[],
): Promise<Fault[]> {
  const recorded = new Set(
    resources.flatMap((entry) => (entry.id === undefined ? [] : [`${entry.urn.split("::").at(-1)}`])),
  );
  const wanted = hostObjects(plan, unit).filter((object) => !recorded.has(object.resource));
  if (wanted.length === 0) return [];
  const kinds: readonly ObjectKind[] = ["container", "network", "volume"];
  const present = new Map(
    await Promise.all(
      kinds.map(async (kind) => {
        const lines = (await dockerOutput([...LISTS[kind]])).split("\n").filter(Boolean);
        return [
          kind,
          new Map(lines.map((line) => [line.split("\t")[0] ?? "", line.split("\t")[1] ?? ""])),
        ] as const;
      }),
    ),
  );
  return wanted.flatMap((object): Fault[] => {
    const owner = present.get(object.kind)?.get(object.name);
    if (owner === undefined || owner === id) return [];
    return [
      {
        code: "object-in-the-way",
        where: `${object.kind} ${object.name}`,
        what:
          owner === ""
            ? "it is not classlab's and has the name that the lab's own needs"
            : `it belongs to another lab of the same name (id ${owner})`,
        fix:
          owner === ""
            ? "Rename or remove it, or give the lab another name"
            : "Give the lab another name, or remove the other one: npx classlab sweep --remove",
      },
    ];
  });
}
