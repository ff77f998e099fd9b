import { z } from "zod";
import { FAULT_CODES, failed, type Result, succeeded } from "../faults";

const resultSchema = z.object({
  classlabTeam: z.literal(1),
  lab: z.string().min(1),
  team: z.string().min(1),
  verb: z.enum(["make", "remove"]),
  /** The PC. */
  name: z.string().min(1),
  /** When, ISO 8601 in UTC. */
  time: z.string(),
  ok: z.boolean(),
  steps: z.array(z.object({ name: z.string(), function: z.string(), ok: z.boolean() })),
  fault: z
    .object({
      code: z.enum(FAULT_CODES),
      where: z.string(),
      what: z.string(),
      expected: z.string().optional(),
      fix: z.string().optional(),
    })
    .optional(),
});

/** What a PC wrote on the stick of its team when the lab there was made or taken away. */
export type TeamResult = z.output<typeof resultSchema>;

/** Reads what a PC wrote. @returns a result, or one fault `enrolment-invalid` */
export function readTeamResult(file: string, text: string): Result<TeamResult> {
  const wrong = (what: string) =>
    failed([
      { code: "enrolment-invalid", where: file, what, expected: "what make.cmd and remove.cmd write" },
    ]);
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return wrong("it is no JSON, or was cut off");
  }
  const read = resultSchema.safeParse(document);
  if (read.success) return succeeded(read.data);
  const [first] = read.error.issues;
  return wrong(`${first?.path.join(".") || "it"}: ${first?.message ?? "it is wrong"}`);
}
