import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sshKeyFromSeed } from "../../components/sshKey";

/** Seeds by number: the same in every run, so that a failure can be looked at. */
const seed = (number: number) => createHash("sha256").update(`seed ${number}`).digest();
const seeds = Array.from({ length: 60 }, (_, index) => index);

const present = spawnSync("ssh-keygen", ["-?"]).error === undefined;
// In CI its absence is a failure, not a skip.
const withSshKeygen = present || process.env.CI ? test : test.skip;

describe("ssh-keygen", () => {
  const folder = mkdtempSync(join(tmpdir(), "classlab-keys-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function derive(privateKey: string, mode = 0o600): { code: number | null; text: string } {
    const path = join(folder, "key");
    rmSync(path, { force: true });
    writeFileSync(path, privateKey, { mode });
    const result = spawnSync("ssh-keygen", ["-y", "-P", "", "-f", path], { encoding: "utf8" });
    return { code: result.status, text: `${result.stdout}${result.stderr}`.trim() };
  }

  // Comments of all lengths meet every padding of the file format.
  withSshKeygen.each(seeds)("reads the private key of seed %d and derives the same public key", (number) => {
    const comment = `classlab:lab/${"t".repeat(number % 16)}`;
    const pair = sshKeyFromSeed(seed(number).toString("base64"), comment);
    expect(derive(pair.privateKey)).toEqual({ code: 0, text: pair.publicKey });
  });

  // Deriving reads the public half only; signing needs both halves of the secret.
  withSshKeygen.each(seeds.slice(0, 5))(
    "signs with the key of seed %d what its public key verifies",
    (number) => {
      const pair = sshKeyFromSeed(seed(number).toString("base64"), "team-01");
      derive(pair.privateKey);
      const allowed = join(folder, "allowed");
      writeFileSync(allowed, `learner ${pair.publicKey}\n`);
      const key = join(folder, "key");
      const signed = spawnSync("ssh-keygen", ["-Y", "sign", "-n", "file", "-f", key], { input: "hello" });
      writeFileSync(`${key}.sig`, signed.stdout);
      const verify = (text: string) =>
        spawnSync(
          "ssh-keygen",
          ["-Y", "verify", "-f", allowed, "-I", "learner", "-n", "file", "-s", `${key}.sig`],
          { input: text },
        ).status;
      expect(verify("hello")).toBe(0);
      expect(verify("other")).not.toBe(0);
    },
  );

  withSshKeygen("refuses the file where others could read it", () => {
    const pair = sshKeyFromSeed(seed(1).toString("base64"), "team-01");
    expect(derive(pair.privateKey, 0o644).code).not.toBe(0);
  });

  withSshKeygen("refuses a file of which one letter is another", () => {
    const { privateKey } = sshKeyFromSeed(seed(1).toString("base64"), "team-01");
    const lines = privateKey.split("\n");
    const line = lines[3] ?? "";
    lines[3] = `${line.startsWith("A") ? "B" : "A"}${line.slice(1)}`;
    const { code, text } = derive(lines.join("\n"));
    expect({ code, text }).not.toEqual({
      code: 0,
      text: sshKeyFromSeed(seed(1).toString("base64"), "team-01").publicKey,
    });
  });
});

test("the private part ends as PROTOCOL.key says: the comment, then 1, 2, 3, … up to a multiple of eight", () => {
  for (let length = 0; length < 16; length += 1) {
    const comment = "t".repeat(length);
    const { privateKey } = sshKeyFromSeed(seed(1).toString("base64"), comment);
    const file = Buffer.from(privateKey.split("\n").slice(1, -2).join(""), "base64");
    // Two check numbers; type, public and secret key, comment, each after its length.
    const used = 2 * 4 + (4 + 11) + (4 + 32) + (4 + 64) + (4 + length);
    const padding = (8 - (used % 8)) % 8;
    const part = file.subarray(-(used + padding));
    expect(file.readUInt32BE(file.length - part.length - 4)).toBe(part.length);
    expect(part.readUInt32BE(0)).toBe(part.readUInt32BE(4));
    expect(part.subarray(used - length, used).toString()).toBe(comment);
    expect([...part.subarray(used)]).toEqual([1, 2, 3, 4, 5, 6, 7].slice(0, padding));
  }
});

test("the same seed gives the same pair, another seed another one", () => {
  const pair = (number: number) => sshKeyFromSeed(seed(number).toString("base64"), "team-01");
  expect(pair(1)).toEqual(pair(1));
  expect(new Set(seeds.map((number) => pair(number).publicKey)).size).toBe(seeds.length);
});

test("the pair of RFC 8032, section 7.1, test 1", () => {
  const secret = Buffer.from("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "hex");
  const point = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
  const { publicKey } = sshKeyFromSeed(secret.toString("base64"), "rfc");
  const [type, blob, comment] = publicKey.split(" ");
  expect([type, comment]).toEqual(["ssh-ed25519", "rfc"]);
  expect(
    Buffer.from(blob ?? "", "base64")
      .subarray(-32)
      .toString("hex"),
  ).toBe(point);
});

test.each([0, 31, 33])("a seed of %d bytes is refused", (length) => {
  expect(() => sshKeyFromSeed(Buffer.alloc(length, 7).toString("base64"), "x")).toThrow("32 bytes");
});
