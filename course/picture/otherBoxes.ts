import { MODE_TRAITS } from "../modes";
import type { TeamPlan } from "../plan";
import type { SwitchPlan } from "../switches";
import { adapterRows, portWords, sshWords, stackWords } from "./guestBox";
import { type Box, boxOf, movedTo, textOf } from "./scene";
import { type Column, columnOf, paragraph, rowOf, shifted, tableOf } from "./stack";
import { statusWords, teamWords, type Words } from "./words";

const PADDING = 10;
/** A card has less room than a drawing: a sheet of paper holds three of the course's teams beside one another. */
const CARD = { padding: 8, gap: 7 } as const;
const SMALL = { size: 11, muted: true } as const;
const ROW = { size: 12 } as const;

/** Width of the stripe in its mode's colour at a switch's left side. */
export const STRIPE = 6;

/** A switch with its mode in words, its subnet, and who it is shared by. */
export function switchBox(plan: SwitchPlan, words: Words): Box {
  const { internet, host } = MODE_TRAITS[plan.mode];
  const row = (text: string, style: Parameters<typeof textOf>[1]) => rowOf([textOf(text, style)], 0);
  const column = columnOf(
    [
      row(plan.name, { size: 13, bold: true }),
      row(words.mode[plan.mode], ROW),
      row(plan.subnet, ROW),
      ...(plan.vlan === undefined ? [] : [row(`VLAN ${plan.vlan}`, ROW)]),
      ...(host ? [row(`${internet ? words.gateway : words.host} ${plan.gateway}`, SMALL)] : []),
      ...(plan.team === undefined ? [row(words.shared, SMALL)] : []),
    ],
    0,
  );
  return boxOf("switch", column.width + 2 * PADDING + STRIPE, column.height + 2 * PADDING - 4, {
    mode: plan.mode,
    title: `${plan.name}: ${words.mode[plan.mode]}, ${plan.subnet}`,
    texts: shifted(column, PADDING + STRIPE, PADDING - 2).texts,
  });
}

function tagBox(text: string): Box {
  const label = textOf(text, { size: 11, bold: true });
  return boxOf("tag", label.width + 12, label.height + 2, { texts: [movedTo(label, 6, 1)] });
}

/**
 * What a team is called, where it stands, and whether it stands by.
 * @param size of its name, in pixels
 * @param width after which its name is broken, in pixels
 */
export function teamHead(team: TeamPlan, words: Words, size: number, width: number): Column {
  const status = statusWords(team, words);
  const name = textOf(teamWords(team), { size, bold: true });
  // The id is what commands take: a label that is cut leaves it whole.
  const named =
    name.width <= width
      ? [rowOf([name], 0)]
      : [paragraph(team.label, width, { size, bold: true }), rowOf([textOf(team.id, SMALL)], 0)];
  const names = columnOf([...named, ...(status === undefined ? [] : [paragraph(status, width, SMALL)])], 0);
  if (!team.spare) return names;
  const tag = movedTo(tagBox(words.spare), names.width + 8, 1);
  return { ...names, boxes: [tag], width: tag.x + tag.width };
}

/** A team of which only addresses and published ports are told. */
export function cardBox(team: TeamPlan, words: Words): Box {
  const head = teamHead(team, words, 13, 240);
  const rows = team.guests.flatMap((guest) => {
    const published = [
      ...sshWords(guest).map((port) => `SSH ${port}`),
      ...guest.docker.flatMap((stack) =>
        guest.published.length > 0
          ? portWords(guest, stack.ports).map((port) => `${stackWords(stack, words)} ${port}`)
          : [],
      ),
    ].map((text) => [textOf(text, { ...SMALL, sample: "disabled" })]);
    return [...adapterRows(guest, words), ...published].map((cells, line) => [
      textOf(line === 0 ? guest.name : "", ROW),
      ...cells,
    ]);
  });
  const content = columnOf([head, tableOf(rows, CARD.gap)], 3);
  const placed = shifted(content, CARD.padding, CARD.padding - 3);
  return boxOf("card", placed.width + 2 * CARD.padding, placed.height + 2 * CARD.padding - 5, {
    title: teamWords(team),
    spare: team.spare === true,
    texts: placed.texts,
    boxes: placed.boxes,
  });
}
