import { createHash } from "node:crypto";
import { forwardsOf, type ServiceForward, serverName } from "./clientFiles";
import { groupBy } from "./groupBy";
import { addressFromHost, LEARNER } from "./learnerAccess";
import type { HostPlan, TeamPlan } from "./plan";

/** A key by which a server or a guest is known. */
export interface KnownKey {
  /** Its name in the SSH file. */
  readonly name: string;
  /** Type and base64. */
  readonly hostKey: string;
}

/** What a team's folder has besides, by names. */
export interface ConnectingFiles {
  readonly key: string;
  readonly knownHosts: string;
  readonly known: readonly KnownKey[];
  /** The file for Remote Desktop of the host, and the password there; absent where the host has none. */
  readonly desktop?: { readonly file: string; readonly password: string };
}

/** The fingerprint of a public key as OpenSSH shows it (ssh-keygen(1), -l). @param hostKey type and base64 */
export function fingerprint(hostKey: string): string {
  const blob = Buffer.from(hostKey.split(" ")[1] ?? "", "base64");
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replaceAll("=", "")}`;
}

/** A line for each stack: of many ports the first and the last. */
function pageLines(forwards: readonly ServiceForward[]): string[] {
  const stacks = groupBy(forwards, ({ guest, stack }) => `${guest}, ${stack}`);
  return [...stacks].map(([title, ports]) => {
    const [first, last] = [ports[0]?.port, ports.at(-1)?.port];
    const more = first === last ? "" : ` … http://localhost:${last}/`;
    return `  http://localhost:${first}/${more}   ${title}`;
  });
}

/** What learners are told of a host that nobody comes to from outside, in both languages. */
export const CLOSED = `このホストは外部に公開されていません。ゲストには講師の画面から入ってください。
This host is not open to the outside: come to your guests by your trainer's screen.
`;

/** How a team's learners connect from home to guests behind a host in a cloud, in both languages. */
export function renderConnecting(team: TeamPlan, host: HostPlan, files: ConnectingFiles): string {
  const { key, knownHosts, known, desktop } = files;
  const { guests } = team;
  const server = serverName(guests, host);
  const logins = guests.flatMap((guest) =>
    addressFromHost(guest, host) === undefined ? [] : [`  ssh ${guest.name}`],
  );
  const pages = pageLines(forwardsOf(guests, host));
  const prints = known.map(({ name, hostKey }) => `  ${name}   ${fingerprint(hostKey)}`);
  const web = [
    "3. ゲストの Web ページを開く。次のコマンドを実行したままにする。",
    "   Open web pages of guests, with this command left running:",
    "",
    `  ssh -N ${server}`,
    "",
    ...pages,
    "",
  ];
  return `${[
    `1. ${key}、${knownHosts}、config を自分の PC の .ssh フォルダーに置く（Windows: C:\\Users\\自分の名前\\.ssh、macOS・Linux: ~/.ssh）。`,
    `   macOS・Linux では config.posix の方を config という名前で置き、chmod 600 ~/.ssh/${key} を実行する。すでに config があれば末尾に書き足す。`,
    `   Put ${key}, ${knownHosts} and config into the folder .ssh of your PC (Windows: C:\\Users\\YOU\\.ssh, macOS and Linux: ~/.ssh).`,
    `   On macOS and Linux take config.posix, as config, and run: chmod 600 ~/.ssh/${key}. Where there is a config, add to its end.`,
    "",
    "2. ゲストに入る。 / Log in to a guest:",
    "",
    ...logins,
    "",
    ...(pages.length > 0 ? web : []),
    ...(desktop
      ? [
          `${pages.length > 0 ? 4 : 3}. ホストの画面を開く。次のコマンドを実行したまま ${desktop.file} を開く（ユーザー ${LEARNER}、パスワード ${desktop.password}）。`,
          `   Open the host's screen: with this command left running, open ${desktop.file} (user ${LEARNER}, password ${desktop.password}).`,
          "",
          `  ssh -N ${server}`,
          "",
        ]
      : []),
    "鍵の指紋 / Fingerprints of keys",
    "",
    ...prints,
  ].join("\n")}\n`;
}
