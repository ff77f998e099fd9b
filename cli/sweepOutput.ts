import { createColors } from "picocolors";
import { formatRate } from "../course/cost/money";
import { PRICES } from "../course/cost/prices";
import type { CloudLeftover } from "../operations/clouds/leftovers";
import { type CachedImage, cacheBytes } from "../operations/imageCache";
import type { ImageStore } from "../operations/imageStore";
import type { MachineImage } from "../operations/machineImages";
import { ageInWords, inWords } from "../operations/quantities";
import { isRunningGuest, type Leftover, type SweepReport } from "../operations/sweep";
import { SCHEMA_VERSION } from "./output";

type Colours = ReturnType<typeof createColors>;

/** How a `sweep` was asked for, and how it is shown. */
export interface SweepView {
  /** The lab looked for; undefined means every lab. */
  readonly lab: string | undefined;
  /** The options that name it on a command line. */
  readonly selection: string;
  /** Whether what was found is removed next: no need to say how. */
  readonly removing: boolean;
  /** Whether the image cache is listed one by one. */
  readonly images: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly colours: boolean;
}

/** How a cell stands in its column. */
const PAD = { left: "padEnd", right: "padStart" } as const;
const COLUMNS = ["left", "left", "left", "right", "right", "right"] as const;

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = COLUMNS.map((_side, index) => Math.max(0, ...rows.map((row) => (row[index] ?? "").length)));
  return rows.map((row) =>
    `  ${COLUMNS.map((side, index) => (row[index] ?? "")[PAD[side]](widths[index] ?? 0)).join("  ")}`.trimEnd(),
  );
}

const sizeOf = (bytes: number | undefined): string => (bytes === undefined ? "-" : inWords(bytes));

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

const ordered = (objects: readonly Leftover[]): Leftover[] =>
  [...objects].sort(
    (a, b) =>
      a.mark.lab.localeCompare(b.mark.lab) ||
      a.mark.id.localeCompare(b.mark.id) ||
      (a.mark.team ?? "").localeCompare(b.mark.team ?? ""),
  );

function labLines(found: readonly Leftover[], view: SweepView, pc: Colours): string[] {
  const sorted = ordered(found);
  const rows = [
    ["kind", "name", "team", "age", "size"],
    ...sorted.map((object) => [
      object.kind,
      object.name,
      object.mark.team ?? "-",
      ageInWords(object.created, view.now) ?? "-",
      sizeOf(object.bytes),
    ]),
  ];
  const [head = "", ...lines] = columns(rows);
  return [
    head,
    ...sorted.flatMap((object, index) => {
      const before = sorted[index - 1];
      const line = lines[index] ?? "";
      // Two labs of one name are told apart by their ids.
      if (before && before.mark.lab === object.mark.lab && before.mark.id === object.mark.id) return [line];
      const guests = sorted.filter(
        (other) =>
          other.mark.lab === object.mark.lab && other.mark.id === object.mark.id && isRunningGuest(other),
      ).length;
      const running = guests > 0 ? `, ${counted(guests, "guest")} running` : "";
      return [pc.bold(`Lab "${object.mark.lab}" (id ${object.mark.id})${running}`), line];
    }),
  ];
}

/** Kinds that take nothing of a disk themselves. */
const WITHOUT_SIZE: readonly Leftover["kind"][] = [
  "network",
  "domain",
  "virtual network",
  "storage pool",
  "virtual machine",
  "virtual switch",
  "NAT network",
  "host-only interface",
  "NAT",
  "share",
  "lab folder",
];

function totalLine(report: SweepReport): string {
  const sized = report.found.filter(({ kind }) => !WITHOUT_SIZE.includes(kind));
  const known = sized.flatMap((object) => object.bytes ?? []);
  const sum = known.length > 0 ? `, ${inWords(known.reduce((a, b) => a + b, 0))}` : "";
  const unknown = sized.length - known.length;
  const rest = unknown > 0 ? `, ${unknown} of unknown size` : "";
  const why = report.sizesUnknown === undefined ? "" : ` (Docker: ${report.sizesUnknown})`;
  return `Total: ${counted(report.found.length, "object")}${sum}${rest}${why}`;
}

function storeLines(store: ImageStore | undefined, view: SweepView): string[] {
  if (store === undefined) return [];
  const free = store.usedBy.length === 0;
  const hint =
    view.removing || !free ? "" : " Remove it with the images: npx classlab sweep --remove --images";
  return [
    `Image store, from which guests take the course's images: ${free ? "not in use" : "in use"}.${hint}`,
  ];
}

function imageLines(images: readonly CachedImage[], view: SweepView): string[] {
  if (images.length === 0) return [];
  const used = images.filter((image) => image.usedBy.length > 0).length;
  const removable = images.length - used;
  const rows = images.map((image) => [
    "image",
    image.references.join(", ") || image.id.slice(7, 19),
    image.usedBy.length > 0 ? "in use" : "-",
    ageInWords(image.created, view.now) ?? "-",
    inWords(image.bytes),
  ]);
  const hint =
    view.removing || removable === 0
      ? ""
      : " Remove what no container uses: npx classlab sweep --remove --images";
  return [
    `Image cache, for all labs of this machine: ${counted(images.length, "image")}, ${inWords(cacheBytes(images))}${used > 0 ? `, ${used} in use` : ""}.${hint}`,
    ...(view.images ? columns(rows) : []),
  ];
}

