import { z } from "zod";
import { type Fault, FaultError } from "../course/faults";
import { guestsOf, type LabPlan } from "../course/plan";
import type { LibvirtHostRecord } from "../course/record";
import { WINDOWS } from "../course/windows/versions";
import type { HostRun } from "./libvirt";
import { run } from "./process";

/** What a host has for guests that start by UEFI. */
export type Firmware = NonNullable<LibvirtHostRecord["firmware"]>;

/** Of a firmware's descriptor what counts here (QEMU, docs/interop/firmware.json). */
const descriptorSchema = z.looseObject({
  "interface-types": z.array(z.string()),
  targets: z.array(z.looseObject({ architecture: z.string(), machines: z.array(z.string()) })),
  features: z.array(z.string()),
});

/** Prints each descriptor of the host's as one line, and behind them whether it has swtpm. Where libvirt looks for them itself (libvirt.org/kbase/secureboot.html). */
export const FIRMWARE_LOOK = `for file in /usr/share/qemu/firmware/*.json /etc/qemu/firmware/*.json; do
  if [ -r "$file" ]; then tr '\\n' ' ' < "$file"; echo; fi
done
PATH=$PATH:/usr/sbin:/sbin
if command -v swtpm >/dev/null && command -v swtpm_setup >/dev/null; then echo tpm; fi`;

/** What a descriptor is of: none for a machine that guests with Windows are not. */
function kindOf(line: string): Firmware["uefi"] {
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    return "none";
  }
  const found = descriptorSchema.safeParse(document);
  if (!found.success || !found.data["interface-types"].includes("uefi")) return "none";
  const { targets, features } = found.data;
  const fits = targets.some(
    ({ architecture, machines }) =>
      architecture === "x86_64" && machines.some((machine) => machine.startsWith("pc-q35-")),
  );
  if (!fits) return "none";
  if (!features.includes("secure-boot")) return "plain";
  // One that checks by no keys checks nothing.
  return features.includes("enrolled-keys") ? "secure" : "none";
}

/**
 * Finds out what firmware a host has for guests, by what its own descriptors say.
 * @param onHost runs programs on the host; on this machine by default
 */
export async function probeFirmware(onHost: HostRun = run): Promise<Firmware> {
  const { stdout } = await onHost("sh", ["-c", FIRMWARE_LOOK]);
  const lines = stdout.split("\n").filter(Boolean);
  const kinds = lines.map(kindOf);
  const uefi = (["secure", "plain"] as const).find((kind) => kinds.includes(kind)) ?? "none";
  return { uefi, tpm: lines.includes("tpm") };
}

/** How a host gets what guests with Windows need. */
export const FIRMWARE_FIX = "Install them on the host: sudo apt-get install ovmf swtpm swtpm-tools";

/** What a host lacks for a guest with Windows, as it follows "has no"; undefined where it lacks nothing. */
export function firmwareLacks(trusted: boolean, { uefi, tpm }: Firmware): string | undefined {
  const lacks = [
    ...(uefi === "none" || (trusted && uefi !== "secure")
      ? [trusted ? "UEFI firmware with Secure Boot and Microsoft's keys" : "UEFI firmware"]
      : []),
    ...(trusted && !tpm ? ["swtpm, which emulates a TPM"] : []),
  ];
  return lacks.length > 0 ? lacks.join(", and no ") : undefined;
}

/** The hosts of a plan that guests with Windows are on, each with one of them that asks for most. */
export function windowsHosts(
  plan: LabPlan,
): Map<string, { readonly guest: string; readonly trusted: boolean }> {
  const found = new Map<string, { guest: string; trusted: boolean }>();
  for (const { windows, host, team, name } of guestsOf(plan)) {
    if (!windows) continue;
    const { trusted } = WINDOWS[windows.image.windows];
    if (trusted || !found.has(host)) found.set(host, { guest: `${team}/${name}`, trusted });
  }
  return found;
}

/**
 * Refuses a lab with guests with Windows on a host that lacks what they start by, before anything is made.
 * @param hosts what was found of each host
 * @throws FaultError `windows-host-unfit`
 */
export function refuseUnfitForWindows(
  plan: LabPlan,
  hosts: Readonly<Record<string, LibvirtHostRecord>>,
): void {
  const [first, ...more] = [...windowsHosts(plan)].flatMap(([host, { guest, trusted }]): Fault[] => {
    const lacks = firmwareLacks(trusted, hosts[host]?.firmware ?? { uefi: "none", tpm: false });
    if (lacks === undefined) return [];
    return [
      {
        code: "windows-host-unfit",
        where: `host ${host}`,
        what: `guest ${guest} is to have Windows, and the host has no ${lacks}`,
        fix: FIRMWARE_FIX,
      },
    ];
  });
  if (first) throw new FaultError([first, ...more]);
}
