import { failed, type Result, succeeded } from "../../../course/faults";
import type { SwitchMode } from "../../../course/modes";
import { numberToAddress, overlaps, parseSubnet, type Subnet } from "../../../course/network";
import type { SwitchPlan } from "../../../course/switches";

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

/**
 * The one prefix that a Windows host translates for: the smallest that holds the subnets of all its NAT switches, in CIDR form. Windows
 * supports a single one (Microsoft, "Set up a NAT network": "you are limited to one internal subnet prefix"). Undefined where the
 * host has no such switch.
 * @param switches those of the whole lab
 */
export function natPrefix(host: string, switches: readonly SwitchPlan[]): Result<string | undefined> {
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
      what: `Windows translates for one prefix, and on host "${host}" none holds all NAT switches and nothing else: ${words}`,
      expected: "subnets side by side, such as 192.168.20.0/24 and 192.168.21.0/24",
    },
  ]);
}
