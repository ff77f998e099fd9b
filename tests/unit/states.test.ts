import fc from "fast-check";
import { checksOf } from "../../course/checks";
import { labSchema } from "../../course/config";
import { EXERCISE_DATA, EXERCISE_IDS, EXERCISES, type ExerciseId } from "../../course/exercises";
import { COURSE_IMAGES } from "../../course/images";
import { LANGUAGES } from "../../course/languages";
import { markLabels } from "../../course/mark";
import { contains, parseSubnet } from "../../course/network";
import { placeTeams } from "../../course/placement";
import { type GuestPlan, guestsOf, type LabPlan, makePlan, type TeamPlan } from "../../course/plan";
import { publishedKey } from "../../course/ports";
import { resourcesOf } from "../../course/resources";
import { checkStates } from "../../course/stateFaults";
import { supportOf, TARGETS } from "../../course/support";
import { resolveTeams } from "../../course/teams";
import type { PlatformGuest } from "../../operations/platforms/platform";
import { unmeasuredExercises } from "../../operations/verify";
import { judge } from "../../operations/verify/judge";
import { parseFindings } from "../../operations/verify/probeResults";
import { contentsLines } from "../support/dockerAnswers";
import { AZURE, acceptedLabs, EC2, faultsOf, goodLabs, planOf } from "./labs";

const AT = ["start", "solved"] as const;
type At = (typeof AT)[number];

const inState = (exercise: ExerciseId, at: At, more: object = {}) =>
  planOf("lab", { state: { exercise, at }, ...more });

/** A guest in one line: adapters with mode, switch and address, stacks with their ports. */
function line(guest: GuestPlan): string {
  const adapters = guest.adapters.map((adapter) =>
    adapter.mode === "disabled" ? "disabled" : `${adapter.mode} ${adapter.switch} ${adapter.address}`,
  );
  const stacks = guest.docker.map(
    ({ name, ports }) => `${name}:${ports[0]}${ports.length > 1 ? `-${ports.at(-1)}` : ""}`,
  );
  return [guest.name, ...adapters, ...stacks].join(" | ");
}

const lines = (plan: LabPlan) => guestsOf(plan).map(line);

describe("the course's own lab in each state that containers have", () => {
  const LAN = ["ubuntu-test1 | bridged lan 192.168.99.99", "ubuntu-test2 | bridged lan 192.168.99.98"];
  const on = (mode: string, first: string, second: string, name = mode) => [
    `ubuntu-test1 | ${mode} ${name} ${first}`,
    `ubuntu-test2 | ${mode} ${name} ${second}`,
  ];
  const NAT = on("nat", "10.0.2.15", "10.0.2.16");
  const INTERNAL = on("internal", "192.168.100.10", "192.168.100.11");
  const with1 = (stacks: string) => [`${LAN[0]} | ${stacks}`, LAN[1]];

  test.each<[ExerciseId, At, (string | undefined)[]]>([
    ["3b-disabled", "start", LAN],
    ["3b-disabled", "solved", ["ubuntu-test1 | disabled", "ubuntu-test2 | disabled"]],
    ["3b-host-only", "start", LAN],
    ["3b-host-only", "solved", on("host-only", "192.168.56.10", "192.168.56.11")],
    ["3b-nat", "start", LAN],
    ["3b-nat", "solved", NAT],
    ["3b-nat-network", "start", INTERNAL],
    ["3b-nat-network", "solved", on("nat-network", "192.168.20.5", "192.168.20.6")],
    ["3b-bridged", "start", NAT],
    ["3b-bridged", "solved", LAN],
    ["3b-internal", "start", LAN],
    ["3b-internal", "solved", INTERNAL],
    ["4-docker", "start", LAN],
    ["4-docker", "solved", with1("nginx-farm:8001-8010 | nginx:8080")],
    ["5-image", "start", LAN],
    ["6-php", "start", LAN],
    ["6-php", "solved", with1("php-apache:8070")],
    ["6-wordpress", "start", LAN],
    ["6-wordpress", "solved", with1("wordpress:8060")],
    ["final", "start", LAN],
  ])("%s, %s", (exercise, at, expected) => {
    expect(lines(inState(exercise, at))).toEqual(expected);
  });

  test("without a state it is all that is configured; with exercises, the start of the first", () => {
    expect(lines(planOf("lab", {}))).toEqual(
      with1("nginx:8080 | nginx-farm:8001-8010 | php-apache:8070 | wordpress:8060"),
    );
    const plan = planOf("lab", { exercises: ["6-php", "4-docker"] });
    expect(plan.teams[0]?.status).toEqual({ at: "start", exercise: "6-php" });
    expect(lines(plan)).toEqual(LAN);
  });

  test("a team's own state goes before the lab's", () => {
    const plan = planOf("lab", {
      state: { exercise: "4-docker", at: "start" },
      teams: ["team-01", { id: "team-02", state: { exercise: "6-php", at: "solved" } }],
    });
    expect(plan.teams.map(({ status }) => status)).toEqual([
      { at: "start", exercise: "4-docker" },
      { at: "solved", exercise: "6-php" },
    ]);
    expect(lines(plan)).toEqual([
      ...LAN,
      "ubuntu-test1 | bridged lan 192.168.99.100 | php-apache:8070",
      "ubuntu-test2 | bridged lan 192.168.99.101",
    ]);
  });
});

