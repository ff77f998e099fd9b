import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { sha256 } from "./checksum.mjs";

// How long a site may take to answer at all, and a whole download to finish, in seconds.
const ANSWER_SECONDS = 5;
const FILE_SECONDS = 900;

// Sites that did not answer in this run: several files come from one site, and each try would cost its deadline again.
const unreachable = new Map();

/** A download that failed; the message is the cause, in words that fit after a colon. */
export class DownloadError extends Error {
  /**
   * @param {string} message
   * @param {number} [status] the HTTP status, when the site answered with one
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * Downloads a small text. Uses Node's own `fetch`, which follows HTTPS_PROXY only where Node does so itself
 * (NODE_USE_ENV_PROXY=1 on the versions that know it).
 * @param {string} url
 * @returns {Promise<string>}
 * @throws {DownloadError}
 */
export async function downloadText(url) {
  return await attempt(url, 30, (response) => response.text());
}

/**
 * Downloads a file and compares its checksum.
 * @param {string} url
 * @param {string} file where it is put; the caller makes sure that a file cut off half-way harms nobody
 * @param {string} expected SHA-256, 64 hexadecimal digits
 * @returns {Promise<void>}
 * @throws {DownloadError}
 */
export async function downloadFile(url, file, expected) {
  await attempt(url, FILE_SECONDS, async (response) => {
    const out = createWriteStream(file);
    const failed = once(out, "error").then(([error]) => {
      throw error;
    });
    failed.catch(() => {});
    for await (const piece of response.body) {
      if (!out.write(piece)) await Promise.race([once(out, "drain"), failed]);
    }
    out.end();
    await Promise.race([once(out, "finish"), failed]);
  });
  const found = await sha256(file);
  if (found !== expected) {
    throw new DownloadError(`${url} has the SHA-256 ${found} where ${expected} was expected`);
  }
}

async function attempt(url, seconds, take) {
  const { host } = new URL(url);
  const before = unreachable.get(host);
  if (before !== undefined) throw new DownloadError(before);
  const stop = new AbortController();
  let reason = `no answer from ${host} within ${ANSWER_SECONDS} s`;
  let timer = setTimeout(() => stop.abort(), ANSWER_SECONDS * 1000);
  let answered = false;
  try {
    const response = await fetch(url, { signal: stop.signal, headers: { "user-agent": "classlab" } });
    answered = true;
    if (!response.ok)
      throw new DownloadError(`${host} answered ${url} with HTTP status ${response.status}`, response.status);
    clearTimeout(timer);
    reason = `the download from ${host} took longer than ${seconds} s`;
    timer = setTimeout(() => stop.abort(), seconds * 1000);
    return await take(response);
  } catch (error) {
    if (error instanceof DownloadError) throw error;
    const cause = stop.signal.aborted ? reason : explain(error, host);
    if (!answered) unreachable.set(host, cause);
    throw new DownloadError(cause);
  } finally {
    clearTimeout(timer);
  }
}

function explain(error, host) {
  const code = error.cause?.code ?? error.code;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return `the name ${host} cannot be resolved (is this machine offline?)`;
  if (code === "ENETUNREACH" || code === "EHOSTUNREACH")
    return `${host} cannot be reached (is this machine offline?)`;
  if (code === "ECONNREFUSED") return `${host} refuses the connection`;
  if (code === "ENOSPC") return "the disk is full";
  return `the connection to ${host} failed (${code ?? error.cause?.message ?? error.message})`;
}
