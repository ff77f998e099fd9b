import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checksOf } from "../../course/checks";
import { planLab } from "../../operations/plan";
import { readStackFile } from "../../operations/stackFile";
import { ROOT } from "./labs";

// Examples are read as users run them; what stands of them is measured by the tests of integration, with other subnets.
const examples = readdirSync(join(ROOT, "examples")).flatMap((folder) =>
  readdirSync(join(ROOT, "examples", folder))
    .filter((file) => /^Pulumi\..*\.yaml$/.test(file))
    .map((file) => `examples/${folder}/${file}`),
);

test("there are examples, numbered", () => {
  expect(examples.length).toBeGreaterThan(1);
  for (const path of examples) expect(path).toMatch(/^examples\/\d\d-[a-z0-9-]+\//);
});

test.each(examples)("%s is a lab without a fault, and its README runs it by its path", (path) => {
  const plan = planLab(readStackFile(join(ROOT, path)));
  expect(checksOf(plan, undefined).length).toBeGreaterThan(10);
  const readme = readFileSync(join(ROOT, path, "../README.md"), "utf8");
  // Those of clouds are looked at first: they cost.
  const clouds = plan.units.some(({ kind }) => kind === "hosts");
  for (const verb of clouds ? ["plan", "up", "down"] : ["up", "verify", "down"])
    expect(readme).toContain(`npx classlab ${verb} --config ${path}`);
});

test("the examples of clouds give each remote team a host of its own; in the mixed class the others have PCs", () => {
  const hostsOf = (path: string) => planLab(readStackFile(join(ROOT, path))).teams.map(({ host }) => host);
  expect(hostsOf("examples/08-aws/Pulumi.aws.yaml")).toEqual(["aws-team-01", "aws-team-02"]);
  expect(hostsOf("examples/09-azure/Pulumi.azure.yaml")).toEqual(["azure-team-01", "azure-team-02"]);
  expect(hostsOf("examples/10-mixed-cohort/Pulumi.mixed-cohort.yaml")).toEqual([
    ...["pc-1", "pc-2", "pc-3", "pc-4", "pc-5", "pc-6"],
    ...["aws-team-07", "aws-team-08", "azure-team-09", "azure-team-10"],
  ]);
  const windows = planLab(readStackFile(join(ROOT, "examples/12-cloud-hyperv/Pulumi.cloud-hyperv.yaml")));
  expect(windows.hosts.map(({ name, target }) => [name, target])).toEqual([
    ["aws-team-01", "hyperv"],
    ["az-team-02", "hyperv"],
  ]);
});

test("the example of network modes has a pair of guests in every mode, in two teams", () => {
  const plan = planLab(readStackFile(join(ROOT, "examples/04-network-modes/Pulumi.network-modes.yaml")));
  expect(plan.teams.length).toBe(2);
  for (const { guests } of plan.teams) {
    const modes = guests.flatMap(({ adapters }) => adapters.map(({ mode }) => mode));
    for (const mode of ["bridged", "nat-network", "nat", "host-only", "internal"] as const)
      expect(modes.filter((own) => own === mode).length).toBeGreaterThanOrEqual(2);
    expect(modes).toContain("disabled");
  }
});

test("the example of virtual machines has one guest inside and one on the LAN as well, in less than 4 GB together", () => {
  const plan = planLab(readStackFile(join(ROOT, "examples/05-libvirt/Pulumi.libvirt.yaml")));
  expect(plan.hosts.map(({ kind, target }) => [kind, target])).toEqual([["this-machine", "libvirt"]]);
  const [team] = plan.teams;
  expect(team?.guests.map(({ name, adapters }) => [name, adapters.map(({ mode }) => mode)])).toEqual([
    ["ubuntu-test1", ["nat-network"]],
    ["docker-host", ["bridged", "nat-network"]],
  ]);
  const memory = team?.guests.map((guest) => guest.memory.max) ?? [];
  expect(memory.reduce((sum, each) => sum + each, 0)).toBeLessThan(4096);
});

test("the example of states has one team at the start and one with the exercise solved, on guests alike", () => {
  const plan = planLab(readStackFile(join(ROOT, "examples/08-states/Pulumi.states.yaml")));
  expect(plan.teams.map(({ id, status }) => [id, status])).toEqual([
    ["team-01", { at: "start", exercise: "4-docker" }],
    ["team-02", { at: "solved", exercise: "4-docker" }],
  ]);
  expect(plan.teams.map(({ guests }) => guests.map(({ docker }) => docker.map(({ name }) => name)))).toEqual([
    [[], []],
    [["nginx-farm", "nginx"], []],
  ]);
  const services = checksOf(plan, undefined).filter(({ kind }) => kind === "service");
  expect(new Set(services.map(({ team }) => team))).toEqual(new Set(["team-02"]));
});

test("the example of a cohort has 30 teams and a spare one, with addresses from their numbers", () => {
  const plan = planLab(readStackFile(join(ROOT, "examples/03-cohort-30-teams/Pulumi.cohort-30-teams.yaml")));
  expect(plan.teams.map(({ id }) => id).slice(-2)).toEqual(["team-30", "spare-01"]);
  const adapters = plan.teams.flatMap(({ guests }) => guests.flatMap((guest) => guest.adapters));
  const addresses = adapters.flatMap((adapter) => (adapter.mode === "disabled" ? [] : [adapter.address]));
  expect(new Set(addresses).size).toBe(62);
  expect(addresses.slice(0, 4)).toEqual([
    "192.168.99.99",
    "192.168.99.98",
    "192.168.99.100",
    "192.168.99.101",
  ]);
  expect(addresses.slice(-2)).toEqual(["192.168.99.248", "192.168.99.249"]);
});

test("the example of snapshots has one guest with a snapshot, and a clone of each kind", () => {
  const plan = planLab(readStackFile(join(ROOT, "examples/11-snapshots/Pulumi.snapshots.yaml")));
  expect(plan.hosts.map(({ kind, target }) => [kind, target])).toEqual([["this-machine", "libvirt"]]);
  expect(
    plan.teams[0]?.guests.map(({ name, snapshots, cloneOf }) => [name, snapshots, cloneOf?.kind]),
  ).toEqual([
    ["ubuntu-test1", ["snapshot1"], undefined],
    ["ubuntu-full", [], "full"],
    ["ubuntu-linked", [], "linked"],
  ]);
});

test("the example of a team on VirtualBox has the manual's machine, with a snapshot, a full clone and every mode to move to", () => {
  const plan = planLab(readStackFile(join(ROOT, "examples/06-virtualbox-team/Pulumi.virtualbox-team.yaml")));
  expect(plan.hosts.map(({ kind, target }) => [kind, target])).toEqual([["this-machine", "virtualbox"]]);
  const [test1, test2] = plan.teams[0]?.guests ?? [];
  expect(test1).toMatchObject({
    name: "ubuntu-test1",
    profile: "desktop",
    memory: { start: 4096 },
    disk: { size: 10, format: "auto", allocation: "dynamic" },
    clipboard: "both",
    sharedFolder: { name: "mount-test-win", mountPoint: "mnt-test" },
    snapshots: ["snapshot1"],
  });
  expect([test2?.name, test2?.cloneOf?.kind]).toEqual(["ubuntu-test2", "full"]);
  expect(plan.switches.map(({ mode }) => mode)).toEqual(["bridged", "internal", "nat-network", "host-only"]);
});