describe("what the configuration does not list", () => {
  const bare = { guests: [{ name: "one" }, { name: "two" }], switches: [] };

  test("stacks come on the first guest as in the manual: the hundred take 8080, and the one before is gone (L3175)", () => {
    expect(lines(inState("4-docker", "solved", bare))).toEqual(["one | nginx-farm:8001-8100", "two"]);
    expect(lines(inState("6-php", "solved", bare))).toEqual(["one | php-apache:8070", "two"]);
  });

  test("stacks of another guest stay where they are configured", () => {
    const guests = [{ name: "one" }, { name: "two", docker: [{ kind: "wordpress", port: 80 }] }];
    expect(lines(inState("6-wordpress", "solved", { guests, switches: [] }))).toEqual([
      "one",
      "two | wordpress:80",
    ]);
  });

  test("a switch comes with the mode's own values, for the teams alone whose state needs it", () => {
    const plan = inState("4-docker", "start", {
      ...bare,
      teams: ["team-01", "team-02", { id: "team-03", state: { exercise: "3b-nat", at: "solved" } }],
    });
    expect(plan.switches.map(({ key, mode, subnet }) => [key, mode, subnet])).toEqual([
      ["team-03-nat", "nat", "10.0.4.0/24"],
    ]);
    expect(lines(plan)).toEqual([
      "one",
      "two",
      "one",
      "two",
      "one | nat nat 10.0.4.15",
      "two | nat nat 10.0.4.16",
    ]);
    expect(plan.units.find(({ stack }) => stack === "lab-team-03")?.switches).toEqual(["team-03-nat"]);
  });

  test("the classroom LAN comes as one switch for all, and each team has addresses of its own on it", () => {
    const plan = inState("3b-bridged", "solved", { ...bare, teams: 3 });
    expect(plan.switches.map(({ key, subnet }) => [key, subnet])).toEqual([["lan", "192.168.99.0/24"]]);
    expect(lines(plan)).toEqual([
      "one | bridged lan 192.168.99.10",
      "two | bridged lan 192.168.99.11",
      "one | bridged lan 192.168.99.100",
      "two | bridged lan 192.168.99.101",
      "one | bridged lan 192.168.99.104",
      "two | bridged lan 192.168.99.105",
    ]);
  });

  test("its name is free, and a VLAN is no classroom LAN", () => {
    const switches = [
      { name: "lan", mode: "bridged", vlan: 10, subnet: "192.168.110.0/24" },
      { name: "lan-2", mode: "internal" },
    ];
    const plan = inState("3b-bridged", "solved", { ...bare, switches });
    expect(lines(plan)).toEqual(["one | bridged lan-3 192.168.99.10", "two | bridged lan-3 192.168.99.11"]);
  });

  test("a guest that is not on the LAN comes behind those that are; given addresses are passed over", () => {
    const guests = [
      { name: "one", adapters: [{ switch: "lan", address: "192.168.99.11" }] },
      { name: "two" },
      { name: "three" },
    ];
    const plan = inState("3b-bridged", "solved", { guests, teams: 3 });
    expect(lines(plan)).toEqual([
      "one | bridged lan 192.168.99.11",
      "two | bridged lan 192.168.99.12",
      "three | bridged lan 192.168.99.13",
      "one | bridged lan 192.168.99.100",
      "two | bridged lan 192.168.99.254",
      "three | bridged lan 192.168.99.253",
      "one | bridged lan 192.168.99.104",
      "two | bridged lan 192.168.99.250",
      "three | bridged lan 192.168.99.249",
    ]);
  });

  describe("on the LAN of a room", () => {
    const addresses = (network: object, guests: object[], teams = 2, address = "pc.example") =>
      inState("3b-bridged", "solved", {
        guests,
        teams,
        target: "virtualbox",
        hosts: [{ kind: "existing", name: "pc", address, os: "windows", shared: true }],
        site: { network },
      }).teams.map((team) =>
        team.guests.map(({ adapters: [adapter] }) =>
          adapter && "address" in adapter ? adapter.address : "",
        ),
      );
    const one = { name: "one", adapters: [{ switch: "lan" }] };
    const [two, three] = [{ name: "two" }, { name: "three" }];
    const room = { cidr: "192.168.50.0/24" };

    test("no guest has the address of its gateway, wherever that is", () => {
      expect(addresses({ ...room, gateway: "192.168.50.254" }, [one, two, three])).toEqual([
        ["192.168.50.10", "192.168.50.11", "192.168.50.12"],
        ["192.168.50.100", "192.168.50.253", "192.168.50.252"],
      ]);
      expect(addresses({ ...room, gateway: "192.168.50.11" }, [one, two, three], 1)).toEqual([
        ["192.168.50.10", "192.168.50.12", "192.168.50.13"],
      ]);
      expect(addresses({ ...room, gateway: "192.168.50.101" }, [two, three])).toEqual([
        ["192.168.50.10", "192.168.50.11"],
        ["192.168.50.100", "192.168.50.102"],
      ]);
    });

    test("every guest has an address that the room gives, from its end those that no configured guest has", () => {
      const addressing = { from: "192.168.50.100", to: "192.168.50.131" };
      expect(addresses({ ...room, addressing }, [one, two, three])).toEqual([
        ["192.168.50.100", "192.168.50.131", "192.168.50.130"],
        ["192.168.50.104", "192.168.50.127", "192.168.50.126"],
      ]);
      expect(addresses({ ...room, addressing }, [two, three])).toEqual([
        ["192.168.50.100", "192.168.50.101"],
        ["192.168.50.104", "192.168.50.105"],
      ]);
    });

    test("nor that of a host or a name server of the room", () => {
      const server = { ...room, dns: ["192.168.50.254", "192.168.50.1"] };
      expect(addresses(server, [one, two, three], 2, "192.168.50.252")).toEqual([
        ["192.168.50.10", "192.168.50.11", "192.168.50.12"],
        ["192.168.50.100", "192.168.50.253", "192.168.50.251"],
      ]);
      // In whatever order they are listed, and whoever has the next one.
      expect(addresses({ ...room, dns: ["192.168.50.12", "192.168.50.11"] }, [one, two, three], 1)).toEqual([
        ["192.168.50.10", "192.168.50.13", "192.168.50.14"],
      ]);
      expect(addresses({ ...room, dns: ["192.168.50.253", "192.168.50.254"] }, [one, two, three])).toEqual([
        ["192.168.50.10", "192.168.50.11", "192.168.50.12"],
        ["192.168.50.100", "192.168.50.252", "192.168.50.251"],
      ]);
    });

    test("an address that is given to one guest is no other's", () => {
      const given = { name: "one", adapters: [{ switch: "lan", address: "192.168.50.254" }] };
      expect(addresses(room, [given, two, three])).toEqual([
        ["192.168.50.254", "192.168.50.11", "192.168.50.12"],
        ["192.168.50.100", "192.168.50.253", "192.168.50.252"],
      ]);
    });

    test("where the room gives too few, that is told of them", () => {
      const result = makePlan(
        "lab",
        labSchema.parse({
          target: "virtualbox",
          teams: 2,
          hosts: [{ kind: "existing", name: "pc", address: "10.0.0.9", os: "windows", shared: true }],
          state: { exercise: "3b-bridged", at: "solved" },
          site: { network: { ...room, addressing: { from: "192.168.50.100", to: "192.168.50.104" } } },
          guests: [one, two],
        }),
      );
      expect(result.ok ? [] : result.faults).toEqual([
        {
          code: "address-space-exhausted",
          where: "lab.site.network.addressing",
          what: '192.168.50.100 to 192.168.50.104 of switch "lan" has no address left for guest "two" of team-01 (slot 1) and 1 more, whose state connects them there',
          expected: "more addresses, or lower slots",
        },
      ]);
    });
  });

  test("the configured switch of the mode is used, with the address given there", () => {
    const plan = inState("3b-internal", "solved", {
      switches: [
        { name: "lan", mode: "bridged" },
        { name: "closed", mode: "internal", subnet: "10.9.0.0/24" },
      ],
      guests: [
        { name: "one", adapters: [{ switch: "lan" }, { switch: "closed", address: "10.9.0.77" }] },
        { name: "two", adapters: [{ switch: "lan" }] },
      ],
    });
    expect(lines(plan)).toEqual(["one | internal closed 10.9.0.77", "two | internal closed 10.9.0.11"]);
  });
});

