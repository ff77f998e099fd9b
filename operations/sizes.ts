import { z } from "zod";
import { docker } from "./docker";
import { parseSize } from "./quantities";

/** What objects take of a disk. */
export interface Sizes {
  /** Bytes by container id (what it wrote outside its volumes) and by volume name, to four digits as Docker's client prints them. */
  readonly bytes: ReadonlyMap<string, number>;
  /** Why Docker could not tell; absent when it could. */
  readonly unknown?: string;
}

/** Docker walks through every volume: seconds for a lab, longer for many on a slow disk. */
const DEADLINE = 60_000;

const usageSchema = z.looseObject({
  Containers: z.array(z.looseObject({ ID: z.string(), Size: z.string() })).nullish(),
  Volumes: z.array(z.looseObject({ Name: z.string(), Size: z.string() })).nullish(),
});

/** Reads what `docker system df -v` printed as JSON. */
export function parseUsage(text: string): ReadonlyMap<string, number> {
  const usage = usageSchema.parse(JSON.parse(text));
  const rows = [
    ...(usage.Containers ?? []).map((entry) => ({ key: entry.ID, size: entry.Size })),
    ...(usage.Volumes ?? []).map((entry) => ({ key: entry.Name, size: entry.Size })),
  ];
  return new Map(
    rows.flatMap(({ key, size }): [string, number][] => {
      const bytes = parseSize(size);
      return bytes === undefined ? [] : [[key, bytes]];
    }),
  );
}

/**
 * Asks Docker what containers and volumes take. No answer is no error: Docker Engine before 23 refuses while it answers
 * somebody else ("a disk usage operation is already running").
 */
export async function readSizes(): Promise<Sizes> {
  const result = await docker(["system", "df", "-v", "--format", "{{json .}}"], { deadline: DEADLINE });
  if (result.code === 0) return { bytes: parseUsage(result.stdout) };
  const words = result.stderr
    .trim()
    .split("\n")
    .at(-1)
    ?.replace(/^Error response from daemon: /, "");
  const unknown = result.code === 124 ? `no answer within ${DEADLINE / 1000} s` : words || "no reason given";
  return { bytes: new Map(), unknown };
}
