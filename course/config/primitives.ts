import { z } from "zod";

const NAME_RULE =
  "lower-case letters, digits and inner hyphens, starting with a letter, at most 15 characters";

/** NetBIOS limits a host name to 15 characters; the narrowest rule among the targets holds for all. */
export const name = z.string().regex(/^(?=.{1,15}$)[a-z]([a-z0-9-]*[a-z0-9])?$/, { error: NAME_RULE });

/** What people call something; it is printed on terminals, where control characters would be obeyed. */
export const label = z
  .string()
  .min(1)
  .regex(/^\P{Cc}*$/u, { error: "a text without control characters" });

/** SHA-256 of a file. */
export const fileHash = z
  .string()
  .regex(/^[0-9a-fA-F]{64}$/, { error: "64 hexadecimal digits" })
  .toLowerCase();

/** A TCP port. */
export const port = z.int().min(1).max(65535);

/** Memory in MiB. */
export const mebibytes = z.int().min(128).max(4_194_304);

/** Disk space in GiB. */
export const gibibytes = z.int().min(1).max(65_536);

/** A host name or an IPv4 address. */
export const endpoint = z.union([z.ipv4(), z.hostname()], { error: "a host name or an IPv4 address" });

/** A certificate as text: it is no secret, so it stands in the configuration itself. */
export const certificate = z
  .string()
  .regex(/^\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*$/, {
    error: "one certificate in PEM form, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----",
  });

/** A day, `2027-01-18`. */
export const day = z.iso.date({ error: "a day such as 2027-01-18" });

/** A moment on the clock of the classroom, without a zone: `2027-01-18T09:00`. */
export const localTime = z.string().regex(/^\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d$/, {
  error: "day and time such as 2027-01-18T09:00, on the classroom's clock",
});

/** An IANA time zone. */
export const timeZone = z.string().regex(/^[A-Za-z_]+(\/[A-Za-z0-9_+-]+)*$/, {
  error: "an IANA time zone such as Asia/Tokyo",
});
