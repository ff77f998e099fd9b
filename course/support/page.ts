import { EXERCISE_IDS, type ExerciseId } from "../exercises";
import type { Direction } from "../expectedReach";
import { reachDifferences } from "../reachDifferences";
import type { Cell } from "./cells";
import { type ExerciseSupport, exerciseSupport } from "./exercises";
import { FEATURE_NAMES, type Feature } from "./features";
import { type Source, splitSource } from "./sources";
import { supportOf } from "./table";
import { CLOUDS, HOST_KIND_NAMES, HOST_KINDS, TARGET_NAMES, TARGETS } from "./targets";

const INTRODUCTION = `# What works where

<!-- Written by npm run docs from course/support. Change it there. -->

Guests can be containers, or virtual machines of libvirt (KVM), VirtualBox or Hyper-V. The book was printed for VirtualBox and Hyper-V on a
Windows PC of the room; this page says what is different elsewhere, first by exercise, then by feature, last who reaches whom. A lab that asks for something
refused fails in the plan, before anything is made, with the sentence that stands here. The numbers lead to the sources at the end.`;

const EXERCISE_WORDS: Readonly<Record<ExerciseSupport["kind"], string>> = {
  "as-printed": "as printed",
  "other-screens": "other screens",
  impossible: "**impossible**",
};

const CELL_WORDS: Readonly<Record<Cell["kind"], string>> = {
  native: "native",
  emulated: "emulated",
  refused: "**refused**",
};

/** Numbers sources in the order in which they are first named. */
class Footnotes {
  private readonly numbers = new Map<Source, number>();

  mark(source: Source): string {
    const number = this.numbers.get(source) ?? this.numbers.size + 1;
    this.numbers.set(source, number);
    return `[${number}](#source-${number})`;
  }

  list(): string {
    return [...this.numbers]
      .map(([source, number]) => {
        const { document, place } = splitSource(source);
        const title = document.url === undefined ? document.title : `[${document.title}](${document.url})`;
        return `${number}. <a id="source-${number}"></a>${title}${place === undefined ? "" : `, ${place}`}`;
      })
      .join("\n");
  }
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
}

const TARGET_HEAD = TARGETS.map((target) => TARGET_NAMES[target]);

const FEATURES = Object.keys(FEATURE_NAMES).filter((key): key is Feature => key in FEATURE_NAMES);

function exerciseTable(notes: Footnotes): string {
  return table(
    ["exercise", ...TARGET_HEAD],
    EXERCISE_IDS.map((id) => [
      `\`${id}\``,
      ...TARGETS.map((target) => {
        const { kind, source } = exerciseSupport(id, target);
        return `${EXERCISE_WORDS[kind]} ${notes.mark(source)}`;
      }),
    ]),
  );
}

/** A text of several places once, the places before it. */
function grouped(entries: readonly { readonly place: string; readonly text: string }[]): string[] {
  const places = new Map<string, string[]>();
  for (const { place, text } of entries) places.set(text, [...(places.get(text) ?? []), place]);
  return [...places].map(([text, names]) => `- **${names.join("; ")}**: ${text}`);
}

/** What is done instead: in English, and below it in Japanese as learners may be told. */
function replacementOf(support: ExerciseSupport): string[] {
  if (support.kind === "as-printed") return [];
  const { en, ja } = support.replacement;
  return [`${support.kind === "impossible" ? "impossible. " : ""}${en}<br>${ja}`];
}

/** By target, since whoever prepares a class has one before them. */
function replacements(): string[] {
  return TARGETS.flatMap((target) => {
    const entries = EXERCISE_IDS.flatMap((id) =>
      replacementOf(exerciseSupport(id, target)).map((text) => ({ place: id, text })),
    );
    return [`### Exercises on ${TARGET_NAMES[target]}`, grouped(entries).join("\n")];
  });
}

/** Cloud hosts that a target runs on. */
const CLOUD_PLACES = TARGETS.flatMap((target) =>
  CLOUDS.filter((kind) => supportOf("guests", target, kind).kind !== "refused").map((kind) => ({
    target,
    kind,
    name: `${TARGET_NAMES[target]} on ${HOST_KIND_NAMES[kind]}`,
  })),
);

