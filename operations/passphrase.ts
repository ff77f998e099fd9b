import { createDecipheriv, pbkdf2 } from "node:crypto";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { engineFault } from "./engineFault";

const derive = promisify(pbkdf2);

/** As the engine's passphrase encryption has it: PBKDF2 with SHA-256, then AES-256-GCM. */
const ROUNDS = 1_000_000;
const KEY_BYTES = 32;
const TAG_BYTES = 16;

/**
 * Whether a passphrase opens the secrets of a state. The engine keeps, beside the salt, a word encrypted with it for just
 * this question: `v1:<salt>:v1:<nonce>:<ciphertext>`.
 * @returns undefined when the text is of another form
 */
export async function opens(passphrase: string, kept: string): Promise<boolean | undefined> {
  const [version, salt, inner, nonce, sealed] = kept.split(":");
  if (version !== "v1" || inner !== "v1" || !salt || !nonce || !sealed) return undefined;
  const key = await derive(passphrase, Buffer.from(salt, "base64"), ROUNDS, KEY_BYTES, "sha256");
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    decipher.update(bytes.subarray(0, -TAG_BYTES));
    decipher.final();
    return true;
  } catch {
    return false;
  }
}

/** The passphrase that the engine would take, as it looks for it; undefined where none can be read, which the engine tells itself. */
function given(): string | undefined {
  const { PULUMI_CONFIG_PASSPHRASE: text, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
  if (text !== undefined || !file) return text;
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return undefined;
  }
}

/**
 * Refuses a passphrase that does not open the secrets of a lab, for what only looks at it: the engine decrypts nothing then, and would
 * not notice.
 * @throws FaultError `passphrase-wrong`
 */
export async function checkPassphrase(
  stacks: readonly { readonly name: string; readonly salt: string | undefined }[],
): Promise<void> {
  const passphrase = given();
  const sealed = stacks.find(({ salt }) => salt !== undefined);
  if (passphrase === undefined || sealed?.salt === undefined) return;
  if ((await opens(passphrase, sealed.salt)) === false)
    throw engineFault(sealed.name, "incorrect passphrase");
}
