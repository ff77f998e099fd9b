import * as pulumi from "@pulumi/pulumi";
import { hiddenFromGuests } from "../../../course/clouds/ownServices";
import { machineImageOf } from "../../../course/hosts";
import { natPrefix } from "../../../course/hypervNat";
import { type GuestPlan, guestsOf, type HostPlan } from "../../../course/plan";
import { guestSettings, siteSettingsOf } from "../../../course/siteSettings";
import type { SwitchPlan } from "../../../course/switches";
import { GuestSecrets } from "../../guestSecrets";
import { connectionTo } from "../../hosts/connection";
import { PACKAGE_ROOT } from "../../packageRoot";
import { script } from "../../script";
import { type DriverContext, type HypervisorDriver, lifeInGuest, type PreparedHost } from "../driver";
import { isoImage } from "../isoImage";
import type { GuestNetworkSettings } from "../libvirt/networkConfig";
import { renderSeed, SEED_LABEL } from "../libvirt/seed";
import { type AdapterSettings, adapterCalls } from "./adapterCalls";
import { formerShell, hypervChannel } from "./channel";
import { channelSeed } from "./channelSeed";
import {
  baseCalls,
  diskCalls,
  guestCalls,
  OFF_SECONDS,
  powerCalls,
  READY_SECONDS,
  snapshotCalls,
} from "./guestCalls";
import { hostCalls, imageCalls } from "./hostCalls";
import { insideSeconds, renderAddresses, renderInside, renderSettings } from "./inGuest";
import { type ModuleFiles, readModuleFiles } from "./moduleFiles";
import { basePath, imagePath } from "./names";
import { switchCalls } from "./switchCalls";
import { commandLine, type ModuleCalls, renderPayload } from "./transport";

const files = (): ModuleFiles => readModuleFiles(PACKAGE_ROOT);

/** What a resource's calls are besides what they do. */
interface CallOptions {
  readonly triggers?: readonly pulumi.Input<string>[];
  readonly deadline: string;
}

/** A resource that stands for calls on a Windows host: two constant command lines, and what is to be done on standard input. */
function calls(
  name: string,
  { connection }: Pick<PreparedHost, "connection">,
  made: pulumi.Input<ModuleCalls>,
  removes: boolean,
  { triggers, deadline }: CallOptions,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  return script(
    name,
    {
      on: connection,
      shell: "",
      apply: commandLine(files(), "apply"),
      ...(removes ? { remove: commandLine(files(), "remove") } : {}),
      script: pulumi.output(made).apply((each) => renderPayload(files(), each)),
      ...(triggers ? { triggers } : {}),
      deadline,
    },
    opts,
  );
}

/** A resource that stands for what is so in a guest: a script of this machine that reaches into it. */
function insideGuest(
  name: string,
  ways: "once" | "both-ways",
  text: pulumi.Input<string>,
  guest: GuestPlan,
  triggers: readonly pulumi.Input<string>[],
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  return script(
    name,
    {
      shell: "sh -s --",
      ...(ways === "once" ? { apply: "" } : { apply: "apply", remove: "remove" }),
      script: text,
      triggers,
      deadline: deadline(insideSeconds(guest)),
    },
    opts,
  );
}

function imageOf({ name, config }: HostPlan) {
  const image = machineImageOf(config);
  if (!image) throw new Error(`host ${name} has no machine image`);
  return image;
}

/** The prefix that a host translates for; a plan has none of which there is more than one. */
function prefixOf(host: string, { plan }: DriverContext): string | undefined {
  const found = natPrefix(host, plan.switches);
  return found.ok ? found.value : undefined;
}

function slotOf(guest: GuestPlan, { plan }: DriverContext): number {
  const team = plan.teams.find(({ id }) => id === guest.team);
  if (!team) throw new Error(`the plan has no team ${guest.team}`);
  return team.slot;
}

function adapterSettings(guest: GuestPlan, { plan, context }: PreparedHost): AdapterSettings {
  return {
    mark: context.mark,
    slot: slotOf(guest, context),
    switches: context.plan.switches,
    natPrefix: prefixOf(guest.host, context),
    hidden: hiddenFromGuests(plan.config),
  };
}

