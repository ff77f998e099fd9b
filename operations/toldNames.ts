import { z } from "zod";
import { valueIn } from "../components/hypervisors/hyperv/transport";

const toldSchema = z.record(z.string(), z.unknown());

/** The names in the one line of JSON that a script told of what it made, such as `{"network":"lab-lan"}`; none in any other text. */
export function toldNames(stdout: unknown): string[] {
  if (typeof stdout !== "string") return [];
  const answered = toldSchema.safeParse(valueIn(stdout));
  if (answered.success) return Object.values(answered.data).filter((value) => typeof value === "string");
  try {
    const told = toldSchema.safeParse(JSON.parse(stdout));
    return told.success ? Object.values(told.data).filter((value) => typeof value === "string") : [];
  } catch {
    return [];
  }
}
