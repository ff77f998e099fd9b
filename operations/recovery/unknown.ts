import { unitGuests } from "../../course/objects";
import type { LabPlan } from "../../course/plan";
import { quote } from "../../course/shell";
import { channelTo } from "../channel";
import { type Found, findUnknown, findUnknownInside } from "../drift";
import type { GuestObject } from "../guestContents";
import { machinesOf } from "../hosts/machine";
import { inspectUnit, type Look } from "../inspectUnit";
import { removeObject } from "../platforms";
import type { ObservedObject } from "../platforms/platform";
import { run } from "../process";
import type { PreparedUnit } from "../units";
import { stackFiles } from "./fileBackend";
import { withLock } from "./lock";

interface Unknown {
  readonly host: readonly ObservedObject[];
  readonly inside: readonly {
    readonly shell: string;
    readonly guest: string;
    readonly object: GuestObject;
  }[];
}

function unknownIn(
  plan: LabPlan,
  unit: PreparedUnit["unit"],
  id: string,
  resources: PreparedUnit["state"]["resources"],
  found: Found,
): Unknown {
  return {
    host: findUnknown(unit.stack, id, resources, found.objects),
    inside: unitGuests(plan, unit).flatMap((guest) => {
      const contents = found.guests.get(guest.objectName);
      if (contents === undefined || typeof contents === "string") return [];
      const { shell } = channelTo(plan, guest);
      return findUnknownInside(guest, id, resources, contents).map((object) => ({
        shell,
        guest: `${guest.team}/${guest.name}`,
        object,
      }));
    }),
  };
}

const count = (unknown: Unknown): number => unknown.host.length + unknown.inside.length;

/** Containers hold networks: they go first. */
const containersFirst = (a: { kind: string }, b: { kind: string }) => a.kind.localeCompare(b.kind);

/**
 * Removes what carries this lab's own id and no state knows: a run was killed between making it and recording it. Looked
 * at once more under the stack's lock, so that nothing is taken from a run that began meanwhile.
 * @param look what was seen of the unit so far
 * @returns what was found, without what was removed
 */
export async function removeUnknown(
  plan: LabPlan,
  prepared: PreparedUnit,
  id: string,
  say: (line: string) => void,
  look: Look,
): Promise<{ readonly found: Found; readonly resources: PreparedUnit["state"]["resources"] }> {
  const { unit, engine } = prepared;
  const { resources } = prepared.state;
  const found = await look(unit);
  if (count(unknownIn(plan, unit, id, resources, found)) === 0) return { found, resources };
  const remove = async () => {
    const current = (await engine.state()).resources;
    const unknown = unknownIn(plan, unit, id, current, await inspectUnit(plan, unit));
    for (const object of [...unknown.host].sort(containersFirst)) {
      await removeObject(object, machinesOf(plan));
      say(`recovery: removed ${object.kind} ${object.name}: a killed run had made it and not recorded it`);
    }
    for (const { shell, guest, object } of [...unknown.inside].sort((a, b) =>
      containersFirst(a.object, b.object),
    )) {
      const verb = object.kind === "container" ? "docker rm -f -v" : `docker ${object.kind} rm`;
      await run("sh", ["-c", shell], { stdin: `${verb} ${quote(object.id)}` });
      say(`recovery: removed ${object.kind} ${object.name} in ${guest}: a killed run had not recorded it`);
    }
    return current;
  };
  const files = stackFiles(unit.stack);
  const current = files ? await withLock(unit.stack, files.locks, remove) : await remove();
  return { found: await inspectUnit(plan, unit), resources: current };
}
