import type { Language } from "../../course/languages";
import { guestsOf, type LabPlan } from "../../course/plan";
import { PLAN_WORDS } from "./words";

/**
 * Every MAC address of a plan with whose it is, a line each, divided by tabs: for a room that lets no unknown address in, as its
 * administrator's tools take it.
 */
export function renderMacs(plan: LabPlan, language: Language): string {
  const rows = guestsOf(plan).flatMap((guest) =>
    guest.adapters.flatMap((adapter, index) =>
      adapter.mode === "disabled"
        ? []
        : [[adapter.mac, guest.team, guest.name, String(index + 1), adapter.address]],
    ),
  );
  return [PLAN_WORDS[language].macs, ...rows].map((row) => `${row.join("\t")}\n`).join("");
}
