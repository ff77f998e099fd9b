import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/**
 * The SHA-256 of a file, read in pieces.
 * @param {string} file
 * @returns {Promise<string>} 64 hexadecimal digits
 * @throws {Error} of the file system
 */
export async function sha256(file) {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(piece);
  return hash.digest("hex");
}
