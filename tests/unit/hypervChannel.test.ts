import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { teamKeyPath } from "../../components/hypervisors/channelOptions";
import {
  channelCall,
  channelLine,
  channelProgram,
  frame,
  hypervChannel,
} from "../../components/hypervisors/hyperv/channel";
import { CHANNEL_PORT } from "../../components/hypervisors/hyperv/channelPort";
import { channelSeed } from "../../components/hypervisors/hyperv/channelSeed";
import { renderAddresses, renderInside, renderSettings } from "../../components/hypervisors/hyperv/inGuest";
import { readChannelFiles, sha256 } from "../../components/hypervisors/hyperv/moduleFiles";
import { COMMAND_LENGTH, faultIn } from "../../components/hypervisors/hyperv/transport";
import { sshKeyFromText } from "../../components/sshKey";
import { execute } from "../support/cli";
import { hypervPlan, MARK } from "./hypervLab";
import { guestNamed, ROOT } from "./labs";

const PLAN = hypervPlan();
const TEST1 = guestNamed(PLAN, "ubuntu-test1");
const [HOST] = PLAN.hosts;
const FILES = readChannelFiles(ROOT);

/** Reads frames as ChannelBootstrap.ps1 does. */
function framesOf(bytes: Buffer): string[] {
  if (bytes.length === 0) return [];
  const end = 8 + Number(bytes.subarray(0, 8).toString("latin1"));
  return [bytes.subarray(8, end).toString("utf8"), ...framesOf(bytes.subarray(end))];
}

describe("what a host is sent", () => {
  test("is a command line that no shell changes, and not longer than one may be", () => {
    expect(channelLine()).toMatch(/^powershell\.exe [A-Za-z -]+ -EncodedCommand [A-Za-z0-9+/]+=*$/);
    expect(channelLine().length).toBeLessThan(COMMAND_LENGTH);
    // A word that would have PowerShell itself read the guest's bytes as lines of text (PowerShell's ConsoleHost, "Detect if they're using input").
    for (const text of [FILES.bootstrap, FILES.runner, FILES.module]) expect(text).not.toMatch(/\$input\b/i);
  });

  test("are frames by their bytes: the program, its parts with the module's hash, and what the channel is about", () => {
    const sent = framesOf(Buffer.from(channelProgram() + channelCall(TEST1, "lab")));
    expect(sent[0]).toBe(FILES.runner);
    expect(JSON.parse(sent[1] ?? "")).toEqual({
      module: { sha256: sha256(FILES.module), text: FILES.module },
      program: FILES.program,
    });
    expect(JSON.parse(sent[2] ?? "")).toEqual({
      data: { lab: "lab", guest: "lab-team-01-ubuntu-test1" },
      seconds: 20,
    });
    expect(sent.length).toBe(3);
    expect(frame("é")).toBe("00000002é");
  });

  test("the port is the service of the module, and what the guest's system listens on", () => {
    const service = /\$ChannelService = '([0-9a-f]{8})-facb-11e6-bd58-64006a7986d3'/.exec(FILES.module)?.[1];
    expect(Number.parseInt(service ?? "", 16)).toBe(CHANNEL_PORT);
    expect(JSON.stringify(channelSeed(TEST1, MARK).files)).toContain(`ListenStream=vsock::${CHANNEL_PORT}`);
  });
});

describe("the channel", () => {
  const { shell, sshRelay, sshOpts } = hypervChannel(TEST1, "lab", HOST);

  test("names no path of this machine, and no sign that ssh takes for its own", () => {
    for (const text of [shell, sshRelay, ...sshOpts]) {
      expect(text).not.toContain(ROOT);
      expect(text).not.toContain("%");
    }
    expect(() => hypervChannel(TEST1, "lab")).toThrow("is on no host");
  });
});

describe("the seed", () => {
  test("gives a server each connection, with the channel's own settings; Docker only where there are stacks", () => {
    const { files, packages, keys } = channelSeed(TEST1, MARK);
    const byPath = new Map(
      z
        .array(z.object({ path: z.string(), content: z.string() }))
        .parse(files)
        .map(({ path, content }) => [path, content]),
    );
    expect([...byPath.keys()].sort()).toEqual([
      "/etc/classlab/channel_sshd_config",
      "/etc/modules-load.d/classlab.conf",
      "/etc/ssh/sshd_config.d/00-classlab.conf",
      "/etc/systemd/system/classlab-channel.socket",
      "/etc/systemd/system/classlab-channel@.service",
    ]);
    expect(byPath.get("/etc/classlab/channel_sshd_config")).toBe(
      readFileSync(join(ROOT, "images/guest/channel_sshd_config"), "utf8"),
    );
    expect(byPath.get("/etc/systemd/system/classlab-channel@.service")).toContain(
      "ExecStart=-/usr/sbin/sshd -i -f /etc/classlab/channel_sshd_config\nStandardInput=socket\n",
    );
    expect(packages).toEqual([]);
    expect(
      channelSeed({ ...TEST1, docker: [{ name: "nginx", kind: "nginx", port: 80, ports: [80] }] }, MARK)
        .packages,
    ).toEqual(["docker.io", "docker-compose-v2"]);
    expect(JSON.stringify(keys)).not.toContain("machine-id");
    expect(JSON.stringify(channelSeed(guestNamed(PLAN, "clone1"), MARK).keys)).toContain("/etc/machine-id");
  });
});

