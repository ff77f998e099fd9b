import { setMaxListeners } from "node:events";
import { request } from "node:http";
import { z } from "zod";
import { FaultError } from "../course/faults";
import { connection, engineAddress } from "./dockerConnection";
import { dockerFault } from "./dockerFaults";
import { pooled, valuesOf } from "./pool";
import { dockerSilent, saysGone } from "./trouble";

// Docker's client takes a twentieth of a second for each question, the engine itself a thousandth: what classlab asks again and again it asks
// over the engine's API. The client goes on doing what changes things, and brings us to an engine that is not on a socket of this machine.

/** Objects of the Docker Engine that can be listed and inspected. */
export type DockerKind = "containers" | "networks" | "volumes" | "images";

/** What a list is narrowed to, as the API has it: `{ label: ["classlab=dev"] }`. */
export type DockerFilters = Readonly<Record<string, readonly string[]>>;

/** What is read of an object of which only the id is wanted. */
export const idSchema = z.looseObject({ Id: z.string() });

/** Objects that are inspected at once. */
const AT_ONCE = 16;

/** Longest that the engine may take to answer, in milliseconds. */
const DEADLINE = 60_000;

/** What the engine answered: its status, and its body. */
interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Aborted when the run is stopped; questions asked later have the next one. */
let run = new AbortController();

/** Ends all questions that are not answered yet, and those that would follow them: for a run that is stopped. */
export function endQuestions(): void {
  run.abort(new Error("the run was stopped"));
  run = new AbortController();
}

const inTime = () => AbortSignal.any([AbortSignal.timeout(DEADLINE), run.signal]);

/** Why a question was ended. */
function reasonOf({ reason }: AbortSignal): string {
  return reason.name === "TimeoutError" ? `no answer within ${DEADLINE / 1000} s` : reason.message;
}

async function ask(
  method: "GET" | "POST",
  path: string,
  { signal = inTime(), body }: { readonly signal?: AbortSignal; readonly body?: object } = {},
): Promise<Answer> {
  const address = engineAddress();
  const { stream, words } = await connection(address);
  return new Promise<Answer>((resolve, reject) => {
    const asked = request({
      method,
      path,
      createConnection: () => stream,
      // Some engines refuse what names no host, and all take any.
      headers: { host: "docker", connection: "close", "content-type": "application/json" },
      signal,
    });
    let failed = false;
    const fail = async (error: Error) => {
      // What ends a connection is told again by all that hangs on it.
      if (failed) return;
      failed = true;
      stream.destroy();
      const why = signal.aborted ? reasonOf(signal) : (await words()) || error.message;
      reject(new FaultError([dockerSilent(`Cannot connect to the Docker daemon at ${address}: ${why}`)]));
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

const named = z.array(z.looseObject({ Name: z.string() }));

const byName = (list: unknown) => named.parse(list).sort((one, other) => (one.Name < other.Name ? -1 : 1));

const volumesSchema = z.looseObject({ Volumes: z.array(z.unknown()).nullish() });

/**
 * Lists objects of the Docker Engine; containers that do not run are among them.
 * @throws FaultError when it does not answer, or refuses
 * @see https://docs.docker.com/reference/api/engine/
 */
export async function listDocker<T>(
  schema: z.ZodType<T>,
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
  const list = kind === "volumes" ? (volumesSchema.parse(told).Volumes ?? []) : told;
  // The engine gives networks and volumes in any order, which would show in what is told.
  return z.array(schema).parse(kind === "networks" || kind === "volumes" ? byName(list) : list);
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
  const signal = inTime();
  setMaxListeners(0, signal);
  const answers = await pooled(ids, AT_ONCE, (id) =>
    ask("GET", `/${kind}/${encodeURIComponent(id)}${tail}`, { signal }),
  );
  return valuesOf(answers).flatMap((answer) => {
    if (answer.status < 300) return [schema.parse(JSON.parse(answer.text))];
    const complaint = complaintOf(answer);
    if (answer.status === 404 || saysGone(complaint)) return [];
    throw dockerFault(`docker ${kind}`, complaint);
  });
}

/**
 * Makes a volume; one that is there stays as it is.
 * @throws FaultError when the engine does not answer, or refuses
 */
export async function makeVolume(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
  const answer = await ask("POST", "/volumes/create", { body: { Name: name, Labels: labels } });
  if (answer.status >= 300) throw dockerFault("docker volume", complaintOf(answer));
}
