import { stripVTControlCharacters } from "node:util";
import type { Options } from "../../cli/context";
import { renderSweep, type SweepView, sweepJson } from "../../cli/sweepOutput";
import { confirmRemoval, doomedOf } from "../../cli/verbs/sweep";
import { FaultError } from "../../course/faults";
import { type CachedImage, cacheBytes } from "../../operations/imageCache";
import { parseUsage } from "../../operations/sizes";
import { inOrder, type Leftover, labsWithRunningGuests, type SweepReport } from "../../operations/sweep";

const NOW = Date.parse("2026-11-24T12:00:00Z");

function leftover(
  kind: Leftover["kind"],
  name: string,
  more: Partial<Leftover> & { lab?: string } = {},
): Leftover {
  const { lab = "dev", ...rest } = more;
  return {
    kind,
    id: kind === "volume" ? name : `id-of-${name}`,
    name,
    created: "2026-11-24T10:00:00.000Z",
    mark: { lab, id: `id-of-${lab}`, stack: lab, ...(kind === "network" ? {} : { team: "team-01" }) },
    ...rest,
  };
}

function image(
  name: string,
  bytes: number,
  layers: readonly string[],
  usedBy: readonly string[] = [],
): CachedImage {
  const references = name === "" ? [] : [`classlab/${name}:1`];
  return {
    id: `sha256:0123456789abcdef${name}`,
    references,
    created: "2026-11-20T12:00:00.000Z",
    bytes,
    layers,
    usedBy,
  };
}

/** Where the disks of lab dev are. */
const POOL = "/var/lib/libvirt/images/classlab-id-of-dev-dev";

const GUEST = leftover("container", "dev-team-01-web", { state: "running", bytes: 32_500 });
const DISK = leftover("volume", "dev-team-01-web-disk", { bytes: 421_900_000 });
const SWITCH = leftover("network", "dev-lan");
const CACHE = [
  image("guest", 500e6, ["a", "b"], ["id-of-dev-team-01-web"]),
  image("nginx", 90e6, ["a", "c"]),
  image("base", 75e6, ["a"], ["id-of-dev-team-01-web"]),
];

const report = (more: Partial<SweepReport> = {}): SweepReport => ({
  found: inOrder([DISK, SWITCH, GUEST]),
  enrolled: [],
  otherLabs: [],
  images: [],
  machineImages: [],
  ...more,
});

function shown(what: SweepReport, more: Partial<SweepView> = {}): string {
  const view = {
    lab: "dev",
    selection: "--stack dev",
    removing: false,
    images: false,
    now: NOW,
    colours: false,
  };
  const text = renderSweep(what, { ...view, ...more });
  expect(stripVTControlCharacters(text)).toBe(text);
  return text;
}

