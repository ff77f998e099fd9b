import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { channelLine, channelProgram, frame } from "../../../components/hypervisors/hyperv/channel";
import { readModuleFiles } from "../../../components/hypervisors/hyperv/moduleFiles";
import { commandLine } from "../../../components/hypervisors/hyperv/transport";
import type { SshKeyPair } from "../../../components/sshKey";
import { output, ROOT } from "../cli";
import { freePort } from "../freePort";
import { StandInGuest } from "./guest";
import { type Machine, Windows } from "./model";
import { KEY_FILE, Pc } from "./pc";
import { pumpTo } from "./pump";
import { answerOf, type Called, readPayload, written } from "./runner";

/** What befalls the connection at a call. */
export interface Loss {
  /** Name of the function that is called. */
  readonly at: string;
  /** Whether the host has done it by then. */
  readonly done: boolean;
}

/** Where a host's SSH server is, and whom it knows. */
export interface Place {
  /** Of this machine's loopback. */
  readonly address: string;
  readonly port: number;
  /** The key that it is known by; one of its own by default. */
  readonly hostKey?: SshKeyPair;
  /** Who logs in, where this machine has no such user: as root. */
  readonly user?: string;
}

/** Begins a program for which this machine's users are those of a file, its first argument. */
const KNOWING = 'mount --bind "$1" /etc/passwd; shift; exec "$@"';

/** Milliseconds that its SSH server is away while it starts anew. */
const AWAY = 1500;

/**
 * A Windows host on this machine's loopback: a real SSH server, which hands each command to a model of Windows. The module that arrives is run, function
 * by function, on cmdlets of the model; what the model was not taught it refuses. It proves nothing of Hyper-V itself, nor of PowerShell.
 */
export class StandInWindows {
  /** Calls that it was given, in order. */
  readonly calls: Called[] = [];
  /** Commands that were none of ours, and calls that it refused. */
  readonly refused: string[] = [];
  /** Connections that get lost, each once. */
  readonly losses: Loss[] = [];
  /** What Windows prints besides the answer. */
  noise = "";
  /** How many channels were opened into guests. */
  channels = 0;
  private readonly lines = commandLines();
  private readonly channelLine = channelLine();
  private readonly guests = new Map<string, Promise<StandInGuest>>();
  private pump: string | undefined;
  private sshd: ChildProcess | undefined;
  private server: Server | undefined;

  private constructor(
    /** What the host has. */
    readonly windows: Windows,
    private readonly folder: string,
    private readonly place: Place,
  ) {
    this.windows.onRestart = () => {
      void this.restart();
    };
  }

  /** Who logs in, unless its place says otherwise. */
  static readonly user = userInfo().username;

  /** TCP port of its address. */
  get port(): number {
    return this.place.port;
  }

  /**
   * Starts it.
   * @param windows a PC, where it is to be one that can be enrolled
   * @param pump what joins it with guests, compiled; without it none is led into
   * @param place where its SSH server is: some port of 127.0.0.1 by default, with a key of its own
   */
  static async start(windows = new Windows(), pump?: string, place?: Place): Promise<StandInWindows> {
    const folder = mkdtempSync(join(tmpdir(), "classlab-windows-"));
    const host = new StandInWindows(
      windows,
      folder,
      place ?? { address: "127.0.0.1", port: await freePort() },
    );
    host.pump = pump;
    await host.prepare();
    await host.startSsh();
    return host;
  }

  /** The public key that it is known by: type and base64. */
  get hostKey(): string {
    return readFileSync(this.path("host_key.pub"), "utf8").split(" ").slice(0, 2).join(" ");
  }

  /** Lets a key in. @param line for `authorized_keys` */
  letIn(line: string): void {
    writeFileSync(this.path("authorized_keys"), `${line}\n`, { flag: "a", mode: 0o600 });
  }

  /** Lets in those keys alone that the PC's own SSH server would. */
  letInAsPc(pc: Pc): void {
    const lines = pc.entry(KEY_FILE)?.bytes.toString("utf8").split(/\r?\n/) ?? [];
    const keys = lines.filter((line) => line !== "" && pc.letsIn(line));
    writeFileSync(this.path("authorized_keys"), keys.map((line) => `${line}\n`).join(""), { mode: 0o600 });
  }

  /** Names of the functions that were called since the last time. */
  drain(): string[] {
    return this.calls.splice(0).map(({ function: name }) => name);
  }

  /** Ends it and leaves nothing behind. */
  async stop(): Promise<void> {
    await this.stopSsh();
    this.server?.close();
    for (const guest of this.guests.values()) await (await guest).stop();
    if (this.pump !== undefined) rmSync(dirname(this.pump), { recursive: true, force: true });
    rmSync(this.folder, { recursive: true, force: true });
  }

  private path(name: string): string {
    return join(this.folder, name);
  }

