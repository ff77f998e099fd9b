import { farmEnvironment } from "../../components/farmScript";
import { COURSE_IMAGES } from "../../course/images";
import { type Drift, type Found, findDrift, findUnknown, findUnknownInside } from "../../operations/drift";
import type { StateResource } from "../../operations/engine";
import type { GuestContents, GuestObject } from "../../operations/guestContents";
import type { ObservedObject } from "../../operations/platforms/platform";
import { RECORD } from "../support/devPlan";
import { urnOf, wholeState, wholeUnit } from "../support/standingLab";
import { guestNamed, planOf } from "./labs";

const plan = planOf("lab", {
  units: "one",
  teams: 1,
  switches: [
    { name: "lan", mode: "bridged", subnet: "10.1.0.0/24" },
    { name: "dmz", mode: "bridged", subnet: "10.2.0.0/24" },
  ],
  guests: [
    {
      name: "web",
      adapters: [{ switch: "lan", address: "10.1.0.10" }, { switch: "dmz" }],
      docker: [{ kind: "nginx" }, { kind: "nginx-farm", firstPort: 8001, count: 2 }, { kind: "wordpress" }],
    },
    { name: "desk", adapters: [] },
  ],
});
const [unit] = plan.units;
if (!unit) throw new Error("the lab has a unit");
const web = guestNamed(plan, "web");
const MACHINE = "lab-team-01-web";
const CONTAINER = "docker:index/container:Container";
const COMMAND = "command:local:Command";
const urn = (type: string, name: string) => urnOf(unit, type, `team-01-web${name}`);

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
const said = (entries: readonly Drift[]) =>
  entries.map((entry) => `${entry.level} ${entry.kind} ${entry.guest ?? "-"}: ${entry.what}`);

function changeObject(name: string, change: Partial<ObservedObject> | undefined): void {
  expect(objects.map((object) => object.name)).toContain(name);
  objects = objects.flatMap((object) => {
    if (object.name !== name) return [object];
    return change ? [{ ...object, ...change }] : [];
  });
}

function inside(): GuestContents {
  const contents = guests.get(MACHINE);
  if (contents === undefined || typeof contents === "string") throw new Error("web is looked into");
  return contents;
}

function changeInside(name: string, change: Partial<GuestObject> | undefined): void {
  const contents = inside();
  expect(contents.objects.map((object) => object.name)).toContain(name);
  const changed = contents.objects.flatMap((object) => {
    if (object.name !== name) return [object];
    return change ? [{ ...object, ...change }] : [];
  });
  guests.set(MACHINE, { ...contents, objects: changed });
}

test("a lab as it was planned and recorded has none", () => {
  expect(drift()).toEqual([]);
});

test("what state does not know yet is the engine's to make", () => {
  state = [];
  objects = [];
  guests = new Map();
  expect(drift()).toEqual([]);
});

describe("on the host", () => {
  test("a missing disk and a missing guest are made anew", () => {
    changeObject(`${MACHINE}-disk`, undefined);
    changeObject(MACHINE, undefined);
    guests.delete(MACHINE);
    expect(said(drift())).toEqual([
      `host missing web: disk ${MACHINE}-disk is missing`,
      `host missing web: guest ${MACHINE} is missing`,
    ]);
    expect(drift().map((entry) => entry.mend)).toEqual([
      { how: "replace", urn: urn("docker:index/volume:Volume", "-disk") },
      { how: "replace", urn: urn(CONTAINER, "-machine") },
    ]);
  });

  test("one of the same name that is not the recorded one is missing all the same", () => {
    changeObject(MACHINE, { id: "somebody else's" });
    expect(said(drift())).toContain(`host missing web: guest ${MACHINE} is missing`);
  });

  test.each(["exited", "paused", "created"])("a guest that is %s is started, by its id", (word) => {
    changeObject(MACHINE, { state: word });
    guests.delete(MACHINE);
    expect(said(drift())).toEqual([`host stopped web: guest ${MACHINE} is ${word}`]);
    expect(drift()[0]?.mend).toEqual({
      how: "start",
      kind: "container",
      guest: `id-of-${MACHINE}`,
      urn: urn(CONTAINER, "-machine"),
    });
  });

  test("a missing switch brings its adapters with it: one difference", () => {
    changeObject("lab-dmz", undefined);
    const machine = objects.find((object) => object.name === MACHINE);
    const { "lab-dmz": _gone, ...networks } = machine?.networks ?? {};
    changeObject(MACHINE, { networks });
    expect(said(drift())).toEqual(["host missing -: switch lab-dmz is missing"]);
  });

  test("what waits for its deletion in state is no resource", () => {
    state = state.map((entry) =>
      entry.urn === urn(CONTAINER, "-machine") ? { ...entry, delete: true } : entry,
    );
    changeObject(MACHINE, undefined);
    guests.delete(MACHINE);
    expect(drift()).toEqual([]);
  });
});

