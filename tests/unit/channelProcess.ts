import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./labs";

const CLIENT = join(ROOT, "components/hypervisors/libvirt/channelClient.pl");

/** A client of the channel that runs. */
export interface ChannelProcess {
  readonly process: ChildProcessWithoutNullStreams;
  /** What it printed so far. */
  readonly said: () => string;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

const running: ChildProcessWithoutNullStreams[] = [];

/**
 * Starts a client to `guest`.
 * @param folder where the guest's sockets are
 * @param seconds its deadline
 */
export function startClient(folder: string, seconds = 20, guest = "guest"): ChannelProcess {
  const client = spawn("perl", [CLIENT, guest, String(seconds), folder]);
  running.push(client);
  let stdout = "";
  let stderr = "";
  client.stdout.on("data", (data) => {
    stdout += data;
  });
  client.stderr.on("data", (data) => {
    stderr += data;
  });
  client.stdin.on("error", () => undefined);
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    client.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { process: client, said: () => stdout, ended };
}

/** Ends all clients, as a crash would. */
export function killClients(): void {
  for (const client of running.splice(0)) client.kill("SIGKILL");
}

/** Waits until something is so; the test's own deadline ends that. */
export async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 20));
}
