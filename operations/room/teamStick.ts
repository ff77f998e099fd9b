import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { consolePasswordPath, hostKeyPath } from "../../components/guestSecretPaths";
import { teamKeyPath } from "../../components/hypervisors/channelOptions";
import { teamFiles } from "../../components/hypervisors/hyperv/team/files";
import { type GuestKeys, teamSteps } from "../../components/hypervisors/hyperv/teamSteps";
import { writePrivateFile } from "../../components/privateFile";
import { sha512Crypt } from "../../components/sha512Crypt";
import { type SshKeyPair, sshKeyFromText } from "../../components/sshKey";
import { GUEST_USER } from "../../course/access";
import { type Fault, FaultError } from "../../course/faults";
import { osOf } from "../../course/hosts";
import type { LabPlan, TeamPlan } from "../../course/plan";
import { hostNamed } from "../../course/resources";
import { readTeamResult, type TeamResult } from "../../course/room/teamResult";
import { homeFolder, PACKAGE_ROOT } from "../paths";
import { planLab, unbuiltOnHyperV } from "../plan";
import { chooseTeams } from "../rotate";
import type { StackFile } from "../stackFile";

/** What was written for one team. */
export interface TeamStick {
  readonly team: string;
  /** Folder on the stick. */
  readonly folder: string;
  /** Name of the PC in the lab. */
  readonly host: string;
  readonly guests: readonly string[];
  /** Guests whose Docker stacks are not made: nothing of this machine reaches into them. */
  readonly withoutStacks: readonly string[];
}

/** What of a lab's secrets is made at no PC and in no stack: all of it comes from one random text, which no stick has. */
class LocalSecrets {
  readonly id: string;
  private readonly seed: string;

  constructor(private readonly lab: string) {
    // No team has a dot in its id.
    const file = join(homeFolder(), teamKeyPath(lab, "local.seed"));
    if (!existsSync(file)) writePrivateFile(file, `${randomBytes(32).toString("hex")}\n`);
    this.seed = readFileSync(file, "utf8").trim();
    this.id = this.derived("id").slice(0, 16);
  }

  /** @throws FaultError `object-in-the-way` where the team has another key, since its lab is one that `up` made */
  keyOf(team: string): SshKeyPair {
    const pair = sshKeyFromText(this.derived("key", team), `classlab:${this.lab}/${team}`);
    const file = join(homeFolder(), teamKeyPath(this.lab, team));
    if (existsSync(file) && readFileSync(file, "utf8") !== pair.privateKey) {
      throw new FaultError([
        {
          code: "object-in-the-way",
          where: `team ${team}`,
          what: "it has a key that no stick was written with: its lab was made by classlab up, or is made by it again",
          fix: "Take the lab down first (classlab down), or go on with classlab up",
        },
      ]);
    }
    writePrivateFile(file, pair.privateKey);
    return pair;
  }

  guest(objectName: string): GuestKeys & { readonly password: string } {
    const hostKey = sshKeyFromText(this.derived("host-key", objectName), objectName);
    const password = BigInt(`0x${this.derived("password", objectName)}`)
      .toString(36)
      .slice(0, 12);
    const keep = (path: string, text: string) => writePrivateFile(join(homeFolder(), path), `${text}\n`);
    keep(hostKeyPath(this.lab, objectName), hostKey.publicKey.split(" ").slice(0, 2).join(" "));
    keep(consolePasswordPath(this.lab, objectName), password);
    const salt = this.derived("salt", objectName).slice(0, 16);
    return { hostKey, password, passwordHash: sha512Crypt(password, salt) };
  }

  private derived(...what: readonly string[]): string {
    return createHash("sha256")
      .update(JSON.stringify([this.seed, ...what]))
      .digest("hex");
  }
}

function unfit(plan: LabPlan, team: TeamPlan): Fault[] {
  const host = hostNamed(plan, team.host);
  if (host?.target !== "hyperv" || host.kind !== "existing" || osOf(host.config) !== "windows") {
    return [
      {
        code: "target-not-built",
        where: `team ${team.id}`,
        what: `its host ${team.host} is no Windows PC with Hyper-V, for which alone there are scripts that are run at the PC`,
        expected: "target: hyperv and a host of kind existing with os: windows",
      },
    ];
  }
  return unbuiltOnHyperV(plan, host).filter(
    ({ where }) => where.startsWith("host ") || where.startsWith(`guest ${team.id}/`),
  );
}

/** What a team's learners log in with. */
function logins(team: TeamPlan, secrets: LocalSecrets): string {
  const lines = team.guests.map(
    ({ name, objectName }) => `${name}\t${GUEST_USER}\t${secrets.guest(objectName).password}`,
  );
  return `${["guest\tuser\tpassword at its screen", ...lines].join("\r\n")}\r\n`;
}

/**
 * Writes, for PCs that let nobody in by SSH, what makes a team's lab at its PC and takes it away: a folder each team, with that team's secrets alone.
 * @param teams ids, or all of the lab's
 * @throws FaultError `unknown-team`, `target-not-built`, `image-missing`, `object-in-the-way` or `report-unwritable`
 */
export function writeTeamSticks(
  folder: string,
  file: StackFile,
  teams: readonly string[] | "all",
): TeamStick[] {
  const plan = planLab(file);
  const chosen = chooseTeams(plan, teams);
  const [first, ...more] = chosen.flatMap((team) => unfit(plan, team));
  if (first) throw new FaultError([first, ...more]);
  const secrets = new LocalSecrets(file.lab);
  return chosen.map((team): TeamStick => {
    const host = hostNamed(plan, team.host);
    if (!host) throw new Error(`the plan has no host ${team.host}`);
    const key = secrets.keyOf(team.id);
    const unit = plan.units.find(({ teams: own }) => own.includes(team.id));
    const mark = { lab: file.lab, id: secrets.id, stack: unit?.stack ?? plan.lab, team: team.id };
    const steps = teamSteps(plan, team, host, {
      mark,
      publicKey: key.publicKey,
      keys: (objectName) => secrets.guest(objectName),
    });
    const place = join(folder, team.id);
    const files = [
      ...teamFiles(PACKAGE_ROOT, file.lab, team.id, steps),
      { name: "team.key", text: key.privateKey },
      { name: "logins.txt", text: logins(team, secrets) },
    ];
    try {
      mkdirSync(place, { recursive: true });
      for (const { name, text } of files) writePrivateFile(join(place, name), text);
    } catch (error) {
      throw new FaultError([
        {
          code: "report-unwritable",
          where: `--write ${folder}`,
          what: error instanceof Error ? error.message : String(error),
          expected: "a folder that can be written",
        },
      ]);
    }
    return {
      team: team.id,
      folder: place,
      host: host.name,
      guests: team.guests.map(({ name }) => name),
      withoutStacks: team.guests.flatMap(({ name, docker }) => (docker.length > 0 ? [name] : [])),
    };
  });
}

/** What PCs wrote into the folders of a stick, and a fault each file that cannot be read. */
export function readTeamResults(folder: string): {
  readonly results: readonly TeamResult[];
  readonly faults: readonly Fault[];
} {
  const inside = (path: string): string[] => (existsSync(path) ? readdirSync(path).sort() : []);
  const read = inside(folder).flatMap((team) =>
    inside(join(folder, team, "results"))
      .filter((name) => name.endsWith(".json"))
      .map((name) => join(folder, team, "results", name))
      .map((path) => readTeamResult(path, readFileSync(path, "utf8"))),
  );
  return {
    results: read.flatMap((result) => (result.ok ? [result.value] : [])),
    faults: read.flatMap((result) => (result.ok ? [] : result.faults)),
  };
}
