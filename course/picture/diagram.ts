import type { ElkExtendedEdge, ElkNode, ElkPort } from "elkjs/lib/elk.bundled.js";
import type { GuestPlan, HostPlan, LabPlan, TeamPlan } from "../plan";
import type { SwitchPlan } from "../switches";
import { guestBox, widened } from "./guestBox";
import { switchBox, teamHead } from "./otherBoxes";
import { type Box, boxOf, type Line, largest, type Point } from "./scene";
import { type Column, shifted } from "./stack";
import type { Words } from "./words";

const PADDING = 14;
/** After so many pixels a team's name is broken in its box. */
const TEAM_NAME = 420;

/** Layered: what is connected stands in neighbouring columns, and no line runs through a box. A drawing's and each team's. */
const COLUMNS = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.spacing.nodeNode": "12",
  "elk.spacing.edgeNode": "12",
  "elk.spacing.edgeEdge": "10",
  "elk.layered.spacing.nodeNodeBetweenLayers": "36",
  "elk.layered.spacing.edgeNodeBetweenLayers": "16",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "10",
  // Guests stand in their team's order. The options that keep the order of everything fail across levels in elkjs 0.12.1.
  "elk.layered.crossingMinimization.semiInteractive": "true",
  "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
  "elk.layered.nodePlacement.bk.fixedAlignment": "BALANCED",
} as const;

const DRAWING = {
  ...COLUMNS,
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.padding": "[top=0,left=0,bottom=0,right=0]",
  "elk.json.shapeCoords": "PARENT",
  "elk.json.edgeCoords": "ROOT",
} as const;

/** A node for the layout, and what is drawn in its place. */
interface Drawn {
  readonly node: ElkNode;
  readonly box: Box;
  readonly children: readonly Drawn[];
}

interface Wire {
  readonly edge: ElkExtendedEdge;
  readonly mode: SwitchPlan["mode"];
}

/** The switches that guests of some teams on a host are on, or that are the host's or theirs. */
function switchesAt(plan: LabPlan, host: HostPlan, teams: readonly TeamPlan[]): SwitchPlan[] {
  const used = new Set(
    teams.flatMap((team) =>
      team.guests.flatMap((guest) =>
        guest.adapters.flatMap((adapter) => (adapter.mode === "disabled" ? [] : [adapter.switchObject])),
      ),
    ),
  );
  const ids = new Set(teams.map((team) => team.id));
  return plan.switches.filter(
    (entry) =>
      used.has(entry.objectName) ||
      (entry.team === undefined ? entry.host === host.name : ids.has(entry.team)),
  );
}

/**
 * The guests that stand on the far side of their team's own switches: every second one of those that are on no shared
 * switch. A pair then has its switch between them, and a drawing of many guests is half as high.
 */
function farGuests(team: TeamPlan, own: ReadonlySet<string>): ReadonlySet<GuestPlan> {
  const seen = new Map<string, number>();
  const far = new Set<GuestPlan>();
  for (const guest of team.guests) {
    const objects = guest.adapters.flatMap((adapter) =>
      adapter.mode === "disabled" ? [] : [adapter.switchObject],
    );
    const [first] = objects;
    if (first === undefined || !objects.every((name) => own.has(name))) continue;
    const before = seen.get(first) ?? 0;
    seen.set(first, before + 1);
    if (before % 2 === 1) far.add(guest);
  }
  return far;
}

/** Switches as nodes, all as wide as the widest. */
function switchNodes(switches: readonly SwitchPlan[], words: Words): Drawn[] {
  const boxes = switches.map((entry) => ({ id: entry.objectName, box: switchBox(entry, words) }));
  const width = largest(boxes.map(({ box }) => box.width));
  return boxes.map(({ id, box }) => ({
    box: { ...box, width },
    node: { id, width, height: box.height },
    children: [],
  }));
}

