import { existsSync, rmSync, statSync } from "node:fs";
import { type ProcessResult, run } from "../process";

/** An image of a gigabyte over a slow line. */
const DEADLINE = 3 * 60 * 60_000;

/** Seconds in which a site has to answer, and in which a download may bring nothing. */
const PATIENCE = 30;

/** Times that a download which was cut off goes on, each where it stopped. */
const TRIES = 5;

/** How a download ended: `missing` where the site has no such file. */
export type DownloadEnd =
  | { readonly kind: "done" }
  | { readonly kind: "missing" | "failed"; readonly what: string };

/** curl follows the proxies of the environment. */
async function curl(args: readonly string[], signal?: AbortSignal): Promise<ProcessResult> {
  const patience = [
    "--connect-timeout",
    String(PATIENCE),
    "--speed-time",
    String(PATIENCE),
    "--speed-limit",
    "1",
  ];
  return run("curl", ["-sSfL", ...patience, ...args], {
    deadline: DEADLINE,
    ...(signal ? { signal } : {}),
  });
}

const words = ({ code, stderr }: ProcessResult): string =>
  stderr
    .trim()
    .split("\n")
    .at(-1)
    ?.replace(/^curl: \(\d+\) /, "") || `curl ended with code ${code}`;

function ended(result: ProcessResult): DownloadEnd {
  if (result.code === 0) return { kind: "done" };
  const what = words(result);
  return { kind: /error: (404|410)$/.test(what) ? "missing" : "failed", what };
}

/** Downloads a small text. @returns the text, or how it failed */
export async function downloadText(url: string): Promise<string | Exclude<DownloadEnd, { kind: "done" }>> {
  const result = await curl([url]);
  const end = ended(result);
  return end.kind === "done" ? result.stdout : end;
}

/** Downloads a small file as it is. */
export async function downloadSmall(url: string, file: string): Promise<DownloadEnd> {
  return ended(await curl(["-o", file, url]));
}

const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0);

/** Size of what a site has, in bytes; undefined where it does not say. */
async function sizeThere(url: string): Promise<number | undefined> {
  const { stdout } = await curl(["-I", url]);
  const lengths = [...stdout.matchAll(/^content-length: *(\d+)/gim)];
  const last = lengths.at(-1)?.[1];
  return last === undefined ? undefined : Number(last);
}

/**
 * Downloads a large file, going on with what is there already; a download that is cut off goes on by itself.
 * @param doing is called with how much is there, in percent, while it runs
 */
export async function downloadLarge(
  url: string,
  file: string,
  doing: (percent: number) => void,
  signal?: AbortSignal,
): Promise<DownloadEnd> {
  const whole = await sizeThere(url);
  const timer = setInterval(() => {
    if (whole) doing(Math.min(99, (sizeOf(file) / whole) * 100));
  }, 500);
  try {
    let end: DownloadEnd = { kind: "failed", what: "nothing was tried" };
    for (let tried = 0; tried < TRIES; tried += 1) {
      const before = sizeOf(file);
      if (before > 0 && before === whole) return { kind: "done" };
      if (whole !== undefined && before > whole) rmSync(file);
      const result = await curl(["-C", "-", "-o", file, url], signal);
      end = ended(result);
      if (end.kind !== "failed" || signal?.aborted) return end;
      // 33: the site cannot go on in the middle.
      if (result.code === 33) rmSync(file, { force: true });
      else if (sizeOf(file) === before) return end;
    }
    return end;
  } finally {
    clearInterval(timer);
  }
}
