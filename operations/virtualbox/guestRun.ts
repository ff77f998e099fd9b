import { join } from "node:path";
import { GUEST_RUN, hostClientFolder } from "../../components/hypervisors/virtualbox/paths";
import { guestRunText } from "../../components/hypervisors/virtualbox/sources";
import { writePrivateFile } from "../../components/privateFile";
import { FaultError } from "../../course/faults";
import type { RemoteMachine } from "../hosts/machine";
import { runOn } from "../hosts/ssh";
import { homeFolder } from "../paths";

/** Puts the program that runs scripts in guests of VirtualBox where all that runs on this machine finds it. */
export function placeGuestRun(): void {
  writePrivateFile(join(homeFolder(), GUEST_RUN), guestRunText());
}

/** Puts it on a host, below the home folder of the user who has the machines. @throws FaultError `engine-failed` */
export async function placeGuestRunOn(machine: RemoteMachine): Promise<void> {
  const folder = hostClientFolder(machine.lab);
  const script = `umask 077; mkdir -p "$1" && cat > "$1/$2.new" && mv "$1/$2.new" "$1/$2"`;
  const placed = await runOn(machine)("sh", ["-c", script, "sh", folder, GUEST_RUN], {
    stdin: guestRunText(),
  });
  if (placed.code === 0) return;
  throw new FaultError([
    {
      code: "engine-failed",
      where: `host ${machine.name}`,
      what: `${folder}/${GUEST_RUN} cannot be written there: ${placed.stderr.trim()}`,
      fix: "Mend that, and run the command again",
    },
  ]);
}
