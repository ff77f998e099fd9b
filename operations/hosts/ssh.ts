import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FaultError } from "../../course/faults";
import { quote } from "../../course/shell";
import type { HostRun } from "../libvirt";
import { type ProcessResult, run } from "../process";
import { hostsConfig, publicKeyFor } from "./access";
import { connectionFault, lastWord, unreachable } from "./faults";
import type { RemoteMachine } from "./machine";

/** Sessions at once over one connection: sshd's own limit is 10 (sshd_config(5), MaxSessions). */
const SESSIONS = 8;

/** Milliseconds that a host may take until it has said a first word: a machine that is busy starts a shell slowly. */
const DIAL_DEADLINE = 90_000;

/** One connection to a host, over which all that this process asks of it goes: a login takes longer than most answers. */
interface Line {
  /** Path of the socket by which ssh finds it. */
  readonly socket: string;
  busy: number;
  readonly waiting: (() => void)[];
}

/** Ends the connection with this process, however that ends: the other side reads until there is no more. */
function hangUpAtExit(child: ChildProcess, folder: string): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout]) if (stream instanceof Socket) stream.unref();
  process.on("exit", () => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  });
}

function faultOf(machine: RemoteMachine, result: ProcessResult): FaultError | undefined {
  const fault = connectionFault(machine, result.code, result.stderr, publicKeyFor(machine));
  return fault && new FaultError([fault]);
}

/** Opens a connection. @throws FaultError with what ssh said when there is none */
async function dial(machine: RemoteMachine): Promise<Line> {
  const folder = mkdtempSync(join(tmpdir(), "classlab-ssh-"));
  const socket = join(folder, "line");
  const words = join(folder, "words");
  const log = openSync(words, "w");
  const child = spawn(
    "ssh",
    ["-F", hostsConfig(machine.lab), "-M", "-S", socket, machine.name, "echo there; exec cat >/dev/null"],
    { stdio: ["pipe", "pipe", log] },
  );
  closeSync(log);
  let late = false;
  // One that lets in and then says nothing, as one that is no POSIX shell's, is not waited for.
  const patience = setTimeout(() => {
    late = true;
    child.kill();
  }, DIAL_DEADLINE);
  const code = await new Promise<number | undefined>((resolve) => {
    child.stdout?.once("data", () => resolve(undefined));
    child.once("error", () => resolve(127));
    child.once("close", (ended) => resolve(ended ?? 255));
  });
  clearTimeout(patience);
  if (code === undefined) {
    hangUpAtExit(child, folder);
    return { socket, busy: 0, waiting: [] };
  }
  const stderr = readFileSync(words, "utf8");
  rmSync(folder, { recursive: true, force: true });
  const fault = faultOf(machine, { code: 255, stdout: "", stderr });
  // Nothing but ssh itself has run.
  const said = late ? `it said nothing within ${DIAL_DEADLINE / 1000} s` : lastWord(stderr);
  throw fault ?? new FaultError([unreachable(machine, said)]);
}

const LINES = new Map<string, Promise<Line>>();

function lineTo(machine: RemoteMachine): Promise<Line> {
  const key = JSON.stringify(machine);
  const known = LINES.get(key);
  if (known) return known;
  const line = dial(machine);
  LINES.set(key, line);
  // The next question tries again.
  line.catch(() => LINES.delete(key));
  return line;
}

/** Command of this machine that runs a program on a host as root; without a host, here as the user. */
export function commandOn(
  machine: RemoteMachine | undefined,
  [program, ...args]: readonly [program: string, ...args: string[]],
): [program: string, ...args: string[]] {
  if (!machine) return [program, ...args];
  const line = `${machine.remote.asRoot}${[program, ...args].map(quote).join(" ")}`;
  return ["ssh", "-F", hostsConfig(machine.lab), machine.name, line];
}

/**
 * Runs programs on a host as root, one connection for all of them.
 * @throws FaultError `host-unreachable`, `host-key-changed` or `host-access-denied`; what a program itself says is its result
 */
export function runOn(machine: RemoteMachine): HostRun {
  return async (program, args, options = {}) => {
    const line = await lineTo(machine);
    while (line.busy >= SESSIONS) await new Promise<void>((resolve) => line.waiting.push(resolve));
    line.busy += 1;
    try {
      const { env = {}, cwd: _cwd, ...rest } = options;
      const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      const words =
        settings.length > 0
          ? (["env", ...settings, program, ...args] as const)
          : ([program, ...args] as const);
      const [ssh, ...command] = commandOn(machine, [...words]);
      const result = await run(ssh, ["-S", line.socket, ...command], rest);
      const fault = faultOf(machine, result);
      if (fault) {
        LINES.delete(JSON.stringify(machine));
        throw fault;
      }
      return result;
    } finally {
      line.busy -= 1;
      line.waiting.shift()?.();
    }
  };
}

/** Runs programs where a host is: there, or here where it is this machine. */
export function runWhere(machine: RemoteMachine | undefined): HostRun {
  return machine ? runOn(machine) : run;
}
