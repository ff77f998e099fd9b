import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";

/** This machine's Docker behind a socket that can be taken away: for its users Docker is then gone. */
export class DockerProxy {
  private readonly sockets = new Set<Socket>();

  private constructor(
    /** Value for `DOCKER_HOST`. */
    readonly host: string,
    private readonly server: Server,
  ) {}

  /** @param folder where its socket stands */
  static async start(folder: string): Promise<DockerProxy> {
    const path = join(folder, "docker.sock");
    const server = createServer({ allowHalfOpen: true });
    const proxy = new DockerProxy(`unix://${path}`, server);
    server.on("connection", (client) => {
      const docker = connect({ path: "/var/run/docker.sock", allowHalfOpen: true });
      for (const socket of [client, docker]) {
        proxy.sockets.add(socket);
        socket.on("error", () => socket.destroy());
        socket.on("close", () => proxy.sockets.delete(socket));
      }
      client.pipe(docker).pipe(client);
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return proxy;
  }

  /** Ends it with every connection over it. */
  async cut(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
