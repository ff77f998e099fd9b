import { cloudsOf, deployHosts, type HostsOutputs } from "./hosts";
import { readSettings } from "./settings";
import { deployUnit, type UnitOutputs } from "./unit";

export { PREPARED_KEYS } from "./settings";
export type { UnitOutputs } from "./unit";

/** The Pulumi program: the stack's configuration in, its unit of the lab made. */
export async function program(): Promise<UnitOutputs | HostsOutputs> {
  const settings = readSettings();
  return "labId" in settings ? deployHosts(settings, await cloudsOf(settings)) : deployUnit(settings);
}
