import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CLOUD_IMAGES_KEY,
  CLOUD_IMAGES_KEY_URL,
  checksumIn,
  cloudImageSource,
  unarmored,
  validSigners,
} from "../../course/cloudImages";
import { FaultError } from "../../course/faults";
import { type CloudImageOrigin, fetchCloudImage } from "../../operations/cloudImage";

// A server on this machine stands in for cloud-images.ubuntu.com, with a key made here. What is not proved: that Ubuntu's site, its key server
// and its key answer as they do here; that an image boots.

test("where a release's files are, on the site and on a mirror", () => {
  expect(cloudImageSource("24.04", "https://cloud-images.ubuntu.com")).toEqual({
    file: "ubuntu-24.04-server-cloudimg-amd64.img",
    image: "https://cloud-images.ubuntu.com/releases/noble/release/ubuntu-24.04-server-cloudimg-amd64.img",
    checksums: "https://cloud-images.ubuntu.com/releases/noble/release/SHA256SUMS",
    signature: "https://cloud-images.ubuntu.com/releases/noble/release/SHA256SUMS.gpg",
  });
  expect(cloudImageSource("22.04", "http://mirror.example/ubuntu//").image).toBe(
    "http://mirror.example/ubuntu/releases/jammy/release/ubuntu-22.04-server-cloudimg-amd64.img",
  );
  expect(CLOUD_IMAGES_KEY_URL.endsWith(CLOUD_IMAGES_KEY)).toBe(true);
  expect(CLOUD_IMAGES_KEY).toMatch(/^[0-9A-F]{40}$/);
});

test("a checksum is a whole line's, of that name alone", () => {
  const sum = "a".repeat(64);
  expect(checksumIn(`${"b".repeat(64)} *other.img\n${sum} *x.img\n`, "x.img")).toBe(sum);
  expect(checksumIn(`${sum}  x.img`, "x.img")).toBe(sum);
  for (const text of [
    `${sum} *x.img.old`,
    `${sum} *my-x.img`,
    `# ${sum} *x.img`,
    `${sum.slice(1)} *x.img`,
    "",
  ])
    expect(checksumIn(text, "x.img")).toBeUndefined();
});

test("who signed: the main key of each good signature, and nobody for words that look alike", () => {
  const line = `[GNUPG:] VALIDSIG ${"1".repeat(40)} 2026-08-14 1 0 4 0 1 10 00 ${"2".repeat(40)}`;
  expect(validSigners(`[GNUPG:] GOODSIG 1 UEC\n${line}\n`)).toEqual(["2".repeat(40)]);
  expect(validSigners(`gpgv: ${line}\n[GNUPG:] BADSIG 1 VALIDSIG\n`)).toEqual([]);
});

test("a key in armor: its bytes, without header and checksum", () => {
  const armored = (body: string) =>
    `noise\n-----BEGIN PGP PUBLIC KEY BLOCK-----\nVersion: x\nComment: y\n\n${body}\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n`;
  expect(unarmored(armored("aGVs\nbG8="))).toBe("aGVsbG8=");
  expect(unarmored(armored("aGVs\nbG8=").replaceAll("\n", "\r\n"))).toBe("aGVsbG8=");
  expect(unarmored("<html>no such key</html>")).toBeUndefined();
});

const TOOLS = ["gpg", "gpgv", "curl"];
const lacking = TOOLS.filter((tool) => spawnSync(tool, ["--version"]).error !== undefined);

