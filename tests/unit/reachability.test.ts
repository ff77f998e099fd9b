import { join } from "node:path";
import { MODES, type SwitchMode } from "../../course/modes";
import type { LabPlan } from "../../course/plan";
import {
  DIRECTIONS,
  EXPECTED_REACH,
  lanOf,
  notesOf,
  type Reach,
  reachabilityOf,
  type Vantage,
} from "../../course/reachability";
import { TARGETS } from "../../course/support";
import { planLab } from "../../operations/plan";
import { readStackFile } from "../../operations/stackFile";
import { planOf, ROOT } from "./labs";

const who = (vantage: Vantage) =>
  vantage.kind === "guest" ? `${vantage.team}/${vantage.guest}` : vantage.kind;
const line = (reach: Reach) =>
  `${who(reach.from)} -> ${who(reach.to)}${reach.address ? ` ${reach.address}` : ""}: ${reach.reachable ? "yes" : "no"}`;

const twoOn = (mode: SwitchMode, teams = 2): LabPlan =>
  planOf("lab", {
    teams,
    switches: [{ name: "net", mode }],
    guests: ["a", "b"].map((name) => ({ name, adapters: [{ switch: "net" }] })),
  });

test.each(TARGETS.flatMap((target) => MODES.map((mode) => [target, mode] as const)))(
  "%s, %s: every direction has a verdict and what says so",
  (target, mode) => {
    const row = EXPECTED_REACH[target][mode];
    expect(Object.keys(row).sort()).toEqual([...DIRECTIONS].sort());
    for (const verdict of Object.values(row)) expect(verdict.rule).not.toBe("");
  },
);

// Rows of course.md, "Adapter modes": guest to host, host to guest, guest to guest, other teams, internet.
test.each<[SwitchMode, string]>([
  ["bridged", "yes yes yes yes yes"],
  ["internal", "no no yes no no"],
  ["nat-network", "yes yes yes no yes"],
  ["host-only", "yes yes yes no no"],
  ["nat", "yes no no no yes"],
])("%s is as in the course: %s", (mode, expected) => {
  const plan = twoOn(mode);
  const lines = reachabilityOf(plan).map(line);
  const [own, mate, other] = plan.teams.flatMap((team) => team.guests.map((guest) => guest.adapters[0]));
  if (!own || own.mode === "disabled" || !mate || mate.mode === "disabled") throw new Error("connected");
  if (!other || other.mode === "disabled") throw new Error("connected");
  const words = [
    `team-01/a -> host ${own.gateway}`,
    `host -> team-01/a ${own.address}`,
    `team-01/a -> team-01/b ${mate.address}`,
    `team-01/a -> team-02/a ${other.address}`,
    "team-01/a -> internet",
  ].map((text) => lines.find((entry) => entry.startsWith(`${text}: `))?.split(": ")[1]);
  expect(words.join(" ")).toBe(expected);
});

test("each pair once, and none of a guest with itself", () => {
  for (const mode of MODES) {
    if (mode === "disabled") continue;
    const pairs = reachabilityOf(twoOn(mode, 3)).map(
      (reach) => `${who(reach.from)} ${who(reach.to)} ${reach.address}`,
    );
    expect(new Set(pairs).size).toBe(pairs.length);
    expect(pairs.filter((pair) => pair.split(" ")[0] === pair.split(" ")[1])).toEqual([]);
    // Six guests: five others each; host in and out; internet; on a LAN the client in and out.
    expect(pairs).toHaveLength(6 * (5 + 2 + 1 + (mode === "bridged" ? 2 : 0)));
  }
});

