import { z } from "zod";
import { DOCKER_API } from "../components/dockerApi";
import type { GuestChannel } from "../components/hypervisors/driver";
import type { ObjectKind } from "../course/resources";
import { run, tail } from "./process";

/** An object of a guest's own Docker Engine, ours or the learners'. */
export interface GuestObject {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Container state; absent for other kinds. */
  readonly state?: string;
  /** TCP ports of the guest that a container is to have; absent where it has none. */
  readonly ports?: readonly number[];
}

/** What a guest's Docker Engine holds. */
export interface GuestContents {
  readonly objects: readonly GuestObject[];
  /** Images as `name:tag`. */
  readonly images: readonly string[];
  /** Public key of its SSH server, without its comment; absent where the guest has none. */
  readonly hostKey?: string;
}

/** Where a guest's SSH server has its public key. */
export const HOST_KEY_FILE = "/etc/ssh/ssh_host_ed25519_key.pub";

const labelsSchema = z.record(z.string(), z.string()).nullish();

/** What is read of each answer of Docker's API (https://docs.docker.com/reference/api/engine/). */
const ANSWERS = {
  networks: z.array(z.object({ Id: z.string(), Name: z.string(), Labels: labelsSchema })),
  volumes: z.object({ Volumes: z.array(z.object({ Name: z.string(), Labels: labelsSchema })).nullable() }),
  images: z.array(z.object({ RepoTags: z.array(z.string()).nullable() })),
  /** The guest's own, as RFC 3339. */
  clock: z.string(),
  /** Type and key of the SSH server. */
  key: z.string(),
  container: z.object({
    Id: z.string(),
    Name: z.string(),
    /** How often Docker started it again by itself. */
    RestartCount: z.number(),
    State: z.object({ Status: z.string(), StartedAt: z.string(), FinishedAt: z.string() }),
    Config: z.object({ Labels: labelsSchema }),
    HostConfig: z.object({
      PortBindings: z
        .record(z.string(), z.array(z.looseObject({ HostPort: z.string() })).nullable())
        .nullish(),
    }),
  }),
};

type Answer<Kind extends keyof typeof ANSWERS> = z.infer<(typeof ANSWERS)[Kind]>;

/** Milliseconds after which Docker takes a container that it started again for one that stays. */
const STAYS_AFTER = 10_000;

/** Docker waits twice as long each time, from 100 ms on: after this many milliseconds it ended several times in a row. */
const ENDED_AGAIN = 1_000;

/**
 * The state of a container. One that ends again and again runs for a moment each time: that moment is not the state that it is in.
 * Times from https://docs.docker.com/engine/containers/start-containers-automatically/ and Docker's restart manager.
 */
function stateOf({ State, RestartCount }: Answer<"container">, now: string): string {
  if (State.Status !== "running" || RestartCount === 0) return State.Status;
  const [start = 0, end = 0, clock = 0] = [State.StartedAt, State.FinishedAt, now].map((time) =>
    Date.parse(time),
  );
  return clock - start < STAYS_AFTER && start - end >= ENDED_AGAIN ? "restarting" : State.Status;
}

/** Seconds that a guest's Docker Engine gets to answer: one that just started needs some. */
const ANSWER_DEADLINE = 60;

/** Docker's own networks, which nobody made. */
const BUILT_IN = ["bridge", "host", "none"];

/** Stands behind what was told whole. */
const END = "end";

/**
 * Script for a guest: what its Docker's API answers, one line a question, of which container by container what it is. Asked by curl: the
 * start of Docker's own client takes an emulated guest half a second, and it would be started eight times. The time since boot is no clock
 * that somebody sets.
 */
