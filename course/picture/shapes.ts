import type { GuestPlan, LabPlan, TeamPlan } from "../plan";

/** A team that is drawn in detail, and those that differ from it in addresses and ports alone. */
export interface Shape {
  readonly model: TeamPlan;
  readonly others: readonly TeamPlan[];
}

/** Up to so many teams are each drawn in detail, together; more would be the same drawing again and again. */
export const MOST_DETAILED = 3;

function keyOf(guest: GuestPlan): unknown {
  const { name, cpus, memory, nested, adapters, docker } = guest;
  const connected = adapters.map((adapter) => (adapter.mode === "disabled" ? null : adapter.switch));
  return [name, cpus, memory, nested, connected, docker];
}

/** The teams of a plan by what they are built like; the first of each is the model. */
export function shapesOf(plan: LabPlan): Shape[] {
  if (plan.teams.length <= MOST_DETAILED) return plan.teams.map((model) => ({ model, others: [] }));
  const byKey = new Map<string, TeamPlan[]>();
  for (const team of plan.teams) {
    const key = JSON.stringify(team.guests.map(keyOf));
    const alike = byKey.get(key);
    if (alike) alike.push(team);
    else byKey.set(key, [team]);
  }
  return [...byKey.values()].flatMap(([model, ...others]) => (model ? [{ model, others }] : []));
}

/** Ports as people write them: `8080`, `8001–8010`. */
export function portRanges(
  ports: readonly { readonly guestPort: number; readonly hostPort?: number | undefined }[],
): { readonly guest: string; readonly host?: string }[] {
  const runs: { first: (typeof ports)[number]; last: (typeof ports)[number] }[] = [];
  for (const port of ports) {
    const run = runs.at(-1);
    const next =
      run?.last.guestPort === port.guestPort - 1 &&
      (run.last.hostPort === undefined ? undefined : run.last.hostPort + 1) === port.hostPort;
    if (run && next) run.last = port;
    else runs.push({ first: port, last: port });
  }
  const range = (first: number, last: number) => (first === last ? `${first}` : `${first}–${last}`);
  return runs.map(({ first, last }) => ({
    guest: range(first.guestPort, last.guestPort),
    ...(first.hostPort === undefined || last.hostPort === undefined
      ? {}
      : { host: range(first.hostPort, last.hostPort) }),
  }));
}

/** The ports of some TCP ports of a guest, with where each is published. */
export function portsOf(guest: GuestPlan, ports: readonly number[]): ReturnType<typeof portRanges> {
  const published = new Map(guest.published.map(({ guestPort, hostPort }) => [guestPort, hostPort]));
  return portRanges(ports.map((guestPort) => ({ guestPort, hostPort: published.get(guestPort) })));
}