describe("states of whole machines", () => {
  const planned = (target: string, exercise: ExerciseId, at: At) =>
    guestsOf(inState(exercise, at, { target })).map(({ name, nested, snapshots, clones, sharedFolder }) => ({
      name,
      nested,
      snapshots,
      clones: clones.map((clone) => clone.name),
      folder: sharedFolder?.name,
    }));
  const guest = { name: "ubuntu-test1", nested: false, snapshots: [], clones: [], folder: undefined };

  test("exercises that make the first guest start without one", () => {
    expect(planned("virtualbox", "1-virtualbox", "start")).toEqual([]);
    expect(planned("virtualbox", "1-virtualbox", "solved")).toEqual([]);
    expect(planned("virtualbox", "2-guest", "start")).toEqual([]);
    expect(planned("hyperv", "vagrant", "start")).toEqual([]);
  });

  test("then there is one, copied, and one that can hold guests itself", () => {
    expect(planned("libvirt", "2-guest", "solved")).toEqual([{ ...guest, folder: "mount-test-win" }]);
    expect(planned("libvirt", "3a-clone", "start")).toEqual([guest]);
    expect(planned("libvirt", "3a-clone", "solved")).toEqual([
      { ...guest, snapshots: ["snapshot1"], clones: ["clone1"] },
      { ...guest, name: "clone1" },
    ]);
    expect(planned("libvirt", "nested", "start")).toEqual([guest]);
    expect(planned("libvirt", "nested", "solved")).toEqual([{ ...guest, nested: true }]);
  });

  test("on Hyper-V the two guests go from the external switch to the private one", () => {
    const modes = (at: At) =>
      guestsOf(inState("hyperv", at, { target: "hyperv" })).map(({ adapters }) =>
        adapters.map(({ mode }) => mode),
      );
    expect(modes("start")).toEqual([["bridged"], ["bridged"]]);
    expect(modes("solved")).toEqual([["internal"], ["internal"]]);
  });

  test("which target makes which state", () => {
    const made = TARGETS.map((target) => [
      target,
      EXERCISE_IDS.flatMap((exercise) =>
        AT.filter((at) => makePlan("lab", labSchema.parse({ target, state: { exercise, at } })).ok).map(
          (at) => `${exercise} ${at}`,
        ),
      ).filter((words) => !/^(3b-|4-|6-)/.test(words)),
    ]);
    const machines = ["2-guest start", "2-guest solved", "3a-clone start", "3a-clone solved"];
    const nested = ["nested start", "nested solved", "5-image start", "final start"];
    expect(Object.fromEntries(made)).toEqual({
      containers: ["5-image start", "final start"],
      libvirt: [...machines, ...nested],
      virtualbox: ["1-virtualbox start", "1-virtualbox solved", ...machines, ...nested],
      hyperv: [...machines, "hyperv start", "hyperv solved", "vagrant start", ...nested],
    });
  });

  test("what every target refuses, of each team, is said once for each place", () => {
    const state = { exercise: "final", at: "solved" };
    const config = labSchema.parse({ state, teams: ["team-01", { id: "team-02", state }, "team-03"] });
    expect(faultsOf(makePlan("lab", config))).toBe(
      [
        "lab.state: final solved is not made on the containers target: every team makes a system of its own.",
        "lab.teams[1].state: final solved is not made on the containers target: every team makes a system of its own.",
      ]
        .map((text) => `${text} Expected "at: start". [state-unsupported]`)
        .join("\n"),
    );
  });
});

