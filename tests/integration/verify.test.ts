import { stringify } from "yaml";
import { execute, output } from "../support/cli";
import { DockerProxy } from "../support/dockerProxy";
import { WatchedRun } from "../support/killedRun";
import { randomFrom } from "../support/random";
import { StandInInternet } from "../support/standInInternet";
import { SKIP_INTEGRATION, TestLab } from "../support/testLab";
import { blackhole, redRows, rowsNamed, verified } from "../support/verifying";

// What a lab's own troubles look like to verify: each is made for real, and exactly its rows are red, with its cause. The
// internet is a stand-in on this machine.
const suite = SKIP_INTEGRATION ? describe.skip : describe;

const NET = (third: number) => `192.168.${140 + third}`;

const CONFIG = stringify({
  config: {
    "classlab:lab": {
      units: "one",
      teams: 2,
      verify: {
        internetProbe: {
          names: ["ivy-team-02-web"],
          pages: [{ url: `http://${StandInInternet.address}/`, contains: "stand-in internet" }],
        },
      },
      switches: [
        { name: "lan", mode: "bridged", subnet: `${NET(0)}.0/24` },
        { name: "side", mode: "host-only", subnet: `${NET(1)}.0/24` },
        { name: "inner", mode: "internal", subnet: `${NET(3)}.0/24` },
      ],
      guests: [
        {
          name: "web",
          adapters: [{ switch: "lan" }],
          docker: [{ kind: "nginx" }, { kind: "nginx-farm", count: 2 }, { kind: "wordpress" }],
        },
        { name: "side", adapters: [{ switch: "side" }] },
        { name: "in-1", adapters: [{ switch: "inner" }] },
        { name: "in-2", adapters: [{ switch: "inner" }] },
      ],
    },
  },
});

/** One trouble: how it is made, and the rows that it turns red, each with its cause. */
interface Trouble {
  readonly name: string;
  /** Script for this machine. */
  readonly make: string;
  /** Script that takes away what repair leaves, because it is none of ours. */
  readonly undo?: string;
  readonly red: readonly (readonly [pattern: RegExp, cause: string])[];
}

const side = "ivy-team-01-side";
const web = "ivy-team-01-web";
const inSide = (script: string) => `docker exec ${side} sh -euc '${script}'`;

