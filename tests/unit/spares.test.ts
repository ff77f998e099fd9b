import fc from "fast-check";
import { labSchema } from "../../course/config";
import { makePlan } from "../../course/plan";
import { lastSlot } from "../../course/spares";
import { EC2, PC, planOf } from "./labs";

const lan = (subnet: string) => ({ name: "lan", mode: "bridged", subnet });
const guests = (count: number, ...names: string[]) =>
  Array.from({ length: count }, (_, index) => ({
    name: `guest-${index}`,
    adapters: names.map((name) => ({ switch: name })),
  }));
const last = (switches: object[], ...rest: Parameters<typeof guests>) =>
  lastSlot(labSchema.parse({ switches, guests: guests(...rest) }));

describe("lastSlot", () => {
  test.each([
    ["192.168.99.0/24", 2, 39],
    // A block of four is a team's, however few of it are used.
    ["192.168.99.0/24", 4, 39],
    ["192.168.99.0/24", 5, 20],
    ["192.168.99.0/25", 1, 7],
    ["192.168.99.0/29", 1, 1],
    ["10.0.0.0/16", 1, 1000],
  ])("%s shared by teams of %d guests: %d", (subnet, count, expected) => {
    expect(last([lan(subnet)], count, "lan")).toBe(expected);
  });

  test("teams' own subnets end before the next switch and with the private range", () => {
    const own = (name: string, subnet: string, mode = "nat-network") => ({ name, mode, subnet });
    expect(last([own("a", "192.168.20.0/24")], 1, "a")).toBe(236);
    expect(last([own("a", "192.168.20.0/24"), own("b", "192.168.56.0/24", "host-only")], 1, "a")).toBe(36);
    expect(last([own("a", "192.168.120.0/24"), lan("192.168.99.0/24")], 1, "a")).toBe(39);
    expect(last([own("a", "10.0.2.0/24", "nat")], 1, "a")).toBe(1000);
    expect(last([own("a", "192.168.0.0/24")], 1, "a")).toBe(256);
    expect(last([own("a", "192.168.255.0/24")], 1, "a")).toBe(1);
  });

  test("a subnet of no private range, below one or not, has no end", () => {
    expect(last([{ name: "a", mode: "nat-network", subnet: "172.0.0.0/16" }], 1, "a")).toBe(1000);
  });

  test("a state is made on every kind of host that the lab has: in the room bridged, in a cloud by NAT network", () => {
    const room = { ...PC, shared: true };
    const of = (...hosts: object[]) =>
      lastSlot(
        labSchema.parse({
          target: "libvirt",
          hosts,
          exercises: ["3a-clone"],
          switches: [],
          guests: [{ name: "one" }],
        }),
      );
    // The LAN: blocks of four between 192.168.99.100 and .254; the NAT networks: 192.168.20.0/24 to 192.168.255.0/24.
    expect(of(room)).toBe(39);
    expect(of(EC2)).toBe(236);
    // Beside the LAN, which has 192.168.99.0/24, the NAT networks end at 192.168.98.0/24.
    expect(of(room, EC2)).toBe(39);
    expect(of(EC2, room)).toBe(39);
  });

  test("adapters on other switches need no address of the LAN", () => {
    const other = { name: "a", mode: "nat-network", subnet: "10.0.0.0/24" };
    expect(last([lan("192.168.99.0/24"), other], 3, "lan", "a")).toBe(39);
    expect(last([lan("192.168.99.0/24"), other], 3, "lan", "lan")).toBe(20);
    const disabled = labSchema.parse({
      switches: [lan("192.168.99.0/24")],
      guests: guests(4, "lan").map((guest) => ({
        ...guest,
        adapters: [...guest.adapters, { mode: "disabled" }],
      })),
    });
    expect(lastSlot(disabled)).toBe(39);
  });

  describe("guests that only a state brings onto a switch that teams share", () => {
    const state = { exercise: "3b-bridged", at: "solved" };
    const lab = (others: number, more: object = {}) =>
      lastSlot(
        labSchema.parse({
          switches: [lan("192.168.99.0/24")],
          guests: [{ name: "one", adapters: [{ switch: "lan" }] }, ...guests(others)],
          ...more,
        }),
      );

    test("have a block beside that of those who are configured there", () => {
      expect(lab(4, { state })).toBe(20);
      expect(lab(5, { state })).toBe(13);
    });

    test("have none where no state brings them", () => {
      expect(lab(5)).toBe(39);
      expect(lab(5, { state: { exercise: "3b-nat-network", at: "solved" } })).toBe(39);
    });

    test("come onto the LAN itself, not onto a VLAN of it", () => {
      const vlan = { name: "vlan", mode: "bridged", vlan: 10, subnet: "192.168.110.0/24" };
      const on = [...guests(5, "lan"), { name: "one", adapters: [{ switch: "lan" }, { switch: "vlan" }] }];
      expect(lab(0, { state, switches: [lan("192.168.99.0/24"), vlan], guests: on })).toBe(20);
    });
  });

  describe("on the LAN of a room", () => {
    const inRoom = (network: object, count: number, more: object = {}) =>
      lastSlot(
        labSchema.parse({
          target: "libvirt",
          hosts: [{ kind: "existing", name: "pc", address: "10.0.0.9", os: "linux", shared: true }],
          switches: [{ name: "lan", mode: "bridged" }],
          guests: guests(count, "lan"),
          site: { network },
          ...more,
        }),
      );

    test("it is the room's subnet that counts, or the addresses that the room gives", () => {
      expect(inRoom({}, 2)).toBe(39);
      expect(inRoom({ cidr: "192.168.50.0/25" }, 2)).toBe(7);
      expect(inRoom({ cidr: "10.1.0.0/16" }, 2)).toBe(1000);
      const addressing = { from: "192.168.50.100", to: "192.168.50.140" };
      expect(inRoom({ cidr: "192.168.50.0/24", addressing }, 2)).toBe(10);
      expect(inRoom({ cidr: "192.168.50.0/24", addressing }, 5)).toBe(5);
    });

    test("of several targets the one with the least room counts", () => {
      const hosts = [
        { kind: "existing", name: "pc", address: "10.0.0.9", os: "linux", shared: true },
        { kind: "this-machine", name: "here", target: "containers" },
      ];
      expect(inRoom({ cidr: "10.1.0.0/16" }, 2, { hosts })).toBe(39);
    });

    test("a spare team is planned there, also where a state brings further guests onto it", () => {
      const addressing = { from: "192.168.50.100", to: "192.168.50.140" };
      const lab = {
        target: "libvirt",
        hosts: [{ kind: "existing", name: "pc", address: "10.0.0.9", os: "linux", shared: true }],
        switches: [{ name: "lan", mode: "bridged" }],
        guests: [...guests(1, "lan"), { name: "other" }],
        state: { exercise: "3b-bridged", at: "solved" },
        site: { network: { cidr: "192.168.50.0/24", addressing } },
        teams: 4,
        spareTeams: 1,
      };
      const addresses = planOf("lab", lab).teams.map(({ id, slot, guests: own }) => [
        id,
        slot,
        ...own.map(({ adapters: [adapter] }) => (adapter && "address" in adapter ? adapter.address : "")),
      ]);
      expect(addresses.at(-1)).toEqual(["spare-01", 5, "192.168.50.116", "192.168.50.124"]);
    });
  });

  test("switches that only states bring count, those of every exercise that the class does", () => {
    const at = (more: object) =>
      lastSlot(
        labSchema.parse({
          switches: [{ name: "a", mode: "nat-network" }],
          guests: guests(2, "a"),
          ...more,
        }),
      );
    expect(at({})).toBe(236);
    expect(at({ exercises: ["4-docker"] })).toBe(236);
    expect(at({ state: { exercise: "3b-internal", at: "solved" } })).toBe(80);
    // The classroom LAN, which both guests come onto.
    expect(at({ exercises: ["4-docker", "3b-bridged"] })).toBe(39);
    expect(at({ exercises: ["3b-host-only", "3b-nat-network"] })).toBe(36);
  });

  test("the last slot has addresses, and the one after it has none for a full block", () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 25 }), fc.integer({ min: 1, max: 12 }), (prefix, count) => {
        const lab = { switches: [lan(`192.168.96.0/${prefix}`)], guests: guests(count, "lan") };
        const slot = lastSlot(labSchema.parse(lab));
        const ok = (at: number, teams: object[]) =>
          makePlan("lab", labSchema.parse({ ...lab, teams: teams.concat({ id: "x", slot: at }) })).ok;
        expect(ok(slot, [])).toBe(true);
        if (slot < 1000)
          expect(2 ** (32 - prefix) - 1 - 100).toBeLessThan(
            slot * 2 ** Math.ceil(Math.log2(Math.max(4, count))),
          );
      }),
      { numRuns: 1000 },
    );
  });
});