function machineImageLines(images: readonly MachineImage[], view: SweepView): string[] {
  if (images.length === 0) return [];
  const used = images.filter(({ usedBy }) => usedBy.length > 0).length;
  const rows = images.map(({ name, usedBy, created, bytes }) => [
    "machine image",
    name,
    usedBy.length > 0 ? "in use" : "-",
    ageInWords(created, view.now) ?? "-",
    inWords(bytes),
  ]);
  const hint =
    view.removing || used === images.length
      ? ""
      : " Remove what no disk begins with: npx classlab sweep --remove --images";
  const bytes = images.reduce((sum, image) => sum + image.bytes, 0);
  return [
    `Machine images, for all labs of this machine: ${images.length}, ${inWords(bytes)}${used > 0 ? `, ${used} in use` : ""}.${hint}`,
    ...(view.images ? columns(rows) : []),
  ];
}

function cloudLines(clouds: readonly CloudLeftover[] | undefined, view: SweepView): string[] {
  if (clouds === undefined) return [];
  const whose = view.lab === undefined ? "" : ` of lab "${view.lab}"`;
  if (clouds.length === 0) return [`Nothing${whose} stands in the cloud.`];
  const rows = [
    ["kind", "name", "team", "region", "gone by", "an hour"],
    ...clouds.map(({ kind, name, mark, region, expires, perHour }) => [
      kind,
      name,
      mark.team ?? "-",
      region,
      expires?.slice(0, 10) ?? "-",
      perHour ? formatRate(perHour) : "",
    ]),
  ];
  const hint = view.removing ? [] : [`Remove them: npx classlab sweep ${view.selection} --remove`];
  return [
    `In the cloud${whose}: ${counted(clouds.length, "object")}; machines, disks and addresses cost as long as they stand (an hour: list prices of ${PRICES.date}; disks beside them)`,
    ...columns(rows),
    ...hint,
  ];
}

function enrolledLines({ enrolled }: SweepReport, view: SweepView): string[] {
  if (enrolled.length === 0) return [];
  return [
    "Hosts that are still enrolled:",
    ...enrolled.map(({ host, standing }) => `  ${host}  ${standing.join(", ")}`),
    `Give them back as they were: npx classlab host release${view.lab === undefined ? "" : ` ${view.selection}`}`,
  ];
}

function nothing(report: SweepReport, view: SweepView): string {
  if (view.lab === undefined) return "Nothing that carries the mark stands on this machine.";
  const others =
    report.otherLabs.length > 0
      ? ` Other labs do: ${report.otherLabs.join(", ")} (npx classlab sweep --all).`
      : "";
  return `Nothing of lab "${view.lab}" stands on this machine.${others}`;
}

/** What `sweep` found, as people read it: a block a lab, a total, the image cache apart. */
export function renderSweep(report: SweepReport, view: SweepView): string {
  const pc = createColors(view.colours);
  const hint = view.removing ? [] : [`Remove them: npx classlab sweep ${view.selection} --remove`];
  return [
    ...(report.found.length > 0
      ? [...labLines(report.found, view, pc), totalLine(report), ...hint]
      : [nothing(report, view)]),
    ...cloudLines(report.clouds, view),
    ...enrolledLines(report, view),
    ...imageLines(report.images, view),
    ...machineImageLines(report.machineImages, view),
    ...storeLines(report.store, view),
    "",
  ].join("\n");
}

/**
 * The document of `sweep --json`.
 * @param removed what of it was removed
 */
export function sweepJson(
  report: SweepReport,
  removed: Pick<SweepReport, "found" | "images" | "machineImages" | "store" | "clouds">,
): object {
  const image = ({ layers: _layers, ...rest }: CachedImage) => rest;
  return {
    schemaVersion: SCHEMA_VERSION,
    ok:
      removed.found.length === report.found.length &&
      (removed.clouds ?? []).length === (report.clouds ?? []).length &&
      report.enrolled.length === 0,
    found: report.found,
    enrolled: report.enrolled,
    bytes: report.found.reduce((sum, object) => sum + (object.bytes ?? 0), 0),
    ...(report.sizesUnknown === undefined ? {} : { sizesUnknown: report.sizesUnknown }),
    removed: removed.found,
    images: report.images.map(image),
    imageBytes: cacheBytes(report.images),
    removedImages: removed.images.map(image),
    machineImages: report.machineImages,
    removedMachineImages: removed.machineImages,
    ...(report.clouds === undefined ? {} : { clouds: report.clouds, removedClouds: removed.clouds ?? [] }),
    ...(report.store === undefined ? {} : { store: report.store, storeRemoved: removed.store !== undefined }),
  };
}
