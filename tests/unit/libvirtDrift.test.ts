import { type Drift, type Found, findDrift, findUnknown } from "../../operations/drift";
import type { PlannedStep, StateResource } from "../../operations/engine";
import { switchesLeaving } from "../../operations/freeSwitches";
import type { GuestContents } from "../../operations/guestContents";
import type { ObservedObject } from "../../operations/platforms/platform";
import { findLosses } from "../../operations/protect";
import { toldNames } from "../../operations/toldNames";
import { RECORD } from "../support/devPlan";
import { urnOf, wholeState, wholeUnit } from "../support/standingLab";
import { planOf } from "./labs";

// Scripts make the objects of libvirt: state knows them by their names.

const plan = planOf("lab", {
  target: "libvirt",
  units: "one",
  teams: 1,
  switches: [
    { name: "lan", mode: "bridged", subnet: "10.1.0.0/24" },
    { name: "inner", mode: "internal" },
  ],
  guests: [{ name: "web", adapters: [{ switch: "lan", address: "10.1.0.10" }], docker: [{ kind: "nginx" }] }],
});
const [unit] = plan.units;
if (!unit) throw new Error("the lab has a unit");
const SCRIPT = "command:local:Command";
const urn = (name: string) => urnOf(unit, SCRIPT, name);
const NAME = "lab-team-01-web";

let state: StateResource[];
let objects: ObservedObject[];
let guests: Map<string, GuestContents | string>;
beforeEach(() => {
  const whole = wholeUnit(plan, unit);
  state = wholeState(plan, unit);
  objects = [...whole.objects];
  guests = new Map(whole.guests);
});
const found = (): Found => ({ objects, guests });
const drift = () => findDrift(plan, unit, state, found());
const brief = (entries: readonly Drift[]) =>
  entries.map(
    ({ kind, what, mend }) =>
      `${kind}: ${what}; ${mend?.how} ${mend && "urn" in mend ? mend.urn.split("::").at(-1) : ""}`,
  );
const without = (name: string) => {
  expect(objects.map((object) => object.name)).toContain(name);
  objects = objects.filter((object) => object.name !== name);
};
const change = (name: string, more: Partial<ObservedObject>) => {
  objects = objects.map((object) => (object.name === name ? { ...object, ...more } : object));
};

test("a lab as it was planned and recorded has none", () => {
  expect(objects.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    "virtual network lab-lan",
    "virtual network lab-team-01-inner",
    `virtual disk ${NAME}-disk.qcow2`,
    `domain ${NAME}`,
  ]);
  expect(drift()).toEqual([]);
});

test("a guest that was deleted is defined again on its disk, a network made again: by their own scripts", () => {
  without(NAME);
  without("lab-lan");
  guests.clear();
  expect(brief(drift())).toEqual([
    "missing: switch lab-lan is missing; run lan-network",
    `missing: guest ${NAME} is missing; run team-01-web-machine`,
  ]);
});

test("with a disk all that was on it is made anew", () => {
  without(`${NAME}-disk.qcow2`);
  expect(brief(drift())).toEqual([`missing: disk ${NAME}-disk.qcow2 is missing; replace team-01-web-disk`]);
});

test.each(["shut off", "paused", "crashed"])("a guest that is %s is started, by its name", (word) => {
  change(NAME, { state: word });
  guests.clear();
  const [only, ...more] = drift();
  expect(more).toEqual([]);
  const also = [urn("team-01-web-adapters"), urn("team-01-web-ready")];
  expect(only?.mend).toEqual({
    also,
    how: "start",
    kind: "domain",
    guest: `id-of-${NAME}`,
    urn: urn("team-01-web-machine"),
  });
});

test("adapters are known by their networks: the platform gives no addresses", () => {
  change(NAME, { networks: { "lab-lan": "" } });
  expect(drift()).toEqual([]);
  change(NAME, { networks: { "lab-team-01-inner": "" } });
  expect(drift().map(({ what }) => what)).toEqual([
    "not connected to lab-lan 10.1.0.10",
    "also connected to lab-team-01-inner",
  ]);
});

test("unknown is what no script told of; disks and pools are taken over with what they hold", () => {
  const mark = { lab: "lab", id: RECORD.labId, stack: unit.stack };
  const object = (kind: ObservedObject["kind"], name: string): ObservedObject => ({
    kind,
    id: name,
    name,
    mark,
    created: "",
  });
  const all = [
    object("domain", "lab-team-01-gone"),
    object("virtual network", "lab-lan"),
    object("virtual disk", "lab-team-01-gone-disk.qcow2"),
    object("storage pool", "classlab-0123456789abcdef-lab"),
  ];
  const told: StateResource[] = [
    { urn: urn("lan-network"), type: SCRIPT, id: "script", outputs: { stdout: '{"network":"lab-lan"}\n' } },
  ];
  expect(findUnknown(unit.stack, RECORD.labId, told, all).map(({ name }) => name)).toEqual([
    "lab-team-01-gone",
  ]);
  expect(findUnknown(unit.stack, RECORD.labId, [], all).map(({ name }) => name)).toEqual([
    "lab-team-01-gone",
    "lab-lan",
  ]);
  expect(findUnknown(unit.stack, "another", told, all)).toEqual([]);
});

test("names are told in one line of JSON, and in nothing else", () => {
  expect(toldNames('{"network":"lab-lan"}\n')).toEqual(["lab-lan"]);
  expect(toldNames('{"network":false}')).toEqual([]);
  for (const text of ["", "lab-lan", '["lab-lan"]', undefined, 7]) expect(toldNames(text)).toEqual([]);
});

const step = (op: string, name: string): PlannedStep => ({
  op,
  urn: urn(name),
  type: SCRIPT,
  changed: ["stdin"],
});

test("a run that would replace a machine or its disk takes something; what waits for it does not", () => {
  const parent = urnOf(unit, "classlab:index:GuestVm", "team-01-web");
  const inputs = { team: "team-01", guest: "web" };
  const owned: StateResource[] = [
    { urn: parent, type: "classlab:index:GuestVm", inputs },
    ...["disk", "machine", "ready", "adapters"].map((name) => ({
      urn: urn(`team-01-web-${name}`),
      type: SCRIPT,
      id: "x",
      parent,
    })),
    { urn: urn("lan-network"), type: SCRIPT, id: "x" },
  ];
  const names = ["disk", "machine", "ready", "adapters"].map((name) => `team-01-web-${name}`);
  const steps = [...names, "lan-network"].map((name) => step("replace", name));
  expect(findLosses(steps, owned, new Set()).map(({ kind, guest }) => `${kind} of ${guest}`)).toEqual([
    "disk of web",
    "guest of web",
  ]);
});

test("switches that leave are named by their scripts", () => {
  const network: StateResource = {
    urn: urn("lan-network"),
    type: SCRIPT,
    id: "x",
    outputs: { stdout: '{"network":"lab-lan"}' },
  };
  const other: StateResource = {
    urn: urn("team-01-web-ready"),
    type: SCRIPT,
    id: "x",
    outputs: { stdout: '{"ready":"yes"}' },
  };
  expect(
    switchesLeaving([step("replace", "lan-network"), step("replace", "team-01-web-ready")], [network, other]),
  ).toEqual(["lab-lan"]);
});
