import { userOf } from "./access";
import { EXPECTED_REACH } from "./expectedReach";
import { osOf } from "./hosts";
import { MODE_TRAITS } from "./modes";
import type { GuestPlan, HostPlan } from "./plan";
import { SSH_PORT } from "./ports";

/** Where the server of a team answers. */
interface Server {
  readonly address: string;
  readonly port: number;
  readonly user: string;
}

/** The server as the client PC reaches it; undefined for a host that is not a machine of the room, which has no file there. */
function serverOf({ config }: HostPlan): Server | undefined {
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
 * The file by which Remote Desktop of a client PC opens a team's server, to be written as {@link RDP_ENCODING}; undefined where the server is
 * no Windows PC of the room. The desktop has the clipboard for what the sheets say; drives and printers of the client PC stay its own
 * (learn.microsoft.com/azure/virtual-desktop/rdp-properties).
 * @throws for an address or a user with a control character
 */
export function renderRdp(host: HostPlan): string | undefined {
  const server = serverOf(host);
  if (!server || osOf(host.config) !== "windows") return undefined;
  const settings = [
    `full address:s:${oneLine(server.address)}`,
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

/** Program of Windows that a connection goes through: its own `ProxyJump` does not find itself in older builds (PowerShell/Win32-OpenSSH#1172). */
const through = (server: string) =>
  `ProxyCommand C:\\Windows\\System32\\OpenSSH\\ssh.exe -W [%h]:%p ${server}`;

type Entry = readonly [name: string, ...settings: readonly string[]];

/** How a guest is reached from the client PC: at its own address on the classroom LAN, else by way of the server. */
function guestEntry(guest: GuestPlan, host: HostPlan, server: string | undefined): Entry | undefined {
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
  if (!server) return undefined;
  const published = guest.published.find(({ guestPort }) => guestPort === SSH_PORT);
  // Ports are forwarded by the same gateway that lets guests out.
  const isForwarded = guest.adapters.some(({ mode }) => mode !== "disabled" && MODE_TRAITS[mode].internet);
  if (published && isForwarded) return settings("127.0.0.1", published.hostPort, through(server));
  for (const adapter of guest.adapters) {
    if (adapter.mode !== "disabled" && reach[adapter.mode].fromHost.reachable)
      return settings(adapter.address, SSH_PORT, through(server));
  }
  return undefined;
}

/**
 * The file `.ssh\config` of a client PC: the team's server and its guests by their names, each with the team's key. A guest that nobody
 * reaches by a network, such as one on an internal one, is left out.
 * @param key path of the team's private key on the client PC; `~` is the user's folder
 * @param guests of the team
 * @throws for an address, a user or a path with a control character
 */
export function renderSshConfig(guests: readonly GuestPlan[], host: HostPlan, key: string): string {
  const server = serverOf(host);
  // A guest has the name that its learners type.
  const taken = guests.some(({ name }) => name === host.name);
  const name = taken ? `${host.name}-host` : host.name;
  const entries: Entry[] = [
    ...(server
      ? [[name, `HostName ${server.address}`, `Port ${server.port}`, `User "${server.user}"`] as const]
      : []),
    ...guests.flatMap((guest) => {
      const entry = guestEntry(guest, host, server && name);
      return entry ? [entry] : [];
    }),
  ];
  const common = [`IdentityFile "${key}"`, "IdentitiesOnly yes"];
  return entries
    .map(([entry, ...settings]) =>
      [`Host ${entry}`, ...[...settings, ...common].map((setting) => `  ${oneLine(setting)}`), ""].join(CRLF),
    )
    .join(CRLF);
}