describe("spare teams", () => {
  test("are teams like others, with stacks of their own, marked", () => {
    const plan = planOf("lab", { teams: 2, spareTeams: 2 });
    expect(plan.teams.map(({ id, slot, spare }) => ({ id, slot, spare }))).toEqual([
      { id: "team-01", slot: 1, spare: undefined },
      { id: "team-02", slot: 2, spare: undefined },
      { id: "spare-01", slot: 39, spare: true },
      { id: "spare-02", slot: 38, spare: true },
    ]);
    expect(plan.units.map((unit) => unit.stack)).toEqual([
      "lab-site",
      "lab-team-01",
      "lab-team-02",
      "lab-spare-01",
      "lab-spare-02",
    ]);
  });

  test("have room on the switch that one team's own state brings", () => {
    const slots = (state: object) =>
      planOf("lab", {
        teams: ["t1", { id: "t2", ...state }],
        spareTeams: 1,
        switches: [{ name: "out", mode: "nat-network" }],
        guests: guests(2, "out"),
      }).teams.map(({ slot }) => slot);
    expect(slots({})).toEqual([1, 2, 236]);
    expect(slots({ state: { exercise: "3b-bridged", at: "solved" } })).toEqual([1, 2, 39]);
  });

  test("may have slot 1", () => {
    const hosts = [1, 2, 3].map((index) => ({
      kind: "existing",
      name: `pc-${index}`,
      address: `192.0.2.${index}`,
      os: "linux",
    }));
    const plan = planOf("lab", {
      target: "libvirt",
      hosts,
      teams: [{ id: "x", slot: 3 }],
      spareTeams: 2,
      switches: [{ name: "out", mode: "nat-network", subnet: "192.168.254.0/24" }],
      guests: guests(1, "out"),
    });
    expect(plan.teams.map(({ id, slot }) => [id, slot])).toEqual([
      ["x", 3],
      ["spare-01", 2],
      ["spare-02", 1],
    ]);
  });

  test("a team or a spare one more or less changes no other", () => {
    // Room for slots that the teams of these labs do not reach.
    const labs = fc
      .record({
        units: fc.constantFrom("one", "per-team"),
        slots: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 }),
        own: fc.boolean(),
        count: fc.integer({ min: 1, max: 3 }),
      })
      .map(({ units, slots, own, count }) => ({
        units,
        teams: slots.map((slot) => ({ id: `team-${slot}`, slot })),
        switches: [lan("10.1.0.0/16"), ...(own ? [{ name: "nat", mode: "nat", subnet: "10.2.0.0/24" }] : [])],
        guests: guests(count, "lan", ...(own ? ["nat"] : [])),
      }));
    fc.assert(
      fc.property(labs, fc.integer({ min: 1, max: 5 }), fc.nat(), (lab, spareTeams, which) => {
        const before = planOf("lab", { ...lab, spareTeams });
        const gone = lab.teams[which % lab.teams.length]?.id;
        const teams = lab.teams.length > 1 ? lab.teams.filter(({ id }) => id !== gone) : lab.teams;
        for (const changed of [
          { ...lab, teams, spareTeams },
          { ...lab, spareTeams: spareTeams + 1 },
        ]) {
          const after = planOf("lab", changed);
          const kept = before.teams.filter(({ id }) => after.teams.some((team) => team.id === id));
          expect(kept.length).toBeGreaterThanOrEqual(teams.length + spareTeams);
          for (const team of kept) expect(after.teams.find(({ id }) => id === team.id)).toEqual(team);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
