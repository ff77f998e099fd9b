import type { GuestConfig } from "../config";

/** What a guest with Windows is besides what all guests are. */
export interface WindowsGuestPlan {
  /** What its disk begins with. */
  readonly image: NonNullable<GuestConfig["image"]>;
  /** Names of its learners' accounts, administrators all; each has a password of its own. */
  readonly accounts: readonly string[];
}

/**
 * A guest's Windows: an account for each seat of the team, or one where nobody said how many there are. Learners' own names stay in the roster.
 * @returns undefined for a guest with Linux
 */
export function windowsOf(
  { os, image }: Pick<GuestConfig, "os" | "image">,
  seats: number | undefined,
): WindowsGuestPlan | undefined {
  if (os !== "windows" || !image) return undefined;
  const accounts = Array.from({ length: Math.max(1, seats ?? 1) }, (_, index) => `learner-${index + 1}`);
  return { image, accounts };
}

/** Short name of an image of Windows: what is in it decides. */
export function imageKey({ sha256 }: Pick<WindowsGuestPlan["image"], "sha256">): string {
  return sha256.slice(0, 12);
}

/** The images of Windows that guests begin with, each once, whatever its drivers are said to be. */
export function windowsImagesOf(
  guests: readonly { readonly windows?: WindowsGuestPlan }[],
): WindowsGuestPlan["image"][] {
  const found = guests.flatMap(({ windows }) =>
    windows ? [[imageKey(windows.image), windows.image] as const] : [],
  );
  return [...new Map(found).values()];
}
