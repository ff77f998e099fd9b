import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { sshCommand } from "../../cli/output";
import { sectionsOf } from "../../cli/plan/sections";
import { renderPlan } from "../../cli/plan/terminal";
import { Progress } from "../../cli/progress";
import { reportOf } from "../../course/report";
import type { EngineEvent } from "../../operations/engine";
import { planLab } from "../../operations/plan";
import { readStackFile } from "../../operations/stackFile";
import { devPlan, guestNamed, planOf, ROOT } from "./labs";

const URN = "urn:pulumi:dev::classlab::classlab:index:TeamLab$docker:index/container:Container::";

/** An event of the engine, as far as progress reads it. */
function event(kind: "resourcePreEvent" | "resOutputsEvent" | "resOpFailedEvent", name: string, op: string) {
  const made: object = {
    sequence: 0,
    timestamp: 0,
    [kind]: { metadata: { op, urn: `${URN}${name}`, type: "docker:index/container:Container" } },
  };
  return made as EngineEvent;
}

function progress(live: boolean): { shown: Progress; text: () => string } {
  const written: string[] = [];
  const shown = new Progress({ live, write: (text) => written.push(text) });
  return { shown, text: () => written.join("") };
}

const withoutTime = (text: string) => text.replace(/^ *\d+\.\d s {2}/gm, "");

describe("progress", () => {
  test("plain: one line a finished step, nothing else", () => {
    const { shown, text } = progress(false);
    for (const name of ["team-01-a-machine", "team-01-a-ready"]) {
      shown.event(event("resourcePreEvent", name, "create"));
    }
    expect(text()).toBe("");
    shown.event(event("resOutputsEvent", "team-01-a-machine", "create"));
    shown.event(event("resOpFailedEvent", "team-01-a-ready", "create"));
    shown.line("cleaning up");
    shown.stop();
    expect(withoutTime(text())).toBe(
      "team-01-a: guest started\nteam-01-a: guest ready FAILED\ncleaning up\n",
    );
    expect(text()).toMatch(/^( *\d+\.\d s {2}.+\n){3}$/);
    expect(stripVTControlCharacters(text())).toBe(text());
    expect(text()).not.toContain("\r");
  });

  test.each([
    ["team-01-a-machine", "create", "team-01-a: guest started\n"],
    ["team-01-a-ready", "update", "team-01-a: guest ready (updated)\n"],
    ["team-01-a-adapters", "update", "team-01-a: adapters connected (updated)\n"],
    ["team-01-a-docker-images", "create", "team-01-a-docker: course images loaded\n"],
    ["team-01-a-docker-nginx-farm-containers", "create", "team-01-a-docker-nginx-farm: nginx farm\n"],
    [
      "team-01-a-docker-nginx-container",
      "create-replacement",
      "team-01-a-docker-nginx: container (replaced)\n",
    ],
    ["lan-network", "delete", "lan: network (removed)\n"],
    ["team-01-a-machine", "replace", ""],
    // Not worth a line: what stays, what is read, what stands for nothing that people know.
    ["team-01-a-machine", "same", ""],
    ["team-01-a-machine", "refresh", ""],
    ["this-machine", "create", ""],
    ["team-01-key-seed", "create", ""],
  ])("%s, %s: %j", (name, op, expected) => {
    const { shown, text } = progress(false);
    shown.event(event("resOutputsEvent", name, op));
    expect(withoutTime(text())).toBe(expected);
  });

  test("other events of the engine are nothing", () => {
    const { shown, text } = progress(false);
    shown.event({ sequence: 0, timestamp: 0 });
    expect(text()).toBe("");
  });

  test("on a terminal a last line says what is under way, and is wiped before the next and at the end", () => {
    const { shown, text } = progress(true);
    for (const name of ["a-machine", "b-machine", "c-machine"]) {
      shown.event(event("resourcePreEvent", name, "create"));
    }
    expect(text()).toMatch(/… a: guest started, b: guest started and 1 more$/);
    shown.event(event("resOutputsEvent", "a-machine", "create"));
    const wipe = "\r\u001b[K";
    const [line, under] = text().split(wipe).at(-1)?.split("\n") ?? [];
    expect(line).toMatch(/^ *\d+\.\d s {2}a: guest started$/);
    expect(under).toMatch(/… b: guest started, c: guest started$/);
    shown.stop();
    expect(text().endsWith(wipe)).toBe(true);
  });
});

