import { hostFolder } from "../../components/hosts/paths";
import { CHANNEL_CLIENT } from "../../components/hypervisors/libvirt/channel";
import { FaultError } from "../../course/faults";
import type { LabPlan } from "../../course/plan";
import { channelClient } from "../channelClient";
import { placeGuestRunOn } from "../virtualbox/guestRun";
import { prepareAccess } from "./access";
import { placeHypervChannel } from "./hypervChannel";
import { machinesOf, type RemoteMachine } from "./machine";
import { runOn } from "./ssh";
import { windowsState } from "./windows";

/** Script for a host: the program on standard input is where the lab's guests are reached from, root's alone. Its path is the argument. */
const PLACE = `set -eu
umask 077
mkdir -p "\${1%/*}"
chmod 755 "\${1%/*/*}"
cat > "$1.new"
mv "$1.new" "$1"
`;

/** Puts the program that reaches guests' channels on their host. */
async function placeOnHost(machine: RemoteMachine): Promise<void> {
  const file = `${hostFolder(machine.lab)}/${CHANNEL_CLIENT}`;
  const placed = await runOn(machine)("sh", ["-c", PLACE, "sh", file], { stdin: channelClient() });
  if (placed.code === 0) return;
  throw new FaultError([
    {
      code: "engine-failed",
      where: `host ${machine.name}`,
      what: `${file} cannot be written there: ${placed.stderr.trim()}`,
      fix: "Mend that, and run the command again",
    },
  ]);
}

/**
 * Opens the hosts of a lab that are not this machine, so that all that follows reaches them: nothing of the lab is made yet.
 * @throws FaultError `host-key-missing`, `host-unreachable`, `host-key-changed` or `host-access-denied`
 */
export async function openHosts(plan: Pick<LabPlan, "lab" | "hosts">): Promise<void> {
  const machines = machinesOf(plan);
  prepareAccess(plan.lab, machines);
  if (machines.some(({ target }) => target === "hyperv")) placeHypervChannel();
  await Promise.all(
    machines.map(async (machine) => {
      if (machine.remote.system === "windows") await windowsState(machine);
      else if (machine.target === "virtualbox") await placeGuestRunOn(machine);
      else await placeOnHost(machine);
    }),
  );
}