describe("the list", () => {
  test("a lab: team, age, size, a total, how to remove it, the image cache apart", () => {
    expect(shown(report({ images: CACHE }))).toBe(
      [
        "  kind       name                  team     age    size",
        'Lab "dev" (id id-of-dev), 1 guest running',
        "  network    dev-lan               -        2 h       -",
        "  container  dev-team-01-web       team-01  2 h   33 kB",
        "  volume     dev-team-01-web-disk  team-01  2 h  422 MB",
        "Total: 3 objects, 422 MB",
        "Remove them: npx classlab sweep --stack dev --remove",
        "Image cache, for all labs of this machine: 3 images, 515 MB, 2 in use. Remove what no container uses: npx classlab sweep --remove --images",
        "",
      ].join("\n"),
    );
  });

  test("several labs, and two of one name, have a block each", () => {
    const other = leftover("network", "other-lan", { lab: "other" });
    const twin = { ...leftover("network", "dev-lan"), mark: { lab: "dev", id: "twin", stack: "dev" } };
    const text = shown(report({ found: [other, GUEST, twin] }), { lab: undefined, selection: "--all" });
    expect(text.split("\n").filter((line) => line.startsWith("Lab"))).toEqual([
      'Lab "dev" (id id-of-dev), 1 guest running',
      'Lab "dev" (id twin)',
      'Lab "other" (id id-of-other)',
    ]);
    expect(text).toContain("npx classlab sweep --all --remove");
  });

  test("what Docker cannot tell is said to be unknown, and why", () => {
    const { bytes: _bytes, ...disk } = DISK;
    const text = shown(report({ found: [{ ...disk, created: "" }], sizesUnknown: "it is busy" }));
    expect(text).toContain("  volume  dev-team-01-web-disk  team-01    -     -\n");
    expect(text).toContain("Total: 1 object, 1 of unknown size (Docker: it is busy)\n");
  });

  test("nothing: whose nothing it is, and who else stands", () => {
    expect(shown(report({ found: [] }))).toBe('Nothing of lab "dev" stands on this machine.\n');
    expect(shown(report({ found: [], otherLabs: ["a", "b"] }))).toBe(
      'Nothing of lab "dev" stands on this machine. Other labs do: a, b (npx classlab sweep --all).\n',
    );
    expect(shown(report({ found: [] }), { lab: undefined })).toBe(
      "Nothing that carries the mark stands on this machine.\n",
    );
  });

  test("the image cache one by one, with what a cut-off build left", () => {
    const text = shown(report({ found: [], images: [...CACHE, image("", 12e6, ["x"])] }), { images: true });
    expect(text.split("\n").slice(2, 6)).toEqual([
      "  image  classlab/guest:1  in use  4 d  500 MB",
      "  image  classlab/nginx:1  -       4 d   90 MB",
      "  image  classlab/base:1   in use  4 d   75 MB",
      "  image  0123456789ab      -       4 d   12 MB",
    ]);
  });

  test("the image store: whether a guest needs it, and how it goes", () => {
    const line = (usedBy: readonly string[], more: Partial<SweepView> = {}) =>
      shown(report({ found: [], store: { volume: "classlab-images", usedBy } }), more)
        .split("\n")
        .at(-2);
    const told = "Image store, from which guests take the course's images:";
    expect(line([])).toBe(
      `${told} not in use. Remove it with the images: npx classlab sweep --remove --images`,
    );
    expect(line(["dev-team-01-web-disk"])).toBe(`${told} in use.`);
    expect(line([], { removing: true })).toBe(`${told} not in use.`);
  });

  test("the images of virtual machines: how many, what they take, and how those go that no disk begins with", () => {
    const machineImages = [
      {
        name: "0a1b2c3d",
        created: "2026-11-20T12:00:00.000Z",
        bytes: 1.2e9,
        usedBy: [`${POOL}/a-disk.qcow2`],
      },
      { name: "4e5f", created: "2026-11-21T12:00:00.000Z", bytes: 0.9e9, usedBy: [] },
    ];
    const told = (images: typeof machineImages, more: Partial<SweepView> = {}) =>
      shown(report({ found: [], machineImages: images }), more)
        .split("\n")
        .slice(1, -1);
    expect(told(machineImages)).toEqual([
      "Machine images, for all labs of this machine: 2, 2.1 GB, 1 in use. Remove what no disk begins with: npx classlab sweep --remove --images",
    ]);
    expect(told(machineImages.slice(0, 1))).toEqual([
      "Machine images, for all labs of this machine: 1, 1.2 GB, 1 in use.",
    ]);
    expect(told(machineImages, { images: true, removing: true })).toEqual([
      "Machine images, for all labs of this machine: 2, 2.1 GB, 1 in use.",
      "  machine image  0a1b2c3d  in use  4 d  1.2 GB",
      "  machine image  4e5f      -       3 d  900 MB",
    ]);
  });

  test("hosts that are still enrolled, and how they are given back", () => {
    const host = {
      host: "team-pc",
      standing: ["user classlab", "feature OpenSSH.Server"],
      rebootNeeded: false,
    };
    const found = report({ found: [], enrolled: [host] });
    expect(shown(found).split("\n").slice(1, 4)).toEqual([
      "Hosts that are still enrolled:",
      "  team-pc  user classlab, feature OpenSSH.Server",
      "Give them back as they were: npx classlab host release --stack dev",
    ]);
    expect(sweepJson(found, { found: [], images: [], machineImages: [] })).toMatchObject({
      ok: false,
      enrolled: [{ host: "team-pc" }],
    });
  });

  test("before a removal nothing says how to remove", () => {
    expect(shown(report({ images: CACHE }), { removing: true })).not.toContain("--remove");
  });
});

