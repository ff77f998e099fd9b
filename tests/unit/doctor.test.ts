import { createCipheriv, pbkdf2Sync } from "node:crypto";
import { stripVTControlCharacters } from "node:util";
import { doctorJson, renderDoctor } from "../../cli/doctorOutput";
import { parseLab } from "../../course/config";
import type { LabFacts } from "../../course/facts";
import { FaultError } from "../../course/faults";
import { LAB_RECORD_TYPE } from "../../course/record";
import type { CloudQuestions } from "../../operations/clouds/questions";
import { type DoctorReport, doctor, doctorExitCode } from "../../operations/doctor";
import type { Check } from "../../operations/doctor/check";
import { CHECKS } from "../../operations/doctor/checks";
import { estimate } from "../../operations/doctor/estimate";
import { FIXERS } from "../../operations/doctor/fixers";
import type { Machine } from "../../operations/doctor/machine";
import { FIRMWARE_LOOK } from "../../operations/firmware";
import { hostKeyMissing } from "../../operations/hosts/faults";
import type { RemoteMachine } from "../../operations/hosts/machine";
import { officialSince } from "../../operations/images";
import type { HostRun } from "../../operations/libvirt";
import type { ObservedObject } from "../../operations/platforms/platform";
import type { ProcessResult } from "../../operations/process";
import { inWords } from "../../operations/quantities";
import type { SetUp } from "../../operations/setUp";
import type { StackFile } from "../../operations/stackFile";
import { cloudLab, EC2 } from "../support/cloudLabs";
import { RECORD } from "../support/devPlan";
import { devConfig, devPlan, planOf, solid } from "./labs";

const HOME = "/srv/labs";
const STATE = `${HOME}/state/.pulumi/stacks/classlab/dev.json`;
const LOCKS = `${HOME}/state/.pulumi/locks/organization/classlab/dev`;
const GB = 1e9;

const SET_UP: SetUp = {
  node: { version: "20.20.2", oldest: "20.19" },
  modules: true,
  build: true,
  engine: { folder: null, there: true, version: "3.259.0", passedOver: null },
  plugins: { expected: ["command 1.2.1"], absent: [] },
  compose: { version: "2.40.3", file: "/compose", there: true },
  ssh: "/usr/bin/ssh",
  apt: true,
  docker: { missing: null, startable: false, host: null },
};

const DOCKER = {
  ServerVersion: "28.0.1",
  OperatingSystem: "Debian",
  OSType: "linux",
  CgroupVersion: "2",
  Driver: "overlay2",
  DockerRootDir: "/var/lib/docker",
  SystemTime: new Date(0).toISOString(),
  MemTotal: 24 * GB,
  Name: "room-1",
};

/** A machine on which all is well; a test changes what it is about. */
class FakeMachine implements Machine {
  env: Record<string, string | undefined> = {
    PULUMI_BACKEND_URL: `file://${HOME}/state`,
    PULUMI_CONFIG_PASSPHRASE_FILE: `${HOME}/passphrase`,
  };
  readonly home = HOME;
  readonly hostname = "room-1";
  platform: NodeJS.Platform = "linux";
  found: SetUp = SET_UP;
  info: Partial<typeof DOCKER> | undefined = DOCKER;
  /** Files with their text; a folder is what begins others. */
  files: Record<string, string> = { [`${HOME}/passphrase`]: "secret\n", "/var/lib/docker/x": "" };
  modes: Record<string, number> = {};
  unwritable: string[] = [];
  space: Record<string, number> = {};
  memory: number | undefined = 20 * GB;
  living: number[] = [];
  seen: LabFacts = { subnets: [], routed: true };
  taken: number[] = [];
  objects: ObservedObject[] = [];
  references: string[] | undefined = ["classlab/guest:1", "classlab/nginx:1"];
  /** Images that Docker lists. */
  listed = ["classlab/guest:1", "classlab/nginx:1"];
  gone: string[] = [];
  /** Answers of programs by how their command line begins; else they succeed in silence. */
  answers: Record<string, Partial<ProcessResult>> = {};
  readonly calls: string[] = [];

  now = () => 0;
  async run(program: string, args: readonly string[]): Promise<ProcessResult> {
    const line = [program === process.execPath ? "node" : program, ...args].join(" ");
    this.calls.push(line);
    const known = Object.entries(this.answers).find(([start]) => line.includes(start))?.[1];
    if (known) return { code: 0, stdout: "", stderr: "", ...known };
    if (line.startsWith("docker info")) {
      return { code: this.info ? 0 : 1, stdout: JSON.stringify(this.info ?? {}), stderr: "" };
    }
    if (line.startsWith("docker image ls -q")) return { code: 0, stdout: "0123\n4567\n", stderr: "" };
    if (line.startsWith("docker image ls")) return { code: 0, stdout: this.listed.join("\n"), stderr: "" };
    return { code: 0, stdout: "", stderr: "" };
  }
  setUp = async () => this.found;
  read = (path: string) => this.files[path];
  list = (path: string) =>
    Object.keys(this.files)
      .filter((file) => file.startsWith(`${path}/`))
      .map((file) => file.slice(path.length + 1).split("/")[0] ?? "");
  mode = (path: string) => {
    const there = Object.keys(this.files).some((file) => file === path || file.startsWith(`${path}/`));
    return there ? (this.modes[path] ?? (this.files[path] === undefined ? 0o700 : 0o600)) : undefined;
  };
  writable = (path: string) => !this.unwritable.includes(path);
  freeSpace = (path: string) => this.space[path] ?? 100 * GB;
  freeMemory = () => this.memory;
  engineRuns = (pid: number) => this.living.includes(pid);
  /** Why a host over SSH is not reached. */
  unreached: FaultError | undefined;
  facts = async () => this.seen;
  access = (_lab: string, machines: readonly RemoteMachine[]) => {
    const [keyless] = machines.filter(({ remote }) => remote.hostKey === undefined);
    if (keyless) throw new FaultError([hostKeyMissing(keyless)]);
  };
  askWindows = async (): Promise<never> => {
    throw new Error("no host with Windows");
  };

  runOn =
    ({ name }: RemoteMachine): HostRun =>
    async (program, args) => {
      if (this.unreached) throw this.unreached;
      return this.run(`${name}:${program}`, args);
    };
  /** Clouds that are there to be asked. */
  asked: CloudQuestions[] = [];
  clouds = async () => this.asked;
  portsInUse = async (ports: readonly number[]) => ports.filter((port) => this.taken.includes(port));
  marked = async () => this.objects;
  missingImages = async () => this.gone;
  imageReferences = () => this.references;
  makePrivate = (path: string, mode: number) => {
    this.modes[path] = mode;
  };
  makeFolder = (path: string) => {
    this.files[`${path}/`] = "";
  };
  removeFile = (path: string) => {
    delete this.files[path];
  };
  recover = async (stacks: readonly string[], say: (line: string) => void) => {
    this.calls.push(`recover ${stacks.join(" ")}`);
    const backup = this.files[`${STATE}.bak`];
    if (backup === undefined) return;
    this.files[STATE] = backup;
    say("recovery: stack dev: its state file was cut off; restored");
  };
}

