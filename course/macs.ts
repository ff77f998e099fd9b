import { createHash } from "node:crypto";
import { addressToNumber } from "./network";
import type { Target } from "./support";

/** Whose adapter it is. */
export interface AdapterIdentity {
  readonly lab: string;
  /** The team's slot. */
  readonly slot: number;
  readonly guest: string;
  /** Place of the adapter among those of its guest, from 0. */
  readonly adapter: number;
}

/**
 * First byte of an adapter's address: one guest (bit 0) and administered here (bit 1), so that it meets no card's that a maker made. The
 * hypervisors take any such address; Docker's own begin with 02:42, libvirt's with 52:54:00, and libvirt keeps fe for itself.
 */
const FIRST_BYTE = "0a";

/** The first two bytes of what Docker's bridge gives a container; the four of its IPv4 address follow (libnetwork, `GenerateMACFromIP`, in Engine 20.10). */
const DOCKER_BYTES = "02:42";

const hex = (value: number): string => value.toString(16).padStart(2, "0");

function dockerMac(address: string): string {
  const value = addressToNumber(address);
  const bytes = [24, 16, 8, 0].map((shift) => hex(Math.floor(value / 2 ** shift) % 256));
  return `${DOCKER_BYTES}:${bytes.join(":")}`;
}

/** Bytes of the hash that an address has room for. */
const HASHED_BYTES = 5;

function hashed({ lab, slot, guest, adapter }: AdapterIdentity, attempt: number): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([lab, slot, guest, adapter, attempt]))
    .digest();
  return [FIRST_BYTE, ...[...digest.subarray(0, HASHED_BYTES)].map(hex)].join(":");
}

/**
 * Gives adapters their MAC addresses, each one once. They follow from the names and the slot alone, so that a room which registers them
 * can do so before anything is made, and a lab made anew has the same ones. On containers it is the one that Docker derives
 * from the IPv4 address.
 */
export class MacAddresses {
  private readonly given = new Set<string>();

  /**
   * @param address IPv4 address of the adapter
   * @returns in lower case, with colons
   */
  of(identity: AdapterIdentity, target: Target, address: string): string {
    if (target === "containers") return dockerMac(address);
    // Of 2^40 addresses two adapters of a lab hardly ever get the same one; they must never.
    for (let attempt = 0; ; attempt += 1) {
      const mac = hashed(identity, attempt);
      if (this.given.has(mac)) continue;
      this.given.add(mac);
      return mac;
    }
  }
}
