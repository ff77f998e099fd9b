import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { FaultError } from "../../../course/faults";
import {
  clearPendingOperations,
  keptDeployment,
  restoreCheckpoint,
} from "../../../operations/recovery/checkpoint";
import { BackendFolder, checkpoint } from "./folder";

let backend: BackendFolder;
beforeEach(() => {
  backend = new BackendFolder();
});
afterEach(() => backend.dispose());

const restore = () => restoreCheckpoint("lab", backend.files);
const state = () => readFileSync(backend.files.state, "utf8");
const copy = (name: string) => join(backend.files.backups, name);
/** Names beside the state file. */
const beside = () => readdirSync(dirname(backend.files.state)).sort();

describe("a state file that can be read", () => {
  test.each([
    ["with resources", checkpoint(["a"])],
    ["without any", checkpoint([])],
    ["of a stack in which nothing ever ran", '{"version":3,"checkpoint":{"stack":"lab","latest":null}}'],
  ])("%s stays as it is, to the byte", (_words, text) => {
    backend.write(backend.files.state, text, 60);
    backend.write(backend.files.backup, checkpoint(["newer"]));
    expect(restore()).toBeUndefined();
    expect(state()).toBe(text);
    expect(beside()).toEqual(["lab.json", "lab.json.bak"]);
  });
});

describe("a state file that was cut off", () => {
  test.each([
    ["empty", ""],
    ["in the middle", checkpoint(["a", "b"]).slice(0, -30)],
    ["something else", '{"hello":"world"}'],
  ])("%s: the backup takes its place, and it is kept", (_words, text) => {
    backend.write(backend.files.state, text);
    backend.write(backend.files.backup, checkpoint(["a"]), 1);
    expect(restore()).toEqual({ from: backend.files.backup, because: "cut off" });
    expect(state()).toBe(checkpoint(["a"]));
    expect(readFileSync(`${backend.files.state}.damaged`, "utf8")).toBe(text);
    expect(restore()).toBeUndefined();
  });

  test("the newest backup that can be read, wherever it is", () => {
    backend.write(backend.files.state, "{");
    backend.write(backend.files.backup, "{", 1);
    backend.write(copy("lab.1.json"), checkpoint(["oldest"]), 9);
    backend.write(copy("lab.2.json"), checkpoint(["newer"]), 5);
    backend.write(copy("lab.3.json"), "cut o", 2);
    backend.write(copy("lab.4.json.attrs"), checkpoint(["the engine's note"]));
    expect(restore()?.from).toBe(copy("lab.2.json"));
    expect(state()).toBe(checkpoint(["newer"]));
  });

  test("a newer copy of a run comes before the engine's own backup", () => {
    backend.write(backend.files.state, "{");
    backend.write(backend.files.backup, checkpoint(["older"]), 5);
    backend.write(copy("lab.1.json"), checkpoint(["newer"]), 2);
    expect(restore()?.from).toBe(copy("lab.1.json"));
  });

  test.each([
    ["without a backup", undefined],
    ["with one that is cut off too", "{"],
  ])("%s: told by name, and nothing is touched", (_words, text) => {
    backend.write(backend.files.state, "{");
    if (text !== undefined) backend.write(backend.files.backup, text);
    expect(restore).toThrow(FaultError);
    expect(restore).toThrow(/^stack lab: its state file .*lab\.json cannot be read, .*\[state-damaged\]$/);
    expect(state()).toBe("{");
    expect(beside()).not.toContain("lab.json.damaged");
  });

  test("the engine's folder of copies may be missing", () => {
    rmSync(backend.files.backups, { recursive: true });
    backend.write(backend.files.state, "{");
    backend.write(backend.files.backup, checkpoint(["a"]));
    expect(restore()?.because).toBe("cut off");
  });
});

describe("no state file", () => {
  test("and no backup: there never was a lab", () => {
    expect(restore()).toBeUndefined();
    expect(beside()).toEqual([]);
  });

  test("a backup in which nothing stands: the lab was taken down", () => {
    backend.write(backend.files.backup, checkpoint([]));
    expect(restore()).toBeUndefined();
    expect(existsSync(backend.files.state)).toBe(false);
  });

  test("a backup with resources: it is gone although the lab is not", () => {
    backend.write(backend.files.backup, checkpoint(["a"]));
    expect(restore()).toEqual({ from: backend.files.backup, because: "gone" });
    expect(state()).toBe(checkpoint(["a"]));
    expect(existsSync(backend.files.backup)).toBe(true);
  });
});

describe("operations that nobody ended", () => {
  const clear = () => clearPendingOperations(backend.files);

  test("are cleared, named, and all else of the file is kept; the file before is the backup", () => {
    const before = checkpoint(["a", "b"], ["team-01-web-machine", "lan-network"]);
    backend.write(backend.files.state, before);
    expect(clear()).toEqual(["team-01-web-machine", "lan-network"]);
    expect(JSON.parse(state())).toEqual(JSON.parse(checkpoint(["a", "b"])));
    expect(readFileSync(backend.files.backup, "utf8")).toBe(before);
    // Written beside and moved: no run ever sees half a file.
    expect(beside()).toEqual(["lab.json", "lab.json.bak"]);
    expect(clear()).toEqual([]);
  });

  test.each([
    ["no file", undefined],
    ["a file without any", checkpoint(["a"])],
    ["a cut-off file", "{"],
    ["a stack in which nothing ever ran", '{"version":3,"checkpoint":{"latest":null}}'],
  ])("%s: nothing is done", (_words, text) => {
    if (text !== undefined) backend.write(backend.files.state, text);
    expect(clear()).toEqual([]);
    expect(beside()).toEqual(text === undefined ? [] : ["lab.json"]);
    if (text !== undefined) expect(state()).toBe(text);
  });
});

describe("what a stack holds is told without the engine", () => {
  const kept = () => keptDeployment(backend.files);
  const written = (change: object) => {
    const text = JSON.stringify({ ...JSON.parse(checkpoint(["a"])), ...change });
    backend.write(backend.files.state, text);
  };

  test.each([
    ["as older engines write it", {}],
    ["as this one does", { version: 4, features: ["replaceWith"] }],
  ])("%s", (_words, change) => {
    written(change);
    expect(kept()?.resources).toEqual([{ urn: "urn:pulumi:lab::classlab::type::a", type: "type" }]);
  });

  test("nothing, where nothing ever ran", () => {
    written({ checkpoint: { stack: "lab", latest: null } });
    expect(kept()).toEqual({});
  });

  test.each([
    ["a version that is not known", { version: 5 }],
    ["a feature that is not known", { version: 4, features: ["replaceWith", "another"] }],
    ["features in another form", { version: 4, features: { replaceWith: true } }],
  ])("%s is left to the engine, and is no damage", (_words, change) => {
    written(change);
    expect(kept()).toBeUndefined();
    expect(restore()).toBeUndefined();
  });

  test("so is a file that was cut off, and one that is not there", () => {
    backend.write(backend.files.state, checkpoint(["a"]).slice(0, -30));
    expect(kept()).toBeUndefined();
    rmSync(backend.files.state);
    expect(kept()).toBeUndefined();
  });
});
