/** An amount in both currencies. */
export interface Money {
  /** US dollars, to the hundredth of a cent. */
  readonly usd: number;
  /** Japanese yen, to the hundredth. */
  readonly jpy: number;
}

function rounded(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}

/**
 * An amount of dollars in both currencies.
 * @param usdJpy yen for one dollar
 */
export function money(usd: number, usdJpy: number): Money {
  return { usd: rounded(usd, 4), jpy: rounded(usd * usdJpy, 2) };
}

function grouped(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ",");
}

/** An amount as staff read it, to the cent and the yen: `$1,234.50 (¥193,817)`. */
export function formatMoney({ usd, jpy }: Money): string {
  return `$${grouped(usd, 2)} (¥${grouped(jpy, 0)})`;
}

/** A rate that is mostly less than a cent, as staff read it: `$0.0050 (¥0.79)`. */
export function formatRate({ usd, jpy }: Money): string {
  return `$${grouped(usd, 4)} (¥${grouped(jpy, 2)})`;
}
