import { type Fault, FaultError, isFault } from "../course/faults";
import { guestsOf, type LabPlan } from "../course/plan";
import { GUEST_KINDS } from "../course/resources";
import { refuseStopped } from "./clouds/stopped";
import { type Drift, findDrift, findUnknown } from "./drift";
import type { Say } from "./images";
import { lookOnce } from "./inspectUnit";
import { checkPassphrase } from "./passphrase";
import { planLab } from "./plan";
import type { ObservedObject } from "./platforms/platform";
import { type PreparedLab, prepareExisting } from "./prepare";
import { checkGuestServices, type ServiceCheck } from "./services";
import type { StackFile } from "./stackFile";
import { unfinished } from "./unfinished";

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
  /** How the lab differs from its plan and state, learners' own work included. */
  readonly drift: readonly Drift[];
  /** Stacks that no run has brought to a good end, and why. */
  readonly unfinished: readonly { readonly stack: string; readonly why: string }[];
  /** Set while another run holds the lab: what is shown is on the move. */
  readonly running: Fault | undefined;
  /** True when every guest runs, every service answers, nothing of ours on the host is missing, and every stack is finished. */
  readonly ok: boolean;
}

/** Opens the lab after mending what a killed run left; a lab that a live run holds is looked at all the same. */
async function open(
  file: StackFile,
  say: Say,
): Promise<{ readonly lab: PreparedLab; readonly running: Fault | undefined }> {
  try {
    return { lab: await prepareExisting(file, say), running: undefined };
  } catch (error) {
    if (!isFault(error, "stack-locked")) throw error;
    const [fault] = error.faults;
    try {
      return { lab: await prepareExisting(file), running: fault };
    } catch {
      // Nothing to be seen yet: who holds it is the whole answer.
      throw new FaultError([fault]);
    }
  }
}

function unknownDrift(object: ObservedObject): Drift {
  return {
    kind: "unknown",
    level: "host",
    ...(object.mark.team === undefined ? {} : { team: object.mark.team }),
    object: `${object.kind} ${object.name}`,
    what: `${object.kind} ${object.name} is in no state: the next up or down removes it`,
  };
}

/** The stacks that are not finished. While another run is at work none is finished, and nothing is wrong with that. */
async function unfinishedStacks(lab: PreparedLab): Promise<StatusReport["unfinished"]> {
  const found = await Promise.all(
    lab.plan.units.map(async ({ stack }) => {
      const prepared = lab.units.find(({ unit }) => unit.stack === stack);
      const why = prepared ? await unfinished(lab.plan, prepared) : "nothing of it is made";
      return why === undefined ? [] : [{ stack, why }];
    }),
  );
  return found.flat();
}

/** Looks at a lab: its guests on the platform, its services over HTTP, and how it differs from its plan. */
export async function status(file: StackFile, say: Say): Promise<StatusReport> {
  await refuseStopped(planLab(file), file);
  const { lab, running } = await open(file, say);
  await checkPassphrase(lab.units.map(({ unit, state }) => ({ name: unit.stack, salt: state.salt })));
  const look = lookOnce(lab.plan);
  const [units, notFinished] = await Promise.all([
    Promise.all(lab.units.map(async ({ unit, state }) => ({ unit, state, found: await look(unit) }))),
    running ? [] : unfinishedStacks(lab),
  ]);
  const drift = units.flatMap(({ unit, state, found }) => [
    ...findDrift(lab.plan, unit, state.resources, found),
    ...findUnknown(unit.stack, lab.record.labId, state.resources, found.objects).map(unknownDrift),
  ]);
  const objects = units.flatMap(({ found }) => found.objects);
  const guests = await Promise.all(
    guestsOf(lab.plan).map(async (guest): Promise<GuestStatus> => {
      const object = objects.find(
        (entry) => GUEST_KINDS.includes(entry.kind) && entry.name === guest.objectName,
      );
      return {
        team: guest.team,
        guest: guest.name,
        state: object?.state ?? "absent",
        services: await checkGuestServices(lab.plan, lab.record, guest, false),
      };
    }),
  );
  return {
    plan: lab.plan,
    guests,
    drift,
    unfinished: notFinished,
    running,
    ok:
      notFinished.length === 0 &&
      drift.every((entry) => entry.level === "guest") &&
      guests.every((guest) => guest.state === "running" && guest.services.every((service) => service.ok)),
  };
}
