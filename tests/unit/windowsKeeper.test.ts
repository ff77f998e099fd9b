import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output } from "../support/cli";
import { killClients, startClient, until } from "./channelProcess";
import { ROOT } from "./labs";

// The keeper's own text, compiled by Mono as C# 5, on a terminal in the place of a serial port, with the real client. In the place of sshd a server that answers lines.
// Not proved: Windows' driver of the port, and .NET's SerialPort, of which it is only seen that the program compiles (docs/field-test.md).

const MISSING =
  spawnSync("mcs", ["--version"]).error === undefined && spawnSync("mono", ["--version"]).error === undefined
    ? undefined
    : "Mono and its compiler are not there: packages mono-mcs, mono-runtime";
const suite = MISSING === undefined || process.env.CI ? describe : describe.skip;

const GUEST = join(ROOT, "components/hypervisors/libvirt/windows/guest");
const PORTS = join(ROOT, "tests/support/serialPorts.py");
const MEGABYTES = 2;

suite("the keeper of the channel of a guest with Windows, with the client", () => {
  const folder = mkdtempSync(join(tmpdir(), "classlab-windows-keeper-"));
  const program = join(folder, "keeper.exe");
  const sessions = new Set<Socket>();
  let server: Server;
  let ports: ChildProcess;
  let keeper: ChildProcess;

  const compile = (to: string, ...files: readonly string[]) =>
    output("mcs", ["-langversion:5", "-warnaserror", `-out:${to}`, join(GUEST, "Keeper.cs"), ...files]);

  const bytes = randomBytes(MEGABYTES * 2 ** 20);
  const hashOf = (data: Buffer) => createHash("sha256").update(data).digest("hex");

  /** Answers lines; after `take` as many bytes as there are with their hash, and to `give` with the bytes. */
  function serve(socket: Socket): void {
    sessions.add(socket.on("close", () => sessions.delete(socket)).on("error", () => undefined));
    socket.write("session\n");
    let heard = Buffer.alloc(0);
    let taking = false;
    socket.on("data", (data) => {
      heard = Buffer.concat([heard, data]);
      while (true) {
        if (taking) {
          if (heard.length < bytes.length) return;
          taking = false;
          socket.write(`heard ${hashOf(heard.subarray(0, bytes.length))}\n`);
          heard = heard.subarray(bytes.length);
        }
        const end = heard.indexOf("\n");
        if (end < 0) return;
        const word = heard.subarray(0, end).toString();
        heard = heard.subarray(end + 1);
        if (word === "bye") socket.end();
        else if (word === "take") taking = true;
        else socket.write(word === "give" ? bytes : `heard ${word}\n`);
      }
    });
  }

  const start = (seconds?: number) => startClient(folder, seconds);

  async function talk(client: ReturnType<typeof start>, word: string): Promise<void> {
    client.process.stdin.write(`${word}\n`);
    await until(() => client.said().endsWith(`heard ${word}\n`));
  }

  async function bye(client: ReturnType<typeof start>): Promise<void> {
    client.process.stdin.write("bye\n");
    expect(await client.ended).toMatchObject({ code: 0, stderr: "" });
  }

  beforeAll(async () => {
    await compile(program, join(ROOT, "tests/support/windows/KeepPort.cs"));
    server = createServer(serve).listen(0, "127.0.0.1");
    await once(server, "listening");
    const harness = spawn("python3", [PORTS, "--silent", folder, "guest", "port"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    ports = harness;
    await once(harness.stdout, "data");
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    keeper = spawn("mono", [program, join(folder, "dev/port0"), String(port)], {
      stdio: ["ignore", "inherit", "inherit"],
    });
  }, 60_000);

  afterEach(killClients);

  afterAll(() => {
    keeper?.kill("SIGKILL");
    ports?.kill("SIGKILL");
    for (const socket of sessions) socket.destroy();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("a session to each connection, and another when it ended; the end is told to the host", async () => {
    for (const word of ["one", "two", "three"]) {
      const client = start();
      await talk(client, word);
      client.process.stdin.write("bye\n");
      expect(await client.ended).toEqual({ code: 0, stdout: `session\nheard ${word}\n`, stderr: "" });
    }
  }, 60_000);

  test("a client that was killed leaves nothing to the next one, though no port tells that it went", async () => {
    const killed = start();
    await talk(killed, "a");
    killed.process.stdin.write("half a li");
    killed.process.kill("SIGKILL");
    await killed.ended;
    const next = start();
    await talk(next, "b");
    expect(next.said()).toBe("session\nheard b\n");
    // The one before is over for the server, too.
    await until(() => sessions.size === 1);
    await bye(next);
  }, 60_000);

  test("a host that went away before it heard the answer: the next one is answered", async () => {
    for (const words of [
      "left over",
      `classlab ${"1".repeat(32)}\n`,
      `left over\nclasslab ${"2".repeat(32)}\nSSH`,
    ]) {
      const host = connect(join(folder, "guest.channel.0"));
      await new Promise<void>((resolve) => host.end(words, resolve));
    }
    const client = start();
    await talk(client, "a");
    await bye(client);
  }, 60_000);

  test("while no server listens nothing is answered, and the client asks again", async () => {
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await new Promise((resolve) => server.close(resolve));
    expect(await start(2).ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("the guest says nothing: it is starting, or its system does not run"),
    });
    const waiting = start();
    server = createServer(serve).listen(port, "127.0.0.1");
    await talk(waiting, "a");
    await bye(waiting);
  }, 60_000);

  test(`${MEGABYTES} MB of any bytes come through both ways unchanged`, async () => {
    const client = start();
    await talk(client, "a");
    client.process.stdin.write("take\n");
    client.process.stdin.write(bytes);
    await until(() => client.said().endsWith(`heard ${hashOf(bytes)}\n`));
    const parts: Buffer[] = [];
    client.process.stdout.on("data", (part: Buffer) => parts.push(part));
    client.process.stdin.write("give\n");
    await until(() => parts.reduce((sum, part) => sum + part.length, 0) >= bytes.length);
    expect(hashOf(Buffer.concat(parts))).toBe(hashOf(bytes));
    await bye(client);
  }, 60_000);

  test("the program that Windows runs compiles", async () => {
    await compile(join(folder, "program.exe"), join(GUEST, "KeeperProgram.cs"));
  }, 60_000);
});
