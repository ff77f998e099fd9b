import { z } from "zod";
import { MODE_TRAITS, MODES } from "../modes";
import { name } from "./primitives";

/** One switch. */
export const switchSchema = z
  .strictObject({
    name,
    mode: z.enum(MODES).exclude(["disabled"]),
    /** That of team 1 where each team has a switch of its own; the mode's own by default. */
    subnet: z.cidrv4().optional(),
    /** Guests on this switch are on this VLAN of the classroom LAN, apart from it and from other VLANs; bridged only. */
    vlan: z.int().min(1).max(4094).optional(),
  })
  .transform((entry) => ({ ...entry, subnet: entry.subnet ?? MODE_TRAITS[entry.mode].subnet }));

/** A switch as configured. */
export type SwitchConfig = z.output<typeof switchSchema>;