function networkSettings(guest: GuestPlan, { context }: PreparedHost): GuestNetworkSettings {
  const { plan, mark } = context;
  const site = siteSettingsOf(plan);
  return {
    mark,
    slot: slotOf(guest, context),
    switches: plan.switches.filter((entry: SwitchPlan) => entry.host === guest.host),
    dns: site ? guestSettings(site, guest).dns : [],
    roomDhcp: plan.network.addressing === "dhcp",
  };
}

/** What a disk is besides what is on it: with another it is another disk. */
function diskWords({ disk, cloneOf }: GuestPlan): string {
  return `${disk.size} GiB, ${disk.allocation}${cloneOf ? `, ${cloneOf.kind} clone` : ""}`;
}

/** What Hyper-V changes only while a guest is off: with another it is defined anew on its disk. */
function hardwareWords({ cpus, memory, nested, clipboard }: GuestPlan): string {
  return JSON.stringify({ cpus, memory, nested, clipboard });
}

/** Longer than the module's own deadlines, so that their words are what the user sees. */
const deadline = (seconds: number): string => `${seconds + 120}s`;

/** Seconds that bringing an image to a host may take, and copying one there. */
const COPY_SECONDS = 3600;

/** Seconds that the merging of snapshots may take (Classlab.HyperV.psm1, MergeSeconds). */
const MERGE_SECONDS = 900;

