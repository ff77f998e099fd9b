import { readMark } from "../course/mark";
import { guestObjects, unitGuests } from "../course/objects";
import type { GuestPlan, LabPlan, UnitPlan } from "../course/plan";
import { quote } from "../course/shell";
import { channelTo } from "./channel";
import type { Found } from "./drift";
import type { GuestContents } from "./guestContents";
import { run, tail } from "./process";

/** Containers that are told one by one; a farm has a hundred. */
const TOLD = 3;

/** A running container of the lab's own that has a port which the plan gives to another of its guest's stacks. */
export interface PortHolder {
  readonly guest: GuestPlan;
  /** Id and name in the guest's Docker Engine. */
  readonly id: string;
  readonly name: string;
  /** TCP ports of the guest that it has to give up. */
  readonly ports: readonly number[];
}

function holdersIn(guest: GuestPlan, contents: GuestContents, id: string): PortHolder[] {
  const stackOf = new Map(guestObjects(guest).map(({ name, stack }) => [name, stack]));
  return contents.objects.flatMap((object): PortHolder[] => {
    if (object.kind !== "container" || object.state !== "running") return [];
    if (readMark(object.labels)?.id !== id) return [];
    const own = stackOf.get(object.name);
    const ports = (object.ports ?? []).filter((port) =>
      guest.docker.some((stack) => stack.name !== own && stack.ports.includes(port)),
    );
    return ports.length > 0 ? [{ guest, id: object.id, name: object.name, ports }] : [];
  });
}

/**
 * The lab's own containers that have a port of another stack of the plan: pure. The engine removes only after it made, and Docker gives a port to
 * one container at a time: without this a port that goes from one stack to another would never come there.
 * @param id the lab's own; what learners made is in nobody's way here
 */
export function portHolders(plan: LabPlan, unit: UnitPlan, found: Found, id: string): PortHolder[] {
  return unitGuests(plan, unit).flatMap((guest) => {
    const contents = found.guests.get(guest.objectName);
    return contents === undefined || typeof contents === "string" ? [] : holdersIn(guest, contents, id);
  });
}

/**
 * Stops containers whose ports others are to have; the run that follows removes them, or makes them anew at their new port.
 * @throws Error with Docker's words when one does not stop
 */
export async function freePorts(
  plan: LabPlan,
  holders: readonly PortHolder[],
  say: (line: string) => void,
): Promise<void> {
  const guests = [...new Set(holders.map(({ guest }) => guest))];
  await Promise.all(
    guests.map(async (guest) => {
      const leaving = holders.filter((holder) => holder.guest === guest);
      const { shell } = channelTo(plan, guest);
      const stopped = await run("sh", ["-c", shell], {
        stdin: `docker stop -t 1 ${leaving.map((holder) => quote(holder.id)).join(" ")}`,
      });
      const place = `${guest.team}/${guest.name}`;
      if (stopped.code !== 0) throw new Error(`${place}: docker stop: ${tail(stopped.stderr)}`);
      for (const { name, ports } of leaving.slice(0, TOLD))
        say(`${place}: container ${name} gives port ${ports.join(", ")} to another stack`);
      if (leaving.length > TOLD)
        say(`${place}: ${leaving.length - TOLD} more containers give up their ports`);
    }),
  );
}