function cloudExercises(notes: Footnotes): string[] {
  const changed = EXERCISE_IDS.filter((id) =>
    CLOUD_PLACES.some(
      ({ target, kind }) => exerciseSupport(id, target, kind) !== exerciseSupport(id, target),
    ),
  );
  const cells = (id: ExerciseId) =>
    CLOUD_PLACES.map(({ target, kind }) => {
      const support = exerciseSupport(id, target, kind);
      return `${EXERCISE_WORDS[support.kind]} ${notes.mark(support.source)}`;
    });
  const texts = (id: ExerciseId) =>
    CLOUD_PLACES.flatMap(({ target, kind, name }) =>
      replacementOf(exerciseSupport(id, target, kind)).map((text) => ({ place: name, text })),
    );
  return [
    table(
      ["exercise", ...CLOUD_PLACES.map(({ name }) => name)],
      changed.map((id) => [`\`${id}\``, ...cells(id)]),
    ),
    ...changed.flatMap((id) => [`### ${id} in the cloud`, grouped(texts(id)).join("\n")]),
  ];
}

function featureTable(notes: Footnotes): string {
  return table(
    ["feature", ...TARGET_HEAD],
    FEATURES.map((feature) => [
      FEATURE_NAMES[feature],
      ...TARGETS.map((target) => {
        const cell = supportOf(feature, target);
        return `${CELL_WORDS[cell.kind]} ${notes.mark(cell.source)}`;
      }),
    ]),
  );
}

/** What a cell says beyond its one word. */
function words(cell: Cell): string[] {
  if (cell.kind === "refused") return [`refused: ${cell.why}. Use ${cell.instead}.`];
  if (cell.kind === "emulated") return [`${cell.how.en}.`];
  return cell.note ? [`${cell.note.en}.`] : [];
}

function explanations(): string[] {
  return FEATURES.flatMap((feature) => {
    const entries = TARGETS.flatMap((target) =>
      words(supportOf(feature, target)).map((text) => ({ place: TARGET_NAMES[target], text })),
    );
    return entries.length === 0 ? [] : [`### ${FEATURE_NAMES[feature]}`, grouped(entries).join("\n")];
  });
}

/** What other hosts than this machine change, feature by feature. */
function hostChanges(notes: Footnotes): string {
  const entries = FEATURES.flatMap((feature) =>
    HOST_KINDS.flatMap((kind) =>
      TARGETS.flatMap((target) => {
        const cell = supportOf(feature, target, kind);
        if (cell === supportOf(feature, target)) return [];
        // Where a target does not run at all, nothing else of it matters.
        if (feature !== "guests" && supportOf("guests", target, kind).kind === "refused") return [];
        const place = `${FEATURE_NAMES[feature]}, ${TARGET_NAMES[target]} on ${HOST_KIND_NAMES[kind]}`;
        return words(cell).map((text) => ({ place, text: `${text} ${notes.mark(cell.source)}` }));
      }),
    ),
  );
  return grouped(entries).join("\n");
}

const DIRECTION_WORDS: Readonly<Record<Direction, string>> = {
  toHost: "guest to host",
  fromHost: "host to guest",
  mate: "guest to guest of its team",
  otherTeam: "guest to another team's",
  internet: "guest to internet",
  toClient: "guest to a PC on the LAN",
  fromClient: "PC on the LAN to guest",
};

/** What guests reach elsewhere and not on containers, which a class may be rehearsed on, or the other way round. */
function reachTable(): string {
  const others = TARGETS.filter((target) => target !== "containers");
  const rows = others.flatMap((target) =>
    reachDifferences("containers", target).map(({ mode, direction, verdicts }) => [
      TARGET_NAMES[target],
      mode,
      DIRECTION_WORDS[direction],
      ...(["containers", target] as const).flatMap((one) => {
        const verdict = verdicts[one];
        return verdict ? [`${verdict.reachable ? "yes" : "no"}: ${verdict.rule}`] : [];
      }),
    ]),
  );
  return table(["target", "mode", "from, to", "on containers", "there"], rows);
}

/** The page of what works where: exercises, features, reachability, sources. */
export function renderSupport(): string {
  const notes = new Footnotes();
  return `${[
    INTRODUCTION,
    "## Exercises",
    exerciseTable(notes),
    "*As printed*: by the book, or by its sheet for today's versions. *Other screens*: the same aim by other windows or commands. *Impossible*: something else is done instead. What learners are told stands below, in English and Japanese.",
    ...replacements(),
    "## Exercises on cloud hosts",
    "What cloud hosts change; all others are as above. Containers and VirtualBox do not run there.",
    ...cloudExercises(notes),
    "## Features",
    featureTable(notes),
    "*Native*: the target has it. *Emulated*: it is made of something else. *Refused*: the plan fails and names what to use.",
    ...explanations(),
    "## Features on other hosts",
    hostChanges(notes),
    "## Who reaches whom, other than on containers",
    "The cells of the matrix of modes in which the other targets differ from containers, each with its rule; in all others they are alike, and `npx classlab verify` measures them.",
    reachTable(),
    "## Sources",
    notes.list(),
  ].join("\n\n")}\n`;
}