const TROUBLES = [
  {
    name: "a guest is stopped",
    make: `docker stop -t 2 ${side}`,
    red: [[/team-01\/side/, "guest-not-running"]],
  },
  {
    name: "a guest is paused",
    make: `docker pause ${side}`,
    // A container's kernel, which is this machine's, answers ping for it all the same.
    red: [[/^(?!reach\/host>team-01\/side@.*\/icmp$).*team-01\/side/, "guest-paused"]],
  },
  { name: "a guest is gone", make: `docker rm -f ${side}`, red: [[/team-01\/side/, "guest-absent"]] },
  {
    name: "the SSH server is stopped",
    make: inSide("chmod -x /usr/sbin/sshd; pkill -f [s]shd.-D"),
    red: [
      [/^ssh\/team-01\/side$/, "ssh-refused"],
      [/>team-01\/side@.*\/tcp$/, "ssh-refused"],
    ],
  },
  {
    name: "the key is a wrong one",
    make: inSide("sed -i s/AAAA/AAAB/ /home/ubuntu/.ssh/authorized_keys"),
    red: [[/^ssh\/team-01\/side$/, "key-denied"]],
  },
  {
    name: "the address is changed in the guest",
    make: inSide(
      `device=$(ip -o -4 address show | sed -n "s/^[0-9]*: \\(eth[0-9]*\\) .*/\\1/p"); ip address flush dev $device; ip address add ${NET(1)}.77/24 dev $device`,
    ),
    red: [
      [/^adapter\/team-01\/side\/1$/, "wrong-address"],
      [/>team-01\/side@/, "wrong-address"],
    ],
  },
  {
    name: "the default route is removed",
    make: `docker exec ${web} ip route delete default`,
    red: [[/^(route|internet)\/team-01\/web$/, "gateway-missing"]],
  },
  {
    name: "the resolver is broken",
    make: `docker exec ${web} sh -c 'echo nameserver 192.0.2.1 > /etc/resolv.conf'`,
    red: [[/^names\/team-01\/web\//, "name-resolution"]],
  },
  {
    name: "a firewall rule in the guest drops ping",
    // Of the other team: it is made beside a trouble of this one.
    make: "docker exec ivy-team-02-side iptables -I INPUT -p icmp --icmp-type echo-request -j DROP",
    red: [[/>team-02\/side@.*\/icmp$/, "blocked"]],
  },
  {
    name: "a container of the farm is gone",
    make: `docker exec ${web} docker rm -f nginx-farm-8002`,
    red: [[/^service\/team-01\/web\/nginx-farm:8002\//, "container-absent"]],
  },
  {
    name: "the database is stopped",
    make: `docker exec ${web} docker stop wordpress-database`,
    red: [
      [/^database\/team-01\/web\//, "container-not-running"],
      [/^service\/team-01\/web\/wordpress:/, "container-not-running"],
    ],
  },
  {
    name: "port 8080 shows a wrong page",
    make: `docker exec ${web} docker exec nginx sh -c 'echo another page > /usr/share/nginx/html/index.html'`,
    red: [[/^service\/team-01\/web\/nginx:8080\//, "wrong-content"]],
  },
  {
    name: "two teams' networks are joined by hand",
    make: "docker network connect ivy-team-02-inner ivy-team-01-in-1",
    red: [
      [/^adapter\/team-01\/in-1\/only$/, "extra-adapter"],
      [/team-01\/in-1>team-02\/in-/, "leak"],
    ],
  },
  {
    name: "an internal network is given a way out",
    make: `docker network create --subnet ${NET(9)}.0/24 ivy-out
docker network connect ivy-out ivy-team-01-in-2
docker exec ivy-team-01-in-2 ip route replace default via ${NET(9)}.1`,
    undo: "docker network rm ivy-out",
    red: [
      [/^adapter\/team-01\/in-2\/only$/, "extra-adapter"],
      [/^internet\/team-01\/in-2$/, "leak"],
    ],
  },
  {
    name: "the prober's ping is missing",
    make: inSide("rm $(command -v ping)"),
    red: [[/^reach\/team-01\/side>.*\/icmp$/, "prober-missing"]],
  },
] as const satisfies readonly Trouble[];

/** Troubles that have rows of their own, so that they can be looked at together. */
const TOGETHER: readonly (readonly (typeof TROUBLES)[number]["name"][])[] = [
  ["a guest is stopped", "a container of the farm is gone", "the database is stopped"],
  ["a guest is paused", "port 8080 shows a wrong page", "the resolver is broken"],
  ["a guest is gone", "two teams' networks are joined by hand"],
  ["the SSH server is stopped", "the default route is removed", "an internal network is given a way out"],
  ["the key is a wrong one", "the prober's ping is missing"],
  ["the address is changed in the guest", "a firewall rule in the guest drops ping"],
];

/** Faults to compose one from, at any guest: the checker must not be fitted to the list above. */
function primitives(guest: string): Trouble[] {
  const container = `ivy-${guest.replace("/", "-")}`;
  const named = (text: string) => new RegExp(text.replaceAll("G", guest.replace("/", "\\/")));
  return [
    {
      name: "stopped",
      make: `docker kill ${container}`,
      red: [
        [named("G(?!-)"), "guest-not-running"],
        // Docker's DNS knows the names of what runs.
        [new RegExp(`^names/.*/${container}$`), "name-resolution"],
      ],
    },
    {
      name: "without ping",
      make: `docker exec ${container} sh -c 'rm $(command -v ping)'`,
      red: [[named("^reach/G>.*/icmp$"), "prober-missing"]],
    },
    {
      name: "with a key that is none",
      make: `docker exec ${container} sh -c 'echo > /home/ubuntu/.ssh/authorized_keys'`,
      red: [[named("^ssh/G$"), "key-denied"]],
    },
    {
      name: "that drops all connections to SSH",
      make: `docker exec ${container} iptables -I INPUT -p tcp --dport 22 -j DROP`,
      // Over its loopback as well: nothing is left that a no could be measured against.
      red: [
        [named(">G@.*/tcp$"), "blocked"],
        [named("^ssh/G$"), "ssh-refused"],
      ],
    },
    {
      name: "without a course image",
      make: `docker exec ${container} docker rmi -f alpine:latest`,
      red: [[named("^images/G$"), "image-absent"]],
    },
  ];
}

suite("verify", () => {
  const lab = new TestLab("ivy", CONFIG);
  let internet: StandInInternet;
  let open: () => Promise<void>;

  beforeAll(async () => {
    open = await blackhole("192.168.128.0/19");
    internet = await StandInInternet.start();
    await lab.up();
  }, 20 * 60_000);

  afterAll(async () => {
    await lab.dispose();
    await internet.stop();
    await open();
  }, 240_000);

  async function recovers(trouble: Trouble): Promise<void> {
    await output("sh", ["-eu", "-c", trouble.make]);
    try {
      const { code, report } = await verified(lab);
      expect(redRows(report)).toEqual(rowsNamed(report, trouble.red));
      expect(Object.keys(redRows(report)).length).toBeGreaterThan(0);
      expect({ code, ok: report.ok, partial: report.partial }).toEqual({
        code: 4,
        ok: false,
        partial: false,
      });
    } finally {
      // What one trouble leaves must not be the next one's.
      await lab.up("--repair");
      if (trouble.undo) await output("sh", ["-eu", "-c", trouble.undo]);
    }
    const after = await verified(lab);
    expect(redRows(after.report)).toEqual({});
    expect(after.code).toBe(0);
  }

  test("a lab as planned is green in every row, every no has its control, and nothing of verify stays", async () => {
    const { code, report } = await verified(lab);
    expect(redRows(report)).toEqual({});
    expect({ code, ok: report.ok, partial: report.partial }).toEqual({ code: 0, ok: true, partial: false });
    const negatives = report.rows.filter((row) => !row.expected);
    expect(negatives.length).toBeGreaterThan(50);
    expect(negatives.filter((row) => !row.control)).toEqual([]);
    expect((await execute("docker", ["ps", "-aq", "--filter", "name=ivy-verify"])).stdout).toBe("");
    expect((await lab.pulumi("preview", "--expect-no-changes")).code).toBe(0);
  }, 120_000);

  test("every trouble of the list is made", () => {
    expect(TOGETHER.flat().sort()).toEqual(TROUBLES.map(({ name }) => name).sort());
  });

  test.each(TOGETHER.map((names) => [names.join("; "), names] as const))(
    "%s: exactly their rows, their causes, and green after up --repair",
    async (_title, names) => {
      const troubles: Trouble[] = TROUBLES.filter(({ name }) => names.includes(name));
      await recovers({
        name: names.join("; "),
        make: troubles.map(({ make }) => make).join("\n"),
        undo: troubles.map(({ undo }) => undo ?? "").join("\n"),
        red: troubles.flatMap(({ red }) => red),
      });
    },
    240_000,
  );

  test("a fault drawn at random", async () => {
    const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);
    const random = randomFrom(seed);
    const pick = <T>(items: readonly T[]): T => {
      const item = items[Math.floor(random() * items.length)];
      if (item === undefined) throw new Error("nothing to pick from");
      return item;
    };
    const guest = pick(["team-01/side", "team-01/in-1", "team-02/side", "team-02/in-2", "team-02/web"]);
    const trouble = pick(primitives(guest));
    try {
      await recovers(trouble);
    } catch (error) {
      throw new Error(`${guest} ${trouble.name} (CHAOS_SEED=${seed})`, { cause: error });
    }
  }, 240_000);

  const inTheMiddle = async (run: WatchedRun) =>
    expect(await run.event(["event=exec_start", "container=ivy-team-02-in-1"])).toBe(true);

  test("Ctrl-C in the middle: a partial report, marked so", async () => {
    const run = new WatchedRun(lab, "verify");
    await inTheMiddle(run);
    run.signal("SIGINT");
    expect(await run.finished()).toBe(4);
    expect(run.output).toContain("Partial: it ended before everything was measured.");
    expect(run.output).toContain("[interrupted]");
    expect((await execute("docker", ["ps", "-aq", "--filter", "name=ivy-verify"])).stdout).toBe("");
  }, 60_000);

  test("Docker gone in the middle: what was not measured is not green, and says why", async () => {
    const docker = await DockerProxy.start(lab.folder);
    lab.env.DOCKER_HOST = docker.host;
    try {
      const run = new WatchedRun(lab, "verify");
      await inTheMiddle(run);
      await docker.cut();
      expect(await run.finished()).toBe(4);
      expect(run.output).toContain("Partial: it ended before everything was measured.");
      expect(run.output).toContain("[platform-silent]");
    } finally {
      delete lab.env.DOCKER_HOST;
      const left = await output("docker", ["ps", "-aq", "--filter", "name=ivy-verify"]);
      await execute("docker", ["rm", "-f", ...left.split("\n").filter(Boolean)]);
    }
  }, 60_000);

  test("time that is over: a partial report as well", async () => {
    const { code, report } = await verified(lab, "--timeout", "1");
    expect({ code, partial: report.partial }).toEqual({ code: 4, partial: true });
    expect(Object.values(redRows(report))).toContain("timed-out");
  }, 60_000);

  test("one team or one exercise alone, and names that are unknown", async () => {
    const team = await verified(lab, "--team", "team-02");
    expect(team.code).toBe(0);
    expect(new Set(team.report.rows.map((row) => row.team))).toEqual(new Set(["team-02"]));
    const exercise = await verified(lab, "--exercise", "6-wordpress");
    expect(exercise.report.rows.every((row) => row.exercises.includes("6-wordpress"))).toBe(true);
    expect(exercise.report.rows.length).toBeGreaterThan(5);
    const unknown = await lab.run("verify", "--team", "team-9");
    expect({ code: unknown.code, stderr: unknown.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("Expected one of team-01, team-02. [unknown-team]"),
    });
    expect((await lab.run("verify", "--exercise", "9-x")).stderr).toContain("[unknown-exercise]");
  }, 120_000);

  test("what a team made on top is listed and not judged", async () => {
    await output("docker", ["exec", web, "docker", "run", "-d", "--name", "own", "nginx"]);
    const { code, report } = await verified(lab);
    expect(code).toBe(0);
    expect(report.extras).toEqual([{ team: "team-01", guest: "web", what: "container own (running)" }]);
    await output("docker", ["exec", web, "docker", "rm", "-f", "own"]);
  }, 120_000);
});
