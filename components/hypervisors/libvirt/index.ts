import * as pulumi from "@pulumi/pulumi";
import { releaseOfImage } from "../../../course/cloudImages";
import type { GuestPlan } from "../../../course/plan";
import type { LibvirtHostRecord } from "../../../course/record";
import { guestsOn } from "../../../course/resources";
import { guestSettings, siteSettingsOf } from "../../../course/siteSettings";
import type { SwitchPlan } from "../../../course/switches";
import { imageKey, type WindowsGuestPlan, windowsImagesOf } from "../../../course/windows/guest";
import { WINDOWS } from "../../../course/windows/versions";
import { GuestSecrets, WindowsSecrets } from "../../guestSecrets";
import { connectionTo } from "../../hosts/connection";
import { renderOnHost } from "../../hosts/onHost";
import { hostFolder } from "../../hosts/paths";
import { PACKAGE_ROOT } from "../../packageRoot";
import { script } from "../../script";
import {
  type DriverContext,
  type GuestKey,
  type HypervisorDriver,
  lifeInGuest,
  type PreparedHost,
} from "../driver";
import { renderAdapters } from "./adaptersScript";
import { renderBaseScript } from "./baseScript";
import { cachedImage } from "./cache";
import { libvirtChannel } from "./channel";
import { renderDefinition } from "./definition";
import { renderDiskScript } from "./diskScript";
import { CONSOLE_FOLDER, type DomainSettings, type WindowsHardware } from "./domain";
import { renderHostScript } from "./hostScript";
import { readKeeperFiles } from "./keeperFiles";
import { renderMachineScript } from "./machineScript";
import { parkingName, renderNetwork, renderParking, type Uplink } from "./network";
import type { GuestNetworkSettings } from "./networkConfig";
import { renderNetworkScript } from "./networkScript";
import { renderReady } from "./readyScript";
import { renderSeed } from "./seed";
import type { SeedFiles } from "./seedMedium";
import { renderSite } from "./siteScript";
import { renderSnapshot } from "./snapshotScript";
import { readySeconds, type WaitSettings } from "./watch";
import { readSeedFiles } from "./windows/files";
import { renderImageScript, windowsBase } from "./windows/imageScript";
import { renderWindowsReady, windowsNetwork } from "./windows/inGuest";
import { renderWindowsSeed } from "./windows/seed";

/** Folder on a host for the folders that its guests share. */
const SHARED_FOLDERS = "/srv/classlab";

/** What every script is run by, on the host. */
const SHELL = "sh -s --";

/** A script that makes what its resource stands for, and takes it away. */
const BOTH_WAYS = { shell: SHELL, apply: "apply", remove: "remove" } as const;

function imageOf({ libvirt }: DriverContext): string {
  if (!libvirt) throw new Error("the lab's record says nothing of libvirt");
  return libvirt.image;
}

function factsOf({ plan, context }: PreparedHost): LibvirtHostRecord {
  const facts = context.libvirt?.hosts[plan.name];
  if (!facts) throw new Error(`the lab's record says nothing of host ${plan.name}`);
  return facts;
}

/** Where a bridged switch leads: the classroom LAN by the host's bridge; a VLAN and a LAN without one are bridges of the lab. */
function uplinkOf(facts: LibvirtHostRecord, vlan: number | undefined): Uplink {
  const { bridge } = facts;
  return bridge === undefined || vlan !== undefined
    ? { kind: "lab-bridge" }
    : { kind: "host-bridge", name: bridge };
}

/** The bridges of the lab that stand in for the classroom LAN, as guests behind a translation reach them: names of their networks. */
function lansBeyond(plan: SwitchPlan, host: PreparedHost): string[] {
  if (plan.mode !== "nat" && plan.mode !== "nat-network") return [];
  return host.context.plan.switches
    .filter(
      (entry) =>
        entry.host === plan.host &&
        entry.mode === "bridged" &&
        entry.vlan === undefined &&
        uplinkOf(factsOf(host), entry.vlan).kind === "lab-bridge",
    )
    .map(({ objectName }) => objectName);
}

/** What a guest with Windows has: Secure Boot where the host can, a TPM where its version asks for one. */
function windowsHardware(
  { windows }: GuestPlan,
  { firmware }: LibvirtHostRecord,
): WindowsHardware | undefined {
  if (!windows) return undefined;
  return { secureBoot: firmware?.uefi === "secure", tpm: WINDOWS[windows.image.windows].trusted };
}

