import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { teamKeyPath } from "../../components/hypervisors/channelOptions";
import { channelLine } from "../../components/hypervisors/hyperv/channel";
import { forgetFormerKeys } from "../../components/teamKey";
import type { LabPlan } from "../../course/plan";
import { labRecordSchema } from "../../course/record";
import { needsImages, resourcesOf } from "../../course/resources";
import { deployUnit } from "../../stacks/unit";
import { RECORD } from "../support/devPlan";
import { isSecretInput, MockEngine, type Registration, unsecret } from "../support/mocks";
import { planOf, WINDOWS } from "../unit/labs";

// What these tests do not prove: that the host and the guests take what they are given; tests/integration/hyperv.test.ts has stand-ins for both.
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEf6PqvlI6oXdQ9qOk9Sw32yIla9DhlKJMF6wjRNkEqQ";
const planWith = (docker: readonly object[]): LabPlan =>
  planOf("lab", {
    target: "hyperv",
    units: "one",
    hosts: [
      {
        ...WINDOWS,
        memory: 32768,
        disk: 200,
        hostKey: KEY,
        machineImage: { source: "D:\\base.vhdx", sha256: "ab".repeat(32) },
      },
    ],
    teams: 1,
    switches: [{ name: "net", mode: "nat-network" }],
    guests: [
      { name: "web", memory: 2048, adapters: [{ switch: "net" }], docker },
      { name: "plain", memory: 2048, adapters: [{ switch: "net" }] },
    ],
    site: { network: { dns: ["192.0.2.53"] } },
  });
const stacks = planWith([{ kind: "nginx" }]);
const bare = planWith([]);

let home: string;
let made: Record<"stacks" | "bare", readonly Registration[]>;
const before = process.env.CLASSLAB_HOME;
const OLD = "a key that was the team's";
const keyFile = () => join(home, teamKeyPath("lab", "team-01"));

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "classlab-hyperv-"));
  process.env.CLASSLAB_HOME = home;
  mkdirSync(join(home, "keys", "lab"), { recursive: true });
  writeFileSync(join(home, "keys", "lab", "hosts.key"), "the key that opens the host");
  writeFileSync(keyFile(), OLD);
  const engine = await MockEngine.start({ preview: false, images: { nginx: "sha256:inner-nginx" } });
  const deploy = async (plan: LabPlan, record: unknown) => {
    const from = engine.registrations.length;
    for (const unit of plan.units) deployUnit({ plan, unit, record: labRecordSchema.parse(record) });
    await engine.settle();
    return engine.registrations.slice(from);
  };
  const { images: _images, ...none } = RECORD;
  made = { stacks: await deploy(stacks, RECORD), bare: await deploy(bare, none) };
});
afterAll(() => {
  rmSync(home, { recursive: true });
  if (before === undefined) delete process.env.CLASSLAB_HOME;
  else process.env.CLASSLAB_HOME = before;
});

const named = (name: string, of: readonly Registration[] = made.stacks): Registration => {
  const found = of.find((each) => each.name === name);
  if (!found) throw new Error(`no resource ${name}`);
  return found;
};

test.each([
  ["with stacks", stacks, () => made.stacks],
  ["without any, and without images in its record", bare, () => made.bare],
] as const)("a lab %s has the planned resources", (_name, plan, registrations) => {
  const [unit] = plan.units;
  const planned = (unit ? resourcesOf(plan, unit) : []).map(({ type, name }) => `${type} ${name}`);
  expect(
    registrations()
      .map(({ type, name }) => `${type} ${name}`)
      .sort(),
  ).toEqual(planned.filter((title) => !title.startsWith("pulumi:pulumi:Stack")).sort());
});

test("images are needed where a guest has stacks, and only there is Docker looked after", () => {
  expect([needsImages(stacks), needsImages(bare)]).toEqual([true, false]);
  const inDocker = made.stacks.filter(({ name }) => name.includes("-docker")).map(({ name }) => name);
  expect(inDocker).toContain("team-01-web-docker-images");
  expect(inDocker.filter((name) => name.startsWith("team-01-plain"))).toEqual([]);
});

test("what works inside runs on this machine, by the channel, and nothing of it names a path here", () => {
  for (const what of ["inside", "addresses", "settings"]) {
    const { type, inputs } = named(`team-01-web-${what}`);
    expect([what, type]).toEqual([what, "command:local:Command"]);
    const text = String(unsecret(inputs.stdin));
    expect(text).toContain(channelLine());
    expect(text).not.toContain(home);
    expect(isSecretInput(inputs.stdin)).toBe(what === "inside");
  }
  const engine = named("team-01-web-docker-engine");
  expect(String(unsecret(engine.inputs.host))).toBe("ssh://root@lab-team-01-web");
  expect(JSON.stringify(unsecret(engine.inputs.sshOpts))).not.toContain(home);
});

test("a key that was the team's stays beside the new one until it is forgotten", () => {
  const folder = join(home, "keys", "lab");
  const former = readdirSync(folder).filter((name) => name.startsWith("team-01.before-"));
  expect(former.map((name) => readFileSync(join(folder, name), "utf8"))).toEqual([OLD]);
  expect(readFileSync(keyFile(), "utf8")).toContain("OPENSSH PRIVATE KEY");
  forgetFormerKeys(keyFile());
  expect(readdirSync(folder).filter((name) => name.includes(".before-"))).toEqual([]);
});
