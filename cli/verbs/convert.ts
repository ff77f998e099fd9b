import type { DiskKind, ImageFormat } from "../../course/diskFormats";
import { EXIT, type Fault } from "../../course/faults";
import { json } from "../context";
import { renderConversion } from "../convertOutput";
import { SCHEMA_VERSION } from "../output";
import { withProgress } from "../run";

/** What the command line may say of a conversion. */
export interface ConvertOptions {
  readonly kind: DiskKind;
  readonly from?: ImageFormat;
  readonly to?: ImageFormat;
  readonly json?: boolean;
}

const stopped = (target: string): Fault => ({
  code: "interrupted",
  where: target,
  what: "it was stopped before the disk was converted; nothing is left of it",
  fix: "Run the command again: it begins anew",
});

/** Converts a disk image. @param source the file that is read @param target the file that is written */
export async function convertVerb(source: string, target: string, options: ConvertOptions): Promise<number> {
  const { convert } = await import("../../operations/convert/index.js");
  const { kind, from, to } = options;
  const order = { source, target, kind, ...(from ? { from } : {}), ...(to ? { to } : {}) };
  const report = await withProgress(
    (progress, signal) =>
      convert(order, {
        say: (line) => progress.line(line),
        doing: (step, percent) => progress.doing(step, percent),
        signal,
      }),
    undefined,
    stopped(target),
  );
  if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok: true, ...report });
  else process.stdout.write(renderConversion(report));
  return EXIT.done;
}
