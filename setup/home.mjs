import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The environment for the CLI and for plain Pulumi, so far as it needs nothing to be provided. State, passphrase, keys and
 * plugins stay in the checkout; whatever the user has set is kept.
 * @param {string} root the checkout
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv} a copy
 */
export function labEnvironment(root, env) {
  const result = { ...env };
  result.CLASSLAB_HOME = env.CLASSLAB_HOME ? resolve(env.CLASSLAB_HOME) : join(root, ".classlab");
  result.PULUMI_HOME = env.PULUMI_HOME || join(root, ".engine", "home");
  result.PULUMI_BACKEND_URL = env.PULUMI_BACKEND_URL || `file://${join(result.CLASSLAB_HOME, "state")}`;
  // An empty passphrase is a passphrase, too.
  if (env.PULUMI_CONFIG_PASSPHRASE === undefined && !env.PULUMI_CONFIG_PASSPHRASE_FILE) {
    result.PULUMI_CONFIG_PASSPHRASE_FILE = join(result.CLASSLAB_HOME, "passphrase");
  }
  result.PULUMI_SKIP_UPDATE_CHECK = env.PULUMI_SKIP_UPDATE_CHECK || "true";
  return result;
}

/**
 * Stands where the engine makes a folder of logs, so that it goes on without. It would write down all that each command does, up to 500 MB
 * in all: 9 MB for an `up` of one Hyper-V host, and a twelfth of the processor time. It has no setting for that
 * (https://github.com/pulumi/pulumi/pull/23731).
 */
const NO_LOGS = `This file keeps Pulumi from logging every command in full, which takes a twelfth of its time.
For its logs, read by "pulumi logs decrypt", put a folder of this name in its place.
`;

/**
 * Makes the folders and the passphrase that `labEnvironment` names by default, and keeps the engine from logging where its home is the
 * checkout's. What exists is left as it is.
 * @param {NodeJS.ProcessEnv} user the environment as the user set it
 * @param {NodeJS.ProcessEnv} lab what `labEnvironment` made of it
 * @throws {Error} of the file system
 */
export function makeHome(user, lab) {
  const home = lab.CLASSLAB_HOME;
  if (!existsSync(home)) {
    mkdirSync(dirname(home), { recursive: true });
    mkdirSync(home, { recursive: true, mode: 0o700 });
    chmodSync(home, 0o700);
  }
  if (!user.PULUMI_HOME) {
    mkdirSync(lab.PULUMI_HOME, { recursive: true });
    writeUnless(join(lab.PULUMI_HOME, "logs"), NO_LOGS);
  }
  if (!user.PULUMI_BACKEND_URL) mkdirSync(join(home, "state"), { recursive: true, mode: 0o700 });
  const passphrase = join(home, "passphrase");
  if (
    lab.PULUMI_CONFIG_PASSPHRASE_FILE === passphrase &&
    !user.PULUMI_CONFIG_PASSPHRASE_FILE &&
    !existsSync(passphrase) &&
    !hasStacks(lab.PULUMI_BACKEND_URL)
  ) {
    makePassphrase(passphrase);
  }
}

/**
 * Whether a file backend has stacks: their secrets were encrypted with a passphrase that is gone, and a new one would
 * only hide that. Backups and the state of a stack that holds nothing count, too.
 * @param {string} url
 * @returns {boolean} false for backends of other kinds
 */
function hasStacks(url) {
  if (!url.startsWith("file:///")) return false;
  const folder = join(fileURLToPath(url), ".pulumi", "stacks", "classlab");
  return existsSync(folder) && readdirSync(folder).some((name) => /\.json(\.bak)?$/.test(name));
}

// The file appears whole or not at all, and of two processes one wins: a link fails where something stands.
function makePassphrase(file) {
  const text = `${randomBytes(32).toString("base64")}\n`;
  const aside = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    const out = openSync(aside, "wx", 0o600);
    writeSync(out, text);
    fsyncSync(out);
    closeSync(out);
    linkSync(aside, file);
  } catch (error) {
    if (error.code === "EEXIST") return;
    if (error.code !== "EPERM" && error.code !== "ENOTSUP" && error.code !== "EOPNOTSUPP") throw error;
    // A file system without links.
    writeUnless(file, text);
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Writes a file unless something stands there. */
function writeUnless(file, text) {
  try {
    writeFileSync(file, text, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
}
