import { existsSync } from "node:fs";
import { join } from "node:path";
import { CONNECT_SECONDS } from "../../components/hosts/sshEntry";
import { QUICK_EXCHANGE, teamKeyPath } from "../../components/hypervisors/channelOptions";
import { userOf } from "../../course/access";
import { addressFromHost, isJumpHost, LEARNER } from "../../course/learnerAccess";
import type { GuestPlan, LabPlan } from "../../course/plan";
import { SSH_PORT } from "../../course/ports";
import { hostNamed } from "../../course/resources";
import { channelTo } from "../channel";
import { hostsConfig } from "../hosts/access";
import { homeFolder } from "../paths";
import { run } from "../process";
import type { ProbeResult } from "./probeResults";
import type { ProbeOptions } from "./probers";

/** What carries a learner's login: from home it is the account on the team's host, elsewhere the guest's channel, which no mode cuts off. */
function wayIn(
  plan: LabPlan,
  guest: GuestPlan,
  key: string,
): { readonly command: string; readonly words: string; readonly more: number } {
  const host = hostNamed(plan, guest.host);
  const address = host && isJumpHost(host) ? addressFromHost(guest, host) : undefined;
  if (!host || address === undefined) return { command: channelTo(plan, guest).sshRelay, words: "", more: 0 };
  const through = `ssh -F "${hostsConfig(plan.lab)}" -l ${LEARNER} -i "${key}"`;
  return {
    command: `${through} -W ${address}:${SSH_PORT} ${host.name}`,
    words: ` by way of ${LEARNER}@${host.name}`,
    // A tunnel is begun for each login.
    more: host.standing?.tunnel ? CONNECT_SECONDS.tunnel : 0,
  };
}

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
  const way = wayIn(plan, guest, key);
  const settings = [
    "BatchMode=yes",
    "IdentitiesOnly=yes",
    "PreferredAuthentications=publickey",
    "StrictHostKeyChecking=no",
    "UserKnownHostsFile=/dev/null",
    "LogLevel=ERROR",
    QUICK_EXCHANGE,
    `ConnectTimeout=${8 * (options.patience ?? 1) + way.more}`,
    `ProxyCommand=${way.command}`,
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
      deadline: Math.min(options.deadline, 15_000 * (options.patience ?? 1) + way.more * 1000),
      ...(options.signal ? { signal: options.signal } : {}),
    },
  );
  const seconds = (performance.now() - began) / 1000;
  // Windows tells the machine's name as well.
  if (result.code === 0 && result.stdout.trim().split("\\").at(-1) === user)
    return { how: "ok", what: `logged in as ${user}${way.words}`, seconds };
  const words = result.stderr.trim().split("\n").at(-1);
  return { how: "refused", what: words || `ssh ended with exit code ${result.code}`, seconds };
}
