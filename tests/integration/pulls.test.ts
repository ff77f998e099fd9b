import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pullFault } from "../../operations/pullFault";
import { execute, output } from "../support/cli";
import { SKIP_INTEGRATION } from "../support/testLab";

// This machine's Docker at a registry that refuses as Docker Hub does (https://distribution.github.io/distribution/spec/api/#errors-2): its words
// are Docker's own. What it does not prove: that Docker Hub itself refuses so.
const suite = SKIP_INTEGRATION ? describe.skip : describe;

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

suite("a pull that is refused", () => {
  const folder = mkdtempSync(join(tmpdir(), "classlab-pulls-"));
  let server: Server | undefined;

  afterEach(async () => {
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    server = undefined;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What is told of a pull from a server. */
  const pulled = async (made: Server, host: string) => {
    server = made;
    await new Promise<void>((resolve) => made.listen(0, host, resolve));
    const { port } = made.address() as AddressInfo;
    const reference = `${host}:${port}/library/nginx@${DIGEST}`;
    const { code, stderr } = await execute("docker", ["pull", "-q", reference]);
    expect(code).not.toBe(0);
    return { fault: pullFault("nginx", reference, stderr), name: reference.split("@")[0] };
  };

  /** A registry that answers for images with an error. */
  const refusing = (status: number, code: string, message: string): RequestListener => {
    const body = JSON.stringify({ errors: [{ code, message }] });
    return ({ url }, response) => {
      const whole = url === "/v2/";
      response.writeHead(whole ? 200 : status, {
        "content-type": "application/json",
        "docker-distribution-api-version": "registry/2.0",
      });
      response.end(whole ? "{}" : body);
    };
  };

  test("for the limit of pulls is reached: what it is, and how to go on", async () => {
    const words =
      "You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit";
    const { fault, name } = await pulled(createServer(refusing(429, "TOOMANYREQUESTS", words)), "127.0.0.1");
    expect(fault).toEqual({
      code: "pull-limit",
      where: "image nginx",
      what: `${name}: the registry gives this address no more for now: its limit of pulls is reached`,
      fix: "Wait until it counts anew (Docker Hub: six hours), log in with docker login for a higher limit, or set images.source to distribution",
    });
  }, 120_000);

  test("for the digest is there no more", async () => {
    const { fault } = await pulled(
      createServer(refusing(404, "MANIFEST_UNKNOWN", "manifest unknown")),
      "127.0.0.1",
    );
    expect(fault).toMatchObject({
      code: "image-withdrawn",
      fix: expect.stringContaining("Bring classlab up to date"),
    });
  }, 120_000);

  test("for the registry's certificate has expired", async () => {
    // Docker looks at certificates of addresses that are not the machine's own alone: that of its own bridge is one.
    const gateway = await output("docker", [
      ...["network", "inspect", "bridge", "-f", "{{(index .IPAM.Config 0).Gateway}}"],
    ]);
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
    await output("sh", [
      "-euc",
      `openssl req -newkey rsa:2048 -nodes -keyout "$1" -subj /CN=registry -out "$1.csr" 2>/dev/null
      openssl x509 -req -in "$1.csr" -signkey "$1" -days -1 -out "$2" 2>/dev/null`,
      ...["sh", key, certificate],
    ]);
    const options = { key: readFileSync(key), cert: readFileSync(certificate) };
    const { fault } = await pulled(
      createTlsServer(options, refusing(404, "MANIFEST_UNKNOWN", "")),
      gateway.trim(),
    );
    expect(fault).toMatchObject({
      code: "registry-unreachable",
      what: expect.stringContaining("certificate is not valid on this machine's date"),
    });
  }, 120_000);

  test("by nobody there: as Docker says it", async () => {
    const reference = `127.0.0.1:1/library/nginx@${DIGEST}`;
    const { stderr } = await execute("docker", ["pull", "-q", reference]);
    expect(pullFault("nginx", reference, stderr)).toMatchObject({
      code: "registry-unreachable",
      what: expect.stringContaining(`${reference} could not be pulled: `),
    });
  }, 120_000);
});
