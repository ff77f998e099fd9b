import { accessOf } from "./access";
import { contentOf, stackExercise } from "./content";
import { DOCKER_EXERCISES, type Exercise, exerciseOfMode } from "./exercises";
import { MODE_TRAITS } from "./modes";
import { numberToAddress, parseSubnet } from "./network";
import { guestObjects } from "./objects";
import { type DockerStackPlan, type GuestPlan, guestsOf, type LabPlan } from "./plan";
import { SSH_PORT } from "./ports";
import { lanOf, type Reach, reachabilityOf, type Vantage } from "./reachability";
import { mirrorName, registryName } from "./registry";
import { looksAfterDocker, targetOfHost } from "./resources";
import { sharedFolderPlace } from "./sharedFolder";
import type { StatePlan } from "./states";

/** What a check looks at. */
export const CHECK_KINDS = [
  "guest",
  "adapter",
  "route",
  "ssh",
  "reach",
  "internet",
  "names",
  "docker",
  "images",
  "service",
  "database",
  "volume",
  "left-over",
  "nested",
  "shared-folder",
  "registry",
] as const;

/** One of the kinds. */
export type CheckKind = (typeof CHECK_KINDS)[number];

/** What is sent: an echo request, a connection to an SSH server, a page, a name. */
export type Protocol = "icmp" | "tcp" | "http" | "dns";

/** What `verify` tries for the internet. */
export interface InternetProbe {
  /** Names that guests must resolve where the mode lets them out. */
  readonly names: readonly string[];
  /** Pages, any of which proves the internet; `contains` is a text that must be in it. */
  readonly pages: readonly { readonly url: string; readonly contains?: string | undefined }[];
}

/** One check of a lab: what is looked at, and what is expected. */
export interface Check {
  /** Unique in the plan, the same in every run. */
  readonly id: string;
  readonly kind: CheckKind;
  /** The team whose row it is: the prober's, else the target's. */
  readonly team: string;
  /** The guest whose row it is. */
  readonly guest?: string;
  /** What is checked, as a sentence without its full stop. */
  readonly title: string;
  /** Where it is measured from; absent for what the platform or the guest itself is asked. */
  readonly from?: Vantage;
  readonly to?: Vantage;
  readonly protocol?: Protocol;
  /** IPv4 address that is tried, or that an adapter must have. */
  readonly address?: string;
  readonly port?: number;
  /** Pages to open: the first that answers as expected counts. */
  readonly pages?: readonly { readonly url: string; readonly pattern: string }[];
  /** Name to resolve. */
  readonly name?: string;
  /** The Docker stack that it belongs to. */
  readonly stack?: string;
  /** Index of the guest's adapter. */
  readonly adapter?: number;
  /** Objects of the guest's Docker Engine that must be there. */
  readonly objects?: readonly string[];
  /** A folder of the host by the name of its share, and where the guest mounts it. */
  readonly mount?: { readonly name: string; readonly place: string };
  /** The class's own registry: its name before an image's, and the MiB that it may fill. */
  readonly registry?: { readonly name: string; readonly quota: number };
  /** Host and port of the registry's mirror of Docker Hub. */
  readonly mirror?: string;
  readonly mode?: Reach["mode"];
  readonly exercises: readonly Exercise[];
  /** False where it must not be reached. */
  readonly expected: boolean;
  readonly rule: string;
  readonly note?: string;
}

/** A vantage point as one word, unique in a lab: `host`, `client`, `internet`, `team-01/web`. */
export function vantageKey(vantage: Vantage): string {
  return vantage.kind === "guest" ? `${vantage.team}/${vantage.guest}` : vantage.kind;
}

const VANTAGE_WORDS: Readonly<Record<Exclude<Vantage["kind"], "guest">, string>> = {
  host: "the host",
  client: "the client PC",
  internet: "the internet",
};

/** A vantage point in words. */
export function vantageWords(vantage: Vantage): string {
  return vantage.kind === "guest" ? vantageKey(vantage) : VANTAGE_WORDS[vantage.kind];
}

/** Whether the lab's plan itself asks for it. */
const PLANNED = "the lab's plan";

const HOST: Vantage = { kind: "host" };
const CLIENT: Vantage = { kind: "client" };

const PROTOCOL_WORDS = { icmp: "ping", tcp: "SSH" } as const;

