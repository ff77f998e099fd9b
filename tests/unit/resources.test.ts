import { resourcesOf, secretsOf } from "../../course/resources";
import { devPlan, planOf } from "./labs";

const shown = (...args: Parameters<typeof resourcesOf>) =>
  resourcesOf(...args).map(({ type, name }) => `${type} ${name}`);

test("the dev lab's stack holds exactly these; that the engine makes them is proved elsewhere", () => {
  const plan = devPlan();
  const [unit] = plan.units;
  if (!unit) throw new Error("no unit");
  expect(shown(plan, unit)).toEqual([
    "pulumi:pulumi:Stack classlab-dev",
    "classlab:index:LabRecord record",
    "pulumi:providers:command scripts",
    "pulumi:providers:random secrets",
    "classlab:index:HypervisorHost this-machine",
    "pulumi:providers:docker this-machine-docker",
    "classlab:index:VirtualSwitch lan",
    "docker:index/network:Network lan-network",
    "classlab:index:TeamLab team-01",
    "classlab:index:TeamKey team-01-key",
    "random:index/randomPassword:RandomPassword team-01-key-seed",
    "classlab:index:GuestVm team-01-ubuntu-test1",
    "docker:index/volume:Volume team-01-ubuntu-test1-disk",
    "docker:index/container:Container team-01-ubuntu-test1-machine",
    "command:local:Command team-01-ubuntu-test1-ready",
    "command:local:Command team-01-ubuntu-test1-adapters",
    "classlab:index:DockerHost team-01-ubuntu-test1-docker",
    "command:local:Command team-01-ubuntu-test1-docker-images",
    "pulumi:providers:docker team-01-ubuntu-test1-docker-engine",
    "classlab:index:NginxServer team-01-ubuntu-test1-docker-nginx",
    "docker:index/container:Container team-01-ubuntu-test1-docker-nginx-container",
    "classlab:index:NginxFarm team-01-ubuntu-test1-docker-nginx-farm",
    "command:local:Command team-01-ubuntu-test1-docker-nginx-farm-containers",
    "classlab:index:PhpApache team-01-ubuntu-test1-docker-php-apache",
    "command:local:Command team-01-ubuntu-test1-docker-php-apache-page",
    "docker:index/container:Container team-01-ubuntu-test1-docker-php-apache-container",
    "classlab:index:WordPressStack team-01-ubuntu-test1-docker-wordpress",
    "random:index/randomPassword:RandomPassword team-01-ubuntu-test1-docker-wordpress-password",
    "random:index/randomPassword:RandomPassword team-01-ubuntu-test1-docker-wordpress-root-password",
    "command:local:Command team-01-ubuntu-test1-docker-wordpress-files",
    "docker:index/network:Network team-01-ubuntu-test1-docker-wordpress-network",
    "docker:index/volume:Volume team-01-ubuntu-test1-docker-wordpress-data",
    "docker:index/container:Container team-01-ubuntu-test1-docker-wordpress-database",
    "docker:index/container:Container team-01-ubuntu-test1-docker-wordpress-site",
    "classlab:index:GuestVm team-01-ubuntu-test2",
    "docker:index/volume:Volume team-01-ubuntu-test2-disk",
    "docker:index/container:Container team-01-ubuntu-test2-machine",
    "command:local:Command team-01-ubuntu-test2-ready",
    "command:local:Command team-01-ubuntu-test2-adapters",
    "classlab:index:DockerHost team-01-ubuntu-test2-docker",
    "command:local:Command team-01-ubuntu-test2-docker-images",
  ]);
});

test("per team: switches in the site's stack, guests in their team's only", () => {
  const plan = planOf("lab", { teams: 2, guests: [{ name: "a" }] });
  const lists = plan.units.map((unit) => shown(plan, unit));
  const holding = (word: string) => lists.map((list) => list.some((line) => line.endsWith(` ${word}`)));
  expect(holding("lan-network")).toEqual([true, false, false]);
  expect(holding("team-01-a-machine")).toEqual([false, true, false]);
  expect(holding("team-02-a-machine")).toEqual([false, false, true]);
  expect(lists.map((list) => list[0])).toEqual([
    "pulumi:pulumi:Stack classlab-lab-site",
    "pulumi:pulumi:Stack classlab-lab-team-01",
    "pulumi:pulumi:Stack classlab-lab-team-02",
  ]);
});

test("a team's secrets are its key's seed and its stacks' passwords, no other team's", () => {
  const plan = planOf("lab", {
    teams: 2,
    guests: [{ name: "a", docker: [{ kind: "wordpress", port: 80 }] }],
  });
  expect(plan.teams.map((team) => secretsOf(plan, team).map(({ name }) => name))).toEqual(
    ["team-01", "team-02"].map((team) => [
      `${team}-key-seed`,
      `${team}-a-docker-wordpress-password`,
      `${team}-a-docker-wordpress-root-password`,
    ]),
  );
});
