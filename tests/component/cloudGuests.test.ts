import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { connectionTo } from "../../components/hosts/connection";
import { draftRecord } from "../../course/draft";
import type { CloudHostFact } from "../../course/facts";
import type { LabPlan } from "../../course/plan";
import { resourcesOf } from "../../course/resources";
import { deployUnit } from "../../stacks/unit";
import { AZURE, cloudLab, EC2 } from "../support/cloudLabs";
import { useHostsKey } from "../support/hostsKey";
import { isSecretInput, MockEngine, type Registration, unsecret } from "../support/mocks";
import { planOf } from "../unit/labs";

// What these tests do not prove: that a host takes the scripts; tests/integration/clouds.test.ts has one.
const LAB = { ...cloudLab([EC2, AZURE], ["team-01", { id: "team-02", host: "az" }]), calendar: undefined };
const fact = (last: number): CloudHostFact => ({
  address: `192.0.2.${last}`,
  port: 22,
  user: "root",
  hostKey: `ssh-ed25519 AAAA${last}`,
  machine: `i-${last}`,
});
const STANDING = { "aws-team-01": fact(1), "az-team-02": fact(2) };
const toCome = planOf("lab", LAB);
const standing = planOf("lab", LAB, { hosts: STANDING });

const home = useHostsKey();

/** What each unit but that of the hosts registers. */
async function registered(plan: LabPlan, preview: boolean): Promise<(readonly Registration[])[]> {
  const engine = await MockEngine.start({ preview, images: { nginx: "sha256:inner-nginx" } });
  const made: (readonly Registration[])[] = [];
  for (const unit of plan.units.filter(({ kind }) => kind !== "hosts")) {
    const from = engine.registrations.length;
    deployUnit({ plan, unit, record: draftRecord(plan, "0123456789abcdef") });
    await engine.settle();
    made.push(engine.registrations.slice(from));
  }
  return made;
}

const titles = (entries: readonly { readonly type: string; readonly name: string }[]) =>
  entries
    .map(({ type, name }) => `${type} ${name}`)
    .filter((title) => !title.startsWith("pulumi:pulumi:Stack"))
    .sort();

const planned = (plan: LabPlan) =>
  plan.units.filter(({ kind }) => kind !== "hosts").map((unit) => titles(resourcesOf(plan, unit)));

test("a preview before the hosts are made has every resource of the site and the teams", async () => {
  const shown = await registered(toCome, true);
  expect(shown.map(titles)).toEqual(planned(toCome));
  // What is planned does not depend on whether hosts stand.
  expect(planned(toCome)).toEqual(planned(standing));
});

test("each team's scripts run on its own host, by the lab's SSH configuration, no key in their stack, and state has the machine", async () => {
  const made = await registered(standing, false);
  expect(made.map(titles)).toEqual(planned(standing));
  const [, ...teams] = made;
  for (const [index, registrations] of teams.entries()) {
    const { machine } = fact(index + 1);
    const way = `ssh -F "\${CLASSLAB_HOME}/ssh/lab.hosts" ${index === 0 ? "aws-team-01" : "az-team-02"} 'sh -s --`;
    const scripts = registrations.filter(
      ({ type, inputs }) => type === "command:local:Command" && String(inputs.create).startsWith(way),
    );
    expect(scripts.length).toBeGreaterThan(6);
    expect(registrations.some(({ type }) => type === "command:remote:Command")).toBe(false);
    expect(JSON.stringify(registrations.map(({ inputs }) => inputs))).not.toContain(
      "the key that opens hosts",
    );
    const hosts = registrations.filter(({ type }) => type === "classlab:index:HypervisorHost");
    expect(hosts.map(({ inputs }) => inputs)).toEqual([{ kind: index === 0 ? "ec2" : "azure", machine }]);
  }
});

test("on a host with Windows a team has what the plan lists, and learners a password that is a secret and is kept for them", async () => {
  const image = { source: "https://images.example/ubuntu.vhdx", sha256: "0".repeat(64) };
  const windows = { ...EC2, os: "windows", target: "hyperv", disk: 120, machineImage: image };
  const lab = planOf(
    "lab",
    { ...cloudLab([windows], 1), calendar: undefined },
    { hosts: { "aws-team-01": { ...fact(1), user: "Administrator" } } },
  );
  const made = await registered(lab, false);
  expect(made.map(titles)).toEqual(planned(lab));
  const jump = made.flat().find(({ name }) => name === "team-01-jump");
  expect(String(jump?.inputs.create)).toContain(".hosts\" aws-team-01 'powershell.exe ");
  expect(isSecretInput(jump?.inputs.stdin)).toBe(true);
  const kept = join(home(), "keys", "lab", "aws-team-01.learner.password");
  expect(statSync(kept).mode & 0o777).toBe(0o600);
  const document = String(unsecret(jump?.inputs.stdin)).split("\n")[1] ?? "";
  const { calls } = JSON.parse(Buffer.from(document, "base64").toString());
  expect(`${calls.apply.data.password}\n`).toBe(readFileSync(kept, "utf8"));
});

test("nothing is run on a host that does not stand", async () => {
  await MockEngine.start({ preview: false, images: {} });
  const host = toCome.hosts.find(({ name }) => name === "aws-team-01");
  expect(() => host && connectionTo(host, "lab")).toThrow(
    'host "aws-team-01" does not stand yet, or is not known here. Run: npx classlab up',
  );
});
