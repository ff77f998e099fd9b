// One stream of Azure Bastion's tunnel, which the command of Azure opens as a port of this machine only, while ssh's ProxyCommand takes a stream (Azure/azure-cli#27999).
// Arguments: the command that opens the tunnel; a free port of this machine is added to it. Ends with the connection, and takes the tunnel along.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout } from "node:timers/promises";

/** Milliseconds that a tunnel may take to open: the command loads its own modules, and asks for a token. */
const PATIENCE = 40_000;

/** What the command says when its port is there (Azure/azure-cli#30821). */
const READY = /Tunnel is ready/;

/** Milliseconds after which the port is tried all the same: the command can be told to say nothing. Each connection is a session, so that none is made to see whether it can be. */
const SILENCE = 15_000;

/** Milliseconds that the command may take to say why a connection ended at once: it asks for the session only then. */
const LAST_WORDS = 6_000;

/** Milliseconds between two looks. */
const PAUSE = 50;

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

function connected(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(undefined));
  });
}

const port = await freePort();
const [program = "", ...words] = process.argv.slice(2);
// In a group of its own: the command of Azure is a shell that starts Python, and both have to end.
const tunnel = spawn(program, [...words, "--port", String(port)], {
  stdio: ["ignore", "ignore", "pipe"],
  detached: true,
});
let said = "";
let over = false;
tunnel.stderr?.setEncoding("utf8").on("data", (text) => {
  said = `${said}${text}`.slice(-4096);
});
tunnel.once("error", (error) => {
  said = error.message;
  over = true;
});
tunnel.once("exit", () => {
  over = true;
});

/** Ends the tunnel as somebody at a keyboard does: only then it gives its session back. */
function end(code) {
  if (tunnel.pid !== undefined)
    try {
      process.kill(-tunnel.pid, "SIGINT");
    } catch {
      // It has ended.
    }
  process.exit(code);
}
for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"]) process.once(signal, () => end(1));

async function until(holds, patience) {
  const deadline = performance.now() + patience;
  while (!holds() && performance.now() < deadline) await setTimeout(PAUSE);
}

/** What it said last, without what it says of every tunnel. */
function lastWords() {
  const lines = said.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => line !== "" && !/^(?:Opening tunnel|Tunnel is ready|Ctrl \+ C)/.test(line))
    .join("\n");
}

await until(() => over || READY.test(said), SILENCE);
const deadline = performance.now() + PATIENCE - SILENCE;
let socket;
while (!socket && !over && performance.now() < deadline) {
  socket = await connected(port);
  if (!socket) await setTimeout(PAUSE);
}
if (!socket) {
  console.error(lastWords() || `${program} opened no tunnel within ${PATIENCE / 1000} s`);
  end(1);
} else {
  let came = false;
  const close = async () => {
    if (came) return process.stdout.write("", () => end(0));
    await until(() => over, LAST_WORDS);
    console.error(lastWords() || `${program} closed the connection`);
    end(1);
  };
  socket.on("data", () => {
    came = true;
  });
  socket.on("error", close);
  // Whoever reads has to see that there is no more: ssh holds its own end open.
  socket.on("end", close);
  process.stdin.pipe(socket);
  socket.pipe(process.stdout);
  process.stdout.on("error", () => end(0));
}
