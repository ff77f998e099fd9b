import type { Fault } from "../faults";
import { targetOf } from "../hosts";
import type { Support, Target } from "../support";
import type { Validator } from "./validator";

/**
 * What each target does with a guest's dynamic memory. Hyper-V: Dynamic Memory (`Set-VMMemory`). libvirt: `currentMemory` and a virtio
 * balloon (libvirt.org/formatdomain). VirtualBox: a balloon that takes memory only when told to, and never gives a guest
 * more than it was made with (VirtualBox manual, "Memory Overcommitment"). Docker: a limit on what is used.
 */
export const DYNAMIC_MEMORY_SUPPORT: Readonly<Record<Target, Support>> = {
  hyperv: { kind: "native" },
  libvirt: { kind: "emulated", how: "a balloon in the guest, moved by hand" },
  containers: { kind: "emulated", how: "a container uses what it needs, up to the most" },
  virtualbox: {
    kind: "refused",
    why: "VirtualBox has only a balloon that somebody has to move by hand",
    instead: "one number, which is static memory, or target hyperv",
  },
};

/** A dynamic memory starts between its least and its most, on a target that has such. */
export const memoryValid: Validator = (config) => {
  const refusing = config.hosts
    .map((host) => DYNAMIC_MEMORY_SUPPORT[targetOf(config, host)])
    .find((support) => support.kind === "refused");
  return config.guests.flatMap(({ name, memory }, index): Fault[] => {
    if (typeof memory === "number") return [];
    const where = `lab.guests[${index}].memory`;
    const { start, min, max } = memory;
    if (min > start || start > max) {
      return [
        {
          code: "memory-invalid",
          where,
          what: `guest "${name}" starts with ${start} MiB, of at least ${min} and at most ${max}`,
          expected: "min no higher than start, and start no higher than max",
        },
      ];
    }
    if (!refusing) return [];
    return [
      {
        code: "memory-invalid",
        where,
        what: `dynamic memory of guest "${name}" is refused: ${refusing.why}`,
        expected: refusing.instead,
      },
    ];
  });
};