function file(config = devConfig(), document: Record<string, unknown> = {}): StackFile {
  return { lab: "dev", path: "/Pulumi.dev.yaml", selection: "--stack dev", document, config };
}

let machine: FakeMachine;
beforeEach(() => {
  machine = new FakeMachine();
});

const examine = (stack = file()) => doctor(stack, { machine });
async function check(id: string, stack = file()): Promise<Check> {
  const found = (await examine(stack)).checks.find((entry) => entry.id === id);
  if (!found) throw new Error(`no check ${id}`);
  return found;
}
const summary = (report: DoctorReport) =>
  report.checks.filter((entry) => entry.status !== "ok").map((entry) => `${entry.id}: ${entry.status}`);
/** The lab's state as the engine writes it. */
const kept = (labId: string, salt?: string) =>
  JSON.stringify({
    version: 3,
    checkpoint: {
      latest: {
        ...(salt ? { secrets_providers: { type: "passphrase", state: { salt } } } : {}),
        resources: [
          { urn: "urn:stack", type: "pulumi:pulumi:Stack" },
          { urn: "urn:record", type: LAB_RECORD_TYPE, inputs: { ...RECORD, labId } },
        ],
      },
    },
  });
const ID = "0123456789abcdef";
const NO_LIBVIRT = [
  "libvirt",
  "kvm",
  "nested",
  "windows-firmware",
  "vhost",
  "forwarding",
  "disk-libvirt",
].map((id) => `${id}: not-needed`);
const NO_HOSTS = ["hosts: not-needed", "hosts-libvirt: not-needed", "hosts-hyperv: not-needed"];
const NO_CLOUDS = ["access", "tunnel", "rights", "types", "image", "cpus", "addresses", "networks"].map(
  (what) => `cloud-${what}: not-needed`,
);
const labOf = (input: object) => file(solid(parseLab(input)));

test("checks have names of their own, and every repair mends checks that there are", () => {
  const ids = CHECKS.map((entry) => entry.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of FIXERS.flatMap((fixer) => fixer.mends)) expect(ids).toContain(id);
});

test("a machine that has all: nothing blocks, nothing is said, nothing is done", async () => {
  const report = await examine();
  expect(summary(report)).toEqual([
    ...NO_LIBVIRT,
    ...NO_HOSTS,
    ...NO_CLOUDS,
    "ports: not-needed",
    "image-source: not-needed",
  ]);
  expect(doctorExitCode(report)).toBe(0);
  const doing = machine.calls.filter((call) => !/^docker (info|image ls|run --rm)/.test(call));
  expect(doing).toEqual([]);
});

describe("what set-up provides", () => {
  const missing = async (id: string, change: Partial<SetUp>) => {
    machine.found = { ...SET_UP, ...change };
    return check(id);
  };
  test.each<[string, Partial<SetUp>, string, boolean]>([
    ["node", { node: { version: "20.18.1", oldest: "20.19" } }, "version 20.18.1 is too old", false],
    ["modules", { modules: false }, "the node modules are not those of package-lock.json", true],
    ["modules", { build: false }, "the build is not made from these sources", true],
    [
      "engine",
      { engine: { ...SET_UP.engine, there: false } },
      "it is neither on PATH nor in the checkout",
      true,
    ],
    [
      "engine",
      { engine: { ...SET_UP.engine, there: false, passedOver: "3.1 on PATH: not tested" } },
      "3.1 on PATH: not tested",
      true,
    ],
    [
      "plugins",
      { plugins: { expected: [], absent: ["docker 5.2.0"] } },
      "docker 5.2.0 is not installed",
      true,
    ],
    ["ssh-client", { ssh: null }, "there is no ssh on PATH, by which the guests' Docker is reached", true],
    [
      "compose",
      { compose: { ...SET_UP.compose, there: false } },
      "/compose is missing, without which the guest's image cannot be built",
      true,
    ],
  ])("%s: %j", async (id, change, found, fixable) => {
    expect(await missing(id, change)).toMatchObject({
      status: "blocking",
      found,
      fixable,
      code: "environment-missing",
    });
    expect(doctorExitCode(await examine())).toBe(3);
  });

  test("a lab without Docker stacks needs no SSH client", async () => {
    machine.found = { ...SET_UP, ssh: null };
    expect((await check("ssh-client", labOf({ guests: [{ name: "a" }] }))).status).toBe("not-needed");
  });

  test("a lab that stands needs no Docker Compose: the guest's image holds it", async () => {
    machine.files[STATE] = kept(ID);
    machine.found = { ...SET_UP, compose: { ...SET_UP.compose, there: false } };
    expect((await check("compose")).status).toBe("not-needed");
  });
});

describe("Docker", () => {
  test("that does not answer: said once, and what cannot be seen without it is not called wrong", async () => {
    machine.info = undefined;
    const entry = {
      code: "docker",
      what: "Docker is not installed",
      why: "no command",
      todo: 'run "x", or the same command again with --yes',
    };
    machine.found = { ...SET_UP, docker: { missing: entry, startable: true, host: null } };
    const report = await examine();
    expect(report.checks.filter((one) => one.status === "blocking").map((one) => one.id)).toEqual(["docker"]);
    expect(await check("docker")).toMatchObject({
      found: "Docker is not installed: no command",
      fix: 'Run npx classlab doctor --fix, which asks first; or run "x"',
      fixable: true,
      code: "docker-not-running",
    });
    expect(report.checks.filter((one) => one.status === "unknown").map((one) => one.found)).toEqual(
      Array(15).fill("Docker does not answer"),
    );
    expect(doctorExitCode(report)).toBe(3);
  });

  test.each([
    ["docker-version", { ServerVersion: "19.3.15" }, "blocking"],
    ["docker-version", { ServerVersion: "20.10.24+dfsg1" }, "ok"],
    ["docker-version", { OSType: "windows" }, "blocking"],
    ["cgroups", { CgroupVersion: "1" }, "ok"],
    ["cgroups", { CgroupVersion: "" }, "warning"],
    ["storage-driver", { Driver: "vfs" }, "warning"],
    ["storage-driver", { Driver: "btrfs" }, "ok"],
    ["clock", { SystemTime: new Date(29_000).toISOString() }, "ok"],
    ["clock", { SystemTime: new Date(-61_000).toISOString() }, "warning"],
  ])("%s with %j: %s", async (id, change, status) => {
    machine.info = { ...DOCKER, ...change };
    expect((await check(id)).status).toBe(status);
  });

  test("a guest's rights are tried with what guests get, and never more", async () => {
    await check("guest-rights");
    expect(machine.calls.find((call) => call.startsWith("docker run"))).toBe(
      "docker run --rm --pull=never --network=none --cgroupns=private --cap-add=CAP_NET_ADMIN --cap-add=CAP_SYS_ADMIN " +
        "--cap-add=CAP_SYS_PTRACE --security-opt=apparmor=unconfined --security-opt=seccomp=unconfined " +
        "--label=classlab.probe=dev --entrypoint=/bin/sh 0123 -c mount -t tmpfs none /mnt",
    );
    machine.answers["docker run"] = { code: 125, stderr: "unable to apply caps\nmore" };
    expect(await check("guest-rights")).toMatchObject({
      status: "blocking",
      found: expect.stringMatching(/: unable to apply caps$/),
    });
    machine.answers["docker image ls -q"] = { stdout: "" };
    expect((await check("guest-rights")).status).toBe("unknown");
  });
});