test("the document has bytes and moments, and no layers", () => {
  const document = sweepJson(report({ images: CACHE }), { found: [], images: [], machineImages: [] });
  expect(document).toMatchObject({
    ok: false,
    bytes: 421_932_500,
    imageBytes: 515e6,
    removed: [],
    found: [
      { name: "dev-team-01-web", bytes: 32_500, created: "2026-11-24T10:00:00.000Z" },
      { name: "dev-lan" },
      {},
    ],
  });
  expect(JSON.stringify(document)).not.toContain("layers");
  expect(sweepJson(report(), { found: report().found, images: [], machineImages: [] })).toMatchObject({
    ok: true,
  });
});

test("the document says of the image store who needs it, and whether it was removed", () => {
  const store = { volume: "classlab-images", usedBy: [] };
  const found = report({ found: [], store });
  expect(sweepJson(found, { found: [], images: [], machineImages: [] })).toMatchObject({
    store,
    storeRemoved: false,
  });
  expect(sweepJson(found, { found: [], images: [], machineImages: [], store })).toMatchObject({
    store,
    storeRemoved: true,
  });
  expect(sweepJson(report(), { found: [], images: [], machineImages: [] })).not.toHaveProperty("store");
});

describe("sizes", () => {
  test("images share layers: what stands on another counts only what it adds", () => {
    expect(cacheBytes([])).toBe(0);
    expect(cacheBytes([image("a", 10, ["x"])])).toBe(10);
    expect(cacheBytes([image("b", 15, ["x", "y"]), image("a", 10, ["x"]), image("c", 12, ["x", "z"])])).toBe(
      17,
    );
    // Two names of one content.
    expect(cacheBytes([image("a", 10, ["x"]), image("b", 10, ["x"])])).toBe(10);
    // Layers that only look alike.
    expect(cacheBytes([image("a", 10, ["x"]), image("b", 12, ["y", "x"])])).toBe(22);
  });

  test("Docker's account, as Docker Engine 20.10 printed it", () => {
    const text = JSON.stringify({
      Images: [],
      Containers: [{ ID: "7b06", Names: "dev-team-01-web", Size: "32.5kB" }],
      Volumes: [
        { Name: "dev-team-01-web-disk", Size: "421.9MB" },
        { Name: "elsewhere", Size: "N/A" },
      ],
      BuildCache: [],
    });
    expect([...parseUsage(text)]).toEqual([
      ["7b06", 32_500],
      ["dev-team-01-web-disk", 421_900_000],
    ]);
  });
});