/** Virtual machines on Hyper-V of a Windows host over SSH. */
export const hypervDriver: HypervisorDriver = {
  keysByChannel: true,

  channel: hypervChannel,

  prepareHost: (name, plan, opts, providers, context, owned) => {
    const made = { ...opts, provider: providers.command, deleteBeforeReplace: true };
    const { mark } = context;
    const connection = connectionTo(plan, mark.lab);
    const needs = {
      mark,
      switches: context.plan.switches,
      guests: guestsOf(context.plan),
      natPrefix: prefixOf(plan.name, context),
    };
    const own = () => {
      const host = calls(
        `${name}-hyperv`,
        { connection },
        hostCalls(plan, needs),
        true,
        { deadline: "10m" },
        made,
      );
      const image = calls(
        `${name}-image`,
        { connection },
        imageCalls(mark, imageOf(plan)),
        false,
        { deadline: deadline(COPY_SECONDS) },
        { ...made, dependsOn: [host] },
      );
      return [host, image];
    };
    const objects = owned ? own() : [];
    return { plan, provider: providers.command, providers, connection, objects, context };
  },

  createSwitch: (name, plan, host, context, opts) => {
    const made = switchCalls(plan, context.mark);
    return calls(
      `${name}-network`,
      host,
      made,
      made.remove !== undefined,
      { deadline: "5m" },
      { ...opts, provider: host.provider, dependsOn: [...host.objects], deleteBeforeReplace: true },
    );
  },

  createGuest: (name, plan, host, key, context, opts, base) => {
    const { mark } = context;
    const network = networkSettings(plan, host);
    const made = { ...opts, provider: host.provider, deleteBeforeReplace: true };
    const secrets = new GuestSecrets(
      `${name}-secrets`,
      { lab: mark.lab, id: mark.id, objectName: plan.objectName, random: host.providers.random },
      opts,
    );
    const site = siteSettingsOf(context.plan);
    const image = imageOf(host.plan);
    const baseDisk = plan.cloneOf
      ? basePath(mark, plan.cloneOf.objectName)
      : imagePath(mark, `${image.sha256}.vhdx`);
    const disk = calls(
      `${name}-disk`,
      host,
      pulumi
        .all([key.publicKey, secrets.hostKey, secrets.passwordHash])
        .apply(([line, hostKey, passwordHash]) => {
          const seed = renderSeed(plan, {
            ...network,
            authorizedKeys: [line],
            channelKeys: [line],
            hostKey,
            passwordHash,
            ...(site ? { site } : {}),
            besides: channelSeed(plan, mark),
          });
          const medium = isoImage(SEED_LABEL, { ...seed }).toString("base64");
          return diskCalls(plan, { mark, baseDisk, seed: medium });
        }),
      true,
      { triggers: [image.sha256, diskWords(plan)], deadline: deadline(COPY_SECONDS) },
      {
        ...made,
        dependsOn: [...host.objects, ...(base ? [base] : [])],
        // Nothing is left of a linked clone without what it lies over; a full one has all of it.
        ...(base && plan.cloneOf?.kind === "linked" ? { replaceWith: [base] } : {}),
      },
    );
    const machine = calls(
      `${name}-machine`,
      host,
      guestCalls(plan, { mark }),
      true,
      { triggers: [hardwareWords(plan)], deadline: deadline(MERGE_SECONDS) },
      { ...made, dependsOn: [disk, ...host.objects], replaceWith: [disk] },
    );
    const ready = calls(
      `${name}-ready`,
      host,
      powerCalls(plan, mark),
      true,
      { triggers: [machine.id], deadline: deadline(READY_SECONDS) },
      { ...made, dependsOn: [machine], replaceWith: [machine] },
    );
    const inside = insideGuest(
      `${name}-inside`,
      "once",
      pulumi
        .all([key.publicKey, secrets.hostKey, secrets.passwordHash])
        .apply(([authorizedKey, hostKey, passwordHash]) =>
          renderInside(
            plan,
            {
              shell: hypervChannel(plan, mark.lab, host.plan).shell,
              former: formerShell(plan, mark.lab, host.plan),
            },
            { lab: mark.lab, authorizedKey, hostKey, passwordHash },
          ),
        ),
      plan,
      [machine.id],
      { ...made, dependsOn: [ready], deletedWith: machine, replaceWith: [machine] },
    );
    return { disk, machine, ready: inside };
  },

  keepGuest: (name, plan, guest, whole, host, opts) => {
    const { mark } = host.context;
    const made = { ...opts, provider: host.provider, deleteBeforeReplace: true };
    const snapshots: pulumi.CustomResource[] = [];
    for (const snapshot of plan.snapshots) {
      snapshots.push(
        calls(
          `${name}-snapshot-${snapshot}`,
          host,
          snapshotCalls(plan, snapshot, mark),
          true,
          { triggers: [guest.machine.id], deadline: deadline(MERGE_SECONDS) },
          {
            ...made,
            dependsOn: [...whole, ...snapshots],
            deletedWith: guest.machine,
            replaceWith: [guest.machine],
          },
        ),
      );
    }
    if (plan.clones.length === 0) return undefined;
    return calls(
      `${name}-base`,
      host,
      baseCalls(plan, mark),
      true,
      {
        triggers: [imageOf(host.plan).sha256, diskWords(plan)],
        deadline: deadline(READY_SECONDS + OFF_SECONDS + COPY_SECONDS),
      },
      { ...made, dependsOn: [...host.objects, guest.ready, ...whole, ...snapshots] },
    );
  },

  connectAdapters: (name, plan, guest, switches, host, opts) => {
    const { lab } = host.context.mark;
    const adapters = calls(
      `${name}-adapters`,
      host,
      adapterCalls(plan, adapterSettings(plan, host)),
      // A switch is not removed from under a guest: the adapters leave first.
      true,
      { triggers: [guest.machine.id], deadline: "5m" },
      {
        ...opts,
        provider: host.provider,
        dependsOn: [guest.machine, ...switches],
        replaceWith: [guest.machine],
        deleteBeforeReplace: true,
      },
    );
    return insideGuest(
      `${name}-addresses`,
      "once",
      renderAddresses(plan, hypervChannel(plan, lab, host.plan).shell, networkSettings(plan, host)),
      plan,
      [guest.machine.id],
      {
        ...opts,
        provider: host.provider,
        dependsOn: [guest.ready, adapters],
        deletedWith: guest.machine,
        replaceWith: [guest.machine],
        deleteBeforeReplace: true,
      },
    );
  },

  applySite: (name, plan, settings, guest, adapters, host, opts) =>
    insideGuest(
      `${name}-settings`,
      "both-ways",
      renderSettings(
        plan,
        hypervChannel(plan, host.context.mark.lab, host.plan).shell,
        guestSettings(settings, plan),
      ),
      plan,
      [guest.disk.id],
      {
        ...opts,
        provider: host.provider,
        dependsOn: [guest.ready, adapters],
        // All of it is on the disk.
        ...lifeInGuest(guest),
        deleteBeforeReplace: true,
      },
    ),
};
