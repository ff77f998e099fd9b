import type { OwnerMark } from "../../../course/mark";
import { digest } from "../identity";

/** IFNAMSIZ of Linux is 16 with the closing zero (netdevice(7)). */
export const BRIDGE_NAME_LENGTH = 15;

const BRIDGE_PREFIX = "cl-";

/** The bridge of a network, by the lab's id and the network's name: 48 bits of hash, so that no two on a host are alike. */
export function bridgeNameOf(mark: Pick<OwnerMark, "id">, objectName: string): string {
  const digits = digest(mark.id, "bridge", objectName);
  return BRIDGE_PREFIX + digits.slice(0, BRIDGE_NAME_LENGTH - BRIDGE_PREFIX.length);
}
