import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { teamKeyPath } from "../components/hypervisors/channelOptions";
import { writePrivateFile } from "../components/privateFile";
import { RDP_ENCODING, renderRdp, renderSshConfig } from "../course/clientFiles";
import { handoutsOf } from "../course/composeFiles";
import { FaultError } from "../course/faults";
import type { LabPlan, TeamPlan } from "../course/plan";
import { renderAccount } from "../course/registrySheet";
import { hostNamed } from "../course/resources";
import { PROVIDERS, renderVagrantfile } from "../course/vagrantfile";
import { homeFolder } from "./paths";
import { refuseUnknownTeams } from "./plan";
import { registryAccess } from "./registryAccess";

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
}

/** The files of a team by what its host is; Vagrant's where the host's hypervisor is one that Vagrant drives. */
function filesOf(plan: LabPlan, team: TeamPlan): HandoutFile[] {
  const compose = handoutsOf(plan, team).map(({ path, text }) => ({ name: path, text }));
  const host = hostNamed(plan, team.host);
  if (!host) return compose;
  const provider = PROVIDERS.find((name) => name === host.target);
  const rdp = renderRdp(host);
  const key = `~/.ssh/classlab-${plan.lab}-${team.id}`;
  const config = renderSshConfig(team.guests, host, key);
  return [
    ...(provider ? [{ name: "Vagrantfile", text: renderVagrantfile(plan, team, provider) }] : []),
    ...(rdp === undefined ? [] : [{ name: `${host.name}.rdp`, text: rdp, encoding: RDP_ENCODING }]),
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
 * Writes what teams take to their PCs, a folder each: the Vagrantfile, the file for Remote Desktop, the SSH configuration of the client PC, the Compose files of its guests'
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
        for (const { name, text, encoding = "utf8" } of files) {
          mkdirSync(dirname(join(folder, name)), { recursive: true });
          writeFileSync(join(folder, name), text, { encoding });
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
