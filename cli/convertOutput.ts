import type { ConvertReport } from "../operations/convert/index";
import { inWords } from "../operations/quantities";

/** What a conversion came to, for a reader. */
export function renderConversion({ source, target, notes }: ConvertReport): string {
  const lines = [
    `${source.file} (${source.format}, ${inWords(source.taken)})`,
    `→ ${target.file} (${target.format}, ${target.kind}, ${inWords(target.taken)}): a disk of ${inWords(target.size)}, compared byte by byte`,
    ...(source.base === undefined
      ? []
      : [`What it had of the image below it, ${source.base}, is in the new disk.`]),
    ...(source.snapshots > 0
      ? [`Its ${source.snapshots} snapshot(s) are not in the new disk: that has what the disk holds now.`]
      : []),
    ...notes.map(({ text }) => text),
  ];
  return `${lines.join("\n")}\n`;
}