/** Guests that are on a VLAN of the classroom LAN, as vantage points. */
function onVlans(plan: LabPlan): Set<string> {
  return new Set(
    guestsOf(plan)
      .filter((guest) =>
        guest.adapters.some((adapter) => adapter.mode === "bridged" && adapter.vlan !== undefined),
      )
      .map(({ team, name }) => vantageKey({ kind: "guest", team, guest: name })),
  );
}

function reachChecks(plan: LabPlan, probe: InternetProbe | undefined): Check[] {
  const vlans = onVlans(plan);
  const windows = new Set(
    guestsOf(plan).flatMap((guest) => (guest.windows ? [`${guest.team}/${guest.name}`] : [])),
  );
  const client = clientAddress(plan);
  return reachabilityOf(plan).flatMap((reach): Check[] => {
    const { from, to, address, mode, reachable, rule, note } = reach;
    const owner = from.kind === "guest" ? from : to.kind === "guest" ? to : undefined;
    // Nothing is measured from a guest with Windows, so that nobody would prove that a no to it is one.
    if (!owner || windows.has(vantageKey(from)) || windows.has(vantageKey(to))) return [];
    const common = {
      team: owner.team,
      guest: owner.guest,
      from,
      to,
      ...(mode === undefined ? {} : { mode }),
      exercises: [
        ...(mode === undefined ? [] : [exerciseOfMode(mode)]),
        ...(from.kind === "guest" &&
        to.kind === "guest" &&
        (vlans.has(vantageKey(from)) || vlans.has(vantageKey(to)))
          ? (["vlan"] as const)
          : []),
      ],
      expected: reachable,
      rule,
      ...(note === undefined ? {} : { note }),
    };
    const words = `${vantageWords(from)} ${reachable ? "reaches" : "does not reach"} ${vantageWords(to)}`;
    if (to.kind === "internet") {
      if (!probe || probe.pages.length === 0) return [];
      const pages = probe.pages.map(({ url, contains }) => ({ url, pattern: literal(contains ?? "") }));
      return [
        {
          ...common,
          id: `internet/${vantageKey(from)}`,
          kind: "internet",
          title: words,
          protocol: "http",
          pages,
        },
      ];
    }
    const target = address ?? (to.kind === "client" ? client : undefined);
    if (target === undefined) return [];
    const way = `${vantageKey(from)}>${vantageKey(to)}@${target}`;
    const one = (protocol: "icmp" | "tcp"): Check => ({
      ...common,
      id: `reach/${way}/${protocol}`,
      kind: "reach",
      title: `${words} at ${target} (${PROTOCOL_WORDS[protocol]})`,
      protocol,
      address: target,
      ...(protocol === "tcp" ? { port: SSH_PORT } : {}),
    });
    return to.kind === "guest" ? [one("icmp"), one("tcp")] : [one("icmp")];
  });
}

/** A text as an extended regular expression that matches it alone. */
function literal(text: string): string {
  return text.replace(/[.[\]{}()*+?^$|\\]/g, "\\$&");
}

/** The last address of the classroom LAN that no guest has: that of the client PC's stand-in. Undefined without a LAN. */
export function clientAddress(plan: LabPlan): string | undefined {
  const lan = lanOf(plan);
  if (!lan) return undefined;
  const taken = new Set(
    guestsOf(plan).flatMap(({ adapters }) =>
      adapters.flatMap((adapter) => (adapter.mode === "disabled" ? [] : [adapter.address])),
    ),
  );
  const { server } = plan.registry ?? {};
  if (server) taken.add(server.address);
  const { first, last } = parseSubnet(lan.subnet);
  for (let value = last - 1; value > first + 1; value -= 1) {
    const address = numberToAddress(value);
    if (!taken.has(address)) return address;
  }
  return undefined;
}

