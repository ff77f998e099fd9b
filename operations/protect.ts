import type { Fault } from "../course/faults";
import { isScript, REGISTRY } from "../course/resources";
import type { PlannedStep, StateResource } from "./engine";
import { REGISTRY_TYPE } from "./registry";

/** What a user allows to be replaced or deleted: a team, or one guest of it. */
export type Allowance = string;

const GUEST_TYPE = "classlab:index:GuestVm";

interface Owner {
  readonly team: string;
  readonly guest: string;
}

/** Where what is lost with the class's own registry is, which no guest and no team has. */
const REGISTRY_OWNER: Owner = { team: REGISTRY, guest: "" };

/** The guest that a resource belongs to, by its parents in the state. */
function ownerOf(urn: string, resources: ReadonlyMap<string, StateResource>): Owner | undefined {
  for (let entry = resources.get(urn); entry; entry = resources.get(entry.parent ?? "")) {
    if (entry.type === REGISTRY_TYPE) return REGISTRY_OWNER;
    if (entry.type !== GUEST_TYPE) continue;
    const { team, guest } = entry.inputs ?? {};
    return typeof team === "string" && typeof guest === "string" ? { team, guest } : undefined;
  }
  return undefined;
}

/** URNs of all that belongs to a guest. */
export function ownedBy(team: string, guest: string, state: readonly StateResource[]): string[] {
  const resources = new Map(state.map((entry) => [entry.urn, entry]));
  return state
    .filter((entry) => {
      const owner = ownerOf(entry.urn, resources);
      return owner?.team === team && owner.guest === guest;
    })
    .map((entry) => entry.urn);
}

/** What a protected resource is called; undefined for one that holds nobody's work. */
function protectedAs(
  resource: StateResource,
  resources: ReadonlyMap<string, StateResource>,
): string | undefined {
  const parent = resources.get(resource.parent ?? "")?.type;
  const inGuest = parent === GUEST_TYPE;
  if (resource.type === "docker:index/volume:Volume") {
    if (parent === REGISTRY_TYPE) return "images";
    return inGuest ? "disk" : "data volume";
  }
  if (!inGuest) return undefined;
  if (resource.type === "docker:index/container:Container") return "guest";
  if (!isScript(resource.type)) return undefined;
  if (resource.urn.endsWith("-disk")) return "disk";
  return resource.urn.endsWith("-machine") ? "guest" : undefined;
}

const LOSSES: Readonly<Record<string, string>> = {
  guest: "what runs in it is interrupted; its disk stands: homes, Docker data and WordPress content are kept",
  disk: "everything in the guest is lost: homes, containers, WordPress content",
  "data volume": "its content is lost",
  images: "all that teams pushed to the class's registry is lost",
};

/** Inputs that differ, in words; the engine names them by their own. */
function causeOf(
  step: PlannedStep,
  steps: readonly PlannedStep[],
  resources: ReadonlyMap<string, StateResource>,
): string {
  const changed = [
    ...new Set(steps.filter((entry) => entry.urn === step.urn).flatMap((entry) => entry.changed)),
  ].filter((name) => name !== "id");
  if (step.op === "delete") return "it is no longer in the plan";
  if (changed.length > 0)
    return `changed: ${changed.map((name) => (name === "replacementTrigger" ? "published ports" : name)).join(", ")}`;
  const machine = resources.get(step.urn);
  const disk = steps.some((entry) => {
    const resource = resources.get(entry.urn);
    return (
      entry.op === "replace" &&
      resource !== undefined &&
      protectedAs(resource, resources) === "disk" &&
      entry.urn !== step.urn &&
      resource.parent === machine?.parent
    );
  });
  return disk ? "its disk is replaced" : "it is replaced with what it belongs to";
}

/** What a run would take from somebody. */
export interface Loss {
  readonly team: string;
  readonly guest: string;
  /** `guest`, `disk` or `data volume`; `images` of the class's own registry, which no guest has. */
  readonly kind: string;
  readonly op: "replace" | "delete";
  readonly cause: string;
  readonly loses: string;
}

/**
 * What a run would replace or delete of guests, disks and data volumes that stand: pure.
 * @param vanished URNs of what does not stand any more: making it again takes nothing
 */
export function findLosses(
  steps: readonly PlannedStep[],
  state: readonly StateResource[],
  vanished: ReadonlySet<string>,
): Loss[] {
  const resources = new Map(state.map((entry) => [entry.urn, entry]));
  return steps.flatMap((step): Loss[] => {
    if (step.op !== "replace" && step.op !== "delete") return [];
    const resource = resources.get(step.urn);
    const kind = resource && protectedAs(resource, resources);
    const owner = ownerOf(step.urn, resources);
    if (!kind || !owner || vanished.has(step.urn)) return [];
    const cause = causeOf(step, steps, resources);
    return [{ ...owner, kind, op: step.op, cause, loses: LOSSES[kind] ?? "" }];
  });
}

/** The disk of a guest that is gone with what it was on: making the guest anew ends all hope of it. */
export function diskLost(team: string, guest: string, cause: string): Loss {
  return { team, guest, kind: "disk", op: "replace", cause, loses: LOSSES.disk ?? "" };
}

/** What a loss is allowed by, and told as. */
const nameOf = ({ team, guest }: Loss): string => (guest === "" ? team : `${team}/${guest}`);

/** Whether a user allowed it: `team-01` allows all guests of the team, `team-01/web` one. */
function isAllowed(loss: Loss, allowed: readonly Allowance[]): boolean {
  return allowed.includes(loss.team) || allowed.includes(nameOf(loss));
}

/** The losses that nobody allowed, as faults that name each, its cause, what would be lost and how to allow it. */
export function refuseLosses(
  losses: readonly Loss[],
  allowed: readonly Allowance[],
  selection: string,
): Fault[] {
  return losses
    .filter((loss) => !isAllowed(loss, allowed))
    .map((loss) => ({
      code: "would-replace",
      where: nameOf(loss),
      what: `this change would ${loss.op} its ${loss.kind === "guest" ? "container" : loss.kind} (${loss.cause}): ${loss.loses}`,
      fix: `Nothing was changed. To allow it: npx classlab up ${selection} --replace ${nameOf(loss)}`,
    }));
}
