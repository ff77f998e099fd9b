import type { RemoteMachine } from "./machine";
import { runOn } from "./ssh";

/** What a web server answered to a host. */
export interface HostPage {
  readonly status: number;
  /** Where it leads on; empty where it does not. */
  readonly location: string;
  readonly text: string;
}

/** Between the page and what curl tells of it: a line that no page has. */
const TOLD = "classlab-page-told";

/** How to open a page. */
export interface PageOptions {
  /** Milliseconds that it may take. */
  readonly deadline: number;
  /** Whether redirections are followed. */
  readonly follow: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Opens a page from a host, whose own networks this machine has no way into.
 * @throws Error with curl's words when nothing answers: `ECONNREFUSED` among them where the port is shut
 */
export async function openFrom(machine: RemoteMachine, url: string, options: PageOptions): Promise<HostPage> {
  const { deadline, follow, signal } = options;
  const words = [
    "-sS",
    ...(follow ? ["-L"] : []),
    "--noproxy",
    "*",
    "-m",
    String(Math.ceil(deadline / 1000)),
    "-w",
    `\n${TOLD} %{http_code} %{redirect_url}`,
    url,
  ];
  // A little more than curl's own, so that its words are what is told.
  const result = await runOn(machine)("curl", words, {
    deadline: deadline + 5_000,
    ...(signal ? { signal } : {}),
  });
  const [, text = "", status = "", location = ""] =
    new RegExp(`^([^]*)\\n${TOLD} (\\d+) ?(.*)$`).exec(result.stdout.trimEnd()) ?? [];
  if (result.code !== 0) {
    const said = result.stderr.trim().split("\n").at(-1) ?? "";
    // curl(1), "EXIT CODES": 7 is a connection that was refused.
    throw new Error(result.code === 7 ? `ECONNREFUSED (${said})` : said || "no answer");
  }
  return { status: Number(status), location, text };
}
