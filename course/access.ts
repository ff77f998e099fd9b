import { MODE_TRAITS, type ModeTraits } from "./modes";
import type { DockerStackPlan, GuestPlan } from "./plan";
import { SSH_PORT } from "./ports";

/** A service of a guest as a learner opens it. */
export interface ServiceAccess {
  /** Name of the Docker stack. */
  readonly stack: string;
  readonly url: string;
}

/** How a guest is reached from the machine that made the lab. */
export interface GuestAccess {
  /** First address on a lab network, whoever reaches it; absent when every adapter is disconnected. */
  readonly address?: string;
  /** Where SSH answers; absent when it cannot be reached from here. */
  readonly ssh?: { readonly host: string; readonly port: number; readonly user: string };
  readonly services: readonly ServiceAccess[];
}

/** The user that learners log in as. */
export const GUEST_USER = "ubuntu";

/** The first address of a guest on a switch whose mode is so; undefined when it has none. */
function addressWhere(guest: GuestPlan, holds: (traits: ModeTraits) => boolean): string | undefined {
  return guest.adapters.flatMap((adapter) =>
    adapter.mode !== "disabled" && holds(MODE_TRAITS[adapter.mode]) ? [adapter.address] : [],
  )[0];
}

function endpoint(guest: GuestPlan, port: number): { host: string; port: number } | undefined {
  const published = guest.published.find((entry) => entry.guestPort === port);
  // Ports are forwarded by the same gateway that lets guests out.
  const way = addressWhere(guest, ({ internet, fromHost }) => (published ? internet : fromHost));
  if (way === undefined) return undefined;
  return published ? { host: "127.0.0.1", port: published.hostPort } : { host: way, port };
}

function services(guest: GuestPlan, stack: DockerStackPlan): ServiceAccess[] {
  return stack.ports.flatMap((port) => {
    const at = endpoint(guest, port);
    return at ? [{ stack: stack.name, url: `http://${at.host}:${at.port}/` }] : [];
  });
}

/** Addresses and URLs of a guest: its own where they are routed, else 127.0.0.1 with the published ports. */
export function guestAccess(guest: GuestPlan): GuestAccess {
  const address = addressWhere(guest, () => true);
  // A guest without any network has no way in, published ports or not.
  if (address === undefined) return { services: [] };
  const ssh = endpoint(guest, SSH_PORT);
  return {
    address,
    ...(ssh ? { ssh: { ...ssh, user: GUEST_USER } } : {}),
    services: guest.docker.flatMap((stack) => services(guest, stack)),
  };
}
