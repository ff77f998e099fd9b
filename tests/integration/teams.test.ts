import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { execute, output, ROOT } from "../support/cli";
import { StandInInternet } from "../support/standInInternet";
import { SKIP_INTEGRATION, TestLab } from "../support/testLab";
import { blackhole, redRows, verified } from "../support/verifying";

// The example of three teams, each in a stack of its own: one is made to fail while the others come up. Only the subnets are
// the test's own, and the internet is a stand-in.
const suite = SKIP_INTEGRATION ? describe.skip : describe;

/** The example's text with subnets from 192.168.145.0 on, and the stand-in for the internet. */
function example(): string {
  const file = join(ROOT, "examples/02-three-teams/Pulumi.three-teams.yaml");
  const document: { config: { "classlab:lab": { switches: { subnet: string }[]; verify?: object } } } = parse(
    readFileSync(file, "utf8"),
  );
  const lab = document.config["classlab:lab"];
  lab.switches.forEach((entry, index) => {
    // Three teams have three subnets.
    entry.subnet = `192.168.${145 + 3 * index}.0/24`;
  });
  lab.verify = {
    internetProbe: { pages: [{ url: `http://${StandInInternet.address}/`, contains: "stand-in internet" }] },
  };
  return stringify(document);
}

suite("three teams", () => {
  const lab = new TestLab("iteams", example());
  let internet: StandInInternet;
  let open: () => Promise<void>;

  beforeAll(async () => {
    open = await blackhole("192.168.128.0/19");
    internet = await StandInInternet.start();
  });

  afterAll(async () => {
    await execute("docker", ["rm", "-f", "iteams-team-02-inside"]);
    await lab.dispose();
    await internet.stop();
    await open();
  }, 240_000);

  const states = async (team: string) =>
    (await output("docker", ["ps", "--filter", `name=^iteams-${team}-`, "--format", "{{.Names}}"]))
      .split("\n")
      .filter(Boolean)
      .sort();

  test("a team that fails stops no other, and is named with its cause", async () => {
    // A stranger's container has the name of a guest of team 2.
    const image =
      (await output("docker", ["images", "-q", "--filter", "label=classlab.image=guest"])).split("\n")[0] ??
      "";
    await output("docker", ["run", "-d", "--name", "iteams-team-02-inside", image, "sleep", "3600"]);
    const result = await lab.run("up", "--yes", "--json");
    expect(result.code).toBe(1);
    const document = JSON.parse(result.stdout);
    expect(document.ok).toBe(false);
    const failed = document.units.filter((unit: { failed?: object[] }) => unit.failed);
    expect(failed.map((unit: { stack: string }) => unit.stack)).toEqual(["iteams-team-02"]);
    expect(failed[0].failed[0].code).toBe("object-in-the-way");
    expect(document.units.map((unit: { stack: string }) => unit.stack).sort()).toEqual([
      "iteams-site",
      "iteams-team-01",
      "iteams-team-02",
      "iteams-team-03",
    ]);
    expect(await states("team-01")).toEqual(["iteams-team-01-inside", "iteams-team-01-outside"]);
    expect(await states("team-03")).toEqual(["iteams-team-03-inside", "iteams-team-03-outside"]);
  }, 600_000);

  test("told to a person: how many are up, which is not and why, and how to go on", async () => {
    const result = await lab.run("up", "--yes");
    expect(result.code).toBe(1);
    expect(result.stdout).toContain("2 up, team-02: ");
    expect(result.stdout).toContain("[object-in-the-way]");
    expect(result.stdout).toContain("--failed");
  }, 240_000);

  test("up --failed brings up the one that is not, and runs no other", async () => {
    await output("docker", ["rm", "-f", "iteams-team-02-inside"]);
    const document = await lab.up("--failed");
    expect(document.units.map(({ stack }) => stack)).toEqual(["iteams-team-02"]);
    expect(await states("team-02")).toEqual(["iteams-team-02-inside", "iteams-team-02-outside"]);
    const again = await lab.up("--failed");
    expect(again.units).toEqual([]);
  }, 300_000);

  test("one team alone, with what it shares", async () => {
    const document = await lab.up("--team", "team-03");
    expect(document.units.map(({ stack }) => stack)).toEqual(["iteams-site", "iteams-team-03"]);
  }, 120_000);

  test("verify is green: every pair of teams in every mode is apart, or together where the mode says so", async () => {
    const { code, report } = await verified(lab);
    expect(redRows(report)).toEqual({});
    expect(code).toBe(0);
    const across = report.rows.filter(
      ({ from, to }) => from?.kind === "guest" && to?.kind === "guest" && from.team !== to.team,
    );
    expect(new Set(across.filter((row) => row.expected).map((row) => row.mode))).toEqual(
      new Set(["bridged"]),
    );
    expect(across.filter((row) => !row.expected && row.control).length).toBeGreaterThan(50);
  }, 120_000);

  test("nothing is left: down takes teams before what they share, sweep finds nothing", async () => {
    expect((await lab.run("down", "--yes")).code).toBe(0);
    expect((await lab.run("sweep")).code).toBe(0);
  }, 240_000);
});
