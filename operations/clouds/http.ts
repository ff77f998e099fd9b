import { setTimeout as pause } from "node:timers/promises";
import { FaultError } from "../../course/faults";

/** What a cloud answered. */
export interface HttpAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A request that can be made again. */
export interface Repeatable {
  /** The request, for one attempt. */
  readonly attempt: () => Promise<{ readonly url: string; readonly init: RequestInit }>;
  readonly signal?: AbortSignal | undefined;
}

/** Attempts where a cloud is busy or fails, as its own SDKs make them; with the pauses between them some twelve seconds in all. */
const ATTEMPTS = 6;

/** Attempts where nobody answers at all. */
const ATTEMPTS_UNANSWERED = 2;

/** First pause between two attempts, in milliseconds; each one after it is twice as long. */
const PAUSE = 400;

/** Milliseconds that an answer may take. */
const DEADLINE = 30_000;

/** What is asked again: too many requests, and what failed on the cloud's side. EC2 says the first with 400 or 503. */
const isBusy = ({ status, text }: HttpAnswer): boolean =>
  status === 429 || status >= 500 || (status === 400 && /RequestLimitExceeded|Throttl/.test(text));

/**
 * Asks a cloud, again where it is busy.
 * @param where who is asked, for the fault
 * @returns its last answer, which may be a refusal
 * @throws FaultError `cloud-busy` where nobody answers
 */
export async function asked(where: string, { attempt, signal }: Repeatable): Promise<HttpAnswer> {
  for (let number = 1; ; number += 1) {
    const { url, init } = await attempt();
    signal?.throwIfAborted();
    const end = AbortSignal.timeout(DEADLINE);
    let words: string;
    try {
      const response = await fetch(url, { ...init, signal: signal ? AbortSignal.any([signal, end]) : end });
      const answer = {
        ok: response.ok,
        status: response.status,
        headers: response.headers,
        text: await response.text(),
      };
      if (number === ATTEMPTS || !isBusy(answer)) return answer;
      words = "";
    } catch (error) {
      signal?.throwIfAborted();
      words = reason(error);
    }
    if (words !== "" && number >= ATTEMPTS_UNANSWERED)
      throw new FaultError([
        {
          code: "cloud-busy",
          where,
          what: `it does not answer (${words})`,
          fix: "Look whether this machine reaches the internet, and run the command again",
        },
      ]);
    await pause(PAUSE * 2 ** (number - 1), undefined, signal ? { signal } : {});
  }
}

/** Why nobody answered: `fetch` itself says only that it failed. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** A JSON document as plain data; empty where it is none. */
export function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
  } catch {
    return {};
  }
}
