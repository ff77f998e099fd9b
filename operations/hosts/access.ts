import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hostsConfigPath, hostsKeyPath } from "../../components/hosts/paths";
import { quoted, SSH_COMMON, sshEntry } from "../../components/hosts/sshEntry";
import { writePrivateFile } from "../../components/privateFile";
import { type SshKeyPair, sshKeyFromText } from "../../components/sshKey";
import { FaultError } from "../../course/faults";
import type { RemoteHost } from "../../course/hosts";
import { homeFolder } from "../paths";
import { placeBastionStream } from "./bastionStream";
import { hostKeyMissing } from "./faults";
import type { RemoteMachine } from "./machine";

/** The SSH configuration by which a lab reaches its hosts, and the list of their keys: nobody else is taken for them. */
export function renderHostsConfig(
  machines: readonly RemoteMachine[],
  knownHosts: string,
  ownKey: string,
): { readonly config: string; readonly known: string } {
  const home = homeFolder();
  const entries = machines.map(({ name, remote }) =>
    sshEntry(name, remote, { home, identityFile: remote.identityFile ?? ownKey }),
  );
  const common = [...SSH_COMMON, `  UserKnownHostsFile ${quoted(knownHosts)}`].join("\n");
  return {
    config: `${[...entries, common].join("\n\n")}\n`,
    known: machines.map(({ name, remote }) => `${name} ${remote.hostKey ?? ""}\n`).join(""),
  };
}

/** Where the SSH configuration for a lab's hosts stands. */
export function hostsConfig(lab: string): string {
  return join(homeFolder(), hostsConfigPath(lab));
}

/** What {@link prepareAccess} last wrote down of each host, by name; nothing where it never did. */
export function readHostsConfig(
  lab: string,
): ReadonlyMap<string, Required<Pick<RemoteHost, "address" | "port" | "user" | "hostKey">>> {
  const path = hostsConfig(lab);
  const known = `${path}.known`;
  if (!existsSync(path) || !existsSync(known)) return new Map();
  const keys = new Map(
    readFileSync(known, "utf8")
      .split("\n")
      .flatMap((line): [string, string][] => {
        const [, name, hostKey] = /^(\S+) (\S.*)$/.exec(line) ?? [];
        return name !== undefined && hostKey !== undefined ? [[name, hostKey]] : [];
      }),
  );
  const entries = readFileSync(path, "utf8").matchAll(
    /^Host (\S+)\n {2}HostName (\S+)\n {2}Port (\d+)\n {2}User (.+)$/gm,
  );
  return new Map(
    [...entries].flatMap(([, name = "", address = "", port = "", user = ""]) => {
      const hostKey = keys.get(name);
      return hostKey === undefined ? [] : [[name, { address, port: Number(port), user, hostKey }] as const];
    }),
  );
}

/** Where the lab's own key stands on this machine. */
const ownKeyFile = (lab: string): string => join(homeFolder(), hostsKeyPath(lab));

/** The public line of the lab's own key; undefined where this machine has none. */
export function ownPublicKey(lab: string): string | undefined {
  const file = ownKeyFile(lab);
  const publicFile = `${file}.pub`;
  return existsSync(file) && existsSync(publicFile) ? readFileSync(publicFile, "utf8").trim() : undefined;
}

/** The private key by which a lab opens its hosts, made when there is none. @returns its public line */
export function ownKey(lab: string): { readonly file: string; readonly publicKey: string } {
  const file = ownKeyFile(lab);
  const publicKey = ownPublicKey(lab);
  if (publicKey !== undefined) return { file, publicKey };
  const pair = sshKeyFromText(randomBytes(32).toString("hex"), `classlab:${lab}/hosts`);
  keepOwnKey(lab, pair);
  return { file, publicKey: pair.publicKey };
}

/** Keeps a key as the lab's own on this machine. */
export function keepOwnKey(lab: string, { privateKey, publicKey }: SshKeyPair): void {
  const file = ownKeyFile(lab);
  writePrivateFile(file, privateKey);
  // Where the public line stands, the key does.
  writePrivateFile(`${file}.pub`, `${publicKey}\n`);
}

/** The line by which a host lets the lab's own key in; the key is made when there is none. */
export function labPublicKey(lab: string): string {
  return ownKey(lab).publicKey;
}

/**
 * The line that opens a host by the lab's own key.
 * @returns undefined where the host names a key of the user's
 */
export function publicKeyFor({ lab, remote }: RemoteMachine): string | undefined {
  return remote.identityFile === undefined ? ownKey(lab).publicKey : undefined;
}

/** What was written down of hosts but some: a run that goes on beside this one may be on its way to them. */
function othersWritten(
  path: string,
  but: readonly RemoteMachine[],
): { readonly entries: string[]; readonly known: string[] } {
  const names = new Set(but.map(({ name }) => name));
  const isOther = (name: string | undefined) => name !== undefined && name !== "*" && !names.has(name);
  const read = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : "");
  return {
    entries: read(path)
      .split("\n\n")
      .filter((entry) => isOther(/^Host (\S+)\n/.exec(entry)?.[1])),
    known: read(`${path}.known`)
      .split("\n")
      .filter((line) => isOther(/^(\S+) /.exec(line)?.[1])),
  };
}

/**
 * Writes what SSH needs to reach a lab's hosts, below the home folder. Connects to nobody.
 * @param machines the hosts; others that are written down already stay so
 * @param whole whether these are all that there are, and others are forgotten
 * @throws FaultError `host-key-missing`, a fault each host
 */
export function prepareAccess(lab: string, machines: readonly RemoteMachine[], whole = false): void {
  if (machines.length === 0) return;
  const [first, ...more] = machines
    .filter(({ remote }) => remote.hostKey === undefined)
    .map((machine) => hostKeyMissing(machine));
  if (first) throw new FaultError([first, ...more]);
  const path = hostsConfig(lab);
  const knownHosts = `${path}.known`;
  const { config, known } = renderHostsConfig(machines, knownHosts, ownKey(lab).file);
  const others = whole ? { entries: [], known: [] } : othersWritten(path, machines);
  placeBastionStream(machines.map(({ remote }) => remote.tunnel?.kind));
  writePrivateFile(knownHosts, [...others.known.map((line) => `${line}\n`), known].join(""));
  // The first entry that has a setting decides: what holds for all is the last.
  writePrivateFile(path, [...others.entries, config].join("\n\n"));
}
