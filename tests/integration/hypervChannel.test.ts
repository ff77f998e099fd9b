import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { teamKeyPath } from "../../components/hypervisors/channelOptions";
import { channelProgram, HYPERV_CHANNEL, hypervChannel } from "../../components/hypervisors/hyperv/channel";
import { channelSeed } from "../../components/hypervisors/hyperv/channelSeed";
import { diskCalls, guestCalls, powerCalls } from "../../components/hypervisors/hyperv/guestCalls";
import { hostCalls } from "../../components/hypervisors/hyperv/hostCalls";
import { isoImage } from "../../components/hypervisors/isoImage";
import { renderSeed, SEED_LABEL } from "../../components/hypervisors/libvirt/seed";
import { writePrivateFile } from "../../components/privateFile";
import { sshKeyFromText } from "../../components/sshKey";
import { renderHostsConfig } from "../../operations/hosts/access";
import { machinesOf } from "../../operations/hosts/machine";
import { openFrom } from "../../operations/hosts/page";
import { execute, output } from "../support/cli";
import { SKIP_INTEGRATION } from "../support/testLab";
import { Windows } from "../support/windows/model";
import { compilePump, pumpTo } from "../support/windows/pump";
import { answerOf } from "../support/windows/runner";
import { StandInWindows } from "../support/windows/standIn";
import { hypervPlan, MARK } from "../unit/hypervLab";
import { guestNamed } from "../unit/labs";

// The whole way into a guest: SSH to a stand-in for a Windows host, the module's own text on the model of Windows, the program that joins, compiled by Mono as
// C# 5, and a real `sshd -i` that is started for each connection. Not proved: the socket of Hyper-V itself, for which a socket at a path stands; that Windows
// PowerShell runs Channel.ps1 and compiles the program; that Linux loads hv_sock and systemd listens (docs/field-test.md, step 7).
const skipped = SKIP_INTEGRATION || (process.env.CLASSLAB_TEST_SKIP ?? "").includes("mono");
const suite = skipped ? describe.skip : describe;

const PLAN = hypervPlan();
const TEST1 = guestNamed(PLAN, "ubuntu-test1");
const MEGABYTES = 5;

