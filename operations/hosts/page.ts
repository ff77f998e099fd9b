import { spawn } from "node:child_process";
import { get } from "node:http";
import { Duplex } from "node:stream";
import { hostsConfig } from "./access";
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

/** How often a page may lead on: as curl does by default. */
const REDIRECTIONS = 50;

/** Opens a page by a connection that the host's SSH server makes: Windows runs nothing for it. */
async function openThrough(
  machine: RemoteMachine,
  url: string,
  options: PageOptions,
  left = REDIRECTIONS,
): Promise<HostPage> {
  const { hostname, port } = new URL(url);
  const child = spawn(
    "ssh",
    [
      "-F",
      hostsConfig(machine.lab),
      "-o",
      "LogLevel=INFO",
      "-W",
      `${hostname}:${port || "80"}`,
      machine.name,
    ],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    words += text;
  });
  const limit = AbortSignal.timeout(options.deadline);
  try {
    const page = await new Promise<HostPage>((resolve, reject) => {
      const asked = get(url, {
        createConnection: () => Duplex.from({ readable: child.stdout, writable: child.stdin }),
        signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit,
      });
      asked.on("response", (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            location: response.headers.location ?? "",
            text: Buffer.concat(parts).toString("utf8"),
          }),
        );
      });
      asked.on("error", reject);
    });
    if (!options.follow || page.location === "" || left === 0) return page;
    return await openThrough(machine, new URL(page.location, url).href, options, left - 1);
  } catch (error) {
    if (options.signal?.aborted || limit.aborted) throw error;
    const lines = words.trim().split("\n");
    const said = lines.find((line) => /connect failed/i.test(line)) ?? lines.at(-1);
    // OpenSSH tells by these words that the host did not get through, and why.
    const refused = /connect failed(?!.*(?:timed out|unreachable|no route))/i.test(said ?? "");
    throw new Error(refused ? `ECONNREFUSED (${said})` : said || "no answer", { cause: error });
  } finally {
    child.kill();
  }
}

/**
 * Opens a page from a host, whose own networks this machine has no way into.
 * @throws Error with curl's words when nothing answers: `ECONNREFUSED` among them where the port is shut
 */
export async function openFrom(machine: RemoteMachine, url: string, options: PageOptions): Promise<HostPage> {
  if (machine.remote.system === "windows") return openThrough(machine, url, options);
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
