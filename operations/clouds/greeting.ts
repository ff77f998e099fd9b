import { connect } from "node:net";

/** Milliseconds that a server may take to greet. */
const PATIENCE = 3_000;

/** First characters of every SSH server (RFC 4253, section 4.2). */
const GREETING = "SSH-";

/**
 * Whether an SSH server greets at an address: a connection alone proves nothing where something on the way accepts any.
 * @param port 22 by default
 */
export function greets(address: string, port = 22): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    let said = "";
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(PATIENCE, () => end(false));
    socket.on("error", () => end(false));
    socket.on("close", () => end(false));
    socket.setEncoding("latin1").on("data", (text) => {
      said += text;
      if (said.length >= GREETING.length) end(said.startsWith(GREETING));
    });
  });
}