(lacking.length > 0 && !process.env.CI ? describe.skip : describe)("fetched from a site", () => {
  let folder = "";
  let server: Server;
  let site = "";
  let key = "";
  /** What the site has, by path. */
  const files = new Map<string, Buffer>();
  /** Bytes after which the next answers with the image are cut off. */
  let cuts: number[] = [];
  let ranges = true;
  const asked: string[] = [];
  const image = Buffer.alloc(300_000, "a cloud image ");
  const gpg = (...args: string[]) =>
    execFileSync("gpg", ["--batch", "--homedir", join(folder, "gnupg"), ...args], { stdio: "pipe" });
  const PATH = "/releases/noble/release";
  const NAME = "ubuntu-24.04-server-cloudimg-amd64.img";

  /** Puts an image with its checksum and its signature on the site. @param user whose key signs */
  function publish(
    content: Buffer,
    user = "right",
    sum = createHash("sha256").update(content).digest("hex"),
  ) {
    const sums = join(folder, "SHA256SUMS");
    writeFileSync(sums, `${"0".repeat(64)} *other.img\n${sum} *${NAME}\n`);
    rmSync(`${sums}.gpg`, { force: true });
    gpg("-u", `${user}@example.com`, "--detach-sign", "-o", `${sums}.gpg`, sums);
    files.set(`${PATH}/${NAME}`, content);
    files.set(`${PATH}/SHA256SUMS`, readFileSync(sums));
    files.set(`${PATH}/SHA256SUMS.gpg`, readFileSync(`${sums}.gpg`));
    return sum;
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "classlab-cloud-"));
    mkdirSync(join(folder, "gnupg"), { mode: 0o700 });
    for (const user of ["right", "wrong"])
      gpg("--passphrase", "", "--quick-gen-key", `${user}@example.com`, "ed25519", "sign", "never");
    const listed = gpg("--with-colons", "--list-keys", "right@example.com").toString();
    key = /^fpr:+([0-9A-F]{40}):/m.exec(listed)?.[1] ?? "";
    files.set("/key", gpg("--armor", "--export", "right@example.com"));
    files.set("/other-key", gpg("--armor", "--export", "wrong@example.com"));
    files.set("/no-key", Buffer.from("<html>no results</html>"));
    server = createServer((request, response) => {
      const { url = "", method = "" } = request;
      asked.push(`${method} ${url} ${request.headers.range ?? ""}`.trim());
      const body = files.get(url);
      if (!body) {
        response.writeHead(404).end();
        return;
      }
      const from = ranges ? Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0) : 0;
      const headers = { "content-length": body.length - from };
      response.writeHead(from > 0 ? 206 : 200, {
        ...headers,
        ...(from > 0 ? { "content-range": `bytes ${from}-${body.length - 1}/${body.length}` } : {}),
      });
      const cut = method === "GET" && url.endsWith(".img") ? cuts.shift() : undefined;
      if (method === "HEAD") response.end();
      else if (cut === undefined) response.end(body.subarray(from));
      else response.write(body.subarray(from, from + cut), () => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    site = typeof address === "object" && address ? `http://127.0.0.1:${address.port}` : "";
  }, 60_000);
  afterAll(() => {
    server.close();
    // The keeper of keys ends with its folder.
    spawnSync("gpgconf", ["--homedir", join(folder, "gnupg"), "--kill", "all"]);
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    asked.length = 0;
    cuts = [];
    ranges = true;
    rmSync(join(folder, "cache"), { recursive: true, force: true });
  });

  const origin = (more: Partial<CloudImageOrigin> = {}): CloudImageOrigin => ({
    site,
    key,
    keyrings: [join(folder, "none.gpg")],
    keyUrl: `${site}/key`,
    cache: join(folder, "cache"),
    ...more,
  });
  const fetched = (more?: Partial<CloudImageOrigin>) => {
    const said: string[] = [];
    return fetchCloudImage(
      "24.04",
      { say: (line) => said.push(line), doing: () => undefined },
      origin(more),
    ).then((result) => ({ ...result, said }));
  };
  const refused = async (more?: Partial<CloudImageOrigin>) => {
    try {
      await fetched(more);
    } catch (error) {
      if (error instanceof FaultError) return error.message.replaceAll(site, "SITE");
      throw error;
    }
    return "done";
  };
  const kept = () => readdirSync(join(folder, "cache"));

  test("a good one: proved, kept under its checksum, and not fetched again", async () => {
    const sha256 = publish(image);
    const first = await fetched();
    expect(first).toMatchObject({ release: "24.04", sha256, signedBy: key, cached: false });
    expect(first.said).toEqual([`Ubuntu 24.04: the checksums of ${site} are signed by ${key}`]);
    expect(readFileSync(first.file).equals(image)).toBe(true);
    expect(kept()).toEqual([`ubuntu-24.04-${sha256.slice(0, 12)}.img`]);
    asked.length = 0;
    expect(await fetched()).toMatchObject({ file: first.file, cached: true });
    expect(asked.filter((line) => line.includes(".img"))).toEqual([]);
  }, 60_000);

  test("the key of a package on this machine is taken before a server is asked", async () => {
    publish(image);
    const ring = join(folder, "ring.gpg");
    if (!existsSync(ring)) gpg("--export", "-o", ring, "right@example.com");
    await fetched({ keyrings: [join(folder, "none.gpg"), ring], keyUrl: `${site}/no-key` });
    expect(asked).not.toContain("GET /no-key");
  }, 60_000);

  test("one that is cut off goes on where it stopped, in one run and in the next", async () => {
    const sha256 = publish(image);
    cuts = [100_000, 100_000];
    await fetched();
    expect(asked.filter((line) => line.startsWith("GET") && line.includes(".img"))).toEqual([
      `GET ${PATH}/${NAME}`,
      `GET ${PATH}/${NAME} bytes=100000-`,
      `GET ${PATH}/${NAME} bytes=200000-`,
    ]);
    rmSync(join(folder, "cache"), { recursive: true });
    mkdirSync(join(folder, "cache"));
    writeFileSync(
      join(folder, "cache", `ubuntu-24.04-${sha256.slice(0, 12)}.img.part`),
      image.subarray(0, 250_000),
    );
    asked.length = 0;
    const { said } = await fetched();
    expect(said[1]).toBe("Ubuntu 24.04: the download goes on where it stopped");
    expect(asked).toContain(`GET ${PATH}/${NAME} bytes=250000-`);
  }, 60_000);

  test("a site that cannot go on in the middle is asked for all of it", async () => {
    publish(image);
    ranges = false;
    cuts = [100_000];
    expect(readFileSync((await fetched()).file).equals(image)).toBe(true);
  }, 60_000);

  test("another key's signature, a changed list, another checksum, no signature: refused, and nothing is kept", async () => {
    publish(image, "wrong");
    expect(await refused()).toMatch(
      /^SITE\/releases\/noble\/release\/SHA256SUMS\.gpg: the checksums are not signed as they have to be \(.+\); nothing of it is used\. Expected a good signature by the key [0-9A-F]{40}\. \[cloud-image-untrusted\]$/,
    );
    // Whoever is on the way may hand over a key of his own: it is not the one.
    expect(await refused({ keyUrl: `${site}/other-key` })).toContain("[cloud-image-untrusted]");
    expect(await refused({ keyUrl: `${site}/no-key` })).toMatch(
      /no-key: it is no key; .*\[cloud-image-untrusted\]$/,
    );
    publish(image);
    files.set(`${PATH}/SHA256SUMS`, Buffer.from(`${"1".repeat(64)} *${NAME}\n`));
    expect(await refused()).toContain("[cloud-image-untrusted]");
    publish(image, "right", "1".repeat(64));
    expect(await refused()).toMatch(
      /^SITE\/releases\/noble\/release\/ubuntu-24\.04-server-cloudimg-amd64\.img: it has the SHA-256 [0-9a-f]{64}; nothing of it is used\. Expected 1{64}\. \[cloud-image-untrusted\]$/,
    );
    publish(image);
    files.set(`${PATH}/SHA256SUMS.gpg`, Buffer.from(""));
    expect(await refused()).toContain("[cloud-image-untrusted]");
    expect(kept()).toEqual([]);
  }, 120_000);

  test("what is not there, and a site that does not answer, are told by name", async () => {
    publish(image);
    files.delete(`${PATH}/${NAME}`);
    expect(await refused()).toMatch(
      /\.img: the site has no such file \(.*404\)\. Run the command again: .* \[cloud-image-unreachable\]$/,
    );
    files.delete(`${PATH}/SHA256SUMS`);
    expect(await refused()).toMatch(/SHA256SUMS: the site has no such file .*\[cloud-image-unreachable\]$/);
    expect(await refused({ site: "http://127.0.0.1:9" })).toMatch(
      /^http:\/\/127\.0\.0\.1:9\/.*: .*connect.*\[cloud-image-unreachable\]$/,
    );
  }, 60_000);
});
