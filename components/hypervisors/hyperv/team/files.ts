import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { StickFile } from "../../../hosts/precheck/stick";
import { sha256 } from "../moduleFiles";
import type { TeamStep } from "../teamSteps";

const text = (root: string, path: string): string =>
  readFileSync(join(root, "components/hypervisors/hyperv", path), "utf8").replaceAll("\r\n", "\n");

const windowsLines = (words: string): string => words.replaceAll("\n", "\r\n");

/**
 * The files by which a team's lab is made at its PC and taken away, for a folder of a stick. The document among them has secrets of this team.
 * @param root folder of the checkout, or of the package
 */
export function teamFiles(root: string, lab: string, team: string, steps: readonly TeamStep[]): StickFile[] {
  const module = text(root, "module/Classlab.HyperV.psm1");
  const scripts = ["make.cmd", "remove.cmd", "Team.ps1", "Classlab.Team.psm1"];
  return [
    ...scripts.map((name) => ({ name, text: windowsLines(text(root, `team/${name}`)) })),
    { name: "Classlab.HyperV.psm1", text: windowsLines(module) },
    // Of ASCII, so that no code page reads it otherwise.
    {
      name: "team.json",
      text: `${JSON.stringify({ classlabTeam: 1, lab, team, module: sha256(module), steps }, null, 1)}\n`,
    },
  ];
}