function drawTeam(
  team: TeamPlan,
  own: readonly SwitchPlan[],
  words: Words,
  /** The place of its first guest among all guests of the drawing. */
  first: number,
): { readonly drawn: Drawn; readonly wires: Wire[] } {
  const names = new Set(own.map((entry) => entry.objectName));
  const far = farGuests(team, names);
  const wires: Wire[] = [];
  const boxes = team.guests.map((guest) => ({ guest, ...guestBox(guest, words) }));
  const widest = largest(boxes.map(({ box }) => box.width));
  const guests = boxes.map(({ guest, box: narrow, ports }, index): Drawn => {
    const place = first + index;
    const box = widened(narrow, widest);
    const nodePorts = ports.map(({ adapter, index, y }): ElkPort => {
      const id = `${guest.objectName}:${index}`;
      const toGuest = far.has(guest) || !names.has(adapter.switchObject);
      const [source, target] = toGuest ? [adapter.switchObject, id] : [id, adapter.switchObject];
      wires.push({ edge: { id: `${id}>`, sources: [source], targets: [target] }, mode: adapter.mode });
      return { id, width: 0, height: 0, x: toGuest ? 0 : box.width, y };
    });
    return {
      box,
      children: [],
      node: {
        id: guest.objectName,
        width: box.width,
        height: box.height,
        ports: nodePorts,
        layoutOptions: { "elk.portConstraints": "FIXED_POS", "elk.position": `(0,${place})` },
      },
    };
  });
  const children = [...guests, ...switchNodes(own, words)];
  const head: Column = shifted(teamHead(team, words, 15, TEAM_NAME), PADDING, PADDING - 4);
  const top = PADDING - 4 + head.height + 8;
  return {
    wires,
    drawn: {
      box: boxOf("team", 0, 0, {
        title: team.label,
        spare: team.spare === true,
        texts: head.texts,
        boxes: head.boxes,
      }),
      children,
      node: {
        // No object on a platform has a slash in its name.
        id: `team/${team.id}`,
        children: children.map(({ node }) => node),
        layoutOptions: {
          ...COLUMNS,
          "elk.position": `(0,${first})`,
          "elk.padding": `[top=${top},left=${PADDING},bottom=${PADDING},right=${PADDING}]`,
          "elk.nodeSize.constraints": "MINIMUM_SIZE",
          "elk.nodeSize.minimum": `(${head.width + 2 * PADDING},${top + PADDING})`,
        },
      },
    },
  };
}

/** Half a pixel's precision is more than is seen; the numbers are the same on every machine. */
function round(value: number | undefined): number {
  return Math.round((value ?? 0) * 2) / 2;
}

function placedBox({ box, children }: Drawn, node: ElkNode): Box {
  const byId = new Map((node.children ?? []).map((child) => [child.id, child]));
  const placed = children.flatMap((child) => {
    const at = byId.get(child.node.id);
    return at ? [placedBox(child, at)] : [];
  });
  return {
    ...box,
    x: round(node.x),
    y: round(node.y),
    width: round(node.width),
    height: round(node.height),
    boxes: [...box.boxes, ...placed],
  };
}

function pointsOf(edge: ElkExtendedEdge): Point[] {
  const [section] = edge.sections ?? [];
  if (!section) return [];
  return [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map(({ x, y }) => ({
    x: round(x),
    y: round(y),
  }));
}

/** Draws teams of a host in detail, with all switches that they are on. */
export async function drawDiagram(
  plan: LabPlan,
  host: HostPlan,
  teams: readonly TeamPlan[],
  words: Words,
): Promise<Box> {
  const switches = switchesAt(plan, host, teams);
  let guests = 0;
  const drawn = teams.map((team) => {
    const own = switches.filter((entry) => entry.team === team.id);
    const result = drawTeam(team, own, words, guests);
    guests += team.guests.length;
    return result;
  });
  const children = [
    ...switchNodes(
      switches.filter((entry) => entry.team === undefined),
      words,
    ),
    ...drawn.map((team) => team.drawn),
  ];
  const wires = drawn.flatMap((team) => team.wires);
  const modes = new Map(wires.map(({ edge, mode }) => [edge.id, mode]));
  // Loaded only where something is drawn: it takes longer than a plan.
  const elk: typeof import("elkjs/lib/elk.bundled.js") = require("elkjs/lib/elk.bundled.js");
  const laidOut = await new elk.default().layout({
    id: "diagram",
    layoutOptions: DRAWING,
    children: children.map(({ node }) => node),
    edges: wires.map(({ edge }) => edge),
  });
  const box = placedBox({ box: boxOf("diagram", 0, 0), node: laidOut, children }, laidOut);
  return {
    ...box,
    lines: (laidOut.edges ?? []).flatMap((edge): Line[] => {
      const mode = modes.get(edge.id);
      return mode ? [{ mode, points: pointsOf(edge) }] : [];
    }),
  };
}
