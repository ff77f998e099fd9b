import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const PROJECT = resolve(__dirname, "../../..");
const FIXTURES = join(PROJECT, "tests/fixtures/setup");

export const versions = JSON.parse(readFileSync(join(PROJECT, "setup/versions.json"), "utf8")) as {
  engine: { tested: string[]; install: string };
  plugins: Record<string, string>;
  compose: string;
};

export interface Missing {
  code: string;
  what: string;
  why: string;
  todo: string;
  detail?: string[];
}

export interface Outcome {
  missing: Missing[];
  sentences: string;
  said: string[];
  env: Record<string, string>;
}

export interface Request {
  needs?: string[];
  yes?: boolean;
  env?: Record<string, string>;
  /** What the internet answers: by URL, a file's path or an HTTP status. Without it nothing can be resolved. */
  internet?: Record<string, string | number>;
  /** With systemd: the fake one. */
  systemd?: boolean;
  debian?: boolean;
  /** Pretends another system. */
  platform?: string;
  /** Pretends a user who is not root. */
  user?: boolean;
  /** Pretends a KVM whose device is root's alone. */
  kvmShut?: boolean;
}

// The few real tools that set-up and the fakes use; nothing else of this machine is on the search path.
const TOOLS = [
  "sh",
  "tar",
  "gzip",
  "mkdir",
  "cat",
  "chmod",
  "cp",
  "sleep",
  "env",
  "ls",
  "touch",
  "setsid",
  "rm",
  "sed",
  "tail",
];

// The programs of a host of libvirt.
const LIBVIRT = [
  "libvirtd",
  "virtlogd",
  "virsh",
  "qemu-system-x86_64",
  "qemu-img",
  "dnsmasq",
  "ping",
  "curl",
  "ip",
  "nsenter",
  "xorriso",
  "mkfs.ext4",
  "perl",
];

// Runs `provide` and prints what came of it.
const DRIVER = `
import fs, { createReadStream } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { Readable } from "node:stream";
import { provide, ROOT } from "./setup/provide.mjs";
import { sentence } from "./setup/missing.mjs";
const request = JSON.parse(process.argv[2]);
if (request.kvmShut) {
  const { statSync } = fs;
  const device = { isCharacterDevice: () => true, gid: 0, mode: 0o20600 };
  fs.statSync = (path, options) => (path === request.system.kvm ? device : statSync(path, options));
  syncBuiltinESMExports();
}
if (request.user) process.getuid = () => 1000;
if (request.platform) Object.defineProperty(process, "platform", { value: request.platform });
globalThis.fetch = async (url) => {
  const answer = request.internet?.[url];
  if (answer === undefined) throw new TypeError("fetch failed", { cause: Object.assign(new Error(), { code: "ENOTFOUND" }) });
  if (typeof answer === "number") return new Response("", { status: answer });
  return new Response(Readable.toWeb(createReadStream(answer)));
};
const said = [];
const { env, missing } = await provide({
  root: ROOT,
  needs: request.needs,
  yes: request.yes,
  env: process.env,
  system: request.system,
  say: (line) => {
    said.push(line);
    process.stderr.write(line + "\\n");
  },
});
process.stdout.write(JSON.stringify({ env, missing, said, sentences: missing.map(sentence).join("\\n") }));
`;

/** A small checkout in a folder of its own, with fakes in place of npm, docker and the rest. */
export class Checkout {
  readonly place = realpathSync(mkdtempSync(join(tmpdir(), "classlab-setup-")));
  readonly root = join(this.place, "checkout");
  readonly bin = join(this.place, "bin");
  readonly calls = join(this.place, "calls.log");
  private readonly children: ChildProcess[] = [];

  constructor() {
    mkdirSync(join(this.root, "cli"), { recursive: true });
    mkdirSync(this.bin);
    mkdirSync(join(this.place, "tools"));
    cpSync(join(PROJECT, "setup"), join(this.root, "setup"), { recursive: true });
    writeFileSync(join(this.root, "driver.mjs"), DRIVER);
    writeFileSync(join(this.root, "package.json"), "{}");
    writeFileSync(join(this.root, "package-lock.json"), JSON.stringify({ packages: { "": {} } }));
    writeFileSync(join(this.root, "tsconfig.build.json"), "{}");
    writeFileSync(join(this.root, "cli/main.ts"), "");
    for (const tool of TOOLS) {
      const file = ["/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"]
        .map((folder) => join(folder, tool))
        .find((path) => existsSync(path));
      if (file !== undefined) symlinkSync(file, join(this.place, "tools", tool));
    }
    symlinkSync(process.execPath, join(this.place, "tools", "node"));
    // Whoever runs the tests may be root already or not.
    this.fake("sudo", 'while [ "$1" = -n ]; do shift; done; exec "$@"', false);
    this.fake("npm", NPM);
    this.fake("docker", "echo 28.0.0");
    this.fake("ssh", "exit 0");
  }