function domainSettings(guest: GuestPlan, host: PreparedHost, context: DriverContext): DomainSettings {
  const facts = factsOf(host);
  const { acceleration, virtualization, sharedFolders } = facts;
  const image = cachedImage(imageOf(context), acceleration);
  const windows = windowsHardware(guest, facts);
  return {
    mark: context.mark,
    slot: slotOf(guest, context),
    acceleration,
    ...(virtualization ? { virtualization } : {}),
    base: guest.windows ? windowsBase(guest.windows.image, context.mark) : image.disk,
    ...(windows ? { windows } : {}),
    boot: image.boot,
    sharedFolders: { parent: SHARED_FOLDERS, by: sharedFolders },
    installs: fromCloud(context),
    consoleFolder: CONSOLE_FOLDER,
  };
}

/** Whether guests begin with Ubuntu's cloud image, and bring all else themselves. */
function fromCloud(context: DriverContext): boolean {
  return releaseOfImage(imageOf(context)) !== undefined;
}

/** What a wait for a guest of a host goes by. */
function waitSettings(guest: GuestPlan, host: PreparedHost): WaitSettings {
  const facts = factsOf(host);
  const windows = windowsHardware(guest, facts);
  return {
    acceleration: facts.acceleration,
    installs: fromCloud(host.context),
    consoleFolder: CONSOLE_FOLDER,
    ...(windows ? { windows } : {}),
  };
}

function slotOf(guest: GuestPlan, { plan }: DriverContext): number {
  const team = plan.teams.find(({ id }) => id === guest.team);
  if (!team) throw new Error(`the plan has no team ${guest.team}`);
  return team.slot;
}

function networkSettings(guest: GuestPlan, host: PreparedHost): GuestNetworkSettings {
  const { plan, mark } = host.context;
  const site = siteSettingsOf(plan);
  return {
    mark,
    slot: slotOf(guest, host.context),
    switches: plan.switches.filter((entry) => entry.host === guest.host),
    dns: site ? guestSettings(site, guest).dns : [],
    // A bridge that stands in for the LAN has no DHCP server.
    roomDhcp: plan.network.addressing === "dhcp" && factsOf(host).bridge !== undefined,
  };
}

/** What a disk is besides what is on it: with another it is another disk. */
function diskWords({ disk, cloneOf }: GuestPlan): string {
  return `${disk.size} GiB, ${disk.allocation}${cloneOf ? `, ${cloneOf.kind} clone` : ""}`;
}

/** Longer than the scripts' own deadline, so that their words are what the user sees. */
function deadlineOf(guest: GuestPlan, host: PreparedHost): string {
  return `${readySeconds(waitSettings(guest, host)) + 120}s`;
}

/** A script that reaches a guest by its channel, for the guest's own host: on another machine it brings the key along. */
function overChannel(
  guest: GuestPlan,
  { connection, context }: PreparedHost,
  key: pulumi.Output<string> | undefined,
  text: pulumi.Input<string>,
): pulumi.Input<string> {
  if (!connection) return text;
  if (!key) throw new Error(`guest ${guest.objectName} has no key`);
  return pulumi
    .all([key, text])
    .apply(([privateKey, script]) =>
      renderOnHost({ lab: context.mark.lab, team: guest.team, privateKey }, script),
    );
}

/** What a guest's scripts are made of, whose texts are secrets. */
interface GuestParts {
  readonly seed: pulumi.Output<SeedFiles>;
  /** Script for the host that waits until the guest is ready. */
  readonly ready: pulumi.Output<string>;
}

function linuxParts(
  name: string,
  plan: GuestPlan,
  host: PreparedHost,
  key: GuestKey,
  settings: DomainSettings,
  opts: pulumi.CustomResourceOptions,
): GuestParts {
  const { context } = host;
  const { lab, id } = context.mark;
  const secrets = new GuestSecrets(
    `${name}-secrets`,
    { lab, id, objectName: plan.objectName, random: host.providers.random },
    opts,
  );
  const known = pulumi.all([key.publicKey, secrets.hostKey, secrets.passwordHash]);
  const cloud = fromCloud(context)
    ? { files: readKeeperFiles(PACKAGE_ROOT), emulated: settings.acceleration === "tcg" }
    : undefined;
  const site = cloud || plan.profile === "desktop" ? siteSettingsOf(context.plan) : undefined;
  return {
    seed: known.apply(([line, hostKey, passwordHash]) =>
      renderSeed(plan, {
        ...networkSettings(plan, host),
        authorizedKeys: [line],
        channelKeys: [line],
        hostKey,
        passwordHash,
        ...(site ? { site } : {}),
        ...(cloud ? { cloud } : {}),
      }),
    ),
    ready: known.apply(([authorizedKey, hostKey, passwordHash]) =>
      renderReady(plan, settings, {
        lab,
        authorizedKey,
        hostKey,
        passwordHash,
        sharedBy: settings.sharedFolders.by,
      }),
    ),
  };
}

