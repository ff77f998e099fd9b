import { CAPABILITIES, SECURITY_OPTIONS } from "../components/hypervisors/containers/rights";
import { COURSE_IMAGES, type ImageSet, imageNames } from "../course/images";
import { quote } from "../course/shell";

/**
 * Words of the Docker client that run a command in a short-lived container of the guests' image, which has no network and the rights that
 * a guest's own engine takes.
 * @param options more of `docker run`, such as volumes
 */
export function guestContainer(
  images: ImageSet,
  options: readonly string[],
  command: readonly string[],
): string[] {
  return [
    ...["run", "--rm", "-i", "--init", "--network", "none", "--cgroupns", "private"],
    ...CAPABILITIES.flatMap((capability) => ["--cap-add", capability]),
    ...SECURITY_OPTIONS.flatMap((option) => ["--security-opt", option]),
    ...options,
    images.guest.id,
    ...command,
  ];
}

/** The references of the course's images in this machine's Docker. */
export function courseReferences(images: ImageSet): string[] {
  return COURSE_IMAGES.map(({ name }) => images.course[name].reference);
}

/** The names that the course's images get once they are loaded: `REFERENCE=TAG` each. */
export function courseNames(images: ImageSet): string[] {
  return imageNames(images.edition).flatMap(({ name, tags }) =>
    tags.map((tag) => `${images.course[name].reference}=${tag}`),
  );
}

/**
 * Command for a shell that feeds one archive of the course's images to a container, through no file of this machine.
 * @param container words of the Docker client that run it
 */
export function feedCourseImages(images: ImageSet, container: readonly string[]): string {
  const command = (words: readonly string[]) => ["docker", ...words].map(quote).join(" ");
  return `${command(["save", ...courseReferences(images)])} | ${command(container)}`;
}