function guestChecks(
  plan: LabPlan,
  guest: GuestPlan,
  state: StatePlan,
  probe: InternetProbe | undefined,
): Check[] {
  const lan = lanOf(plan) !== undefined;
  const { team, name } = guest;
  const self: Vantage = { kind: "guest", team, guest: name };
  const key = vantageKey(self);
  const engine = looksAfterDocker(targetOfHost(plan, guest.host), guest);
  const common = { team, guest: name, exercises: [], expected: true, rule: PLANNED } as const;
  const docker = { ...common, exercises: DOCKER_EXERCISES } as const;
  const connected = guest.adapters.flatMap((adapter, index) =>
    adapter.mode === "disabled" ? [] : [{ ...adapter, index }],
  );
  const out = connected.find(({ mode }) => MODE_TRAITS[mode].internet);
  const runs: Check = { ...common, id: `guest/${key}`, kind: "guest", title: `${key} runs` };
  const login: Check = {
    ...common,
    id: `ssh/${key}`,
    kind: "ssh",
    title: `the team's key opens ${key} over SSH`,
  };
  // Windows runs no probes: what is looked at is that it runs, and lets its team in.
  if (guest.windows) return [runs, login];
  return [
    runs,
    ...(guest.nested ? nestedChecks(team, name) : []),
    ...(guest.sharedFolder && mountsFolders(plan, guest)
      ? [
          {
            ...common,
            id: `shared-folder/${key}`,
            kind: "shared-folder",
            title: `the folder ${guest.sharedFolder.name} of its host is mounted in ${key} at ${sharedFolderPlace(guest.sharedFolder)}`,
            from: self,
            mount: { name: guest.sharedFolder.name, place: sharedFolderPlace(guest.sharedFolder) },
            rule: "manual L2640: a folder of the host is a folder of the guest",
          } satisfies Check,
        ]
      : []),
    ...connected.map(
      (adapter): Check => ({
        ...common,
        id: `adapter/${key}/${adapter.index + 1}`,
        kind: "adapter",
        title: `adapter ${adapter.index + 1} of ${key} is on ${adapter.switch} with ${adapter.address}`,
        address: adapter.address,
        adapter: adapter.index,
        mode: adapter.mode,
        exercises: [exerciseOfMode(adapter.mode)],
      }),
    ),
    {
      ...common,
      id: `adapter/${key}/only`,
      kind: "adapter",
      title: `${key} has ${connected.length === 0 ? "no connected adapter" : "no other adapter"}`,
    },
    ...(out
      ? [
          {
            ...common,
            id: `route/${key}`,
            kind: "route",
            title: `${key} gets out by ${out.gateway}`,
            address: out.gateway,
            mode: out.mode,
            exercises: [exerciseOfMode(out.mode)],
          } satisfies Check,
        ]
      : []),
    login,
    ...(engine
      ? ([
          { ...docker, id: `docker/${key}`, kind: "docker", title: `the Docker Engine of ${key} answers` },
          { ...docker, id: `images/${key}`, kind: "images", title: `the course images are in ${key}` },
        ] satisfies Check[])
      : []),
    ...(state.at === "configured" || !engine
      ? []
      : [
          {
            ...docker,
            id: `left-over/${key}`,
            kind: "left-over",
            title: `${key} has no container of another state`,
            objects: guestObjects(guest)
              .filter((object) => object.kind === "container")
              .map((object) => object.name),
            rule: `${state.exercise}, ${state.at === "start" ? "at its start" : "solved"}`,
          } satisfies Check,
        ]),
    ...(out && probe
      ? probe.names.map(
          (host): Check => ({
            ...common,
            id: `names/${key}/${host}`,
            kind: "names",
            title: `${key} resolves ${host}`,
            from: self,
            protocol: "dns",
            name: host,
            mode: out.mode,
            rule: "manual L2928: the DNS servers of the physical network",
          }),
        )
      : []),
    ...registryChecks(plan, guest),
    ...guest.docker.flatMap((stack) => stackChecks(plan, guest, stack, lan)),
  ];
}

/** That a guest on the classroom LAN gets to the class's own registry, trusts it, and finds room there. */
function registryChecks({ registry }: LabPlan, guest: GuestPlan): Check[] {
  const { server } = registry ?? {};
  const { team, name } = guest;
  const on = guest.adapters.some(
    (adapter) => adapter.mode !== "disabled" && adapter.switchObject === server?.switchObject,
  );
  if (!server || !on) return [];
  const self: Vantage = { kind: "guest", team, guest: name };
  const mirror = mirrorName(server);
  const common = {
    team,
    guest: name,
    kind: "registry",
    from: self,
    protocol: "http",
    expected: true,
  } as const;
  return [
    ...(mirror === undefined
      ? []
      : [
          {
            ...common,
            id: `registry/mirror/${vantageKey(self)}`,
            title: `${vantageKey(self)} gets Docker Hub's images from the class's mirror ${mirror}`,
            mirror,
            exercises: ["4-docker", "5-image"],
            rule: "docs.docker.com/docker-hub/usage/pulls: what an address may pull in six hours",
          } satisfies Check,
        ]),
    {
      ...common,
      id: `registry/${vantageKey(self)}`,
      title: `${vantageKey(self)} can push to the class's registry ${registryName(server)}`,
      registry: { name: registryName(server), quota: server.quota },
      exercises: ["5-image"],
      rule: "manual L3282: an account for each team at the registry that images are pushed to",
    },
  ];
}

