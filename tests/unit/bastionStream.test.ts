import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { ROOT } from "../support/cli";

// The program that makes a stream of a tunnel's port, with commands of the test's own in the place of Azure's. Not here: what that one says and does.
const PROGRAM = join(ROOT, "components", "hosts", "bastionStream.mjs");
const folder = mkdtempSync(join(tmpdir(), "classlab-stream-"));
const mark = join(folder, "ended");
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => rmSync(mark, { force: true }));

/** A command that listens at its port and says so, and at a keyboard's interrupt leaves a mark. @param each what it does with a connection */
function command(each: string): string {
  const file = join(folder, "tunnel.cjs");
  writeFileSync(
    file,
    `const { createServer } = require("node:net");
const fs = require("node:fs");
process.on("SIGINT", () => { fs.writeFileSync(${JSON.stringify(mark)}, ""); process.exit(0); });
const port = Number(process.argv[process.argv.indexOf("--port") + 1]);
const server = createServer({ allowHalfOpen: true }, (stream) => { ${each} });
server.listen(port, "127.0.0.1", () => console.error("Opening tunnel on port: " + port + "\\nTunnel is ready, connect on port " + port + "\\nCtrl + C to close"));
`,
  );
  return file;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function stream(...words: string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(process.execPath, [PROGRAM, ...words]);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => (stdout += data));
  child.stderr.on("data", (data) => (stderr += data));
  const ended = once(child, "close").then(([code]) => ({ code, stdout, stderr }));
  return { child, ended };
}

async function left(): Promise<void> {
  for (let round = 0; round < 100 && !existsSync(mark); round += 1) await setTimeout(50);
  expect(existsSync(mark)).toBe(true);
}

test("what goes in comes out at the other end, and back; then the tunnel ends as at a keyboard", async () => {
  const file = command('stream.on("data", (data) => stream.end("<" + data + ">"));');
  const { child, ended } = stream(process.execPath, file);
  child.stdin?.write("hello");
  expect(await ended).toEqual({ code: 0, stdout: "<hello>", stderr: "" });
  await left();
});

test("a connection that ends without a byte is told by what the command says of it", async () => {
  const file = command(
    'stream.destroy(); setTimeout(() => { console.error("not allowed"); process.exit(1); }, 200);',
  );
  const { ended } = stream(process.execPath, file);
  expect(await ended).toEqual({ code: 1, stdout: "", stderr: "not allowed\n" });
});

test("a command that is not there, or ends before it listens, is told", async () => {
  expect(await stream("/nowhere/az").ended).toEqual({
    code: 1,
    stdout: "",
    stderr: "spawn /nowhere/az ENOENT\n",
  });
  expect(await stream("sh", "-c", "echo az login first >&2; exit 1", "sh").ended).toEqual({
    code: 1,
    stdout: "",
    stderr: "az login first\n",
  });
});

test("with ssh the tunnel ends", async () => {
  const file = command('stream.write("SSH-2.0-x\\r\\n");');
  const { child, ended } = stream(process.execPath, file);
  await once(child.stdout ?? child, "data");
  child.kill("SIGHUP");
  expect((await ended).code).toBe(1);
  await left();
});