test("a mode that the target refuses is refused for its states, too", () => {
  const config = labSchema.parse({ state: { exercise: "3b-bridged", at: "solved" } });
  const { teams } = placeTeams(config, resolveTeams(config.teams).teams);
  const why = "its fabric drops unknown addresses";
  const without: typeof supportOf = (feature, ...where) =>
    feature === "bridged"
      ? { kind: "refused", source: "measured", why, instead: "mode: nat-network" }
      : supportOf(feature, ...where);
  expect(checkStates(config, teams, without)).toEqual([
    {
      code: "state-unsupported",
      where: "lab.state",
      what: `3b-bridged solved is in mode "bridged", which the containers target refuses: ${why}`,
      expected: "mode: nat-network",
    },
  ]);
  expect(checkStates(config, teams)).toEqual([]);
});

test.each<[string, ExerciseId, string]>([
  ["shared-folder", "2-guest", "has a shared folder"],
  ["snapshots", "3a-clone", "has a snapshot"],
  ["full-clone", "3a-clone", "has a full clone"],
])("what a state makes and a target refuses is refused for it: %s", (refused, exercise, words) => {
  const config = labSchema.parse({ target: "libvirt", state: { exercise, at: "solved" } });
  const { teams } = placeTeams(config, resolveTeams(config.teams).teams);
  const without: typeof supportOf = (feature, ...where) =>
    feature === refused
      ? { kind: "refused", source: "measured", why: "it has none", instead: "another target" }
      : supportOf(feature, ...where);
  expect(checkStates(config, teams, without)).toEqual([
    {
      code: "state-unsupported",
      where: "lab.state",
      what: `${exercise} solved ${words}, which the libvirt target refuses: it has none`,
      expected: "another target",
    },
  ]);
  expect(checkStates(config, teams)).toEqual([]);
});

