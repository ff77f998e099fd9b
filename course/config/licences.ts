import { z } from "zod";

/** For what the Extension Pack is used. */
export const EXTENSION_PACK_BASES = ["personal", "education", "evaluation", "commercial"] as const;

/** One of the uses of the Extension Pack. */
export type ExtensionPackBasis = (typeof EXTENSION_PACK_BASES)[number];

/** What has a licence that somebody has to hold or accept. */
export const licencesSchema = z.strictObject({
  /** VirtualBox's Extension Pack is free for these purposes only (its PUEL); elsewhere it has to be bought. */
  extensionPack: z
    .strictObject({
      accepted: z.literal("PUEL", { error: "PUEL, by which you accept that licence" }),
      basis: z.enum(EXTENSION_PACK_BASES),
    })
    .optional(),
  /** Docker Desktop is free for small companies, education and personal use. */
  dockerDesktop: z
    .strictObject({ basis: z.enum(["personal", "education", "small-business", "paid"]) })
    .optional(),
  /** Windows Server lets two administrators in; more at once need Remote Desktop licences. */
  remoteDesktop: z.strictObject({ users: z.int().min(1).max(1000) }).optional(),
});

/** Licences as configured. */
export type LicencesConfig = z.output<typeof licencesSchema>;
