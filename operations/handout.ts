import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { accountPasswordPath } from "../components/guestSecretPaths";
import { teamKeyPath } from "../components/hypervisors/channelOptions";
import { writePrivateFile } from "../components/privateFile";
import { RDP_ENCODING, renderRdp, renderSshConfig, serverName } from "../course/clientFiles";
import { handoutsOf } from "../course/composeFiles";
import { CLOSED, type KnownKey, renderConnecting } from "../course/connecting";
import { FaultError } from "../course/faults";
import { isJumpHost, isOpen, LEARNER } from "../course/learnerAccess";
import type { HostPlan, LabPlan, TeamPlan } from "../course/plan";
import { renderAccount } from "../course/registrySheet";
import { hostNamed } from "../course/resources";
import { PROVIDERS, renderVagrantfile } from "../course/vagrantfile";
import { readHostsConfig } from "./hosts/access";
import { homeFolder } from "./paths";
import { refuseUnknownTeams } from "./plan";
import { registryAccess } from "./registryAccess";
import { knownHostsPath, sshAlias } from "./sshConfig";

/** What was written for a team. */
export interface TeamHandout {
  readonly team: string;
  readonly folder: string;
  /** Names of its files. */
  readonly files: readonly string[];
}

interface HandoutFile {
  readonly name: string;
  readonly text: string;
  readonly encoding?: typeof RDP_ENCODING;
  /** Whether nobody else may read it. */
  readonly secret?: boolean;
}

/** A host in a cloud with how it is reached: what the last `up` wrote down on this machine, since no engine is asked here. */
function standingAsWritten({ lab }: LabPlan, host: HostPlan): HostPlan {
  const written = isJumpHost(host) ? readHostsConfig(lab).get(host.name) : undefined;
  // Which machine it is concerns nobody who connects to it.
  return written ? { ...host, standing: { ...written, machine: "" } } : host;
}

/** What a team's learners connect from home by: files for both kinds of PC, the keys by which host and guests are known, and how to go about it. */
function filesFromHome(plan: LabPlan, team: TeamPlan, host: HostPlan): HandoutFile[] {
  const { standing } = host;
  if (!standing) return [];
  if (!isOpen(host)) return [{ name: "connect.txt", text: CLOSED }];
  const key = `~/.ssh/${keyName(plan, team)}`;
  const known = knownKeys(plan, team, host);
  const knownHosts = `${keyName(plan, team)}.known_hosts`;
  const settings = { key, knownHosts: `~/.ssh/${knownHosts}` };
  const rdp = renderRdp(host);
  const password = rdp === undefined ? undefined : desktopPassword(plan, host);
  const desktop = password === undefined ? {} : { desktop: { file: rdpName(host), password } };
  const text = renderConnecting(team, host, { key: keyName(plan, team), knownHosts, known, ...desktop });
  return [
    { name: "config", text: renderSshConfig(team.guests, host, { ...settings, system: "windows" }) },
    { name: "config.posix", text: renderSshConfig(team.guests, host, { ...settings, system: "posix" }) },
    { name: knownHosts, text: known.map(({ name, hostKey }) => `${name} ${hostKey}\n`).join("") },
    ...(rdp === undefined ? [] : [{ name: rdpName(host), text: rdp, encoding: RDP_ENCODING }]),
    { name: "connect.txt", text, secret: password !== undefined },
  ];
}

const rdpName = ({ name }: HostPlan): string => `${name}.rdp`;

/** Password of the learners' account on a host with Windows, as the last `up` kept it; undefined before. */
function desktopPassword({ lab }: LabPlan, { name }: HostPlan): string | undefined {
  const file = join(homeFolder(), accountPasswordPath(lab, name, LEARNER));
  return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
}

/** The keys by which a team's host and guests are known, as the last `up` wrote them down; of guests those that were seen by then. */
function knownKeys(plan: LabPlan, team: TeamPlan, host: HostPlan): KnownKey[] {
  const { hostKey = "" } = host.standing ?? {};
  const file = knownHostsPath(plan.lab);
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  return [
    { name: serverName(team.guests, host), hostKey },
    ...team.guests.flatMap((guest) => {
      const start = `${sshAlias(plan, guest)} `;
      const line = lines.find((each) => each.startsWith(start));
      return line === undefined ? [] : [{ name: guest.name, hostKey: line.slice(start.length) }];
    }),
  ];
}

