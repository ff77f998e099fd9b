import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { Checkout, until, versions } from "./checkout";

let checkout: Checkout;
beforeEach(() => {
  checkout = new Checkout();
});
afterEach(() => checkout.remove());

const engineOf = (root: string) => join(root, `.engine/pulumi-${versions.engine.install}`);

test("a fresh checkout gets everything, and a second run starts nothing but the question to Docker", async () => {
  checkout.bundle(join(checkout.place, "shared/bundle"));
  const first = await checkout.provide();
  expect(first.sentences).toBe("");
  expect(checkout.called()).toEqual([
    "npm ci --include=dev --no-audit --no-fund --loglevel=error",
    expect.stringMatching(/^npm run --silent build -- --outDir .*dist\.new-/),
    "engine version",
    "docker version --format {{.Server.Version}}",
  ]);
  expect(readlinkSync(join(checkout.root, "node_modules/.bin/classlab"))).toBe("../../setup/classlab.mjs");
  expect(existsSync(join(checkout.root, "dist/cli/main.js"))).toBe(true);
  expect(first.env.PATH?.split(":")[0]).toBe(engineOf(checkout.root));
  expect(statSync(String(first.env.CLASSLAB_COMPOSE)).mode & 0o777).toBe(0o755);
  expect(checkout.leftovers()).toEqual([]);

  checkout.forgetCalls();
  // Whatever is started now is noted: no tar, no npm, no engine.
  checkout.fake("tar", "exit 1");
  const begin = performance.now();
  const second = await checkout.provide();
  const took = Math.round(performance.now() - begin);
  expect(second.missing).toEqual([]);
  expect(second.said).toEqual([]);
  expect(checkout.called()).toEqual(["docker version --format {{.Server.Version}}"]);
  expect(second.env).toEqual(first.env);
  // For orientation only; the figure depends on the machine.
  if (process.env.CLASSLAB_TEST_TIMES) process.stderr.write(`set-up with nothing missing: ${took} ms\n`);
});

test("a daemon behind a socket is asked there, and by its client what it says of itself where it does not answer", async () => {
  let status = 200;
  const daemon = createServer((request, response) => response.writeHead(status).end(request.url));
  await new Promise<void>((resolve) => daemon.listen(join(checkout.place, "docker.sock"), resolve));
  try {
    expect((await checkout.provide({ needs: ["docker"] })).missing).toEqual([]);
    expect(checkout.called()).toEqual([]);
    status = 500;
    await checkout.provide({ needs: ["docker"] });
    expect(checkout.called()).toEqual(["docker version --format {{.Server.Version}}"]);
  } finally {
    daemon.close();
  }
});

test("modules are installed again when the lock file changes, the build is made again when a source does", async () => {
  await checkout.provide({ needs: ["modules"] });
  checkout.forgetCalls();
  writeFileSync(join(checkout.root, "cli/main.ts"), "// changed");
  await checkout.provide({ needs: ["modules"] });
  expect(checkout.called()).toEqual([expect.stringMatching(/^npm run/)]);
  checkout.forgetCalls();
  writeFileSync(
    join(checkout.root, "package-lock.json"),
    JSON.stringify({ packages: { "": {}, other: {} } }),
  );
  checkout.forgetCalls();
  await checkout.provide({ needs: ["modules"] });
  expect(checkout.called()[0]).toMatch(/^npm ci/);
});

test("modules installed by hand are taken as they are, others are not", async () => {
  const lock = (version: string) => ({
    packages: {
      "": {},
      "node_modules/x": { version },
      "node_modules/elsewhere": { version, optional: true },
    },
  });
  writeFileSync(join(checkout.root, "package-lock.json"), JSON.stringify(lock("2.0.0")));
  mkdirSync(join(checkout.root, "node_modules"));
  const record = join(checkout.root, "node_modules/.package-lock.json");
  writeFileSync(record, JSON.stringify({ packages: { "node_modules/x": { version: "1.0.0" } } }));
  await checkout.provide({ needs: ["modules"] });
  expect(checkout.called().filter((call) => call.startsWith("npm ci"))).toHaveLength(1);

  const other = new Checkout();
  try {
    writeFileSync(join(other.root, "package-lock.json"), JSON.stringify(lock("2.0.0")));
    mkdirSync(join(other.root, "node_modules"));
    writeFileSync(
      join(other.root, "node_modules/.package-lock.json"),
      JSON.stringify({ packages: { "node_modules/x": { version: "2.0.0" } } }),
    );
    await other.provide({ needs: ["modules"] });
    expect(other.called().filter((call) => call.startsWith("npm ci"))).toEqual([]);
  } finally {
    other.remove();
  }
});

