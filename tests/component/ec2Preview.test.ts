import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deployEc2 } from "../../components/hosts/ec2";
import { resourcesOf } from "../../course/resources";
import { deployHosts } from "../../stacks/hosts";
import { amazonAnswers, cloudLab, EC2 } from "../support/cloudLabs";
import { MockEngine } from "../support/mocks";
import { planOf } from "../unit/labs";

// A preview knows no ids: nothing may be made only once they are known.
test("a preview shows every resource of a lab's hosts, in two regions, one without a calendar too", async () => {
  const home = mkdtempSync(join(tmpdir(), "classlab-ec2-"));
  const before = process.env.CLASSLAB_HOME;
  process.env.CLASSLAB_HOME = home;
  mkdirSync(join(home, "keys", "lab"), { recursive: true });
  writeFileSync(join(home, "keys", "lab", "hosts.key"), "key");
  writeFileSync(join(home, "keys", "lab", "hosts.key.pub"), "ssh-ed25519 AAAA\n");
  const engine = await MockEngine.start({ preview: true, images: {}, answer: amazonAnswers });
  const far = { ...EC2, name: "far", region: "us-east-1", instanceType: "m8i.2xlarge" };
  const teams = ["team-01", { id: "team-02", host: "far" }, "team-03"];
  const { calendar: _none, ...always } = cloudLab([EC2]) as Record<string, unknown>;
  for (const plan of [planOf("lab", cloudLab([EC2, far], teams)), planOf("lab", always)]) {
    const from = engine.registrations.length;
    const [unit] = plan.units;
    if (!unit) throw new Error("the plan has no unit");
    deployHosts({ plan, unit, labId: "0123456789abcdef" }, [deployEc2]);
    await engine.settle();
    const made = engine.registrations.slice(from).map(({ type, name }) => `${type} ${name}`);
    const planned = resourcesOf(plan, unit).map(({ type, name }) => `${type} ${name}`);
    const ofTheEngine = /^pulumi:pulumi:Stack|^pulumi:providers:pulumi default$/;
    expect(made.sort()).toEqual(planned.filter((title) => !ofTheEngine.test(title)).sort());
  }
  rmSync(home, { recursive: true });
  if (before === undefined) delete process.env.CLASSLAB_HOME;
  else process.env.CLASSLAB_HOME = before;
});