test("a switch of each host is shown, also where a team has it alone and others share one of its name", () => {
  const plan = planOf("lab", {
    target: "libvirt",
    teams: 3,
    hosts: [
      { kind: "this-machine", name: "here", maxTeams: 2 },
      { kind: "existing", name: "pc", address: "pc.example", os: "linux" },
    ],
    switches: [
      { name: "lan", mode: "bridged" },
      { name: "nat", mode: "nat-network" },
    ],
    guests: [{ name: "a", adapters: [{ switch: "lan" }, { switch: "nat" }] }],
  });
  const { sections } = sectionsOf(reportOf(plan), "en");
  expect(sections.find(({ title }) => title === "Switches")?.rows).toEqual([
    ["lan", "bridged", "192.168.99.0/24", "192.168.99.1", "here"],
    ["lan", "bridged", "192.168.99.0/24", "192.168.99.1", "pc"],
    ["nat", "nat-network", "192.168.20.0/24 …", "192.168.20.1 …", "each team's own"],
  ]);
});

test("a sum that lacks a price says so itself", () => {
  const costOf = (instanceType: string, language: "en" | "ja") => {
    const plan = planOf("lab", {
      target: "libvirt",
      hosts: [
        { kind: "ec2", name: "h", region: "ap-northeast-1", instanceType, allowedCidrs: ["203.0.113.0/24"] },
      ],
      switches: [{ name: "nat", mode: "nat-network" }],
      guests: [{ name: "a", adapters: [{ switch: "nat" }] }],
    });
    return sectionsOf(reportOf(plan), language).sections.flatMap(({ rows }) =>
      rows.flatMap(([name, amount]) =>
        name === "running, an hour" || name === "稼働中、1時間あたり" ? [amount] : [],
      ),
    );
  };
  expect(costOf("t3.micro", "en")[0]).toMatch(/^at least \$0\.\d\d \(¥\d\)$/);
  expect(costOf("t3.micro", "ja")[0]).toMatch(/^\$0\.\d\d \(¥\d\) 以上$/);
  expect(costOf("m8i.2xlarge", "en")[0]).toMatch(/^\$0\.\d\d \(¥\d\d\)$/);
});

describe("in the checkout", () => {
  const before = { home: process.env.CLASSLAB_HOME, folder: process.cwd() };
  beforeEach(() => {
    process.chdir(ROOT);
    delete process.env.CLASSLAB_HOME;
  });
  afterEach(() => {
    process.chdir(before.folder);
    if (before.home === undefined) delete process.env.CLASSLAB_HOME;
    else process.env.CLASSLAB_HOME = before.home;
  });
  test.each([
    ["plan-dev", "Pulumi.dev.yaml", "en"],
    ["plan-three-teams", "examples/02-three-teams/Pulumi.three-teams.yaml", "en"],
    ["plan-vlan", "examples/03-vlan/Pulumi.vlan.yaml", "ja"],
    ["plan-cohort", "examples/03-cohort-30-teams/Pulumi.cohort-30-teams.yaml", "ja"],
    ["plan-network-modes", "examples/04-network-modes/Pulumi.network-modes.yaml", "en"],
    ["plan-libvirt", "examples/05-libvirt/Pulumi.libvirt.yaml", "en"],
    ["plan-virtualbox-team", "examples/06-virtualbox-team/Pulumi.virtualbox-team.yaml", "ja"],
    ["plan-snapshots", "examples/11-snapshots/Pulumi.snapshots.yaml", "ja"],
    ["plan-states", "examples/08-states/Pulumi.states.yaml", "en"],
  ] as const)("%s: what people read of %s", (expected, path, language) => {
    const report = reportOf(planLab(readStackFile(join(ROOT, path))));
    const text = stripVTControlCharacters(renderPlan(report, language));
    expect(text).toBe(readFileSync(join(ROOT, `tests/unit/expected/${expected}.txt`), "utf8"));
  });

  const command = (home: string | undefined, plan = devPlan(), name = "ubuntu-test1") => {
    if (home !== undefined) process.env.CLASSLAB_HOME = home;
    return sshCommand(plan, guestNamed(plan, name));
  };

  test("the SSH command is short", () => {
    expect(command(undefined)).toBe("ssh -F .classlab/ssh/dev.conf ubuntu-test1");
  });

  test("the SSH command names the whole path elsewhere, and the team where there are several", () => {
    const plan = planOf("lab", { teams: 2, guests: [{ name: "a" }] });
    expect(command("/srv/labs", plan, "a")).toBe("ssh -F /srv/labs/ssh/lab.conf team-01-a");
  });

  test.each(["/srv/my labs", "/srv/山田/labs", "/srv/it's $(here)/`labs`", '/srv/"labs"', "/srv/a;b"])(
    "the SSH command is three words for a shell with home %s",
    (home) => {
      const printed = command(home).replace(/^ssh /, "printf '%s\\n' ");
      const { stdout } = spawnSync("sh", ["-c", printed], { encoding: "utf8" });
      expect(stdout).toBe(`-F\n${home}/ssh/dev.conf\nubuntu-test1\n`);
    },
  );
});