describe("where the first exercise of a class is not made, the start of one that is is proposed", () => {
  const proposed = (exercises: ExerciseId[], more: object = {}) => {
    const result = makePlan("lab", labSchema.parse({ exercises, ...more }));
    return result.ok ? [] : result.faults.map(({ code, where, fix }) => ({ code, where, fix }));
  };
  const fault = (exercise: ExerciseId, where = "lab.exercises[0]") => ({
    code: "state-unsupported",
    where,
    fix: `Set "state: { exercise: ${exercise}, at: start }" under lab: teams can start there`,
  });

  test.each<[ExerciseId[], ExerciseId]>([
    [["1-virtualbox", "2-guest", "3a-clone", "4-docker", "6-php"], "4-docker"],
    [["2-guest", "3b-nat"], "3b-nat"],
    [["3a-clone", "6-wordpress", "6-php"], "6-wordpress"],
  ])("%j on containers: %s", (exercises, first) => {
    expect(proposed(exercises)).toEqual([fault(first)]);
    expect(proposed(exercises, { state: { exercise: first, at: "start" } })).toEqual([]);
  });

  test("in a cloud the first that needs no bridge; and of two guests none where there is one", () => {
    const cloud = {
      target: "libvirt",
      hosts: [EC2],
      switches: [],
      guests: [{ name: "one" }],
    };
    expect(proposed(["vlan", "3b-nat", "3a-clone"], cloud)).toEqual([fault("3a-clone")]);
  });

  test("a class that has none such is proposed none", () => {
    expect(proposed(["vlan", "1-virtualbox"])).toEqual([{ ...fault("vlan"), fix: undefined }]);
  });

  test("a state that is written down is the author's own to change", () => {
    const state = { exercise: "2-guest", at: "start" };
    expect(proposed(["4-docker"], { state })).toEqual([
      { ...fault("4-docker", "lab.state"), fix: undefined },
    ]);
    expect(proposed(["4-docker"], { teams: [{ id: "team-01", state }] })).toEqual([
      { ...fault("4-docker", "lab.teams[0].state"), fix: undefined },
    ]);
  });
});

describe("what a state asks for and a cloud refuses is told before anything is planned", () => {
  const AMAZON = { ...EC2, name: "cloud" };
  const told = (exercise: ExerciseId, at: At) => {
    const result = makePlan(
      "lab",
      labSchema.parse({
        target: "libvirt",
        hosts: [AMAZON],
        teams: 2,
        state: { exercise, at },
        switches: [{ name: "nat", mode: "nat-network" }],
        guests: [{ name: "one", adapters: [{ switch: "nat" }] }, { name: "two" }],
      }),
    );
    return result.ok ? [] : result.faults.map(({ code, where, what }) => `${code} ${where} ${what}`);
  };

  test.each<[ExerciseId, At, string]>([
    ["3b-bridged", "solved", '3b-bridged solved is in mode "bridged"'],
    ["nested", "solved", "nested solved has guests in a guest"],
  ])("%s %s", (exercise, at, words) => {
    const faults = told(exercise, at);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(
      `state-unsupported lab.state ${words}, which the libvirt target refuses on Amazon EC2: `,
    );
  });

  test("what it does not refuse is planned", () => {
    expect(told("3b-bridged", "start")).toEqual([]);
    expect(told("nested", "start")).toEqual([]);
  });

  describe("where the course bridges guests, the network that the support table names is theirs", () => {
    const CLOUDS: Readonly<Record<string, object>> = {
      ec2: AMAZON,
      azure: { ...AZURE, name: "cloud", vmSize: "Standard_D8s_v5" },
    };
    const bare = { switches: [], guests: [{ name: "one" }, { name: "two" }] };
    const inCloud = (cloud: string, target: string, exercise: ExerciseId, at: At, more: object = {}) =>
      lines(
        inState(exercise, at, {
          ...bare,
          target,
          hosts: [{ ...CLOUDS[cloud], os: target === "hyperv" ? "windows" : "linux" }],
          ...more,
        }),
      );
    const BY_NAT = [
      "one | nat-network nat-network 192.168.20.5",
      "two | nat-network nat-network 192.168.20.6",
    ];

    test.each(["ec2", "azure"])("%s", (cloud) => {
      for (const target of ["libvirt", "hyperv"]) {
        expect(inCloud(cloud, target, "2-guest", "start")).toEqual([]);
        expect(inCloud(cloud, target, "2-guest", "solved")).toEqual(BY_NAT.slice(0, 1));
        expect(inCloud(cloud, target, "3a-clone", "start")).toEqual(BY_NAT.slice(0, 1));
        expect(inCloud(cloud, target, "3a-clone", "solved")).toEqual([
          ...BY_NAT.slice(0, 1),
          "clone1 | nat-network nat-network 192.168.20.7",
        ]);
        for (const mode of ["disabled", "host-only", "nat", "internal"] as const)
          expect(inCloud(cloud, target, `3b-${mode}`, "start")).toEqual(BY_NAT);
      }
      expect(inCloud(cloud, "hyperv", "hyperv", "start")).toEqual(BY_NAT);
      expect(inCloud(cloud, "hyperv", "hyperv", "solved")).toEqual([
        "one | internal internal 192.168.100.10",
        "two | internal internal 192.168.100.11",
      ]);
    });

    test("a configured switch of that mode is used; every team has its own host and the same addresses", () => {
      const switches = [{ name: "out", mode: "nat-network", subnet: "10.7.0.0/24" }];
      const own = "one | nat-network out 10.7.0.5";
      expect(inCloud("ec2", "libvirt", "3a-clone", "start", { switches, teams: 2 })).toEqual([own, own]);
    });

    test("in a lab with hosts of the room as well each team has the network of its own host", () => {
      const plan = inState("3a-clone", "start", {
        ...bare,
        target: "libvirt",
        hosts: [{ kind: "existing", name: "pc", address: "10.1.2.3", os: "linux" }, CLOUDS.ec2],
        teams: [
          { id: "here", slot: 1, host: "pc" },
          { id: "there", slot: 2, host: "cloud" },
        ],
      });
      expect(lines(plan)).toEqual([
        "one | bridged lan 192.168.99.10",
        "one | nat-network nat-network 192.168.20.5",
      ]);
      expect(plan.switches.map(({ key, host }) => [key, host])).toEqual([
        ["pc-lan", "pc"],
        ["there-nat-network", "cloud-there"],
      ]);
    });

    test("a spare team there has room on the network that comes in its place", () => {
      const plan = inState("3a-clone", "start", {
        ...bare,
        target: "libvirt",
        hosts: [CLOUDS.ec2],
        spareTeams: 1,
      });
      // Of the 256 subnets of 192.168.0.0/16 those from 192.168.20.0/24 on.
      expect(plan.teams.map(({ id, slot }) => [id, slot])).toEqual([
        ["team-01", 1],
        ["spare-01", 236],
      ]);
      expect(lines(plan)).toEqual([BY_NAT[0], BY_NAT[0]]);
    });
  });
});

