import { Pc } from "./pc";
import { passwordIn, runPcCmdlet } from "./pcCmdlets";
import { PowerShellError, toNumber, toText } from "./values";

type Given = ReadonlyMap<string, unknown>;

const TERMINAL_SERVER = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server";

/**
 * A server with Windows in a cloud, as far as the account that learners come in by changes it. What it refuses, by learn.microsoft.com: a group that is not there
 * (Add-LocalGroupMember), a password of fewer than three kinds of characters ("Passwords must meet complexity requirements").
 */
export class CloudServer extends Pc {
  override productType = 3 as const;
  /** Descriptions and passwords of accounts, by name. */
  readonly descriptions = new Map<string, string>();
  readonly passwords = new Map<string, string>();
  /** Members of groups beside Administrators, by the group's number. */
  readonly groups = new Map<string, string[]>([
    ["S-1-5-32-555", []],
    ["S-1-5-32-578", []],
  ]);
  remoteDesktop = false;
}

function setPassword(server: CloudServer, given: Given): void {
  server.passwords.set(toText(given.get("name")), passwordIn(given));
}

const CMDLETS: Readonly<
  Record<string, readonly [knows: readonly string[], run: (server: CloudServer, given: Given) => unknown]>
> = {
  "add-localgroupmember": [
    ["sid", "member"],
    (server, given) => {
      const members = server.groups.get(toText(given.get("sid")));
      if (!members) throw new PowerShellError(`Group ${toText(given.get("sid"))} was not found.`);
      members.push(toText(given.get("member")));
    },
  ],
  "get-localuser": [
    [],
    (server) =>
      server.users.map(({ Name, SID }) => ({ Name, SID, Description: server.descriptions.get(Name) ?? "" })),
  ],
  "new-localuser": [
    ["name", "description", "password", "accountneverexpires", "passwordneverexpires"],
    (server, given) => {
      setPassword(server, given);
      const { description, ...rest } = Object.fromEntries(given);
      runPcCmdlet(server, "New-LocalUser", new Map(Object.entries(rest)));
      server.descriptions.set(toText(given.get("name")), toText(description));
    },
  ],
  "set-localuser": [["name", "password"], setPassword],
  "set-itemproperty": [
    ["literalpath", "name", "value"],
    (server, given) => {
      if (
        toText(given.get("literalpath")) !== TERMINAL_SERVER ||
        toText(given.get("name")) !== "fDenyTSConnections"
      )
        throw new PowerShellError("Cannot find path.");
      server.remoteDesktop = toNumber(given.get("value")) === 0;
    },
  ],
};

/** Runs a cmdlet on such a server. @throws Error for what the stand-in was not taught */
export function runLearnerCmdlet(pc: Pc, name: string, given: Given): readonly unknown[] {
  const found = pc instanceof CloudServer ? CMDLETS[name.toLowerCase()] : undefined;
  if (!found || !(pc instanceof CloudServer)) return runPcCmdlet(pc, name, given);
  const [knows, run] = found;
  const unknown = [...given.keys()].find((key) => !knows.includes(key));
  if (unknown !== undefined) throw new Error(`the stand-in was not taught -${unknown} of ${name}`);
  const value = run(pc, given);
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