describe("the bundle is found", () => {
  test.each([
    ["by CLASSLAB_BUNDLE", "elsewhere/bundle"],
    ["in the checkout", "checkout/bundle"],
    ["beside the checkout", "bundle"],
    ["in shared/ beside the checkout", "shared/bundle"],
  ])("%s", async (how, where) => {
    const folder = checkout.bundle(join(checkout.place, where));
    const env: Record<string, string> = how.startsWith("by") ? { CLASSLAB_BUNDLE: folder } : {};
    const { sentences } = await checkout.provide({ needs: ["engine"], env });
    expect(sentences).toBe("");
    expect(existsSync(join(engineOf(checkout.root), "pulumi-language-nodejs"))).toBe(true);
    for (const [name, version] of Object.entries(versions.plugins)) {
      const plugin = `.engine/home/plugins/resource-${name}-v${version}/pulumi-resource-${name}`;
      expect(statSync(join(checkout.root, plugin)).mode & 0o100).not.toBe(0);
    }
  });
});

describe("the engine", () => {
  test("of a tested version on PATH is used where it is", async () => {
    checkout.engine(versions.engine.install);
    checkout.bundle(join(checkout.root, "bundle"));
    const { env, missing } = await checkout.provide({ needs: ["engine"] });
    expect(env.CLASSLAB_ENGINE_VERSION).toBe(versions.engine.install);
    expect(missing).toEqual([]);
    expect(env.PATH).toBe(checkout.environment().PATH);
    expect(existsSync(engineOf(checkout.root))).toBe(false);
  });

  test("of an untested version on PATH is passed over in one line", async () => {
    checkout.engine("3.100.0");
    checkout.bundle(join(checkout.root, "bundle"));
    const { env, missing, said } = await checkout.provide({ needs: ["engine"] });
    expect(env.CLASSLAB_ENGINE_VERSION).toBe(versions.engine.install);
    expect(missing).toEqual([]);
    expect(env.PATH?.split(":")[0]).toBe(engineOf(checkout.root));
    expect(said.filter((line) => line.includes("3.100.0"))).toEqual([
      `The Pulumi engine 3.100.0 on PATH is passed over: classlab was tested with ${versions.engine.install}.`,
    ]);
  });

  test("that does not run here is not kept", async () => {
    const folder = checkout.bundle(join(checkout.root, "bundle"));
    const broken = join(checkout.place, "broken");
    mkdirSync(join(broken, "pulumi"), { recursive: true });
    for (const name of ["pulumi", "pulumi-language-nodejs"]) {
      writeFileSync(join(broken, "pulumi", name), "#!/bin/sh\necho 'no such loader' >&2\nexit 1\n");
      chmodSync(join(broken, "pulumi", name), 0o755);
    }
    checkout.replaceEngine(folder, broken);
    const { missing } = await checkout.provide({ needs: ["engine"] });
    expect(missing).toMatchObject([{ code: "engine", why: expect.stringContaining("no such loader") }]);
    expect(existsSync(engineOf(checkout.root))).toBe(false);
    expect(checkout.leftovers()).toEqual([]);
  });

  test("comes by the official download where there is no bundle, the plugins by the engine with their checksums", async () => {
    const official = checkout.bundle(join(checkout.place, "official"));
    const { files } = JSON.parse(readFileSync(join(official, "bundle.json"), "utf8")) as {
      files: { name: string; file: string; sha256: string }[];
    };
    const named = (name: string) => files.find((file) => file.name === name);
    const { install } = versions.engine;
    const archive = `pulumi-v${install}-${process.platform}-${process.arch}.tar.gz`;
    const sums = join(checkout.place, "sums");
    writeFileSync(
      sums,
      `${"1".repeat(64)}  pulumi-v${install}-plan9-x64.tar.gz\n${named("pulumi")?.sha256}  ${archive}\n`,
    );
    const compose = join(checkout.place, "compose");
    writeFileSync(compose, "#!/bin/sh\n");
    const composeSum = join(checkout.place, "compose.sha256");
    const machine = process.arch === "x64" ? "x86_64" : process.arch === "arm64" ? "aarch64" : process.arch;
    const composeUrl = `https://github.com/docker/compose/releases/download/v${versions.compose}/docker-compose-linux-${machine}`;
    writeFileSync(composeSum, `${checkout.sha256(compose)} *docker-compose-linux-${machine}\n`);
    const system = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
    const internet: Record<string, string | number> = {
      [`https://github.com/pulumi/pulumi/releases/download/v${install}/pulumi-${install}-checksums.txt`]:
        sums,
      [`https://get.pulumi.com/releases/sdk/${archive}`]: join(official, String(named("pulumi")?.file)),
      [composeUrl]: compose,
      [`${composeUrl}.sha256`]: composeSum,
    };
    for (const [name, version] of Object.entries(versions.plugins)) {
      const release = join(checkout.place, `${name}.json`);
      const asset = { name: `pulumi-resource-${name}-v${version}-${system}.tar.gz`, digest: "sha256:abc" };
      writeFileSync(release, JSON.stringify({ assets: [asset] }));
      internet[`https://api.github.com/repos/pulumi/pulumi-${name}/releases/tags/v${version}`] = release;
    }
    // One site that answers no more questions: the plugin is had all the same, and that is said.
    internet[`https://api.github.com/repos/pulumi/pulumi-random/releases/tags/v${versions.plugins.random}`] =
      403;
    const { sentences, said } = await checkout.provide({ needs: ["engine"], internet });
    expect(sentences).toBe("");
    expect(checkout.called()).toEqual([
      "engine version",
      `engine plugin install resource command v${versions.plugins.command} --checksum abc`,
      `engine plugin install resource docker v${versions.plugins.docker} --checksum abc`,
      `engine plugin install resource random v${versions.plugins.random}`,
    ]);
    expect(said.filter((line) => line.includes("no checksum"))).toHaveLength(1);
    expect(checkout.leftovers()).toEqual([]);
  });
});

