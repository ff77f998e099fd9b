import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { channelPortName } from "../../components/hypervisors/libvirt/channelPorts";
import { type ChannelProcess, killClients, startClient, until } from "./channelProcess";
import { ROOT } from "./labs";

const KEEPER = join(ROOT, "images/machine/files/usr/local/sbin/classlab-channel");
const PORTS = join(ROOT, "tests/support/serialPorts.py");

/** Why guests' part of the channel cannot run here; undefined where it can. */
const MISSING =
  spawnSync("python3", ["-c", "import os; os.pidfd_open"]).status === 0
    ? undefined
    : "python3 is not there, or older than 3.9, or not on Linux";

/** In place of sshd: answers lines, tells of itself, and ends when it is told to or its host is gone. */
const SESSION = `echo session
while read -r line; do
  case $line in
    HANGUP | bye) exit ;;
    *) echo "heard $line" ;;
  esac
done`;

let folder: string;
let ports: ChildProcess;
let keeper: ChildProcess;

/** Starts a guest with these ports. */
async function startGuest(...names: readonly string[]): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), "classlab-keeper-"));
  const harness = spawn("python3", [PORTS, folder, "guest", ...names], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  ports = harness;
  await new Promise((resolve) => harness.stdout.once("data", resolve));
  keeper = spawn("python3", ["-IS", KEEPER, `${folder}/ports`, `${folder}/dev`, "/bin/sh", "-c", SESSION]);
}

afterEach(() => {
  killClients();
  keeper?.kill("SIGKILL");
  ports?.kill("SIGKILL");
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const start = (seconds?: number) => startClient(folder, seconds);

/** Says a line and waits until it was heard. */
async function talk(client: ChannelProcess, word: string): Promise<void> {
  client.process.stdin.write(`${word}\n`);
  await until(() => client.said().endsWith(`heard ${word}\n`));
}

const keeperTest = (name: string, body: () => Promise<void>): void => {
  if (MISSING === undefined) test(name, body, 60_000);
  else test.skip(`${name} (${MISSING})`, body);
};

describe("the keeper of the channel, with its client", () => {
  keeperTest(
    "a session to each connection, and another when it ended; the end is told to the host",
    async () => {
      await startGuest(channelPortName(0));
      for (const word of ["one", "two", "three"]) {
        const client = start();
        await talk(client, word);
        client.process.stdin.write("bye\n");
        expect(await client.ended).toEqual({ code: 0, stdout: `session\nheard ${word}\n`, stderr: "" });
      }
    },
  );

  keeperTest("as many sessions at once as there are ports; one more waits", async () => {
    await startGuest(channelPortName(0), channelPortName(1));
    const [first, second] = [start(), start()];
    await Promise.all([talk(first, "a"), talk(second, "b")]);
    expect((await start(1).ended).stderr).toMatch(/all its ports are in use \(2\)\n$/);
    const third = start();
    first.process.stdin.write("bye\n");
    await talk(third, "c");
    await talk(second, "d");
  });

  keeperTest("a client that was killed leaves nothing to the next one", async () => {
    await startGuest(channelPortName(0));
    const killed = start();
    await talk(killed, "a");
    killed.process.stdin.write("half a li");
    killed.process.kill("SIGKILL");
    await killed.ended;
    const next = start();
    await talk(next, "b");
    next.process.stdin.write("bye\n");
    expect(await next.ended).toEqual({ code: 0, stdout: "session\nheard b\n", stderr: "" });
  });

  keeperTest("a host that went away before it heard the answer: the next one is answered", async () => {
    await startGuest(channelPortName(0));
    for (const words of [
      "left over",
      `classlab ${"1".repeat(32)}\n`,
      `left over\nclasslab ${"2".repeat(32)}\nSSH`,
    ]) {
      const host = connect(join(folder, "guest.channel.0"));
      await new Promise<void>((resolve) => host.end(words, resolve));
    }
    await talk(start(), "a");
  });

  keeperTest("the agent's port is left alone", async () => {
    await startGuest("org.qemu.guest_agent.0", channelPortName(1));
    rmSync(`${folder}/guest.channel.0`);
    await talk(start(), "a");
  });
});
