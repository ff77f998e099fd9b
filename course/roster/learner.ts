import { MAX_SLOT } from "../config";
import { name as nameSchema } from "../config/primitives";

/** The team that a roster puts a learner in: by number, by id or by what people call it. */
export interface TeamWish {
  /** ASCII id; absent where only a label says which team. */
  readonly id?: string;
  /** The number in the id. */
  readonly slot?: number;
  /** What people call it; absent where the roster gives a bare number or an id. */
  readonly label?: string;
}

/** One learner of a roster. The name and the e-mail leave it for cards only. */
export interface Learner {
  readonly name: string;
  readonly email?: string;
  readonly team?: TeamWish;
  /** Place in the team, from 1; only with a team. */
  readonly seat?: number;
  /** Name of the host that the learner's team is placed on. */
  readonly host?: string;
  /** Line of the file, from 1. */
  readonly line: number;
}

/** Most learners of a team: as `lab.teams.size` allows. */
export const MAX_SEATS = 12;

/** The id of a team that is known by its number alone. */
export function numberedId(slot: number): string {
  return `team-${String(slot).padStart(2, "0")}`;
}

/** `3`, `team-03`, `3班`, `第3班`, `チーム3`. */
const NUMBERED = /^(?:第|team[ -]?|チーム)?0*(\d{1,4})(?:班|組|チーム|グループ)?$/i;

/**
 * Reads the team of a cell: a number in any of its usual forms, an id, or whatever people call the team.
 * @returns undefined for what is no name of a team: a number out of range, control characters
 */
export function readTeam(cell: string): TeamWish | undefined {
  const text = cell.normalize("NFKC").trim();
  if (/\p{Cc}/u.test(text) || text.length > 60) return undefined;
  const digits = NUMBERED.exec(text)?.[1];
  if (digits !== undefined) {
    const slot = Number(digits);
    if (slot < 1 || slot > MAX_SLOT) return undefined;
    return { id: numberedId(slot), slot, ...(/^[a-z\d-]+$/i.test(text) ? {} : { label: text }) };
  }
  if (!nameSchema.safeParse(text).success) return { label: text };
  const slot = Number(/\d+$/.exec(text)?.[0] ?? 0);
  return { id: text, ...(slot >= 1 && slot <= MAX_SLOT ? { slot } : {}) };
}

/** Whether two wishes mean one team. */
export function wishKey(wish: TeamWish): string {
  return wish.id === undefined ? `label ${wish.label}` : `id ${wish.id}`;
}

/**
 * What makes a learner the same one in the next version of the roster: name and e-mail, however they are spaced,
 * capitalised and typed in full-width or half-width.
 */
export function identityOf(learner: Pick<Learner, "name" | "email">): string {
  const bare = (text: string) => text.normalize("NFKC").replace(/\s+/g, "").toLowerCase();
  return `${bare(learner.name)}\n${bare(learner.email ?? "")}`;
}
