import { markLabels } from "../../course/mark";
import { guestsOf } from "../../course/plan";
import { portHolders } from "../../operations/freePorts";
import type { GuestObject } from "../../operations/guestContents";
import { wholeUnit } from "../support/standingLab";
import { planOf } from "./labs";

// What these tests do not prove: that Docker gives a port to who comes next; tests/integration/farm.test.ts does.
const plan = planOf("lab", {
  units: "one",
  teams: 1,
  guests: [
    {
      name: "web",
      adapters: [{ switch: "lan" }],
      docker: [
        { kind: "nginx", port: 8080 },
        { kind: "nginx-farm", firstPort: 8001, count: 2 },
        { kind: "wordpress", port: 8060 },
      ],
    },
  ],
});
const [unit] = plan.units;
const [guest] = guestsOf(plan);
if (!unit || !guest) throw new Error("the lab has a unit with a guest");
const ID = "0123456789abcdef";

const container = (name: string, port: number, more: Partial<GuestObject> = {}): GuestObject => ({
  kind: "container",
  id: `id-${name}`,
  name,
  labels: markLabels({ lab: "lab", id: ID, stack: "lab" }),
  state: "running",
  ports: [port],
  ...more,
});

/** Names and ports of those that have to give ports up. */
const holding = (...objects: GuestObject[]) => {
  const guests = new Map([[guest.objectName, { objects, images: [] }]]);
  const found = { ...wholeUnit(plan, unit), guests };
  return portHolders(plan, unit, found, ID).map(({ name, ports }) => [name, ports]);
};

test("who has its own port, or one that nobody is to have, keeps it", () => {
  expect(
    holding(container("nginx", 8080), container("nginx-farm-8001", 8001), container("php-apache", 9000)),
  ).toEqual([]);
});

test("a container that leaves, or changes its port, gives up one that another stack is to have", () => {
  expect(
    holding(
      container("php-apache", 8080),
      container("nginx", 8060),
      container("nginx-farm-8060", 8060),
      container("wordpress", 8001),
    ),
  ).toEqual([
    ["php-apache", [8080]],
    ["nginx", [8060]],
    ["nginx-farm-8060", [8060]],
    ["wordpress", [8001]],
  ]);
});

test("learners' own, another lab's, and what does not run is left alone", () => {
  expect(
    holding(
      container("mine", 8080, { labels: {} }),
      container("other", 8080, { labels: markLabels({ lab: "lab", id: "f".repeat(16), stack: "lab" }) }),
      container("old", 8080, { state: "exited" }),
    ),
  ).toEqual([]);
});
