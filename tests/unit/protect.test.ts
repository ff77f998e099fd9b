import type { PlannedStep, StateResource } from "../../operations/engine";
import { findLosses, ownedBy, refuseLosses } from "../../operations/protect";

const VOLUME = "docker:index/volume:Volume";
const CONTAINER = "docker:index/container:Container";
const GUEST = "classlab:index:GuestVm";

/** A guest's resources as state has them: parents by URN, the guest's own words in its inputs. */
function guestState(team: string, guest: string): StateResource[] {
  const urn = (name: string) => `${team}/${guest}${name}`;
  const child = (name: string, type: string, parent: string): StateResource => ({
    urn: urn(name),
    type,
    parent: urn(parent),
  });
  return [
    { urn: team, type: "classlab:index:TeamLab" },
    { urn: urn(""), type: GUEST, parent: team, inputs: { team, guest } },
    child(":disk", VOLUME, ""),
    child(":machine", CONTAINER, ""),
    child(":docker", "classlab:index:DockerHost", ""),
    child(":wordpress", "classlab:index:WordPressStack", ":docker"),
    child(":data", VOLUME, ":wordpress"),
    child(":site", CONTAINER, ":wordpress"),
  ];
}

const STATE: readonly StateResource[] = [
  { urn: "lan", type: "docker:index/network:Network" },
  ...guestState("team-01", "web"),
  ...guestState("team-01", "desk"),
  ...guestState("team-02", "web"),
];

const step = (op: string, urn: string, changed: readonly string[] = []): PlannedStep => ({
  op,
  urn,
  type: STATE.find((entry) => entry.urn === urn)?.type ?? "",
  changed,
});
const losses = (steps: readonly PlannedStep[], vanished: readonly string[] = []) =>
  findLosses(steps, STATE, new Set(vanished));

describe("what a run would take", () => {
  test("nothing where nothing is replaced or deleted", () => {
    const ops = ["create", "update", "same", "refresh", "create-replacement", "delete-replaced"];
    expect(losses(ops.map((op) => step(op, "team-01/web:disk")))).toEqual([]);
  });

  test.each([
    ["team-01/web:disk", "disk", /^everything in the guest is lost/],
    ["team-01/web:machine", "guest", /its disk stands/],
    ["team-01/web:data", "data volume", /^its content is lost$/],
  ])("%s is a %s", (urn, kind, loses) => {
    expect(losses([step("replace", urn, ["name"])])).toEqual([
      {
        team: "team-01",
        guest: "web",
        kind,
        op: "replace",
        cause: "changed: name",
        loses: expect.stringMatching(loses),
      },
    ]);
  });

  test("images that teams pushed belong to no guest, and are allowed by the registry's own name", () => {
    const state: StateResource[] = [
      { urn: "registry", type: "classlab:index:ImageRegistry" },
      { urn: "data", type: VOLUME, parent: "registry" },
      { urn: "container", type: CONTAINER, parent: "registry" },
    ];
    const steps = ["data", "container"].map((urn) => ({ op: "delete", urn, type: "", changed: [] }));
    const found = findLosses(steps, state, new Set());
    expect(refuseLosses(found, [], "--stack lab")).toEqual([
      {
        code: "would-replace",
        where: "registry",
        what: "this change would delete its images (it is no longer in the plan): all that teams pushed to the class's registry is lost",
        fix: "Nothing was changed. To allow it: npx classlab up --stack lab --replace registry",
      },
    ]);
    expect(refuseLosses(found, ["registry"], "--stack lab")).toEqual([]);
  });

  test("a container of a stack, a switch and what no state knows hold nobody's work", () => {
    expect(
      losses([step("replace", "team-01/web:site"), step("delete", "lan"), step("delete", "unheard of")]),
    ).toEqual([]);
  });

  test("what has vanished takes nothing with it when it is made again", () => {
    expect(losses([step("replace", "team-01/web:disk")], ["team-01/web:disk"])).toEqual([]);
  });

  test("causes: the inputs that differ, once each, by names that readers know", () => {
    const cause = (...steps: PlannedStep[]) => losses(steps).find((loss) => loss.kind === "guest")?.cause;
    const machine = "team-01/web:machine";
    expect(cause(step("delete", machine, ["name"]))).toBe("it is no longer in the plan");
    expect(
      cause(
        step("replace", machine, ["image", "id"]),
        step("create-replacement", machine, ["image", "labels"]),
      ),
    ).toBe("changed: image, labels");
    expect(cause(step("replace", machine, ["replacementTrigger"]))).toBe("changed: published ports");
    expect(cause(step("replace", machine, ["id"]))).toBe("it is replaced with what it belongs to");
  });

  test("a guest that is replaced with its disk says so; another guest's disk, or a data volume, is not the reason", () => {
    const cause = (urn: string) =>
      losses([step("replace", "team-01/web:machine"), step("replace", urn, ["driver"])]).find(
        (loss) => loss.kind === "guest",
      )?.cause;
    expect(cause("team-01/web:disk")).toBe("its disk is replaced");
    for (const other of ["team-01/desk:disk", "team-02/web:disk", "team-01/web:data"]) {
      expect(cause(other)).toBe("it is replaced with what it belongs to");
    }
  });
});

describe("what is refused", () => {
  const found = losses([
    step("replace", "team-01/web:machine", ["image"]),
    step("delete", "team-01/desk:disk"),
    step("replace", "team-02/web:data", ["name"]),
  ]);
  const refused = (...allowed: string[]) =>
    refuseLosses(found, allowed, "--stack dev").map((fault) => fault.where);

  test("each loss by its guest, unless the guest or its team is allowed", () => {
    expect(refused()).toEqual(["team-01/web", "team-01/desk", "team-02/web"]);
    expect(refused("team-01/web")).toEqual(["team-01/desk", "team-02/web"]);
    expect(refused("team-01")).toEqual(["team-02/web"]);
    expect(refused("team-01", "team-02/web")).toEqual([]);
    // Neither a part of a name nor a guest of another team is an allowance.
    expect(refused("team-0", "web", "team-02/desk", "team-01/", "")).toHaveLength(3);
  });

  test("in words: what, why, what is lost, how to allow it", () => {
    expect(refuseLosses(found, ["team-01/desk", "team-02"], "--stack dev")).toEqual([
      {
        code: "would-replace",
        where: "team-01/web",
        what: expect.stringMatching(
          /^this change would replace its container \(changed: image\): what runs in it/,
        ),
        fix: "Nothing was changed. To allow it: npx classlab up --stack dev --replace team-01/web",
      },
    ]);
    expect(refuseLosses(found, ["team-01/web", "team-02"], "-")[0]?.what).toMatch(
      /^this change would delete its disk \(it is no longer in the plan\)/,
    );
  });
});

test("all that belongs to a guest, and nothing of a guest of the same name in another team", () => {
  expect(ownedBy("team-02", "web", STATE)).toEqual(
    ["", ":disk", ":machine", ":docker", ":wordpress", ":data", ":site"].map((name) => `team-02/web${name}`),
  );
  expect(ownedBy("team-03", "web", STATE)).toEqual([]);
});
