import { z } from "zod";
import { CHECK_KINDS } from "../../course/checks";
import { EXERCISE_IDS } from "../../course/exercises";
import { MODES } from "../../course/modes";
import { TARGETS } from "../../course/support";
import { VERIFY_CAUSES, type VerifyCause } from "../../course/verifyCauses";

/**
 * What came of a check. `not-measured` is never green: whatever stood in the way is its cause.
 */
export const OUTCOMES = ["as-expected", "not-as-expected", "not-measured"] as const;

/** One of the outcomes. */
export type Outcome = (typeof OUTCOMES)[number];

const vantageSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("host") }),
  z.strictObject({ kind: z.literal("client") }),
  z.strictObject({ kind: z.literal("internet") }),
  z.strictObject({ kind: z.literal("guest"), team: z.string(), guest: z.string() }),
]);

const causes = Object.keys(VERIFY_CAUSES) as [VerifyCause, ...VerifyCause[]];

/** One row of the report: one check, measured and judged. */
export const verifyRowSchema = z.strictObject({
  id: z.string().describe("unique in the report, the same in every run of one plan"),
  kind: z.enum(CHECK_KINDS),
  team: z.string().describe("id of the team whose row it is: the prober's, else the target's"),
  guest: z.string().optional().describe("name of the guest whose row it is"),
  title: z.string().describe("what is checked, in English"),
  from: vantageSchema.optional().describe("where it is measured from; reach, internet and service rows"),
  to: vantageSchema.optional().describe("what is tried; reach and internet rows"),
  protocol: z.enum(["icmp", "tcp", "http", "dns"]).optional(),
  address: z.string().optional().describe("IPv4 address that is tried, or that the adapter must have"),
  port: z.int().optional().describe("TCP port"),
  mode: z.enum(MODES).optional().describe("the mode that decides"),
  exercises: z.array(z.string()).describe("ids of the exercises whose check list holds it"),
  expected: z.boolean().describe("false where it must not be reached"),
  rule: z.string().describe("what says so: a line of the manual, a vendor's document"),
  note: z.string().optional().describe("where the target differs from what the manual leads one to expect"),
  outcome: z.enum(OUTCOMES),
  measured: z.string().describe("what was seen, in English"),
  control: z.string().optional().describe("for a no: what proves that it could have been a yes"),
  cause: z.enum(causes).optional().describe("absent where it is as expected"),
  next: z.string().optional().describe("the next step, in English"),
  seconds: z.number().describe("how long measuring took, with others beside it"),
});

/** What a team made on top; listed, never judged. */
export const extraSchema = z.strictObject({
  team: z.string(),
  guest: z.string(),
  what: z.string().describe("e.g. container my-nginx (image nginx)"),
});

/** The document that `classlab verify --json` prints. */
export const verifyReportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  lab: z.string(),
  target: z.enum(TARGETS),
  state: z
    .enum(["configured", "start", "solved", "several"])
    .describe("the declared state that was judged against; several: teams are in different ones"),
  started: z.iso.datetime(),
  seconds: z.number(),
  ok: z.boolean().describe("true when every row is as expected and nothing is missing"),
  partial: z.boolean().describe("true when it was stopped or ran out of time before everything was measured"),
  teams: z.array(
    z.strictObject({
      id: z.string(),
      label: z.string().describe("what people call it; display only"),
      state: z
        .strictObject({
          at: z.enum(["configured", "start", "solved"]),
          exercise: z.enum(EXERCISE_IDS).optional(),
        })
        .describe("where in the course the team's lab stands; configured: all that the configuration lists"),
      ok: z.boolean(),
      counts: z.record(z.enum(OUTCOMES), z.int()),
    }),
  ),
  rows: z.array(verifyRowSchema),
  notes: z
    .array(z.strictObject({ mode: z.enum(MODES), note: z.string() }))
    .describe("where the target differs from what the manual leads one to expect"),
  extras: z.array(extraSchema),
});

/** One judged check. */
export type VerifyRow = z.output<typeof verifyRowSchema>;

/** Something a team made on top. */
export type Extra = z.output<typeof extraSchema>;

/** The result of one `verify`. */
export type VerifyReport = z.output<typeof verifyReportSchema>;

/** The published JSON Schema of the document, draft 2020-12 (docs/verify.schema.json). */
export function verifyJsonSchema(): object {
  return { title: "classlab verify", ...z.toJSONSchema(verifyReportSchema, { target: "draft-2020-12" }) };
}
