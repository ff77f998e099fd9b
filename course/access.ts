import { EXPECTED_REACH } from "./expectedReach";
import { addressesWhere } from "./guestAddresses";
import { type HostPlan, remoteOf } from "./hosts";
import { MODE_TRAITS, type SwitchMode } from "./modes";
import type { DockerStackPlan, GuestPlan, LabPlan } from "./plan";
import { SSH_PORT } from "./ports";
import { hostNamed, targetOfHost } from "./resources";
import type { Target } from "./support";

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
  /** Command that opens its console, whatever its adapters are on; absent where it has none. */
  readonly console?: string;
  readonly services: readonly ServiceAccess[];
}

/** The user that learners log in as. */
export const GUEST_USER = "ubuntu";

/** The user that learners log in to a guest as: with Windows the first of its accounts. */
export function userOf({ windows }: Pick<GuestPlan, "windows">): string {
  return windows?.accounts[0] ?? GUEST_USER;
}

/** The first address of a guest on a switch whose mode is so; undefined when it has none. */
function addressWhere(guest: GuestPlan, holds: (mode: SwitchMode) => boolean): string | undefined {
  return addressesWhere(guest, holds)[0];
}

function endpoint(
  guest: GuestPlan,
  target: Target,
  port: number,
): { host: string; port: number } | undefined {
  const published = guest.published.find((entry) => entry.guestPort === port);
  // Ports are forwarded by the same gateway that lets guests out.
  const way = addressWhere(guest, (mode) =>
    published ? MODE_TRAITS[mode].internet : EXPECTED_REACH[target][mode].fromHost.reachable,
  );
  if (way === undefined) return undefined;
  return published ? { host: "127.0.0.1", port: published.hostPort } : { host: way, port };
}

function services(guest: GuestPlan, target: Target, stack: DockerStackPlan): ServiceAccess[] {
  return stack.ports.flatMap((port) => {
    const at = endpoint(guest, target, port);
    return at ? [{ stack: stack.name, url: `http://${at.host}:${at.port}/` }] : [];
  });
}

/** Consoles of guests by target: a container has none. */
const CONSOLES: Partial<
  Record<Target, (guest: GuestPlan, host: HostPlan | undefined) => string | undefined>
> = {
  libvirt: ({ objectName }, host) => {
    const console = `virsh -c qemu:///system console ${objectName}`;
    const remote = host && remoteOf(host);
    // Who comes by a tunnel has the lab's own configuration to come by, and a session that ends with the console's.
    if (remote?.tunnel) return undefined;
    return remote ? `ssh -t -p ${remote.port} ${remote.user}@${remote.address} ${console}` : console;
  },
};

/** How a guest of a plan is reached: at its own addresses where they are routed, else at 127.0.0.1 by the published ports. */
export function accessOf(plan: Pick<LabPlan, "hosts" | "target">, guest: GuestPlan): GuestAccess {
  return guestAccess(guest, targetOfHost(plan, guest.host), hostNamed(plan, guest.host));
}

/**
 * Addresses and URLs of a guest: its own where they are routed, else 127.0.0.1 with the published ports.
 * @param target of its host
 * @param host itself; this machine where it is absent
 */
export function guestAccess(guest: GuestPlan, target: Target = "containers", host?: HostPlan): GuestAccess {
  const address = addressWhere(guest, () => true);
  const console = CONSOLES[target]?.(guest, host);
  const always = console === undefined ? {} : { console };
  // A guest without any network has no way in, published ports or not.
  if (address === undefined) return { ...always, services: [] };
  const ssh = endpoint(guest, target, SSH_PORT);
  return {
    address,
    ...(ssh ? { ssh: { ...ssh, user: userOf(guest) } } : {}),
    ...always,
    services: guest.docker.flatMap((stack) => services(guest, target, stack)),
  };
}
