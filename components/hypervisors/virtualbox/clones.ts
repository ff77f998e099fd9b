import type { GuestPlan } from "../../../course/plan";
import { macOf } from "../identity";
import { virtualBoxMac } from "./adapters";
import { forwardingCleared } from "./forwarding";
import {
  groupOf,
  machineSettingsSteps,
  machineUuid,
  markSteps,
  refuseForeign,
  type Setting,
  settingsStep,
} from "./machine";
import { isThere } from "./off";
import type { VirtualBoxSettings } from "./settings";
import { CLONE_BASE } from "./snapshots";
import { type Step, step } from "./steps";
import { dvdSteps } from "./storage";

/**
 * A clone of a guest (manual L2756–2794), made of the snapshot {@link CLONE_BASE}: all of the disk in a full one, a disk over the guest's in a
 * linked one. It gets MAC addresses (L2768) and a seed of its own.
 * @param settings of the clone: its seed
 * @throws when the guest is no clone of that one
 */
export function cloneSteps(clone: GuestPlan, original: GuestPlan, settings: VirtualBoxSettings): Step[] {
  const { mark, folder } = settings;
  const { objectName, cloneOf } = clone;
  if (cloneOf?.guest !== original.name)
    throw new Error(`guest ${clone.name} is no clone of ${original.name}`);
  const from = machineUuid(mark, original.objectName);
  const uuid = machineUuid(mark, objectName);
  const named = ["--name", objectName, "--groups", groupOf(mark, clone.team), "--basefolder", folder];
  const how = cloneOf.kind === "linked" ? ["--options", "link"] : ["--mode", "machine"];
  return [
    refuseForeign(uuid, objectName),
    step(`${cloneOf.kind} clone`, {
      settled: [isThere(uuid)],
      args: ["clonevm", from, ...named, "--snapshot", CLONE_BASE, ...how, "--uuid", uuid, "--register"],
    }),
    ...markSteps(uuid, mark),
    ...machineSettingsSteps(clone, settings),
    settingsStep(
      uuid,
      "MAC addresses",
      clone.adapters.map((_, index): Setting => {
        const address = virtualBoxMac(macOf(clone, index, settings));
        return [[`--macaddress${index + 1}`, address], `macaddress${index + 1}="${address}"`];
      }),
    ),
    ...forwardingCleared(uuid, original),
    ...dvdSteps(uuid, settings),
  ];
}