describe("the environment", () => {
  test("keeps everything in the checkout, readable by its owner alone", async () => {
    checkout.engine(versions.engine.install);
    checkout.bundle(join(checkout.root, "bundle"));
    const { env } = await checkout.provide({ needs: ["engine"] });
    const home = join(checkout.root, ".classlab");
    expect(env).toMatchObject({
      CLASSLAB_HOME: home,
      PULUMI_HOME: join(checkout.root, ".engine/home"),
      PULUMI_BACKEND_URL: `file://${home}/state`,
      PULUMI_CONFIG_PASSPHRASE_FILE: join(home, "passphrase"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
    });
    expect(statSync(home).mode & 0o777).toBe(0o700);
    expect(statSync(join(home, "state")).isDirectory()).toBe(true);
    expect(existsSync(join(checkout.place, "user"))).toBe(false);
  });

  test("has the engine keep no logs, but for who makes them a folder", async () => {
    checkout.engine(versions.engine.install);
    checkout.bundle(join(checkout.root, "bundle"));
    const logs = join(checkout.root, ".engine/home/logs");
    await checkout.provide({ needs: ["engine"] });
    expect(readFileSync(logs, "utf8")).toContain("put a folder of this name in its place");
    rmSync(logs);
    mkdirSync(logs);
    expect((await checkout.provide({ needs: ["engine"] })).sentences).toBe("");
    expect(statSync(logs).isDirectory()).toBe(true);
  });

  test("has a passphrase that is made once", async () => {
    checkout.engine(versions.engine.install);
    checkout.bundle(join(checkout.root, "bundle"));
    const file = join(checkout.root, ".classlab/passphrase");
    const results = await Promise.all([1, 2, 3].map(() => checkout.provide({ needs: ["engine"] })));
    expect(results.flatMap(({ missing }) => missing)).toEqual([]);
    const made = readFileSync(file, "utf8");
    expect(Buffer.from(made, "base64")).toHaveLength(32);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await checkout.provide({ needs: ["engine"] });
    expect(readFileSync(file, "utf8")).toBe(made);
    writeFileSync(file, "mine");
    await checkout.provide({ needs: ["engine"] });
    expect(readFileSync(file, "utf8")).toBe("mine");
    expect(checkout.leftovers()).toEqual([]);
  });

  test("honours what the user has set", async () => {
    checkout.engine(versions.engine.install);
    const home = join(checkout.place, "own-home");
    checkout.fakePlugins(home);
    const own = {
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: "s3://bucket",
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_ACCESS_TOKEN: "token",
      PULUMI_SKIP_UPDATE_CHECK: "false",
      CLASSLAB_HOME: join(checkout.place, "lab"),
      CLASSLAB_COMPOSE: "/bin/sh",
      DOCKER_HOST: "tcp://192.0.2.1:2375",
      DOCKER_CONTEXT: "ignored",
    };
    const { env, sentences } = await checkout.provide({ needs: ["engine", "docker"], env: own });
    expect(sentences).toBe("");
    expect(env).toMatchObject(own);
    expect(env.PULUMI_CONFIG_PASSPHRASE_FILE).toBeUndefined();
    expect(existsSync(join(own.CLASSLAB_HOME, "passphrase"))).toBe(false);
    expect(existsSync(join(own.CLASSLAB_HOME, "state"))).toBe(false);
    expect(existsSync(join(checkout.root, ".engine/home"))).toBe(false);
  });

  test("makes no passphrase where the user names a file", async () => {
    checkout.engine(versions.engine.install);
    checkout.bundle(join(checkout.root, "bundle"));
    const file = join(checkout.place, "mine");
    const { env } = await checkout.provide({
      needs: ["engine"],
      env: { PULUMI_CONFIG_PASSPHRASE_FILE: file },
    });
    expect(env.PULUMI_CONFIG_PASSPHRASE_FILE).toBe(file);
    expect(existsSync(file)).toBe(false);
    expect(existsSync(join(checkout.root, ".classlab/passphrase"))).toBe(false);
  });

  test("carries the address of the chosen docker context", async () => {
    mkdirSync(join(checkout.place, "user/.docker"), { recursive: true });
    writeFileSync(join(checkout.place, "user/.docker/config.json"), '{"currentContext":"lab"}');
    checkout.fake("docker", '[ "$1" = context ] && echo unix:///lab.sock || echo 28.0.0');
    const { env } = await checkout.provide({ needs: ["docker"] });
    expect(env.DOCKER_HOST).toBe("unix:///lab.sock");
    expect(checkout.called()[0]).toBe("docker context inspect lab --format {{.Endpoints.docker.Host}}");
  });
});

describe("ssh", () => {
  test("is installed after consent", async () => {
    checkout.unfake("ssh");
    checkout.fake("apt-get", "exit 0");
    checkout.fake("apt-cache", "exit 0");
    const { missing, said } = await checkout.provide({ needs: ["docker"], yes: true });
    expect(missing).toEqual([]);
    expect(said).toEqual(["Installing openssh-client with apt-get ..."]);
  });

  test("is told when there is no consent", async () => {
    checkout.unfake("ssh");
    const { missing } = await checkout.provide({ needs: ["docker"] });
    expect(missing).toEqual([
      {
        code: "packages",
        what: "openssh-client is not installed",
        why: "there is no terminal to ask for consent",
        todo: 'run "sudo apt-get update && sudo apt-get install -y openssh-client", or the same command again with --yes',
      },
    ]);
  });
});

describe("docker", () => {
  test("is installed and started with systemd, after consent", async () => {
    checkout.unfake("docker");
    const docker = join(checkout.bin, "docker");
    // The package brings the command, the service the daemon.
    checkout.fake(
      "apt-get",
      `[ "$2" = update ] || { printf '#!/bin/sh\\nexit 1\\n' >${docker}; chmod +x ${docker}; }`,
    );
    checkout.fake("apt-cache", 'echo "$2 | 1.0"');
    checkout.fake("systemctl", `printf '#!/bin/sh\\necho 28.0.0\\n' >${docker}`);
    const { missing, said } = await checkout.provide({
      needs: ["docker"],
      env: { CI: "true" },
      systemd: true,
    });
    expect(missing).toEqual([]);
    expect(said).toEqual(["Installing docker.io with apt-get ...", "Starting the Docker daemon ..."]);
    expect(checkout.called()).toEqual([
      "apt-get -q update",
      "apt-cache madison docker-cli",
      "apt-cache madison ca-certificates",
      "apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=120 install docker.io docker-cli ca-certificates",
      "systemctl enable --now docker",
    ]);
  });

  test("is started without systemd in a session of its own", async () => {
    const ready = join(checkout.place, "ready");
    checkout.fake("docker", `[ -e ${ready} ] && echo 28.0.0 || { echo 'Cannot connect' >&2; exit 1; }`);
    checkout.fake(
      "dockerd",
      `cat /proc/$$/stat >${join(checkout.place, "stat")} 2>&1; echo hello; sleep 0.5; touch ${ready}`,
    );
    const { missing } = await checkout.provide({ needs: ["docker"], yes: true });
    expect(missing).toEqual([]);
    expect(readFileSync(join(checkout.place, "dockerd.log"), "utf8")).toBe("hello\n");
    if (process.platform === "linux") {
      const fields = readFileSync(join(checkout.place, "stat"), "utf8").split(" ");
      expect(fields[5]).toBe(fields[0]); // it leads its session
    }
  });
});

describe("two at once", () => {
  test("do the work once", async () => {
    checkout.bundle(join(checkout.root, "bundle"));
    const npm = readFileSync(join(checkout.bin, "npm"), "utf8");
    writeFileSync(join(checkout.bin, "npm"), npm.replace('case "$1"', 'sleep 0.5\ncase "$1"'));
    const results = await Promise.all([1, 2, 3].map(() => checkout.provide()));
    expect(results.flatMap(({ missing }) => missing)).toEqual([]);
    const calls = checkout.called();
    for (const begin of ["npm ci", "npm run", "engine version"]) {
      expect(calls.filter((call) => call.startsWith(begin))).toHaveLength(1);
    }
    expect(results.flatMap(({ said }) => said).filter((line) => line.startsWith("Waiting for"))).not.toEqual(
      [],
    );
    expect(checkout.leftovers()).toEqual([]);
  });
});

describe("killed in the middle", () => {
  const pidIn = (file: string) => Number(readFileSync(file, "utf8"));

  test("of unpacking, nothing half is left in place, and the next run clears up", async () => {
    checkout.bundle(join(checkout.root, "bundle"));
    const marker = join(checkout.place, "tar.pid");
    // Unpacks and then lingers, as a slow disk would.
    checkout.fake(
      "tar",
      `${join(checkout.place, "tools/tar")} "$@"; echo $$ >${marker}; exec sleep 60`,
      false,
    );
    const child = checkout.begin({ needs: ["engine"] });
    await until(() => existsSync(marker) && pidIn(marker) > 0);
    child.kill("SIGKILL");
    await checkout.finish(child);
    process.kill(pidIn(marker), "SIGKILL");
    expect(existsSync(engineOf(checkout.root))).toBe(false);
    expect(checkout.leftovers()).not.toEqual([]);
    checkout.unfake("tar");
    const { missing } = await checkout.provide({ needs: ["engine"] });
    expect(missing).toEqual([]);
    expect(checkout.leftovers()).toEqual([]);
  });

  test("of npm ci, the next run waits for an npm that goes on alone, and installs again", async () => {
    const marker = join(checkout.place, "npm.pid");
    const good = readFileSync(join(checkout.bin, "npm"), "utf8");
    checkout.fake("npm", `mkdir -p node_modules/half; echo $$ >${marker}; exec sleep 60`);
    const child = checkout.begin({ needs: ["modules"] });
    await until(() => existsSync(marker) && pidIn(marker) > 0);
    child.kill("SIGKILL");
    await checkout.finish(child);
    writeFileSync(join(checkout.bin, "npm"), good);
    checkout.forgetCalls();
    const next = checkout.begin({ needs: ["modules"] });
    let said = "";
    next.stderr?.on("data", (data) => {
      said += data;
    });
    const ended = checkout.finish(next);
    await until(() => said.includes("Waiting for"));
    expect(said).toContain(`process ${pidIn(marker)},`);
    process.kill(pidIn(marker), "SIGKILL");
    await ended;
    expect(checkout.called()[0]).toMatch(/^npm ci/);
    expect(existsSync(join(checkout.root, "node_modules/half"))).toBe(false);
    expect(existsSync(join(checkout.root, "node_modules/.classlab-stamp"))).toBe(true);
    expect(checkout.leftovers()).toEqual([]);
  });

  test("told to stop, set-up takes its command along", async () => {
    const marker = join(checkout.place, "npm.pid");
    checkout.fake("npm", `echo $$ >${marker}; exec sleep 60`);
    const child = checkout.begin({ needs: ["modules"] });
    await until(() => existsSync(marker) && pidIn(marker) > 0);
    child.kill("SIGTERM");
    expect(await checkout.finish(child)).toMatchObject({ code: 143 });
    await until(() => {
      try {
        process.kill(pidIn(marker), 0);
        return false;
      } catch {
        return true;
      }
    });
  });
});
