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
    ports: z.record(z.string(), z.array(z.looseObject({ HostPort: z.string() })).nullable()).nullish(),
  }),
  z.object({ kind: z.literal("image"), name: z.string() }),
]);

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
docker ps -aq --no-trunc | each docker container inspect -f '{"kind":"container","id":{{json .Id}},"name":{{json .Name}},"labels":{{json .Config.Labels}},"state":{{json .State.Status}},"ports":{{json .HostConfig.PortBindings}}}'
docker network ls -q --no-trunc | each docker network inspect -f '{"kind":"network","id":{{json .Id}},"name":{{json .Name}},"labels":{{json .Labels}}}'
docker volume ls -q | each docker volume inspect -f '{"kind":"volume","id":{{json .Name}},"name":{{json .Name}},"labels":{{json .Labels}}}'
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
  return {
    objects: lines.flatMap((line): GuestObject[] => {
      if (line.kind === "image" || (line.kind === "network" && BUILT_IN.includes(line.name))) return [];
      const ports = tcpPorts(line.ports ?? {});
      return [
        {
          kind: line.kind,
          id: line.id,
          name: line.name.replace(/^\//, ""),
          labels: line.labels ?? {},
          ...(line.state === undefined ? {} : { state: line.state }),
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
