/** Whose an object is. Everything the lab makes carries it, and only what carries it is ever deleted. */
export interface OwnerMark {
  /** The lab's name. */
  readonly lab: string;
  /** The random id made once per lab: it tells two labs of one name apart. */
  readonly id: string;
  /** The stack that made the object. */
  readonly stack: string;
  /** The team it belongs to; absent for what teams share. */
  readonly team?: string;
}

/** Names of the labels, tags or metadata keys that hold the mark. */
export const MARK_KEYS = {
  lab: "classlab",
  id: "classlab.id",
  stack: "classlab.stack",
  team: "classlab.team",
} as const;

/** The mark as the key-value pairs that a platform stores. */
export function markLabels(mark: OwnerMark): Record<string, string> {
  return {
    [MARK_KEYS.lab]: mark.lab,
    [MARK_KEYS.id]: mark.id,
    [MARK_KEYS.stack]: mark.stack,
    ...(mark.team === undefined ? {} : { [MARK_KEYS.team]: mark.team }),
  };
}

/** Reads a mark back; undefined when the object is none of ours. */
export function readMark(labels: Readonly<Record<string, string>>): OwnerMark | undefined {
  const lab = labels[MARK_KEYS.lab];
  const id = labels[MARK_KEYS.id];
  if (lab === undefined || id === undefined) return undefined;
  const team = labels[MARK_KEYS.team];
  return { lab, id, stack: labels[MARK_KEYS.stack] ?? "", ...(team === undefined ? {} : { team }) };
}
