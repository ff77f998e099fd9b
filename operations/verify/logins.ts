import { existsSync } from "node:fs";
import { join } from "node:path";
import { teamKeyPath } from "../../components/hypervisors/channelOptions";
import { userOf } from "../../course/access";
import type { GuestPlan, LabPlan } from "../../course/plan";
import { channelTo } from "../channel";
import { homeFolder } from "../paths";
import { run } from "../process";
import type { ProbeResult } from "./probeResults";
import type { ProbeOptions } from "./probers";

/**
 * Logs in as a learner with the team's key.
 * @returns undefined where the key is not on this machine
 */
export async function tryLogin(
  plan: LabPlan,
  guest: GuestPlan,
  options: ProbeOptions,
): Promise<ProbeResult | undefined> {
  const key = join(homeFolder(), teamKeyPath(plan.lab, guest.team));
  if (!existsSync(key)) return undefined;
  const began = performance.now();
  const user = userOf(guest);
  const settings = [
    "BatchMode=yes",
    "IdentitiesOnly=yes",
    "PreferredAuthentications=publickey",
    "StrictHostKeyChecking=no",
    "UserKnownHostsFile=/dev/null",
    "LogLevel=ERROR",
    `ConnectTimeout=${8 * (options.patience ?? 1)}`,
    // Whatever the mode, the door is the learners'.
    `ProxyCommand=${channelTo(plan, guest).sshRelay}`,
  ];
  const result = await run(
    "ssh",
    [
      "-F",
      "none",
      "-i",
      key,
      ...settings.flatMap((setting) => ["-o", setting]),
      `${user}@${guest.name}`,
      guest.windows ? "whoami" : "id -un",
    ],
    {
      deadline: Math.min(options.deadline, 15_000 * (options.patience ?? 1)),
      ...(options.signal ? { signal: options.signal } : {}),
    },
  );
  const seconds = (performance.now() - began) / 1000;
  // Windows tells the machine's name as well.
  if (result.code === 0 && result.stdout.trim().split("\\").at(-1) === user)
    return { how: "ok", what: `logged in as ${user}`, seconds };
  const words = result.stderr.trim().split("\n").at(-1);
  return { how: "refused", what: words || `ssh ended with exit code ${result.code}`, seconds };
}