  /** An executable that notes its call, unless told not to, and then does what the script says. */
  fake(name: string, script: string, noted = true): void {
    const note = noted ? `echo "${name} $*" >>"${this.calls}"\n` : "";
    mkdirSync(dirname(join(this.bin, name)), { recursive: true });
    writeFileSync(join(this.bin, name), `#!/bin/sh\n${note}${script}\n`);
    chmodSync(join(this.bin, name), 0o755);
  }

  unfake(name: string): void {
    rmSync(join(this.bin, name));
  }

  /** An engine on PATH. */
  engine(version: string, language = true): void {
    this.fake("pulumi", `echo v${version}`);
    if (language) this.fake("pulumi-language-nodejs", "");
  }

  /** The plugins, where the engine keeps them. */
  fakePlugins(home = join(this.root, ".engine/home")): void {
    for (const [name, version] of Object.entries(versions.plugins)) {
      const folder = join(home, `plugins/resource-${name}-v${version}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `pulumi-resource-${name}`), "");
    }
  }

  haveCompose(): void {
    const folder = join(this.root, `.engine/docker-compose-v${versions.compose}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "docker-compose"), "");
  }

  /** A libvirt that answers, with all that belongs to it. */
  haveLibvirt(): void {
    for (const name of LIBVIRT) this.fake(name, "");
    this.fake("virsh", "echo 'Running hypervisor: QEMU 7.2.22'");
  }

  /** Modules as npm leaves them when someone installs them by hand. */
  haveModules(): void {
    mkdirSync(join(this.root, "node_modules"));
    writeFileSync(join(this.root, "node_modules/.package-lock.json"), '{"packages":{}}');
  }

  /** Another engine in a bundle, with its right checksum. */
  replaceEngine(bundle: string, from: string): void {
    const list = join(bundle, "bundle.json");
    const content = JSON.parse(readFileSync(list, "utf8")) as {
      files: { name: string; file: string; sha256: string }[];
    };
    for (const entry of content.files) {
      if (entry.name !== "pulumi") continue;
      execFileSync("tar", ["-czf", join(bundle, entry.file), "-C", from, "."]);
      entry.sha256 = this.sha256(join(bundle, entry.file));
    }
    writeFileSync(list, JSON.stringify(content));
  }

  /** What stands in for jest once npm has installed the modules. */
  fakeJest(script: string): void {
    const jest = join(this.place, "jest.js");
    writeFileSync(jest, script);
    const install = "mkdir -p node_modules/jest/bin; cp";
    const npm = NPM.replace("mkdir -p node_modules;", `${install} ${jest} node_modules/jest/bin/jest.js;`);
    this.fake("npm", npm);
  }

  sha256(file: string): string {
    return createHash("sha256").update(readFileSync(file)).digest("hex");
  }

  damage(file: string): void {
    writeFileSync(file, "damaged");
    const list = join(dirname(file), "bundle.json");
    // The checksum of an archive depends on the time it was made: a fixed one for the message.
    const content = JSON.parse(readFileSync(list, "utf8")) as { files: { file: string; sha256: string }[] };
    for (const entry of content.files)
      if (join(dirname(file), entry.file) === file) entry.sha256 = "0".repeat(64);
    writeFileSync(list, JSON.stringify(content));
  }

  /** The calls of fakes so far. */
  called(): string[] {
    return existsSync(this.calls) ? readFileSync(this.calls, "utf8").split("\n").filter(Boolean) : [];
  }

  forgetCalls(): void {
    rmSync(this.calls, { force: true });
  }

  /** Makes a bundle with everything in it; returns its folder. */
  bundle(folder: string): string {
    mkdirSync(folder, { recursive: true });
    const platform = `${process.platform}-${process.arch}`;
    const files: object[] = [];
    const add = (name: string, version: string, file: string) => {
      const sha256 = this.sha256(join(folder, file));
      files.push({ file, name, version, sha256 });
    };
    const archive = (file: string, programs: Record<string, string>) => {
      const from = mkdtempSync(join(this.place, "archive-"));
      for (const [path, script] of Object.entries(programs)) {
        mkdirSync(dirname(join(from, path)), { recursive: true });
        writeFileSync(join(from, path), `#!/bin/sh\n${script}\n`);
        chmodSync(join(from, path), 0o755);
      }
      execFileSync("tar", ["-czf", join(folder, file), "-C", from, "."]);
    };
    const engine = `engine-${platform}.tar.gz`;
    archive(engine, {
      "pulumi/pulumi": `echo "engine $*" >>"${this.calls}"\necho v${versions.engine.install}`,
      "pulumi/pulumi-language-nodejs": "",
    });
    add("pulumi", versions.engine.install, engine);
    for (const [name, version] of Object.entries(versions.plugins)) {
      archive(`${name}.tar.gz`, { [`pulumi-resource-${name}`]: "" });
      add(name, version, `${name}.tar.gz`);
    }
    writeFileSync(join(folder, "docker-compose.gz"), gzipSync("#!/bin/sh\n"));
    add("docker-compose", versions.compose, "docker-compose.gz");
    writeFileSync(join(folder, "bundle.json"), JSON.stringify({ platform, files }));
    return folder;
  }