/** Whether a guest's target mounts the folder that it shares: containers have none, and the others are not made yet. */
function mountsFolders(plan: LabPlan, guest: GuestPlan): boolean {
  return plan.hosts.some(({ name, target }) => name === guest.host && target === "libvirt");
}

/** Id of the check that a guest's processor shows that guests can run in it. @param key of the guest, as {@link vantageKey} writes it */
export function nestedFlagId(key: string): string {
  return `nested/${key}/flag`;
}

/** That guests can run in a guest: its processor says so, and one does. */
function nestedChecks(team: string, guest: string): Check[] {
  const self: Vantage = { kind: "guest", team, guest };
  const key = vantageKey(self);
  const common = { team, guest, from: self, exercises: ["nested"], expected: true, rule: PLANNED } as const;
  return [
    {
      ...common,
      id: nestedFlagId(key),
      kind: "nested",
      title: `the processor of ${key} shows vmx or svm`,
    },
    { ...common, id: `nested/${key}/start`, kind: "nested", title: `a guest starts in ${key}` },
  ];
}

function stackChecks(plan: LabPlan, guest: GuestPlan, stack: DockerStackPlan, lan: boolean): Check[] {
  const { team, name } = guest;
  const self: Vantage = { kind: "guest", team, guest: name };
  const key = vantageKey(self);
  const { pattern, what, rule } = contentOf(stack.kind);
  const common = {
    team,
    guest: name,
    stack: stack.name,
    exercises: [stackExercise(stack.kind)],
    expected: true,
    rule,
  } as const;
  const page = (from: Vantage, url: string, port: number): Check => ({
    ...common,
    id: `service/${key}/${stack.name}:${port}/${vantageKey(from)}`,
    kind: "service",
    title: `${vantageKey(from) === key ? key : vantageWords(from)} opens ${url} (${what})`,
    from,
    to: self,
    protocol: "http",
    port,
    pages: [{ url, pattern }],
  });
  const urls = accessOf(plan, guest).services.filter((service) => service.stack === stack.name);
  const onLan = guest.adapters.find((adapter) => adapter.mode === "bridged" && adapter.vlan === undefined);
  const [firstPort] = stack.ports;
  const data = guestObjects(guest).filter((object) => object.stack === stack.name);
  const volumes = data.filter((object) => object.role === "data").map((object) => object.name);
  return [
    ...stack.ports.map((port) => page(self, `http://127.0.0.1:${port}/`, port)),
    ...stack.ports.flatMap((port, index) => {
      const url = urls[index]?.url;
      return url === undefined ? [] : [page(HOST, url, port)];
    }),
    ...(lan && onLan?.mode === "bridged" && firstPort !== undefined
      ? [page(CLIENT, `http://${onLan.address}:${firstPort}/`, firstPort)]
      : []),
    ...(stack.kind === "wordpress"
      ? [
          {
            ...common,
            id: `database/${key}/${stack.name}`,
            kind: "database",
            title: `the database of WordPress answers in ${key}`,
            objects: [`${stack.name}-database`],
          } satisfies Check,
        ]
      : []),
    ...volumes.map(
      (volume): Check => ({
        ...common,
        id: `volume/${key}/${volume}`,
        kind: "volume",
        title: `data volume ${volume} is in ${key}`,
        objects: [volume],
      }),
    ),
  ];
}

/**
 * Every check of a lab, by the state that each team is declared to be in: pure.
 * @param probe what stands for the internet; undefined when it is not to be tried
 */
export function checksOf(plan: LabPlan, probe: InternetProbe | undefined): Check[] {
  return [
    ...plan.teams.flatMap(({ guests, status }) =>
      guests.flatMap((guest) => guestChecks(plan, guest, status, probe)),
    ),
    ...reachChecks(plan, probe),
  ];
}
