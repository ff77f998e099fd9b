import { z } from "zod";
import { MACHINE_IMAGES } from "../cloudImages";
import { EDITIONS } from "../editions";
import { EXERCISE_IDS } from "../exercises";
import { IMAGE_SOURCES } from "../images";
import { LANGUAGES } from "../languages";
import { TARGETS } from "../support";
import { budgetSchema } from "./budget";
import { calendarSchema } from "./calendar";
import { guestSchema } from "./guests";
import { hostSchema } from "./hosts";
import { licencesSchema } from "./licences";
import { registrySchema, siteSchema } from "./site";
import { switchSchema } from "./switches";
import { COEXISTENCE, MAX_SLOT, stateSchema, teamsSchema } from "./teams";
import { verifySchema } from "./verify";

/** In YAML, 2019 without quotes is a number. */
const editionSchema = z
  .literal([...EDITIONS, 2019])
  .default("current")
  .transform((edition) => (edition === 2019 ? "2019" : edition));

/** The course's own two guests with all that is made on them; ten of its hundred nginx, since the others need the ports of what follows. */
const COURSE_GUESTS: z.input<typeof guestSchema>[] = [
  {
    name: "ubuntu-test1",
    adapters: [{ switch: "lan", address: "192.168.99.99" }],
    docker: [
      { kind: "nginx" },
      { kind: "nginx-farm", count: 10 },
      { kind: "php-apache" },
      { kind: "wordpress" },
    ],
  },
  { name: "ubuntu-test2", adapters: [{ switch: "lan", address: "192.168.99.98" }] },
];

/** How learners come to their lab. */
export const CHANNELS = ["classroom", "rdp", "ssh", "browser"] as const;

/** The schema of `classlab:lab` in a Pulumi stack file: strict, every key known, every default the course's own. */
export const labSchema = z.strictObject({
  edition: editionSchema,
  /** Where guests run, on hosts that do not say otherwise. */
  target: z.enum(TARGETS).default("containers"),
  /** Machines that carry the guests. */
  hosts: z
    .array(hostSchema)
    .min(1)
    .default([{ kind: "this-machine", name: "this-machine" }]),
  /** `one`: the whole lab in one stack; `per-team`: one for what teams share and one for each team. */
  units: z.enum(["one", "per-team"]).default("per-team"),
  /** How many teams, or which. */
  teams: teamsSchema.default(1),
  /**
   * Teams' labs that stand by for one that breaks: `spare-01`, `spare-02`, …. They have the last slots that the lab's
   * subnets have room for, counted down, so that they stay where they are however many teams there are.
   */
  spareTeams: z.int().min(0).max(MAX_SLOT).default(0),
  /** What the class does, in order. */
  exercises: z.array(z.enum(EXERCISE_IDS)).min(1).optional(),
  /** Where in the course every team stands; by default the start of the first exercise, and without exercises all that is configured. */
  state: stateSchema.optional(),
  switches: z.array(switchSchema).default([{ name: "lan", mode: "bridged", subnet: "192.168.99.0/24" }]),
  guests: z.array(guestSchema).min(1).prefault(COURSE_GUESTS),
  images: z
    .strictObject({
      source: z.enum(IMAGE_SOURCES).default("auto"),
      /** What virtual machines of libvirt begin with. */
      machine: z.enum(MACHINE_IMAGES).default("built"),
    })
    .prefault({}),
  /** How learners on this machine reach guests: by their own addresses, or by ports on 127.0.0.1. */
  access: z.enum(["auto", "routed", "published"]).default("auto"),
  channels: z.array(z.enum(CHANNELS)).min(1).default(["classroom"]),
  /** Decides locale, keyboard and time zone of guests. */
  language: z.enum(LANGUAGES).default("ja"),
  calendar: calendarSchema.optional(),
  budget: budgetSchema.optional(),
  registry: registrySchema.optional(),
  site: siteSchema.prefault({}),
  coexistence: z.enum(COEXISTENCE).optional(),
  licences: licencesSchema.prefault({}),
  verify: verifySchema.prefault({}),
});

/** A lab's configuration with every default filled in. */
export type LabConfig = z.output<typeof labSchema>;
