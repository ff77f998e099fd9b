import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { output, ROOT } from "../support/cli";
import { StandInInternet } from "../support/standInInternet";
import { SKIP_INTEGRATION, TestLab } from "../support/testLab";
import { blackhole, redRows, verified } from "../support/verifying";

// The example of states on the real engine and Docker: a team at the start of an exercise beside one that has it solved. Only the
// subnet is the test's own, and the internet is a stand-in.
const suite = SKIP_INTEGRATION ? describe.skip : describe;

interface States {
  teams: { id: string; state: { exercise: string; at: string } }[];
  switches?: object[];
  guests?: object[];
  verify?: object;
}

function example(): string {
  const file = join(ROOT, "examples/08-states/Pulumi.states.yaml");
  const text = readFileSync(file, "utf8").replaceAll("192.168.99.", "192.168.170.");
  const document: { config: { "classlab:lab": States } } = parse(text);
  const lab = document.config["classlab:lab"];
  lab.switches ??= [{ name: "lan", mode: "bridged", subnet: "192.168.170.0/24" }];
  lab.verify = {
    internetProbe: { pages: [{ url: `http://${StandInInternet.address}/`, contains: "stand-in internet" }] },
  };
  return stringify(document);
}

suite("start and solved side by side", () => {
  const lab = new TestLab("istates", example());
  let internet: StandInInternet;
  let open: () => Promise<void>;

  beforeAll(async () => {
    open = await blackhole("192.168.160.0/19");
    internet = await StandInInternet.start();
    await lab.up();
  }, 600_000);

  afterAll(async () => {
    await lab.dispose();
    await internet.stop();
    await open();
  }, 240_000);

  const inside = async (team: string, script: string) =>
    (
      await output("docker", ["exec", "-i", `istates-${team}-ubuntu-test1`, "sh", "-eu", "-s"], {
        stdin: script,
      })
    ).trim();
  const containers = async (team: string) =>
    (await inside(team, "docker ps -a --format '{{.Names}}'")).split("\n").filter(Boolean).sort();
  const started = (team: string) =>
    output("docker", ["container", "inspect", "-f", "{{.State.StartedAt}}", `istates-${team}-ubuntu-test1`]);
  const moveOn = (exercise: string, at: string) =>
    lab.edit((document) => {
      const teams: unknown = document.teams;
      if (!Array.isArray(teams)) throw new Error("the example lists its teams");
      teams[0].state = { exercise, at };
    });

  test("at the start of 4-docker: Docker and the course images, and no container", async () => {
    expect(await containers("team-01")).toEqual([]);
    const images = (await inside("team-01", "docker images --format '{{.Repository}}:{{.Tag}}'")).split("\n");
    for (const image of ["nginx:latest", "hello-world:latest", "ubuntu:latest", "alpine:latest"])
      expect(images).toContain(image);
  });

  test("solved: what the exercise ends with", async () => {
    expect(await containers("team-02")).toEqual(
      ["nginx", ...Array.from({ length: 10 }, (_, index) => `nginx-farm-${8001 + index}`)].sort(),
    );
  });

  test("verify judges each by its own state, and both are green", async () => {
    const { code, report } = await verified(lab);
    expect(redRows(report)).toEqual({});
    expect(code).toBe(0);
    expect(report.teams.map(({ id, state }) => [id, state])).toEqual([
      ["team-01", { at: "start", exercise: "4-docker" }],
      ["team-02", { at: "solved", exercise: "4-docker" }],
    ]);
  }, 120_000);

  test("what learners make at the start is listed and not judged", async () => {
    await inside("team-01", "docker run -d --name my-web -p 8080:80 nginx >/dev/null");
    const { code, report } = await verified(lab, "--team", "team-01");
    expect(redRows(report)).toEqual({});
    expect(code).toBe(0);
    expect(report.extras.map((extra) => JSON.stringify(extra)).join()).toContain("my-web");
  }, 120_000);

  test("moving on where a learner's container holds a port: refused by name, nothing changed", async () => {
    moveOn("4-docker", "solved");
    const result = await lab.run("up", "--yes", "--json");
    expect(result.code).toBe(1);
    expect(result.stdout).toContain("my-web");
    expect(result.stdout).toContain("8080");
    expect(await containers("team-01")).toEqual(["my-web"]);
  }, 240_000);

  test("moving on otherwise: only that team changes, its guests run on, and verify is green", async () => {
    await inside("team-01", "docker rm -f my-web >/dev/null; echo mine > /home/ubuntu/mine");
    const before = await started("team-01");
    const document = await lab.up();
    const changed = document.units.filter(({ changes }) => Object.keys(changes).some((op) => op !== "same"));
    expect(changed.map(({ stack }) => stack)).toEqual(["istates-team-01"]);
    // The update is that of the DockerHost, which knows what runs on it.
    expect(changed[0]?.changes).toEqual({ same: expect.any(Number), create: expect.any(Number), update: 1 });
    expect(await started("team-01")).toBe(before);
    expect(await inside("team-01", "cat /home/ubuntu/mine")).toBe("mine");
    const { code, report } = await verified(lab);
    expect(redRows(report)).toEqual({});
    expect(code).toBe(0);
  }, 300_000);
});
