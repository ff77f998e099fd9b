import { hostRelease, officialReference, officialSince, PROBE_IMAGE, RELEASE_FILE } from "../images";
import { type CheckDefinition, type Finding, fine, notNeeded } from "./check";
import type { Machine } from "./machine";
import type { Subject } from "./subject";

/** A registry or mirror that has not answered by then is taken for absent. */
const PROBE_DEADLINE = 15_000;

/** Where debootstrap takes packages from when nobody tells it otherwise. */
const MIRRORS: Readonly<Record<string, string>> = {
  debian: "http://deb.debian.org/debian",
  ubuntu: "http://archive.ubuntu.com/ubuntu",
};

/** apt's own downloader: it knows the proxies that apt was told of. */
const APT_HELPER = "/usr/lib/apt/apt-helper";

/** Downloads a file and forgets it. */
const DOWNLOAD = `folder=$(mktemp -d) || exit
"$1" download-file "$2" "$folder/file"
code=$?
rm -rf "$folder"
exit $code`;

/** The last words of a program that failed. */
function words(text: string): string {
  return text.trim().split("\n").at(-1)?.trim() || "no reason given";
}

/** Why the registry cannot be used; undefined when it answers. Asks for a manifest only: nothing is pulled. */
async function registryFault(machine: Machine): Promise<string | undefined> {
  const result = await machine.run(
    "docker",
    ["manifest", "inspect", officialReference(PROBE_IMAGE, "current")],
    {
      deadline: PROBE_DEADLINE,
    },
  );
  if (result.code === 0) return undefined;
  return result.code === 124 ? `no answer within ${PROBE_DEADLINE / 1000} s` : words(result.stderr);
}

/** Why images cannot be built from distribution packages; undefined when they can. */
async function distributionFault(subject: Subject): Promise<string | undefined> {
  const { machine } = subject;
  if (machine.platform !== "linux" || !(await subject.setUp()).apt) {
    return "images are built from distribution packages on Debian and Ubuntu only";
  }
  const { id, codename } = hostRelease(machine.read(RELEASE_FILE) ?? "");
  const mirror = MIRRORS[id];
  if (mirror === undefined || machine.mode(APT_HELPER) === undefined) return undefined;
  const url = `${mirror}/dists/${codename}/InRelease`;
  const result = await machine.run("sh", ["-c", DOWNLOAD, "sh", APT_HELPER, url], {
    deadline: PROBE_DEADLINE,
  });
  if (result.code === 0) return undefined;
  return result.code === 124
    ? `${mirror} does not answer within ${PROBE_DEADLINE / 1000} s`
    : words(`${result.stdout}\n${result.stderr}`);
}

async function lookAtSource(subject: Subject): Promise<Finding> {
  const { source, missing, untold } = await subject.images();
  if (missing.length === 0 && !untold) return notNeeded("every image is there");
  const registry = source === "distribution" ? "it is not asked for" : await registryFault(subject.machine);
  if (registry === undefined) return fine("an image registry answers");
  if (source === "registry") {
    const mirrors = (await subject.docker())?.RegistryConfig?.Mirrors ?? [];
    return {
      // Docker may reach through a mirror of its own what this question does not reach.
      status: mirrors.length > 0 ? "warning" : "blocking",
      found: `the image registry does not answer: ${registry}`,
      expected: "a registry, as images.source asks for one",
      fix: "Connect this machine to the registry, or set images.source to distribution",
      code: "registry-unreachable",
    };
  }
  const distribution = await distributionFault(subject);
  if (distribution === undefined) {
    return fine(
      source === "distribution"
        ? "distribution packages can be had"
        : "no image registry answers; stand-ins can be built from distribution packages",
    );
  }
  return {
    status: "blocking",
    found: `${source === "distribution" ? "" : `no image registry answers (${registry}), and `}${distribution}`,
    expected: "an image registry, or a package mirror of this machine's distribution",
    fix: "Connect this machine to one of them",
    code: "registry-unreachable",
  };
}

const DAY = 24 * 60 * 60 * 1000;

/** Days after which official images are old: Docker's are made anew every few weeks, with what was mended since. Decided here. */
const OLD_AFTER = 120;

/** How old the official images are when the class begins, or now where the lab has no calendar. */
async function lookAtAge(subject: Subject): Promise<Finding> {
  if ((await subject.images()).source === "distribution")
    return notNeeded("they are built from distribution packages of the day");
  const first = subject.plan.schedule?.lessons[0]?.from;
  const since = officialSince();
  const day = first === undefined ? subject.machine.now() : Date.parse(first);
  const age = Math.floor((day - Date.parse(since)) / DAY);
  const found = `the official images were pinned on ${since} or later${age > 0 ? `, ${age} days before ${first === undefined ? "today" : `the first lesson on ${first.slice(0, 10)}`}` : ""}`;
  if (age <= OLD_AFTER) return fine(found);
  return {
    status: "warning",
    found,
    expected: `at most ${OLD_AFTER} days`,
    fix: "Take a newer classlab, whose images are pinned later, then: npx classlab images --update",
  };
}

/** The images of guests and course. */
export const IMAGE_CHECKS: readonly CheckDefinition[] = [
  {
    id: "images",
    title: "Images",
    after: ["docker", "backend"],
    look: async (subject) => {
      const { missing, untold } = await subject.images();
      if (missing.length === 0 && !untold) return fine("all there");
      return {
        status: "warning",
        found: untold ? "not all there" : `${missing.length} are not there yet (${missing.join(", ")})`,
        fix: "Nothing to do: up makes them, which takes some minutes. To have them before class: npx classlab images",
        fixable: true,
      };
    },
  },
  {
    id: "image-source",
    title: "Where images come from",
    after: ["docker", "backend"],
    look: lookAtSource,
  },
  {
    id: "image-age",
    title: "Age of images",
    after: ["docker", "backend"],
    look: lookAtAge,
  },
];