describe("published ports", () => {
  const published = (at: At, exercise: ExerciseId = "4-docker", more: object = {}) =>
    inState(exercise, at, { access: "published", ...more }).teams.map(({ guests }) =>
      guests[0]?.published.map(({ guestPort }) => guestPort),
    );

  test("a guest keeps its ports when its team moves on: its container is not made anew", () => {
    const ports = [22, 8080, ...Array.from({ length: 10 }, (_, index) => 8001 + index), 8070, 8060];
    expect(published("start")).toEqual([ports]);
    expect(published("solved")).toEqual([ports]);
    expect(published("start", "6-wordpress")).toEqual([ports]);
  });

  test("ports of what is not configured are there from the start, each once", () => {
    const guests = [{ name: "one", docker: [{ kind: "php-apache", port: 8005 }] }];
    const [ports] = published("start", "4-docker", { guests, switches: [] });
    expect(ports).toEqual([
      22,
      8005,
      ...Array.from({ length: 100 }, (_, i) => 8001 + i).filter((p) => p !== 8005),
    ]);
  });
});

test("a plan or faults, whatever the lab, the host, the target and the state", () => {
  let plans = 0;
  const allowedCidrs = ["203.0.113.0/24"];
  const CLOUDS = [
    [{ kind: "ec2", name: "cloud", region: "ap-northeast-1", instanceType: "m8i.8xlarge", allowedCidrs }],
    [{ kind: "azure", name: "cloud", location: "japaneast", vmSize: "Standard_D32s_v5", allowedCidrs }],
    [{ kind: "existing", name: "pc", address: "10.1.2.3", os: "linux", shared: true }],
  ];
  const state = fc.record({ exercise: fc.constantFrom(...EXERCISE_IDS), at: fc.constantFrom(...AT) });
  fc.assert(
    fc.property(
      fc.oneof(acceptedLabs, goodLabs),
      fc.constantFrom(...TARGETS),
      fc.record(
        {
          state,
          exercises: fc.tuple(state).map(([{ exercise }]) => [exercise]),
          hosts: fc.constantFrom(...CLOUDS),
        },
        { requiredKeys: [] },
      ),
      (input, target, more) => {
        const result = makePlan("lab", labSchema.parse({ ...input, ...more, target }));
        if (!result.ok) return expect(result.faults.length).toBeGreaterThan(0);
        plans += 1;
        for (const { adapters } of guestsOf(result.value))
          for (const adapter of adapters) {
            if (adapter.mode === "disabled") continue;
            const onSwitch = result.value.switches.find((entry) => entry.objectName === adapter.switchObject);
            expect(onSwitch && contains(parseSubnet(onSwitch.subnet), adapter.address)).toBe(true);
          }
      },
    ),
    { numRuns: 400 },
  );
  // About forty of the runs; fewer than these would mean that hardly anything is planned any more.
  expect(plans).toBeGreaterThan(10);
});

