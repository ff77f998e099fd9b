import { copyFileSync } from "node:fs";
import { basename, join } from "node:path";
import { enrolmentStick } from "../../components/hosts/enrolment/stick";
import { FaultError } from "../../course/faults";
import {
  type EnrolmentSettings,
  type PinnedFile,
  settingsFaults,
  virtualBoxVersion,
} from "../../course/room/enrolment";
import { labPublicKey } from "../hosts/access";
import { PACKAGE_ROOT } from "../paths";
import { run } from "../process";
import { sha256 } from "../sha256";
import type { StackFile } from "../stackFile";
import { writeStick } from "./writeStick";

/** What is said on the command line of how PCs are enrolled. */
export interface EnrolmentOrder {
  /** Subnets that are let in, beside the lab's classroom LAN. */
  readonly from: readonly string[];
  readonly ssh: boolean;
  /** The lab's own by default. */
  readonly hypervisor?: EnrolmentSettings["hypervisor"];
  /** Files of this machine. */
  readonly openSsh?: string;
  readonly virtualBox?: string;
  readonly extensionPack?: string;
}

function unreadable(file: string, what: string, expected: string): FaultError {
  return new FaultError([{ code: "enrolment-invalid", where: file, what, expected }]);
}

async function pinned(file: string): Promise<PinnedFile> {
  try {
    return { file: basename(file), sha256: await sha256(file) };
  } catch (error) {
    throw unreadable(file, error instanceof Error ? error.message : String(error), "a file that can be read");
  }
}

/** SHA-256 of the licence's text, by which an Extension Pack is accepted: it is a file of the pack, which is a tar archive. */
async function licenceOf(file: string): Promise<string> {
  const read = await run("sh", [
    "-c",
    'tar -xzOf "$1" ./ExtPack-license.txt 2>/dev/null | sha256sum',
    "sh",
    file,
  ]);
  const hash = read.stdout.split(" ")[0] ?? "";
  // Of nothing at all.
  if (read.code !== 0 || hash.startsWith("e3b0c44298fc1c14"))
    throw unreadable(file, "it has no licence in it", "an Extension Pack as Oracle ships it");
  return hash;
}

async function virtualBoxOf(file: string): Promise<PinnedFile & { readonly version: string }> {
  const version = virtualBoxVersion(basename(file));
  if (version === undefined)
    throw unreadable(file, "its name has no version", "the name that Oracle gave it, VirtualBox-7.2.4-….exe");
  return { ...(await pinned(file)), version };
}

/** The subnets of the classroom LAN: those of the lab's bridged switches, and of the room. */
function lanOf({ config }: Pick<StackFile, "config">): string[] {
  const { cidr } = config.site.network;
  const bridged = config.switches.flatMap((entry) => (entry.mode === "bridged" ? [entry.subnet] : []));
  return cidr === undefined ? bridged : [...bridged, cidr];
}

/**
 * What enrolling does, as the lab and the command line say it.
 * @throws FaultError `enrolment-invalid`, or `licence-missing` where the Extension Pack's licence is not accepted by name
 */
export async function enrolmentSettings(file: StackFile, order: EnrolmentOrder): Promise<EnrolmentSettings> {
  const { target, hosts, licences } = file.config;
  const { extensionPack } = licences;
  if (order.extensionPack !== undefined && (!extensionPack || extensionPack.basis === "commercial")) {
    throw new FaultError([
      {
        code: "licence-missing",
        where: "lab.licences.extensionPack",
        what: "the licence of VirtualBox's Extension Pack is not accepted for a use that it allows",
        expected: "{ accepted: PUEL, basis: education }, with the basis that is true",
      },
    ]);
  }
  const user = hosts.flatMap((host) => (host.kind === "existing" ? [host.user] : []))[0] ?? "classlab";
  const own = target === "hyperv" || target === "virtualbox" ? target : "none";
  const settings: EnrolmentSettings = {
    user,
    publicKey: labPublicKey(file.lab),
    from: [...new Set([...order.from, ...lanOf(file)])],
    ssh: order.ssh,
    hypervisor: order.hypervisor ?? own,
    ...(order.openSsh === undefined ? {} : { openSsh: await pinned(order.openSsh) }),
    ...(order.virtualBox === undefined ? {} : { virtualBox: await virtualBoxOf(order.virtualBox) }),
    ...(order.extensionPack === undefined || !extensionPack
      ? {}
      : {
          extensionPack: {
            ...(await pinned(order.extensionPack)),
            ...extensionPack,
            licence: await licenceOf(order.extensionPack),
          },
        }),
  };
  const [first, ...more] = settingsFaults(settings);
  if (first) throw new FaultError([first, ...more]);
  return settings;
}

/**
 * Writes what PCs are enrolled and given back with.
 * @returns what it will do there
 * @throws FaultError as {@link enrolmentSettings}, or `report-unwritable`
 */
export async function writeEnrolmentStick(
  folder: string,
  file: StackFile,
  order: EnrolmentOrder,
): Promise<EnrolmentSettings> {
  const settings = await enrolmentSettings(file, order);
  writeStick("--write", folder, enrolmentStick(PACKAGE_ROOT, settings));
  for (const source of [order.openSsh, order.virtualBox, order.extensionPack])
    if (source !== undefined) copyFileSync(source, join(folder, basename(source)));
  return settings;
}
