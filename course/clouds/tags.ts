import type { SchedulePlan } from "../calendar";
import { markLabels, type OwnerMark } from "../mark";

/** Key of the tag that says from when on the object should be gone, as an instant in UTC. */
export const EXPIRES_KEY = "classlab.expires";

/** What an object in a cloud is marked with. */
export interface CloudTags {
  readonly mark: Omit<OwnerMark, "team">;
  /** The lab's calendar; without one nothing says when the object should be gone. */
  readonly schedule: SchedulePlan | undefined;
}

/**
 * The tags of an object in a cloud: the owner mark, the team's id where it is a team's, when it should be gone, and the name that the
 * cloud's own pages show.
 */
export function cloudTags(
  { mark, schedule }: CloudTags,
  name: string,
  team?: string,
): Record<string, string> {
  return {
    Name: name,
    ...markLabels(team === undefined ? mark : { ...mark, team }),
    ...(schedule ? { [EXPIRES_KEY]: schedule.gone } : {}),
  };
}
