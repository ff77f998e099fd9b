import type { Check } from "../../course/checks";
import type { ProbeResult } from "./probeResults";

const REQUEST_DEADLINE = 8_000;

const seconds = (since: number): number => (performance.now() - since) / 1000;

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return "no answer";
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/**
 * Opens a check's page from this machine, as a browser would.
 * @param patience how many times as long as usual an answer may take
 */
export async function openPage(check: Check, signal?: AbortSignal, patience = 1): Promise<ProbeResult> {
  const [page] = check.pages ?? [];
  if (!page) throw new Error(`check ${check.id} has no page`);
  const began = performance.now();
  const limit = AbortSignal.timeout(REQUEST_DEADLINE * patience);
  try {
    // As the probes in guests: what a redirection leads to may need what this check is not about.
    const response = await fetch(page.url, {
      redirect: "manual",
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    const text = `${response.headers.get("location") ?? ""}\n${await response.text()}`;
    const answers = response.ok || (response.status >= 300 && response.status < 400 && page.pattern !== "");
    const what = `${page.url}: HTTP ${response.status}`;
    if (answers && new RegExp(page.pattern, "m").test(text))
      return { how: "ok", what, seconds: seconds(began) };
    const title = /<title>([^<]*)</.exec(text)?.[1]?.trim() ?? "";
    return { how: "content", what: `${what}, title "${title}"`, seconds: seconds(began) };
  } catch (error) {
    const words = causeOf(error);
    const how = /ECONNREFUSED/.test(words) ? "refused" : "silent";
    return { how, what: `${page.url}: ${words}`, seconds: seconds(began) };
  }
}
