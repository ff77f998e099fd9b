import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hostKeyPath } from "../components/guestSecretPaths";
import { CONNECT_SECONDS } from "../components/hosts/sshEntry";
import { teamKeyPath } from "../components/hypervisors/channelOptions";
import { writePrivateFile } from "../components/privateFile";
import { accessOf } from "../course/access";
import { type GuestPlan, guestsOf, type LabPlan } from "../course/plan";
import { hostNamed } from "../course/resources";
import { channelTo } from "./channel";
import { HOST_KEY_FILE } from "./guestContents";
import { hostsConfig } from "./hosts/access";
import { machineOf } from "./hosts/machine";
import { homeFolder } from "./paths";
import { run } from "./process";

/** Where the SSH configuration of a lab stands. */
export function sshConfigPath(lab: string): string {
  return join(homeFolder(), "ssh", `${lab}.conf`);
}

/** Where the keys stand by which that knows guests: one line a guest, its name there and the key. */
export function knownHostsPath(lab: string): string {
  return join(homeFolder(), "ssh", `${lab}.known_hosts`);
}

/** Name of a guest in the SSH configuration: short where only one team is there. */
export function sshAlias(plan: LabPlan, guest: { readonly name: string; readonly team: string }): string {
  return plan.teams.length === 1 ? guest.name : `${guest.team}-${guest.name}`;
}

async function hostKey(plan: LabPlan, guest: GuestPlan): Promise<string | undefined> {
  // A guest with Windows has the key that it was given, and no shell to ask.
  if (guest.windows) {
    const file = join(homeFolder(), hostKeyPath(plan.lab, guest.objectName));
    return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
  }
  const result = await run("sh", ["-c", channelTo(plan, guest).shell], {
    stdin: `cat ${HOST_KEY_FILE}`,
    deadline: (20 + CONNECT_SECONDS.tunnel) * 1000,
  });
  return result.code === 0 ? result.stdout.trim().split(" ").slice(0, 2).join(" ") : undefined;
}

/** The way to a guest whose networks are another machine's: through that. */
function throughHost(plan: LabPlan, guest: GuestPlan): string[] {
  const machine = machineOf(plan.lab, hostNamed(plan, guest.host));
  if (!machine) return [];
  return [`  ProxyCommand ssh -F "${hostsConfig(machine.lab)}" -W %h:%p ${machine.name}`];
}

/**
 * Writes the SSH configuration of a lab: one entry a guest, its key, and its host key as read over the management
 * channel, so that the first login is as sure as the tenth.
 * @param read host keys that were read since the guests were last changed, by the guests' names on their platform
 */
export async function writeSshConfig(
  plan: LabPlan,
  read: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const knownHosts = knownHostsPath(plan.lab);
  const entries = await Promise.all(
    guestsOf(plan).map(async (guest) => {
      const access = accessOf(plan, guest);
      if (!access.ssh) return undefined;
      const alias = sshAlias(plan, guest);
      const key = read.get(guest.objectName) ?? (await hostKey(plan, guest));
      return {
        known: key ? `${alias} ${key}` : undefined,
        config: [
          `Host ${alias}`,
          `  HostName ${access.ssh.host}`,
          `  Port ${access.ssh.port}`,
          `  User ${access.ssh.user}`,
          `  HostKeyAlias ${alias}`,
          `  IdentityFile "${join(homeFolder(), teamKeyPath(plan.lab, guest.team))}"`,
          ...throughHost(plan, guest),
        ].join("\n"),
      };
    }),
  );
  const present = entries.flatMap((entry) => (entry ? [entry] : []));
  const common = [
    "Host *",
    "  IdentitiesOnly yes",
    "  StrictHostKeyChecking yes",
    `  UserKnownHostsFile "${knownHosts}"`,
  ].join("\n");
  writePrivateFile(
    knownHosts,
    present.flatMap((entry) => (entry.known ? [`${entry.known}\n`] : [])).join(""),
  );
  writePrivateFile(
    sshConfigPath(plan.lab),
    `${[...present.map((entry) => entry.config), common].join("\n\n")}\n`,
  );
}
