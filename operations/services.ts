import type { ServiceAccess } from "../course/access";
import type { RemoteMachine } from "./hosts/machine";
import { openFrom } from "./hosts/page";

/** What a service answered. */
export interface ServiceCheck extends ServiceAccess {
  readonly ok: boolean;
  /** HTTP status, or the cause of no answer. */
  readonly answer: string;
  /** True when learners changed what it comes from: that it does not answer is no failure of ours. */
  readonly changed?: boolean;
}

/** A service that comes up slower than this is told as not answering. */
const DEADLINE = 60_000;
const REQUEST_DEADLINE = 5_000;
const PAUSE = 300;

async function ask(service: ServiceAccess, machine: RemoteMachine | undefined): Promise<ServiceCheck> {
  try {
    if (machine) {
      const { status } = await openFrom(machine, service.url, { deadline: REQUEST_DEADLINE, follow: true });
      return { ...service, ok: status >= 200 && status < 300, answer: `HTTP ${status}` };
    }
    const response = await fetch(service.url, { signal: AbortSignal.timeout(REQUEST_DEADLINE) });
    await response.text();
    return { ...service, ok: response.ok, answer: `HTTP ${response.status}` };
  } catch (error) {
    const cause = error instanceof Error ? (error.cause instanceof Error ? error.cause : error) : undefined;
    return { ...service, ok: false, answer: cause?.message ?? "no answer" };
  }
}

/**
 * Opens every service as a learner's browser would.
 * @param machine the host that opens it, where the guests' networks are its alone; this machine without one
 * @param wait whether a service that does not answer yet is asked again until the deadline
 */
export async function checkServices(
  services: readonly ServiceAccess[],
  wait: boolean,
  machine?: RemoteMachine,
): Promise<ServiceCheck[]> {
  const end = performance.now() + (wait ? DEADLINE : 0);
  return Promise.all(
    services.map(async (service) => {
      let check = await ask(service, machine);
      while (!check.ok && performance.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
        check = await ask(service, machine);
      }
      return check;
    }),
  );
}
