import type { Check } from "../../course/checks";
import type { RemoteMachine } from "../hosts/machine";
import { openFrom } from "../hosts/page";
import type { ProbeResult } from "./probeResults";

const REQUEST_DEADLINE = 8_000;

const seconds = (since: number): number => (performance.now() - since) / 1000;

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return "no answer";
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** How a page is opened. */
export interface PageOptions {
  /** The host that opens it; this machine without one. */
  readonly machine?: RemoteMachine | undefined;
  readonly signal?: AbortSignal;
  /** How many times as long as usual an answer may take; 1 where it is absent. */
  readonly patience?: number;
}

/** A page as a server gave it. */
interface Answer {
  readonly status: number;
  readonly location: string;
  readonly text: string;
}

// As the probes in guests: what a redirection leads to may need what a check is not about.
async function answerOf(url: string, { machine, signal, patience = 1 }: PageOptions): Promise<Answer> {
  const deadline = REQUEST_DEADLINE * patience;
  if (machine) return openFrom(machine, url, { deadline, follow: false, ...(signal ? { signal } : {}) });
  const limit = AbortSignal.timeout(deadline);
  const response = await fetch(url, {
    redirect: "manual",
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  });
  const text = await response.text();
  return { status: response.status, location: response.headers.get("location") ?? "", text };
}

/** Opens a check's page from the host, as a browser there would. */
export async function openPage(check: Check, options: PageOptions = {}): Promise<ProbeResult> {
  const [page] = check.pages ?? [];
  if (!page) throw new Error(`check ${check.id} has no page`);
  const began = performance.now();
  try {
    const { status, location, text: body } = await answerOf(page.url, options);
    const text = `${location}\n${body}`;
    const ok = status >= 200 && status < 300;
    const answers = ok || (status >= 300 && status < 400 && page.pattern !== "");
    const what = `${page.url}: HTTP ${status}`;
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
