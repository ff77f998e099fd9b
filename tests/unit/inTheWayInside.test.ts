import { farmEnvironment } from "../../components/farmScript";
import { guestsOf } from "../../course/plan";
import type { GuestContents, GuestObject } from "../../operations/guestContents";
import { parseContents } from "../../operations/guestContents";
import { findInTheWayInside } from "../../operations/inTheWayInside";
import { contentsLines } from "../support/dockerAnswers";
import { wholeState, wholeUnit } from "../support/standingLab";
import { planOf } from "./labs";

/** The lab of one team in a state of exercise 4. */
function lab(at: "start" | "solved") {
  const plan = planOf("lab", { units: "one", state: { exercise: "4-docker", at } });
  const [unit] = plan.units;
  const [guest] = guestsOf(plan);
  if (!unit || !guest) throw new Error("the lab has a unit with a guest");
  return { plan, unit, guest };
}

const start = lab("start");
const solved = lab("solved");
/** What state has of the team while it is at the start. */
const before = wholeState(start.plan, start.unit);

const container = (name: string, more: Partial<GuestObject> = {}): GuestObject => ({
  kind: "container",
  id: `id-${name}`,
  name,
  labels: {},
  state: "running",
  ...more,
});

/** What is in the way when the team of `before` moves on, with these objects in its first guest. */
function inTheWay(objects: readonly GuestObject[], resources = before) {
  const contents: GuestContents = { objects, images: [] };
  const guests = new Map([[solved.guest.objectName, contents]]);
  const found = { ...wholeUnit(start.plan, start.unit), guests };
  return findInTheWayInside(solved.plan, solved.unit, resources, found);
}

test("an empty guest, and learners' own beside what is to be made, are in nobody's way", () => {
  expect(inTheWay([])).toEqual([]);
  expect(inTheWay([container("web", { ports: [3000] }), container("db")])).toEqual([]);
});

test("the learners' hundred nginx have the farm's ports: said once, with some of their names", () => {
  const hundred = Array.from({ length: 100 }, (_, index) =>
    container(`happy_${index + 1}`, { ports: [8001 + index] }),
  );
  expect(inTheWay(hundred)).toEqual([
    {
      code: "object-in-the-way",
      where: "team-01/ubuntu-test1",
      what: "nginx-farm is to be made there, and its ports are taken by the learners' own container happy_1, container happy_2, container happy_3 and 7 more",
      fix: "Nothing was changed. Let the learners remove what they no longer need, or leave the team's state as it was",
    },
    expect.objectContaining({
      what: "nginx is to be made there, and its ports are taken by the learners' own container happy_80",
    }),
  ]);
});

test("a container of theirs has the name of ours, running or not; a network of that name has not", () => {
  const words = inTheWay([container("nginx", { state: "exited", ports: [8080] })]).map(({ what }) => what);
  expect(words).toEqual([
    "nginx is to be made there, and its name is taken by the learners' own container nginx",
  ]);
  expect(inTheWay([container("nginx", { kind: "network" })])).toEqual([]);
});

test("a stopped container holds no port, and what carries our mark is never in the way", () => {
  expect(inTheWay([container("old", { state: "exited", ports: [8080] })])).toEqual([]);
  const labels = { classlab: "lab", "classlab.id": "x" };
  expect(inTheWay([container("nginx", { labels, ports: [8080] })])).toEqual([]);
});

test("a stack that stands is not to be made: learners' own beside it is listed elsewhere", () => {
  const all = wholeState(solved.plan, solved.unit);
  expect(inTheWay([container("nginx"), container("other", { ports: [8001] })], all)).toEqual([]);
});

test("a farm that grows is asked for the ports it gains, and for no others", () => {
  const all = wholeState(solved.plan, solved.unit).map((entry) =>
    entry.urn.endsWith("-nginx-farm-containers")
      ? {
          ...entry,
          inputs: {
            environment: farmEnvironment("nginx-farm", [8001, 8002, 8003, 8004, 8005, 8006, 8007, 8008]),
          },
        }
      : entry,
  );
  expect(inTheWay([container("old", { ports: [8001] })], all)).toEqual([]);
  expect(inTheWay([container("mine", { ports: [8010] })], all)).toMatchObject([
    { what: "nginx-farm is to be made there, and its ports are taken by the learners' own container mine" },
  ]);
});

test("a guest that cannot be looked into says so elsewhere", () => {
  const found = { objects: [], guests: new Map([[solved.guest.objectName, "its Docker Engine is silent"]]) };
  expect(findInTheWayInside(solved.plan, solved.unit, before, found)).toEqual([]);
});

test("ports as Docker tells them: TCP ones that were chosen", () => {
  const ports = (value: unknown) =>
    parseContents(contentsLines({ containers: { a: { ports: value } } }).join("\n")).objects[0]?.ports;
  expect(ports({ "80/tcp": [{ HostIp: "", HostPort: "8080" }, { HostPort: "8081" }] })).toEqual([8080, 8081]);
  expect(ports({ "53/udp": [{ HostPort: "5300" }] })).toBeUndefined();
  expect(ports({ "80/tcp": [{ HostPort: "" }] })).toBeUndefined();
  expect(ports({ "80/tcp": null })).toBeUndefined();
  expect(ports(null)).toBeUndefined();
});
