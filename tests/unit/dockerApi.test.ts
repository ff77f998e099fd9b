import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { endQuestions, inspectDocker, listDocker, makeVolume } from "../../operations/dockerApi";
import { StandInDocker } from "../support/standInDocker";

const named = z.looseObject({ Name: z.string() });

let docker: StandInDocker;
beforeEach(async () => {
  docker = await StandInDocker.start();
});
afterEach(() => docker.stop());

const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};
const faultOf = (work: Promise<unknown>) =>
  work.then(
    () => "no fault",
    (error) => error.faults[0],
  );

test("lists by filters, all containers, and no volumes where the engine says that there are none", async () => {
  docker.answers([{ Name: "one", More: 1 }]);
  expect(await listDocker(named, "networks", { label: ["classlab=dev"] })).toEqual([
    { Name: "one", More: 1 },
  ]);
  await listDocker(named, "containers");
  await listDocker(named, "images", { reference: ["classlab/*"] });
  docker.answers({ Volumes: null, Warnings: null });
  expect(await listDocker(named, "volumes")).toEqual([]);
  docker.answers({ Volumes: [{ Name: "disk" }] });
  expect(await listDocker(named, "volumes")).toEqual([{ Name: "disk" }]);
  expect(docker.asked).toEqual([
    'GET /networks?filters={"label":["classlab=dev"]}',
    "GET /containers/json?all=1&filters={}",
    'GET /images/json?filters={"reference":["classlab/*"]}',
    "GET /volumes?filters={}",
    "GET /volumes?filters={}",
  ]);
});

test("inspects each, in order, and leaves out what has gone meanwhile", async () => {
  docker.answer = ({ url = "" }, response) => {
    const [, , name = ""] = decodeURIComponent(url).split("/");
    if (name === "gone") response.writeHead(404).end('{"message":"No such container: gone"}');
    else if (name === "going") response.writeHead(500).end('{"message":"network going not found"}');
    else response.end(JSON.stringify({ Name: name }));
  };
  const names = ["one", "gone", "going", "two"];
  expect(await inspectDocker(named, "containers", names)).toEqual([{ Name: "one" }, { Name: "two" }]);
  expect(await inspectDocker(named, "volumes", ["one"])).toEqual([{ Name: "one" }]);
  expect(await inspectDocker(named, "networks", [])).toEqual([]);
  await inspectDocker(named, "images", ["classlab/x:1"]);
  expect([...docker.asked].sort()).toEqual([
    "GET /containers/going/json",
    "GET /containers/gone/json",
    "GET /containers/one/json",
    "GET /containers/two/json",
    "GET /images/classlab/x:1/json",
    "GET /volumes/one",
  ]);
});

test("makes a volume with its labels", async () => {
  let body = "";
  docker.answer = (request, response) => {
    request.setEncoding("utf8").on("data", (text) => {
      body += text;
    });
    request.on("end", () => response.writeHead(201).end("{}"));
  };
  await makeVolume("store", { "classlab.image": "store" });
  expect(docker.asked).toEqual(["POST /volumes/create"]);
  expect(JSON.parse(body)).toEqual({ Name: "store", Labels: { "classlab.image": "store" } });
});

test("what the engine refuses is told with its words, a full disk as one", async () => {
  docker.answers({ message: "plugin not found here: read-only" }, 500);
  expect(await faultOf(makeVolume("store", {}))).toMatchObject({
    code: "engine-failed",
    where: "docker volume",
    what: "plugin not found here: read-only",
  });
  docker.answers({ message: "write /var/lib/docker/x: no space left on device" }, 500);
  expect(await faultOf(listDocker(named, "networks"))).toMatchObject({ code: "disk-full" });
  docker.answer = (_request, response) => response.writeHead(502).end("Bad gateway");
  expect(await faultOf(inspectDocker(named, "containers", ["one"]))).toMatchObject({
    code: "engine-failed",
    what: "Bad gateway",
  });
});

test("an engine that is not there, or goes in the middle, is named with its address", async () => {
  const silent = (why: string) =>
    expect.objectContaining({
      code: "docker-not-running",
      what: expect.stringContaining(`unix://${docker.socket}: ${why}`),
    });
  docker.answer = (_request, response) => {
    response.writeHead(200, { "content-length": 100 }).write("[");
    setTimeout(() => response.destroy(), 20);
  };
  expect(await faultOf(listDocker(named, "networks"))).toEqual(silent("aborted"));
  docker.answer = (request) => request.socket.destroy();
  expect(await faultOf(listDocker(named, "networks"))).toEqual(silent("socket hang up"));
  process.env.DOCKER_HOST = `unix://${docker.socket}.no`;
  expect(await faultOf(listDocker(named, "networks"))).toMatchObject({
    what: expect.stringContaining(`connect ENOENT ${docker.socket}.no`),
  });
});

