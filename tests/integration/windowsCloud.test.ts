import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { ROOT } from "../support/cli";
import { StandInCloud } from "../support/clouds";
import { WindowsMachine } from "../support/clouds/windowsMachine";
import { SKIP_INTEGRATION, TestLab } from "../support/testLab";
import { CloudServer } from "../support/windows/learner";
import type { StandInWindows } from "../support/windows/standIn";

// A host with Windows on a stand-in for Amazon: the real engine, a real SSH server, user data and module run on a model of Windows (tests/support/windows). Not proved:
// that Amazon takes it, that EC2Launch and Windows do as their pages say, and all that hyperv.test.ts does not prove. Azure's is in tests/component/windowsHosts.test.ts.
const skipped = SKIP_INTEGRATION || (process.env.CLASSLAB_TEST_SKIP ?? "").includes("mono");
const suite = skipped ? describe.skip : describe;

const LAB = "iwincloud";
const GUEST = `${LAB}-team-01-ubuntu-test1`;
/** The example with its host on EC2 alone, to which staff come by Session Manager. */
const CONFIG = (() => {
  const text = readFileSync(join(ROOT, "examples/12-cloud-hyperv/Pulumi.cloud-hyperv.yaml"), "utf8");
  const lab = parse(text).config["classlab:lab"];
  return { ...lab, teams: [lab.teams[0]], hosts: [{ ...lab.hosts[0], sessionManager: true }] };
})();
const IMAGE = CONFIG.hosts[0].machineImage.source;

suite("a lab on a host with Windows on EC2", () => {
  const machine = new WindowsMachine(new Map([[IMAGE, Buffer.from([0])]]));
  let cloud: StandInCloud;
  let lab: TestLab;
  const host = (): StandInWindows => {
    if (!machine.host) throw new Error("no machine stands");
    return machine.host;
  };

  beforeAll(async () => {
    cloud = await StandInCloud.start(machine);
    lab = new TestLab(LAB, stringify({ config: { "classlab:lab": CONFIG } }));
    Object.assign(lab.env, cloud.environment(lab.folder, lab.env));
  }, 60_000);

  afterAll(async () => {
    await lab.dispose();
    await cloud.stop();
    await machine.end();
  }, 120_000);

  test("is told that the cloud passed over nested virtualization, by Windows itself, before any guest is made", async () => {
    machine.passesOver = true;
    const { code, stderr } = await lab.run("up", "--yes");
    expect(code).not.toBe(0);
    expect(stderr.match(/\[[a-z-]+\]$/gm)).toEqual(["[nested-impossible]"]);
    expect(host().windows.machines).toEqual([]);
  }, 300_000);

  test("goes on from there: Hyper-V is turned on, the host starts anew, and the guest runs on it", async () => {
    const { windows } = host();
    windows.nests = true;
    const { booted } = windows;
    const document = await lab.up();
    expect(document.ok).toBe(true);
    expect(windows.booted).toBeGreaterThan(booted);
    expect(windows.machines.map(({ Name, State }) => [Name, State])).toEqual([[GUEST, "Running"]]);
    expect(host().refused).toEqual([]);
    expect(cloud.of("Instance")).toHaveLength(1);
    // All of ours went by a session for that machine, and none of it to an address.
    const [session, ...others] = new Set(cloud.programs);
    expect(others).toEqual([]);
    expect(session).toBe(
      `aws ssm start-session --region ap-northeast-1 --target ${cloud.of("Instance")[0]?.id} --document-name AWS-StartSSHSession --parameters portNumber=22`,
    );
    const config = readFileSync(join(lab.folder, "home", "ssh", `${LAB}.hosts`), "utf8");
    expect(config).toContain(`  ProxyCommand ${session}\n`);
  }, 300_000);

  test("has nothing to do then, and no key in the clear in its state", async () => {
    const { units } = await lab.up();
    expect(units.flatMap(({ changes }) => Object.keys(changes))).toEqual(units.map(() => "same"));
    for (const { stack } of units) {
      const text = (await lab.pulumi("stack", "export", "--stack", stack)).stdout;
      expect(text).toContain('"deployment"');
      expect(text).not.toContain("OPENSSH PRIVATE KEY");
      // What the user data has of it: "PRIVATE KEY" in base64, at each of its three beginnings.
      expect(text).not.toMatch(/UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW/);
    }
  }, 300_000);

  test("lets learners in by an account of their own, whose password they are handed, and lets them through to guests and desktop", async () => {
    const { windows } = host();
    if (!(windows instanceof CloudServer)) throw new Error("no server");
    const out = join(lab.folder, "handout");
    expect((await lab.run("handout", "--out", out)).code).toBe(0);
    const read = (name: string) => readFileSync(join(out, "team-01", name));
    expect(windows.descriptions.get("learner")).toMatch(new RegExp(`^classlab ${LAB} [0-9a-f]{16}$`));
    expect([...windows.groups.values()]).toEqual([["learner"], ["learner"]]);
    expect(windows.members.some((name) => name.includes("learner"))).toBe(false);
    const connect = read("connect.txt").toString();
    const password = windows.passwords.get("learner") ?? "";
    expect(password).toMatch(/^[A-Za-z0-9]{14}$/);
    expect(connect).toContain(`user learner, password ${password})`);
    expect(read("aws-team-01.rdp").toString("utf16le")).toContain("full address:s:localhost:13389\r\n");
    expect(read("config").toString()).toContain("  LocalForward 127.0.0.1:13389 127.0.0.1:3389\r\n");
    const address = /HostName (192\.168\.20\.\d+)/.exec(read("config").toString())?.[1];
    const settings = windows.need("C:\\ProgramData\\ssh\\sshd_config").bytes.toString("utf8");
    expect(settings).toContain(`Match User learner\n`);
    expect(settings).toContain(`  PermitOpen 127.0.0.1:3389 ${address}:*\n`);
    const key = windows.need("C:\\ProgramData\\ssh\\learner_authorized_keys").bytes.toString("utf8");
    expect(key).toMatch(new RegExp(`^ssh-ed25519 \\S+ classlab:${LAB}/team-01\n$`));
    // Nobody reaches the desktop itself.
    expect(windows.remoteDesktop).toBe(true);
    expect(windows.firewall.find(({ Name }) => Name === "RemoteDesktop-In-TCP")?.Enabled).toBe("False");
  }, 60_000);

  test("leaves nothing", async () => {
    const { code, stderr } = await lab.run("down", "--yes");
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
    expect(cloud.standing).toEqual([]);
    expect(machine.host).toBeUndefined();
  }, 300_000);
});
