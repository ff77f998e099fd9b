import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Checkout, versions } from "./checkout";

let checkout: Checkout;
beforeEach(() => {
  checkout = new Checkout();
});
afterEach(() => checkout.remove());

interface Looked {
  modules: boolean;
  build: boolean;
  engine: { folder: string | null; there: boolean; version: string; passedOver: string | null };
  plugins: { expected: string[]; absent: string[] };
  compose: { there: boolean; file: string };
  ssh: string | null;
  docker: { missing: { code: string; what: string } | null; startable: boolean };
}

async function look(env: Record<string, string> = {}): Promise<Looked> {
  const { code, stdout, stderr } = await checkout.finish(checkout.start(["setup/look.mjs"], env));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Looked;
}

test("where nothing is there: said, and nothing is made, installed or started", async () => {
  checkout.unfake("docker");
  checkout.unfake("ssh");
  const found = await look();
  expect(found).toMatchObject({
    modules: false,
    build: false,
    engine: { folder: null, there: false, version: versions.engine.install, passedOver: null },
    compose: { there: false },
    ssh: null,
  });
  expect(found.plugins.absent).toEqual(found.plugins.expected);
  expect(found.docker.missing).toMatchObject({
    code: "docker",
    what: expect.stringContaining("Docker is not installed"),
  });
  expect(checkout.called()).toEqual([]);
  for (const made of [".engine", ".classlab", "node_modules", "dist"])
    expect(existsSync(join(checkout.root, made))).toBe(false);
});

test("where all is there", async () => {
  checkout.engine(versions.engine.install);
  checkout.fakePlugins();
  checkout.haveCompose();
  await checkout.provide({ needs: ["modules"] });
  const found = await look();
  expect(found).toMatchObject({
    modules: true,
    build: true,
    engine: { folder: null, there: true },
    plugins: { absent: [] },
    compose: { there: true },
    ssh: join(checkout.bin, "ssh"),
    docker: { missing: null, startable: false },
  });
});

test("the checkout's own engine is told with its folder, another one with why it is passed over", async () => {
  checkout.engine("3.100.0");
  const own = join(checkout.root, ".engine", `pulumi-${versions.engine.install}`);
  mkdirSync(own, { recursive: true });
  symlinkSync("/bin/true", join(own, "pulumi"));
  const { engine } = await look();
  expect(engine).toMatchObject({
    folder: own,
    there: true,
    passedOver: `The Pulumi engine 3.100.0 on PATH: classlab was tested with ${versions.engine.tested.join(", ")}`,
  });
});

test("a Docker that another variable names is not set-up's to start", async () => {
  checkout.fake("docker", "echo 'Cannot connect to the Docker daemon at tcp://room:1' >&2; exit 1");
  const { docker } = await look({ DOCKER_HOST: "tcp://room:1" });
  expect(docker).toMatchObject({ missing: { code: "docker" }, startable: false });
  expect(docker.missing?.what).toBe(
    "The Docker daemon at tcp://room:1, chosen by DOCKER_HOST, does not answer",
  );
});

test("set-up can be asked for single needs: doctor --fix does", async () => {
  checkout.bundle(join(checkout.root, "bundle"));
  checkout.unfake("docker");
  const { code, stderr } = await checkout.finish(checkout.start(["setup/provide.mjs", "engine"]));
  expect(code).toBe(0);
  expect(stderr).toContain(`Unpacking the Pulumi engine ${versions.engine.install} from the bundle`);
  expect((await look()).engine.there).toBe(true);
  const asked = await checkout.finish(checkout.start(["setup/provide.mjs", "docker"]));
  expect(asked.code).toBe(3);
  expect(asked.stderr).toContain("Docker is not installed");
});
