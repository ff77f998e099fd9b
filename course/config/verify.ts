import { z } from "zod";

/**
 * What the probes of operating systems ask for themselves: made for being asked, small, and without encryption, so that a
 * proxy's certificate does not stand in the way.
 */
const INTERNET_PROBE = {
  names: ["connectivity-check.ubuntu.com", "www.msftconnecttest.com"],
  pages: [
    { url: "http://www.msftconnecttest.com/connecttest.txt", contains: "Microsoft Connect Test" },
    { url: "http://detectportal.firefox.com/success.txt", contains: "success" },
  ],
};

/** What `verify` goes by beside the plan. */
export const verifySchema = z.strictObject({
  /** What `verify` tries for the internet: pages, any of which proves it, and names to resolve. `none`: it is not tried. */
  internetProbe: z
    .union([
      z.literal("none"),
      z.strictObject({
        names: z.array(z.hostname()).default([]),
        pages: z
          .array(
            z.strictObject({
              url: z.url({ protocol: /^https?$/ }),
              contains: z.string().min(1).optional(),
            }),
          )
          .min(1),
      }),
    ])
    .default(INTERNET_PROBE),
});
