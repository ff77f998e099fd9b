import { existsSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { IMAGES } from "../components/hypervisors/libvirt/pool";
import { type Fault, FaultError } from "../course/faults";
import { docker } from "./docker";
import type { Estimate } from "./doctor/estimate";
import { homeFolder } from "./paths";
import { inWords } from "./quantities";
import { diskFull, dockerInterrupted, dockerSilent, saysDiskFull, saysDockerSilent } from "./trouble";

interface Place {
  readonly folder: string;
  readonly holds: string;
  /** Bytes. */
  readonly free: number;
  /** Bytes that the lab takes there; undefined where nothing is known of that. */
  readonly needed: number | undefined;
}

function existing(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : existing(dirname(folder));
}

/** What is still to come where nothing is known of it, in bytes; only for telling which place is short. */
const SOMETHING = 100e6;

/** How much of what is needed there is. */
const share = (place: Place): number => place.free / (place.needed || SOMETHING);

/** What a lab is kept in on this machine, the place that is shortest of room first. */
async function places(needs: Estimate | undefined): Promise<Place[]> {
  const root = (await docker(["info", "-f", "{{.DockerRootDir}}"])).stdout.trim();
  const kept = [
    { folder: root, holds: "Docker keeps its data", needed: needs?.docker },
    { folder: homeFolder(), holds: "state and keys are", needed: needs?.home },
    { folder: tmpdir(), holds: "images are prepared", needed: undefined },
    { folder: IMAGES, holds: "disks of virtual machines are", needed: undefined },
  ];
  return kept
    .flatMap((place): Place[] => {
      // Docker's own may be on another machine; ours are made when they are needed.
      if (
        place.folder === "" ||
        ((place.folder === root || place.folder === IMAGES) && !existsSync(place.folder))
      )
        return [];
      const found = statfsSync(existing(place.folder));
      return [{ ...place, free: found.bavail * found.bsize }];
    })
    .sort((a, b) => share(a) - share(b));
}

/** How much is free at the path below a folder that words name: a disk of its own may be mounted there. */
function freeAt(words: string, folder: string): { readonly free?: number } {
  const path = words.slice(words.indexOf(`${folder}/`)).split(/['":;,\s]/)[0] ?? folder;
  const found = statfsSync(existing(path));
  return { free: found.bavail * found.bsize };
}

async function measured(fault: Fault, needs: Estimate | undefined): Promise<Fault> {
  if (fault.expected) return fault;
  const known = await places(needs);
  // A path says it best; without one it is where there is least of what is needed.
  const named = known.find((place) => fault.what.includes(`${place.folder}/`));
  const least = named ? { ...named, ...freeAt(fault.what, named.folder) } : known[0];
  if (!least) return fault;
  return {
    ...fault,
    what: `${fault.what}; there are ${inWords(least.free)} free in ${least.folder}, where ${least.holds}`,
    expected: `room there${least.needed ? `: about ${inWords(least.needed)} in all` : ""}`,
  };
}

/** An error of the file system as a fault, where it is about a full disk. */
function ofFileSystem(error: Error): Fault | undefined {
  if (!("code" in error) || !saysDiskFull(String(error.code))) return undefined;
  const path = "path" in error ? String(error.path) : "this machine";
  return diskFull(path, "no space left on device");
}

/**
 * What is behind a failure, asked of the machine: how much room there is when a disk was full, and whether Docker answers
 * when a step failed.
 * @param error what was thrown
 * @param needs what the lab takes, where that is known
 * @returns a fault that says so, or the error itself
 */
export async function explain(error: unknown, needs?: Estimate): Promise<unknown> {
  if (!(error instanceof Error)) return error;
  const found = ofFileSystem(error);
  if (found) return new FaultError([await measured(found, needs)]);
  if (!(error instanceof FaultError)) return error;
  const [first, ...more] = error.faults;
  if (first.code === "disk-full") return new FaultError([await measured(first, needs), ...more]);
  if (first.code !== "engine-failed" && first.code !== "guest-not-ready") return error;
  // A Docker that ended takes its guests with it, and every step fails with words of its own.
  const answer = await docker(["version", "-f", "{{.Server.Version}}"], { deadline: ANSWER_DEADLINE });
  const words = first.what.split("\n").find(saysDockerSilent);
  if (answer.code === 0) return words ? new FaultError([dockerInterrupted(first.where, words)]) : error;
  return new FaultError([dockerSilent(answer.stderr.trim().split("\n").at(-1) || first.what)]);
}

/** Milliseconds that Docker has to answer when it is asked whether it does. */
const ANSWER_DEADLINE = 10_000;
