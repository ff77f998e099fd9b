import type { GuestPlan } from "../../../course/plan";
import { type DomainSettings, renderDomain } from "./domain";
import { renderWindowsDomain } from "./windows/domain";

/** XML of the domain that a guest is, whatever its operating system. */
export function renderDefinition(guest: GuestPlan, settings: DomainSettings): string {
  return guest.windows ? renderWindowsDomain(guest, settings) : renderDomain(guest, settings);
}
