import { z } from "zod";
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
}

const lineSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.enum(["container", "network", "volume"]),
    id: z.string(),
    name: z.string(),
    labels: z.record(z.string(), z.string()).nullable(),
    state: z.string().optional(),
    /** Times that Docker started it again by itself. */
    restarts: z.number().optional(),
    /** When it was started last, as RFC 3339. */
    started: z.string().optional(),
    /** When it ended last. */
    finished: z.string().optional(),
    ports: z.record(z.string(), z.array(z.looseObject({ HostPort: z.string() })).nullable()).nullish(),
  }),
  z.object({ kind: z.literal("image"), name: z.string() }),
  z.object({ kind: z.literal("clock"), now: z.string() }),
]);

/** What Docker tells of a container's life. */
interface Life {
  readonly state?: string | undefined;
  readonly restarts?: number | undefined;
  readonly started?: string | undefined;
  readonly finished?: string | undefined;
}

/** Milliseconds after which Docker takes a container that it started again for one that stays. */
const STAYS_AFTER = 10_000;

/** Docker waits twice as long each time, from 100 ms on: after this many milliseconds it ended several times in a row. */
const ENDED_AGAIN = 1_000;

/**
 * The state of a container. One that ends again and again runs for a moment each time: that moment is not the state that it is in.
 * Times from https://docs.docker.com/engine/containers/start-containers-automatically/ and Docker's restart manager.
 */
function stateOf(
  { state, restarts = 0, started, finished }: Life,
  now: string | undefined,
): string | undefined {
  if (state !== "running" || restarts === 0) return state;
  const [start, end, clock] = [started, finished, now].map((time) => Date.parse(time ?? ""));
  const isLoop = (clock ?? 0) - (start ?? 0) < STAYS_AFTER && (start ?? 0) - (end ?? 0) >= ENDED_AGAIN;
  return isLoop ? "restarting" : state;
}

/** Seconds that a guest's Docker Engine gets to answer: one that just started needs some. */
const ANSWER_DEADLINE = 60;

/** Docker's own networks, which nobody made. */
const BUILT_IN = ["bridge", "host", "none"];

/**
 * Script for a guest: one JSON line for each container, network, volume and image. The time since boot is no clock that
 * somebody sets.
 */
export function renderContents(deadline = ANSWER_DEADLINE): string {
  // One that starts says no at once; an emulated one that works hard may take long for its yes.
  const one = Math.max(10, deadline);
  return `set -eu
uptime() { cut -d. -f1 /proc/uptime; }
end=$(($(uptime) + ${deadline}))
until timeout ${one} docker info >/dev/null 2>&1; do
  [ "$(uptime)" -lt "$end" ] || { echo "its Docker Engine did not answer within ${deadline} s" >&2; exit 1; }
  sleep 0.3
done
# What has gone since it was listed makes inspect complain, and it prints the others.
each() { xargs -r "$@" 2>/dev/null || :; }
docker ps -aq --no-trunc | each docker container inspect -f '{"kind":"container","id":{{json .Id}},"name":{{json .Name}},"labels":{{json .Config.Labels}},"state":{{json .State.Status}},"restarts":{{.RestartCount}},"started":{{json .State.StartedAt}},"finished":{{json .State.FinishedAt}},"ports":{{json .HostConfig.PortBindings}}}'
docker network ls -q --no-trunc | each docker network inspect -f '{"kind":"network","id":{{json .Id}},"name":{{json .Name}},"labels":{{json .Labels}}}'
docker volume ls -q | each docker volume inspect -f '{"kind":"volume","id":{{json .Name}},"name":{{json .Name}},"labels":{{json .Labels}}}'
date -u '+{"kind":"clock","now":"%FT%TZ"}'
docker images --format '{"kind":"image","name":"{{.Repository}}:{{.Tag}}"}'
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

/** Reads what {@link renderContents} printed. */
export function parseContents(text: string): GuestContents {
  const lines = text
    .split("\n")
    .filter(Boolean)
    .map((line) => lineSchema.parse(JSON.parse(line)));
  const now = lines.flatMap((line) => (line.kind === "clock" ? [line.now] : []))[0];
  return {
    objects: lines.flatMap((line): GuestObject[] => {
      if (
        line.kind === "image" ||
        line.kind === "clock" ||
        (line.kind === "network" && BUILT_IN.includes(line.name))
      )
        return [];
      const ports = tcpPorts(line.ports ?? {});
      const state = stateOf(line, now);
      return [
        {
          kind: line.kind,
          id: line.id,
          name: line.name.replace(/^\//, ""),
          labels: line.labels ?? {},
          ...(state === undefined ? {} : { state }),
          ...(ports.length > 0 ? { ports } : {}),
        },
      ];
    }),
    images: lines.flatMap((line) => (line.kind === "image" ? [line.name] : [])),
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
