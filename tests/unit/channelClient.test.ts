import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHANNEL_PORTS } from "../../components/hypervisors/libvirt/channelPorts";
import { type ChannelProcess, killClients, startClient, until } from "./channelProcess";

/** What a guest does with a connection of the host; `line` is its first one. */
type Answer = (socket: Socket, line: string) => void;

/** A guest that plays by the rules, and then says what it hears in capitals. */
const loud: Answer = (socket, line) => {
  socket.write(line);
  socket.on("data", (data) => socket.write(data.toString().toUpperCase()));
};

let folder: string;
const servers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "classlab-channel-"));
});

afterEach(async () => {
  killClients();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  rmSync(folder, { recursive: true });
});

/** A port of the guest's channel, and the lines with which its connections began. */
async function openPort(port: number, answer: Answer): Promise<string[]> {
  const lines: string[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (data) => {
      lines.push(data.toString());
      answer(socket, data.toString());
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(join(folder, `guest.channel.${port}`), resolve));
  return lines;
}

const start = (seconds?: number) => startClient(folder, seconds);

/** Says a word through a client and waits for its echo. */
async function talk(client: ChannelProcess, word: string): Promise<void> {
  client.process.stdin.write(word);
  await until(() => client.said().endsWith(word.toUpperCase()));
}

describe("the client of the channel", () => {
  test("asks with a nonce, relays both ways, and ends when its own side does", async () => {
    const lines = await openPort(0, loud);
    const client = start();
    await talk(client, "one\n");
    await talk(client, "two\n");
    client.process.stdin.end();
    expect(await client.ended).toEqual({ code: 0, stdout: "ONE\nTWO\n", stderr: "" });
    expect(lines).toEqual([expect.stringMatching(/^classlab [0-9a-f]{32}\n$/)]);
  });

  test("ends when the guest hangs up", async () => {
    await openPort(0, (socket, line) => socket.end(`${line}bye`));
    expect(await start().ended).toEqual({ code: 0, stdout: "bye", stderr: "" });
  });

  test("drops what is left of a connection before, in one piece with the answer or not", async () => {
    await openPort(0, (socket, line) => {
      socket.write(`SSH-2.0-old\nclasslab ${"0".repeat(32)}\n\0rest`);
      setTimeout(() => socket.end(`more\n${line}new`), 100);
    });
    expect((await start().ended).stdout).toBe("new");
  });

  test("asks again, with another nonce, a guest that says nothing", async () => {
    let silent = true;
    const lines = await openPort(0, (socket, line) => {
      if (!silent) loud(socket, line);
      silent = false;
    });
    await talk(start(), "word");
    expect(new Set(lines).size).toBe(2);
  });

  test("takes the first port that nobody has, and one again whose client was killed", async () => {
    const [first, second] = [await openPort(0, loud), await openPort(1, loud)];
    const killed = start();
    await talk(killed, "a");
    await talk(start(), "b");
    expect([first.length, second.length]).toEqual([1, 1]);
    killed.process.kill("SIGKILL");
    await killed.ended;
    await talk(start(), "c");
    expect([first.length, second.length]).toEqual([2, 1]);
  });

  test("takes the port whose last session is longest ago: another guest may not have ended its", async () => {
    const ports = [await openPort(0, loud), await openPort(1, loud), await openPort(2, loud)];
    for (const word of ["a", "b", "c", "d"]) {
      const client = start();
      await talk(client, word);
      client.process.stdin.end();
      await client.ended;
    }
    expect(ports.map(({ length }) => length)).toEqual([2, 1, 1]);
  });

  test("waits for a port when all are in use, and says so when none comes free", async () => {
    await openPort(0, loud);
    const holder = start();
    await talk(holder, "a");
    const waiting = start();
    expect(await start(1).ended).toEqual({
      code: 1,
      stdout: "",
      stderr: "classlab: guest does not answer on its channel within 1 s: all its ports are in use (1)\n",
    });
    holder.process.stdin.end();
    await talk(waiting, "b");
  });

  test("a guest that does not run, and one that never answers: a sentence within the deadline", async () => {
    expect((await start(1).ended).stderr).toBe(
      `classlab: guest does not answer on its channel within 1 s: there is no socket ${folder}/guest.channel.0: the guest is not running\n`,
    );
    await openPort(0, () => undefined);
    expect(await start(1).ended).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "classlab: guest does not answer on its channel within 1 s: the guest says nothing: it is starting, or its system does not run\n",
    });
  });

  test("ends when the guest says that the session is over", async () => {
    await openPort(0, (socket, line) => socket.write(`${line}last words${line.trimEnd()} end\n`));
    expect(await start().ended).toEqual({ code: 0, stdout: "last words", stderr: "" });
  });

  test("hears that in pieces, too", async () => {
    await openPort(0, (socket, line) => {
      const pieces = [...`${line}last words${line.trimEnd()} end\n`];
      const timer = setInterval(() => {
        const piece = pieces.shift();
        if (piece === undefined) clearInterval(timer);
        else socket.write(piece);
      }, 5);
    });
    const { code, stdout } = await start().ended;
    expect([code, stdout.slice(0, 10)]).toEqual([0, "last words"]);
  });

  test("holds nothing back, whatever the end of what it heard looks like", async () => {
    await openPort(0, (socket, line) => socket.write(`${line}x${line.trimEnd()} en`));
    const client = start();
    await until(() => client.said().endsWith(" en"));
    expect(client.said()).toMatch(/^xclasslab [0-9a-f]{32} en$/);
  });

  test("passes what is large as it is", async () => {
    await openPort(0, (socket, line) => {
      socket.write(line);
      socket.pipe(socket);
    });
    const client = start();
    const text = "0123456789abcdef".repeat(200_000);
    client.process.stdin.write(text);
    await until(() => client.said().length >= text.length);
    expect(client.said() === text).toBe(true);
  });

  test("looks at every port that a guest has", async () => {
    await openPort(CHANNEL_PORTS - 1, loud);
    await talk(start(), "a");
    expect(existsSync(join(folder, `guest.channel.${CHANNEL_PORTS - 1}.lock`))).toBe(true);
  });

  test("takes no name that leads elsewhere", async () => {
    const { code, stderr } = await startClient(folder, 1, "../guest").ended;
    expect([code, stderr]).toEqual([
      255,
      expect.stringMatching(/^usage: .* GUEST \[SECONDS \[FOLDER\]\]\n$/),
    ]);
  });
});