function windowsParts(
  name: string,
  plan: GuestPlan,
  { accounts }: WindowsGuestPlan,
  host: PreparedHost,
  key: GuestKey,
  settings: DomainSettings,
  opts: pulumi.CustomResourceOptions,
): GuestParts {
  const { lab } = host.context.mark;
  const secrets = new WindowsSecrets(
    `${name}-secrets`,
    { lab, objectName: plan.objectName, accounts, random: host.providers.random },
    opts,
  );
  const known = pulumi.all([key.publicKey, secrets.hostKey, secrets.passwords]);
  const files = readSeedFiles(PACKAGE_ROOT);
  return {
    seed: known.apply(([authorizedKey, hostKey]) =>
      renderWindowsSeed(plan, { authorizedKey, hostKey, files }),
    ),
    ready: known.apply(([authorizedKey, hostKey, passwords]) =>
      renderWindowsReady(plan, lab, settings, { authorizedKey, hostKey, passwords }),
    ),
  };
}

/** Virtual machines on QEMU by libvirt, with KVM where the host has it. */
export const libvirtDriver: HypervisorDriver = {
  prepareHost: (name, plan, opts, providers, context, owned) => {
    const made = { ...opts, provider: providers.command, deleteBeforeReplace: true };
    const image = imageOf(context);
    const { mark } = context;
    const connection = connectionTo(plan, mark.lab);
    const own = () => {
      const pool = script(
        `${name}-pool`,
        {
          on: connection,
          ...BOTH_WAYS,
          script: renderHostScript(mark, image, connection && hostFolder(mark.lab)),
          deadline: "5m",
        },
        made,
      );
      const parking = script(
        `${name}-unplugged`,
        {
          on: connection,
          ...BOTH_WAYS,
          script: renderNetworkScript({ mark, name: parkingName(mark.lab), xml: renderParking(mark) }),
          triggers: [renderParking(mark)],
          deadline: "5m",
        },
        { ...made, dependsOn: [pool] },
      );
      const images = windowsImagesOf(guestsOn(context.plan, plan)).map((image) =>
        script(
          `${name}-windows-${imageKey(image)}`,
          {
            on: connection,
            ...BOTH_WAYS,
            script: renderImageScript(image, mark),
            triggers: [image.sha256],
            deadline: "3h",
          },
          { ...made, dependsOn: [pool] },
        ),
      );
      return [pool, parking, ...images];
    };
    const objects = owned ? own() : [];
    return { plan, provider: providers.command, providers, connection, objects, context };
  },

  createSwitch: (name, plan, host, context, opts) => {
    const { mark } = context;
    const uplink = uplinkOf(factsOf(host), plan.vlan);
    const xml = renderNetwork(plan, { mark, uplink });
    return script(
      `${name}-network`,
      {
        on: host.connection,
        ...BOTH_WAYS,
        script: renderNetworkScript({
          mark,
          name: plan.objectName,
          xml,
          reaches: lansBeyond(plan, host),
        }),
        triggers: [xml],
        deadline: "5m",
      },
      { ...opts, provider: host.provider, dependsOn: [...host.objects], deleteBeforeReplace: true },
    );
  },

  createGuest: (name, plan, host, key, context, opts, base) => {
    const { mark } = context;
    const image = imageOf(context);
    const settings = domainSettings(plan, host, context);
    const made = { ...opts, provider: host.provider, deleteBeforeReplace: true };
    const parts = plan.windows
      ? windowsParts(name, plan, plan.windows, host, key, settings, opts)
      : linuxParts(name, plan, host, key, settings, opts);
    const disk = script(
      `${name}-disk`,
      {
        on: host.connection,
        ...BOTH_WAYS,
        script: parts.seed.apply((seed) =>
          renderDiskScript(plan, {
            mark,
            image,
            seed,
            sharedFolders: settings.sharedFolders,
            ...(plan.windows ? { base: settings.base } : {}),
          }),
        ),
        triggers: [plan.windows?.image.sha256 ?? image, diskWords(plan)],
        deadline: "15m",
      },
      {
        ...made,
        dependsOn: [...host.objects, ...(base ? [base] : [])],
        // Nothing is left of a linked clone without what it lies over; a full one has all of it.
        ...(base && plan.cloneOf?.kind === "linked" ? { replaceWith: [base] } : {}),
      },
    );
    const machine = script(
      `${name}-machine`,
      {
        on: host.connection,
        ...BOTH_WAYS,
        script: renderMachineScript(plan, settings),
        // Adapters come and go while it runs; all else is what it is.
        triggers: [renderDefinition({ ...plan, adapters: [] }, settings)],
        deadline: "5m",
      },
      { ...made, dependsOn: [disk, ...host.objects], replaceWith: [disk] },
    );
    const ready = script(
      `${name}-ready`,
      {
        on: host.connection,
        shell: SHELL,
        apply: "",
        script: overChannel(plan, host, key.privateKey, parts.ready),
        triggers: [machine.id],
        deadline: deadlineOf(plan, host),
      },
      { ...made, dependsOn: [machine], deletedWith: machine, replaceWith: [machine] },
    );
    return { disk, machine, ready, channelKey: key.privateKey };
  },

  keepGuest: (name, plan, guest, whole, host, opts) => {
    const { mark } = host.context;
    const settings = waitSettings(plan, host);
    const made = { ...opts, provider: host.provider, deleteBeforeReplace: true };
    const deadline = deadlineOf(plan, host);
    // One after the other: QEMU does one such thing at a time with a disk.
    const snapshots: pulumi.CustomResource[] = [];
    for (const snapshot of plan.snapshots) {
      snapshots.push(
        script(
          `${name}-snapshot-${snapshot}`,
          {
            on: host.connection,
            shell: SHELL,
            apply: "",
            script: overChannel(plan, host, guest.channelKey, renderSnapshot(plan, snapshot, settings, mark)),
            triggers: [guest.machine.id],
            deadline,
          },
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
    return script(
      `${name}-base`,
      {
        on: host.connection,
        ...BOTH_WAYS,
        script: overChannel(plan, host, guest.channelKey, renderBaseScript(plan, mark, settings)),
        triggers: [imageOf(host.context), diskWords(plan)],
        deadline: "40m",
      },
      { ...made, dependsOn: [...host.objects, guest.ready, ...whole, ...snapshots] },
    );
  },

  connectAdapters: (name, plan, guest, switches, host, opts) =>
    script(
      `${name}-adapters`,
      {
        on: host.connection,
        // A switch is not removed from under a guest: the adapters leave first.
        ...BOTH_WAYS,
        script: overChannel(
          plan,
          host,
          guest.channelKey,
          renderAdapters(
            plan,
            networkSettings(plan, host),
            waitSettings(plan, host),
            plan.windows ? windowsNetwork(plan, networkSettings(plan, host)) : undefined,
          ),
        ),
        triggers: [guest.machine.id],
        deadline: deadlineOf(plan, host),
      },
      {
        ...opts,
        provider: host.provider,
        // What the seed of Windows tells everybody in the guest is a password until it is ready: nobody from outside before.
        dependsOn: [plan.windows ? guest.ready : guest.machine, ...switches],
        replaceWith: [guest.machine, ...switches],
        deleteBeforeReplace: true,
      },
    ),

  applySite: (name, plan, settings, guest, adapters, host, opts) =>
    script(
      `${name}-settings`,
      {
        on: host.connection,
        ...BOTH_WAYS,
        script: overChannel(
          plan,
          host,
          guest.channelKey,
          renderSite(plan, host.context.mark.lab, guestSettings(settings, plan)),
        ),
        triggers: [guest.disk.id],
        deadline: "10m",
      },
      {
        ...opts,
        provider: host.provider,
        dependsOn: [guest.ready, adapters],
        // All of it is on the disk.
        ...lifeInGuest(guest),
        deleteBeforeReplace: true,
      },
    ),

  channel: libvirtChannel,
};
