import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labRecordSchema } from "../../course/record";
import { resourcesOf } from "../../course/resources";
import { deployUnit } from "../../stacks/unit";
import { RECORD } from "../support/devPlan";
import { isSecretInput, MockEngine, type Registration, unsecret } from "../support/mocks";
import { planOf } from "../unit/labs";

// What these tests do not prove: that the host takes the scripts; tests/integration/libvirtSsh.test.ts has one.
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEf6PqvlI6oXdQ9qOk9Sw32yIla9DhlKJMF6wjRNkEqQ";
const planWith = (host: object) =>
  planOf("lab", {
    target: "libvirt",
    units: "one",
    hosts: [{ name: "rack", ...host }],
    switches: [{ name: "lan", mode: "bridged", subnet: "10.1.0.0/24" }],
    guests: [{ name: "web", adapters: [{ switch: "lan" }], docker: [{ kind: "nginx" }] }],
    site: { network: { dns: ["192.0.2.53"] } },
  });
const record = labRecordSchema.parse({
  ...RECORD,
  libvirt: { image: "0123456789abcdef", hosts: { rack: { acceleration: "tcg", sharedFolders: "9p" } } },
});
const remote = planWith({
  kind: "existing",
  os: "linux",
  shared: true,
  address: "192.0.2.7",
  port: 2222,
  hostKey: `${KEY} root@rack`,
});
const local = planWith({ kind: "this-machine" });

let home: string;
let engine: MockEngine;
let there: readonly Registration[];
let here: readonly Registration[];
const before = process.env.CLASSLAB_HOME;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "classlab-hosts-"));
  process.env.CLASSLAB_HOME = home;
  mkdirSync(join(home, "keys", "lab"), { recursive: true });
  writeFileSync(join(home, "keys", "lab", "hosts.key"), "the key that opens the host");
  engine = await MockEngine.start({ preview: false, images: { nginx: "sha256:inner-nginx" } });
  const made: (readonly Registration[])[] = [];
  for (const plan of [remote, local]) {
    const from = engine.registrations.length;
    for (const unit of plan.units) deployUnit({ plan, unit, record });
    await engine.settle();
    made.push(engine.registrations.slice(from));
  }
  [there = [], here = []] = made;
});
afterAll(() => {
  rmSync(home, { recursive: true });
  if (before === undefined) delete process.env.CLASSLAB_HOME;
  else process.env.CLASSLAB_HOME = before;
});

const titles = (registrations: readonly Registration[]) =>
  registrations.map(({ type, name }) => `${type} ${name}`).sort();

test("a host over SSH has the planned resources: this machine's, its scripts remote", () => {
  const [unit] = remote.units;
  const planned = (unit ? resourcesOf(remote, unit) : []).map(({ type, name }) => `${type} ${name}`);
  expect(titles(there)).toEqual(planned.filter((title) => !title.startsWith("pulumi:pulumi:Stack")).sort());
  expect(
    titles(there)
      .map((title) => title.replace("command:remote:", "command:local:"))
      .sort(),
  ).toEqual(titles(here));
});

const scripts = () => there.filter(({ type }) => type === "command:remote:Command");

test("each script goes by a pinned key and the lab's own, as a secret, and ends when nobody answers", () => {
  expect(scripts().map(({ name }) => name)).toHaveLength(8);
  for (const { inputs } of scripts()) {
    expect(isSecretInput(inputs.connection)).toBe(true);
    expect(unsecret(inputs.connection)).toEqual({
      host: "192.0.2.7",
      port: 2222,
      user: "classlab",
      hostKey: KEY,
      privateKey: "the key that opens the host",
      dialErrorLimit: 8,
      perDialTimeout: 10,
    });
    expect(inputs.addPreviousOutputInEnv).toBe(false);
    expect(inputs.logging).toBe("none");
    expect(String(inputs.create)).toMatch(/^sudo -n sh -s --/);
    expect(inputs.update).toBe(inputs.create);
  }
});

test("only what needs the guest's channel has the team's key with it, and that as a secret", () => {
  for (const { name, inputs } of scripts()) {
    const brings = String(unsecret(inputs.stdin)).includes('/keys/lab/team-01"');
    expect({ name, brings }).toEqual({ name, brings: /-(ready|adapters|settings)$/.test(name) });
    if (brings) expect(isSecretInput(inputs.stdin)).toBe(true);
  }
});

test("without its key here the program says what to do", () => {
  rmSync(join(home, "keys", "lab", "hosts.key"));
  const [unit] = remote.units;
  expect(() => unit && deployUnit({ plan: remote, unit, record })).toThrow(
    /^host "rack" cannot be reached from this machine: there is no private key /,
  );
});
