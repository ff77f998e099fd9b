import type { Tunnel } from "../../course/clouds/tunnel";
import { type Finding, fine } from "./check";
import type { Machine } from "./machine";

/** A program that a tunnel is begun with. */
interface TunnelProgram {
  /** What is run to see that it is there. */
  readonly look: readonly [program: string, ...words: string[]];
  /** As it is spoken of. */
  readonly name: string;
  readonly fix: string;
}

/** What each tunnel needs on this machine. */
const TUNNEL_PROGRAMS: Readonly<Record<Tunnel["kind"], readonly TunnelProgram[]>> = {
  "session-manager": [
    {
      look: ["aws", "--version"],
      name: "the AWS CLI (aws)",
      fix: "Install it: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
    },
    {
      look: ["session-manager-plugin", "--version"],
      name: "the Session Manager plugin (session-manager-plugin)",
      fix: "Install it: https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html",
    },
  ],
  bastion: [
    {
      look: ["az", "version"],
      name: "the Azure CLI (az)",
      fix: "Install it: https://learn.microsoft.com/cli/azure/install-azure-cli",
    },
    {
      look: ["az", "extension", "show", "--name", "bastion"],
      name: "the Azure CLI's extension for Bastion",
      fix: "Run: az extension add --name bastion",
    },
  ],
};

/** Milliseconds that such a program may take. */
const PROGRAM_DEADLINE = 30_000;

/** Whether this machine has the programs that some tunnels are begun with: the first that it lacks is the finding. */
export async function missingProgram(
  kinds: readonly Tunnel["kind"][],
  machine: Pick<Machine, "run">,
): Promise<Finding> {
  const programs = kinds.flatMap((kind) => TUNNEL_PROGRAMS[kind]);
  for (const { look, name, fix } of programs) {
    const [program, ...words] = look;
    const { code } = await machine.run(program, words, { deadline: PROGRAM_DEADLINE });
    if (code !== 0)
      return {
        status: "blocking",
        found: `${name} is not on this machine, or does not run`,
        fix,
        code: "environment-missing",
      };
  }
  return fine(programs.map(({ name }) => name).join(", "));
}
