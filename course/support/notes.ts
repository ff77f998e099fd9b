import type { ExerciseId } from "../exercises";
import { type GuestPlan, guestsOf, type LabPlan } from "../plan";
import type { Cell, Text } from "./cells";
import { exerciseSupport } from "./exercises";
import type { Feature } from "./features";
import { type Source, sourceWords } from "./sources";
import { supportOf } from "./table";

/** What an instructor is told before the class: something that the lab uses and that is not as in the book. */
export interface SupportNote {
  /** What of the lab it is about: `host NAME`, `switch NAME`, `guests A, B`, `exercise ID`. */
  readonly where: string;
  readonly text: Text;
  /** What says so, in words. */
  readonly source: string;
}

/** The language that images speak without further locales. */
const ENGLISH = "en_US.UTF-8";

/** What a guest of a plan uses; its modes are those of its switches. */
function featuresOf(guest: GuestPlan, network: LabPlan["network"]): Feature[] {
  const { disk, memory } = guest;
  const when = (feature: Feature, used: boolean): Feature[] => (used ? [feature] : []);
  return [
    ...when("adapters", guest.adapters.length > 1),
    ...when("nested", guest.nested),
    ...when("dynamic-memory", memory.min !== memory.max),
    ...(disk.format === "auto" ? [] : when(`disk-${disk.format}`, true)),
    ...when("disk-fixed", disk.allocation === "fixed"),
    ...when("desktop", guest.profile === "desktop"),
    ...when("shared-folder", guest.sharedFolder !== undefined),
    ...when("clipboard", guest.clipboard !== "off"),
    ...when("snapshots", guest.snapshots.length > 0),
    ...guest.clones.map((clone): Feature => `${clone.kind}-clone`),
    ...when("language", guest.locale !== ENGLISH),
    ...when("ntp", network.ntp.length > 0),
    ...when("docker", guest.docker.length > 0),
  ];
}

/** A note before notes of one text are put together. */
interface Remark {
  readonly noun: "host" | "switch" | "guest" | "exercise";
  readonly name: string;
  readonly text: Text;
  readonly source: Source;
}

function remarksOfCell(noun: Remark["noun"], name: string, cell: Cell): Remark[] {
  const text = cell.kind === "emulated" ? cell.how : cell.kind === "native" ? cell.note : undefined;
  return text ? [{ noun, name, text, source: cell.source }] : [];
}

function joined(remarks: readonly Remark[]): SupportNote[] {
  const groups = new Map<string, { readonly first: Remark; readonly names: Set<string> }>();
  for (const remark of remarks) {
    const key = `${remark.noun} ${remark.source} ${remark.text.en}`;
    const group = groups.get(key) ?? { first: remark, names: new Set() };
    group.names.add(remark.name);
    groups.set(key, group);
  }
  const plural = (noun: Remark["noun"], count: number) =>
    count === 1 ? noun : noun === "switch" ? "switches" : `${noun}s`;
  return [...groups.values()].map(({ first, names }) => ({
    where: `${plural(first.noun, names.size)} ${[...names].join(", ")}`,
    text: first.text,
    source: sourceWords(first.source),
  }));
}

/**
 * What a lab uses that its targets emulate or do otherwise than the book: hosts, switches, guests, then the exercises that it
 * lists or its teams stand at. The same is said once. Pure.
 */
export function supportNotes(plan: LabPlan): SupportNote[] {
  const hosts = new Map(plan.hosts.map((host) => [host.name, host]));
  const cellOf = (feature: Feature, hostName: string): Cell => {
    const host = hosts.get(hostName);
    return supportOf(feature, host?.target ?? plan.target, host?.kind);
  };
  const used = plan.teams.map((team) => team.host);
  const stands = plan.teams.flatMap(({ host, status }): [ExerciseId, string][] =>
    status.at === "configured" ? [] : [[status.exercise, host]],
  );
  const listed = used.flatMap((host) => plan.exercises.map((id): [ExerciseId, string] => [id, host]));
  return joined([
    ...used.flatMap((name) => remarksOfCell("host", name, cellOf("guests", name))),
    ...plan.switches.flatMap((entry) => [
      ...remarksOfCell("switch", entry.name, cellOf(entry.mode, entry.host)),
      ...(entry.vlan === undefined ? [] : remarksOfCell("switch", entry.name, cellOf("vlan", entry.host))),
    ]),
    ...guestsOf(plan).flatMap((guest) =>
      featuresOf(guest, plan.network).flatMap((feature) =>
        remarksOfCell("guest", guest.name, cellOf(feature, guest.host)),
      ),
    ),
    ...[...listed, ...stands].flatMap(([id, hostName]): Remark[] => {
      const host = hosts.get(hostName);
      const support = exerciseSupport(id, host?.target ?? plan.target, host?.kind);
      if (support.kind === "as-printed") return [];
      return [{ noun: "exercise", name: id, text: support.replacement, source: support.source }];
    }),
  ]);
}
