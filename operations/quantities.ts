const UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 };

/** Bytes as people say them: `1.5 GB`, `422 MB`, `33 kB`, `12 B`. */
export function inWords(bytes: number): string {
  // Rounding must not lead to the next unit: 999,600 bytes are 1 MB, not 1000 kB.
  if (bytes >= 999.5e6) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 999.5e3) return `${Math.round(bytes / 1e6)} MB`;
  if (bytes >= 1e3) return `${Math.round(bytes / 1e3)} kB`;
  return `${bytes} B`;
}

/**
 * Bytes from a size as Docker's client prints it: decimal units, at most four digits (docker/go-units, `HumanSize`).
 * @returns undefined for what is no size, as `N/A`
 */
export function parseSize(text: string): number | undefined {
  const match = /^([\d.]+(?:e\+?\d+)?) ?([kMGTP]?B)(?= |$)/.exec(text);
  const value = Number(match?.[1]);
  const unit = UNITS[match?.[2] ?? ""];
  return Number.isNaN(value) || unit === undefined ? undefined : Math.round(value * unit);
}

/** A moment as Docker writes it (nanoseconds, any zone) as ISO 8601 in UTC; empty for what is no moment. */
export function isoMoment(text: string | undefined): string {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? "" : new Date(time).toISOString();
}

const STEPS = [
  { unit: "d", seconds: 86_400 },
  { unit: "h", seconds: 3_600 },
  { unit: "min", seconds: 60 },
] as const;

/**
 * How long ago a moment was, in its largest whole unit: `3 d`, `2 h`, `5 min`, `12 s`.
 * @param moment ISO 8601
 * @param now milliseconds since 1970
 * @returns undefined for what is no moment; `0 s` for one that lies ahead, as clocks differ
 */
export function ageInWords(moment: string, now: number): string | undefined {
  const then = Date.parse(moment);
  if (Number.isNaN(then)) return undefined;
  const seconds = Math.max(0, Math.floor((now - then) / 1000));
  const step = STEPS.find((entry) => seconds >= entry.seconds);
  return step ? `${Math.floor(seconds / step.seconds)} ${step.unit}` : `${seconds} s`;
}