test("networks and volumes come in the order of their names, whatever the engine's", async () => {
  docker.lists({
    networks: [{ Name: "b" }, { Name: "a" }, { Name: "c" }],
    volumes: [{ Name: "2" }, { Name: "1" }],
  });
  const names = async (kind: "networks" | "volumes") =>
    (await listDocker(named, kind)).map(({ Name }) => Name);
  expect(await names("networks")).toEqual(["a", "b", "c"]);
  expect(await names("volumes")).toEqual(["1", "2"]);
});

test("an engine that says nothing is waited for once, however many are asked for, and not longer than the run", async () => {
  docker.answer = () => undefined;
  const names = Array.from({ length: 40 }, (_, index) => `c${index}`);
  const late = new AbortController();
  const clock = jest.spyOn(AbortSignal, "timeout").mockReturnValue(late.signal);
  const many = faultOf(
    inspectDocker(
      named,
      "containers",
      Array.from({ length: 40 }, (_, index) => `c${index}`),
    ),
  );
  await until(() => docker.asked.length > 0);
  late.abort(new DOMException("late", "TimeoutError"));
  expect(await many).toMatchObject({ what: expect.stringContaining("no answer within 60 s") });
  expect(clock).toHaveBeenCalledTimes(1);
  clock.mockRestore();

  docker.asked.length = 0;
  const stopped = faultOf(inspectDocker(named, "containers", names));
  await until(() => docker.asked.length > 0);
  endQuestions();
  expect(await stopped).toMatchObject({
    code: "docker-not-running",
    what: expect.stringContaining("stopped"),
  });
});

describe("an engine elsewhere", () => {
  const path = process.env.PATH;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "classlab-client-"));
  });
  afterEach(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  });
  const client = (script: string) => {
    const file = join(folder, "docker");
    writeFileSync(`${file}.js`, script);
    writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${file}.js' "$@"\n`);
    chmodSync(file, 0o755);
    process.env.PATH = `${folder}:${path}`;
    process.env.DOCKER_HOST = "ssh://root@elsewhere";
  };

  test("is reached by Docker's client", async () => {
    client(`if (process.argv.slice(2).join(" ") !== "system dial-stdio") process.exit(9);
const socket = require("node:net").connect(${JSON.stringify(docker.socket)});
process.stdin.pipe(socket);
socket.pipe(process.stdout);
`);
    docker.answers({ Name: "one" });
    expect(await inspectDocker(named, "containers", ["one", "two", "three"])).toHaveLength(3);
  });

  test("that a context names is for the client to find; a variable goes before it", async () => {
    client(`console.error("context " + process.env.DOCKER_CONTEXT + " cannot be used");
process.exit(1);
`);
    const told = async () => (await faultOf(listDocker(named, "networks"))).what;
    const { DOCKER_CONFIG, DOCKER_CONTEXT } = process.env;
    try {
      delete process.env.DOCKER_HOST;
      process.env.DOCKER_CONTEXT = "room";
      expect(await told()).toContain("at context room: context room cannot be used");
      delete process.env.DOCKER_CONTEXT;
      process.env.DOCKER_CONFIG = folder;
      writeFileSync(join(folder, "config.json"), '{ "currentContext": "desktop" }');
      expect(await told()).toContain("at context desktop: ");
      process.env.DOCKER_HOST = `unix://${docker.socket}`;
      docker.answers([]);
      expect(await listDocker(named, "networks")).toEqual([]);
    } finally {
      for (const [key, value] of Object.entries({ DOCKER_CONFIG, DOCKER_CONTEXT }))
        if (value === undefined) delete process.env[key];
        else process.env[key] = value;
    }
  });

  test("no more than four clients lead there at once", async () => {
    const running = join(folder, "running");
    client(`const { appendFileSync } = require("node:fs");
appendFileSync(${JSON.stringify(running)}, "+");
const socket = require("node:net").connect(${JSON.stringify(docker.socket)});
process.stdin.pipe(socket);
socket.pipe(process.stdout);
socket.on("close", () => appendFileSync(${JSON.stringify(running)}, "-"));
`);
    docker.answer = (_request, response) => setTimeout(() => response.end('{ "Name": "one" }'), 50);
    const names = Array.from({ length: 10 }, (_, index) => `c${index}`);
    expect(await inspectDocker(named, "containers", names)).toHaveLength(10);
    let now = 0;
    const most = [...readFileSync(running, "utf8")].map((sign) => (now += sign === "+" ? 1 : -1));
    expect(Math.max(...most)).toBeLessThanOrEqual(4);
    expect(most.length).toBeGreaterThanOrEqual(10);
  });

  test("that the client does not reach: its words", async () => {
    client(`console.error("error during connect: ssh: connect to host elsewhere port 22: Connection refused");
process.exit(1);
`);
    expect(await faultOf(listDocker(named, "networks"))).toMatchObject({
      code: "docker-not-running",
      what: expect.stringContaining("elsewhere port 22: Connection refused"),
    });
  });

  test("where there is no client, that is what is told", async () => {
    process.env.DOCKER_HOST = "ssh://root@elsewhere";
    process.env.PATH = folder;
    expect(await faultOf(listDocker(named, "networks"))).toMatchObject({
      what: expect.stringContaining("spawn docker ENOENT"),
    });
  });
});
