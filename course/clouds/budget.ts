import type { OwnerMark } from "../mark";

/** Per cent of a budget that has been spent at which somebody is told. */
export const SPENT = [50, 80, 100] as const;

/** Per cent of a budget at which somebody is told when so much is foreseen by the month's end. */
export const FORESEEN = 100;

/** A budget's name in a cloud's account: it carries the mark, since not each cloud lets a budget have tags. */
export function budgetName({ lab, id }: Pick<OwnerMark, "lab" | "id">): string {
  return `classlab-${id}-${lab}`;
}

/** Whose a budget is by its name; undefined for one that no lab has made. */
export function budgetMark(name: string): OwnerMark | undefined {
  const [, id, lab] = /^classlab-([0-9a-f]{16})-(.+)$/.exec(name) ?? [];
  return id === undefined || lab === undefined ? undefined : { lab, id, stack: `${lab}-hosts` };
}
