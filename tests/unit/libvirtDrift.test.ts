import { uuidOf } from "../../components/hypervisors/identity";
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

test("a snapshot that libvirt does not know any more is told, and brought back where that is asked for or the guest is defined again", () => {
  const kept = planOf("lab", {
    target: "libvirt",
    units: "one",
    teams: 1,
    switches: [{ name: "lan", mode: "bridged", subnet: "10.1.0.0/24" }],
    guests: [{ name: "web", adapters: [{ switch: "lan" }], snapshots: ["snapshot1", "later"] }],
  });
  const [one] = kept.units;
  if (!one) throw new Error("the lab has a unit");
  const whole = wholeUnit(kept, one);
  const resources = wholeState(kept, one);
  const look = (snapshots: readonly string[] | undefined) =>
    findDrift(kept, one, resources, {
      objects: whole.objects.map((object) =>
        object.kind === "domain" && snapshots ? { ...object, snapshots } : object,
      ),
      guests: whole.guests,
    });
  expect(look(["later", "snapshot1", "of a learner"])).toEqual([]);
  // Not looked at: nothing is known of it.
  expect(look(undefined)).toEqual([]);
  expect(look(["later"])).toEqual([
    {
      kind: "missing",
      level: "guest",
      team: "team-01",
      guest: "web",
      object: "snapshot snapshot1",
      what: "libvirt does not know snapshot snapshot1 of it any more; where its disk still has it, that one is brought back, else it is taken anew",
      mend: { how: "run", urn: urn("team-01-web-snapshot-snapshot1") },
    },
  ]);
  const gone = whole.objects.filter(({ kind }) => kind !== "domain");
  const [missing] = findDrift(kept, one, resources, { objects: gone, guests: new Map() });
  expect(missing?.mend).toEqual({
    how: "run",
    urn: urn("team-01-web-machine"),
    also: ["adapters", "ready", "snapshot-snapshot1", "snapshot-later"].map((name) =>
      urn(`team-01-web-${name}`),
    ),
  });
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

const uuid = (name: string) => uuidOf({ id: RECORD.labId }, "domain", name);

test("a guest that was renamed is known by its UUID: it gets its name back and is started, and is nobody's to remove", () => {
  change(NAME, { name: "theirs", id: uuid(NAME), state: "shut off" });
  guests.clear();
  const [only, ...more] = drift();
  expect(more).toEqual([]);
  expect(only).toMatchObject({
    kind: "changed",
    level: "host",
    what: `guest ${NAME} was renamed to theirs by hand`,
    mend: {
      how: "start",
      guest: uuid(NAME),
      rename: NAME,
      urn: urn("team-01-web-machine"),
      also: [urn("team-01-web-adapters"), urn("team-01-web-ready")],
    },
  });
  const told = state.map((entry) =>
    entry.urn === urn("team-01-web-machine")
      ? { ...entry, outputs: { stdout: `{"machine":"${NAME}"}` } }
      : entry,
  );
  const domains = () => objects.filter(({ kind }) => kind === "domain");
  expect(findUnknown(unit.stack, RECORD.labId, told, domains())).toEqual([]);
  // Of another name and another UUID: what a killed run made.
  change("theirs", { id: uuid("lab-team-01-gone") });
  expect(findUnknown(unit.stack, RECORD.labId, told, domains()).map(({ name }) => name)).toEqual(["theirs"]);
});

test("one that runs under another name cannot get its own back", () => {
  change(NAME, { name: "theirs", id: uuid(NAME), state: "running" });
  guests.clear();
  const [only] = drift();
  expect(only?.what).toBe(`guest ${NAME} was renamed to theirs by hand`);
  expect(only).not.toHaveProperty("mend");
});

test("a copy of a guest, mark and all, is the learner's own: it is listed, and is not unknown", () => {
  const [original] = objects.filter(({ name }) => name === NAME);
  if (!original) throw new Error("the guest stands");
  const copy = { ...original, name: "web-clone", id: "0b7c1a52-93c1-4f0e-9d3e-2f6b1c0a9e11", copied: true };
  objects = [...objects, copy];
  expect(drift()).toEqual([
    {
      kind: "foreign",
      level: "guest",
      team: "team-01",
      object: "domain web-clone",
      what: "domain web-clone is a copy of one of the lab's guests, and the learner's own (running)",
    },
  ]);
  expect(findUnknown(unit.stack, RECORD.labId, [], [copy])).toEqual([]);
});

test("an edited guest is listed and left; repairing it makes the machine anew on its disk", () => {
  const xml = `<domain><memory unit="MiB">1024</memory><vcpu>1</vcpu><devices>
<disk type="file"><source file="/pool/a"/><target dev="vda"/></disk><disk type="file"><source file="/pool/b"/><target dev="vdb"/></disk>
</devices></domain>`;
  const recorded = (text: string) => {
    state = state.map((entry) =>
      entry.urn === urn("team-01-web-machine") ? { ...entry, inputs: { triggers: [text] } } : entry,
    );
  };
  recorded(xml);
  change(NAME, {
    settings: { memory: "1024 MiB", processors: "1", "disk vda": "/pool/a", "disk vdb": "/pool/b" },
  });
  expect(drift()).toEqual([]);
  change(NAME, {
    settings: { memory: "2048 MiB", processors: "1", "disk vda": "/pool/a", "disk vdc": "/theirs" },
  });
  expect(drift()).toEqual([
    {
      kind: "changed",
      level: "guest",
      team: "team-01",
      guest: "web",
      object: `guest ${NAME}`,
      what: `guest ${NAME} was edited by hand: memory: 2048 MiB, not 1024 MiB; disk vdb is gone (/pool/b)`,
      mend: { how: "replace", urn: urn("team-01-web-machine") },
      overwrites: "what runs in the guest is started anew; its disk is kept",
    },
  ]);
  // A state that says nothing of a definition is no reason to find a difference.
  recorded("1");
  expect(drift()).toEqual([]);
});

test("a network that rests is started, with the adapters on it; one that lost its ways gets them by its script", () => {
  change("lab-lan", { state: "inactive" });
  expect(drift()).toMatchObject([
    {
      kind: "stopped",
      level: "host",
      what: "switch lab-lan is inactive",
      mend: { how: "run", urn: urn("lan-network"), also: [urn("team-01-web-adapters")] },
    },
  ]);
  change("lab-lan", { state: "active" });
  expect(drift()).toEqual([]);
  const ways = (text: string) => {
    state = state.map((entry) =>
      entry.urn === urn("lan-network") ? { ...entry, outputs: { stdout: text } } : entry,
    );
  };
  ways('{"network":"lab-lan","ways":["cl-a","cl-b"]}');
  expect(drift()).toEqual([]);
  change("lab-lan", { ways: ["cl-b"] });
  expect(brief(drift())).toEqual([
    "missing: the packet filter does not let switch lab-lan reach cl-a any more; run lan-network",
  ]);
  change("lab-lan", { ways: ["cl-a", "cl-b"] });
  expect(drift()).toEqual([]);
  for (const text of ["no JSON", '{"network":"lab-lan"}']) {
    ways(text);
    expect(drift()).toEqual([]);
  }
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