suite("a guest's channel on Hyper-V", () => {
  const home = mkdtempSync(join(tmpdir(), "classlab-home-"));
  const key = sshKeyFromText("a seed", "classlab:lab/team-01");
  let host: StandInWindows;
  let pump: string;

  const call = async (name: string, data: object) => {
    const sent = JSON.parse(JSON.stringify(data));
    return answerOf(host.windows, { module: "hyperv", function: name, data: sent });
  };
  const plan = () => ({
    ...PLAN,
    hosts: PLAN.hosts.map((each) => ({
      ...each,
      config: {
        ...each.config,
        address: "127.0.0.1",
        port: host.port,
        user: StandInWindows.user,
        hostKey: host.hostKey,
      },
    })),
  });
  const channel = () => hypervChannel(TEST1, "lab", PLAN.hosts[0]);
  const inGuest = (script: string) =>
    execute("sh", ["-c", channel().shell], { stdin: script, env: { ...process.env, CLASSLAB_HOME: home } });
  const machine = () => {
    const found = host.windows.machines.find(({ Name }) => Name === TEST1.objectName);
    if (!found) throw new Error("there is no machine");
    return found;
  };

  beforeAll(async () => {
    pump = await compilePump();
    host = await StandInWindows.start(new Windows(), pump);
    const { windows } = host;
    windows.folder("D:\\");
    windows.file("C:\\ProgramData\\base.vhdx", Buffer.from([0]), 2 ** 20, { size: 2 ** 30, type: "Dynamic" });
    const pair = sshKeyFromText("another seed", TEST1.objectName);
    const seed = renderSeed(TEST1, {
      mark: MARK,
      slot: 1,
      switches: PLAN.switches,
      dns: [],
      roomDhcp: false,
      authorizedKeys: [key.publicKey],
      channelKeys: [key.publicKey],
      hostKey: pair,
      passwordHash: "$6$salt$hash",
      besides: channelSeed(TEST1, MARK),
    });
    const medium = isoImage(SEED_LABEL, { ...seed }).toString("base64");
    const calls = [
      hostCalls({ name: "pc" }, { mark: MARK, switches: [], guests: [], natPrefix: undefined }),
      diskCalls(TEST1, { mark: MARK, baseDisk: "C:\\ProgramData\\base.vhdx", seed: medium }),
      guestCalls(TEST1, { mark: MARK }),
      powerCalls(TEST1, MARK),
    ];
    for (const { apply } of calls) expect(await call(apply.function, apply.data)).toMatchObject({ ok: true });
    const hosts = sshKeyFromText("a third seed", "classlab:lab/hosts");
    const file = join(home, "keys/lab/hosts.key");
    writePrivateFile(file, hosts.privateKey);
    host.letIn(hosts.publicKey);
    writePrivateFile(join(home, teamKeyPath("lab", TEST1.team)), key.privateKey);
    writePrivateFile(join(home, HYPERV_CHANNEL), channelProgram());
    const known = join(home, "ssh/lab.hosts.known");
    const config = renderHostsConfig(machinesOf(plan()), known, file);
    writePrivateFile(known, config.known);
    writePrivateFile(join(home, "ssh/lab.hosts"), config.config);
  }, 60_000);

  afterAll(async () => {
    await host?.stop();
    rmSync(home, { recursive: true, force: true });
  }, 30_000);

  test("the address of a service is what Windows takes: family 34, machine, service, each as its own bytes", async () => {
    const told = await output("mono", [
      pump,
      "address",
      "01020304-0506-0708-090a-0b0c0d0e0f10",
      "000003fe-facb-11e6-bd58-64006a7986d3",
    ]);
    expect(told).toBe(`22000000${"0403020106050807090a0b0c0d0e0f10"}${"fe030000cbfae611bd5864006a7986d3"}`);
  });

  test("a script runs there as root, and its exit code and its words come back", async () => {
    const done = await inGuest("id -u; echo told >&2; exit 7");
    expect(done).toMatchObject({ code: 7, stdout: "0\n" });
    expect(done.stderr).toContain("told");
  }, 20_000);

  test(`${MEGABYTES} MB of any bytes come through both ways unchanged`, async () => {
    const bytes = randomBytes(MEGABYTES * 2 ** 20);
    const [shell = ""] = channel().shell.split(" sh -s --");
    const child = spawn("sh", ["-c", `${shell} cat`], { env: { ...process.env, CLASSLAB_HOME: home } });
    const hash = createHash("sha256");
    child.stdout.on("data", (part: Buffer) => hash.update(part));
    child.stdin.end(bytes);
    await once(child.stdout, "end");
    expect(hash.digest("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
  }, 30_000);

  test("Docker's provider and a learner's login go the same way: options alone, and the guest's own SSH server", async () => {
    expect(channel().sshOpts.join(" ")).not.toContain(home);
    expect(channel().sshOpts.join(" ")).not.toContain("%");
    expect(channel().dockerHost).toBe(`ssh://root@${TEST1.objectName}`);
  });

  test("a connection that is lost in the middle ends at once, as one that was lost", async () => {
    host.losses.push({ at: "Get-ClasslabChannel", done: true });
    const began = performance.now();
    const lost = await inGuest("sleep 20");
    expect(lost.code).toBe(255);
    expect(performance.now() - began).toBeLessThan(10_000);
  }, 20_000);

  test("a page is opened by a connection of the host's, with its redirections where they are followed; a shut port is told as shut", async () => {
    const server = createServer((request, response) => {
      if (request.url === "/") response.writeHead(302, { location: "/there" }).end();
      else response.writeHead(200).end("<title>there</title>");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const [machine] = machinesOf(plan());
    if (!machine) throw new Error("there is no host");
    const before = process.env.CLASSLAB_HOME;
    process.env.CLASSLAB_HOME = home;
    try {
      const open = (to: number, follow: boolean) =>
        openFrom(machine, `http://127.0.0.1:${to}/`, { deadline: 10_000, follow });
      expect(await open(port, false)).toEqual({ status: 302, location: "/there", text: "" });
      expect(await open(port, true)).toMatchObject({ status: 200, text: "<title>there</title>" });
      await expect(open(1, false)).rejects.toThrow(/^ECONNREFUSED \(/);
    } finally {
      if (before === undefined) delete process.env.CLASSLAB_HOME;
      else process.env.CLASSLAB_HOME = before;
      server.close();
    }
  }, 30_000);

  test("a guest that does not listen is told in words, and may be asked again", async () => {
    const gone = await execute("sh", ["-c", [...pumpTo(pump, join(home, "nobody"), 500)].join(" ")]);
    expect(gone).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^classlab-channel: ./),
    });
  });

  test.each([
    ["a guest that is off", { State: "Off" }, "guest-not-ready", "it is Off, and nothing leads into it"],
    [
      "a machine without our mark",
      { Notes: "" },
      "object-in-the-way",
      "a virtual machine of this name that is not of this lab",
    ],
    [
      "one of another lab",
      { Notes: '{"classlab":"other","classlab.id":"0123456789abcdef"}' },
      "object-in-the-way",
      "not of this lab",
    ],
    ["no guest at all", { Name: "renamed" }, "guest-not-ready", "the guest is absent"],
  ] as const)(
    "%s is refused with its cause, and nothing leads into it",
    async (_name, change, code, words) => {
      const own = machine();
      const { Notes, Name, State } = own;
      const { channels } = host;
      Object.assign(own, change);
      const refused = await inGuest("id");
      Object.assign(own, { Notes, Name, State });
      expect(refused).toMatchObject({ code: 255, stdout: "" });
      expect(refused.stderr).toContain(`"code":"${code}"`);
      expect(refused.stderr).toContain(words);
      expect(host.channels).toBe(channels);
    },
    20_000,
  );
});