export function renderContents(deadline = ANSWER_DEADLINE, hostKeyFile = HOST_KEY_FILE): string {
  // One that starts says no at once; an emulated one that works hard may take long for its yes.
  const one = Math.max(10, deadline);
  return `set -eu
command -v curl >/dev/null || { echo "it has no curl" >&2; exit 1; }
ask() { ${DOCKER_API} -m ${one} "$@"; }
uptime() { cut -d. -f1 /proc/uptime; }
end=$(($(uptime) + ${deadline}))
until lists=$(ask 'http://docker/containers/json?all=1' http://docker/networks http://docker/volumes http://docker/images/json 2>/dev/null); do
  [ "$(uptime)" -lt "$end" ] || { echo "its Docker Engine did not answer within ${deadline} s" >&2; exit 1; }
  sleep 0.3
done
printf '%s\\n' "$lists" | sed -e 1d -e '2s/^/networks /' -e '3s/^/volumes /' -e '4s/^/images /'
set --
for id in $(printf '%s\\n' "$lists" | sed -n 1p | grep -oE '"Id":"[0-9a-f]{64}"' | cut -d'"' -f4); do
  set -- "$@" "http://docker/containers/$id/json"
done
# What has gone since it was listed is passed over.
[ $# -eq 0 ] || ask "$@" 2>/dev/null | sed 's/^{/container {/'
date -u '+clock "%FT%TZ"'
if read -r type key _ 2>/dev/null <${hostKeyFile}; then echo "key \\"$type $key\\""; fi
echo ${END}
`;
}

/** Ports of the guest, of bindings as Docker tells them: `{"80/tcp": [{"HostPort": "8080"}]}`. */
function tcpPorts(
  bindings: Readonly<Record<string, readonly { readonly HostPort: string }[] | null>>,
): number[] {
  return Object.entries(bindings).flatMap(([port, entries]) =>
    port.endsWith("/tcp")
      ? (entries ?? []).flatMap(({ HostPort }) => (HostPort === "" ? [] : [Number(HostPort)]))
      : [],
  );
}

/** Whether lines are all that {@link renderContents} prints; else the last of them tells why not. */
export function isWhole(lines: readonly string[]): boolean {
  return lines.at(-1) === END;
}

/**
 * Reads what {@link renderContents} printed.
 * @throws Error where it is something else, or not whole
 */
export function parseContents(text: string): GuestContents {
  const lines = text.split("\n").filter(Boolean);
  if (!isWhole(lines)) throw new Error(`what a guest told of its Docker ended early: ${tail(text, 1)}`);
  const strange = lines.slice(0, -1).find((line) => !((line.split(" ")[0] ?? "") in ANSWERS));
  if (strange !== undefined) throw new Error(`a guest told something else of its Docker: ${strange}`);
  const all = <Kind extends keyof typeof ANSWERS>(kind: Kind) =>
    lines
      .filter((line) => line.startsWith(`${kind} `))
      .map((line) => ANSWERS[kind].parse(JSON.parse(line.slice(kind.length))) as Answer<Kind>);
  const one = <Kind extends keyof typeof ANSWERS>(kind: Kind) => {
    const [first] = all(kind);
    if (first === undefined) throw new Error(`a guest told nothing of its Docker's ${kind}`);
    return first;
  };
  const now = one("clock");
  const [hostKey] = all("key");
  return {
    objects: [
      ...all("container").map((container): GuestObject => {
        const ports = tcpPorts(container.HostConfig.PortBindings ?? {});
        return {
          kind: "container",
          id: container.Id,
          name: container.Name.replace(/^\//, ""),
          labels: container.Config.Labels ?? {},
          state: stateOf(container, now),
          ...(ports.length > 0 ? { ports } : {}),
        };
      }),
      ...one("networks").flatMap(({ Id, Name, Labels }): GuestObject[] =>
        BUILT_IN.includes(Name) ? [] : [{ kind: "network", id: Id, name: Name, labels: Labels ?? {} }],
      ),
      ...(one("volumes").Volumes ?? []).map(
        ({ Name, Labels }): GuestObject => ({ kind: "volume", id: Name, name: Name, labels: Labels ?? {} }),
      ),
    ],
    images: one("images").flatMap(({ RepoTags }) => RepoTags ?? []),
    ...(hostKey === undefined ? {} : { hostKey }),
  };
}

/**
 * Looks into a guest over its management channel.
 * @returns its contents, or why it cannot be looked into
 */
export async function guestContents(channel: GuestChannel): Promise<GuestContents | string> {
  const result = await run("sh", ["-c", channel.shell], {
    stdin: renderContents(),
    deadline: (ANSWER_DEADLINE + 30) * 1000,
  });
  if (result.code === 0) return parseContents(result.stdout);
  return tail(result.stderr, 1) || `its channel ended with exit code ${result.code}`;
}
