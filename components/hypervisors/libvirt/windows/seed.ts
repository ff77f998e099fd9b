import type { GuestPlan } from "../../../../course/plan";
import type { SshKeyPair } from "../../../sshKey";
import { ANSWER_FILE, CHANNEL_ACCOUNT, renderAnswers } from "./answers";
import type { SeedFiles } from "./files";

/** What the seed of a guest with Windows is made of besides its plan. */
export interface WindowsSeedSettings {
  readonly hostKey: SshKeyPair;
  /** The one line that the guest's SSH server lets in. */
  readonly authorizedKey: string;
  readonly files: SeedFiles;
}

/** What the guest is enrolled for: the same that a PC of a room is asked for (components/hosts/enrolment). */
function order({ nested }: GuestPlan, { authorizedKey }: WindowsSeedSettings): object {
  return {
    user: CHANNEL_ACCOUNT,
    publicKey: authorizedKey,
    // Learners come from wherever the plan has them; the switches decide who that is.
    from: ["Any"],
    ssh: true,
    hypervisor: nested ? "hyperv" : "none",
    bundle: "",
  };
}

/**
 * The files of the seed of a guest with Windows, by name. It holds the password that lasts until the guest is ready: a secret as a whole.
 * @throws as {@link renderAnswers}
 */
export function renderWindowsSeed(guest: GuestPlan, settings: WindowsSeedSettings): Record<string, string> {
  return {
    [ANSWER_FILE]: renderAnswers(guest, settings),
    ...settings.files,
    "order.json": `${JSON.stringify(order(guest, settings))}\n`,
  };
}
