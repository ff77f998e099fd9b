import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { withLock, workFolder } from "./lock.mjs";
import { MissingError } from "./missing.mjs";
import { run, which } from "./run.mjs";

const SOURCES = ["index.ts", "course", "components", "stacks", "operations", "cli", "images"];
const SETTINGS = ["tsconfig.json", "tsconfig.build.json", "package.json", "package-lock.json"];

/**
 * Provides node_modules as package-lock.json has them, and dist/ as the sources are.
 * @param {object} options
 * @param {string} options.root the checkout
 * @param {(line: string) => void} options.say
 * @param {NodeJS.ProcessEnv} options.env
 * @returns {Promise<void>}
 * @throws {import('./missing.mjs').MissingError} "modules" or "build"
 */
export async function provideModules({ root, say, env }) {
  // An installed package brings its modules and its build with it.
  if (!existsSync(join(root, "package-lock.json"))) return;
  const options = { root, say, env, locks: join(root, ".engine", "locks") };
  if (!modulesAreThere(root)) await guarded("modules", options, installModules);
  linkCommand(root);
  if (existsSync(join(root, "tsconfig.build.json")) && !buildIsThere(root))
    await guarded("build", options, build);
}

/**
 * Whether the modules and the build are as the checkout has them; true where an installed package brings its own.
 * @param {string} root
 * @returns {{ modules: boolean, build: boolean }}
 */
export function lookForModules(root) {
  if (!existsSync(join(root, "package-lock.json"))) return { modules: true, build: true };
  const built = !existsSync(join(root, "tsconfig.build.json")) || buildIsThere(root);
  return { modules: modulesAreThere(root), build: built };
}

// Does the work unless another process has done it while we waited for the lock.
async function guarded(code, options, work) {
  const waiting = (pid) => options.say(`Waiting for process ${pid}, which is preparing the same checkout.`);
  try {
    await withLock(options.locks, code, { waiting }, (lock) => work({ ...options, lock }));
  } catch (error) {
    if (error instanceof MissingError) throw error;
    const todo =
      error.code === "ELOCKED"
        ? "wait for it or end it, then run the same command again"
        : "mend this and run the same command again";
    throw new MissingError({
      code,
      what: code === "build" ? "The build cannot be made" : "The node modules cannot be installed",
      why: error.message,
      todo,
    });
  }
}

function modulesAreThere(root) {
  const stamp = join(root, "node_modules", ".classlab-stamp");
  const wanted = lockHash(root);
  if (read(stamp) === wanted) return true;
  // Someone ran `npm ci` by hand: npm writes its own record last, so where it agrees there is nothing to do.
  if (read(stamp) !== null || !recordAgrees(root)) return false;
  writeWhole(stamp, wanted);
  return true;
}

function recordAgrees(root) {
  const record = read(join(root, "node_modules", ".package-lock.json"));
  if (record === null) return false;
  try {
    const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
    const installed = JSON.parse(record).packages;
    return Object.entries(wanted).every(([path, entry]) => {
      if (path === "" || entry.link) return true;
      const found = installed[path];
      // Packages for other platforms are not installed.
      return found === undefined
        ? entry.optional === true
        : found.version === entry.version && found.integrity === entry.integrity;
    });
  } catch {
    return false;
  }
}

async function installModules({ root, say, env, lock }) {
  if (modulesAreThere(root)) return;
  const npm = which("npm", env.PATH);
  if (npm === null) {
    throw new MissingError({
      code: "modules",
      what: "The node modules cannot be installed",
      why: "there is no npm on PATH",
      todo: "install npm (it comes with Node.js from https://nodejs.org; on Debian: sudo apt-get install npm), then run the same command again",
    });
  }
  say("Installing the node modules (npm ci) ...");
  // Both records go first: killed half-way, neither may vouch for what is there.
  rmSync(join(root, "node_modules", ".classlab-stamp"), { force: true });
  rmSync(join(root, "node_modules", ".package-lock.json"), { force: true });
  const wanted = lockHash(root);
  const args = ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  const result = await run(npm, args, { cwd: root, env, seconds: 900, started: lock.add });
  if (!result.ok) {
    throw new MissingError({
      code: "modules",
      what: "The node modules cannot be installed",
      why: result.timedOut ? "npm ci took longer than 15 minutes" : "npm ci failed",
      todo: "look at its first lines below, then run the same command again",
      detail: firstLines(result.output),
    });
  }
  mkdirSync(join(root, "node_modules"), { recursive: true });
  writeWhole(join(root, "node_modules", ".classlab-stamp"), wanted);
}

