import type { LabFacts } from "./facts";
import type { GuestPlan } from "./plan";

/** The port that a guest's SSH server listens on. */
export const SSH_PORT = 22;

/** First port that SSH is published on. */
const FIRST_SSH_PORT = 2201;

/** Ports to publish on where the wanted number and all above it are taken. */
const LOWEST_FREE = 1024;
const HIGHEST = 65535;

/** The key under which a published port is remembered. */
export function publishedKey(guest: Pick<GuestPlan, "objectName">, guestPort: number): string {
  return `${guest.objectName}:${guestPort}`;
}

/** Each once: stacks of different exercises may need the same one. */
function guestPorts(guest: GuestPlan): number[] {
  return [...new Set([SSH_PORT, ...guest.docker.flatMap((stack) => stack.ports)])];
}

function portsTaken(facts: LabFacts): Set<number> {
  return new Set([...(facts.portsInUse ?? []), ...Object.values(facts.publishedBefore ?? {})]);
}

/** How many ports the guests need beyond those published before, and how many `publishPorts` has to give. */
export function portsNeeded(
  guests: readonly GuestPlan[],
  facts: LabFacts,
): { readonly wanted: number; readonly free: number } {
  const before = facts.publishedBefore ?? {};
  const wanted = guests.flatMap((guest) =>
    guestPorts(guest).filter((port) => before[publishedKey(guest, port)] === undefined),
  ).length;
  const taken = [...portsTaken(facts)].filter((port) => port >= LOWEST_FREE).length;
  return { wanted, free: HIGHEST - LOWEST_FREE + 1 - taken };
}

/** Ports as they are given away. Each search goes on where the last one over the same ports ended: linear over a whole class. */
class FreePorts {
  /** For a port that is taken, one at or before the next free one. */
  private readonly next = new Map<number, number>();

  constructor(taken: Iterable<number>) {
    for (const port of taken) this.next.set(port, after(port));
  }

  /** Takes the wanted port or, where it is taken, the next free one, past the highest from the lowest on. */
  take(wanted: number): number {
    const passed: number[] = [];
    let port = wanted;
    for (let next = this.next.get(port); next !== undefined; next = this.next.get(port)) {
      passed.push(port);
      port = next;
    }
    for (const over of [...passed, port]) this.next.set(over, after(port));
    return port;
  }
}

const after = (port: number): number => (port < HIGHEST ? port + 1 : LOWEST_FREE);

/**
 * Gives every guest its ports on 127.0.0.1: an HTTP port the same number where it is free, SSH from 2201. What the
 * lab published before stays; what something else listens on is passed over.
 */
export function publishPorts(guests: readonly GuestPlan[], facts: LabFacts): GuestPlan[] {
  const before = facts.publishedBefore ?? {};
  const free = new FreePorts(portsTaken(facts));
  const take = (guest: GuestPlan, guestPort: number, wanted: number) => ({
    guestPort,
    hostPort: before[publishedKey(guest, guestPort)] ?? free.take(wanted),
  });
  return guests.map((guest) => ({
    ...guest,
    published: guestPorts(guest).map((port) => take(guest, port, port === SSH_PORT ? FIRST_SSH_PORT : port)),
  }));
}
