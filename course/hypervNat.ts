import { type Fault, failed, type Result, succeeded } from "./faults";
import type { HostPlan } from "./hosts";
import type { SwitchMode } from "./modes";
import { numberToAddress, overlaps, parseSubnet, type Subnet } from "./network";
import type { SwitchPlan } from "./switches";

/** Modes whose guests get out by a translation of the host. */
const TRANSLATED: readonly SwitchMode[] = ["nat", "nat-network"];

/** Whether the host translates what guests on a switch send out. */
export function isTranslated({ mode }: Pick<SwitchPlan, "mode">): boolean {
  return TRANSLATED.includes(mode);
}

/** Length of the widest prefix that is translated for: a wider one would hold most rooms' own networks. */
const WIDEST = 16;

function covering(subnets: readonly Subnet[]): Subnet {
  const first = Math.min(...subnets.map((subnet) => subnet.first));
  const last = Math.max(...subnets.map((subnet) => subnet.last));
  const lengths = Array.from({ length: 33 }, (_, step) => 32 - step);
  const prefix = lengths.find(
    (length) => Math.floor(first / 2 ** (32 - length)) === Math.floor(last / 2 ** (32 - length)),
  );
  return parseSubnet(`${numberToAddress(first)}/${prefix ?? 0}`);
}

/** What {@link natPrefix} looks at of a switch. */
type Wire = Pick<SwitchPlan, "key" | "name" | "mode" | "subnet" | "host" | "team">;

/** Subnets for a mode's switches that begin where those of the other mode end, and let one prefix hold both. */
function besides(translated: readonly Wire[]): string {
  const [first] = translated;
  const kept = translated.filter(({ mode }) => mode === first?.mode);
  const moved = translated.find(({ mode }) => mode !== first?.mode);
  const end = Math.max(...kept.map(({ subnet }) => parseSubnet(subnet).last));
  const size = 2 ** (32 - parseSubnet(moved?.subnet ?? "0.0.0.0/24").prefix);
  const next = Math.ceil((end + 1) / size) * size;
  const { prefix } = parseSubnet(moved?.subnet ?? "0.0.0.0/24");
  return moved
    ? `Set "subnet: ${numberToAddress(next)}/${prefix}" on switch "${moved.name}", and move the guests' addresses with it`
    : "Put the subnets of these switches side by side, with no other switch's between them";
}

/**
 * The one prefix that a Windows host translates for: the smallest that holds the subnets of all its NAT switches, in CIDR form. Windows
 * supports a single one (Microsoft, "Set up a NAT network": "you are limited to one internal subnet prefix"). Undefined where the
 * host has no such switch.
 * @param switches those of the whole lab
 */
export function natPrefix(host: string, switches: readonly Wire[]): Result<string | undefined> {
  const here = switches.filter((entry) => entry.host === host);
  const translated = here.filter(isTranslated);
  if (translated.length === 0) return succeeded(undefined);
  const whole = covering(translated.map(({ subnet }) => parseSubnet(subnet)));
  // What the host has no address on cannot be confused with what it translates for.
  const others = here.filter((entry) => !isTranslated(entry) && entry.mode !== "internal");
  const inTheWay = others.find(({ subnet }) => overlaps(parseSubnet(subnet), whole));
  if (whole.prefix >= WIDEST && !inTheWay)
    return succeeded(`${numberToAddress(whole.first)}/${whole.prefix}`);
  const words = translated.map(({ key, subnet }) => `${key} ${subnet}`).join(", ");
  return failed([
    {
      code: "subnet-invalid",
      where: "lab.switches",
      what: `Windows translates for one prefix, and on host "${host}" none of at most /${WIDEST} holds all NAT switches and nothing else: ${words}`,
      expected: "subnets side by side, such as 192.168.20.0/24 and 192.168.21.0/24",
      fix: besides(translated),
    },
  ]);
}

/** Windows hosts for whose NAT switches there is no one prefix. */
export function checkTranslation(
  hosts: readonly Pick<HostPlan, "name" | "target">[],
  switches: readonly Wire[],
): Fault[] {
  return hosts.flatMap(({ name, target }): readonly Fault[] => {
    const prefix = target === "hyperv" ? natPrefix(name, switches) : succeeded(undefined);
    return prefix.ok ? [] : prefix.faults;
  });
}