describe("what a removal takes", () => {
  const doomed = (images: boolean) => {
    const { found, images: cached } = doomedOf(report({ images: CACHE }), images);
    return [...found.map((object) => object.name), ...cached.map((entry) => entry.references[0])];
  };

  test("the image cache only where it is asked for, and then also what only the removed objects use", () => {
    const objects = ["dev-team-01-web", "dev-lan", "dev-team-01-web-disk"];
    expect(doomed(false)).toEqual(objects);
    expect(doomed(true)).toEqual([...objects, "classlab/guest:1", "classlab/nginx:1", "classlab/base:1"]);
  });

  test("the image store goes with the images, where none but what is removed needs it", () => {
    const store = { volume: "classlab-images", usedBy: ["id-of-dev-team-01-web", "dev-team-01-web-disk"] };
    expect(doomedOf(report({ store }), true).store).toBe(store);
    expect(doomedOf(report({ store }), false)).not.toHaveProperty("store");
    const shared = { ...store, usedBy: [...store.usedBy, "other-team-01-web-disk"] };
    expect(doomedOf(report({ store: shared }), true)).not.toHaveProperty("store");
    expect(doomedOf(report(), true)).not.toHaveProperty("store");
  });

  test("an image of virtual machines goes where it is asked for and only disks that go begin with it", () => {
    const image = (usedBy: readonly string[]) => ({ name: "0a1b", created: "", bytes: 1, usedBy });
    const name = "dev-team-01-web-disk.qcow2";
    const found = [leftover("virtual disk", name, { id: name })];
    const going = image([`${POOL}/dev-team-01-web-disk.qcow2`]);
    const staying = image([...going.usedBy, "/var/lib/libvirt/images/classlab-0-other/a-disk.qcow2"]);
    const machineImages = [going, staying, image([])];
    expect(doomedOf(report({ found, machineImages }), true).machineImages).toEqual([going, image([])]);
    expect(doomedOf(report({ found, machineImages }), false).machineImages).toEqual([]);
  });

  test("an image that another container uses stays, and so does what it stands on", () => {
    const used = CACHE.map((entry) =>
      entry === CACHE[1] ? entry : { ...entry, usedBy: [...entry.usedBy, "another"] },
    );
    expect(doomedOf(report({ images: used }), true).images).toEqual([CACHE[1]]);
  });
});

describe("the question before a removal", () => {
  const ci = process.env.CI;
  beforeEach(() => {
    process.env.CI = "";
  });
  afterEach(() => {
    if (ci === undefined) delete process.env.CI;
    else process.env.CI = ci;
  });
  const stopped = leftover("container", "old-team-01-web", { lab: "old", state: "exited" });
  const other = leftover("container", "other-team-01-web", { lab: "other", state: "paused" });

  /** Asks with answers given in advance. @returns the questions, and the fault that it ended with */
  async function ask(
    found: readonly Leftover[],
    answers: readonly (string | undefined)[],
    options: Options = {},
  ) {
    const questions: string[] = [];
    const left = [...answers];
    const fault = await confirmRemoval(
      { found, images: [], machineImages: [] },
      labsWithRunningGuests(found),
      options,
      async (question) => {
        questions.push(question);
        return left.shift();
      },
    ).then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof FaultError) return error.message;
        throw error;
      },
    );
    return { questions, fault };
  }

  test("guests run: the lab's name, and only that", async () => {
    const named = await ask([GUEST, DISK], [" dev "]);
    expect(named).toEqual({
      questions: ['Guests of lab "dev" run; all that was made in them will be lost. Type dev to go on: '],
      fault: undefined,
    });
  });

  test.each([["y"], ["yes"], [""], ["Dev"], ["de"], ["dev2"], [undefined]])(
    "%j is not the name",
    async (answer) => {
      const { questions, fault } = await ask([GUEST, DISK], [answer]);
      expect(questions).toHaveLength(1);
      expect(fault).toMatch(
        /its name was not typed; nothing was changed\. Type dev, or add --yes\. \[needs-confirmation\]$/,
      );
    },
  );

  test("several labs: each by its name, and a yes for those that nobody works in", async () => {
    const found = [GUEST, stopped, other];
    expect(await ask(found, ["dev", "other", "y"])).toMatchObject({
      questions: [
        expect.stringContaining("Type dev "),
        expect.stringContaining("Type other "),
        "Remove 1 object(s)? [y/N] ",
      ],
      fault: undefined,
    });
    // The first wrong answer ends it.
    expect((await ask(found, ["other"])).questions).toHaveLength(1);
    expect((await ask(found, ["dev", "dev", "y"])).fault).toContain("Type other");
    expect((await ask(found, ["dev", "other", "n"])).fault).toContain("it was not confirmed");
  });

  test("nobody runs: a yes", async () => {
    expect((await ask([stopped], ["y"])).fault).toBeUndefined();
    expect((await ask([stopped], ["old"])).fault).toContain("Answer y, or add --yes");
  });

  test("--yes answers everything", async () => {
    expect(await ask([GUEST, other], [], { yes: true })).toEqual({ questions: [], fault: undefined });
  });
});
