import { natPrefix } from "../../../course/hypervNat";
import type { OwnerMark } from "../../../course/mark";
import { type GuestPlan, guestsOf, type HostPlan, type LabPlan, type TeamPlan } from "../../../course/plan";
import { guestSettings, siteSettingsOf } from "../../../course/siteSettings";
import type { SshKeyPair } from "../../sshKey";
import { isoImage } from "../isoImage";
import { renderSeed, SEED_LABEL } from "../libvirt/seed";
import { adapterCalls } from "./adapterCalls";
import { channelSeed } from "./channelSeed";
import { baseCalls, diskCalls, guestCalls, powerCalls, snapshotCalls } from "./guestCalls";
import { hostCalls, imageCalls } from "./hostCalls";
import { basePath, imagePath } from "./names";
import { switchCalls } from "./switchCalls";
import type { ModuleCalls } from "./transport";

/** A step at a PC, by the name that its result is known by. */
export interface TeamStep extends ModuleCalls {
  /** As resources are named: `team-01-ubuntu-test1-disk`. */
  readonly name: string;
}

/** What a guest is given at its first start that nobody else may know. */
export interface GuestKeys {
  readonly hostKey: SshKeyPair;
  /** Hash of the console's password by crypt(5). */
  readonly passwordHash: string;
}

/** What the steps of a team are made of besides the plan. */
export interface TeamStepArgs {
  readonly mark: OwnerMark;
  /** The team's line for `authorized_keys`. */
  readonly publicKey: string;
  /** By the guest's name on the platform. */
  readonly keys: (objectName: string) => GuestKeys;
}

function guestSteps(
  plan: LabPlan,
  team: TeamPlan,
  host: HostPlan,
  guest: GuestPlan,
  { mark, publicKey, keys }: TeamStepArgs,
): TeamStep[] {
  const { config } = host;
  if (config.kind !== "existing" || !config.machineImage)
    throw new Error(`host ${host.name} has no machine image`);
  const switches = plan.switches.filter((entry) => entry.host === host.name);
  const found = natPrefix(host.name, plan.switches);
  const site = siteSettingsOf(plan);
  const seed = renderSeed(guest, {
    mark,
    slot: team.slot,
    switches,
    dns: site ? guestSettings(site, guest).dns : [],
    roomDhcp: plan.network.addressing === "dhcp",
    authorizedKeys: [publicKey],
    channelKeys: [publicKey],
    ...keys(guest.objectName),
    ...(site ? { site } : {}),
    besides: channelSeed(guest, mark),
  });
  const baseDisk = guest.cloneOf
    ? basePath(mark, guest.cloneOf.objectName)
    : imagePath(mark, `${config.machineImage.sha256}.vhdx`);
  const medium = isoImage(SEED_LABEL, { ...seed }).toString("base64");
  const name = `${team.id}-${guest.name}`;
  return [
    { name: `${name}-disk`, ...diskCalls(guest, { mark, baseDisk, seed: medium }) },
    { name: `${name}-machine`, ...guestCalls(guest, { mark }) },
    // Before its first start: what it installs comes by them.
    {
      name: `${name}-adapters`,
      ...adapterCalls(guest, {
        mark,
        slot: team.slot,
        switches: plan.switches,
        natPrefix: found.ok ? found.value : undefined,
      }),
    },
    { name: `${name}-ready`, ...powerCalls(guest, mark) },
    ...guest.snapshots.map((snapshot) => ({
      name: `${name}-snapshot-${snapshot}`,
      ...snapshotCalls(guest, snapshot, mark),
    })),
    ...(guest.clones.length > 0 ? [{ name: `${name}-base`, ...baseCalls(guest, mark) }] : []),
  ];
}

/** What is done at a team's PC, in its order, and taken away in the other one: what `up` does there over SSH, without what works inside guests. */
export function teamSteps(plan: LabPlan, team: TeamPlan, host: HostPlan, args: TeamStepArgs): TeamStep[] {
  const { mark } = args;
  const { config } = host;
  if (config.kind !== "existing" || !config.machineImage)
    throw new Error(`host ${host.name} has no machine image`);
  const found = natPrefix(host.name, plan.switches);
  const needs = {
    mark,
    switches: plan.switches,
    guests: guestsOf(plan),
    natPrefix: found.ok ? found.value : undefined,
  };
  const own = plan.switches.filter(
    (entry) => entry.host === host.name && (entry.team === undefined || entry.team === team.id),
  );
  return [
    { name: `${host.name}-hyperv`, ...hostCalls(host, needs) },
    { name: `${host.name}-image`, ...imageCalls(mark, config.machineImage) },
    ...own.map((entry) => ({ name: `${entry.key}-network`, ...switchCalls(entry, mark) })),
    ...team.guests.flatMap((guest) => guestSteps(plan, team, host, guest, args)),
  ];
}
