import * as pulumi from "@pulumi/pulumi";
import type { GuestPlan } from "../../../course/plan";
import type { VirtualBoxHostRecord } from "../../../course/record";
import { guestSettings, siteSettingsOf } from "../../../course/siteSettings";
import { GuestSecrets } from "../../guestSecrets";
import { connectionTo } from "../../hosts/connection";
import { script } from "../../script";
import type { DriverContext, HypervisorDriver, PreparedHost } from "../driver";
import type { GuestNetworkSettings } from "../libvirt/networkConfig";
import { adapterSteps, parkingSteps, type Subnet } from "./adapters";
import { virtualBoxChannel } from "./channel";
import { cloneSteps } from "./clones";
import { forwardingRemoval } from "./forwarding";
import { imageSteps } from "./image";
import { decidedSettings, machineSteps, machineUuid } from "./machine";
import { natResolver, seenFromInside } from "./natAddressing";
import { switchRemoval, switchSteps } from "./network";
import { seedPath } from "./paths";
import { startSteps } from "./power";
import { READY_SECONDS, renderReady } from "./ready";
import { renderMachineScript, renderScript } from "./script";
import { renderGuestSeed } from "./seed";
import { renderSeedScript } from "./seedScript";
import type { VirtualBoxSettings } from "./settings";
import { sharedFolderSteps } from "./sharedFolder";
import { cloneBaseSteps, snapshotSteps } from "./snapshots";
import { storageSteps } from "./storage";

/** What every script is run by, on the host. */
const SHELL = "sh -s --";

/** A script that makes what its resource stands for, changes it, and takes it away. */
const ALL_WAYS = { shell: SHELL, apply: "apply", again: "update", remove: "remove" } as const;

function factsOf({ plan, context }: PreparedHost): VirtualBoxHostRecord {
  const facts = context.virtualbox?.[plan.name];
  if (!facts) throw new Error(`the lab's record says nothing of host ${plan.name}`);
  return facts;
}

function slotOf(guest: GuestPlan, { plan }: DriverContext): number {
  const team = plan.teams.find(({ id }) => id === guest.team);
  if (!team) throw new Error(`the plan has no team ${guest.team}`);
  return team.slot;
}

function settingsOf(guest: GuestPlan, host: PreparedHost, context: DriverContext): VirtualBoxSettings {
  const facts = factsOf(host);
  const place = { os: "linux", folder: facts.folder } as const;
  return {
    mark: context.mark,
    slot: slotOf(guest, context),
    version: facts.version,
    ...place,
    source: facts.source,
    ...(facts.bridge === undefined ? {} : { bridge: facts.bridge }),
    ...(facts.additions === undefined ? {} : { additions: facts.additions }),
    ...(isInstalled(host) ? {} : { seed: seedPath(context.mark, guest.objectName, place) }),
  };
}

/** Whether the learner installs the host's guests by hand. */
function isInstalled(host: PreparedHost): boolean {
  return factsOf(host).source.kind === "installer";
}

function subnetsOf({ context }: PreparedHost): Subnet {
  return ({ switchObject }) => {
    const found = context.plan.switches.find(({ objectName }) => objectName === switchObject);
    if (!found) throw new Error(`the plan has no switch ${switchObject}`);
    return found.subnet;
  };
}

/** A guest's networks, as it sees them from inside. */
function networkOf(guest: GuestPlan, host: PreparedHost, context: DriverContext): GuestNetworkSettings {
  const { plan } = context;
  const site = siteSettingsOf(plan);
  const own = site ? guestSettings(site, guest).dns : [];
  const resolver = natResolver(guest, subnetsOf(host));
  return {
    mark: context.mark,
    slot: slotOf(guest, context),
    switches: plan.switches.filter((entry) => entry.host === guest.host),
    dns: own.length > 0 || resolver === undefined ? own : [resolver],
    roomDhcp: plan.network.addressing === "dhcp",
  };
}

/** Sizes of the disks that begin with the host's machine image, GiB. */
function sizesOn(host: PreparedHost): number[] {
  const guests = host.context.plan.teams.flatMap((team) => team.guests);
  const own = guests.filter((guest) => guest.host === host.plan.name && !guest.cloneOf);
  return [...new Set(own.map(({ disk }) => disk.size))].sort((a, b) => a - b);
}

function originalOf(guest: GuestPlan, { plan }: DriverContext): GuestPlan | undefined {
  const { cloneOf } = guest;
  if (!cloneOf) return undefined;
  const all = plan.teams.flatMap((team) => team.guests);
  const original = all.find(({ objectName }) => objectName === cloneOf.objectName);
  if (!original) throw new Error(`the plan has no guest ${cloneOf.objectName}`);
  return original;
}

