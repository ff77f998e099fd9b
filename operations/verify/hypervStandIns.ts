import { clientAddress } from "../../course/checks";
import type { LabPlan } from "../../course/plan";
import { lanOf } from "../../course/reachability";
import type { StandIns } from "./standIns";

/** Why nothing is measured from there. */
const NO_PROBER =
  "this version measures from inside guests on Hyper-V, and from their host only the pages that it opens";

/** Nothing stands where the host and a client PC do: the host is Windows, which runs no probes, and its networks are its alone. */
export async function hypervStandIns(plan: LabPlan): Promise<StandIns> {
  const client = lanOf(plan) && clientAddress(plan);
  return {
    probers: [],
    failed: new Map([["host", NO_PROBER], ...(client ? [["client", NO_PROBER] as const] : [])]),
    remove: async () => undefined,
  };
}
