import { type FaultCode, FaultError } from "../../course/faults";
import type { Subject } from "./subject";

/**
 * How a check came out. `blocking`: the lab cannot be brought up or used before it is mended; `warning`: it can, but it is
 * good to know; `unknown`: it could not be looked at, for something else is wrong.
 */
export type CheckStatus = "ok" | "warning" | "blocking" | "not-needed" | "unknown";

/** What a look brought to light. */
export interface Finding {
  readonly status: CheckStatus;
  /** What was found, as a sentence without its full stop. */
  readonly found: string;
  /** What would have been right. */
  readonly expected?: string;
  /** The next step for the reader. */
  readonly fix?: string;
  /** Whether `doctor --fix` can mend it without touching anything that a lab or a learner made. */
  readonly fixable?: boolean;
  /** The cause with which `up` would end, explained in docs/causes.md. */
  readonly code?: FaultCode;
}

/** A finding with the name of its check. */
export interface Check extends Finding {
  /** Stable name, for scripts. */
  readonly id: string;
  /** What was looked at, for people. */
  readonly title: string;
  readonly fixable: boolean;
}

/** Something that other checks cannot do without; `identity`: the lab's own id, where it has one. */
export type Prerequisite = "docker" | "libvirt" | "backend" | "identity" | "cloud";

/** One thing to look at. */
export interface CheckDefinition {
  readonly id: string;
  readonly title: string;
  /** Without these there is nothing to see. */
  readonly after?: readonly Prerequisite[];
  readonly look: (subject: Subject) => Promise<Finding> | Finding;
}

/** The finding that all is well. */
export function fine(found: string): Finding {
  return { status: "ok", found };
}

/** The finding that this lab has no use for it. */
export function notNeeded(why: string): Finding {
  return { status: "not-needed", found: why };
}

/** The finding that a fault keeps the lab from being brought up. @throws what is no fault */
export function blocking(error: unknown): Finding {
  if (!(error instanceof FaultError)) throw error;
  const [{ code, where, what, expected, fix }] = error.faults;
  return {
    status: "blocking",
    found: `${where}: ${what}`,
    ...(expected ? { expected } : {}),
    ...(fix ? { fix } : {}),
    code,
  };
}
