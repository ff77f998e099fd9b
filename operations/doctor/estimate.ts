import { CONTAINER_GUEST, stackDemand } from "../../course/demand";
import { type DockerStackPlan, guestsOf, type LabPlan } from "../../course/plan";

const MB = 1e6;

/**
 * The images that classlab builds or pulls and the store that guests take them from, once a machine. Measured: 1.5 GB built and
 * 0.4 GB in the store, with room for newer ones.
 */
const IMAGES = 3000 * MB;

const GUEST_DISK = CONTAINER_GUEST.disk * MB;
/** What the course's images take in a guest that loads them by itself: measured, 422 MB with all else on its disk. */
const LOADED = 400 * MB;
const GUEST_MEMORY = CONTAINER_GUEST.memory * MB;

/** The engine and its plugins during `up`. */
const ENGINE_MEMORY = 600 * MB;

const HOME_BASE = 100 * MB;
const HOME_PER_GUEST = 2 * MB;

/** Bytes that `up` will use. */
export interface Estimate {
  /** Where Docker keeps its data. */
  readonly docker: number;
  /** Where state and keys are. */
  readonly home: number;
  readonly memory: number;
}

/** What the images alone take, once a machine. */
export const IMAGES_ESTIMATE: Estimate = { docker: IMAGES, home: HOME_BASE, memory: 0 };

interface Need {
  readonly disk: number;
  readonly memory: number;
}

function stackNeed(stack: DockerStackPlan): Need {
  const { disk, memory } = stackDemand(stack);
  return { disk: disk * MB, memory: memory * MB };
}

function total(needs: readonly Need[]): Need {
  return needs.reduce((sum, need) => ({ disk: sum.disk + need.disk, memory: sum.memory + need.memory }), {
    disk: 0,
    memory: 0,
  });
}

/**
 * What `up` will use beyond what stands: by the number of guests and stacks that are still to be made.
 * @param standing object names of what stands already
 * @param imagesMissing whether images have to be made first
 * @param loading whether guests load the images by themselves, as where the image store lacks them
 */
export function estimate(
  plan: LabPlan,
  standing: ReadonlySet<string>,
  imagesMissing: boolean,
  loading = false,
): Estimate {
  const coming = guestsOf(plan).filter((guest) => !standing.has(guest.objectName));
  const stacks = total(coming.flatMap((guest) => guest.docker.map(stackNeed)));
  return {
    docker:
      (imagesMissing ? IMAGES : 0) + coming.length * (GUEST_DISK + (loading ? LOADED : 0)) + stacks.disk,
    home: HOME_BASE + guestsOf(plan).length * HOME_PER_GUEST,
    memory: ENGINE_MEMORY + coming.length * GUEST_MEMORY + stacks.memory,
  };
}
