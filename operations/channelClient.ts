import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CHANNEL_CLIENT } from "../components/hypervisors/libvirt/channel";
import { writePrivateFile } from "../components/privateFile";
import { homeFolder, PACKAGE_ROOT } from "./paths";

/** The program in the source tree; it is no part of what is compiled. */
const SOURCE = join(PACKAGE_ROOT, "components", "hypervisors", "libvirt", "channelClient.pl");

/** Puts the program that reaches guests' channels where all that runs finds it, by the name of the home folder alone. */
export function placeChannelClient(): void {
  writePrivateFile(join(homeFolder(), CHANNEL_CLIENT), readFileSync(SOURCE, "utf8"));
}
