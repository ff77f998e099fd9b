import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { execute, output } from "./cli";

/** Name of the network namespace. */
const NAME = "classlab-room";

const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

/** An image with one file in it, as a registry has it. */
async function makeImage(folder: string): Promise<string> {
  writeFileSync(join(folder, "hello.txt"), "hello\n");
  await output("tar", ["-C", folder, "-cf", join(folder, "layer.tar"), "hello.txt"]);
  const layer = readFileSync(join(folder, "layer.tar"));
  const digest = (data: Buffer) => `sha256:${createHash("sha256").update(data).digest("hex")}`;
  const zipped = gzipSync(layer);
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === "x64" ? "amd64" : process.arch,
      os: "linux",
      config: {},
      rootfs: { type: "layers", diff_ids: [digest(layer)] },
    }),
  );
  const part = (mediaType: string, data: Buffer) => ({ mediaType, size: data.length, digest: digest(data) });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: part("application/vnd.docker.container.image.v1+json", config),
      layers: [part("application/vnd.docker.image.rootfs.diff.tar.gzip", zipped)],
    }),
  );
  const entries = [
    [manifest, MANIFEST],
    [config, "application/octet-stream"],
    [zipped, "application/octet-stream"],
  ] as const;
  const contents = Object.fromEntries(
    entries.map(([data, type]) => [digest(data), { type, base64: data.toString("base64") }]),
  );
  writeFileSync(join(folder, "image.json"), JSON.stringify({ manifest: digest(manifest), contents }));
  return digest(config);
}

/** An authority of nobody's, and what it signed for all that is outside. */
async function makeCertificates(folder: string): Promise<string> {
  const at = (name: string) => join(folder, name);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const openssl = (...words: string[]) => output("openssl", words);
  await openssl(
    ...["req", "-x509", "-days", "2", "-subj", "/CN=Authority of the room", ...key],
    ...["-keyout", at("ca.key"), "-out", at("ca.crt")],
  );
  await openssl("req", "-subj", "/CN=outside.test", ...key, "-keyout", at("tls.key"), "-out", at("tls.csr"));
  writeFileSync(at("names"), "subjectAltName=DNS:*.outside.test\n");
  await openssl(
    ...["x509", "-req", "-days", "2", "-in", at("tls.csr"), "-CA", at("ca.crt"), "-CAkey", at("ca.key")],
    ...["-CAcreateserial", "-extfile", at("names"), "-out", at("tls.crt")],
  );
  return readFileSync(at("ca.crt"), "utf8");
}

/**
 * A room's network in a namespace of its own, at a documentation address (RFC 5737): DNS server, two proxies that write down what
 * they are asked, and behind them, with certificates of an authority of its own, a page and an image registry. No traffic leaves
 * the machine. Needs root and openssl.
 */
export class Room {
  /** Where DNS server and proxies are. */
  static readonly address = "198.51.100.202";
  private readonly lines: string[] = [];

  private constructor(
    private readonly folder: string,
    private readonly server: ChildProcess,
    /** The authority's certificate, PEM. */
    readonly authority: string,
    /** Id of the image `registry.outside.test/class/hello`. */
    readonly imageId: string,
  ) {}

  /** Starts it; one that an ended test left is removed first. */
  static async start(): Promise<Room> {
    await Room.remove();
    const ip = (...words: string[]) => output("ip", words);
    await ip("netns", "add", NAME);
    await ip("link", "add", "clroom0", "type", "veth", "peer", "name", "clroom1", "netns", NAME);
    await ip("address", "add", "198.51.100.201/30", "dev", "clroom0");
    await ip("link", "set", "clroom0", "up");
    await ip("-n", NAME, "address", "add", `${Room.address}/30`, "dev", "clroom1");
    await ip("-n", NAME, "link", "set", "clroom1", "up");
    await ip("-n", NAME, "link", "set", "lo", "up");
    const folder = mkdtempSync(join(tmpdir(), "classlab-room-"));
    const authority = await makeCertificates(folder);
    const imageId = await makeImage(folder);
    const files = ["tls.crt", "tls.key", "image.json"].map((name) => join(folder, name));
    const script = join(__dirname, "roomServer.mjs");
    const server = spawn("ip", ["netns", "exec", NAME, process.execPath, script, Room.address, ...files], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const room = new Room(folder, server, authority, imageId);
    await new Promise<void>((resolve, reject) => {
      server.stdout.setEncoding("utf8").on("data", (text: string) => {
        room.lines.push(...text.split("\n").filter(Boolean));
        if (room.lines.includes("listening")) resolve();
      });
      server.once("exit", (code) => reject(new Error(`the room's servers ended with ${code}`)));
    });
    return room;
  }

  /** What was asked since the last call. */
  async asked(): Promise<string[]> {
    // What the server printed may still be on its way.
    await new Promise((resolve) => setTimeout(resolve, 100));
    return this.lines.splice(0);
  }

  /** Ends it, and leaves nothing behind. */
  async stop(): Promise<void> {
    this.server.removeAllListeners("exit");
    this.server.kill("SIGKILL");
    await Room.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private static async remove(): Promise<void> {
    await execute("ip", ["netns", "delete", NAME]);
    await execute("ip", ["link", "delete", "clroom0"]);
  }
}
