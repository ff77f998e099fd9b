import { userOf } from "./access";
import { EXPECTED_REACH } from "./expectedReach";
import { osOf } from "./hosts";
import { addressFromHost, isJumpHost, isOpen, LEARNER, REMOTE_DESKTOP_PORT } from "./learnerAccess";
import { MODE_TRAITS } from "./modes";
import type { GuestPlan, HostPlan } from "./plan";
import { SSH_PORT } from "./ports";

/** Where the server of a team answers. */
interface Server {
  readonly address: string;
  readonly port: number;
  readonly user: string;
}

/** The server as the client PC reaches it; undefined for this machine, which has no file there, and for one in a cloud that does not stand, or that nobody comes to from outside. */
function serverOf(host: HostPlan): Server | undefined {
  const { config, standing } = host;
  if (isJumpHost(host))
    return standing && isOpen(host)
      ? { address: standing.address, port: standing.port, user: LEARNER }
      : undefined;
  if (config.kind !== "existing") return undefined;
  const { address, port, user } = config;
  return { address, port, user };
}

/** A line more would be another setting. */
function oneLine(value: string): string {
  if ([...value].some((sign) => sign < " "))
    throw new Error(`a control character in ${JSON.stringify(value)}`);
  return value;
}

const CRLF = "\r\n";

/** What a file for Remote Desktop is written as: UTF-16, little-endian, with a byte order mark, as mstsc.exe itself writes it. */
export const RDP_ENCODING = "utf16le" as const;

/**
 * The file by which Remote Desktop of a client PC opens a team's server, to be written as {@link RDP_ENCODING}; undefined where the server has
 * no Windows, or is in a cloud and does not stand. One in a cloud is reached by what SSH forwards. The desktop has the clipboard for what the sheets say; drives and printers of the client PC stay its own
 * (learn.microsoft.com/azure/virtual-desktop/rdp-properties).
 * @throws for an address or a user with a control character
 */
export function renderRdp(host: HostPlan): string | undefined {
  const server = serverOf(host);
  if (!server || osOf(host.config) !== "windows") return undefined;
  const forwarded = desktopOf(host);
  const address = forwarded ? `localhost:${forwarded.port}` : server.address;
  const settings = [
    `full address:s:${oneLine(address)}`,
    `username:s:${oneLine(server.user)}`,
    "screen mode id:i:2",
    "dynamic resolution:i:1",
    // Asks before it connects to a server whose certificate nobody vouches for: none of the room has another.
    "authentication level:i:2",
    "redirectclipboard:i:1",
    "redirectprinters:i:0",
    "drivestoredirect:s:",
    // Alt+Tab and the like go to the server while it has the whole screen.
    "keyboardhook:i:2",
  ];
  return `\ufeff${settings.join(CRLF)}${CRLF}`;
}

/** What a client PC runs. */
export type ClientSystem = "windows" | "posix";

/** How a connection goes through the server. Windows' own `ProxyJump` does not find itself in older builds (PowerShell/Win32-OpenSSH#1172). */
const THROUGH: Readonly<Record<ClientSystem, (server: string) => string>> = {
  windows: (server) => `ProxyCommand C:\\Windows\\System32\\OpenSSH\\ssh.exe -W [%h]:%p ${server}`,
  posix: (server) => `ProxyJump ${server}`,
};

/** Where services of guests behind a server are opened on the client PC. */
export interface ServiceForward {
  readonly guest: string;
  /** Name of the Docker stack. */
  readonly stack: string;
  /** Port at 127.0.0.1 of the client PC. */
  readonly port: number;
  /** IPv4 address and port of the guest. */
  readonly address: string;
  readonly guestPort: number;
}

/** The highest port, and how far a port is from the one that another guest has already. */
const HIGHEST = 65535;
const STEP = 10_000;

/** Where Remote Desktop of a host in a cloud is opened on the client PC; undefined where it has none, or is no such host. */
function desktopOf(host: HostPlan): Omit<ServiceForward, "guest" | "stack"> | undefined {
  if (!isJumpHost(host) || osOf(host.config) !== "windows") return undefined;
  // A PC with Windows has its own at the port itself.
  return { port: REMOTE_DESKTOP_PORT + STEP, address: "127.0.0.1", guestPort: REMOTE_DESKTOP_PORT };
}

