import { guestAccess } from "../course/access";
import { guestsOf, type LabPlan } from "../course/plan";
import { findMarked } from "./observe";
import { prepareExisting } from "./prepare";
import { checkServices, type ServiceCheck } from "./services";
import type { StackFile } from "./stackFile";

/** One guest as it stands. */
export interface GuestStatus {
  readonly team: string;
  readonly guest: string;
  /** The platform's word for it, or `absent`. */
  readonly state: string;
  readonly services: readonly ServiceCheck[];
}

/** What `status` reports. */
export interface StatusReport {
  readonly plan: LabPlan;
  readonly guests: readonly GuestStatus[];
  /** True when every guest runs and every service answers. */
  readonly ok: boolean;
}

/** Looks at a lab: its guests on the platform, its services over HTTP. */
export async function status(file: StackFile): Promise<StatusReport> {
  const [lab, objects] = await Promise.all([prepareExisting(file), findMarked(file.lab)]);
  const guests = await Promise.all(
    guestsOf(lab.plan).map(async (guest): Promise<GuestStatus> => {
      const object = objects.find((entry) => entry.kind === "container" && entry.name === guest.objectName);
      return {
        team: guest.team,
        guest: guest.name,
        state: object?.state ?? "absent",
        services: await checkServices(guestAccess(guest).services, false),
      };
    }),
  );
  return {
    plan: lab.plan,
    guests,
    ok: guests.every((guest) => guest.state === "running" && guest.services.every((service) => service.ok)),
  };
}