  private async prepare(): Promise<void> {
    const { address, hostKey, user } = this.place;
    if (hostKey) {
      writeFileSync(this.path("host_key"), hostKey.privateKey, { mode: 0o600 });
      writeFileSync(this.path("host_key.pub"), hostKey.publicKey);
    } else await output("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", this.path("host_key")]);
    writeFileSync(this.path("authorized_keys"), "", { mode: 0o600 });
    // Somebody whom this machine does not know, to this one SSH server.
    const own = user === undefined ? "" : `${user}:x:0:0::/root:/bin/sh\n`;
    writeFileSync(this.path("passwd"), `${readFileSync("/etc/passwd", "utf8")}${own}`);
    const relay = join(ROOT, "tests/support/windows/relay.pl");
    const settings = [
      `Port ${this.port}`,
      `ListenAddress ${address}`,
      `HostKey ${this.path("host_key")}`,
      `AuthorizedKeysFile ${this.path("authorized_keys")}`,
      "PidFile none",
      "StrictModes no",
      "UsePAM no",
      "PasswordAuthentication no",
      "MaxStartups 100",
      `ForceCommand exec perl '${relay}' '${this.path("socket")}'`,
    ];
    writeFileSync(this.path("sshd_config"), `${settings.join("\n")}\n`);
    if (process.getuid?.() === 0 && !existsSync("/run/sshd")) mkdirSync("/run/sshd", { mode: 0o755 });
    const server = createServer({ allowHalfOpen: true }, (socket) => this.receive(socket));
    server.listen(this.path("socket"));
    await once(server, "listening");
    this.server = server;
  }

  private async startSsh(): Promise<void> {
    const server = ["/usr/sbin/sshd", "-D", "-f", this.path("sshd_config"), "-E", this.path("log")];
    const [program = "", ...words] =
      this.place.user === undefined
        ? server
        : ["unshare", "--mount", "sh", "-c", KNOWING, "sh", this.path("passwd"), ...server];
    const sshd = spawn(program, words, { stdio: "ignore" });
    this.sshd = sshd;
    for (let tries = 0; tries < 100; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (
        existsSync(this.path("log")) &&
        /Server listening/.test(readFileSync(this.path("log"), "utf8").slice(this.logged))
      )
        return;
      if (sshd.exitCode !== null) break;
    }
    throw new Error(`the stand-in's SSH server did not start: ${readFileSync(this.path("log"), "utf8")}`);
  }

  private logged = 0;

  private async stopSsh(): Promise<void> {
    const { sshd } = this;
    if (!sshd || sshd.exitCode !== null || sshd.signalCode !== null) return;
    this.logged = readFileSync(this.path("log"), "utf8").length;
    const ended = once(sshd, "exit");
    sshd.kill();
    await ended;
  }

  /** Goes away and comes back, started anew; the answer that told of it has left by then. */
  private async restart(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 100));
    await this.stopSsh();
    await new Promise((resolve) => setTimeout(resolve, AWAY));
    this.windows.restart();
    await this.startSsh();
  }

  private receive(socket: Socket): void {
    let taken = Buffer.alloc(0);
    socket.on("error", () => undefined);
    const collect = (part: Buffer) => {
      taken = Buffer.concat([taken, part]);
      const [head = "", session = "0", length = "0"] =
        /^(\d+) (\d+)\n/.exec(taken.subarray(0, 32).toString("latin1")) ?? [];
      const end = head.length + Number(length);
      if (head === "" || taken.length < end) return;
      if (taken.subarray(head.length, end).toString("utf8") !== this.channelLine) return;
      socket.off("data", collect);
      socket.removeAllListeners("end");
      const channel = new Channel(socket, (call) => this.openChannel(call, socket, Number(session)));
      channel.take(taken.subarray(end));
      socket.on("data", (more: Buffer) => channel.take(more));
      socket.on("end", () => channel.end());
    };
    socket.on("data", collect);
    socket.on("end", () => {
      const text = taken.toString("utf8");
      const [, session = "0", length = "0"] = /^(\d+) (\d+)\n/.exec(text) ?? [];
      const start = text.indexOf("\n") + 1;
      const command = text.slice(start, start + Number(length));
      void this.answer(command, text.slice(start + Number(length)), socket, Number(session));
    });
  }

  /** The guest of a machine that runs, made when something first leads into it. */
  guestOf(machine: Machine): Promise<StandInGuest> {
    const found =
      this.guests.get(machine.Id) ?? StandInGuest.start(this.windows.need(machine.dvd ?? "").bytes);
    this.guests.set(machine.Id, found);
    return found;
  }

  /** What Channel.ps1 does: asks the module, and joins with the guest by the real program, on a socket of another family. */
  private async openChannel(
    call: ChannelCall,
    socket: Socket,
    session: number,
  ): Promise<ChildProcess | undefined> {
    const index = this.losses.findIndex(({ at }) => at === "Get-ClasslabChannel");
    const [loss] = index < 0 ? [] : this.losses.splice(index, 1);
    const answer = await answerOf(this.windows, {
      module: "hyperv",
      function: "Get-ClasslabChannel",
      data: call.data,
    });
    const found = channelAnswer.safeParse(answer);
    if (!found.success) {
      tell(
        socket,
        "err",
        `\n<classlab 0123456789abcdef>\n${JSON.stringify(answer)}\n</classlab 0123456789abcdef>\n`,
      );
      socket.end("exit 1\n");
      return undefined;
    }
    const machine = this.windows.machines.find(({ Id }) => Id === found.data.value.machine);
    if (!machine || !this.pump) throw new Error("the stand-in has no guest to lead into");
    this.windows.rule(
      "socket-services",
      ![...this.windows.socketServices.keys()].some((key) => key.endsWith(found.data.value.service)),
      "",
    );
    const guest = await this.guestOf(machine);
    const [program, ...words] = pumpTo(this.pump, guest.socket);
    const joined = spawn(program, words, { stdio: ["pipe", "pipe", "pipe"] });
    joined.stdout.on("data", (bytes: Buffer) => {
      if (!socket.destroyed && !tell(socket, "out", bytes)) {
        joined.stdout.pause();
        socket.once("drain", () => joined.stdout.resume());
      }
    });
    joined.stderr.on("data", (bytes: Buffer) => tell(socket, "err", bytes));
    joined.stdin.on("error", () => undefined);
    joined.once("close", (code) => socket.end(`exit ${code ?? 1}\n`));
    socket.once("close", () => joined.kill());
    this.channels += 1;
    if (loss) setTimeout(() => process.kill(session, "SIGKILL"), 200);
    return joined;
  }

  private async answer(command: string, stdin: string, socket: Socket, session: number): Promise<void> {
    const say = (kind: "out" | "err", text: string) => tell(socket, kind, text);
    const cut = () => {
      // The session first: else what it runs may end by itself, and its exit code be told.
      process.kill(session, "SIGKILL");
      socket.destroy();
    };
    const verb = this.lines.get(command);
    try {
      if (!verb) throw new Error(`no command of ours: ${command.slice(0, 200)}`);
      const called = readPayload(stdin, verb);
      const index = this.losses.findIndex(({ at }) => at === called.function);
      const [loss] = index < 0 ? [] : this.losses.splice(index, 1);
      if (loss && !loss.done) return cut();
      this.calls.push(called);
      const answer = await answerOf(this.windows, called);
      if (called.function === "Remove-ClasslabEnrolment" && this.windows instanceof Pc)
        this.letInAsPc(this.windows);
      if (loss) return cut();
      say("out", `${this.noise}${written(stdin, answer)}`);
      socket.end(`exit ${JSON.stringify(answer).startsWith('{"ok":true') ? 0 : 1}\n`);
    } catch (error) {
      // What it was not taught is the test's fault, and told as such.
      const words = error instanceof Error ? error.message : String(error);
      this.refused.push(words);
      say("err", `stand-in: ${words}\n`);
      socket.end("exit 1\n");
    }
  }
}

