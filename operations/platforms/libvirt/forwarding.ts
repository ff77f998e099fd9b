import type { HostRun } from "../../libvirt";

/** Prints the rules for what passes through a host, which only root may read. */
const RULES = `PATH=$PATH:/usr/sbin:/sbin
root=
[ "$(id -u)" = 0 ] || root='sudo -n'
LC_ALL=C $root iptables -w -S FORWARD`;

/** Bridge to bridge, as `iptables -S` prints a rule of the network script. */
const WAY = /^-A FORWARD -i (\S+) -o (\S+) -j ACCEPT$/;

/** From which bridge to which others the packet filter lets everything through, in what `iptables -S FORWARD` printed. */
export function readWays(rules: string): Map<string, string[]> {
  const ways = new Map<string, string[]>();
  for (const line of rules.split("\n")) {
    const [, from, to] = WAY.exec(line) ?? [];
    if (from !== undefined && to !== undefined) ways.set(from, [...(ways.get(from) ?? []), to]);
  }
  return ways;
}

/** The same of a host; undefined where its rules cannot be read. */
export async function forwarding(onHost: HostRun): Promise<Map<string, string[]> | undefined> {
  const result = await onHost("sh", ["-c", RULES], { deadline: 20_000 });
  return result.code === 0 ? readWays(result.stdout) : undefined;
}

/** Takes the rules of {@link WAY} from and to one bridge away; the bridge, of its first argument, goes with its network. */
const SHUT = `${RULES} | grep -E "^-A FORWARD (-i $1 -o [^ ]+|-i [^ ]+ -o $1) -j ACCEPT$" |
while read -r _ rule; do
  $root iptables -w -D $rule
done`;

/** Shuts the ways of a bridge that is gone: another one may get its name. Where the rules cannot be changed they stay. */
export async function shutWays(onHost: HostRun, bridge: string): Promise<void> {
  await onHost("sh", ["-c", SHUT, "sh", bridge], { deadline: 20_000 });
}
