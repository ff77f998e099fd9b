import { markLabels, type OwnerMark } from "../../../course/mark";
import type { GuestPlan } from "../../../course/plan";
import { uuidOf } from "../identity";
import { isSet, isThere, offSteps } from "./off";
import { extraData, MACHINES } from "./questions";
import { pathOn, type VirtualBoxSettings } from "./settings";
import { type Condition, has, lacks, type Step, step } from "./steps";

/** The UUID of a guest's machine, made of the lab's id: no other object has it, whatever its name. */
export function machineUuid(mark: Pick<OwnerMark, "id">, objectName: string): string {
  return uuidOf(mark, "domain", objectName);
}

/** The group that VirtualBox's window shows a team's machines in. */
export function groupOf({ lab }: Pick<OwnerMark, "lab">, team: string): string {
  return `/classlab/${lab}/${team}`;
}

/** Where VirtualBox puts a machine: below its base folder, by group and name. */
export function machineFolder(
  { objectName, team }: Pick<GuestPlan, "objectName" | "team">,
  settings: Pick<VirtualBoxSettings, "os" | "folder" | "mark">,
): string {
  const [, ...groups] = groupOf(settings.mark, team).split("/");
  return pathOn(settings, settings.folder, ...groups, objectName);
}

/** Whether there is none. */
function isAbsent(uuid: string): Condition {
  return lacks(MACHINES, { starts: '"', ends: ` {${uuid}}` });
}

/** Marks a machine as the lab's. */
export function markSteps(uuid: string, mark: OwnerMark): Step[] {
  return Object.entries(markLabels(mark)).map(([key, value]) =>
    step(`mark ${key}`, {
      settled: [has(extraData(uuid, key), { is: `Value: ${value}` })],
      args: ["setextradata", uuid, key, value],
    }),
  );
}

/** No machine of this name is there but the lab's own: another one is somebody else's, and is left alone. */
export function refuseForeign(uuid: string, name: string): Step {
  return step("no other machine has the name", {
    when: [isAbsent(uuid)],
    must: [
      {
        ...lacks(MACHINES, { starts: `"${name}" {`, ends: "}" }),
        otherwise: `object-in-the-way: machine ${name}: it is not of this lab and has the name that the lab's own needs`,
      },
    ],
  });
}

const CLIPBOARD: Readonly<Record<GuestPlan["clipboard"], string>> = {
  off: "disabled",
  "host-to-guest": "hosttoguest",
  "guest-to-host": "guesttohost",
  both: "bidirectional",
};

/** MiB of video memory: a screen of 1920 by 1200 needs 16 with VMSVGA's own minimum, a desktop wants several buffers. */
const VIDEO_MEMORY: Readonly<Record<GuestPlan["profile"], number>> = { server: 16, desktop: 128 };

/** A setting of a machine: the options of `modifyvm`, and the line by which `showvminfo` tells it. */
export type Setting = readonly [options: readonly string[], line: string];

/** Settings of a guest, but its adapters and disks. Options are those that 6.0, 7.1 and 7.2 know, but two that were renamed. */
function machineSettings(guest: GuestPlan, { version }: Pick<VirtualBoxSettings, "version">): Setting[] {
  const { cpus, memory, nested, profile } = guest;
  const clipboard = CLIPBOARD[guest.clipboard];
  const video = VIDEO_MEMORY[profile];
  const pointer = profile === "desktop" ? "usbtablet" : "ps2";
  return [
    [["--memory", `${memory.start}`], `memory=${memory.start}`],
    [["--cpus", `${cpus}`], `cpus=${cpus}`],
    // More than one processor needs it.
    [["--ioapic", "on"], 'ioapic="on"'],
    [["--vram", `${video}`], `vram=${video}`],
    [["--graphicscontroller", "vmsvga"], 'graphicscontroller="vmsvga"'],
    [["--rtcuseutc", "on"], 'rtcuseutc="on"'],
    // A host without a sound card would have no guest start.
    [version === "7" ? ["--audio-enabled", "off"] : ["--audio", "none"], 'audio="none"'],
    [["--mouse", pointer], `hidpointing="${pointer === "ps2" ? "ps2mouse" : pointer}"`],
    [[version === "7" ? "--clipboard-mode" : "--clipboard", clipboard], `clipboard="${clipboard}"`],
    [["--nested-hw-virt", nested ? "on" : "off"], `nested-hw-virt="${nested ? "on" : "off"}"`],
    [["--boot1", "disk"], 'boot1="disk"'],
    [["--boot2", "dvd"], 'boot2="dvd"'],
    [["--boot3", "none"], 'boot3="none"'],
  ];
}

/** The settings as one call, made where one of them is not so yet: a question to VirtualBox costs as much as an answer. */
export function settingsStep(uuid: string, what: string, settings: readonly Setting[]): Step {
  return step(what, {
    settled: settings.map(([, line]) => isSet(uuid, line)),
    args: ["modifyvm", uuid, ...settings.flatMap(([options]) => options)],
  });
}

/**
 * What the plan decides of a machine and `showvminfo` tells, by its key: what a hand may have changed.
 */
export function decidedSettings(
  guest: GuestPlan,
  settings: Pick<VirtualBoxSettings, "version">,
): Record<string, string> {
  return Object.fromEntries(
    machineSettings(guest, settings).map(([, line]) => {
      const [key = "", value = ""] = line.split("=");
      return [key, value.replaceAll('"', "")];
    }),
  );
}

/** The settings of a machine that is there. Only one that is off takes them: one that runs is shut down first. */
export function machineSettingsSteps(guest: GuestPlan, settings: VirtualBoxSettings): Step[] {
  const uuid = machineUuid(settings.mark, guest.objectName);
  const wanted = machineSettings(guest, settings);
  return [
    ...offSteps(
      uuid,
      wanted.map(([, line]) => isSet(uuid, line)),
    ),
    settingsStep(uuid, "settings", wanted),
  ];
}

/** The machine itself: there, the lab's, and set as planned (manual L2520–2560: Linux, Ubuntu (64-bit)). */
export function machineSteps(guest: GuestPlan, settings: VirtualBoxSettings): Step[] {
  const { mark, folder } = settings;
  const { objectName, team } = guest;
  const uuid = machineUuid(mark, objectName);
  const named = ["--name", objectName, "--groups", groupOf(mark, team), "--ostype", "Ubuntu_64"];
  return [
    refuseForeign(uuid, objectName),
    step("machine", {
      settled: [isThere(uuid)],
      args: ["createvm", ...named, "--basefolder", folder, "--uuid", uuid, "--register"],
    }),
    ...markSteps(uuid, mark),
    ...machineSettingsSteps(guest, settings),
  ];
}
