/** What one host moves over the network, in GB. */
export interface Traffic {
  /** What it downloads while it is prepared: images, packages. */
  readonly preparation: number;
  /** What it downloads in a lesson. */
  readonly lesson: number;
  /** What it sends to the internet in a lesson: screens, pages. */
  readonly outPerLesson: number;
}

/** What is assumed where nobody measured the class; decided here, and said with every estimate. */
export const TRAFFIC: Traffic = { preparation: 20, lesson: 2, outPerLesson: 1 };