describe("other teams", () => {
  /** States that containers make of two guests. */
  const STATES = EXERCISE_DATA.flatMap((data) =>
    AT.filter((at) => data[at].refused.containers === undefined).map((at) => ({ exercise: data.id, at })),
  );
  const states = fc.option(fc.constantFrom(...STATES), { nil: undefined });
  // Away from the subnets that modes bring along.
  const elsewhere = <T>(input: T): T => JSON.parse(JSON.stringify(input).replaceAll('"10.', '"172.2'));
  const labs = goodLabs
    .map(elsewhere)
    // Past slot 36 the modes' own subnets run into one another, and the configuration has to list some.
    .map((input) => ({
      ...input,
      teams: input.teams.map((team, index) => ({ ...team, slot: 1 + index * 7 })),
    }))
    .filter(({ guests }) => guests.length > 1)
    .chain((input) =>
      fc.record({
        input: fc.constant(input),
        before: fc.array(states, { minLength: input.teams.length, maxLength: input.teams.length }),
        moved: fc.nat(input.teams.length - 1),
        to: states,
        access: fc.constantFrom("routed", "published"),
      }),
    );

  test("one team's state changes that team alone, and no address of any guest on any switch", () => {
    let changes = 0;
    fc.assert(
      fc.property(labs, ({ input, before, moved, to, access }) => {
        const plan = (own: readonly ((typeof STATES)[number] | undefined)[], facts = {}) =>
          planOf(
            "lab",
            {
              ...input,
              access,
              units: "per-team",
              teams: input.teams.map((team, index) => ({
                ...team,
                ...(own[index] ? { state: own[index] } : {}),
              })),
            },
            facts,
          );
        const first = plan(before);
        const publishedBefore = Object.fromEntries(
          guestsOf(first).flatMap((guest) =>
            guest.published.map(({ guestPort, hostPort }) => [publishedKey(guest, guestPort), hostPort]),
          ),
        );
        const second = plan(
          before.map((state, index) => (index === moved ? to : state)),
          { publishedBefore },
        );
        const others = (result: LabPlan): TeamPlan[] => result.teams.filter((_, index) => index !== moved);
        expect(others(second)).toEqual(others(first));
        const units = (result: LabPlan) =>
          result.units
            .filter(({ kind, teams }) => kind === "team" && teams[0] !== input.teams[moved]?.id)
            .map((unit) => resourcesOf(result, unit));
        expect(units(second)).toEqual(units(first));
        const addresses = (result: LabPlan) =>
          new Map(
            guestsOf(result).flatMap((guest) =>
              guest.adapters.flatMap((adapter) =>
                adapter.mode === "disabled"
                  ? []
                  : [[`${guest.objectName} ${adapter.switchObject}`, adapter.address] as const],
              ),
            ),
          );
        const then = addresses(first);
        for (const [key, address] of addresses(second)) {
          if (!then.has(key)) continue;
          changes += 1;
          expect([key, address]).toEqual([key, then.get(key)]);
        }
        // No two guests have one address on one switch.
        const used = guestsOf(second).flatMap((guest) =>
          guest.adapters.flatMap((adapter) =>
            adapter.mode === "disabled" ? [] : [`${adapter.switchObject} ${adapter.address}`],
          ),
        );
        expect(new Set(used).size).toBe(used.length);
      }),
      { numRuns: 300 },
    );
    expect(changes).toBeGreaterThan(100);
  });
});

