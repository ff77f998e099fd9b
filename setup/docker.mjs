import { existsSync, readFileSync, statSync } from "node:fs";
import { get } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";
import { consent } from "./consent.mjs";
import { MissingError } from "./missing.mjs";
import { hasApt, installPackages } from "./packages.mjs";
import { asRoot, withAdminFolders } from "./root.mjs";
import { run, tail, which } from "./run.mjs";

/**
 * Where this system keeps what set-up looks at; other places in tests.
 * @typedef {{ osRelease: string, admin: string[], systemd: string, log: string, libvirtLog: string, cgroup: string, kvm: string, schemas: string, python: string, socket: string, seconds: number }} System
 * @type {System}
 */
export const SYSTEM = {
  osRelease: "/etc/os-release",
  admin: ["/usr/local/sbin", "/usr/sbin", "/sbin"],
  systemd: "/run/systemd/system",
  log: "/var/log/dockerd.log",
  libvirtLog: "/var/log/libvirt/libvirtd.log",
  cgroup: "/sys/fs/cgroup",
  kvm: "/dev/kvm",
  schemas: "/usr/share/libvirt/schemas",
  python: "/usr/bin/python3",
  socket: "/var/run/docker.sock",
  seconds: 60,
};

/**
 * Looks for a Docker daemon that answers. Changes nothing.
 * @param {object} options
 * @param {NodeJS.ProcessEnv} options.env
 * @param {System} [options.system]
 * @returns {Promise<{ added: { DOCKER_HOST?: string }, missing: import('./missing.mjs').Missing | null, install: string[] | null }>}
 *   `added`: what to add to the environment; `missing`: null when it answers; `install`: the packages with which set-up could make it
 *   answer (none when it only has to be started), null when set-up cannot
 * @throws {MissingError} "docker" when the docker context cannot be used
 */
export async function lookForDocker({ env, system = SYSTEM }) {
  const chosen = await chosenHost(env);
  const added = chosen.derived ? { DOCKER_HOST: chosen.host } : {};
  const state = await probe({ ...env, ...added }, system);
  const silent = (missing, install = null) => ({ added, missing, install });
  if (state.answers) return { added, missing: null, install: null };
  if (state.permission) return silent(noPermission(state.words));
  if (chosen.host !== null) return silent(chosenIsSilent(chosen, state));
  // In WSL 2 the system is a Linux like any other.
  if (process.platform !== "linux") return silent(otherSystem(state));
  const daemon = which("dockerd", withAdminFolders(env, system).PATH);
  const install = state.installed && daemon !== null ? [] : ["docker.io"];
  if (install.length > 0 && !hasApt(system.osRelease)) return silent(otherLinux(state));
  return silent(notRunning(install, state.words, system), install);
}

/**
 * Provides a Docker daemon that answers.
 * @param {object} options
 * @param {boolean} [options.yes] consent was given
 * @param {(line: string) => void} options.say
 * @param {NodeJS.ProcessEnv} options.env
 * @param {System} [options.system]
 * @returns {Promise<{ DOCKER_HOST?: string }>} what to add to the environment
 * @throws {MissingError} "docker", "docker-permission" or "docker-consent"
 */
export async function provideDocker({ yes, say, env, system = SYSTEM }) {
  const { added, missing, install: needed } = await lookForDocker({ env, system });
  if (missing === null) return added;
  if (needed === null) throw new MissingError(missing);
  await agree(missing, needed, { yes, env, system });
  if (needed.length > 0) await install({ say, env, system });
  await start({ say, env, system });
  return added;
}

