import { createHash, createPrivateKey, createPublicKey } from "node:crypto";

/** A key pair in OpenSSH's own formats. */
export interface SshKeyPair {
  /** The private key file's text (`openssh-key-v1`, no passphrase). */
  readonly privateKey: string;
  /** One line for `authorized_keys`. */
  readonly publicKey: string;
}

const TYPE = "ssh-ed25519";
/** RFC 8410: the DER header of a PKCS#8 Ed25519 key, before its 32 bytes. */
const PKCS8_HEADER = Buffer.from("302e020100300506032b657004220420", "hex");
/** Length of the DER header of an Ed25519 SubjectPublicKeyInfo. */
const SPKI_HEADER_LENGTH = 12;

function field(...parts: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

function number(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

/**
 * The Ed25519 key pair that belongs to a seed: the same seed gives the same pair, so that only the seed need be kept.
 * The file format is OpenSSH's PROTOCOL.key; OpenSSH before 9.6 does not read Ed25519 keys as PKCS#8.
 * @param seedBase64 32 random bytes in base64
 * @param comment goes at the end of the public key, e.g. `team-01`
 */
export function sshKeyFromSeed(seedBase64: string, comment: string): SshKeyPair {
  const seed = Buffer.from(seedBase64, "base64");
  if (seed.length !== 32) throw new Error("an Ed25519 seed has 32 bytes");
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEADER, seed]), format: "der", type: "pkcs8" });
  const point = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(SPKI_HEADER_LENGTH);
  const publicBlob = Buffer.concat([field(TYPE), field(point)]);
  const check = seed.readUInt32BE(0);
  const secret = Buffer.concat([
    number(check),
    number(check),
    field(TYPE),
    field(point),
    field(seed, point),
    field(comment),
  ]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1));
  const file = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    field("none"),
    field("none"),
    field(""),
    number(1),
    field(publicBlob),
    field(secret, padding),
  ]);
  const lines = file.toString("base64").match(/.{1,70}/g) ?? [];
  return {
    privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`,
    publicKey: `${TYPE} ${publicBlob.toString("base64")} ${comment}`,
  };
}

/**
 * The key pair that belongs to a random text of 256 bits or more.
 * @param comment goes at the end of the public key
 */
export function sshKeyFromText(text: string, comment: string): SshKeyPair {
  return sshKeyFromSeed(createHash("sha256").update(text).digest("base64"), comment);
}
