import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { findImageCache, removeCached } from "../../operations/imageCache";
import { findMarked } from "../../operations/platforms";
import { removeLeftovers } from "../../operations/sweep";
import { classlab, execute, type Finished, output, ROOT } from "../support/cli";
import { type Answer, onTerminal } from "../support/terminal";
import { SKIP_INTEGRATION, TestLab } from "../support/testLab";

// Sweep on the real Docker, with strangers beside the lab that differ from it by as little as can be.
const suite = SKIP_INTEGRATION ? describe.skip : describe;
const NET = "192.168.194";

const objectSchema = z.looseObject({
  kind: z.string(),
  name: z.string(),
  created: z.string(),
  bytes: z.number().optional(),
  mark: z.looseObject({ lab: z.string(), team: z.string().optional() }),
});
const documentSchema = z.looseObject({
  ok: z.boolean(),
  bytes: z.number(),
  found: z.array(objectSchema),
  removed: z.array(objectSchema),
  images: z.array(z.looseObject({ references: z.array(z.string()), bytes: z.number() })),
  removedImages: z.array(z.unknown()),
});
const documentOf = (result: Finished) => documentSchema.parse(JSON.parse(result.stdout));

/** What is made beside the lab, by kind and name, with the labels it gets. */
const STRANGERS = {
  /** Names that only a program without marks would take for the lab's. */
  unmarked: [],
  /** The lab's name in the label, but no mark. */
  "half-marked": ["--label", "classlab=isweep", "--label", "classlab.team=team-01"],
  /** Another lab's, whose name begins with this one's. */
  other: ["--label", "classlab=isweep2", "--label", "classlab.id=other", "--label", "classlab.stack=isweep2"],
} as const;

