import { hasPublicAddress } from "./clouds/hosts";
import { regionOf, rentedHosts } from "./cost/hosts";
import type { Words } from "./cost/words";
import { EXERCISE_IDS, type ExerciseId } from "./exercises";
import { imageNames } from "./images";
import type { LabPlan } from "./plan";

/** Pulls that Docker Hub allows an address without an account, and in how many hours (docs.docker.com/docker-hub/usage/pulls, 2026-11-23). */
export const PULL_LIMIT = { pulls: 100, hours: 6 } as const;

const LIMIT_SOURCE = "https://docs.docker.com/docker-hub/usage/pulls/ (2026-11-23)";

/** The images that an exercise's commands name, by edition, with the lines of the manual that do. */
interface ExerciseImages {
  readonly current: readonly string[];
  readonly "2019": readonly string[];
  /** Whether a team also pulls the image of another team (manual L3375). */
  readonly otherTeam?: true;
  readonly source: string;
}

/** What each exercise pulls where nothing is there yet; exercises that are not listed pull nothing. */
const IMAGES: Partial<Record<ExerciseId, ExerciseImages>> = {
  "4-docker": {
    current: ["hello-world:latest", "ubuntu:latest", "nginx:latest"],
    "2019": ["hello-world:latest", "ubuntu:latest", "nginx:latest"],
    source: "manual L3003, L3045, L3186",
  },
  "5-image": {
    current: ["ubuntu:latest", "alpine:latest"],
    "2019": ["ubuntu:latest", "alpine:latest"],
    otherTeam: true,
    source: "manual L3245, L3293, L3375",
  },
  "6-php": { current: ["php:apache"], "2019": ["php:7.0-apache"], source: "manual L3514" },
  "6-wordpress": {
    current: ["mariadb:latest", "wordpress:latest"],
    "2019": ["mysql:5.7", "wordpress:latest"],
    source: "manual L3675, L3690",
  },
};

/** The pulls of one exercise from the busiest address. */
export interface ExercisePulls {
  readonly exercise: ExerciseId;
  /** References as learners type them; another team's image is not among them. */
  readonly images: readonly string[];
  /** Pulls that are left with what the lab has: preloaded images, a mirror, a registry of the class. */
  readonly pulls: number;
  /** Pulls without any of it; an image that an earlier exercise pulled is there already. */
  readonly unaided: number;
  readonly source: string;
}

/** A warning about a plan that can be made all the same. */
export interface PullNote {
  readonly code: "docker-hub-pulls";
  /** Where it is mended in the configuration. */
  readonly where: string;
  readonly text: Words;
  readonly source: string;
}

/** What the class pulls from Docker Hub by the address that pulls most. */
export interface PullEstimate {
  /** With what the lab has. */
  readonly pulls: number;
  /** With nothing preloaded, no mirror and no registry of the class. */
  readonly unaided: number;
  /** How many pulls are allowed in the hours of `PULL_LIMIT`. */
  readonly limit: number;
  readonly ok: boolean;
  readonly byExercise: readonly ExercisePulls[];
  readonly text: Words;
  /** Present where it is not ok. */
  readonly note?: PullNote;
}

/**
 * The most teams that Docker Hub sees as one address: those in the room, those behind one NAT gateway, or one that has an
 * address of its own. Spare teams' labs pull nothing, since nobody works in them.
 */
function teamsAtOneAddress(plan: LabPlan): number {
  const rented = new Map(rentedHosts(plan).map(({ team, host }) => [team, host]));
  const counts = new Map<string, number>();
  for (const { id, spare } of plan.teams) {
    if (spare) continue;
    const host = rented.get(id);
    const place = host ? `${host.kind} ${hasPublicAddress(host) ? id : regionOf(host)}` : "room";
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

/** Whether guests ask a mirror of Docker Hub, the lab's own or another; one with the course's images alone asks for none. */
function hasMirror({ registry }: LabPlan): boolean {
  if (registry?.server?.mirror) return registry.server.mirror.of !== undefined;
  return registry?.mirror !== undefined;
}

/** Pulls of an exercise's images and of other teams' images. */
function exercisePulls(plan: LabPlan, teams: number): ExercisePulls[] {
  const seen = new Set<string>();
  const preloaded = new Set(imageNames(plan.edition).flatMap(({ tags }) => tags));
  const others = plan.teams.filter(({ spare }) => !spare).length > 1 ? teams : 0;
  const pulling = EXERCISE_IDS.filter(
    (exercise) => plan.exercises.length === 0 || plan.exercises.includes(exercise),
  );
  return pulling.flatMap((exercise) => {
    const entry = IMAGES[exercise];
    if (!entry) return [];
    const images = entry[plan.edition];
    const fresh = images.filter((image) => !seen.has(image));
    for (const image of fresh) seen.add(image);
    const left = fresh.filter((image) => !preloaded.has(image)).length;
    const foreign = entry.otherTeam ? others : 0;
    return [
      {
        exercise,
        images,
        // A mirror asks Docker Hub for each image once; its later checks of the version are free.
        pulls: (hasMirror(plan) ? left : left * teams) + (plan.registry?.push ? 0 : foreign),
        unaided: fresh.length * teams + foreign,
        source: entry.source,
      },
    ];
  });
}

function words(pulls: number, unaided: number, teams: number): Words {
  const { pulls: limit, hours } = PULL_LIMIT;
  return {
    en: `${teams === 1 ? "1 team behind one address pulls" : `${teams} teams behind one address pull`} ${pulls} ${pulls === 1 ? "image" : "images"} from Docker Hub, of ${limit} allowed in ${hours} hours; without preloaded images, mirror and class registry it would be ${unaided}`,
    ja: `同じアドレスから接続する ${teams} チームの Docker Hub からのイメージ取得は ${pulls} 回（${hours} 時間の上限は ${limit} 回）。事前配布、ミラー、クラス用レジストリがなければ ${unaided} 回になります`,
  };
}

/**
 * What the class pulls from Docker Hub against its limit for an address without an account, if it does all its exercises
 * within the hours of the limit: pure. Counted is one Docker Engine for each team, in which every image is pulled once;
 * a lab that lists no exercises is counted with all of them, and what teams pull for `final` is their own choice.
 */
export function pullsOf(plan: LabPlan): PullEstimate {
  const teams = teamsAtOneAddress(plan);
  const byExercise = exercisePulls(plan, teams);
  const pulls = byExercise.reduce((sum, entry) => sum + entry.pulls, 0);
  const unaided = byExercise.reduce((sum, entry) => sum + entry.unaided, 0);
  const ok = pulls <= PULL_LIMIT.pulls;
  const text = words(pulls, unaided, teams);
  return {
    pulls,
    unaided,
    limit: PULL_LIMIT.pulls,
    ok,
    byExercise,
    text,
    ...(ok
      ? {}
      : {
          note: {
            code: "docker-hub-pulls",
            where: "lab.registry",
            text: {
              en: `${text.en}; set registry.run with a mirror, or registry.mirror and registry.push.`,
              ja: `${text.ja}。registry.run に mirror を指定するか、registry.mirror と registry.push を設定してください。`,
            },
            source: LIMIT_SOURCE,
          },
        }),
  };
}
