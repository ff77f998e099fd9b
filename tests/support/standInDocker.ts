import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A Docker Engine's API of the test's own, on a socket that `DOCKER_HOST` names while it stands: what is asked is written down, and answered by the
 * test. What a real engine answers, the tests of integration show.
 */
export class StandInDocker {
  /** What was asked: `GET /networks?filters={}`. */
  readonly asked: string[] = [];
  /** How it answers; with an empty list as long as the test says nothing else. */
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) =>
    response.end("[]");
  private readonly folder = mkdtempSync(join(tmpdir(), "classlab-docker-"));
  private readonly before = process.env.DOCKER_HOST;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      this.asked.push(`${request.method} ${decodeURIComponent(request.url ?? "")}`);
      this.answer(request, response);
    });
  }

  static async start(): Promise<StandInDocker> {
    const docker = new StandInDocker();
    await new Promise<void>((resolve) => docker.server.listen(docker.socket, resolve));
    process.env.DOCKER_HOST = `unix://${docker.socket}`;
    return docker;
  }

  get socket(): string {
    return join(this.folder, "docker.sock");
  }

  /** Answers everything alike. */
  answers(value: unknown, status = 200): void {
    this.answer = (_request, response) => response.writeHead(status).end(JSON.stringify(value));
  }

  /** Answers by what is listed. */
  lists(of: {
    readonly containers?: unknown[];
    readonly networks?: unknown[];
    readonly volumes?: unknown[];
  }): void {
    const { containers = [], networks = [], volumes = [] } = of;
    this.answer = ({ url = "" }, response) => {
      const told = url.startsWith("/containers/")
        ? containers
        : url.startsWith("/networks")
          ? networks
          : { Volumes: volumes };
      response.end(JSON.stringify(told));
    };
  }

  async stop(): Promise<void> {
    if (this.before === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = this.before;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.folder, { recursive: true });
  }
}
