import { type ChildProcess, spawn } from "node:child_process";
import { execute, output } from "./cli";

/** Which of up to twenty-four it is: test runs on one machine are told a number each, and the lanes of one run have one each. */
const { CLASSLAB_TEST_SLOT, CLASSLAB_TEST_LANE } = process.env;
export const TEST_INDEX = 2 * Number(CLASSLAB_TEST_SLOT ?? 0) + Number(CLASSLAB_TEST_LANE ?? 0);

/** Name of the network namespace, and of the ends of the pair that joins it to this machine. */
const NAME = `classlab-inet${TEST_INDEX}`;
const HERE = `clinet${TEST_INDEX}h`;
const THERE = `clinet${TEST_INDEX}s`;

/** One of its eight addresses. */
const address = (offset: number) => `198.51.100.${8 * TEST_INDEX + offset}`;

const SERVER = `require("node:http").createServer((_, response) => response.end("stand-in internet")).listen(80, () => console.log("listening"))`;

/**
 * A web server that stands for the internet: in a network namespace of its own, at a documentation address (RFC 5737),
 * routed by this machine. No traffic leaves the machine. Needs root.
 */
export class StandInInternet {
  /** The network namespace that it is in. */
  static readonly namespace = NAME;
  /** The server's address. */
  static readonly address = address(2);

  private constructor(private readonly server: ChildProcess) {}

  /** Starts it; one that an ended test left is removed first. */
  static async start(): Promise<StandInInternet> {
    await StandInInternet.remove();
    const ip = (...words: string[]) => output("ip", words);
    await ip("netns", "add", NAME);
    await ip("link", "add", HERE, "type", "veth", "peer", "name", THERE, "netns", NAME);
    await ip("address", "add", `${address(1)}/29`, "dev", HERE);
    await ip("link", "set", HERE, "up");
    await ip("-n", NAME, "address", "add", `${StandInInternet.address}/29`, "dev", THERE);
    await ip("-n", NAME, "link", "set", THERE, "up");
    await ip("-n", NAME, "link", "set", "lo", "up");
    const server = spawn("ip", ["netns", "exec", NAME, process.execPath, "-e", SERVER], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise<void>((resolve, reject) => {
      server.stdout.once("data", () => resolve());
      server.once("exit", (code) => reject(new Error(`the stand-in for the internet ended with ${code}`)));
    });
    return new StandInInternet(server);
  }

  /** Ends it, and leaves nothing behind. */
  async stop(): Promise<void> {
    this.server.removeAllListeners("exit");
    this.server.kill("SIGKILL");
    await StandInInternet.remove();
  }

  private static async remove(): Promise<void> {
    await execute("ip", ["netns", "delete", NAME]);
    await execute("ip", ["link", "delete", HERE]);
  }
}
