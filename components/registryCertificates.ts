import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";

/** RFC 8410: the DER header of a PKCS#8 Ed25519 key, before its 32 bytes. */
const PKCS8_HEADER = Buffer.from("302e020100300506032b657004220420", "hex");

/** From and until when all certificates are valid: a class never meets either end, a key is given up by making another. */
const VALID = ["200101000000Z", "491231235959Z"] as const;

/** Object identifiers as DER writes them, each with its dotted form. */
const OID = {
  /** 1.3.101.112 (RFC 8410) */
  ed25519: "06032b6570",
  /** 2.5.4.3 */
  commonName: "0603550403",
  /** 2.5.29.14, 2.5.29.15, 2.5.29.17, 2.5.29.19, 2.5.29.35, 2.5.29.37 (RFC 5280, 4.2.1) */
  subjectKey: "0603551d0e",
  keyUsage: "0603551d0f",
  subjectNames: "0603551d11",
  basicConstraints: "0603551d13",
  authorityKey: "0603551d23",
  extendedUsage: "0603551d25",
  /** 1.3.6.1.5.5.7.3.1 */
  serverAuth: "06082b06010505070301",
} as const;

/** Tags of DER (X.690, 8.1.2). */
const TAG = {
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  utf8: 0x0c,
  time: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const;

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length =
    size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, Math.floor(size / 0x100), size % 0x100];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const hex = (text: string): Buffer => Buffer.from(text, "hex");
const sequence = (...parts: readonly Buffer[]): Buffer => der(TAG.sequence, ...parts);
const sha256 = (...parts: readonly (string | Buffer)[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

/** An Ed25519 key by a text of 256 bits or more. */
function keyOf(text: string): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEADER, sha256(text)]), format: "der", type: "pkcs8" });
}

const publicOf = (key: KeyObject): Buffer => createPublicKey(key).export({ format: "der", type: "spki" });

/** What a certificate knows a key by (RFC 5280, 4.2.1.2: any hash will do). */
const identifierOf = (key: KeyObject): Buffer => sha256(publicOf(key)).subarray(0, 20);

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(hex(id), ...(critical ? [hex("0101ff")] : []), der(TAG.octets, value));
}

const nameOf = (text: string): Buffer =>
  sequence(der(TAG.set, sequence(hex(OID.commonName), der(TAG.utf8, Buffer.from(text, "utf8")))));

function pem(label: string, content: Buffer): string {
  const lines = content.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** A certificate of version 3 (RFC 5280, 4.1), signed with Ed25519: the same input gives the same bytes. */
function certificate(
  subject: { readonly name: string; readonly key: KeyObject },
  issuer: { readonly name: string; readonly key: KeyObject },
  extensions: readonly Buffer[],
): string {
  const algorithm = sequence(hex(OID.ed25519));
  const serial = sha256(publicOf(subject.key), subject.name).subarray(0, 16);
  // Positive, and in no shorter form.
  serial.writeUInt8((serial.readUInt8(0) & 0x3f) | 0x40, 0);
  const signed = sequence(
    hex("a003020102"),
    der(TAG.integer, serial),
    algorithm,
    nameOf(issuer.name),
    sequence(...VALID.map((moment) => der(TAG.time, Buffer.from(moment, "latin1")))),
    nameOf(subject.name),
    publicOf(subject.key),
    der(0xa3, sequence(...extensions)),
  );
  const signature = der(TAG.bits, Buffer.from([0]), sign(null, signed, issuer.key));
  return pem("CERTIFICATE", sequence(signed, algorithm, signature));
}

/** What belongs to one seed: an authority, and what it signed for the registry. */
export interface RegistryCertificates {
  /** Certificate of the authority, in PEM form: what guests trust. */
  readonly authority: string;
  /** The registry's own certificate and its private key, in PEM form: a secret. */
  readonly server: string;
}

/**
 * The authority of a lab's registry and the registry's certificate, both by a seed alone: whoever has the seed makes the same again, so that
 * nothing else has to be kept. Ed25519, which Docker Engines take since Go 1.13 and nginx since OpenSSL 1.1.1: a key is its seed, and a signature
 * the same each time. No library makes them so: the one that is kept up (`@peculiar/x509`) signs by WebCrypto, whose Ed25519 is experimental in
 * Node 20 and says so to every user, and brings twenty packages. A test has OpenSSL judge what is made here (`verify -x509_strict`).
 * @param seed random text of 256 bits or more
 * @param lab the lab's name, for people who look at the certificate
 * @param address IPv4 address of the registry
 */
export function registryCertificates(seed: string, lab: string, address: string): RegistryCertificates {
  const key = keyOf(`authority ${seed}`);
  // Two authorities of a lab are told apart by their names, too.
  const issuer = { name: `classlab ${lab}: registry ${identifierOf(key).toString("hex", 0, 4)}`, key };
  const own = { name: address, key: keyOf(`server ${seed}`) };
  const authorityKey = extension(OID.authorityKey, false, sequence(der(0x80, identifierOf(key))));
  const subjectKey = (of: KeyObject) => extension(OID.subjectKey, false, der(TAG.octets, identifierOf(of)));
  const authority = certificate(issuer, issuer, [
    // An authority that signs for servers alone: cA true, pathLen 0; keyCertSign.
    extension(OID.basicConstraints, true, hex("30060101ff020100")),
    extension(OID.keyUsage, true, hex("03020204")),
    subjectKey(key),
  ]);
  const server = certificate(own, issuer, [
    extension(OID.basicConstraints, true, hex("3000")),
    extension(OID.keyUsage, true, hex("03020780")),
    extension(OID.extendedUsage, false, sequence(hex(OID.serverAuth))),
    extension(OID.subjectNames, false, sequence(der(0x87, Buffer.from(address.split(".").map(Number))))),
    authorityKey,
    subjectKey(own.key),
  ]);
  return { authority, server: `${server}${own.key.export({ format: "pem", type: "pkcs8" })}` };
}