/** The files of a team by what its host is; Vagrant's where the host's hypervisor is one that Vagrant drives. */
function filesOf(plan: LabPlan, team: TeamPlan): HandoutFile[] {
  const compose = handoutsOf(plan, team).map(({ path, text }) => ({ name: path, text }));
  const planned = hostNamed(plan, team.host);
  if (!planned) return compose;
  const host = standingAsWritten(plan, planned);
  if (isJumpHost(host)) return [...filesFromHome(plan, team, host), ...compose];
  const provider = PROVIDERS.find((name) => name === host.target);
  const rdp = renderRdp(host);
  const key = `~/.ssh/${keyName(plan, team)}`;
  const config = renderSshConfig(team.guests, host, { key, system: "windows" });
  return [
    ...(provider ? [{ name: "Vagrantfile", text: renderVagrantfile(plan, team, provider) }] : []),
    ...(rdp === undefined ? [] : [{ name: rdpName(host), text: rdp, encoding: RDP_ENCODING }]),
    ...(config === "" ? [] : [{ name: "config", text: config }]),
    ...compose,
  ];
}

/** The team's account at the class's own registry. */
const ACCOUNT_FILE = "registry.txt";

/** What a team has to know of the class's registry; undefined where the lab runs none, or was not up yet. */
function accountSheet(plan: LabPlan, team: TeamPlan): string | undefined {
  const access = registryAccess(plan);
  const own = access?.accounts.find(({ account }) => account === team.id);
  if (!access || !own || !existsSync(own.passwordFile)) return undefined;
  return renderAccount(access.name, own.account, readFileSync(own.passwordFile, "utf8").trim());
}

/** Where a team's private key goes in its folder: the name that its SSH configuration has. */
const keyName = (plan: LabPlan, team: TeamPlan): string => `classlab-${plan.lab}-${team.id}`;

/**
 * Writes what teams take to their PCs, a folder each: the Vagrantfile, the file for Remote Desktop, the SSH configuration of the client PC, for a host in a cloud that
 * stands also for other PCs than Windows', with the keys by which all is known and how to connect, the Compose files of its guests'
 * stacks and, once the lab was up, the team's key. Files of an earlier time are written over.
 * @param target folder for the teams' folders
 * @param teams ids; all when it is empty
 * @throws FaultError `unknown-team`, or `report-unwritable` where the folder cannot be written
 */
export function writeHandout(plan: LabPlan, target: string, teams: readonly string[]): TeamHandout[] {
  refuseUnknownTeams(plan, teams);
  return plan.teams
    .filter(({ id }) => teams.length === 0 || teams.includes(id))
    .map((team) => {
      const folder = join(target, team.id);
      const files = filesOf(plan, team);
      const key = join(homeFolder(), teamKeyPath(plan.lab, team.id));
      const withKey = existsSync(key);
      const account = accountSheet(plan, team);
      try {
        mkdirSync(folder, { recursive: true });
        for (const { name, text, encoding = "utf8", secret } of files) {
          const file = join(folder, name);
          mkdirSync(dirname(file), { recursive: true });
          if (secret) writePrivateFile(file, text);
          else writeFileSync(file, text, { encoding });
        }
        if (account !== undefined) writePrivateFile(join(folder, ACCOUNT_FILE), account);
        if (withKey) {
          copyFileSync(key, join(folder, keyName(plan, team)));
          chmodSync(join(folder, keyName(plan, team)), 0o600);
        }
      } catch (error) {
        throw new FaultError([
          {
            code: "report-unwritable",
            where: `--out ${target}`,
            what: error instanceof Error ? error.message : String(error),
          },
        ]);
      }
      const names = [...files.map(({ name }) => name), ...(account === undefined ? [] : [ACCOUNT_FILE])];
      return { team: team.id, folder, files: withKey ? [...names, keyName(plan, team)] : names };
    });
}
