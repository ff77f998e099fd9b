import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatFaults } from "../../course/faults";
import { stateTooNear } from "../../operations/clouds/state";
import { AZURE, cloudLab, EC2 } from "../support/cloudLabs";
import { planOf, ROOT } from "./labs";

const hosts = (...patterns: object[]) => planOf("lab", cloudLab(patterns)).hosts;
const checkout = "/home/staff/classlab";
const near = {
  backend: `file://${checkout}/.classlab/state`,
  folder: `${checkout}/.classlab/work/lab`,
  checkout,
};
const codes = (place: Partial<typeof near>, ...patterns: object[]) =>
  stateTooNear(hosts(...(patterns.length > 0 ? patterns : [EC2])), { ...near, ...place }).map(
    ({ code, where }) => `${code} ${where}`,
  );

test("state of cloud hosts in the checkout is refused, in these words", () => {
  const expected = readFileSync(join(ROOT, "tests/fixtures/bad/state-too-near.txt"), "utf8").trimEnd();
  // Two teams have a host each of one pattern: one fault.
  expect(formatFaults(stateTooNear(hosts(EC2), near))).toBe(expected);
});

test("each pattern of hosts is told, but for what is accepted", () => {
  const teams = [
    { id: "team-01", host: "aws" },
    { id: "team-02", host: "az" },
  ];
  const accepted = { ...EC2, state: "local-accepted" };
  const both = (...patterns: object[]) =>
    stateTooNear(planOf("lab", cloudLab(patterns, teams)).hosts, near).map(({ where }) => where);
  expect(both(EC2, AZURE)).toEqual(["host aws", "host az"]);
  expect(both(accepted, AZURE)).toEqual(["host az"]);
  expect(both(accepted, { ...AZURE, state: "local-accepted" })).toEqual([]);
});

test.each([
  ["in the checkout itself", `file://${checkout}`, 1],
  ["beside the checkout, by a longer name", `file://${checkout}-state`, 0],
  ["above the checkout", "file:///home/staff", 0],
  ["on another disk", "file:///srv/classlab", 0],
  ["a folder of two dots and more in the checkout", `file://${checkout}/..state`, 1],
  ["with a code in its address", "file:///home/staff/class%6Cab/state", 1],
  ["relative to where the engine works", "file://state", 1],
  ["relative, out of the checkout", "file://../../../../state", 0],
  ["with a service of the cloud", "s3://bucket", 0],
  ["with Pulumi's own service", undefined, 0],
])("%s", (_where, backend, count) => {
  expect(stateTooNear(hosts(EC2), { ...near, backend })).toHaveLength(count);
});

test("a link leads where it leads", () => {
  const folder = mkdtempSync(join(tmpdir(), "classlab-state-"));
  mkdirSync(join(folder, "checkout"));
  mkdirSync(join(folder, "elsewhere"));
  symlinkSync(join(folder, "checkout"), join(folder, "link"));
  symlinkSync(join(folder, "elsewhere"), join(folder, "checkout", "state"));
  const place = { checkout: join(folder, "checkout"), folder };
  expect(codes({ ...place, backend: `file://${folder}/link/new/state` })).toEqual([
    "state-too-near host aws",
  ]);
  expect(codes({ ...place, backend: `file://${folder}/checkout/state` })).toEqual([]);
  rmSync(folder, { recursive: true });
});

test("hosts that are in no cloud keep their state where it is", () => {
  expect(
    codes({}, { kind: "existing", name: "pc", os: "linux", address: "pc.example", shared: true }),
  ).toEqual([]);
});
