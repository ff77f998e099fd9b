import type { GuestConfig } from "../config";
import { AMOUNTS, type Amounts } from "../demand";
import type { Fault } from "../faults";
import { KEYBOARDS_OF_WINDOWS, windowsKeyboard, windowsZone, ZONES_OF_WINDOWS } from "../windows/language";
import { HYPERV_LEAST, WINDOWS } from "../windows/versions";
import type { Validator } from "./validator";

/** Keys of a guest by what they are amounts of, and their units. */
const KEYS: Readonly<Record<keyof Amounts, { readonly key: string; readonly unit: string }>> = {
  cpus: { key: "cpus", unit: "processor(s)" },
  memory: { key: "memory", unit: "MiB of memory" },
  disk: { key: "disk.size", unit: "GiB of disk" },
};

function imageFaults({ name, os, image }: GuestConfig, where: string): Fault[] {
  if (os === "linux" && image) {
    return [
      {
        code: "config-value",
        where: `${where}.image`,
        what: `guest "${name}" has Linux, and begins with the lab's own image`,
        expected: "no image here, or os: windows",
      },
    ];
  }
  if (os === "linux" || image) return [];
  return [
    {
      code: "windows-image-missing",
      where: `${where}.image`,
      what: `guest "${name}" is to have Windows, and no image of it is named; Microsoft's licences let nobody hand one out`,
      expected: "image with source, sha256 and windows",
      fix: "Take an evaluation from microsoft.com/evalcenter, generalize it by sysprep, and name its file",
    },
  ];
}

/** What the guest has less of than Microsoft asks for. */
function sizeFaults({ name, image, nested, cpus, memory, disk }: GuestConfig, where: string): Fault[] {
  if (!image) return [];
  const { name: windows, least, source } = WINDOWS[image.windows];
  const has: Amounts = {
    cpus,
    memory: typeof memory === "number" ? memory : memory.start,
    disk: disk.size,
  };
  const tooSmall = (of: keyof Amounts, who: string, needs: number, page: string): Fault => ({
    code: "windows-too-small",
    where: `${where}.${KEYS[of].key}`,
    what: `guest "${name}" has ${has[of]} ${KEYS[of].unit}, too little for ${who} (${page})`,
    expected: `${needs} or more`,
  });
  return AMOUNTS.flatMap((of): Fault[] => {
    if (has[of] < least[of]) return [tooSmall(of, windows, least[of], source)];
    if (of === "memory" && nested && has.memory < HYPERV_LEAST.memory)
      return [tooSmall(of, `Hyper-V in ${windows}`, HYPERV_LEAST.memory, HYPERV_LEAST.source)];
    return [];
  });
}

/** What of a guest's keys is for guests with Linux alone, and what to do instead. */
function unsupportedFaults(guest: GuestConfig, where: string): Fault[] {
  const refuse = (key: string, asked: boolean, why: string, expected: string): Fault[] =>
    asked
      ? [
          {
            code: "feature-unsupported",
            where: `${where}.${key}`,
            what: `guest "${guest.name}" has Windows, and ${why}`,
            expected,
          },
        ]
      : [];
  return [
    ...refuse(
      "docker",
      guest.docker.length > 0,
      "the course's Docker stacks are containers of Linux",
      "no docker here, and a guest with Linux beside it for them",
    ),
    ...refuse(
      "memory",
      typeof guest.memory !== "number",
      "its memory does not change while it runs: Windows has no driver of the balloon, and a Hyper-V in it takes memory for fixed",
      "memory as one number",
    ),
    ...refuse(
      "sharedFolder",
      guest.sharedFolder !== undefined,
      "it mounts no folder of its host: Windows knows neither virtiofs nor 9p",
      "no sharedFolder; files go by scp, as the account of a learner",
    ),
    ...refuse(
      "clipboard",
      guest.clipboard !== "off",
      "nothing in it shares the clipboard of its screen",
      "clipboard: off",
    ),
    ...refuse("profile", guest.profile !== undefined, "it has the screen that its image has", "no profile"),
    ...refuse(
      "snapshots",
      guest.snapshots.length > 0,
      "it starts by UEFI, of whose guests libvirt before 10.10 takes no internal snapshot",
      "no snapshots; Hyper-V in the guest has checkpoints of its own guests",
    ),
    ...refuse(
      "clones",
      guest.clones.length > 0,
      "a copy would have its name and its identity: Windows is copied only once it is generalized (sysprep)",
      "no clones; a second guest with the same image",
    ),
  ];
}

/** Windows' first start takes its own names of zones and keyboards, and stops at one that it does not know. */
function languageFaults({ name, timeZone, keyboard }: GuestConfig, where: string): Fault[] {
  const unknown = (key: string, value: string, what: string, known: readonly string[]): Fault => ({
    code: "config-value",
    where: `${where}.${key}`,
    what: `guest "${name}" has Windows, whose name of ${what} "${value}" is not known`,
    expected: `one of ${known.join(", ")}`,
  });
  return [
    ...(timeZone !== undefined && windowsZone(timeZone) === undefined
      ? [unknown("timeZone", timeZone, "time zone", ZONES_OF_WINDOWS)]
      : []),
    ...(keyboard !== undefined && windowsKeyboard(keyboard) === undefined
      ? [unknown("keyboard", keyboard, "keyboard layout", KEYBOARDS_OF_WINDOWS)]
      : []),
  ];
}

/** A guest with Windows has an image, what Microsoft asks for, and nothing that is for Linux alone. */
export const windowsGuestsValid: Validator = (config) =>
  config.guests.flatMap((guest, index): Fault[] => {
    const where = `lab.guests[${index}]`;
    const wrong = imageFaults(guest, where);
    if (guest.os === "linux") return wrong;
    return [
      ...wrong,
      ...sizeFaults(guest, where),
      ...unsupportedFaults(guest, where),
      ...languageFaults(guest, where),
    ];
  });