describe("libvirt", () => {
  const lab = (more: object = {}) => labOf({ target: "libvirt", guests: [{ name: "a" }], ...more });
  const VIRSH = "virsh -c qemu:///system version --daemon";
  const answer = (libvirt: string) => ({
    stdout: `Running hypervisor: QEMU 7.2.22\nRunning against daemon: ${libvirt}\n`,
  });
  const DROP = "-P INPUT ACCEPT\n-P FORWARD DROP\n-A FORWARD -j DOCKER-USER\n";
  const entry = {
    code: "libvirt",
    what: "libvirt is not installed in full",
    why: "this machine lacks qemu-utils",
    todo: 'run "x", or the same command again with --yes',
  };

  beforeEach(() => {
    machine.found = { ...SET_UP, libvirt: { missing: null, startable: false, kvmShut: false } };
    machine.answers = { [VIRSH]: answer("9.0.0"), "sh -s": { stdout: "works\n" } };
    machine.files["/dev/vhost-net"] = "";
  });

  test("a machine that has all", async () => {
    const report = await examine(lab());
    const found = report.checks.filter(({ id }) => NO_LIBVIRT.includes(`${id}: not-needed`));
    expect(found.map(({ status, found: words }) => `${status}: ${words}`)).toEqual([
      "ok: version 9.0.0 with QEMU 7.2.22",
      "ok: a guest that was started with it ran",
      "not-needed: no guest is to run guests",
      "not-needed: no guest on this machine is to have Windows",
      "ok: /dev/vhost-net is there",
      "ok: nothing is dropped unless a rule says so",
      "ok: 100.0 GB free in /var/lib/libvirt/images; disks may grow to 10.7 GB",
    ]);
    expect(doctorExitCode(report)).toBe(0);
  });

  test("guests in guests: what the host's KVM shows them, for labs that have any", async () => {
    const nesting = lab({ guests: [{ name: "a", nested: true }] });
    machine.answers["cat /sys/module/kvm_amd/parameters/nested"] = { stdout: "1\n" };
    expect(await check("nested", nesting)).toMatchObject({ status: "ok", found: "guests see svm" });
    machine.answers["cat /sys/module/kvm_amd/parameters/nested"] = { stdout: "0\n" };
    const report = await examine(nesting);
    expect(report.checks.find(({ id }) => id === "nested")).toMatchObject({
      status: "blocking",
      found: "KVM does not let guests run guests: nested virtualization is off",
      code: "nested-impossible",
    });
    expect(doctorExitCode(report)).toBe(3);
    machine.answers["sh -s"] = { stdout: "none\n" };
    expect(await check("nested", nesting)).toMatchObject({ status: "ok", found: "guests see svm" });
  });

  test("UEFI and a TPM: what the host's descriptors say, for labs with a guest that has Windows", async () => {
    const image = { source: "/srv/w.vhdx", sha256: "0".repeat(64), windows: "11" };
    const windows = lab({ guests: [{ name: "w", os: "windows", disk: { size: 64 }, image }] });
    const question = `sh -c ${FIRMWARE_LOOK}`;
    machine.answers[question] = { stdout: "" };
    const report = await examine(windows);
    expect(report.checks.find(({ id }) => id === "windows-firmware")).toMatchObject({
      status: "blocking",
      found:
        "for guest team-01/w there is no UEFI firmware with Secure Boot and Microsoft's keys, and no swtpm, which emulates a TPM",
      fix: expect.stringContaining("apt-get install ovmf swtpm"),
      code: "windows-host-unfit",
    });
    expect(doctorExitCode(report)).toBe(3);
    const secure = {
      "interface-types": ["uefi"],
      targets: [{ architecture: "x86_64", machines: ["pc-q35-*"] }],
      features: ["secure-boot", "enrolled-keys", "requires-smm"],
    };
    machine.answers[question] = { stdout: `${JSON.stringify(secure)}\ntpm\n` };
    expect(await check("windows-firmware", windows)).toMatchObject({
      status: "ok",
      found: "firmware with Secure Boot and Microsoft's keys, and swtpm",
    });
  });

  test("set-up is asked about it for such a lab only, and a guest is started for such a lab only", async () => {
    const asked: (readonly string[])[] = [];
    machine.setUp = async (needs?: readonly string[]) => {
      asked.push(needs ?? []);
      return machine.found;
    };
    await examine(lab());
    expect(asked).toEqual([["libvirt"]]);
    expect(machine.calls.filter((call) => call === "sh -s")).toHaveLength(1);
    await examine();
    expect(asked).toEqual([["libvirt"], []]);
    expect(machine.calls.filter((call) => call === "sh -s")).toHaveLength(1);
  });

  test("Docker is needed for it, too: what machines begin with is made with it", async () => {
    machine.answers[VIRSH] = answer("9.0.0");
    const report = await doctor(lab(), { machine });
    expect(report.checks.find(({ id }) => id === "docker")?.status).toBe("ok");
  });

  test("one that does not answer: said once; set-up mends it", async () => {
    machine.answers[VIRSH] = { code: 1 };
    machine.found = { ...SET_UP, libvirt: { missing: entry, startable: true, kvmShut: false } };
    const report = await doctor(lab(), { machine, fix: { say: () => undefined, consent: true } });
    expect(report.checks.find(({ id }) => id === "libvirt")).toMatchObject({
      status: "blocking",
      found: "libvirt is not installed in full: this machine lacks qemu-utils",
      fix: 'Run npx classlab doctor --fix, which asks first; or run "x"',
      fixable: true,
      code: "libvirt-not-running",
    });
    expect(
      report.checks.filter(({ found }) => found === "libvirt does not answer").map(({ id }) => id),
    ).toEqual(["kvm", "nested", "windows-firmware", "vhost", "forwarding", "disk-libvirt"]);
    expect(machine.calls.filter((call) => call.startsWith("node"))).toEqual([
      expect.stringMatching(/setup\/provide\.mjs --yes libvirt$/),
    ]);
    expect(doctorExitCode(report)).toBe(3);
  });

  test("one that answers while a program beside it is missing", async () => {
    machine.found = { ...SET_UP, libvirt: { missing: entry, startable: false, kvmShut: false } };
    expect(await check("libvirt", lab())).toMatchObject({
      status: "blocking",
      fix: 'Run "x"',
      fixable: false,
    });
  });

  test.each([
    ["8.9.9", "warning"],
    ["9.0.0", "ok"],
    ["10.0.0", "ok"],
  ])("version %s: %s", async (version, status) => {
    machine.answers[VIRSH] = answer(version);
    expect((await check("libvirt", lab())).status).toBe(status);
  });

  test("a KVM that runs no guest is a warning, with what mends it; then vhost is no matter", async () => {
    machine.answers["sh -s"] = { stdout: "failed failed to set MSR 0x10a to 0x69\n" };
    delete machine.files["/dev/vhost-net"];
    expect(await check("kvm", lab())).toMatchObject({
      status: "warning",
      found:
        "guests run on an emulated processor, several times slower: a guest that was started with KVM ended at once (failed to set MSR 0x10a to 0x69)",
      fix: "Use a host whose KVM runs guests",
    });
    expect((await check("vhost", lab())).status).toBe("not-needed");
    machine.answers["sh -s"] = { stdout: "works\n" };
    expect(await check("vhost", lab())).toMatchObject({
      status: "warning",
      fix: "Run: sudo modprobe vhost_net",
    });
    machine.answers["sh -s"] = { stdout: "absent\n" };
    expect((await check("kvm", lab())).status).toBe("unknown");
  });

  test("a device that is root's alone is set-up's to give away", async () => {
    machine.answers["sh -s"] = { stdout: "denied libvirt-qemu\n" };
    expect(await check("kvm", lab())).toMatchObject({
      fix: "Run: sudo chgrp kvm /dev/kvm && sudo chmod 0660 /dev/kvm",
      fixable: false,
    });
    machine.found = { ...SET_UP, libvirt: { missing: null, startable: false, kvmShut: true } };
    expect((await check("kvm", lab())).fixable).toBe(true);
    await doctor(lab(), { machine, fix: { say: () => undefined, consent: false } });
    expect(machine.calls.filter((call) => call.startsWith("node"))).toEqual([
      expect.stringMatching(/setup\/provide\.mjs libvirt$/),
    ]);
  });

  describe("behind a packet filter that drops", () => {
    const NFTABLES =
      /libvirt lets them through in a table of its own \(nftables\), where that does not help$/;

    beforeEach(() => {
      machine.answers["iptables -S"] = { stdout: DROP };
    });

    test.each([
      ["9.0.0", "", "", "ok"],
      ["10.3.0", "", "", "ok"],
      ["10.4.0", "", "", "warning"],
      ["11.3.0", "", "", "warning"],
      ["11.3.0", "-A FORWARD -j LIBVIRT_FWX\n", "", "ok"],
      ["11.3.0", "", 'firewall_backend = "iptables"\n', "ok"],
      ["11.3.0", "-A FORWARD -j LIBVIRT_FWX\n", '#x\n  firewall_backend="nftables"\n', "warning"],
      ["11.3.0", "", '# firewall_backend = "iptables"\n', "warning"],
    ])("libvirt %s, rules %j, settings %j: %s", async (version, rules, settings, status) => {
      machine.answers[VIRSH] = answer(version);
      machine.answers["iptables -S"] = { stdout: DROP + rules };
      machine.files["/etc/libvirt/network.conf"] = settings;
      const found = await check("forwarding", lab());
      expect(found.status).toBe(status);
      if (status === "warning")
        expect(found).toMatchObject({
          found: expect.stringMatching(NFTABLES),
          fix: 'Put firewall_backend = "iptables" into /etc/libvirt/network.conf and restart libvirt: sudo systemctl restart libvirtd',
        });
    });

    test("whose it is, is told", async () => {
      expect((await check("forwarding", lab())).found).toBe(
        "Docker drops what it does not know (policy of FORWARD: DROP); libvirt's own rules let its networks through",
      );
      machine.answers["iptables -S"] = { stdout: "-P FORWARD DROP\n" };
      expect((await check("forwarding", lab())).found).toMatch(/^this machine drops what/);
    });

    describe("with a bridge over a network card", () => {
      beforeEach(() => {
        machine.files["/proc/sys/net/bridge/bridge-nf-call-iptables"] = "1\n";
        machine.files["/sys/class/net/docker0/brif/veth1/x"] = "";
        machine.files["/sys/class/net/br0/brif/veth2/x"] = "";
        machine.files["/sys/class/net/br0/brif/eth0/x"] = "";
        machine.files["/sys/class/net/eth0/device"] = "";
      });

      test("what passes over it is dropped, too", async () => {
        expect(await check("forwarding", lab())).toMatchObject({
          status: "warning",
          found:
            "Docker drops what it does not know (policy of FORWARD: DROP), and what passes over the bridge br0 with it: br_netfilter shows it to the packet filter",
          fix: "Run: sudo iptables -I DOCKER-USER -i br0 -o br0 -j ACCEPT",
        });
      });

      test("unless a rule lets it through", async () => {
        machine.answers["iptables -S"] = { stdout: `${DROP}-A DOCKER-USER -i br0 -o br0 -j ACCEPT\n` };
        expect((await check("forwarding", lab())).status).toBe("ok");
      });

      test("unless frames on bridges are not shown to it", async () => {
        machine.files["/proc/sys/net/bridge/bridge-nf-call-iptables"] = "0\n";
        expect((await check("forwarding", lab())).status).toBe("ok");
        delete machine.files["/proc/sys/net/bridge/bridge-nf-call-iptables"];
        expect((await check("forwarding", lab())).status).toBe("ok");
      });

      test("unless no guest is bridged", async () => {
        const nat = lab({ switches: [{ name: "out", mode: "nat" }] });
        expect((await check("forwarding", nat)).status).toBe("ok");
      });

      test("unless it is over no network card", async () => {
        delete machine.files["/sys/class/net/eth0/device"];
        expect((await check("forwarding", lab())).status).toBe("ok");
      });
    });

    test("is no matter for a lab that stays inside", async () => {
      const inside = lab({ switches: [{ name: "in", mode: "internal" }] });
      expect((await check("forwarding", inside)).status).toBe("not-needed");
    });

    test("that cannot be read", async () => {
      machine.answers["iptables -S"] = { code: 1, stderr: "sudo: a password is required\n" };
      expect(await check("forwarding", lab())).toMatchObject({
        status: "unknown",
        found: "the rules of the packet filter cannot be read: sudo: a password is required",
      });
    });
  });

  describe("room for disks", () => {
    const IMAGES = "/var/lib/libvirt/images";
    const fixed = { guests: [{ name: "a" }, { name: "b", disk: { size: 20, allocation: "fixed" } }] };

    test.each([
      [20 * 2 ** 30 - 1, "blocking"],
      [20 * 2 ** 30, "warning"],
      [30 * 2 ** 30 - 1, "warning"],
      [30 * 2 ** 30, "ok"],
    ])("%i bytes for one of 10 GiB that grows and one of 20 GiB: %s", async (free, status) => {
      machine.space[IMAGES] = free;
      expect((await check("disk-libvirt", lab(fixed))).status).toBe(status);
    });

    test("a disk that is there takes no more", async () => {
      machine.space[IMAGES] = 0;
      machine.files[STATE.replace("dev.json", "dev-site.json")] = kept(ID);
      expect(await check("disk-libvirt", lab())).toMatchObject({ status: "warning" });
      machine.files[`${IMAGES}/classlab-${ID}-dev/dev-team-01-a-disk.qcow2`] = "";
      expect((await check("disk-libvirt", lab())).status).toBe("ok");
    });
  });
});

