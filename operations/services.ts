import { accessOf, type ServiceAccess } from "../course/access";
import type { GuestPlan, LabPlan } from "../course/plan";
import type { LabRecord } from "../course/record";
import { hostNamed } from "../course/resources";
import type { RemoteMachine } from "./hosts/machine";
import { machineOf } from "./hosts/machine";
import { openFrom } from "./hosts/page";
import { EMULATED_PATIENCE } from "./patience";

/** What a service answered. */
export interface ServiceCheck extends ServiceAccess {
  readonly ok: boolean;
  /** HTTP status, or the cause of no answer. */
  readonly answer: string;
  /** True when learners changed what it comes from: that it does not answer is no failure of ours. */
  readonly changed?: boolean;
}

/** Milliseconds that services may take to come up, where the databases of a whole class make their files at once: then they are told as not answering. */
const CLASS_DEADLINE = 180_000;
/** The same of one guest alone, however slow it is. */
const GUEST_DEADLINE = 60_000;
const REQUEST_DEADLINE = 5_000;
const PAUSE = 300;

/** From where services are opened, and how long they may take. */
export interface ServiceSight {
  /** The host that opens them, where the guests' networks are its alone; this machine without one. */
  readonly machine?: RemoteMachine;
  /** How many times as long as usual an answer may take; 1 by default. */
  readonly patience?: number;
}

async function ask(service: ServiceAccess, { machine, patience = 1 }: ServiceSight): Promise<ServiceCheck> {
  const deadline = REQUEST_DEADLINE * patience;
  try {
    if (machine) {
      const { status } = await openFrom(machine, service.url, { deadline, follow: true });
      return { ...service, ok: status >= 200 && status < 300, answer: `HTTP ${status}` };
    }
    const response = await fetch(service.url, { signal: AbortSignal.timeout(deadline) });
    await response.text();
    return { ...service, ok: response.ok, answer: `HTTP ${response.status}` };
  } catch (error) {
    const cause = error instanceof Error ? (error.cause instanceof Error ? error.cause : error) : undefined;
    return { ...service, ok: false, answer: cause?.message ?? "no answer" };
  }
}

/**
 * Opens every service as a learner's browser would.
 * @param wait whether a service that does not answer yet is asked again until the deadline
 */
export async function checkServices(
  services: readonly ServiceAccess[],
  wait: boolean,
  sight: ServiceSight = {},
): Promise<ServiceCheck[]> {
  const end =
    performance.now() + (wait ? Math.max(CLASS_DEADLINE, GUEST_DEADLINE * (sight.patience ?? 1)) : 0);
  return Promise.all(
    services.map(async (service) => {
      let check = await ask(service, sight);
      while (!check.ok && performance.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
        check = await ask(service, sight);
      }
      return check;
    }),
  );
}

/** Opens services of a guest from where they can be reached. @param record tells whether the guest is emulated */
export function checkGuestServices(
  plan: LabPlan,
  record: Pick<LabRecord, "libvirt"> | undefined,
  guest: GuestPlan,
  wait: boolean,
  services: readonly ServiceAccess[] = accessOf(plan, guest).services,
): Promise<ServiceCheck[]> {
  const machine = machineOf(plan.lab, hostNamed(plan, guest.host));
  const emulated = record?.libvirt?.hosts[guest.host]?.acceleration === "tcg";
  return checkServices(services, wait, {
    ...(machine ? { machine } : {}),
    ...(emulated ? { patience: EMULATED_PATIENCE } : {}),
  });
}