// `npx classlab` in the checkout: npm links the commands of dependencies only, not the package's own.
function linkCommand(root) {
  const bin = join(root, "node_modules", ".bin");
  const link = join(bin, "classlab");
  const target = "../../setup/classlab.mjs";
  try {
    if (readlinkSync(link) === target) return;
  } catch {
    // none yet, or not a link
  }
  mkdirSync(bin, { recursive: true });
  const aside = `${link}.${process.pid}`;
  rmSync(aside, { force: true });
  symlinkSync(target, aside);
  if (isFolder(link)) rmSync(link, { recursive: true });
  renameSync(aside, link);
}

function isFolder(path) {
  try {
    return lstatSync(path).isDirectory();
  } catch {
    return false;
  }
}

function buildIsThere(root) {
  return read(join(root, "dist", ".stamp")) === sourceHash(root);
}

async function build({ root, say, env, lock }) {
  if (buildIsThere(root)) return;
  say("Building classlab ...");
  const wanted = sourceHash(root);
  // Beside dist/ and as deep, for the paths in source maps; renamed into place when complete.
  const aside = workFolder(root, "dist.new-");
  try {
    const npm = which("npm", env.PATH) ?? "npm";
    const args = ["run", "--silent", "build", "--", "--outDir", aside];
    const result = await run(npm, args, { cwd: root, env, seconds: 300, started: lock.add });
    if (!result.ok) {
      throw new MissingError({
        code: "build",
        what: "The build cannot be made",
        why: result.timedOut ? "npm run build took longer than 5 minutes" : "npm run build failed",
        todo: "mend what its first lines below name, then run the same command again",
        detail: firstLines(result.output),
      });
    }
    writeFileSync(join(aside, ".stamp"), wanted);
    const old = join(root, `dist.old-${aside.slice(aside.lastIndexOf("dist.new-") + "dist.new-".length)}`);
    if (existsSync(join(root, "dist"))) renameSync(join(root, "dist"), old);
    renameSync(aside, join(root, "dist"));
    rmSync(old, { recursive: true, force: true });
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/**
 * A hash of everything the build is made from: by content, because a checkout of the same commit changes times only.
 * @param {string} root
 * @returns {string}
 */
export function sourceHash(root) {
  const hash = createHash("sha256");
  const add = (path) => {
    const text = read(join(root, path));
    if (text !== null) hash.update(`${path}\0${text.length}\0`).update(text);
  };
  for (const path of SETTINGS) add(path);
  for (const path of SOURCES) for (const file of typescriptFiles(root, path)) add(file);
  return hash.digest("hex");
}

function typescriptFiles(root, path) {
  if (path.endsWith(".ts")) return [path];
  let entries;
  try {
    entries = readdirSync(join(root, path), { withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => entry.isDirectory() || entry.name.endsWith(".ts"))
    .map((entry) => `${path}/${entry.name}`)
    .sort()
    .flatMap((entry) => typescriptFiles(root, entry));
}

// npm and tsc name the cause first; warnings are none.
function firstLines(output) {
  return output
    .split("\n")
    .filter((line) => !/^(npm warn.*|npm error|)\s*$/i.test(line))
    .slice(0, 10);
}

function lockHash(root) {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

function writeWhole(file, text) {
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, text);
  renameSync(aside, file);
}