test("a guest with several adapters reaches each switch by its own mode; one with none reaches nothing", () => {
  const plan = planOf("lab", {
    switches: [
      { name: "lan", mode: "bridged" },
      { name: "inner", mode: "internal" },
    ],
    guests: [
      { name: "router", adapters: [{ switch: "inner" }, { switch: "lan" }] },
      { name: "inside", adapters: [{ switch: "inner" }] },
      { name: "off", adapters: [{ mode: "disabled" }] },
    ],
  });
  expect(reachabilityOf(plan).map(line)).toEqual([
    "host -> team-01/router 192.168.100.10: no",
    "host -> team-01/router 192.168.99.10: yes",
    "client -> team-01/router 192.168.100.10: no",
    "client -> team-01/router 192.168.99.10: yes",
    "team-01/router -> host 192.168.100.1: no",
    "team-01/router -> host 192.168.99.1: yes",
    "team-01/router -> client: yes",
    "team-01/router -> internet: yes",
    "team-01/router -> team-01/inside 192.168.100.11: yes",
    "host -> team-01/inside 192.168.100.11: no",
    "client -> team-01/inside 192.168.100.11: no",
    "team-01/inside -> host 192.168.100.1: no",
    "team-01/inside -> client: no",
    "team-01/inside -> internet: no",
    "team-01/inside -> team-01/router 192.168.100.10: yes",
    "team-01/inside -> team-01/router 192.168.99.10: no",
    "team-01/off -> client: no",
    "team-01/off -> internet: no",
    "team-01/off -> team-01/router 192.168.100.10: no",
    "team-01/off -> team-01/router 192.168.99.10: no",
    "team-01/off -> team-01/inside 192.168.100.11: no",
  ]);
});

test("what differs from the manual is noted once, for the modes that are used", () => {
  expect(notesOf(twoOn("bridged"))).toEqual([]);
  expect(notesOf(twoOn("host-only"))).toEqual([
    { mode: "host-only", note: expect.stringContaining("on every hypervisor they do") },
  ]);
});

describe("VLANs", () => {
  const plan = planLab(readStackFile(join(ROOT, "examples/03-vlan/Pulumi.vlan.yaml")));
  const between = (from: string, to: string) =>
    reachabilityOf(plan).filter(
      (reach) =>
        reach.from.kind === "guest" &&
        reach.from.guest === from &&
        reach.to.kind === "guest" &&
        reach.to.guest === to,
    );

  test("A, B and E reach one another, C and D none of them, nor one another", () => {
    const names = ["a", "b", "c", "d", "e"];
    const pairs = names.flatMap((from) => names.filter((to) => to !== from).map((to) => [from, to] as const));
    for (const [from, to] of pairs) {
      const together = "abe".includes(from) && "abe".includes(to);
      expect([from, to, between(from, to).map(({ reachable }) => reachable)]).toEqual([from, to, [together]]);
    }
    expect(between("a", "c")[0]?.rule).toBe("slides L803: the two are on different VLANs");
  });

  test("the client PC is on the LAN and on no VLAN", () => {
    const ofClient = (guest: string) =>
      reachabilityOf(plan).filter(
        ({ from, to }) => from.kind === "client" && to.kind === "guest" && to.guest === guest,
      );
    expect([ofClient("a"), ofClient("d")].map(([reach]) => reach?.reachable)).toEqual([false, true]);
  });

  test("without a LAN there is no client PC", () => {
    const only = planOf("lab", {
      switches: [{ name: "red", mode: "bridged", vlan: 10 }],
      guests: [{ name: "a", adapters: [{ switch: "red" }] }],
    });
    expect(lanOf(only)).toBeUndefined();
  });
});

test("teams on hosts of their own share the classroom LAN, and nothing else", () => {
  const hosts = [1, 2].map((index) => ({
    name: `pc-${index}`,
    kind: "existing",
    address: `192.0.2.${index}`,
    os: "linux",
  }));
  const onTwoHosts = (mode: SwitchMode) => {
    const plan = planOf("lab", {
      target: "libvirt",
      hosts,
      teams: 2,
      switches: [{ name: "net", mode }],
      guests: [{ name: "a", adapters: [{ switch: "net" }] }],
    });
    return reachabilityOf(plan)
      .filter(({ from, to }) => from.kind === "guest" && to.kind === "guest")
      .map(({ reachable }) => reachable);
  };
  expect(onTwoHosts("bridged")).toEqual([true, true]);
  expect(onTwoHosts("nat-network")).toEqual([false, false]);
});
