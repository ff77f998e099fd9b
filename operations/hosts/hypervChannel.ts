import { join } from "node:path";
import { channelProgram, HYPERV_CHANNEL } from "../../components/hypervisors/hyperv/channel";
import { writePrivateFile } from "../../components/privateFile";
import { homeFolder } from "../paths";

/** Puts what Windows hosts are sent to reach guests where all that runs on this machine finds it, by the name of the home folder alone. */
export function placeHypervChannel(): void {
  writePrivateFile(join(homeFolder(), HYPERV_CHANNEL), channelProgram());
}
