import { imagesOf } from "../components/hypervisors/driver";
import { cachedImage } from "../components/hypervisors/libvirt/cache";
import {
  type CloudRelease,
  type MachineImageChoice,
  NEWEST_RELEASE,
  releaseChosen,
  releaseOfImage,
} from "../course/cloudImages";
import type { LabConfig } from "../course/config";
import { isFault } from "../course/faults";
import type { ImageSet } from "../course/images";
import type { HostPlan, LabPlan } from "../course/plan";
import type { LibvirtHostRecord, LibvirtRecord } from "../course/record";
import { probeAcceleration } from "./acceleration";
import { ensureCloudMachine, refuseShutInGuests } from "./cloudMachine";
import { refuseStandInDesktops } from "./desktop";
import { firmwareLacks, probeFirmware, refuseUnfitForWindows, windowsHosts } from "./firmware";
import { handOverImage, hostHasImage } from "./hosts/image";
import { machineOf, type RemoteMachine } from "./hosts/machine";
import { provideOn } from "./hosts/provide";
import { runWhere } from "./hosts/ssh";
import type { Say } from "./images";
import { ensureLibvirt } from "./libvirt";
import { dropDamaged } from "./machineCache";
import { ensureMachineImage, hasMachineImage } from "./machineImage";
import { probeVirtualization, refuseImpossibleNesting } from "./nested";

/** Where distributions put the server of virtiofs. */
const VIRTIOFSD = ["/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd", "/usr/lib/virtiofsd"];

/** What the lab needs to know of a host, found by trying. */
async function lookAtHost(machine: RemoteMachine | undefined, say: Say): Promise<LibvirtHostRecord> {
  const onHost = runWhere(machine);
  const acceleration = await probeAcceleration(onHost);
  if (acceleration.kind === "tcg")
    say(
      `virtual machines${machine ? ` on host ${machine.name}` : ""}: without KVM, by emulation: several times as slow. ${acceleration.reason}. ${acceleration.fix}`,
    );
  const server = await onHost("sh", [
    "-c",
    'for file; do [ ! -e "$file" ] || exit 0; done; exit 1',
    "sh",
    ...VIRTIOFSD,
  ]);
  const sharedFolders = server.code === 0 ? "virtiofs" : "9p";
  const virtualization = await probeVirtualization(acceleration.kind, onHost);
  return { acceleration: acceleration.kind, virtualization, sharedFolders };
}

/** How {@link libvirtRecord} decides. */
export interface LibvirtDecision {
  /** What the lab decided before; it stays. */
  readonly before: LibvirtRecord | undefined;
  /** The images that the lab decided on; a lab with guests on libvirt has some. */
  readonly images?: ImageSet;
  /** What machines are to begin with where nothing was decided before. */
  readonly machine: MachineImageChoice;
  /** Whether packages may be installed and daemons started without asking. */
  readonly consent: boolean;
  readonly network: LabConfig["site"]["network"];
  readonly say: Say;
}

const onLibvirt = (host: HostPlan): boolean => host.target === "libvirt";

/** The hosts of libvirt: this machine, as undefined, and others. */
function machinesOn(plan: LabPlan): (RemoteMachine | undefined)[] {
  return plan.hosts.filter(onLibvirt).map((host) => machineOf(plan.lab, host));
}

/** Whether every host that guests run on keeps a machine image. */
async function allHave(machines: readonly (RemoteMachine | undefined)[], image: string): Promise<boolean> {
  const found = await Promise.all(
    machines.map((machine) => (machine ? hostHasImage(machine, image) : hasMachineImage(image))),
  );
  return found.every(Boolean);
}

/**
 * What machines begin with, decided: the official image first where the lab leaves the choice, what is made of distribution packages else.
 * @throws FaultError
 */
