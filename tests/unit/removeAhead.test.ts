import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PlannedStep, StateResource } from "../../operations/engine";
import { farmsLeaving, removeAhead } from "../../operations/removeAhead";
import { devPlan } from "./labs";

// What these tests do not prove: that a guest's Docker removes a farm twice at once without complaint; tests/integration/farm.test.ts does.
const STACK = "urn:pulumi:dev::classlab::classlab:index:DockerHost$classlab:index";
const FARM = `${STACK}:NginxFarm$command:local:Command::team-01-web-nginx-farm-containers`;
const PAGES = `${STACK}:PhpApache$command:local:Command::team-01-web-php-apache-pages`;
const resource = (urn: string, inputs: Record<string, unknown> = {}): StateResource => ({
  urn,
  type: "command:local:Command",
  inputs,
});
const step = (op: string, urn: string): PlannedStep => ({
  op,
  urn,
  type: "command:local:Command",
  changed: [],
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "classlab-ahead-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a farm that goes, and nothing that is made anew, grows, stays, or is another stack's", () => {
  const there = [resource(FARM), resource(PAGES)];
  const leaving = (...steps: PlannedStep[]) => farmsLeaving(steps, there).map(({ urn }) => urn);
  expect(leaving(step("delete", FARM), step("delete", PAGES))).toEqual([FARM]);
  for (const op of ["update", "create", "same", "delete-replaced", "create-replacement", "replace"])
    expect(leaving(step(op, FARM))).toEqual([]);
  // One that the state has no more.
  expect(farmsLeaving([step("delete", FARM)], [])).toEqual([]);
});

test("runs the command that the engine would, with its script and its variables, and is silent where that fails", async () => {
  const told = join(folder, "told");
  const command = (line: string) =>
    resource(FARM, {
      create: "exit 9",
      delete: line,
      stdin: "what to do",
      environment: { CLASSLAB_PORT_8001: "nginx-farm-8001" },
    });
  await removeAhead(devPlan(), [command(`{ cat; echo " $CLASSLAB_PORT_8001"; } >'${told}'`)]);
  expect(readFileSync(told, "utf8")).toBe("what to do nginx-farm-8001\n");
  await removeAhead(devPlan(), [command("exit 1"), resource(FARM)]);
});
