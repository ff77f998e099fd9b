import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { z } from "zod";

/** Clients at once that lead to an engine elsewhere: over SSH each is a login, and servers drop some from ten on (sshd_config(5), MaxStartups). */
const CLIENTS = 4;

/** Where the engine listens when nothing else is said. */
const DEFAULT_HOST = "unix:///var/run/docker.sock";

const settingsSchema = z.looseObject({ currentContext: z.string().optional() });

/** The context that Docker's client would use; undefined where it has none but its own default. */
function contextInUse(): string | undefined {
  const { DOCKER_CONTEXT, DOCKER_CONFIG } = process.env;
  let name = DOCKER_CONTEXT;
  try {
    const file = join(DOCKER_CONFIG || join(homedir(), ".docker"), "config.json");
    name ||= settingsSchema.parse(JSON.parse(readFileSync(file, "utf8"))).currentContext;
  } catch {
    // It has no settings, or the client tells what is wrong with them.
  }
  return name === "default" ? undefined : name || undefined;
}

/** Where the engine is: as `DOCKER_HOST` has it, or by the name of a context, which the client alone can read. */
export function engineAddress(): string {
  const context = process.env.DOCKER_HOST ? undefined : contextInUse();
  return context === undefined ? process.env.DOCKER_HOST || DEFAULT_HOST : `context ${context}`;
}

/** A connection with the engine, and what who leads there said in the end. */
export interface Connection {
  readonly stream: Duplex;
  readonly words: () => Promise<string>;
}

const waiting: (() => void)[] = [];
let clients = 0;

/** A client's turn; to be given back by {@link leave}. */
async function turn(): Promise<void> {
  if (clients < CLIENTS) clients += 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
}

function leave(): void {
  const next = waiting.shift();
  if (next) next();
  else clients -= 1;
}

/** Over SSH, TCP with certificates, a pipe of Windows, or a context: the client knows the way. */
async function dialled(): Promise<Connection> {
  await turn();
  const client = spawn("docker", ["system", "dial-stdio"], { env: process.env, stdio: "pipe" });
  let said = "";
  client.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const stream = Duplex.from({ writable: client.stdin, readable: client.stdout });
  const ended = new Promise<string>((resolve) => {
    client.on("error", (error) => {
      stream.destroy(error);
      resolve(error.message);
    });
    client.on("close", () => resolve(said.trim().split("\n").at(-1) ?? ""));
  });
  void ended.then(leave);
  stream.on("close", () => client.kill());
  return { stream, words: () => ended };
}

/** Opens a connection with the engine. @param address as {@link engineAddress} gives it */
export async function connection(address: string): Promise<Connection> {
  const path = /^unix:\/\/(.*)$/.exec(address)?.[1];
  const made = path === undefined ? await dialled() : { stream: connect(path), words: async () => "" };
  // Who asks hears of it as well, once the question is on its way.
  made.stream.on("error", () => undefined);
  return made;
}
