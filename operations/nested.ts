import { type Fault, FaultError } from "../course/faults";
import { guestsOf, type LabPlan } from "../course/plan";
import type { LibvirtHostRecord } from "../course/record";
import type { Acceleration } from "./acceleration";
import type { HostRun } from "./libvirt";
import { run } from "./process";

/** By what a guest of a host sees that guests can run in it; `none` where it sees nothing. */
export type Virtualization = NonNullable<LibvirtHostRecord["virtualization"]>;

/**
 * Modules of KVM by what they show to guests; each says whether guests may see it: `Y` or `1` (docs.kernel.org/virt/kvm/x86/nested-vmx.html).
 */
const MODULES = { vmx: "kvm_intel", svm: "kvm_amd" } as const;

/**
 * Finds out by what guests of a host see that guests can run in them.
 * @param acceleration of the host's guests: QEMU's own processor has AMD's virtualization, whatever the host's is (measured with QEMU 7.2)
 * @param onHost runs programs on the host; on this machine by default
 */
export async function probeVirtualization(
  acceleration: Acceleration["kind"],
  onHost: HostRun = run,
): Promise<Virtualization> {
  if (acceleration === "tcg") return "svm";
  for (const flag of ["vmx", "svm"] as const) {
    const { stdout } = await onHost("cat", [`/sys/module/${MODULES[flag]}/parameters/nested`]);
    if (["Y", "1"].includes(stdout.trim())) return flag;
  }
  return "none";
}

/** How a host is made to let guests run guests. */
export const NESTED_FIX =
  "Shut the host's guests down and run: sudo modprobe -r kvm_intel && sudo modprobe kvm_intel nested=1 (AMD: kvm_amd); or leave nested out";

/** Hosts of a plan with guests that guests are to run in. */
function nestingHosts(plan: LabPlan): Map<string, string> {
  return new Map(
    guestsOf(plan).flatMap((guest) =>
      guest.nested ? [[guest.host, `${guest.team}/${guest.name}`] as const] : [],
    ),
  );
}

/**
 * Refuses a lab whose guests are to run guests on a host that does not let them, before anything is made.
 * @param hosts what was found of each host
 * @throws FaultError `nested-impossible`
 */
export function refuseImpossibleNesting(
  plan: LabPlan,
  hosts: Readonly<Record<string, LibvirtHostRecord>>,
): void {
  const [first, ...more] = [...nestingHosts(plan)]
    .filter(([host]) => hosts[host]?.virtualization === "none")
    .map(
      ([host, guest]): Fault => ({
        code: "nested-impossible",
        where: `host ${host}`,
        what: `guests are to run in guest ${guest}, and the host's KVM does not let them: nested virtualization is off`,
        fix: NESTED_FIX,
      }),
    );
  if (first) throw new FaultError([first, ...more]);
}