describe("adapters", () => {
  const networks = () => objects.find((object) => object.name === MACHINE)?.networks ?? {};

  test("taken off a switch: ours to mend", () => {
    const { "lab-lan": _off, ...rest } = networks();
    changeObject(MACHINE, { networks: { ...rest, none: "" } });
    expect(said(drift())).toEqual(["host missing web: not connected to lab-lan 10.1.0.10"]);
    expect(drift()[0]?.mend).toEqual({ how: "run", urn: urn(COMMAND, "-adapters") });
  });

  test("another address is not the planned one", () => {
    changeObject(MACHINE, { networks: { ...networks(), "lab-lan": "10.1.0.77" } });
    expect(said(drift())).toEqual([
      "host missing web: not connected to lab-lan 10.1.0.10",
      "guest changed web: also connected to lab-lan 10.1.0.77",
    ]);
  });

  test("a network of the learner's own is told with what mending would take", () => {
    changeObject(MACHINE, { networks: { ...networks(), private: "" } });
    expect(said(drift())).toEqual(["guest changed web: also connected to private"]);
    expect(drift()[0]?.overwrites).toBe("its connection to private");
  });
});

describe("inside a guest", () => {
  test("a container that is missing is the engine's; one of a script is the script's", () => {
    changeInside("nginx", undefined);
    changeInside("nginx-farm-8002", undefined);
    expect(said(drift())).toEqual([
      "guest missing web: container nginx is missing",
      "guest missing web: container nginx-farm-8002 is missing",
    ]);
    expect(drift().map((entry) => [entry.stack, entry.mend])).toEqual([
      ["nginx", { how: "replace", urn: urn(CONTAINER, "-docker-nginx-container") }],
      ["nginx-farm", { how: "run", urn: urn(COMMAND, "-docker-nginx-farm-containers") }],
    ]);
  });

  test("a stopped container: what making it anew overwrites; a script only starts it", () => {
    changeInside("nginx", { state: "exited" });
    changeInside("nginx-farm-8001", { state: "exited" });
    expect(drift().map((entry) => [entry.what, entry.overwrites])).toEqual([
      ["container nginx is exited", "changes made in the container outside its volumes"],
      ["container nginx-farm-8001 is exited", undefined],
    ]);
  });

  test("what is yet to come to a farm that grows is no drift; what it had is", () => {
    state = state.map((entry) =>
      entry.urn === urn(COMMAND, "-docker-nginx-farm-containers")
        ? { ...entry, inputs: { environment: farmEnvironment("nginx-farm", [8001]) } }
        : entry,
    );
    changeInside("nginx-farm-8002", undefined);
    expect(drift()).toEqual([]);
    changeInside("nginx-farm-8001", undefined);
    expect(said(drift())).toEqual(["guest missing web: container nginx-farm-8001 is missing"]);
  });

  test("a data volume that is gone: nothing is left to lose", () => {
    changeInside("wordpress-data", undefined);
    expect(drift()).toMatchObject([
      {
        kind: "missing",
        object: "data volume wordpress-data",
        overwrites: expect.stringMatching(/^nothing: /),
      },
    ]);
  });

  test.each(["nginx", "nginx-farm-8001"])(
    "the learner's own under the name %s is nobody's to remove",
    (name) => {
      changeInside(name, { id: "own", labels: {} });
      expect(said(drift())).toEqual([
        `guest foreign web: container ${name} is missing, and one of the learner's own has its name`,
        `guest foreign web: container ${name} is the learner's own (running)`,
      ]);
      expect(drift().flatMap((entry) => entry.mend ?? [])).toEqual([]);
    },
  );

  test("what learners made beside ours is told and left; their networks and volumes are not even told", () => {
    const own = (kind: GuestObject["kind"]): GuestObject => ({
      kind,
      id: `own ${kind}`,
      name: "own",
      labels: { my: "label" },
    });
    guests.set(MACHINE, {
      ...inside(),
      objects: [...inside().objects, own("container"), own("network"), own("volume")],
    });
    expect(said(drift())).toEqual(["guest foreign web: container own is the learner's own (unknown)"]);
    expect(drift()[0]?.mend).toBeUndefined();
  });

  test("course images: by every tag that the course uses; the cache's own reference is nobody's business", () => {
    const [first, second] = COURSE_IMAGES;
    if (!first || !second) throw new Error("there are course images");
    const gone = [RECORD.images.course[first.name].reference, second.tags[0]];
    guests.set(MACHINE, { ...inside(), images: inside().images.filter((name) => !gone.includes(name)) });
    expect(said(drift())).toEqual([`guest missing web: course image(s) ${second.name} are missing`]);
    expect(drift()[0]?.mend).toEqual({ how: "run", urn: urn(COMMAND, "-docker-images") });
  });

  test("a file that the site's settings were not put into, since a learner changed it", () => {
    const left = (stdout: string) => {
      const outputs = { stdout };
      state = [
        ...wholeState(plan, unit),
        { urn: urn(COMMAND, "-settings"), type: COMMAND, id: "settings", outputs },
      ];
      return drift();
    };
    expect(left('{"clock":"host","left":[]}')).toEqual([]);
    expect(left('{"clock":"host","left":["/etc/environment"]}')).toEqual([
      {
        kind: "changed",
        level: "guest",
        team: "team-01",
        guest: "web",
        object: "file /etc/environment",
        what: "/etc/environment is the learner's own: the settings of the site are not in it",
      },
    ]);
  });

  test("a guest that cannot be looked into: why, and that its disk is kept", () => {
    guests.set(MACHINE, "its Docker Engine did not answer");
    expect(drift()).toMatchObject([
      {
        level: "guest",
        object: "Docker Engine",
        what: "it cannot be looked into: its Docker Engine did not answer",
        mend: { how: "replace", urn: urn(CONTAINER, "-machine") },
        overwrites: "what runs in the guest is started anew; its disk is kept",
      },
    ]);
  });
});

