// Programs of clouds by which their tunnels are begun: what they are to do the stand-in for the cloud says, which lives in the test. `aws` joins a session with its own
// input and output, `az` opens a port of this machine, as the real ones do.
const { connect, createServer } = require("node:net");

const words = process.argv.slice(2);

async function main() {
  const body = JSON.stringify(words);
  const response = await fetch(`${process.env.CLASSLAB_STAND_IN_CLOUD}/program`, { method: "POST", body });
  const told = await response.json();
  if (told.said !== undefined) {
    (told.code === 0 ? process.stdout : process.stderr).write(`${told.said}\n`);
    process.exitCode = told.code;
    return;
  }
  const { address: host, port } = told;
  if (words[0] === "aws") {
    const socket = connect({ host, port, allowHalfOpen: true });
    socket.on("error", (error) => {
      console.error(error.message);
      process.exit(1);
    });
    socket.on("end", () => process.stdout.write("", () => process.exit(0)));
    socket.on("close", () => process.exit(0));
    process.stdin.pipe(socket);
    socket.pipe(process.stdout);
    return;
  }
  const own = Number(words[words.indexOf("--port") + 1]);
  const server = createServer({ allowHalfOpen: true }, (stream) => {
    if (told.fails !== undefined) {
      stream.destroy();
      setTimeout(() => {
        console.error(told.fails);
        process.exit(1);
      }, 300);
      return;
    }
    const socket = connect({ host, port, allowHalfOpen: true });
    for (const end of [stream, socket])
      end.on("error", () => {
        stream.destroy();
        socket.destroy();
      });
    stream.pipe(socket);
    socket.pipe(stream);
  });
  server.listen(own, "127.0.0.1", () => {
    console.error(`Opening tunnel on port: ${own}`);
    console.error(`Tunnel is ready, connect on port ${own}`);
    console.error("Ctrl + C to close");
  });
}

main();