/** Virtual machines on VirtualBox, of the user whom classlab runs as or logs in as. */
export const virtualBoxDriver: HypervisorDriver = {
  prepareHost: (name, plan, opts, providers, context, owned) => {
    const connection = connectionTo(plan, context.mark.lab);
    const host: PreparedHost = {
      plan,
      provider: providers.command,
      providers,
      connection,
      objects: [],
      context,
    };
    if (!owned) return host;
    const { source, folder } = factsOf(host);
    const cache = { os: "linux", folder } as const;
    const images = script(
      `${name}-images`,
      {
        on: host.connection,
        ...ALL_WAYS,
        script: renderScript({
          // All labs of the host begin with it: it stays.
          apply:
            source.kind === "image"
              ? sizesOn(host).flatMap((size) => imageSteps(source.path, source.hash, size, cache))
              : [],
          told: { images: true },
        }),
        deadline: "40m",
      },
      { ...opts, provider: providers.command, deleteBeforeReplace: true },
    );
    return { ...host, objects: [images] };
  },

  createSwitch: (name, plan, host, context, opts) =>
    script(
      `${name}-network`,
      {
        on: host.connection,
        ...ALL_WAYS,
        script: renderScript({
          apply: switchSteps(plan, context.mark),
          remove: switchRemoval(plan, context.mark),
          told: { network: plan.objectName },
        }),
        triggers: [plan.mode],
        deadline: "5m",
      },
      { ...opts, provider: host.provider, dependsOn: [...host.objects], deleteBeforeReplace: true },
    ),

  createGuest: (name, plan, host, key, context, opts, base, switches = []) => {
    const { mark } = context;
    const settings = settingsOf(plan, host, context);
    const subnet = subnetsOf(host);
    const network = networkOf(plan, host, context);
    const inside = seenFromInside(plan, subnet);
    const uuid = machineUuid(mark, plan.objectName);
    const made = { ...opts, provider: host.provider, deleteBeforeReplace: true };
    const { source } = settings;
    const secrets = new GuestSecrets(
      `${name}-secrets`,
      { lab: mark.lab, id: mark.id, objectName: plan.objectName, random: host.providers.random },
      opts,
    );
    const known = pulumi.all([key.publicKey, secrets.hostKey, secrets.passwordHash, secrets.password]);
    const seed = script(
      `${name}-seed`,
      {
        on: host.connection,
        ...ALL_WAYS,
        script: known.apply(([authorizedKey, hostKey, passwordHash]) =>
          renderSeedScript(
            renderGuestSeed(inside, {
              ...network,
              site: siteSettingsOf(context.plan),
              authorizedKey,
              hostKey,
              passwordHash,
            }),
            seedPath(mark, plan.objectName, settings),
          ),
        ),
        deadline: "5m",
      },
      { ...made, dependsOn: [...host.objects] },
    );
    const original = originalOf(plan, context);
    const apply = original
      ? cloneSteps(plan, original, settings)
      : [...machineSteps(plan, settings), ...storageSteps(plan, settings)];
    const machine = script(
      `${name}-machine`,
      {
        on: host.connection,
        ...ALL_WAYS,
        script: renderMachineScript(plan, settings, [...apply, ...sharedFolderSteps(plan, settings)], {
          virtualMachine: plan.objectName,
          settings: decidedSettings(plan, settings),
        }),
        // What a disk is; all else of a machine is changed where it stands.
        triggers: [
          source.kind === "image" ? source.hash : source.path,
          JSON.stringify([plan.disk, plan.cloneOf ?? null]),
        ],
        deadline: "30m",
      },
      {
        ...made,
        dependsOn: [seed, ...host.objects, ...(base ? [base] : [])],
        // Nothing is left of a linked clone without what it lies over; a full one has all of it.
        ...(base && plan.cloneOf?.kind === "linked" ? { replaceWith: [base] } : {}),
      },
    );
    const adapters = script(
      `${name}-adapters`,
      {
        on: host.connection,
        ...ALL_WAYS,
        script: renderScript({
          apply: adapterSteps(plan, settings, subnet),
          // A change may have taken a machine that is off.
          update: startSteps(uuid),
          remove: [...parkingSteps(plan, settings), ...forwardingRemoval(plan)],
          told: { adapters: true },
        }),
        triggers: [machine.id],
        deadline: "10m",
      },
      {
        ...made,
        dependsOn: [machine, ...switches],
        replaceWith: [machine, ...switches],
      },
    );
    const ready = script(
      `${name}-ready`,
      {
        on: host.connection,
        shell: SHELL,
        apply: "",
        script: known.apply(([authorizedKey, , , password]) =>
          renderReady(inside, { authorizedKey, password, network, byHand: source.kind === "installer" }),
        ),
        triggers: [machine.id],
        deadline: `${READY_SECONDS[plan.profile] + 300}s`,
      },
      { ...made, dependsOn: [machine, adapters], deletedWith: machine, replaceWith: [machine] },
    );
    return { disk: machine, machine, ready, adapters };
  },

  keepGuest: (name, plan, guest, whole, host, opts) => {
    const uuid = machineUuid(host.context.mark, plan.objectName);
    const once = (
      what: string,
      steps: Parameters<typeof renderScript>[0]["apply"],
      after: pulumi.Resource[],
    ) =>
      script(
        `${name}-${what}`,
        {
          on: host.connection,
          shell: SHELL,
          apply: "apply",
          script: renderScript({ apply: steps, told: {} }),
          triggers: [guest.machine.id],
          deadline: "15m",
        },
        {
          ...opts,
          provider: host.provider,
          dependsOn: [...whole, ...after],
          // It is in the machine, and goes with it.
          deletedWith: guest.machine,
          replaceWith: [guest.machine],
          deleteBeforeReplace: true,
        },
      );
    // One after the other: VirtualBox has one such thing at a time with a machine.
    const snapshots: pulumi.CustomResource[] = [];
    for (const snapshot of plan.snapshots)
      snapshots.push(once(`snapshot-${snapshot}`, snapshotSteps(uuid, snapshot), snapshots));
    return plan.clones.length === 0 ? undefined : once("base", cloneBaseSteps(uuid), snapshots);
  },

  connectAdapters: (_name, _plan, guest) => {
    if (!guest.adapters) throw new Error("a guest of VirtualBox has its adapters before its first start");
    return guest.adapters;
  },

  channel: virtualBoxChannel,
};
