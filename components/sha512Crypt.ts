import { createHash } from "node:crypto";

/** The fewest rounds there may be: these passwords are random, and every run hashes those of all guests. */
const ROUNDS = 1000;

/** Digits of crypt(3), which are not those of base64. */
const DIGITS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const sha512 = (...parts: readonly Buffer[]): Buffer =>
  createHash("sha512").update(Buffer.concat(parts)).digest();

/** The first bytes of a block repeated. */
const repeated = (block: Buffer, length: number): Buffer => Buffer.alloc(length, block);

/** Three bytes as four digits, the lowest first. */
function digits(value: number, count: number): string {
  return Array.from({ length: count }, (_, index) => DIGITS.charAt((value >> (6 * index)) & 63)).join("");
}

function encoded(hash: Buffer): string {
  const byte = (index: number) => hash.readUInt8(index);
  // Bytes 0, 21, 42; then 22, 43, 1; 44, 2, 23; and so on, each place one further.
  const groups = Array.from({ length: 21 }, (_, index) => {
    const places = [index, index + 21, index + 42];
    const [a = 0, b = 0, c = 0] = [0, 1, 2].map((turn) => places[(turn + index) % 3]);
    return digits(byte(a) * 65536 + byte(b) * 256 + byte(c), 4);
  });
  return groups.join("") + digits(byte(63), 2);
}

/**
 * The hash of a random password as crypt(5) writes it with SHA-512 (`$6$`): Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", 0.6,
 * which glibc and libxcrypt follow. The same password and salt give the same hash.
 * @param salt up to 16 of the digits `./0-9A-Za-z`
 */
export function sha512Crypt(password: string, salt: string): string {
  const key = Buffer.from(password, "utf8");
  const used = Buffer.from(salt.slice(0, 16), "latin1");
  const mixed = sha512(key, used, key);
  const bits: Buffer[] = [];
  for (let rest = key.length; rest > 0; rest = Math.floor(rest / 2)) bits.push(rest % 2 === 1 ? mixed : key);
  let hash = sha512(key, used, repeated(mixed, key.length), ...bits);
  const p = repeated(sha512(...Array.from({ length: key.length }, () => key)), key.length);
  const s = repeated(sha512(...Array.from({ length: 16 + hash.readUInt8(0) }, () => used)), used.length);
  for (let round = 0; round < ROUNDS; round += 1) {
    const odd = round % 2 === 1;
    hash = sha512(
      odd ? p : hash,
      ...(round % 3 === 0 ? [] : [s]),
      ...(round % 7 === 0 ? [] : [p]),
      odd ? hash : p,
    );
  }
  return `$6$rounds=${ROUNDS}$${used.toString("latin1")}$${encoded(hash)}`;
}