// The daemon that the user chose, by variable or by docker context; null for the usual local one.
async function chosenHost(env) {
  if (env.DOCKER_HOST) return { host: env.DOCKER_HOST, derived: false, by: "DOCKER_HOST" };
  const name = env.DOCKER_CONTEXT || currentContext(env);
  if (!name || name === "default") return { host: null, derived: false, by: "" };
  const result = await run("docker", ["context", "inspect", name, "--format", "{{.Endpoints.docker.Host}}"], {
    env,
    seconds: 20,
  });
  const host = result.stdout.trim();
  // Pulumi's Docker provider knows no contexts: the address is what it understands.
  if (result.ok && host !== "") return { host, derived: true, by: `the docker context "${name}"` };
  throw new MissingError({
    code: "docker",
    what: `The docker context "${name}" cannot be used`,
    why: result.notFound
      ? "there is no docker command on PATH"
      : (tail(result.output, 1)[0] ?? "it names no daemon"),
    todo: 'choose another one with "docker context use", then run the same command again',
  });
}

function currentContext(env) {
  try {
    const folder = env.DOCKER_CONFIG || join(env.HOME || homedir(), ".docker");
    return JSON.parse(readFileSync(join(folder, "config.json"), "utf8")).currentContext;
  } catch {
    return undefined;
  }
}

// Whether the daemon behind a socket of this machine answers; that it does not says nothing. Its client takes a tenth of a second to ask, and
// has the words.
function pings(env, system) {
  const host = env.DOCKER_HOST || `unix://${system.socket}`;
  if (!host.startsWith("unix://") || which("docker", env.PATH) === null) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socketPath = host.slice("unix://".length);
    const request = get({ socketPath, path: "/_ping", agent: false, timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy()).on("error", () => resolve(false));
  });
}

async function probe(env, system) {
  if (await pings(env, system)) return { answers: true, installed: true, permission: false, words: "" };
  const result = await run("docker", ["version", "--format", "{{.Server.Version}}"], { env, seconds: 10 });
  const last = tail(result.output, 1)[0]?.replace(/\. Is the docker daemon running\?$/, "");
  const words = result.timedOut ? "it did not answer within 10 s" : (last ?? "it ended without a word");
  const answers = result.ok && result.stdout.trim() !== "";
  return {
    answers,
    installed: !result.notFound,
    permission: !answers && /permission denied/i.test(result.output),
    words,
  };
}

async function agree(missing, needed, { yes, env, system }) {
  const where = existsSync(system.systemd)
    ? "with systemctl"
    : `as a background process that logs to ${system.log}`;
  const doing =
    needed.length > 0
      ? `install ${needed.join(" ")} of this distribution with apt-get and start the Docker daemon`
      : "start the Docker daemon";
  const agreed = await consent({ yes, env, question: `classlab needs Docker. May it ${doing} (${where})?` });
  if (agreed === "yes") return;
  throw new MissingError({
    ...missing,
    code: "docker-consent",
    why:
      agreed === "no"
        ? "the change to this machine was not agreed to"
        : "there is no terminal to ask for consent to change that",
  });
}

/**
 * How Docker is installed.
 * @param {System} [system]
 * @returns {import('./packages.mjs').Packages}
 */
export function dockerPackages(system = SYSTEM) {
  const systemd = existsSync(system.systemd);
  return {
    names: ["docker.io"],
    // Without systemd the package's start script fails where limits cannot be raised, and the installation with it.
    hold: systemd ? [] : ["docker"],
    // Newer releases keep the docker command in a package of its own.
    optional: ["docker-cli", "ca-certificates", ...(systemd ? [] : ["cgroupfs-mount"])],
  };
}

async function install({ say, env, system }) {
  const { names, ...how } = dockerPackages(system);
  const missing = await installPackages(names, {
    yes: true,
    say,
    env,
    osRelease: system.osRelease,
    ...how,
  });
  if (missing !== null)
    throw new MissingError({ ...missing, code: "docker", what: "Docker cannot be installed" });
}