/** The services of a team's guests that learners open by way of a host in a cloud, each at a port of its own; none elsewhere. */
export function forwardsOf(guests: readonly GuestPlan[], host: HostPlan): ServiceForward[] {
  if (!isJumpHost(host)) return [];
  const taken = new Set([desktopOf(host)?.port]);
  const free = (wanted: number): number => {
    for (let port = wanted; port <= HIGHEST; port += STEP) if (!taken.has(port)) return port;
    let port = 1024;
    while (taken.has(port)) port += 1;
    return port;
  };
  return guests.flatMap((guest) => {
    const address = addressFromHost(guest, host);
    if (address === undefined) return [];
    return guest.docker.flatMap((stack) =>
      stack.ports.map((guestPort): ServiceForward => {
        // Who is no administrator listens on 1024 and above.
        const port = free(guestPort < 1024 ? guestPort + STEP : guestPort);
        taken.add(port);
        return { guest: guest.name, stack: stack.name, port, address, guestPort };
      }),
    );
  });
}

/** What of a client PC and its user decides about its SSH file. */
export interface ClientSettings {
  /** Path of the team's private key there; `~` is the user's folder. */
  readonly key: string;
  readonly system: ClientSystem;
  /** Path there of the list of keys by which server and guests are known; without it each is asked about at the first time. */
  readonly knownHosts?: string;
}

type Entry = readonly [name: string, ...settings: readonly string[]];

/** How a guest is reached from the client PC: at its own address on the classroom LAN, else by way of the server. @param way through it */
function guestEntry(guest: GuestPlan, host: HostPlan, way: string | undefined): Entry | undefined {
  const reach = EXPECTED_REACH[host.target];
  const settings = (address: string, port: number, ...more: readonly string[]): Entry => [
    guest.name,
    `HostName ${address}`,
    `Port ${port}`,
    `User ${userOf(guest)}`,
    ...more,
  ];
  for (const adapter of guest.adapters) {
    if (adapter.mode !== "disabled" && reach[adapter.mode].fromClient.reachable)
      return settings(adapter.address, SSH_PORT);
  }
  if (way === undefined) return undefined;
  const published = guest.published.find(({ guestPort }) => guestPort === SSH_PORT);
  // Ports are forwarded by the same gateway that lets guests out.
  const isForwarded = guest.adapters.some(({ mode }) => mode !== "disabled" && MODE_TRAITS[mode].internet);
  if (published && isForwarded) return settings("127.0.0.1", published.hostPort, way);
  const address = addressFromHost(guest, host);
  return address === undefined ? undefined : settings(address, SSH_PORT, way);
}

/** Name by which the SSH file of a team's client PC knows its server: a guest has the name that its learners type. */
export function serverName(guests: readonly Pick<GuestPlan, "name">[], host: Pick<HostPlan, "name">): string {
  return guests.some(({ name }) => name === host.name) ? `${host.name}-host` : host.name;
}

/**
 * The file `.ssh/config` of a client PC: the team's server and its guests by their names, each with the team's key; with a server in a cloud, where services of guests
 * are opened while one is connected to it. A guest that nobody reaches by a network, such as one on an internal one, is left out.
 * @param guests of the team
 * @throws for an address, a user or a path with a control character
 */
export function renderSshConfig(
  guests: readonly GuestPlan[],
  host: HostPlan,
  { key, system, knownHosts }: ClientSettings,
): string {
  const server = serverOf(host);
  const name = serverName(guests, host);
  const desktop = desktopOf(host);
  const forwards = [...(desktop ? [desktop] : []), ...forwardsOf(guests, host)].map(
    ({ port, address, guestPort }) => `LocalForward 127.0.0.1:${port} ${address}:${guestPort}`,
  );
  const entries: Entry[] = [
    ...(server
      ? [
          [
            name,
            `HostName ${server.address}`,
            `Port ${server.port}`,
            `User "${server.user}"`,
            ...forwards,
          ] as const,
        ]
      : []),
    ...guests.flatMap((guest) => {
      const entry = guestEntry(guest, host, server && THROUGH[system](name));
      return entry ? [entry] : [];
    }),
  ];
  const common = [`IdentityFile "${key}"`, "IdentitiesOnly yes"];
  const known = (entry: string) =>
    knownHosts === undefined
      ? []
      : [`HostKeyAlias ${entry}`, `UserKnownHostsFile "${knownHosts}"`, "StrictHostKeyChecking yes"];
  const end = system === "windows" ? CRLF : "\n";
  return entries
    .map(([entry, ...settings]) =>
      [
        `Host ${entry}`,
        ...[...settings, ...common, ...known(entry)].map((setting) => `  ${oneLine(setting)}`),
        "",
      ].join(end),
    )
    .join(end);
}
