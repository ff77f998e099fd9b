import type { Language } from "../languages";
import type { GuestPlan, LabPlan, TeamPlan } from "../plan";
import { portWords, stackWords } from "./guestBox";
import { layOut } from "./page";
import { renderSvg } from "./svg";
import { cleanText } from "./text";
import type { Theme } from "./themes";
import { summaryOf, teamWords, WORDS, type Words } from "./words";

export { renderMermaid } from "./mermaid";
export { THEMES, type Theme } from "./themes";

/** How a plan is drawn. */
export interface PictureOptions {
  /** `print`: sheets of A4 landscape under one another, without margins of their own. */
  readonly theme: Theme;
  readonly language: Language;
}

function spokenGuest(guest: GuestPlan, words: Words): string {
  const addresses = guest.adapters.map((adapter, index) =>
    adapter.mode === "disabled"
      ? words.disabled(index + 1)
      : `${adapter.switch} (${words.mode[adapter.mode]}) ${adapter.address}`,
  );
  const stacks = guest.docker.map(
    (stack) => `${stackWords(stack, words)} ${portWords(guest, stack.ports).join(" ")}`,
  );
  return [guest.name, ...(addresses.length > 0 ? addresses : [words.noAdapter]), ...stacks].join(", ");
}

function spokenTeam(team: TeamPlan, words: Words): string {
  const spare = team.spare ? `, ${words.spare}` : "";
  return `${teamWords(team)}${spare}: ${team.guests.map((guest) => spokenGuest(guest, words)).join("; ")}.`;
}

/**
 * Draws a plan as an SVG document: hosts, in them switches with their mode and teams with their guests, addresses and stacks.
 * Of more than three teams, one of each build is drawn in detail and the others are cards with what differs. The same plan
 * gives the same bytes.
 */
export async function drawPlan(plan: LabPlan, { theme, language }: PictureOptions): Promise<string> {
  const words = WORDS[language];
  const picture = await layOut(plan, language, theme === "print");
  const teams = plan.teams.map((team) => spokenTeam(team, words));
  return renderSvg(picture, theme, language, {
    id: `picture-${plan.lab}`,
    title: words.title(plan.lab),
    description: cleanText([`${summaryOf(plan, words)}.`, ...teams].join(" ")),
  });
}
