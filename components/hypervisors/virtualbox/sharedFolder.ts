import { GUEST_USER } from "../../../course/access";
import type { GuestPlan } from "../../../course/plan";
import { machineUuid } from "./machine";
import { machineInfo } from "./questions";
import { pathOn, type VirtualBoxSettings } from "./settings";
import { has, type Step, step } from "./steps";

/** Folder of the host that a guest shares; it is to be there before. */
export function sharedFolderPath(
  { objectName }: Pick<GuestPlan, "objectName">,
  settings: VirtualBoxSettings,
): string {
  return pathOn(settings, settings.folder, "classlab-shared", objectName);
}

/** The folder that guest and host share (manual L2620–2646), mounted by the Guest Additions in the user's home. */
export function sharedFolderSteps(guest: GuestPlan, settings: VirtualBoxSettings): Step[] {
  if (!guest.sharedFolder) return [];
  const { name, mountPoint } = guest.sharedFolder;
  const uuid = machineUuid(settings.mark, guest.objectName);
  const where = ["--automount", "--auto-mount-point", `/home/${GUEST_USER}/${mountPoint}`];
  return [
    step("shared folder", {
      settled: [has(machineInfo(uuid), { starts: "SharedFolderNameMachineMapping", ends: `="${name}"` })],
      args: [
        "sharedfolder",
        "add",
        uuid,
        "--name",
        name,
        "--hostpath",
        sharedFolderPath(guest, settings),
        ...where,
      ],
    }),
  ];
}
