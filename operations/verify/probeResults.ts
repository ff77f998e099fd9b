import { type GuestContents, isWhole, parseContents } from "../guestContents";

/** How a probe ended: answered as it should, refused, no answer, no way there, another answer, no such name. */
export const PROBE_ENDS = ["ok", "refused", "silent", "unreachable", "content", "name"] as const;

/** One of the ends. */
export type ProbeEnd = (typeof PROBE_ENDS)[number];

/** What one probe found. */
export interface ProbeResult {
  readonly how: ProbeEnd;
  /** In words: the answer, or the program's own complaint. */
  readonly what: string;
  /** Seconds since the prober began. */
  readonly seconds: number;
}

/** What a vantage point told of itself and measured. */
export interface ProberFindings {
  /** By the check's or self probe's id. */
  readonly results: ReadonlyMap<string, ProbeResult>;
  /** Addresses by device, without the loopback. */
  readonly addresses: readonly { readonly device: string; readonly address: string }[];
  /** MAC addresses by device. */
  readonly links: ReadonlyMap<string, string>;
  /** Gateways of the default routes, in order. */
  readonly routes: readonly string[];
  /** Programs that are missing. */
  readonly missing: readonly string[];
  /** What the guest's Docker Engine holds; text: why it cannot be told; undefined where it was not asked. */
  readonly contents: GuestContents | string | undefined;
  /** True when the script came to its end. */
  readonly ended: boolean;
}

/** A line of a prober with the moment when it came, in seconds since the prober began. */
export interface TimedLine {
  readonly text: string;
  readonly seconds: number;
}

function readContents(lines: readonly string[]): GuestContents | string | undefined {
  if (lines.length === 0) return undefined;
  return isWhole(lines) ? parseContents(lines.join("\n")) : lines.at(-1);
}

/** Reads what the script of `renderProbes` printed, whole or cut off. */
export function parseFindings(lines: readonly TimedLine[]): ProberFindings {
  const fields = lines.map(({ text, seconds }) => ({ words: text.split("\t"), seconds }));
  const of = (kind: string) => fields.filter(({ words }) => words[0] === kind);
  const isEnd = (word: string | undefined): word is ProbeEnd => PROBE_ENDS.some((end) => end === word);
  return {
    results: new Map(
      of("result").flatMap(({ words: [, id = "", how, what = ""], seconds }) =>
        isEnd(how) ? [[id, { how, what: what.trim(), seconds }] as const] : [],
      ),
    ),
    addresses: of("address").flatMap(({ words: [, device = "", address = ""] }) =>
      device === "lo" ? [] : [{ device, address: address.replace(/\/.*/, "") }],
    ),
    links: new Map(of("link").map(({ words: [, device = "", mac = ""] }) => [device, mac] as const)),
    routes: of("route").map(({ words: [, via = ""] }) => via),
    missing: of("missing").map(({ words: [, program = ""] }) => program),
    contents: readContents(of("docker").map(({ words }) => words.slice(1).join("\t"))),
    ended: fields.some(({ words }) => words[0] === "end"),
  };
}