suite("sweep", () => {
  const lab = new TestLab("isweep", TestLab.smallConfig(NET, []));
  const strangerNames = Object.keys(STRANGERS).map((name) => `isweep-team-01-web-${name}`);
  /** The environment of a user at a terminal: nobody has said yes beforehand. */
  const { CI: _ci, ...asked } = lab.env;
  let image: string;

  /** `kind name` of all containers, networks and volumes whose name begins as this test's do. */
  const standing = async (): Promise<string[]> => {
    const kinds: readonly (readonly string[])[] = [
      ["container", "ps", "-a", "--format", "{{.Names}}"],
      ["network", "network", "ls", "--format", "{{.Name}}"],
      ["volume", "volume", "ls", "--format", "{{.Name}}"],
    ];
    const found = await Promise.all(
      kinds.map(async ([kind, ...words]) =>
        (await output("docker", [...words, "--filter", "name=isweep"]))
          .split("\n")
          .filter(Boolean)
          .map((name) => `${kind} ${name}`),
      ),
    );
    return found.flat().sort();
  };
  const strangers = strangerNames
    .flatMap((name) => [`container ${name}`, `network ${name}`, `volume ${name}`])
    .sort();
  const own = ["container isweep-team-01-web", "network isweep-lan", "volume isweep-team-01-web-disk"];

  const sweepOnTerminal = (answers: readonly Answer[], ...args: string[]) =>
    onTerminal(
      process.execPath,
      [join(ROOT, "setup", "classlab.mjs"), "sweep", "--config", lab.file, "--remove", ...args],
      asked,
      answers,
    );

  beforeAll(async () => {
    // Strangers get the other half of the test's subnet.
    lab.edit((config) => {
      config.switches = [{ name: "lan", mode: "bridged", subnet: `${NET}.0/25` }];
    });
    await lab.up();
    image = (await output("docker", ["inspect", "-f", "{{.Image}}", "isweep-team-01-web"])).trim();
    for (const [index, [name, labels]] of Object.entries(STRANGERS).entries()) {
      const full = `isweep-team-01-web-${name}`;
      await output("docker", [
        "network",
        "create",
        ...labels,
        "--subnet",
        `${NET}.${128 + 16 * index}/28`,
        full,
      ]);
      await output("docker", ["volume", "create", ...labels, full]);
      const words = ["--name", full, "--network", full, "-v", `${full}:/data`, image, "sleep", "600"];
      await output("docker", ["run", "-d", "--init", "--entrypoint", "", ...labels, ...words]);
    }
  }, 15 * 60_000);

  afterAll(async () => {
    await execute("docker", ["rm", "-f", ...strangerNames, "isweep-user"]);
    await execute("docker", ["network", "rm", ...strangerNames]);
    await execute("docker", ["volume", "rm", ...strangerNames, "isweep-again"]);
    await lab.dispose();
  }, 60_000);

  test("lists what carries the lab's mark and nothing else, with age, team and size", async () => {
    const result = await lab.run("sweep");
    expect(result.code).toBe(5);
    expect(result.stdout).toMatch(/^Lab "isweep" \(id [0-9a-f]+\), 1 guest running$/m);
    expect(result.stdout).toMatch(/^ {2}network +isweep-lan +- +\d+ (s|min) +-$/m);
    expect(result.stdout).toMatch(
      /^ {2}container +isweep-team-01-web +team-01 +\d+ (s|min) +\d+ (B|kB|MB)$/m,
    );
    expect(result.stdout).toMatch(
      /^ {2}volume +isweep-team-01-web-disk +team-01 +\d+ (s|min) +\d+ (kB|MB)$/m,
    );
    expect(result.stdout).toMatch(/^Total: 3 objects, \d+ (kB|MB)$/m);
    expect(result.stdout).toContain("npx classlab sweep --config ");
    expect(result.stdout).toMatch(/^Image cache, .*: \d+ images, [\d.]+ GB, \d+ in use\./m);
    expect(result.stdout).toMatch(/^Image store, .*: in use\.$/m);
    for (const name of strangerNames) expect(result.stdout).not.toContain(name);

    const document = documentOf(await lab.run("sweep", "--json"));
    expect(document.found.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual(own);
    for (const object of document.found) expect(object.created).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const disk = document.found.find((object) => object.kind === "volume");
    // What Docker says a volume takes is what its files take.
    const files = await output("docker", ["exec", "isweep-team-01-web", "du", "-sb", "/disk"]);
    expect(disk?.bytes).toBeGreaterThan(0.5 * Number.parseInt(files, 10));
    expect(document.bytes).toBe(document.found.reduce((sum, object) => sum + (object.bytes ?? 0), 0));
    expect(document.removed).toEqual([]);
  });

  test("reads no state and needs no stack file: another home, and a file that is gone", async () => {
    const home = join(lab.folder, "another home");
    mkdirSync(home);
    const gone = join(lab.folder, "gone", "Pulumi.isweep.yaml");
    const result = await classlab(["sweep", "--config", gone, "--json"], { ...lab.env, CLASSLAB_HOME: home });
    expect(documentOf(result).found).toHaveLength(3);
    expect(existsSync(join(home, "state")) ? readdirSync(join(home, "state")) : []).toEqual([]);
  });

  test("every lab of the machine, each apart; half a mark is none", async () => {
    const document = documentOf(await lab.run("sweep", "--all", "--json"));
    const mine = document.found.filter((object) => object.name.startsWith("isweep"));
    expect(new Set(mine.map((object) => object.mark.lab))).toEqual(new Set(["isweep", "isweep2"]));
    expect(mine.map((object) => object.name)).not.toContain("isweep-team-01-web-half-marked");
    expect(mine).toHaveLength(6);
  });

  test("nobody there to answer: refused, and nothing is changed", async () => {
    const before = await standing();
    const result = await classlab(["sweep", "--config", lab.file, "--remove"], asked);
    expect(result.code).toBe(2);
    expect(result.stdout).toContain("isweep-team-01-web-disk");
    expect(result.stderr).toContain(
      "its name was not typed; nothing was changed. Type isweep, or add --yes.",
    );
    expect(result.stderr).toContain("[needs-confirmation]");
    expect(await standing()).toEqual(before);
  });

  test.each([
    ["yes", "y\r"],
    ["another name", "isweep2\r"],
    ["Ctrl-D", "\x04"],
    ["Ctrl-C", "\x03"],
  ])("on a terminal, %s in place of the name changes nothing", async (_words, type) => {
    const before = await standing();
    const result = await sweepOnTerminal([{ after: "Type isweep to go on: ", type }]);
    expect(result.stdout).toContain('Guests of lab "isweep" run; all that was made in them will be lost.');
    expect(result.stdout).toContain("[needs-confirmation]");
    expect(result.code).toBe(2);
    expect(await standing()).toEqual(before);
  });

  test("with the name: everything of the lab goes, nothing of a stranger", async () => {
    const result = await sweepOnTerminal([{ after: "Type isweep to go on: ", type: "isweep\r" }], "--json");
    expect(result.stdout).toContain('"removed": [');
    expect(result.code).toBe(0);
    expect(await standing()).toEqual(strangers);
    const after = await lab.run("sweep");
    expect(after.code).toBe(0);
    expect(after.stdout).toMatch(
      /^Nothing of lab "isweep" stands on this machine\. Other labs do: .*isweep2.* \(npx classlab sweep --all\)\.$/m,
    );
    const states = await output("docker", ["inspect", "-f", "{{.State.Status}}", ...strangerNames]);
    expect(states.trim().split("\n")).toEqual(strangerNames.map(() => "running"));
  });

  test("what Docker cannot remove is named, and keeps nothing else standing", async () => {
    const other = "isweep-team-01-web-other";
    await output("docker", [
      "run",
      "-d",
      "--name",
      "isweep-user",
      "-v",
      `${other}:/data`,
      "--network",
      "none",
      image,
    ]);
    const config = join(lab.folder, "Pulumi.isweep2.yaml");
    const result = await classlab(["sweep", "--config", config, "--remove", "--yes"], asked);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(
      new RegExp(`^volume ${other}: .*volume is in use.* \\[engine-failed\\]$`, "m"),
    );
    expect(await standing()).toEqual(
      [
        ...strangers.filter((name) => !/^(container|network) .*-other$/.test(name)),
        "container isweep-user",
      ].sort(),
    );
    await output("docker", ["rm", "-f", "-v", "isweep-user"]);
    expect((await classlab(["sweep", "--config", config, "--remove", "--yes"], asked)).code).toBe(0);
    expect(await standing()).toEqual(strangers.filter((name) => !name.endsWith("-other")));
  });

  test("a volume of the same name that somebody else made after the list was shown is left", async () => {
    await output("docker", [
      "volume",
      "create",
      ...["--label", "classlab=isweep3", "--label", "classlab.id=third"],
      "isweep-again",
    ]);
    const found = await findMarked("isweep3");
    expect(found.map((object) => object.name)).toEqual(["isweep-again"]);
    await output("docker", ["volume", "rm", "isweep-again"]);
    await output("docker", ["volume", "create", "isweep-again"]);
    await removeLeftovers(found);
    expect(await standing()).toContain("volume isweep-again");
  });

  test("the image cache: ours by name, or nameless with our label; never another's name, never in use", async () => {
    // Each has content of its own, so that none is the other by another name.
    const script =
      'folder=$(mktemp -d); echo "$0" > "$folder/name"; tar -C "$folder" -c . | docker import "$@"; rm -r "$folder"';
    const make = async (...name: string[]) => {
      const words = ["--change", "LABEL classlab.image=isweep", "-", ...name];
      return (await output("sh", ["-c", script, `${name} ${Math.random()}`, ...words])).trim();
    };
    try {
      const made = {
        free: await make("classlab/isweep-free:1"),
        used: await make("classlab/isweep-used:1"),
        nameless: await make(),
        // Built on one of ours: it inherits the label, and is somebody's all the same.
        stranger: await make("isweep-stranger:1"),
      };
      await output("docker", ["create", "--name", "isweep-user", "classlab/isweep-used:1", "/none"]);
      await output("docker", ["tag", "classlab/isweep-free:1", "isweep-kept:1"]);
      const mine = (await findImageCache()).filter((image) => Object.values(made).includes(image.id));
      expect(new Set(mine.map((image) => image.id))).toEqual(new Set([made.free, made.used, made.nameless]));
      expect(mine.filter((image) => image.usedBy.length > 0).map((image) => image.id)).toEqual([made.used]);
      const removed = await removeCached(mine.filter((image) => image.usedBy.length === 0));
      expect(removed).toHaveLength(2);
      // Docker itself refuses what is in use, should the list be older than the use.
      await expect(removeCached(mine.filter((image) => image.id === made.used))).rejects.toThrow(
        /image classlab\/isweep-used:1: .*conflict/,
      );
      const left = await output("docker", ["image", "ls", "--format", "{{.Repository}}", "*isweep*"]);
      const ours = await output("docker", ["image", "ls", "--format", "{{.Repository}}", "classlab/isweep*"]);
      expect(left.trim().split("\n").sort()).toEqual(["isweep-kept", "isweep-stranger"]);
      expect(ours.trim()).toBe("classlab/isweep-used");
      expect((await execute("docker", ["image", "inspect", made.nameless])).code).toBe(1);
    } finally {
      await execute("docker", ["rm", "-f", "isweep-user"]);
      for (const name of ["classlab/isweep-used", "classlab/isweep-free", "isweep-kept", "isweep-stranger"])
        await execute("docker", ["rmi", `${name}:1`]);
      const nameless = await output("docker", [
        "image",
        "ls",
        "-q",
        "--filter",
        "label=classlab.image=isweep",
      ]);
      for (const id of nameless.split("\n").filter(Boolean)) await execute("docker", ["rmi", id]);
    }
  });
});
