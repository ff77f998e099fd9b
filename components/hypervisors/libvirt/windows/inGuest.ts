import type { GuestPlan } from "../../../../course/plan";
import { PACKAGE_ROOT } from "../../../packageRoot";
import { type ModuleFiles, readModuleFiles } from "../../hyperv/moduleFiles";
import { commandLine, type ModuleCall, renderPayload } from "../../hyperv/transport";
import type { NetworkInside } from "../adaptersScript";
import { patientCommand } from "../channel";
import type { GuestNetworkSettings } from "../networkConfig";
import { readySeconds, renderWatch, type WaitSettings } from "../watch";
import { CHANNEL_ACCOUNT } from "./answers";
import { networkCall, readyCall, type WindowsReadyArgs } from "./calls";
import { readGuestModule } from "./files";

/** Seconds that the first start of a client over the channel may take. */
const CONNECT_SECONDS = 30;

/** What hosts with Windows are called by, with the module of their guests. */
const files = (): ModuleFiles => ({
  ...readModuleFiles(PACKAGE_ROOT),
  module: readGuestModule(PACKAGE_ROOT),
});

/** Name of the shell function that calls the module in a guest. */
const SHELL = "in_windows";

/**
 * Shell of the host that defines {@link SHELL}: it feeds a guest's PowerShell what is on its standard input; and has the fault that the module answers with told
 * as it is, since who reads it knows it by its marks. The program takes the place of the shell that was started for it, so that whoever ends that ends it.
 */
function shellOf(guest: GuestPlan, lab: string): string {
  const call = patientCommand(guest, lab, CONNECT_SECONDS, CHANNEL_ACCOUNT, commandLine(files(), "apply"));
  return `${SHELL}() { exec ${call}; }
told_why() { cat "$work/words" "$work/answer" | tail -n 5; }
`;
}

/** What is fed to a guest's PowerShell for a call. */
function payload(call: ModuleCall): string {
  return renderPayload(files(), { apply: call });
}

/** Script for the host: waits until the first start of a guest with Windows is done, and all in it is as it is to be. Safe to repeat. */
export function renderWindowsReady(
  guest: GuestPlan,
  lab: string,
  settings: WaitSettings,
  args: WindowsReadyArgs,
): string {
  return `${renderWatch(guest, settings, SHELL, readySeconds(settings))}${shellOf(guest, lab)}in_guest >/dev/null <<'GUEST'
${payload(readyCall(guest, args))}GUEST
echo '{"ready":true}'
`;
}

/** What sets the networks of a guest with Windows, behind its adapters. */
export function windowsNetwork(guest: GuestPlan, settings: GuestNetworkSettings): NetworkInside {
  return {
    shell: SHELL,
    head: shellOf(guest, settings.mark.lab),
    text: payload(networkCall(guest, settings)),
  };
}