  environment(more: Record<string, string> = {}): Record<string, string> {
    return { HOME: join(this.place, "user"), PATH: `${this.bin}:${join(this.place, "tools")}`, ...more };
  }

  /** Starts `provide` in a process of its own. */
  begin(request: Request = {}): ChildProcess {
    const system = {
      osRelease: join(this.place, "os-release"),
      systemd: join(this.place, request.systemd ? "." : "no-systemd"),
      admin: [join(this.place, "tools")],
      log: join(this.place, "dockerd.log"),
      libvirtLog: join(this.place, "libvirtd.log"),
      cgroup: this.place,
      kvm: join(this.place, "kvm"),
      python: join(this.bin, "python3"),
      socket: join(this.place, "docker.sock"),
      seconds: 2,
    };
    writeFileSync(
      system.osRelease,
      request.debian === false ? "ID=fedora\n" : 'ID=raspbian\nID_LIKE="debian"\n',
    );
    const needs = request.needs ?? ["modules", "engine", "docker"];
    return this.start(["driver.mjs", JSON.stringify({ ...request, needs, system })], request.env);
  }

  async provide(request: Request = {}): Promise<Outcome> {
    const { stdout, stderr } = await this.finish(this.begin(request));
    if (stdout === "") throw new Error(stderr);
    return JSON.parse(stdout) as Outcome;
  }

  /** Starts the launcher. `platform` and `node` pretend another system. */
  launch(
    args: string[],
    more: { env?: Record<string, string>; platform?: string; node?: string } = {},
  ): ChildProcess {
    return this.start([...this.pretend(more), "setup/classlab.mjs", ...args], more.env);
  }

  /** Arguments for Node.js with which it pretends another system. */
  pretend(more: { platform?: string; node?: string }): string[] {
    const pretend = join(this.root, "pretend.cjs");
    const lines = [
      more.platform ? `Object.defineProperty(process, "platform", { value: "${more.platform}" });` : "",
      more.node
        ? `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${more.node}" } });`
        : "",
    ];
    writeFileSync(pretend, lines.join("\n"));
    return ["--require", pretend];
  }

  start(args: string[], env: Record<string, string> = {}): ChildProcess {
    const child = spawn(process.execPath, args, {
      cwd: this.root,
      env: this.environment(env),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.children.push(child);
    return child;
  }

  finish(
    child: ChildProcess,
  ): Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }> {
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (data) => {
      stdout += data;
    });
    child.stderr?.on("data", (data) => {
      stderr += data;
    });
    return new Promise((done) => {
      child.on("close", (code, signal) => done({ code, signal, stdout, stderr }));
    });
  }

  /** The checkout's paths made the same in every run, for comparison with a fixture. */
  neutral(text: string): string {
    return text
      .replaceAll(`${process.platform}-${process.arch}`, "<platform>")
      .replaceAll(this.root, "<checkout>")
      .replaceAll(this.place, "<place>");
  }

  /** Files and folders of work in progress that are left in the checkout. */
  leftovers(): string[] {
    const own = (folder: string, pattern: RegExp) =>
      existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)) : [];
    return [
      ...own(this.root, /^dist\./),
      ...own(join(this.root, ".engine"), /^work-/),
      ...own(join(this.root, ".engine/home"), /^work-/),
      ...own(join(this.root, ".engine/locks"), /lock\./),
      ...own(join(this.root, ".classlab"), /^passphrase\./),
    ];
  }

  remove(): void {
    for (const child of this.children) if (child.exitCode === null) child.kill("SIGKILL");
    rmSync(this.place, { recursive: true, force: true });
  }
}

// `npm ci` makes node_modules, `npm run build` a CLI that tells how it was called.
const NPM = `
case "$1" in
  ci) rm -rf node_modules; mkdir -p node_modules; echo '{"packages":{}}' >node_modules/.package-lock.json ;;
  run)
    while [ "$1" != --outDir ]; do shift; done
    mkdir -p "$2/cli"
    cat >"$2/cli/main.js" <<'END'
const args = process.argv.slice(2);
console.log("cli " + args.join(" "));
if (args[0] === "status") process.exit(7);
if (args[0] === "sweep") {
  process.on("SIGTERM", () => process.exit(5));
  setInterval(() => {}, 1000);
}
END
    ;;
esac`;

/** Waits until a condition holds, at most 10 s. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("waited for more than 10 s");
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** The text of a message as it has to be. */
export function fixture(name: string): string {
  return readFileSync(join(FIXTURES, `${name}.txt`), "utf8").trimEnd();
}

export function fixtureNames(): string[] {
  return readdirSync(FIXTURES).map((file) => file.replace(/\.txt$/, ""));
}
