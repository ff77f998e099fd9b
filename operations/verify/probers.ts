import { type Check, vantageKey } from "../../course/checks";
import { type GuestPlan, guestsOf, type LabPlan } from "../../course/plan";
import { looksAfterDocker, targetOfHost } from "../../course/resources";
import { channelTo } from "../channel";
import { run } from "../process";
import { type ProberFindings, parseFindings, type TimedLine } from "./probeResults";
import { renderProbes, type SelfProbe } from "./probeScript";

/** A vantage point that checks are measured from. */
export interface Prober {
  /** As `vantageKey` writes it. */
  readonly key: string;
  /** Command that runs the POSIX sh script on its standard input, there and as root. */
  readonly command: readonly [program: string, ...args: string[]];
  readonly self: readonly SelfProbe[];
  /** Whether it is a guest whose Docker Engine is asked too. */
  readonly engine: boolean;
}

/** What to pass {@link probe} besides the checks. */
export interface ProbeOptions {
  /** Milliseconds until it is ended. */
  readonly deadline: number;
  /** How many times as long as usual an answer may take; 1 where it is absent. */
  readonly patience?: number;
  readonly signal?: AbortSignal;
}

/** Id of a prober's own probe of one of its addresses, without the protocol. */
export function selfId(key: string, address: string): string {
  return `self/${key}@${address}`;
}

/** Every vantage point's own. */
export const LOOPBACK = "127.0.0.1";

/** The prober inside a guest, over its management channel. */
export function guestProber(plan: LabPlan, guest: GuestPlan): Prober {
  const key = vantageKey({ kind: "guest", team: guest.team, guest: guest.name });
  const addresses = guest.adapters.flatMap((adapter) =>
    adapter.mode === "disabled" ? [] : [adapter.address],
  );
  return {
    key,
    command: ["sh", "-c", channelTo(plan, guest).shell],
    self: [LOOPBACK, ...addresses].map((address) => ({ id: selfId(key, address), address })),
    engine: looksAfterDocker(targetOfHost(plan, guest.host), guest),
  };
}

/** What came of one prober's run. */
export interface Probed {
  readonly findings: ProberFindings;
  /** Why it did not come to its end. */
  readonly failure?: string;
}

/** Measures the checks of one vantage point. */
export async function probe(
  prober: Prober,
  checks: readonly Check[],
  options: ProbeOptions,
): Promise<Probed> {
  const lines: TimedLine[] = [];
  const began = performance.now();
  const [program, ...args] = prober.command;
  const result = await run(program, args, {
    stdin: renderProbes(checks, prober.self, prober.engine, options.patience),
    deadline: options.deadline,
    ...(options.signal ? { signal: options.signal } : {}),
    onLine: (text) => lines.push({ text, seconds: (performance.now() - began) / 1000 }),
  });
  const findings = parseFindings(lines);
  if (findings.ended) return { findings };
  const words = result.stderr.trim().split("\n").at(-1);
  return { findings, failure: words || `it ended with exit code ${result.code}` };
}

/** All guests that the checks are measured from or aimed at. */
export function guestsConcerned(plan: LabPlan, checks: readonly Check[]): GuestPlan[] {
  const keys = new Set(
    checks.flatMap(({ from, to, team, guest }) => [
      ...(from ? [vantageKey(from)] : []),
      ...(to ? [vantageKey(to)] : []),
      `${team}/${guest}`,
    ]),
  );
  return guestsOf(plan).filter((guest) => keys.has(`${guest.team}/${guest.name}`));
}