export async function decideMachine(
  plan: LabPlan,
  {
    machine,
    images,
    network,
    say,
  }: Pick<LibvirtDecision, "machine" | "network" | "say"> & { readonly images: ImageSet },
  fetch: (release: CloudRelease, say: Say) => Promise<string> = ensureCloudMachine,
  build: typeof ensureMachineImage = ensureMachineImage,
): Promise<string> {
  const release = releaseChosen(machine);
  if (release !== undefined) {
    refuseShutInGuests(plan);
    return fetch(release, say);
  }
  if (machine === "auto") {
    try {
      refuseShutInGuests(plan);
      const image = await fetch(NEWEST_RELEASE, say);
      say(`virtual machines begin with Ubuntu ${NEWEST_RELEASE}'s own cloud image`);
      return image;
    } catch (error) {
      if (!isFault(error, "cloud-image-unreachable") && !isFault(error, "feature-unsupported")) throw error;
      say(
        `virtual machines begin with an image made of distribution packages, not with Ubuntu's: ${error.faults[0].where}: ${error.faults[0].what}`,
      );
    }
  }
  refuseStandInDesktops(plan, images);
  return build(images, say, network);
}

/** Whether guests of a plan are virtual machines of libvirt. */
export function needsLibvirt(plan: LabPlan): boolean {
  return plan.hosts.some(onLibvirt);
}

/**
 * Provides libvirt and the machine image on the lab's hosts, and tells what the lab's guests are made of: what was decided before, or what
 * is found now.
 * @returns undefined for a lab without such guests
 * @throws FaultError `feature-unsupported`, `libvirt-not-running`, `environment-missing`, `nested-impossible`, `windows-host-unfit`, `image-build-failed`, `image-damaged`, `cloud-image-unreachable`, `cloud-image-untrusted` or `disk-full`
 */
export async function libvirtRecord(
  plan: LabPlan,
  decision: LibvirtDecision,
): Promise<LibvirtRecord | undefined> {
  if (!needsLibvirt(plan)) return undefined;
  const { before, consent, machine, say } = decision;
  const images = imagesOf(decision);
  if (before ? releaseOfImage(before.image) === undefined : machine === "built")
    refuseStandInDesktops(plan, images);
  const machines = machinesOn(plan);
  const remote = machines.filter((machine) => machine !== undefined);
  if (remote.length < machines.length) await ensureLibvirt(consent);
  for (const machine of remote) await provideOn(machine, consent, say);
  const hosts: Record<string, LibvirtHostRecord> = { ...before?.hosts };
  for (const host of plan.hosts.filter(onLibvirt)) {
    const machine = machineOf(plan.lab, host);
    const known = hosts[host.name];
    // What a host did not let guests do, it may let them by now.
    hosts[host.name] =
      known?.virtualization === "none"
        ? {
            ...known,
            virtualization: await probeVirtualization(known.acceleration, runWhere(machine)),
          }
        : (known ?? (await lookAtHost(machine, say)));
  }
  refuseImpossibleNesting(plan, hosts);
  // What was missing may be there by now.
  for (const [name, { trusted }] of windowsHosts(plan)) {
    const known = hosts[name];
    const host = plan.hosts.find((each) => each.name === name);
    if (!known || !host || (known.firmware && firmwareLacks(trusted, known.firmware) === undefined)) continue;
    hosts[name] = { ...known, firmware: await probeFirmware(runWhere(machineOf(plan.lab, host))) };
  }
  refuseUnfitForWindows(plan, hosts);
  if (before) await dropDamaged(cachedImage(before.image), say);
  const kept =
    before !== undefined && (hasMachineImage(before.image) || (await allHave(machines, before.image)));
  if (kept && machine !== "auto" && releaseChosen(machine) !== releaseOfImage(before.image))
    say(
      `virtual machines begin with what was decided before (${before.image}), not with ${machine}: npx classlab images --update decides anew, and makes the guests anew`,
    );
  const image = kept ? before.image : await decideMachine(plan, { ...decision, images });
  for (const machine of remote) await handOverImage(machine, image, say);
  return { image, hosts };
}
