import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CHANNEL_CLIENT } from "../components/hypervisors/libvirt/channel";
import { writePrivateFile } from "../components/privateFile";
import { homeFolder, PACKAGE_ROOT } from "./paths";

/** The program in the source tree; it is no part of what is compiled. */
const SOURCE = join(PACKAGE_ROOT, "components", "hypervisors", "libvirt", "channelClient.pl");

/** Text of the program that reaches guests' channels. */
export function channelClient(): string {
  return readFileSync(SOURCE, "utf8");
}

/** Puts it where all that runs on this machine finds it, by the name of the home folder alone. */
export function placeChannelClient(): void {
  writePrivateFile(join(homeFolder(), CHANNEL_CLIENT), channelClient());
}