/** A line of the frame that relay.pl takes. @returns false where more would be kept in memory */
function tell(socket: Socket, kind: "out" | "err", text: string | Buffer): boolean {
  const bytes = Buffer.from(text);
  socket.write(`${kind} ${bytes.length}\n`);
  return socket.write(bytes);
}

const channelAnswer = z.object({
  ok: z.literal(true),
  value: z.object({ machine: z.string(), service: z.string() }),
});

const channelCallSchema = z.strictObject({
  data: z.record(z.string(), z.unknown()),
  seconds: z.int(),
});

type ChannelCall = z.output<typeof channelCallSchema>;

/** Standard input of a channel, as ChannelBootstrap.ps1 and Channel.ps1 read it: three frames, and then what is the guest's. */
class Channel {
  private waiting = Buffer.alloc(0);
  private readonly frames: string[] = [];
  private joined: Promise<ChildProcess | undefined> | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly open: (call: ChannelCall) => Promise<ChildProcess | undefined>,
  ) {}

  take(bytes: Buffer): void {
    this.waiting = Buffer.concat([this.waiting, bytes]);
    while (this.frames.length < 3 && this.waiting.length >= 8) {
      const end = 8 + Number(this.waiting.subarray(0, 8).toString("latin1"));
      if (this.waiting.length < end) return;
      this.frames.push(this.waiting.subarray(8, end).toString("utf8"));
      this.waiting = this.waiting.subarray(end);
    }
    if (this.frames.length < 3) return;
    this.joined ??= this.begin();
    const rest = this.waiting;
    this.waiting = Buffer.alloc(0);
    void this.joined.then((joined) => {
      if (joined?.stdin?.write(rest) === false) {
        this.socket.pause();
        joined.stdin.once("drain", () => this.socket.resume());
      }
    });
  }

  end(): void {
    void this.joined?.then((joined) => joined?.stdin?.end());
  }

  private begin(): Promise<ChildProcess | undefined> {
    const [program, document, call] = this.frames;
    if (`${frame(program ?? "")}${frame(document ?? "")}` !== channelProgram())
      throw new Error("the program of the channel is another");
    return this.open(channelCallSchema.parse(JSON.parse(call ?? "")));
  }
}

function commandLines(): ReadonlyMap<string, "apply" | "remove"> {
  const files = readModuleFiles(ROOT);
  return new Map((["apply", "remove"] as const).map((verb) => [commandLine(files, verb), verb]));
}
