/** Which book the class uses: today's supported versions, or the manual's originals of 2019. */
export const EDITIONS = ["current", "2019"] as const;

/** An edition of the course. */
export type Edition = (typeof EDITIONS)[number];
