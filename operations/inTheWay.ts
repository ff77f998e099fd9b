import type { Fault } from "../course/faults";
import { groupBy } from "../course/groupBy";
import { hostObjects, type PlannedObject } from "../course/objects";
import type { LabPlan, UnitPlan } from "../course/plan";
import type { StateResource } from "./engine";
import { platformOf } from "./platforms";

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
  const hostOf = ({ guest, name }: PlannedObject): string | undefined =>
    guest?.host ?? plan.switches.find(({ objectName }) => objectName === name)?.host;
  const byHost = groupBy(wanted, hostOf);
  const present = new Map(
    await Promise.all(
      [...byHost].map(async ([host, objects]) => {
        const kinds = [...new Set(objects.map(({ kind }) => kind))];
        return [host, await platformOf(plan, host).owners(kinds)] as const;
      }),
    ),
  );
  return wanted.flatMap((object): Fault[] => {
    const owner = present.get(hostOf(object))?.get(object.kind)?.get(object.name);
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
