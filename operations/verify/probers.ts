import { randomBytes } from "node:crypto";
import { containerChannel } from "../../components/hypervisors/containers/channel";
import { type Check, clientAddress, vantageKey } from "../../course/checks";
import { markLabels, type OwnerMark } from "../../course/mark";
import { type GuestPlan, guestsOf, type LabPlan } from "../../course/plan";
import { lanOf } from "../../course/reachability";
import { docker } from "../docker";
import { run } from "../process";
import type { PlatformGuest } from "./platform";
import { type ProberFindings, parseFindings, type TimedLine } from "./probeResults";
import { renderProbes, type SelfProbe } from "./probeScript";

/** A vantage point that checks are measured from. */
export interface Prober {
  /** As `vantageKey` writes it. */
  readonly key: string;
  /** Command that runs the POSIX sh script on its standard input, there and as root. */
  readonly command: readonly [program: string, ...args: string[]];
  readonly self: readonly SelfProbe[];
  /** Whether it is a guest, whose Docker Engine is asked too. */
  readonly guest: boolean;
}

/** What to pass {@link probe} besides the checks. */
export interface ProbeOptions {
  /** Milliseconds until it is ended. */
  readonly deadline: number;
  readonly signal?: AbortSignal;
}

/** Id of a prober's own probe of one of its addresses, without the protocol. */
export function selfId(key: string, address: string): string {
  return `self/${key}@${address}`;
}

const LOOPBACK = "127.0.0.1";

/** The prober inside a guest, over its management channel. */
export function guestProber(plan: LabPlan, guest: GuestPlan): Prober {
  const key = vantageKey({ kind: "guest", team: guest.team, guest: guest.name });
  const addresses = guest.adapters.flatMap((adapter) =>
    adapter.mode === "disabled" ? [] : [adapter.address],
  );
  return {
    key,
    command: ["sh", "-c", containerChannel(guest, plan.lab).shell],
    self: [LOOPBACK, ...addresses].map((address) => ({ id: selfId(key, address), address })),
    guest: true,
  };
}

/** The host and the client PC, played by containers of the guests' image. */
export interface StandIns {
  readonly probers: readonly Prober[];
  /** Why one of them is not there, by its key. */
  readonly failed: ReadonlyMap<string, string>;
  /** Takes them away. */
  remove(): Promise<void>;
}

/**
 * Starts containers that stand where the host and a client PC do: in the host's own network, and on the classroom LAN at its
 * last free address. They carry the lab's mark, so that `sweep` finds what a killed run left of them.
 */
export async function startStandIns(
  plan: LabPlan,
  guests: ReadonlyMap<string, PlatformGuest>,
): Promise<StandIns> {
  const [image] = [...guests.values()].map((guest) => guest.image);
  const lan = lanOf(plan);
  const address = clientAddress(plan);
  const wanted = [
    { key: "host", network: ["--network", "host"], self: [LOOPBACK] },
    ...(lan && address
      ? [
          {
            key: "client",
            network: ["--network", lan.objectName, "--ip", address],
            self: [LOOPBACK, address],
          },
        ]
      : []),
  ];
  const suffix = randomBytes(3).toString("hex");
  const [known] = [...guests.values()].flatMap(({ mark }) => (mark ? [mark] : []));
  const mark: OwnerMark = { lab: plan.lab, id: known?.id ?? "by-hand", stack: `${plan.lab}-verify` };
  const labels = Object.entries(markLabels(mark)).flatMap(([name, value]) => ["--label", `${name}=${value}`]);
  const failed = new Map<string, string>();
  const started = await Promise.all(
    wanted.map(async ({ key, network, self }) => {
      if (image === undefined) {
        failed.set(key, "no guest stands, of whose image its stand-in would be made");
        return [];
      }
      const name = `${plan.lab}-verify-${key}-${suffix}`;
      const result = await docker(
        ["run", "-d", "--rm", "--init", "--name", name, ...labels, ...network, image, "sleep", "900"],
        { deadline: 30_000 },
      );
      if (result.code !== 0) {
        failed.set(key, result.stderr.trim().split("\n").at(-1) ?? "its stand-in does not start");
        await docker(["rm", "-f", name]);
        return [];
      }
      const prober: Prober = {
        key,
        command: ["docker", "exec", "-i", name, "sh", "-s"],
        self: self.map((own) => ({ id: selfId(key, own), address: own })),
        guest: false,
      };
      return [{ name, prober }];
    }),
  );
  const all = started.flat();
  return {
    probers: all.map(({ prober }) => prober),
    failed,
    remove: async () => {
      if (all.length > 0) await docker(["rm", "-f", ...all.map(({ name }) => name)]);
    },
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
    stdin: renderProbes(checks, prober.self, prober.guest),
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
