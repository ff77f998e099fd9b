import type { GuestPlan, HostPlan, LabPlan, TeamPlan } from "../plan";
import type { SwitchPlan } from "../switches";
import { portWords, stackWords } from "./guestBox";
import { shapesOf } from "./shapes";
import { cleanText } from "./text";
import { hostWords, teamWords, WORDS } from "./words";

const EN = WORDS.en;

/**
 * A text for a quoted label. Whatever means something to Mermaid (quotes, `#`, `%%`, backticks) or to HTML becomes an
 * entity code (https://mermaid.js.org/syntax/flowchart.html, "Entity codes to escape characters").
 */
function escaped(text: string): string {
  return cleanText(text).replace(/[^\p{L}\p{M}\p{N} .,/_()×→·–-]/gu, (one) => `#${one.codePointAt(0)};`);
}

function label(lines: readonly string[]): string {
  return `"${lines.join("<br/>")}"`;
}

function subgraph(id: string, name: string, direction: "LR" | "TB", content: readonly string[]): string[] {
  const lines = [`direction ${direction}`, ...content];
  return [`subgraph ${id} [${name}]`, ...lines.map((line) => `  ${line}`), "end"];
}

function switchNode(entry: SwitchPlan, id: string): string {
  const vlan = entry.vlan === undefined ? [] : [`VLAN ${entry.vlan}`];
  return `${id}(${label([entry.name, EN.mode[entry.mode], entry.subnet, ...vlan].map(escaped))})`;
}

function addressesOf(guest: GuestPlan): string[] {
  const addresses = guest.adapters.map((adapter, index) =>
    adapter.mode === "disabled" ? EN.disabled(index + 1) : adapter.address,
  );
  return addresses.length > 0 ? addresses : [EN.noAdapter];
}

function guestNode(guest: GuestPlan, id: string): string[] {
  const name = label([escaped(guest.name), ...addressesOf(guest)]);
  if (guest.docker.length === 0) return [`${id}[${name}]`];
  const stacks = guest.docker.map(
    (stack, index) =>
      `${id}s${index + 1}[${label([stackWords(stack, EN), ...portWords(guest, stack.ports)])}]`,
  );
  return subgraph(id, name, "TB", stacks);
}

function teamName(team: TeamPlan): string {
  return escaped(team.spare ? `${teamWords(team)}, ${EN.spare}` : teamWords(team));
}

/** A team of which only the addresses are told. */
function teamNode(team: TeamPlan, id: string): string {
  const guests = team.guests.map((guest) => [escaped(guest.name), ...addressesOf(guest)].join(" "));
  return `${id}[${label([teamName(team), ...guests])}]`;
}

/**
 * A plan as a flowchart for Mermaid, which README files show: hosts, switches with their mode, teams with guests, addresses
 * and stacks. Of more than three teams, one of each build is drawn with its guests, and the others are one node each.
 */
export function renderMermaid(plan: LabPlan): string {
  const models = new Set(shapesOf(plan).map((shape) => shape.model.id));
  // Ids are made here: words such as `end` or `style`, which a name may be, mean something to Mermaid.
  const teamIds = new Map(plan.teams.map((team, index) => [team.id, `team${index + 1}`]));
  const switchIds = new Map(plan.switches.map((entry, index) => [entry.objectName, `switch${index + 1}`]));
  const switches = new Map(plan.switches.map((entry) => [entry.objectName, entry]));
  const drawn = (entry: SwitchPlan) => entry.team === undefined || models.has(entry.team);
  const links = new Set<string>();

  const switchesOf = (host: HostPlan, team: string | undefined) =>
    plan.switches
      .filter((entry) => entry.host === host.name && entry.team === team && drawn(entry))
      .map((entry) => switchNode(entry, switchIds.get(entry.objectName) ?? ""));

  const teamLines = (team: TeamPlan, host: HostPlan): string[] => {
    const id = teamIds.get(team.id) ?? "";
    const model = models.has(team.id);
    const guests = team.guests.map((guest, index) => ({ guest, id: `${id}g${index + 1}` }));
    for (const { guest, id: guestId } of guests)
      for (const adapter of guest.adapters) {
        if (adapter.mode === "disabled") continue;
        const entry = switches.get(adapter.switchObject);
        if (entry && drawn(entry))
          links.add(`${switchIds.get(entry.objectName)} --- ${model ? guestId : id}`);
      }
    if (!model) return [teamNode(team, id)];
    return subgraph(id, label([teamName(team)]), "LR", [
      ...switchesOf(host, team.id),
      ...guests.flatMap(({ guest, id: guestId }) => guestNode(guest, guestId)),
    ]);
  };

  const hosts = plan.hosts.flatMap((host, index) =>
    subgraph(`host${index + 1}`, label([escaped(`${host.name}, ${hostWords(host, "en")}`)]), "LR", [
      ...switchesOf(host, undefined),
      ...plan.teams.filter((team) => team.host === host.name).flatMap((team) => teamLines(team, host)),
    ]),
  );
  const lines = [
    "flowchart LR",
    ...hosts.map((line) => `  ${line}`),
    ...[...links].map((line) => `  ${line}`),
  ];
  return `${lines.join("\n")}\n`;
}