describe("a script of this machine that works in a guest", () => {
  const folder = mkdtempSync(join(tmpdir(), "classlab-inside-"));
  const args = {
    lab: "lab",
    authorizedKey: "ssh-ed25519 AAAA classlab:lab/team-01",
    hostKey: sshKeyFromText("seed", "guest"),
    passwordHash: "$6$s$h",
  };
  const network = { mark: MARK, slot: 1, switches: PLAN.switches, dns: [], roomDhcp: false };
  /** Runs a script with a channel that notes its argument, and then does as a text of sh says. */
  const run = async (render: (shell: string) => string, channel: string, verb = "") => {
    const [shell, called, script] = ["channel", "called", "script"].map((name) => join(folder, name));
    if (!shell || !called || !script) throw new Error("no names");
    writeFileSync(called, "");
    writeFileSync(shell, `echo "$1" >> ${called}\ncat > ${script}\n${channel}`);
    const done = await execute("sh", ["-s", "--", verb], {
      stdin: render(`sh ${shell}`),
      env: { ...process.env, CLASSLAB_HOME: folder },
    });
    const calls = readFileSync(called, "utf8").split("\n").filter(Boolean);
    return { ...done, calls, script: readFileSync(script, "utf8") };
  };
  const inside = (shell: string) =>
    renderInside(TEST1, { shell, former: `sh ${join(folder, "former")}` }, args);
  const OFF = `<classlab 0123456789abcdef>
{"ok":false,"fault":{"code":"guest-not-ready","where":"g","what":"it is Off, and nothing leads into it"}}
</classlab 0123456789abcdef>
`;
  const TELLS = `cat >&2 <<'TOLD'\n${OFF}TOLD\nexit 255\n`;

  afterAll(() => rmSync(folder, { recursive: true }));

  test("tries again while the guest does not answer, and gives what it said at last", async () => {
    const once = join(folder, "once");
    const done = await run(
      inside,
      `[ -e ${once} ] || { touch ${once}; echo refused >&2; exit 255; }\necho '{"ready":true}'\n`,
    );
    expect(done).toMatchObject({ code: 0, stdout: '{"ready":true}\n', stderr: "" });
    expect(done.calls.length).toBe(2);
    expect(Number(done.calls[1])).toBeGreaterThan(500);
    expect(done.script).toContain(args.authorizedKey);
    // No stacks, no engine to wait for.
    expect(done.script).not.toContain("Docker");
  });

  test("ends at once where its host tells why nothing leads into it, in the host's own words", async () => {
    const done = await run(inside, TELLS);
    expect([done.code, done.calls.length, done.stdout]).toEqual([1, 1, ""]);
    expect(faultIn(done.stderr)).toMatchObject({
      code: "guest-not-ready",
      what: "it is Off, and nothing leads into it",
    });
  });

  test("tells what failed in the guest by its last words", async () => {
    const done = await run(inside, "echo its first start had errors: a >&2; exit 1\n");
    expect(done).toMatchObject({
      code: 1,
      stderr: "guest-not-ready: lab-team-01-ubuntu-test1: its first start had errors: a\n",
    });
  });

  test("tells a guest the team's new key by the one before, where it does not know the new one", async () => {
    const known = join(folder, "known");
    mkdirSync(join(folder, "keys/lab"), { recursive: true });
    writeFileSync(join(folder, `${teamKeyPath("lab", "team-01")}.before-0a1b2c3d`), "a key");
    writeFileSync(join(folder, "former"), `cat "$CLASSLAB_FORMER" > ${known}; cat >> ${known}\n`);
    const done = await run(
      inside,
      `[ -e ${known} ] || { echo 'root@g: Permission denied (publickey).' >&2; exit 255; }\necho '{"ready":true}'\n`,
    );
    expect(done.code).toBe(0);
    expect(readFileSync(known, "utf8")).toBe(
      `a keyumask 077\necho '${args.authorizedKey}' > /etc/classlab/channel_keys\n`,
    );
  });

  test("sets the guest's network inside, and what it takes from the site, the one or the other way", async () => {
    const addresses = await run((shell) => renderAddresses(TEST1, shell, network), "exit 0\n");
    expect(addresses).toMatchObject({ code: 0, stdout: '{"addresses":true}\n' });
    expect(addresses.script).toContain("/etc/netplan/50-cloud-init.yaml");
    const settings = (shell: string) =>
      renderSettings(TEST1, shell, { dns: [], ntp: [], registry: { hosts: [] } });
    expect((await run(settings, "exit 0\n", "apply")).calls).toEqual(["apply"]);
    expect(await run(settings, "exit 0\n", "remove")).toMatchObject({ code: 0, calls: ["remove"] });
    expect(await run(settings, TELLS, "remove")).toMatchObject({ code: 0, calls: ["remove"] });
    expect((await run(settings, TELLS, "apply")).code).toBe(1);
  });
});
