import type { LabFacts } from "./facts";
import type { GuestPlan } from "./plan";

/** The port that a guest's SSH server listens on. */
export const SSH_PORT = 22;

/** First port that SSH is published on. */
const FIRST_SSH_PORT = 2201;

/** The key under which a published port is remembered. */
export function publishedKey(guest: Pick<GuestPlan, "objectName">, guestPort: number): string {
  return `${guest.objectName}:${guestPort}`;
}

/**
 * Gives every guest its ports on 127.0.0.1: an HTTP port the same number where it is free, SSH from 2201. What the
 * lab published before stays; what something else listens on is passed over.
 */
export function publishPorts(guests: readonly GuestPlan[], facts: LabFacts): GuestPlan[] {
  const before = facts.publishedBefore ?? {};
  const taken = new Set<number>([...(facts.portsInUse ?? []), ...Object.values(before)]);
  const take = (guest: GuestPlan, guestPort: number, wanted: number) => {
    let hostPort = before[publishedKey(guest, guestPort)];
    if (hostPort === undefined) {
      hostPort = wanted;
      while (taken.has(hostPort)) hostPort += 1;
      taken.add(hostPort);
    }
    return { guestPort, hostPort };
  };
  return guests.map((guest) => ({
    ...guest,
    published: [
      take(guest, SSH_PORT, FIRST_SSH_PORT),
      ...guest.docker.flatMap((stack) => stack.ports.map((port) => take(guest, port, port))),
    ],
  }));
}
