import type { GuestPlan } from "../../../course/plan";
import { virtualBoxMac } from "./adapters";
import { forwardingCleared } from "./forwarding";
import {
  groupOf,
  isThere,
  machineUuid,
  markSteps,
  refuseForeign,
  type Setting,
  settingsStep,
} from "./machine";
import type { VirtualBoxSettings } from "./settings";
import { snapshotSteps } from "./snapshots";
import { type Step, step } from "./steps";
import { dvdSteps } from "./storage";

/** A copy of a guest. */
export interface ClonePlan {
  /** Name on the platform. */
  readonly objectName: string;
  readonly kind: "full" | "linked";
  /** MAC addresses of its adapters, in order, with colons: its own (manual L2768). */
  readonly macs: readonly string[];
}

/** Snapshot that a linked clone is made of where the guest has none of its own: VirtualBox links to a snapshot only. */
const LINK = "classlab-clone";

/**
 * A clone of a guest (manual L2756–2794): full ones of its present state, for which the guest is off; linked ones of its last snapshot.
 * It gets MAC addresses and a seed of its own.
 * @param settings of the clone: its seed
 */
export function cloneSteps(clone: ClonePlan, original: GuestPlan, settings: VirtualBoxSettings): Step[] {
  const { mark, folder } = settings;
  const { objectName, kind } = clone;
  const from = machineUuid(mark, original.objectName);
  const uuid = machineUuid(mark, objectName);
  const snapshot = original.snapshots.at(-1) ?? LINK;
  const linked = kind === "linked";
  const named = ["--name", objectName, "--groups", groupOf(mark, original.team), "--basefolder", folder];
  const how = linked ? ["--snapshot", snapshot, "--options", "link"] : ["--mode", "machine"];
  return [
    refuseForeign(uuid, objectName),
    ...(linked ? snapshotSteps(from, snapshot) : []),
    step(`${kind} clone`, {
      settled: [isThere(uuid)],
      args: ["clonevm", from, ...named, ...how, "--uuid", uuid, "--register"],
    }),
    ...markSteps(uuid, mark),
    settingsStep(
      uuid,
      "MAC addresses",
      clone.macs.map((mac, index): Setting => {
        const address = virtualBoxMac(mac);
        return [[`--macaddress${index + 1}`, address], `macaddress${index + 1}="${address}"`];
      }),
    ),
    ...forwardingCleared(uuid, original),
    ...dvdSteps(uuid, settings),
  ];
}
