import { dirname } from "node:path";
import { cachedImage } from "../components/hypervisors/libvirt/cache";
import { type CloudRelease, cloudImageName } from "../course/cloudImages";
import { type Fault, FaultError } from "../course/faults";
import { MODE_TRAITS } from "../course/modes";
import { guestsOf, type LabPlan } from "../course/plan";
import { rootWords } from "./buildNetwork";
import { type CloudImageOrigin, fetchCloudImage } from "./cloudImage";
import type { Say } from "./images";
import { dropDamaged, isNoted, noteImage } from "./machineCache";
import { hasMachineImage } from "./machineImage";
import { run } from "./process";
import { diskFull, saysDiskFull } from "./trouble";

/** Copies an image to where QEMU may read it and nobody writes it: all or nothing. Arguments: the file, the image's folder. */
const PLACE = `set -eu
umask 022
mkdir -p "$(dirname "$2")"
exec 9>"$(dirname "$2")/.lock"
flock 9
[ ! -e "$2" ] || exit 0
part=$(dirname "$2")/.part.cloud
rm -rf --one-file-system "$part"
mkdir "$part"
trap 'rm -rf --one-file-system "$part"' EXIT
cp --sparse=auto "$1" "$part/disk.qcow2"
chmod 444 "$part/disk.qcow2"
mv -T "$part" "$2"
`;

/** Milliseconds that copying a gigabyte may take. */
const DEADLINE = 15 * 60_000;

/**
 * Copies an image that was proved into a folder of the cache, whole or not at all; one that is there stays.
 * @throws FaultError `disk-full`, or `engine-failed` with the words of what failed
 */
export async function placeCloudImage(file: string, folder: string): Promise<void> {
  const [program = "sh", ...rest] = [...rootWords(), "sh", "-c", PLACE, "sh", file, folder];
  const placed = await run(program, rest, { deadline: DEADLINE });
  if (placed.code === 0) return;
  const words = placed.stderr.trim().split("\n").at(-1) ?? "";
  throw new FaultError([
    saysDiskFull(placed.stderr)
      ? diskFull(dirname(folder), words)
      : {
          code: "engine-failed",
          where: "image machine",
          what: `Ubuntu's cloud image was not copied to ${folder}: ${words || `exit code ${placed.code}`}`,
          fix: "Mend that, and run the command again",
        },
  ]);
}

/** Guests of libvirt that no adapter leads out of the lab. */
function shutIn(plan: LabPlan): string[] {
  const hosts = plan.hosts.filter(({ target }) => target === "libvirt").map(({ name }) => name);
  return guestsOf(plan)
    .filter(
      ({ host, cloneOf, adapters }) =>
        hosts.includes(host) &&
        !cloneOf &&
        !adapters.some(({ mode }) => mode !== "disabled" && MODE_TRAITS[mode].internet),
    )
    .map(({ team, name }) => `${team}/${name}`);
}

/**
 * Refuses a lab whose guests could not install what Ubuntu's cloud image lacks: each fetches Docker from Ubuntu at its first start. Made all
 * the same, such a guest would fail a quarter of an hour later.
 * @throws FaultError `feature-unsupported`
 */
export function refuseShutInGuests(plan: LabPlan): void {
  const faults = shutIn(plan).map(
    (guest): Fault => ({
      code: "feature-unsupported",
      where: `guest ${guest}`,
      what: "no adapter of it leads to the internet, and a machine that begins with Ubuntu's cloud image takes Docker from there at its first start",
      expected: "images: { machine: built }, or an adapter in mode nat, nat-network or bridged",
    }),
  );
  const [first, ...more] = faults;
  if (first) throw new FaultError([first, ...more]);
}

/**
 * Fetches Ubuntu's cloud image, or finds it, and puts it where this machine's guests may begin with it.
 * @param origin Ubuntu's own site, or a mirror, by default
 * @returns its name in the cache of each host
 * @throws FaultError `cloud-image-unreachable`, `cloud-image-untrusted`, `environment-missing`, `image-damaged` or `disk-full`
 */
export async function ensureCloudMachine(
  release: CloudRelease,
  say: Say,
  origin?: CloudImageOrigin,
): Promise<string> {
  const image = await fetchCloudImage(release, { say, doing: () => undefined }, origin);
  const name = cloudImageName(release, image.sha256);
  const cached = cachedImage(name);
  await dropDamaged(cached, say);
  if (!hasMachineImage(name)) await placeCloudImage(image.file, cached.folder);
  if (!isNoted(cached)) await noteImage(cached);
  return name;
}