describe("what a killed run made and did not record, on the host", () => {
  const unknown = (...more: ObservedObject[]) =>
    findUnknown(unit.stack, RECORD.labId, state, [...objects, ...more]).map((object) => object.name);
  const stray = (change: Partial<ObservedObject> = {}): ObservedObject => ({
    kind: "container",
    id: "stray",
    name: "stray",
    created: "",
    mark: { lab: "lab", id: RECORD.labId, stack: unit.stack },
    ...change,
  });

  test("a whole lab has none", () => {
    expect(unknown()).toEqual([]);
  });

  test("containers and networks, with the lab's own id and stack", () => {
    expect(unknown(stray(), stray({ kind: "network", id: "n", name: "n" }))).toEqual(["stray", "n"]);
  });

  test("a volume is taken over with its content; another lab's and another stack's are theirs", () => {
    const { mark } = stray();
    expect(
      unknown(
        stray({ kind: "volume" }),
        stray({ mark: { ...mark, id: "twin" } }),
        stray({ mark: { ...mark, stack: "lab-site" } }),
      ),
    ).toEqual([]);
  });
});

describe("the same inside a guest", () => {
  const labels = () => inside().objects[0]?.labels ?? {};
  const unknown = (...more: GuestObject[]) =>
    findUnknownInside(web, RECORD.labId, state, {
      ...inside(),
      objects: [...inside().objects, ...more],
    }).map((object) => object.name);
  const stray = (change: Partial<GuestObject> = {}): GuestObject => ({
    kind: "container",
    id: "stray",
    name: "stray",
    labels: labels(),
    ...change,
  });

  test("a whole guest has none: what a script made is known by its names", () => {
    expect(unknown()).toEqual([]);
  });

  test("a farm that is no longer planned, or has more ports, is left to its own script while state has it", () => {
    const bare = { ...web, docker: [] };
    const left = (resources: readonly StateResource[]) =>
      findUnknownInside(bare, RECORD.labId, resources, {
        ...inside(),
        objects: [...inside().objects, stray({ name: "nginx-farm-8003" }), stray({ name: "nginx-farms" })],
      }).map((object) => object.name);
    expect(left(state)).toEqual(["nginx-farms"]);
    const without = state.filter(({ urn }) => !urn.endsWith("-docker-nginx-farm-containers"));
    expect(left(without)).toEqual(["nginx-farm-8001", "nginx-farm-8002", "nginx-farm-8003", "nginx-farms"]);
    expect(unknown(stray({ name: "nginx-farm-8003" }))).toEqual([]);
  });

  test("only what carries this lab's id, and no volume", () => {
    expect(
      unknown(
        stray(),
        stray({ kind: "network", name: "net" }),
        stray({ kind: "volume", name: "data" }),
        stray({ name: "learner's", labels: {} }),
        stray({ name: "twin's", labels: { ...labels(), "classlab.id": "twin" } }),
      ),
    ).toEqual(["stray", "net"]);
  });
});