async function start({ say, env, system }) {
  const systemd = existsSync(system.systemd);
  const already = await probe(env, system); // the installation may have started it
  if (already.answers) return;
  if (already.permission) throw new MissingError(noPermission(already.words));
  const before = sizeOf(system.log);
  const command = systemd
    ? ["systemctl", "enable", "--now", "docker"]
    : ["sh", "-c", BACKGROUND, "sh", system.log, system.cgroup];
  const root = asRoot(env, command);
  if (root === null) {
    throw new MissingError({
      code: "docker",
      what: "The Docker daemon cannot be started",
      why: "that needs root, and there is no sudo",
      todo: `run as root "${systemd ? "systemctl enable --now docker" : "dockerd"}"`,
    });
  }
  say("Starting the Docker daemon ...");
  const admin = withAdminFolders(env, system);
  const result = await run(root.command, root.args, { env: admin, seconds: 120, terminal: root.terminal });
  let state = await probe(env, system);
  const deadline = performance.now() + system.seconds * 1000;
  while (result.ok && !state.answers && !state.permission && performance.now() < deadline) {
    if (!systemd && /failed to start daemon|command not found|: not found/.test(textFrom(system.log, before)))
      break;
    await new Promise((resolve) => setTimeout(resolve, 300));
    state = await probe(env, system);
  }
  if (state.answers) return;
  if (state.permission) throw new MissingError(noPermission(state.words));
  const log = systemd
    ? (await run("journalctl", ["-u", "docker", "-n", "10", "--no-pager"], { env })).output
    : textFrom(system.log, before);
  throw new MissingError({
    code: "docker",
    what: "The Docker daemon was started, but does not answer",
    why: result.ok ? state.words : (tail(result.output, 1)[0] ?? `${command[0]} failed`),
    todo: `look at the last lines of its log below${systemd ? "" : ` (${system.log})`}, then run the same command again`,
    detail: tail(log, 10),
  });
}

// A session of its own, so that Ctrl-C on the command that started it does not end the daemon. The package's own start
// script is not used: it fails where it may not raise its limits. Where nothing mounted the control groups, they are.
const BACKGROUND = `
if [ -z "$(ls -A "$2" 2>/dev/null)" ] && command -v cgroupfs-mount >/dev/null; then cgroupfs-mount; fi
setsid dockerd </dev/null >>"$1" 2>&1 &
`;

function noPermission(words) {
  return {
    code: "docker-permission",
    what: "Docker runs, but this user may not use it",
    why: words,
    todo: 'join the group with "sudo usermod -aG docker $USER", log in again, then run the same command again',
  };
}

function notRunning(needed, words, system) {
  const begin = existsSync(system.systemd) ? "sudo systemctl enable --now docker" : "sudo dockerd";
  const command =
    needed.length > 0 ? `sudo apt-get update && sudo apt-get install -y ${needed.join(" ")}` : begin;
  return {
    code: "docker",
    what: needed.length > 0 ? "Docker is not installed" : "Docker is installed, but its daemon does not run",
    why: words,
    todo: `run "${command}", or the same command again with --yes`,
  };
}

function chosenIsSilent(chosen, state) {
  return {
    code: "docker",
    what: `The Docker daemon at ${chosen.host}, chosen by ${chosen.by}, does not answer`,
    why: state.installed ? state.words : "there is no docker command on PATH",
    todo: "start it or choose another one, then run the same command again",
  };
}

function otherSystem(state) {
  return {
    code: "docker",
    what: state.installed ? "The Docker daemon does not answer" : "Docker is not installed",
    why: state.installed ? state.words : "there is no docker command on PATH",
    todo: 'install and start Docker Desktop (https://docs.docker.com/desktop/) or colima ("brew install colima docker && colima start"), then run the same command again',
  };
}

function otherLinux(state) {
  return {
    code: "docker",
    what: state.installed
      ? "There is a docker command, but no Docker daemon on this machine"
      : "Docker is not installed",
    why: "classlab installs it on Debian and Ubuntu only",
    todo: "install Docker Engine as https://docs.docker.com/engine/install/ tells for your distribution and start it, then run the same command again",
  };
}

function sizeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function textFrom(file, position) {
  try {
    return readFileSync(file).subarray(position).toString("utf8");
  } catch {
    return "";
  }
}