describe("state and secrets", () => {
  const COPIES = `${HOME}/state/.pulumi/backups/classlab/dev`;

  test.each([
    ["", "it is empty"],
    ['{"version":3,"checkpoint":{"la', "JSON"],
    ['{"checkpoint":5}', "it is not the state of a stack"],
  ])("a state file with %j is damaged", async (text, why) => {
    machine.files[STATE] = text;
    const found = await check("state");
    expect(found).toMatchObject({ status: "blocking", code: "state-damaged" });
    expect(found.found).toContain(why);
    expect(found.found).toContain("nor can a backup");
    expect(found.fixable).toBe(false);
  });

  test.each([
    ["the engine's own backup", `${STATE}.bak`],
    ["the copy of a run", `${COPIES}/dev.1763974800.json`],
  ])(
    "a damaged state with %s: the next run mends it, and doctor where it is asked to",
    async (_words, path) => {
      machine.files[STATE] = '{"version":3,"checkpoint":{"la';
      machine.files[path] = kept(ID);
      expect(await check("state")).toMatchObject({ status: "warning", code: "state-damaged", fixable: true });
      // A backup that is cut off too is none; nor is the engine's note beside a copy.
      machine.files[path] = "{";
      machine.files[`${COPIES}/dev.1763974800.json.attrs`] = kept(ID);
      expect(await check("state")).toMatchObject({ status: "blocking", fixable: false });
    },
  );

  test("a damaged state is mended on request only, and looked at again", async () => {
    machine.files[STATE] = "{";
    machine.files[`${STATE}.bak`] = kept(ID);
    await examine();
    expect(machine.calls.filter((call) => call.startsWith("recover"))).toEqual([]);
    const report = await doctor(file(), { machine, fix: { say: () => undefined, consent: false } });
    expect(machine.calls.filter((call) => call.startsWith("recover"))).toEqual(["recover dev"]);
    expect(report.repairs).toEqual([
      { checks: ["state"], done: "stack dev: its state file was cut off; restored" },
    ]);
    expect(report.checks.find((entry) => entry.id === "state")?.status).toBe("ok");
  });

  test("a state file that is gone although its backup says that something stands", async () => {
    machine.files[`${STATE}.bak`] = kept(ID);
    const found = await check("state");
    expect(found).toMatchObject({ status: "warning", fixable: true });
    expect(found.found).toContain("there is no such file");
    // After a lab was taken down there is no such thing, whatever older copies say.
    machine.files[`${STATE}.bak`] = JSON.stringify({ version: 3, checkpoint: { latest: {} } });
    machine.files[`${COPIES}/dev.1763974800.json`] = kept(ID);
    expect((await check("state")).status).toBe("ok");
  });

  const salted = (passphrase: string) => {
    const salt = Buffer.alloc(8, 1);
    const nonce = Buffer.alloc(12, 2);
    const cipher = createCipheriv(
      "aes-256-gcm",
      pbkdf2Sync(passphrase, salt, 1_000_000, 32, "sha256"),
      nonce,
    );
    const sealed = Buffer.concat([cipher.update("pulumi"), cipher.final(), cipher.getAuthTag()]);
    return `v1:${salt.toString("base64")}:v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
  };

  test("the passphrase opens the state's secrets, or is wrong", async () => {
    machine.files[STATE] = kept(ID, salted("secret"));
    expect((await check("passphrase")).status).toBe("ok");
    machine.files[`${HOME}/passphrase`] = "another";
    expect(await check("passphrase")).toMatchObject({ status: "blocking", code: "passphrase-wrong" });
    machine.env.PULUMI_CONFIG_PASSPHRASE = "secret";
    expect((await check("passphrase")).status).toBe("ok");
  });

  test("a passphrase that is gone: no matter before the first run, blocking once there are secrets", async () => {
    delete machine.files[`${HOME}/passphrase`];
    expect((await check("passphrase")).status).toBe("ok");
    machine.files[STATE] = kept(ID, "v1:x");
    expect(await check("passphrase")).toMatchObject({ status: "blocking", code: "passphrase-wrong" });
    expect((await check("passphrase", file(devConfig(), { secretsprovider: "awskms://key" }))).status).toBe(
      "not-needed",
    );
  });

  test("a passphrase's file that the user named has to be there", async () => {
    machine.env.PULUMI_CONFIG_PASSPHRASE_FILE = "/elsewhere";
    expect((await check("passphrase")).status).toBe("blocking");
  });

  test("keys that others can read block, other files are a warning; both are mended, and nothing else is", async () => {
    const key = `${HOME}/keys/dev/team-01`;
    machine.files[key] = "KEY";
    machine.files[`${HOME}/keys/other/team-01`] = "KEY";
    machine.modes = { [key]: 0o644, [`${HOME}/keys/other/team-01`]: 0o644, [`${HOME}/passphrase`]: 0o640 };
    expect(await check("keys")).toMatchObject({
      status: "blocking",
      found: `others can read ${key} (mode 0644); ssh uses no such key`,
      fix: `Run npx classlab doctor --fix, or: chmod 0600 "${key}"`,
      fixable: true,
    });
    expect((await check("private-files")).status).toBe("warning");
    const report = await doctor(file(), { machine, fix: { say: () => undefined, consent: false } });
    expect(report.repairs).toEqual([
      { checks: ["keys", "private-files"], done: `${key}: mode 0600, ${HOME}/passphrase: mode 0600` },
    ]);
    expect(machine.modes).toEqual({
      [key]: 0o600,
      [`${HOME}/keys/other/team-01`]: 0o644,
      [`${HOME}/passphrase`]: 0o600,
    });
    expect(doctorExitCode(report)).toBe(0);
  });

  const lock = (pid: number, hostname = "room-1") =>
    JSON.stringify({ pid, username: "ann", hostname, timestamp: "2026-11-23T20:00:00Z" });

  test("locks: of the dead, of the living, of another machine", async () => {
    machine.files[`${LOCKS}/1.json`] = lock(7);
    expect(await check("locks")).toMatchObject({ status: "warning", fixable: true, code: "stack-locked" });
    machine.files[`${LOCKS}/2.json`] = lock(8);
    machine.living = [8];
    expect(await check("locks")).toMatchObject({
      found: "stack dev is held by process 8 of ann on room-1 since 2026-11-23T20:00:00",
      fixable: true,
    });
    delete machine.files[`${LOCKS}/1.json`];
    expect((await check("locks")).fixable).toBe(false);
    machine.living = [];
    machine.files[`${LOCKS}/2.json`] = lock(8, "room-2");
    expect((await check("locks")).fixable).toBe(false);
    machine.files[`${LOCKS}/2.json`] = "{";
    expect((await check("locks")).fixable).toBe(false);
  });

  test("only locks of the dead are removed", async () => {
    machine.files[`${LOCKS}/1.json`] = lock(7);
    machine.files[`${LOCKS}/2.json`] = lock(8);
    machine.living = [8];
    const other = LOCKS.replace(/dev$/, "other/1.json");
    machine.files[other] = lock(7);
    const report = await doctor(file(), { machine, fix: { say: () => undefined, consent: false } });
    expect(report.repairs).toEqual([{ checks: ["locks"], done: "1 lock of ended runs removed" }]);
    expect(Object.keys(machine.files)).not.toContain(`${LOCKS}/1.json`);
    expect(Object.keys(machine.files)).toEqual(expect.arrayContaining([other, `${LOCKS}/2.json`]));
  });

  test("folders that cannot be written to, and one that a variable names and nobody made", async () => {
    machine.unwritable = [HOME];
    expect((await check("home")).status).toBe("blocking");
    machine.env.PULUMI_BACKEND_URL = "file:///mnt/state?no_tmp_dir=true";
    expect(await check("backend")).toMatchObject({ status: "blocking", fixable: true });
    machine.unwritable = ["/mnt/state"];
    expect((await check("backend")).fixable).toBe(false);
    machine.unwritable = [];
    const report = await doctor(file(), { machine, fix: { say: () => undefined, consent: false } });
    expect(report.repairs).toEqual([{ checks: ["backend"], done: "/mnt/state made" }]);
  });

  test("another backend that cannot be asked without an engine: said, and its address without what is secret in it", async () => {
    machine.env.PULUMI_BACKEND_URL = "s3://key:secret@bucket?region=x";
    machine.found = { ...SET_UP, engine: { ...SET_UP.engine, there: false } };
    expect((await check("backend")).found).toBe(
      "s3://…@bucket cannot be read: only the Pulumi engine can ask it, which is missing",
    );
    expect((await check("lab-name")).status).toBe("unknown");
  });
});

describe("how the lab meets the machine", () => {
  const network = (id: string) => ({
    subnet: "192.168.99.0/24",
    user: 'Docker network "dev-lan" of lab "dev"',
    own: { lab: "dev", id, objectName: "dev-lan" },
  });
  const object = (id: string): ObservedObject => ({
    kind: "container",
    id: "c0ffee",
    name: "dev-team-01-ubuntu-test1",
    mark: { lab: "dev", id, stack: "dev" },
    created: "",
  });

  test("a subnet in use is told as up tells it, and ends like it", async () => {
    machine.seen = { subnets: [{ subnet: "192.168.99.0/24", user: "interface eth0" }] };
    expect(await check("subnets")).toMatchObject({
      status: "blocking",
      code: "subnet-in-use",
      fixable: false,
    });
    expect((await check("subnets")).fix).toContain("192.168.100.0/24 is free");
    expect(doctorExitCode(await examine())).toBe(2);
    machine.found = { ...SET_UP, ssh: null };
    expect(doctorExitCode(await examine())).toBe(3);
  });

  test("the lab's own network and guests are no obstacle", async () => {
    machine.files[STATE] = kept(ID);
    machine.seen = { subnets: [network(ID)], routed: true };
    machine.objects = [object(ID)];
    expect(summary(await examine())).toEqual([
      ...NO_LIBVIRT,
      ...NO_HOSTS,
      ...NO_CLOUDS,
      "ports: not-needed",
      "image-source: not-needed",
      "image-age: not-needed",
    ]);
  });

  test("another lab of the same name blocks; what is left of one is told", async () => {
    machine.files[STATE] = kept(ID);
    machine.seen = { subnets: [network("f".repeat(16))], routed: true };
    machine.objects = [object("f".repeat(16))];
    expect(await check("lab-name")).toMatchObject({ status: "blocking", code: "lab-name-in-use" });
    expect(await check("leftovers")).toMatchObject({
      status: "warning",
      found: '1 object of another lab named "dev" stands: container dev-team-01-ubuntu-test1',
      fixable: false,
    });
  });

  test("with the state lost, the lab's own objects are not taken for another lab's", async () => {
    machine.files[STATE] = "";
    machine.seen = { subnets: [network(ID)], routed: true };
    machine.objects = [object(ID)];
    expect(await check("lab-name")).toMatchObject({
      status: "unknown",
      found: "the lab's state cannot be read",
    });
    expect((await check("leftovers")).status).toBe("unknown");
    expect((await check("subnets")).status).toBe("ok");
    // The id that outlives the state, kept by the engine beside it.
    machine.files[STATE.replace(/json$/, "pulumi-tags")] = JSON.stringify({
      version: 1,
      tags: { "classlab:id": ID },
    });
    expect((await check("lab-name")).status).toBe("ok");
    expect((await check("leftovers")).status).toBe("ok");
  });

  test("ports matter where guests are published", async () => {
    machine.seen = { subnets: [], routed: false };
    expect((await check("ports")).found).toBe("15 ports are free");
    machine.taken = [8080];
    expect(await check("ports")).toMatchObject({
      status: "warning",
      found: "something else listens on 8080",
    });
  });
});

describe("images", () => {
  const NO_REGISTRY = { code: 1, stderr: "dial tcp: no such host" };

  test("that are not there yet are a warning; a registry that answers is asked for a manifest, not an image", async () => {
    machine.listed = ["classlab/guest:1"];
    expect(await check("images")).toMatchObject({
      status: "warning",
      found: "1 are not there yet (classlab/nginx:1)",
      fixable: true,
    });
    expect(await check("image-source")).toMatchObject({ status: "ok", found: "an image registry answers" });
    expect(machine.calls.filter((call) => /docker (pull|build|import)/.test(call))).toEqual([]);
  });

  test("a lab that stands is asked for its own", async () => {
    machine.files[STATE] = kept(ID);
    machine.references = ["classlab/guest:2"];
    expect((await check("images")).status).toBe("ok");
    machine.gone = ["classlab/nginx:0123456789ab"];
    expect((await check("images")).found).toContain("classlab/nginx:0123456789ab");
  });

  test("from nowhere: blocking, unless they are there", async () => {
    machine.answers["docker manifest"] = NO_REGISTRY;
    machine.found = { ...SET_UP, apt: false };
    expect((await check("image-source")).status).toBe("not-needed");
    machine.listed = [];
    expect(await check("image-source")).toMatchObject({ status: "blocking", code: "registry-unreachable" });
    machine.found = SET_UP;
    expect((await check("image-source")).found).toContain("stand-ins can be built");
  });

  test("of a lab that has nothing to do with them are not looked for", async () => {
    machine.listed = [];
    machine.answers["docker manifest"] = NO_REGISTRY;
    const stack = labOf({
      target: "virtualbox",
      hosts: [{ name: "pc", kind: "this-machine" }],
      guests: [{ name: "a" }],
    });
    for (const id of ["images", "image-source", "image-age", "compose"])
      expect([id, (await check(id, stack)).status]).toEqual([id, "not-needed"]);
  });

  test("from a registry that is asked for by name", async () => {
    machine.answers["docker manifest"] = NO_REGISTRY;
    machine.listed = [];
    const stack = labOf({ guests: [{ name: "a" }], images: { source: "registry" } });
    expect(await check("image-source", stack)).toMatchObject({
      status: "blocking",
      found: "the image registry does not answer: dial tcp: no such host",
    });
  });

  test("that are old when the class begins are told with the days; built ones are of the day", async () => {
    const pinned = Date.parse(officialSince());
    machine.now = () => pinned + 120.5 * 86_400_000;
    expect((await check("image-age")).status).toBe("ok");
    machine.now = () => pinned + 121 * 86_400_000;
    expect(await check("image-age")).toMatchObject({
      status: "warning",
      found: expect.stringMatching(
        /^the official images were pinned on \d{4}-\d\d-\d\d or later, 121 days before today$/,
      ),
      expected: "at most 120 days",
    });
    const calendar = {
      timeZone: "Asia/Tokyo",
      lessons: [{ start: "2036-01-18T10:00", end: "2036-01-18T17:00" }],
    };
    machine.now = () => pinned;
    expect((await check("image-age", labOf({ guests: [{ name: "a" }], calendar }))).found).toMatch(
      /days before the first lesson on 2036-01-18$/,
    );
    const built = labOf({ guests: [{ name: "a" }], images: { source: "distribution" } });
    expect((await check("image-age", built)).status).toBe("not-needed");
  });

  test("a package mirror that does not answer", async () => {
    machine.answers["docker manifest"] = NO_REGISTRY;
    machine.answers["apt-helper"] = { code: 100, stderr: "E: Failed to fetch" };
    machine.files["/usr/lib/apt/apt-helper"] = "";
    machine.files["/etc/os-release"] = "ID=debian\nVERSION_CODENAME=bookworm\n";
    machine.listed = [];
    expect(await check("image-source")).toMatchObject({
      status: "blocking",
      found: "no image registry answers (dial tcp: no such host), and E: Failed to fetch",
    });
    const call = machine.calls.find((line) => line.includes("apt-helper"));
    expect(call).toContain("http://deb.debian.org/debian/dists/bookworm/InRelease");
  });
});

describe("room", () => {
  test("too little blocks, little is a warning", async () => {
    machine.space["/var/lib/docker"] = 0.4 * GB;
    expect(await check("disk-docker")).toMatchObject({ status: "blocking", code: "disk-full" });
    machine.space["/var/lib/docker"] = 0.6 * GB;
    expect((await check("disk-docker")).status).toBe("warning");
    machine.space[HOME] = 10e6;
    expect((await check("disk-home")).status).toBe("blocking");
  });

  test("little memory is a warning: it is an estimate of what programs will take", async () => {
    machine.memory = 0.5 * GB;
    expect((await check("memory")).status).toBe("warning");
    machine.memory = undefined;
    expect((await check("memory")).found).toContain("24.0 GB in all");
  });

  test("Docker on another machine keeps its data where nobody sees it from here", async () => {
    machine.info = { ...DOCKER, Name: "docker-desktop" };
    expect((await check("disk-docker")).status).toBe("unknown");
  });

  test("the estimate grows with guests and stacks, and what stands costs no more", () => {
    const none = new Set<string>();
    const one = estimate(planOf("lab", { guests: [{ name: "a" }] }), none, false);
    const ten = estimate(planOf("lab", { teams: 10, guests: [{ name: "a" }] }), none, false);
    expect(ten.docker).toBe(10 * one.docker);
    // Measured: the course's images take 0.4 GB in a guest that loads them by itself.
    expect(estimate(planOf("lab", { guests: [{ name: "a" }] }), none, false, true).docker - one.docker).toBe(
      400e6,
    );
    const dev = devPlan();
    const all = new Set(dev.teams.flatMap((team) => team.guests.map((guest) => guest.objectName)));
    expect(estimate(dev, all, false).docker).toBe(0);
    expect(estimate(dev, none, true).docker).toBeGreaterThan(estimate(dev, none, false).docker);
    // Measured with the dev lab: 500 MB of memory for its two guests, and 195 MB on their disks, most of it WordPress's.
    expect(estimate(dev, none, false).memory).toBeGreaterThan(0.5 * GB);
    expect(estimate(dev, none, false).docker).toBeGreaterThan(0.195 * GB);
    expect([inWords(12_345_678), inWords(2.34e9)]).toEqual(["12 MB", "2.3 GB"]);
  });
});

describe("--fix", () => {
  const fix = { say: () => undefined, consent: true };

  test("asks set-up for what is missing only, then looks again; a repair is tried once", async () => {
    machine.found = { ...SET_UP, plugins: { expected: [], absent: ["docker 5.2.0"] } };
    const report = await doctor(file(), { machine, fix });
    expect(machine.calls.filter((call) => call.startsWith("node"))).toEqual([
      expect.stringMatching(/setup\/provide\.mjs --yes modules engine$/),
    ]);
    expect(report.checks.find((entry) => entry.id === "plugins")?.status).toBe("blocking");
    expect(doctorExitCode(report)).toBe(3);
  });

  test("without consent set-up has to ask", async () => {
    machine.found = { ...SET_UP, ssh: null };
    await doctor(file(), { machine, fix: { ...fix, consent: false } });
    expect(machine.calls.filter((call) => call.startsWith("node"))).toEqual([
      expect.stringMatching(/setup\/provide\.mjs docker$/),
    ]);
  });

  test("nothing of a lab is ever touched", async () => {
    machine.objects = [
      {
        kind: "volume",
        id: "dev-disk",
        name: "dev-disk",
        mark: { lab: "dev", id: "f".repeat(16), stack: "dev" },
        created: "",
      },
    ];
    machine.files[STATE] = "cut off";
    const report = await doctor(file(), { machine, fix });
    expect(report.repairs).toEqual([]);
    expect(machine.calls.filter((call) => /\b(rm|prune|stop|kill)\b/.test(call.replace("--rm", "")))).toEqual(
      [],
    );
  });
});

describe("the report", () => {
  const entry = (id: string, status: Check["status"], more: Partial<Check> = {}): Check => ({
    id,
    title: id.toUpperCase(),
    status,
    found: `found ${id}`,
    fixable: false,
    ...more,
  });
  const report: DoctorReport = {
    lab: "dev",
    checks: [
      entry("a", "ok"),
      entry("b", "warning", { fix: "Do b" }),
      entry("c", "blocking", { expected: "c", fix: "Do c", code: "disk-full" }),
      entry("d", "not-needed", { found: "why" }),
      entry("e", "unknown", { found: "no Docker" }),
      entry("f", "unknown", { found: "no Docker" }),
      entry("g", "blocking", { fixable: true }),
      entry("h", "ok"),
    ],
    repairs: [{ checks: ["x"], done: "x made" }],
  };

  test("what blocks comes first, then what is good to know, then in short what is fine", () => {
    expect(renderDoctor(report, "--stack dev", false)).toBe(`Lab "dev": 2 things in its way
  Mended: x made.
  ✗ C: found c. [disk-full]
    Expected c.
    Do c.
  ✗ G: found g.
  ! B: found b.
    Do b.
Fine: A, H.
Not needed, why: D.
Not looked at, no Docker: E, F.
Mend what blocks the lab, then run npx classlab doctor --stack dev again. npx classlab doctor --stack dev --fix mends: G. What the words in brackets mean: docs/causes.md.
`);
  });

  test("nothing in the way", () => {
    const good = { ...report, repairs: [], checks: report.checks.filter((one) => one.status === "ok") };
    expect(renderDoctor(good, "--stack dev", false)).toBe(
      'Lab "dev": this machine has what it needs\nFine: A, H.\nNothing is in the way: npx classlab up --stack dev.\n',
    );
  });

  test("plain where nobody looks at a terminal", () => {
    const text = renderDoctor(report, "--stack dev", false);
    expect(stripVTControlCharacters(text)).toBe(text);
  });

  test("as JSON", () => {
    expect(doctorJson(report)).toEqual({ schemaVersion: 1, ok: false, ...report });
  });

  test("said in whole sentences, whatever is wrong", async () => {
    machine.info = { ...DOCKER, Driver: "vfs", ServerVersion: "18.1" };
    machine.found = { ...SET_UP, ssh: null, modules: false };
    machine.files[STATE] = "";
    const real = await examine();
    for (const one of real.checks) {
      for (const text of [one.found, one.expected ?? "x", one.fix ?? "X"]) {
        expect(text).not.toMatch(/[.:]$|undefined|null|\[object|NaN/);
      }
      if (one.status === "blocking")
        expect(one).toMatchObject({ fix: expect.any(String), code: expect.any(String) });
    }
  });
});

describe("hosts over SSH", () => {
  const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEf6PqvlI6oXdQ9qOk9Sw32yIla9DhlKJMF6wjRNkEqQ";
  const lab = (host: object = { hostKey: key }) =>
    labOf({
      target: "libvirt",
      hosts: [{ kind: "existing", name: "rack", os: "linux", address: "192.0.2.7", user: "root", ...host }],
      guests: [{ name: "a" }],
    });
  const VERSION = "Running hypervisor: QEMU 7.2.22\nRunning against daemon: 9.0.0\n";

  test("one that answers, with its libvirt; this machine's is not asked", async () => {
    machine.answers = { "rack:env LC_ALL=C virsh": { stdout: VERSION } };
    const report = await examine(lab());
    const found = (id: string) => report.checks.find((entry) => entry.id === id);
    expect(found("hosts")).toMatchObject({
      status: "ok",
      found: "rack: known by key, and let the lab in",
    });
    expect(found("hosts-libvirt")).toMatchObject({
      status: "ok",
      found: "rack: libvirt 9.0.0 with QEMU 7.2.22",
    });
    expect(found("libvirt")?.status).toBe("not-needed");
  });

  test("one without a key in the lab's file", async () => {
    expect(await check("hosts", lab({}))).toMatchObject({ status: "blocking", code: "host-key-missing" });
    expect((await check("hosts-libvirt", lab({}))).status).toBe("unknown");
  });

  test("one that does not answer", async () => {
    const fault = {
      code: "host-unreachable",
      where: "host rack",
      what: "it does not answer",
      fix: "Switch it on",
    } as const;
    machine.unreached = new FaultError([fault]);
    expect(await check("hosts", lab())).toMatchObject({
      status: "blocking",
      code: "host-unreachable",
      found: "host rack: it does not answer",
      fix: "Switch it on",
    });
    expect(await check("hosts-libvirt", lab())).toMatchObject({
      status: "unknown",
      found: "host rack is not reached",
    });
  });

  test("one whose libvirt does not answer, and one that lacks packages: the command that mends it", async () => {
    machine.answers = { "rack:env LC_ALL=C virsh": { code: 1 } };
    expect(await check("hosts-libvirt", lab())).toMatchObject({
      status: "blocking",
      code: "libvirt-not-running",
      found: "host rack: libvirt does not answer there",
      fix: "On the host, run: sudo systemctl enable --now libvirtd; or here npx classlab up --yes, which does",
    });
    machine.answers["rack:sh -s"] = { stdout: "qemu-utils\n" };
    expect(await check("hosts-libvirt", lab())).toMatchObject({
      found: "host rack: packages are missing there: qemu-utils",
      fix: "On the host, run: sudo apt-get install --no-install-recommends qemu-utils; or here npx classlab up --yes, which does",
    });
  });
});

describe("hosts in clouds", () => {
  const nobody = async (): Promise<never> => {
    throw new FaultError([
      { code: "cloud-denied", where: "Amazon", what: "nobody is logged in", fix: "Log in" },
    ]);
  };
  const rows = async (config: object) => {
    const machine = new FakeMachine();
    machine.asked = [
      { cloud: "ec2", identity: nobody, offers: nobody, image: nobody, quotas: nobody, networks: nobody },
    ];
    const { checks } = await doctor({ ...file(), config: solid(parseLab(config)) }, { machine });
    const own = checks.filter(({ id }) => id.startsWith("cloud-"));
    return Object.fromEntries(own.map(({ id, status, found }) => [id, `${status}: ${found}`]));
  };
  const all = (finding: string) => ({
    "cloud-tunnel": "not-needed: no host is reached by Session Manager or Bastion",
    "cloud-rights": finding,
    "cloud-types": finding,
    "cloud-image": finding,
    "cloud-cpus": finding,
    "cloud-addresses": finding,
    "cloud-networks": finding,
  });

  test("missing credentials are one row, and all that needs them is unknown", async () => {
    expect(await rows(cloudLab([EC2]))).toEqual({
      "cloud-access": "blocking: Amazon: nobody is logged in",
      ...all("unknown: the cloud lets nobody in"),
    });
  });

  test("a lab without hosts in clouds asks none", async () => {
    const none = "not-needed: no host of the lab is in a cloud";
    expect(await rows({ teams: 1 })).toEqual({ "cloud-access": none, ...all(none) });
  });
});
