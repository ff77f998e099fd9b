import type { MachineImage } from "../../../course/hosts";
import { markLabels, type OwnerMark } from "../../../course/mark";
import { externalSwitchName } from "../../../course/objects";
import type { GuestPlan, HostPlan } from "../../../course/plan";
import type { SwitchPlan } from "../../../course/switches";
import { imagePath, labFolder } from "./names";
import type { ModuleCall, ModuleCalls } from "./transport";

/** What of a lab decides about a host. */
export interface HostNeeds {
  readonly mark: OwnerMark;
  /** The switches of the whole lab. */
  readonly switches: readonly SwitchPlan[];
  /** The guests of the whole lab. */
  readonly guests: readonly Pick<GuestPlan, "host" | "clipboard">[];
  /** What {@link natPrefix} gave for the host. */
  readonly natPrefix: string | undefined;
}

/** Hyper-V on, the lab's folder, the one NAT, the one switch over the card. */
export function hostCalls(host: Pick<HostPlan, "name">, needs: HostNeeds): ModuleCalls {
  const { mark, natPrefix } = needs;
  const bridges = needs.switches.some((entry) => entry.host === host.name && entry.mode === "bridged");
  const shares = needs.guests.some((guest) => guest.host === host.name && guest.clipboard !== "off");
  const external = bridges ? { externalSwitch: externalSwitchName(mark) } : {};
  const own = { mark: markLabels(mark), folder: labFolder(mark), ...external };
  return {
    apply: {
      function: "Set-ClasslabHost",
      data: { ...own, ...(natPrefix === undefined ? {} : { natPrefix }), enhancedSession: shares },
    },
    remove: { function: "Remove-ClasslabHost", data: own },
  };
}

/** The disk that guests are made from. It goes with the lab's folder. */
export function imageCalls(mark: OwnerMark, { source, sha256 }: MachineImage): ModuleCalls {
  const path = imagePath(mark, `${sha256}.vhdx`);
  return { apply: { function: "Set-ClasslabImage", data: { path, sha256, source } } };
}

/** What a host is and has; changes nothing. */
export const HOST_STATE: ModuleCall = { function: "Get-ClasslabHost", data: {} };

/** Turns Hyper-V on; tells whether the host has to start anew for it. */
export const HYPERV_ON: ModuleCall = { function: "Enable-ClasslabHyperV", data: {} };

/** Starts a host anew. */
export const HOST_RESTART: ModuleCall = { function: "Restart-ClasslabHost", data: {} };

/** Everything on a host that carries a mark. */
export const OBSERVE: ModuleCall = { function: "Get-ClasslabObject", data: {} };
