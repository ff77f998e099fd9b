import { spawn } from "node:child_process";
import { request } from "node:http";
import { connect } from "node:net";
import { Duplex } from "node:stream";
import { z } from "zod";
import { FaultError } from "../course/faults";
import { dockerFault } from "./dockerFaults";
import { pooled, valuesOf } from "./pool";
import { dockerSilent } from "./trouble";

// Docker's client takes a twentieth of a second for each question, the engine itself a thousandth: what classlab asks again and again it asks
// over the engine's API. The client goes on doing what changes things, and brings us to an engine that is not on a socket of this machine.

/** Objects of the Docker Engine that can be listed and inspected. */
export type DockerKind = "containers" | "networks" | "volumes" | "images";

/** What a list is narrowed to, as the API has it: `{ label: ["classlab=dev"] }`. */
export type DockerFilters = Readonly<Record<string, readonly string[]>>;

/** Objects that are inspected at once. */
const AT_ONCE = 16;

/** Longest that the engine may take to answer, in milliseconds. */
const DEADLINE = 60_000;

/** Where the engine listens when nothing else is said. */
const DEFAULT_HOST = "unix:///var/run/docker.sock";

/** A connection with the engine, and what who leads there said in the end. */
interface Connection {
  readonly stream: Duplex;
  readonly words: () => Promise<string>;
}

/** Over SSH, TCP with certificates, or a pipe of Windows: the client knows the way. */
function dialled(): Connection {
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
  stream.on("close", () => client.kill());
  return { stream, words: () => ended };
}

function connection(host: string): Connection {
  if (!host.startsWith("unix://")) return dialled();
  return { stream: connect(host.slice("unix://".length)), words: async () => "" };
}

/** What the engine answered: its status, and its body. */
interface Answer {
  readonly status: number;
  readonly text: string;
}

function ask(method: "GET" | "POST", path: string, body?: object): Promise<Answer> {
  const host = process.env.DOCKER_HOST || DEFAULT_HOST;
  const { stream, words } = connection(host);
  return new Promise<Answer>((resolve, reject) => {
    const asked = request({
      method,
      path,
      createConnection: () => stream,
      // Some engines refuse what names no host, and all take any.
      headers: { host: "docker", connection: "close", "content-type": "application/json" },
      signal: AbortSignal.timeout(DEADLINE),
    });
    let failed = false;
    const fail = async (error: Error) => {
      // What ends a connection is told again by all that hangs on it.
      if (failed) return;
      failed = true;
      stream.destroy();
      const late = error.name === "TimeoutError" || error.name === "AbortError";
      const why = late ? `no answer within ${DEADLINE / 1000} s` : (await words()) || error.message;
      reject(new FaultError([dockerSilent(`Cannot connect to the Docker daemon at ${host}: ${why}`)]));
    };
    asked.on("error", fail);
    asked.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      response.on("error", fail);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const complaintSchema = z.looseObject({ message: z.string() });

/** What the engine said against a request. */
function complaintOf({ status, text }: Answer): string {
  try {
    return complaintSchema.parse(JSON.parse(text)).message;
  } catch {
    return text.trim() || `status ${status}`;
  }
}

const volumesSchema = z.looseObject({ Volumes: z.array(z.unknown()).nullish() });

/**
 * Lists objects of the Docker Engine; containers that do not run are among them.
 * @throws FaultError when it does not answer, or refuses
 * @see https://docs.docker.com/reference/api/engine/
 */
export async function listDocker<T>(
  schema: z.ZodType<T[]>,
  kind: DockerKind,
  filters: DockerFilters = {},
): Promise<T[]> {
  const path = {
    containers: "/containers/json?all=1&",
    networks: "/networks?",
    volumes: "/volumes?",
    images: "/images/json?",
  }[kind];
  const answer = await ask("GET", `${path}filters=${encodeURIComponent(JSON.stringify(filters))}`);
  if (answer.status >= 300) throw dockerFault(`docker ${kind}`, complaintOf(answer));
  const told: unknown = JSON.parse(answer.text);
  return schema.parse(kind === "volumes" ? (volumesSchema.parse(told).Volumes ?? []) : told);
}

/**
 * Inspects objects of the Docker Engine, by id or name, and checks the answers' shape. One that is not there (any more) is left out.
 * @throws FaultError when it does not answer, or refuses
 */
export async function inspectDocker<T>(
  schema: z.ZodType<T>,
  kind: DockerKind,
  ids: readonly string[],
): Promise<T[]> {
  const tail = kind === "containers" || kind === "images" ? "/json" : "";
  const answers = await pooled(ids, AT_ONCE, (id) => ask("GET", `/${kind}/${encodeURIComponent(id)}${tail}`));
  return valuesOf(answers).flatMap((answer) => {
    if (answer.status < 300) return [schema.parse(JSON.parse(answer.text))];
    const complaint = complaintOf(answer);
    if (answer.status === 404 || /no such|not found/i.test(complaint)) return [];
    throw dockerFault(`docker ${kind}`, complaint);
  });
}

/**
 * Makes a volume; one that is there stays as it is.
 * @throws FaultError when the engine does not answer, or refuses
 */
export async function makeVolume(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
  const answer = await ask("POST", "/volumes/create", { Name: name, Labels: labels });
  if (answer.status >= 300) throw dockerFault("docker volume", complaintOf(answer));
}