describe("what verify asks of a state", () => {
  const ids = (plan: LabPlan) => checksOf(plan, undefined).map(({ id }) => id);

  test("a start has no service, but Docker, its images, and no container of ours", () => {
    const own = ids(inState("4-docker", "start")).filter(
      (id) => id.includes("ubuntu-test1") && !id.startsWith("reach"),
    );
    expect(own).toEqual([
      "guest/team-01/ubuntu-test1",
      "adapter/team-01/ubuntu-test1/1",
      "adapter/team-01/ubuntu-test1/only",
      "route/team-01/ubuntu-test1",
      "ssh/team-01/ubuntu-test1",
      "docker/team-01/ubuntu-test1",
      "images/team-01/ubuntu-test1",
      "left-over/team-01/ubuntu-test1",
    ]);
  });

  test("what is configured is judged as before: nothing is another state's", () => {
    expect(ids(planOf("lab", {})).filter((id) => id.startsWith("left-over"))).toEqual([]);
  });

  function leftOver(at: At, containers: Readonly<Record<string, "ours" | "theirs">>) {
    const plan = inState("4-docker", at);
    const check = checksOf(plan, undefined).find(({ id }) => id === "left-over/team-01/ubuntu-test1");
    if (!check) throw new Error("the check is there");
    const mark = markLabels({ lab: "lab", id: "x", stack: "lab-team-01", team: "team-01" });
    const told = Object.fromEntries(
      Object.entries(containers).map(([name, whose]) => [name, { labels: whose === "ours" ? mark : {} }]),
    );
    const seen = contentsLines({ containers: told, images: [["nginx:latest"]] });
    const lines = [...seen.map((line) => `docker\t${line}`), "end"];
    const findings = parseFindings(lines.map((text) => ({ text, seconds: 0 })));
    const platform: PlatformGuest = {
      state: "running",
      age: 600,
      image: "sha256:0",
      networks: new Map(),
      published: new Map(),
      mark: undefined,
    };
    return judge(
      {
        plan,
        platform: new Map([["lab-team-01-ubuntu-test1", platform]]),
        probed: new Map([["team-01/ubuntu-test1", { findings }]]),
        notStarted: new Map(),
        logins: new Map(),
        opened: new Map(),
      },
      check,
    );
  }

  test("a container of ours that the state does not have is red; what learners made is not judged", () => {
    expect(leftOver("start", {})).toMatchObject({ outcome: "as-expected" });
    expect(leftOver("start", { "my-web": "theirs" })).toMatchObject({ outcome: "as-expected" });
    expect(leftOver("start", { nginx: "ours", "nginx-farm-8001": "ours", mine: "theirs" })).toMatchObject({
      outcome: "not-as-expected",
      cause: "other-state",
      measured: "container nginx, nginx-farm-8001",
    });
    expect(leftOver("solved", { nginx: "ours", "nginx-farm-8010": "ours" })).toMatchObject({
      outcome: "as-expected",
    });
    expect(leftOver("solved", { nginx: "ours", wordpress: "ours" })).toMatchObject({
      measured: "container wordpress",
    });
  });

  test("--exercise: those that are measured here, and words for the others", () => {
    const checks = checksOf(planOf("lab", {}), undefined);
    const told = (name: string) => unmeasuredExercises([name], checks).map(({ what }) => what);
    for (const id of ["3b-bridged", "4-docker", "5-image", "6-php", "6-wordpress"])
      expect(told(id)).toEqual([]);
    expect(told("3b-nat")).toEqual(["no guest of the lab is in what it is about"]);
    expect(told("2-guest")[0]).toMatch(/^nothing of its check list can be measured/);
    expect(told("9-x")).toEqual(["there is no such exercise"]);
    expect(unmeasuredExercises(["9-x"], checks)[0]?.expected).toBe(
      "one of 3b-bridged, 4-docker, 5-image, 6-php, 6-wordpress",
    );
  });

  test("guests on VLANs are measured for vlan", () => {
    const plan = planOf("lab", {
      switches: [{ name: "v", mode: "bridged", vlan: 10 }],
      guests: ["a", "b"].map((name) => ({ name, adapters: [{ switch: "v" }] })),
    });
    const checks = checksOf(plan, undefined).filter(({ exercises }) => exercises.includes("vlan"));
    expect(checks.map(({ id }) => id.replace(/@.*\//, "/"))).toEqual([
      "reach/team-01/a>team-01/b/icmp",
      "reach/team-01/a>team-01/b/tcp",
      "reach/team-01/b>team-01/a/icmp",
      "reach/team-01/b>team-01/a/tcp",
    ]);
    expect(unmeasuredExercises(["vlan"], checks)).toEqual([]);
  });
});

describe("exercises as data", () => {
  test("every exercise is there once, in the course's order; those that are measured among them", () => {
    expect(EXERCISE_DATA.map(({ id }) => id)).toEqual(EXERCISE_IDS);
    for (const id of EXERCISES) expect(EXERCISE_IDS).toContain(id);
  });

  test.each(EXERCISE_DATA)(
    "$id has titles, states and checks in both languages, and lines of the manual",
    (data) => {
      const texts = [data.title, data.start.words, data.solved.words, ...data.checks, ...data.needs.others];
      for (const text of texts) {
        for (const language of LANGUAGES) expect(text[language].trim().length).toBeGreaterThan(2);
        expect(text.ja).toMatch(/[\u3040-\u30ff\u4e00-\u9fff]|VLAN|NAT/);
        expect(text.en).not.toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/);
      }
      for (const words of [data.start.words, data.solved.words, ...data.checks]) {
        expect(words.en).toMatch(/^[A-Z].*\.$/);
        expect(words.ja).toMatch(/。$/);
      }
      expect(data.manual).toMatch(/^L\d+(–\d+)?$/);
      for (const { manual } of data.checks) expect(manual).toMatch(/^L\d|^VirtualBox manual/);
    },
  );

  test("images that exercises need are course images", () => {
    const names: readonly string[] = COURSE_IMAGES.map(({ name }) => name);
    for (const { needs } of EXERCISE_DATA) for (const image of needs.images) expect(names).toContain(image);
  });

  test("a state that needs two guests says so, and none stands on more switches than its exercise needs", () => {
    for (const { id, needs, start, solved } of EXERCISE_DATA) {
      for (const { adapters } of [start, solved]) {
        if (adapters === "configured" || adapters === "disabled") continue;
        expect([id, ...needs.switches]).toContain(adapters);
        expect(needs.docker).toBe(false);
      }
      if (start.stacks.length > 0 || solved.stacks.length > 0) expect(needs.docker).toBe(true);
      expect(start.stacks).toEqual([]);
    }
  });
});
