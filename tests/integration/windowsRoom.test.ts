import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parsePowerShell } from "../powershell/parser";
import { classlab } from "../support/cli";
import { SKIP_INTEGRATION, TestLab } from "../support/testLab";
import { LOOKED_AT } from "../support/windows/goodLooks";
import { lookAt } from "../support/windows/lookedAt";
import { Pc } from "../support/windows/pc";
import { answerOf } from "../support/windows/runner";
import { StandInWindows } from "../support/windows/standIn";

// From the stick to giving it back, with the command line and a real SSH server. The PC is a model (tests/support/windows), on which the text of what was
// written to the stick runs: Precheck.ps1, and the module that enrols. What Enroll.ps1 does around the module is not run here.
const suite = SKIP_INTEGRATION ? describe.skip : describe;

const LAB = "iroom";
const HOST_KEY_FILE = "C:\\ProgramData\\ssh\\ssh_host_ed25519_key.pub";

/** The lab before its hosts are known. */
const CONFIG = `config:
  classlab:lab:
    target: hyperv
    units: one
    switches: [{ name: lan, mode: bridged, subnet: 192.168.99.0/24 }]
    guests: [{ name: web, profile: server, memory: 2048, adapters: [{ switch: lan }] }]
`;

suite("a Windows PC of the room", () => {
  const lab = new TestLab(LAB, CONFIG);
  const pc = new Pc();
  let host: StandInWindows;
  let before: object;

  const stick = (name: string) => join(lab.folder, name);
  const run = (...args: string[]) => classlab(args, lab.env);
  const ofLab = (...args: string[]) => run(...args, "--config", lab.file);
  const documentOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout);
  /** As Enroll.ps1 does: calls the module on the stick, and writes what it answered beside it. */
  const atThePc = async (): Promise<void> => {
    const folder = stick("stick");
    const module = readFileSync(join(folder, "Classlab.Host.psm1"), "utf8").replaceAll("\r\n", "\n");
    expect(module).toContain("function Set-ClasslabEnrolment");
    const data: Record<string, unknown> = JSON.parse(readFileSync(join(folder, "enroll.json"), "utf8"));
    const answer = await answerOf(pc, {
      module: "host",
      function: "Set-ClasslabEnrolment",
      data: { ...data, bundle: "E:\\classlab" },
    });
    mkdirSync(join(folder, "records"), { recursive: true });
    const record = { classlabRecord: 1, verb: "enroll", name: "PC-01", answer };
    writeFileSync(join(folder, "records", "PC-01.json"), JSON.stringify(record));
    pc.restart();
    host.letInAsPc(pc);
  };

  beforeAll(async () => {
    host = await StandInWindows.start(pc);
    pc.file(HOST_KEY_FILE, Buffer.from(`${host.hostKey} system@PC-01\r\n`));
    before = pc.picture();
  });

  afterAll(async () => {
    await lab.dispose();
    await host.stop();
  });

  test("is looked at, enrolled from the stick, and becomes a host of the lab", async () => {
    const checked = stick("room");
    expect((await run("host", "precheck", "--write", checked)).code).toBe(0);
    const precheck = await parsePowerShell(
      readFileSync(join(checked, "Precheck.ps1"), "utf8").replaceAll("\r\n", "\n"),
    );
    mkdirSync(join(checked, "results"));
    const { files } = lookAt({ ...LOOKED_AT, name: "PC-01" }, precheck, { seat: "A-01", folder: "E:\\room" });
    for (const [path, text] of files)
      writeFileSync(join(checked, "results", path.split("\\").at(-1) ?? ""), text);

    const written = documentOf(await ofLab("host", "enroll", "--write", stick("stick"), "--json"));
    expect(written).toMatchObject({ ok: true, settings: { ssh: true, hypervisor: "hyperv" } });
    await atThePc();
    const records = await run("host", "enroll", "--read", stick("stick"));
    expect([records.code, records.stdout]).toEqual([0, expect.stringMatching(/PC-01 +enrolled +restart it/)]);

    mkdirSync(join(checked, "records"));
    writeFileSync(
      join(checked, "records", "PC-01.json"),
      readFileSync(join(stick("stick"), "records", "PC-01.json")),
    );
    const inventory = stick("hosts.yaml");
    expect((await run("host", "precheck", "--read", checked, "--inventory", inventory)).code).toBe(0);
    const { hosts }: { hosts: Record<string, unknown>[] } = parse(readFileSync(inventory, "utf8"));
    expect(hosts).toMatchObject([{ kind: "existing", os: "windows", hostKey: host.hostKey }]);
    // The stand-in is at another place than the PC.
    lab.edit((yaml) => {
      yaml.hosts = hosts.map((each) => ({
        ...each,
        address: "127.0.0.1",
        port: host.port,
        user: StandInWindows.user,
      }));
    });
    expect((await ofLab("plan")).code).toBe(0);
  }, 120_000);

  test("what was changed there is told, by sweep too", async () => {
    const check = await ofLab("host", "release", "--check", "--json");
    expect(check.code).toBe(5);
    const standing: string[] = documentOf(check).hosts[0].standing;
    expect(standing).toEqual(expect.arrayContaining(["user classlab"]));
    const sweep = await ofLab("sweep", "--json");
    expect([sweep.code, documentOf(sweep).enrolled]).toEqual([5, [expect.objectContaining({ standing })]]);
    expect((await ofLab("sweep")).stdout).toContain("npx classlab host release");
    expect([...new Set(host.drain())].sort()).toEqual(["Get-ClasslabEnrolment", "Get-ClasslabObject"]);
  }, 120_000);

  test("VirtualBox gets the turn, and Hyper-V again: the PC starts anew for either, and only where it has to", async () => {
    const asked = await classlab(["host", "use", "virtualbox", "--config", lab.file], { ...lab.env, CI: "" });
    expect([asked.code, host.windows.hypervisor]).toEqual([2, true]);
    for (const [to, hypervisor] of [
      ["virtualbox", false],
      ["hyperv", true],
    ] as const) {
      const { booted } = host.windows;
      const used = await ofLab("host", "use", to, "--yes", "--json");
      expect(documentOf(used)).toMatchObject({ ok: true, use: to, hosts: [{ restarted: true }] });
      expect([host.windows.hypervisor, host.windows.booted > booted]).toEqual([hypervisor, true]);
      const again = await ofLab("host", "use", to, "--yes", "--json");
      expect(documentOf(again).hosts).toEqual([expect.objectContaining({ restarted: false })]);
    }
    const nobody = await ofLab("host", "use", "hyperv", "--host", "other", "--yes");
    expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining("[unknown-host]")]);
  }, 240_000);

  test("a connection that is lost in the middle of giving it back: the same command ends it, and it is as it was", async () => {
    expect(pc.users.map(({ Name }) => Name)).toContain("classlab");
    host.losses.push({ at: "Remove-ClasslabEnrolment", done: false });
    const lost = await ofLab("host", "release", "--yes");
    expect([lost.code, lost.stderr]).toEqual([3, expect.stringContaining("[host-unreachable]")]);
    const released = await ofLab("host", "release", "--yes", "--json");
    expect(documentOf(released)).toMatchObject({ ok: true, hosts: [{ standing: [], rebootNeeded: true }] });
    pc.restart();
    expect(pc.picture()).toEqual(before);
    const gone = await ofLab("host", "release", "--check");
    expect([gone.code, gone.stderr]).toEqual([3, expect.stringContaining("[host-access-denied]")]);
    expect(host.refused).toEqual([]);
  }, 120_000);
});
