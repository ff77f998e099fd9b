import fc from "fast-check";
import { uuidOf } from "../../components/hypervisors/identity";
import { BRIDGE_NAME_LENGTH, bridgeNameOf } from "../../components/hypervisors/libvirt/bridgeName";
import {
  type NetworkSettings,
  renderNetwork,
  renderParking,
} from "../../components/hypervisors/libvirt/network";
import { markIn } from "../../components/hypervisors/libvirt/ownerMark";
import { libvirtFaults, libvirtPlan, MARK, NO_SCHEMAS, switchOf, testWith } from "./libvirtLab";

const PLAN = libvirtPlan();
const SITE = { lab: MARK.lab, id: MARK.id, stack: "lab-site" };
const LAB_BRIDGE: NetworkSettings = { mark: MARK, uplink: { kind: "lab-bridge" } };
const HOST_BRIDGE: NetworkSettings = { mark: SITE, uplink: { kind: "host-bridge", name: "br0" } };

const network = (name: string, settings = LAB_BRIDGE) => renderNetwork(switchOf(PLAN, name), settings);

/** What is under a network's name, UUID and mark. */
const body = (xml: string) =>
  xml
    .replace(/^[\s\S]*<\/metadata>\n/, "")
    .replaceAll(/^ {2}/gm, "")
    .split("\n")
    .slice(0, -2);

const bridge = (name: string) => `<bridge name="${bridgeNameOf(MARK, name)}" stp="off" delay="0"/>`;

test("NAT network, to the letter", () => {
  expect(network("nat-network")).toBe(`<network>
  <name>lab-team-01-nat-network</name>
  <uuid>83243545-ffa9-8c61-b1e6-5d8f751d8b44</uuid>
  <metadata>
    <classlab:owner xmlns:classlab="urn:classlab:owner" classlab="lab" classlab.id="0123456789abcdef" classlab.stack="lab-team-01" classlab.team="team-01"/>
  </metadata>
  <forward mode="nat"/>
  <bridge name="cl-f59e8a586e2b" stp="off" delay="0"/>
  <ip family="ipv4" address="192.168.20.1" prefix="24"/>
</network>
`);
});

test("NAT: the same with isolated ports", () => {
  expect(body(network("nat"))).toEqual([
    '<forward mode="nat"/>',
    bridge("lab-team-01-nat"),
    '<ip family="ipv4" address="10.0.2.1" prefix="24"/>',
    '<port isolated="yes"/>',
  ]);
});

test("host-only: the host's address, nothing forwarded, no name server", () => {
  expect(body(network("host-only"))).toEqual([
    bridge("lab-team-01-host-only"),
    '<dns enable="no"/>',
    '<ip family="ipv4" address="192.168.56.1" prefix="24"/>',
  ]);
});

test("internal: a wire and nothing of the host's", () => {
  expect(body(network("internal"))).toEqual([bridge("lab-team-01-internal")]);
});

test.each(["bridged", "vlan"])("%s on a bridge of the host: nothing is libvirt's own", (name) => {
  expect(body(network(name, HOST_BRIDGE))).toEqual(['<forward mode="bridge"/>', '<bridge name="br0"/>']);
});

test("bridged on a lab bridge: the LAN's gateway is the host; a VLAN is a bridge of its own", () => {
  expect(body(network("bridged"))).toEqual([
    '<forward mode="nat"/>',
    bridge("lab-bridged"),
    '<ip family="ipv4" address="192.168.99.1" prefix="24"/>',
  ]);
  expect(body(network("vlan"))).toEqual([
    '<forward mode="nat"/>',
    bridge("lab-vlan"),
    '<ip family="ipv4" address="192.168.110.1" prefix="24"/>',
  ]);
});

test("adapters without a switch are parked where nothing is", () => {
  const parking = renderParking(SITE);
  expect(parking).toContain("<name>lab_unplugged</name>");
  expect(body(parking)).toEqual([bridge("lab_unplugged"), '<port isolated="yes"/>']);
});

test("the mark is read back", () => {
  expect(markIn(network("internal"))).toEqual(MARK);
  expect(markIn(renderParking(SITE))).toEqual(SITE);
});

test("prefixes are those of the subnets", () => {
  const plan = libvirtPlan({
    switches: [{ name: "small", mode: "host-only", subnet: "10.9.8.0/28" }],
    guests: [{ name: "one", adapters: [{ switch: "small" }] }],
  });
  const second = plan.switches.find(({ team }) => team === "team-02");
  if (!second) throw new Error("no second switch");
  expect(renderNetwork(second, LAB_BRIDGE)).toContain('<ip family="ipv4" address="10.9.8.17" prefix="28"/>');
});

const ids = fc.stringMatching(/^[0-9a-f]{16}$/);
const objects = fc.tuple(ids, fc.string({ minLength: 1, maxLength: 40 }));

test("names of bridges fit, are the same each time, and no two objects have one", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(objects, { selector: ([id, name]) => `${id} ${name}`, maxLength: 40 }),
      (all) => {
        const names = all.map(([id, name]) => bridgeNameOf({ id }, name));
        expect(new Set(names).size).toBe(all.length);
        expect(names).toEqual(all.map(([id, name]) => bridgeNameOf({ id }, name)));
        for (const name of names) expect(name).toMatch(/^cl-[0-9a-f]{12}$/);
      },
    ),
  );
  expect(BRIDGE_NAME_LENGTH).toBe(15);
});

test("a UUID is of version 8, and no two objects have one, of whatever kind", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(objects, { selector: ([id, name]) => `${id} ${name}`, maxLength: 20 }),
      (all) => {
        const uuids = all.flatMap(([id, name]) =>
          (["domain", "network", "pool"] as const).map((kind) => uuidOf({ id }, kind, name)),
        );
        expect(new Set(uuids).size).toBe(3 * all.length);
        for (const uuid of uuids) {
          expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        }
      },
    ),
  );
});

testWith(NO_SCHEMAS, "libvirt's schema takes every switch on every kind of host", () => {
  const rendered = PLAN.switches.flatMap((plan) =>
    [LAB_BRIDGE, HOST_BRIDGE].map((settings) => renderNetwork(plan, settings)),
  );
  const faults = [...rendered, renderParking(SITE)].map((xml) => libvirtFaults("network", xml));
  expect(faults).toEqual(faults.map(() => ""));
  expect(libvirtFaults("network", network("nat").replace("yes", "perhaps"))).not.toBe("");
});
