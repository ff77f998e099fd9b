import { existsSync } from "node:fs";
import type { LabConfig } from "../course/config";
import type { ImageSet } from "../course/images";
import type { HostPlan, LabPlan } from "../course/plan";
import type { LibvirtHostRecord, LibvirtRecord } from "../course/record";
import { probeAcceleration } from "./acceleration";
import { refuseStandInDesktops } from "./desktop";
import type { Say } from "./images";
import { ensureLibvirt } from "./libvirt";
import { ensureMachineImage, hasMachineImage } from "./machineImage";
import { probeVirtualization, refuseImpossibleNesting } from "./nested";

/** Where distributions put the server of virtiofs. */
const VIRTIOFSD = ["/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd", "/usr/lib/virtiofsd"];

/** What the lab needs to know of this machine, found by trying. */
async function lookAtHost(say: Say): Promise<LibvirtHostRecord> {
  const acceleration = await probeAcceleration();
  if (acceleration.kind === "tcg")
    say(
      `virtual machines: without KVM, by emulation: several times as slow. ${acceleration.reason}. ${acceleration.fix}`,
    );
  const sharedFolders = VIRTIOFSD.some((file) => existsSync(file)) ? "virtiofs" : "9p";
  const virtualization = await probeVirtualization(acceleration.kind);
  return { acceleration: acceleration.kind, virtualization, sharedFolders };
}

/** How {@link libvirtRecord} decides. */
export interface LibvirtDecision {
  /** What the lab decided before; it stays. */
  readonly before: LibvirtRecord | undefined;
  /** The images that the lab decided on. */
  readonly images: ImageSet;
  /** Whether packages may be installed and daemons started without asking. */
  readonly consent: boolean;
  readonly network: LabConfig["site"]["network"];
  readonly say: Say;
}

const onLibvirt = (host: HostPlan): boolean => host.target === "libvirt";

/** Whether guests of a plan are virtual machines of libvirt. */
export function needsLibvirt(plan: LabPlan): boolean {
  return plan.hosts.some(onLibvirt);
}

/**
 * Provides libvirt and the machine image on this machine, and tells what the lab's guests are made of: what was decided before, or what
 * is found now.
 * @returns undefined for a lab without such guests
 * @throws FaultError `feature-unsupported`, `libvirt-not-running`, `environment-missing`, `nested-impossible`, `image-build-failed` or `disk-full`
 */
export async function libvirtRecord(
  plan: LabPlan,
  { before, images, consent, network, say }: LibvirtDecision,
): Promise<LibvirtRecord | undefined> {
  if (!needsLibvirt(plan)) return undefined;
  refuseStandInDesktops(plan, images);
  await ensureLibvirt(consent);
  const hosts: Record<string, LibvirtHostRecord> = { ...before?.hosts };
  for (const { name } of plan.hosts.filter(onLibvirt)) {
    const known = hosts[name];
    // What a host did not let guests do, it may let them by now.
    hosts[name] =
      known?.virtualization === "none"
        ? { ...known, virtualization: await probeVirtualization(known.acceleration) }
        : (known ?? (await lookAtHost(say)));
  }
  refuseImpossibleNesting(plan, hosts);
  const image =
    before && hasMachineImage(before.image) ? before.image : await ensureMachineImage(images, say, network);
  return { image, hosts };
}
