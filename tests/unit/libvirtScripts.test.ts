import { rmSync } from "node:fs";
import { join } from "node:path";
import { uuidOf } from "../../components/hypervisors/identity";
import { renderAdapters } from "../../components/hypervisors/libvirt/adaptersScript";
import { bridgeNameOf } from "../../components/hypervisors/libvirt/bridgeName";
import { cachedImage } from "../../components/hypervisors/libvirt/cache";
import { renderDiskScript } from "../../components/hypervisors/libvirt/diskScript";
import { renderHostScript } from "../../components/hypervisors/libvirt/hostScript";
import { renderMachineScript } from "../../components/hypervisors/libvirt/machineScript";
import { renderNetwork } from "../../components/hypervisors/libvirt/network";
import type { GuestNetworkSettings } from "../../components/hypervisors/libvirt/networkConfig";
import { renderNetworkScript } from "../../components/hypervisors/libvirt/networkScript";
import { poolName } from "../../components/hypervisors/libvirt/pool";
import { renderReady } from "../../components/hypervisors/libvirt/readyScript";
import { renderSeed } from "../../components/hypervisors/libvirt/seed";
import { renderSeedMedium } from "../../components/hypervisors/libvirt/seedMedium";
import { sshKeyFromSeed } from "../../components/sshKey";
import type { GuestPlan } from "../../course/plan";
import { FakeLibvirt } from "./fakeLibvirt";
import { guestOf, libvirtPlan, MARK, switchOf, TCG } from "./libvirtLab";
import { FakeShell, SHELLS, type ShellRun } from "./shell";

// What these tests do not prove: that libvirt does what it is told; real guests do.
const PLAN = libvirtPlan();
const GUEST = guestOf(PLAN, "plain");
const NAME = GUEST.objectName;
const IMAGE = "0123456789abcdef";
const SETTINGS = { ...TCG, boot: cachedImage(IMAGE).boot, base: cachedImage(IMAGE).disk };
const NETWORK: GuestNetworkSettings = {
  mark: MARK,
  slot: 1,
  switches: PLAN.switches,
  dns: [],
  roomDhcp: false,
};
const HOST_KEY = sshKeyFromSeed(Buffer.alloc(32, 7).toString("base64"), "plain");
const HASH = `$6$rounds=1000$salt$${"x".repeat(86)}`;
const KEY = "ssh-ed25519 AAAA classlab:lab/team-01";
const SEED = renderSeed(GUEST, {
  ...NETWORK,
  authorizedKeys: [KEY],
  channelKeys: [KEY],
  passwordHash: HASH,
  hostKey: HOST_KEY,
});

let fake: FakeLibvirt;
beforeEach(() => {
  fake = new FakeLibvirt();
});
afterEach(() => FakeShell.disposeAll());

const { changes } = FakeLibvirt;

function expectJson(run: ShellRun, value: unknown): void {
  expect(run.stderr).toBe("");
  expect(run.code).toBe(0);
  expect(run.stdout).toMatch(/^[^\n]+\n$/);
  expect(JSON.parse(run.stdout)).toEqual(value);
}

function expectFailure(run: ShellRun, words: string): void {
  expect(run.code).toBe(1);
  expect(run.stderr).toBe(`${words}\n`);
  expect(run.stdout).toBe("");
}

describe.each(SHELLS)("under %s", (shell) => {
  describe("a network", () => {
    const LAN = switchOf(PLAN, "bridged");
    const name = LAN.objectName;
    const xml = renderNetwork(LAN, { mark: MARK, uplink: { kind: "lab-bridge" } });
    const run = (word: string) => fake.run(shell, renderNetworkScript({ mark: MARK, name, xml }), word);
    const stranger = () => fake.write(`nets/${name}`, "11111111-2222-3333-4444-555555555555\n");

    test("is made, started, and starts with the host; once more, nothing is started again", () => {
      expectJson(run("apply"), { network: name, ways: [] });
      expect(fake.read(`nets/${name}.xml`)).toBe(xml);
      const again = run("apply");
      expectJson(again, { network: name, ways: [] });
      expect(changes(again)).toEqual(["net-define|--validate|/dev/stdin", `net-autostart|${name}`]);
    });

    test("one of that name that is not the lab's is in the way, and left", () => {
      stranger();
      const made = run("apply");
      expectFailure(
        made,
        `object-in-the-way: network ${name}: it is not of this lab (its UUID is 11111111-2222-3333-4444-555555555555) and has the name that the lab's own needs`,
      );
      expect(changes(made)).toEqual([]);
      const removed = run("remove");
      expectJson(removed, { network: false });
      expect(changes(removed)).toEqual([]);
    });

    test("of NAT reaches the bridge that stands in for the LAN, by one rule that goes with it", () => {
      const nat = switchOf(PLAN, "nat-network");
      const made = {
        mark: MARK,
        name: nat.objectName,
        xml: renderNetwork(nat, { mark: MARK, uplink: { kind: "lab-bridge" } }),
      };
      const words = (word: string) =>
        fake.run(shell, renderNetworkScript({ ...made, reaches: [name] }), word);
      const rule = `${bridgeNameOf(MARK, nat.objectName)} ${bridgeNameOf(MARK, name)}`;
      fake.write("rules", "docker0 eth0\n");
      const told = { network: nat.objectName, ways: [bridgeNameOf(MARK, name)] };
      expectJson(words("apply"), told);
      expectJson(words("apply"), told);
      expect(fake.read("rules")).toBe(`docker0 eth0\n${rule}\n`);
      expectJson(words("remove"), { network: false });
      expect(fake.read("rules")).toBe("docker0 eth0\n");
      fake.write("no-rules", "");
      expectFailure(
        words("apply"),
        `host-not-ready: the packet filter does not let ${rule.replace(" ", " reach ")}`,
      );
    });

    test("whose subnet an interface has is told as that; what else libvirt says, in its own words", () => {
      fake.write(
        "fails-net-start",
        "error: Failed to start network lab-bridged\nerror: internal error: Network is already in use by interface br0\n",
      );
      expectFailure(run("apply"), `subnet-in-use: ${name}: its subnet is that of interface br0`);
      fake.write("fails-net-start", "error: no dnsmasq\n");
      expectFailure(run("apply"), "error: no dnsmasq");
    });

    test("a bridge that stands already is in the way", () => {
      const bridge = bridgeNameOf(MARK, name);
      fake.write(`sys/${bridge}/brif/vnet0`, "");
      const made = run("apply");
      expect(made.code).toBe(1);
      expect(made.stderr).toContain(
        `object-in-the-way: bridge ${bridge}: it stands already, and network ${name}`,
      );
      expect(fake.has(`nets/${name}.on`)).toBe(false);
    });

    test("is removed when it is ours, and again when it is gone", () => {
      run("apply");
      const removed = run("remove");
      expectJson(removed, { network: false });
      expect(changes(removed)).toEqual([`net-destroy|${name}`, `net-undefine|${name}`]);
      expectJson(run("remove"), { network: false });
    });

    test("is not removed from under a stranger's guest, and is from under the lab's own", () => {
      run("apply");
      fake.write("ports", "vm-of-somebody\n");
      expectFailure(
        run("remove"),
        `network ${name} is not removed: guest vm-of-somebody, which is not of this lab, is on it`,
      );
      expect(fake.has(`nets/${name}.on`)).toBe(true);
      fake.write("marks/vm-of-somebody", `<owner classlab.id="${MARK.id}"/>`);
      expectJson(run("remove"), { network: false });
    });

    test.each(["apply", "remove"])("libvirt that does not answer is the cause: %s", (word) => {
      fake.write("silent", "");
      expectFailure(run(word), "libvirt-not-answering: error: failed to connect to the hypervisor");
    });
  });

  describe("a host", () => {
    const pool = poolName(MARK);
    const run = (word: string) => fake.run(shell, renderHostScript(MARK, IMAGE), word);
    const cached = () => {
      for (const file of ["disk.qcow2", "vmlinuz", "initrd.img"])
        fake.write(`images/classlab-cache/${IMAGE}/${file}`, "");
    };

    test("has the image and the lab's pool", () => {
      cached();
      const made = run("apply");
      expectJson(made, { pool });
      expect(changes(made)).toEqual([
        "pool-define|--validate|/dev/stdin",
        `pool-build|${pool}`,
        `pool-start|${pool}`,
        `pool-autostart|${pool}`,
      ]);
      expect(changes(run("apply"))).toEqual(["pool-define|--validate|/dev/stdin", `pool-autostart|${pool}`]);
    });

    test("without a file of the image nothing is made", () => {
      cached();
      rmSync(join(fake.folder, `images/classlab-cache/${IMAGE}/initrd.img`));
      const made = run("apply");
      expect(made.code).toBe(1);
      expect(made.stderr).toMatch(
        new RegExp(
          `^image-missing: machine:${IMAGE} \\(\\S+/initrd.img is not on this host\\). Run: npx classlab images\n$`,
        ),
      );
      expect(changes(made)).toEqual([]);
    });

    test("a pool goes when it is empty; one that holds something says what", () => {
      cached();
      run("apply");
      fake.write(`images/${pool}/left.qcow2`, "");
      fake.write(`images/${pool}/other.iso`, "");
      expectFailure(run("remove"), `pool ${pool} is not removed: it still holds left.qcow2, other.iso`);
      rmSync(join(fake.folder, `images/${pool}/left.qcow2`));
      rmSync(join(fake.folder, `images/${pool}/other.iso`));
      const removed = run("remove");
      expectJson(removed, { pool: false });
      expect(changes(removed)).toEqual([
        `pool-destroy|${pool}`,
        `pool-delete|${pool}`,
        `pool-undefine|${pool}`,
      ]);
      expectJson(run("remove"), { pool: false });
    });
  });

  describe("a disk", () => {
    const pool = poolName(MARK);
    const script = (guest: GuestPlan = GUEST) =>
      renderDiskScript(guest, { mark: MARK, image: IMAGE, seed: SEED, sharedFolders: TCG.sharedFolders });
    const run = (word: string, guest?: GuestPlan) => fake.run(shell, script(guest), word);
    const [disk, seed] = [`${NAME}-disk.qcow2`, `${NAME}-seed.iso`];
    beforeEach(() => {
      fake.write(`pools/${pool}`, uuidOf(MARK, "pool", pool));
      fake.write(`pools/${pool}.on`, "");
      fake.write(`images/${pool}/other.qcow2`, "");
    });

    test("is made once; the seed is written each time, whole, padded to its size", () => {
      const made = run("apply");
      expectJson(made, { disk: true });
      expect(fake.list(`images/${pool}`)).toEqual([disk, seed, "other.qcow2"].sort());
      const content = fake.read(`images/${pool}/${seed}`);
      expect(content).toHaveLength(1024 * 1024);
      expect(content.replaceAll("\0", "")).toBe(
        fake.here(SEED["user-data"] + SEED["meta-data"] + SEED["network-config"]),
      );
      const again = run("apply");
      expectJson(again, { disk: true });
      expect(changes(again).map((call) => call.split("|")[0])).toEqual(["vol-upload"]);
    });

    test("no secret is in a command line, and none is left behind", () => {
      const { calls } = run("apply");
      expect(calls.join("\n")).not.toMatch(/PRIVATE KEY|\$6\$/);
      const [upload = ""] = calls.filter(
        (call) => call.includes("|vol-upload|") || call.includes("vol-upload|"),
      );
      const work = /\|([^|]*)\/seed\.iso\|/.exec(upload)?.[1];
      expect(work).toMatch(/^\/\S+$/);
      expect(fake.run(shell, `[ ! -e '${work}' ]`).code).toBe(0);
    });

    test("goes with its seed and nothing else; again, and without a pool, it is gone", () => {
      run("apply");
      const removed = run("remove");
      expectJson(removed, { disk: false });
      expect(changes(removed)).toEqual([
        `vol-delete|${disk}|--pool|${pool}`,
        `vol-delete|${seed}|--pool|${pool}`,
      ]);
      expectJson(run("remove"), { disk: false });
      rmSync(join(fake.folder, `pools/${pool}.on`));
      expectJson(run("remove"), { disk: false });
    });

    test("one that is smaller than its image is refused", () => {
      expectFailure(
        run("apply", { ...GUEST, disk: { ...GUEST.disk, size: 1 } }),
        "the disk of 1 GiB is smaller than the image that it begins with (2147483648 bytes)",
      );
    });

    test("a copy has its name only when it is whole", () => {
      fake.program(
        "qemu-img",
        `#!/bin/sh\ncase $1 in convert) for file in "$@"; do :; done; : > "$file" ;; resize) exit 7 ;; esac\n`,
      );
      const fixed = { ...GUEST, disk: { ...GUEST.disk, allocation: "fixed" } } as const;
      expect(run("apply", fixed).code).toBe(7);
      expect(fake.has(`images/${pool}/${disk}`)).toBe(false);
      fake.program(
        "qemu-img",
        `#!/bin/sh\ncase $1 in convert) for file in "$@"; do :; done; : > "$file" ;; esac\n`,
      );
      expectJson(run("apply", fixed), { disk: true });
      expect(fake.list(`images/${pool}`)).toEqual([disk, seed, "other.qcow2"].sort());
    });

    test("a shared folder is made with it, and goes with it", () => {
      const desk = guestOf(PLAN, "desk");
      expectJson(run("apply", desk), { disk: true });
      expect(fake.has(`srv/${desk.objectName}`)).toBe(true);
      expectJson(run("remove", desk), { disk: false });
      expect(fake.has("srv")).toBe(false);
    });

    test("without the pool the host is named as the cause", () => {
      rmSync(join(fake.folder, `pools/${pool}.on`));
      expectFailure(
        run("apply"),
        `host-not-ready: pool ${pool} is not on: it is made with what all guests of the host share`,
      );
    });
  });

  test("a seed with the line that ends its files is refused", () => {
    expect(() => renderSeedMedium({ ...SEED, "meta-data": "a\nEND_OF_FILE_OF_THE_SEED\nb\n" })).toThrow(
      new Error("the seed's meta-data has the line that ends it"),
    );
  });

  describe("a machine", () => {
    const run = (word: string) => fake.run(shell, renderMachineScript(GUEST, SETTINGS), word);

    test("is defined, started and starts with the host; one that stands keeps its definition", () => {
      const made = run("apply");
      expectJson(made, { machine: NAME });
      expect(changes(made)).toEqual(["define|--validate|/dev/stdin", `autostart|${NAME}`, `start|${NAME}`]);
      expect(changes(run("apply"))).toEqual([`autostart|${NAME}`]);
    });

    test("begins with an empty console where one of its name is gone; one that stands keeps its own", () => {
      const console = `log/${NAME}.console.log`;
      fake.write(console, "Kernel panic - not syncing: of a guest that is gone\n");
      run("apply");
      expect(fake.has(console)).toBe(false);
      fake.write(console, "its own\n");
      run("apply");
      expect(fake.read(console)).toBe("its own\n");
    });

    test.each([
      ["shut off", ["start"]],
      ["crashed", ["start"]],
      ["paused", ["resume"]],
      ["pmsuspended", ["dompmwakeup"]],
      ["idle", []],
    ])("one that is %s", (state, verbs) => {
      run("apply");
      fake.write("state", `${state}\n`);
      expect(changes(run("apply")).slice(1)).toEqual(verbs.map((verb) => `${verb}|${NAME}`));
    });

    test("libvirt's own words where it does not start", () => {
      fake.write("fails-start", "error: internal error: no network with matching name\n");
      expectFailure(run("apply"), "error: internal error: no network with matching name");
    });

    test("what it has written is on its disk before it goes, its console's log goes with it", () => {
      run("apply");
      for (const log of [".console.log", ".log", "-fs0-virtiofsd.log"]) fake.write(`log/${NAME}${log}`, "");
      fake.write(`run/${NAME}.channel.0`, "");
      fake.write("log/other.console.log", "");
      fake.write("fails-domfsfreeze", "error: guest agent is not connected\n");
      const removed = run("remove");
      expectJson(removed, { machine: false });
      expect(changes(removed)).toEqual([
        `domfsfreeze|${NAME}`,
        `destroy|${NAME}`,
        `undefine|${NAME}|--managed-save|--snapshots-metadata|--checkpoints-metadata|--nvram`,
      ]);
      expect([fake.list("log"), fake.list("run")]).toEqual([["other.console.log"], []]);
      expectJson(run("remove"), { machine: false });
    });

    test("what it leaves goes also where a run that was killed took the machine and no more", () => {
      fake.write(`log/${NAME}.console.log`, "");
      fake.write(`run/${NAME}.channel.0`, "");
      expectJson(run("remove"), { machine: false });
      expect([fake.list("log"), fake.list("run")]).toEqual([[], []]);
    });

    test("one of that name that is not the lab's is in the way, and left", () => {
      fake.write(`domains/${NAME}`, "11111111-2222-3333-4444-555555555555\n");
      expect(run("apply").stderr).toContain(`object-in-the-way: guest ${NAME}: it is not of this lab`);
      fake.write(`log/${NAME}.console.log`, "theirs\n");
      const removed = run("remove");
      expectJson(removed, { machine: false });
      expect(changes(removed)).toEqual([]);
      expect(fake.read(`log/${NAME}.console.log`)).toBe("theirs\n");
    });
  });

  describe("readiness", () => {
    const ARGS = {
      lab: "lab",
      authorizedKey: KEY,
      hostKey: HOST_KEY,
      passwordHash: HASH,
      sharedBy: "9p" as const,
    };
    const run = () => fake.run(shell, renderReady(GUEST, SETTINGS, ARGS));
    const log = (text: string) => fake.write(`log/${NAME}.console.log`, text);
    beforeEach(() => {
      fake.write(`domains/${NAME}`, "");
      fake.write(`domains/${NAME}.on`, "");
    });
    const notReady = (cause: string, tail: string) =>
      `guest-not-ready: ${NAME}: ${cause}. Last lines of its console:${tail}`;

    test("the guest's own answer is the script's", () => {
      fake.write("ssh.sh", "echo '{\"ready\":true}'");
      const ready = run();
      expectJson(ready, { ready: true });
      expect(fake.read("told")).toContain(HASH);
      expect(ready.calls.join("\n")).not.toMatch(/PRIVATE KEY|\$6\$/);
    });

    test("a libvirt that ends meanwhile is the cause, not the guest", () => {
      fake.write("ssh.sh", "exit 255");
      fake.write("silent", "");
      expectFailure(run(), "libvirt-not-answering: error: failed to connect to the hypervisor");
    });

    test("a channel that does not answer yet is tried again", () => {
      fake.write("ssh.sh", `[ -e "$FAKE/tried" ] || { : > "$FAKE/tried"; exit 255; }\necho '{"ready":true}'`);
      const ready = run();
      expectJson(ready, { ready: true });
      expect(ready.calls.filter((call) => call.startsWith("host ssh|"))).toHaveLength(2);
    });

    test("a guest that has another key is told the new one by its agent", () => {
      fake.write(
        "ssh.sh",
        `[ -e "$FAKE/tried" ] || { : > "$FAKE/tried"; echo "root@x: Permission denied (publickey)." >&2; exit 255; }\necho '{"ready":true}'`,
      );
      const ready = run();
      expectJson(ready, { ready: true });
      const [told = ""] = changes(ready);
      expect(told).toMatch(/^qemu-agent-command\|--timeout\|10\|/);
      const asked = JSON.parse(told.split("|").at(-1) ?? "");
      expect(Buffer.from(asked.arguments["input-data"], "base64").toString()).toBe(`${KEY}\n`);
      expect(asked.arguments.arg).toEqual([
        "-c",
        "umask 077; cat > /etc/classlab/channel_keys".replace("/etc/", `${fake.folder}/root/etc/`),
      ]);
    });

    test.each([
      [
        "running (booted)\n",
        "[ 1.0] Kernel panic - not syncing: VFS",
        "its start came to an end ([ 1.0] Kernel panic - not syncing: VFS)",
      ],
      [
        "running (booted)\n",
        "[ 1.0] ALERT! /dev/vda does not exist. Dropping to a shell!",
        "its start came to an end ([ 1.0] ALERT! /dev/vda does not exist. Dropping to a shell!)",
      ],
      [
        "running (booted)\n",
        "classlab: the disk /dev/vda cannot be mounted\n[ 1.0] Kernel panic - not syncing: sysrq",
        "its start came to an end (classlab: the disk /dev/vda cannot be mounted)",
      ],
    ])("a start that came to its end is seen while the channel is waited for", (state, words, cause) => {
      fake.write("state", state);
      fake.write("ssh.sh", "exec /bin/sleep 10");
      log(
        `[0.0] Linux version 6.1\n[0.5] Kernel panic - not syncing: of the start before\n[0.0] Linux version 6.1\nVFS: no root\n${words}\n[ 1.1]  ? a trace of the kernel\n`,
      );
      const started = Date.now();
      expectFailure(run(), notReady(cause, `\n[0.0] Linux version 6.1\nVFS: no root\n${words}`));
      expect(Date.now() - started).toBeLessThan(8000);
    });

    test.each([
      ["shut off (crashed)\n", "its kernel crashed"],
      [
        "paused (I/O error)\n",
        "it stands still since its disk could not be written: the host has no room, or the disk is damaged",
      ],
      ["shut off (destroyed)\n", "it does not run (shut off (destroyed))"],
    ])("a guest that is %s", (state, cause) => {
      fake.write("state", state);
      fake.write("ssh.sh", "exec /bin/sleep 10");
      log("\u001b[0;32mlast words\u001b[0m\r\n");
      expectFailure(run(), notReady(cause, "\nlast words"));
    });

    test("what went wrong inside is the cause", () => {
      fake.write("ssh.sh", "echo 'its first start had errors: no such module' >&2\nexit 1");
      expectFailure(run(), notReady("its first start had errors: no such module", ""));
    });

    test("a guest that is gone is named", () => {
      rmSync(join(fake.folder, `domains/${NAME}`));
      fake.write("ssh.sh", "exec /bin/sleep 10");
      expectFailure(run(), notReady(`the host does not have it: error: failed to get ${NAME}`, ""));
    });
  });

  describe("adapters", () => {
    const desk = guestOf(PLAN, "desk");
    const run = (adapters: GuestPlan["adapters"], word = "apply") =>
      fake.run(shell, renderAdapters({ ...desk, adapters }, NETWORK, SETTINGS), word);
    const cards = (way: "" | "--inactive") =>
      fake
        .read(`domains/${desk.objectName}.cards${way}`)
        .split("\n")
        .filter(Boolean)
        .map((line) => line.split(" ").slice(2, 4).join(" "));
    beforeEach(() => {
      fake.write(`domains/${desk.objectName}`, "");
      fake.write(`domains/${desk.objectName}.on`, "");
    });
    const PLANNED = ["lab_unplugged down", "lab-team-01-internal up", "lab-team-01-nat-network up"];

    test("are made where there are none, in what runs and in what is defined", () => {
      expectJson(run(desk.adapters), { adapters: true });
      expect(cards("")).toEqual(PLANNED);
      expect(cards("--inactive")).toEqual(PLANNED);
      expect(fake.read("told")).toContain("netplan apply");
    });

    test("are moved where they are, and taken out when the plan has them no more", () => {
      run(desk.adapters);
      const [, second] = desk.adapters;
      if (!second) throw new Error("no second adapter");
      const moved = run([second]);
      expectJson(moved, { adapters: true });
      expect(cards("")).toEqual(["lab-team-01-internal up"]);
      expect(cards("--inactive")).toEqual(["lab-team-01-internal up"]);
      expect(changes(moved).filter((call) => call.startsWith("attach"))).toEqual([]);
    });

    test("whose network was made anew under the running guest come to it by way of another; others stay where they are", () => {
      run(desk.adapters);
      const file = `domains/${desk.objectName}.cards`;
      const lines = fake.read(file).split("\n");
      fake.write(file, lines.map((line, index) => line.replace(/^-/, `vnet${index}`)).join("\n"));
      fake.write("sys/vnet1/mtu", "1500");
      fake.write("sys/vnet2/master/mtu", "1500");
      const again = run(desk.adapters);
      expectJson(again, { adapters: true });
      expect(cards("")).toEqual(expect.arrayContaining(PLANNED));
      const parked = changes(again).filter((call) => /update-device.*parked/.test(call));
      expect(parked).toHaveLength(1);
      const [, second] = desk.adapters;
      expect(fake.read("parked")).toContain(second?.mode === "disabled" ? "?" : second?.mac);
    });

    test("leave their switches when they are removed, without a word to the guest; one that is gone has none", () => {
      run(desk.adapters);
      const removed = run(desk.adapters, "remove");
      expectJson(removed, { adapters: false });
      expect(cards("")).toEqual(PLANNED.map(() => "lab_unplugged down"));
      expect(removed.calls.filter((call) => call.startsWith("host ssh|"))).toEqual([]);
      rmSync(join(fake.folder, `domains/${desk.objectName}`));
      expectJson(run(desk.adapters, "remove"), { adapters: false });
      expectFailure(run(desk.adapters), `guest ${desk.objectName} is absent`);
    });

    test("of a guest that is off are changed in what is defined alone", () => {
      rmSync(join(fake.folder, `domains/${desk.objectName}.on`));
      expectJson(run(desk.adapters, "remove"), { adapters: false });
      expect([cards(""), cards("--inactive")]).toEqual([[], PLANNED.map(() => "lab_unplugged down")]);
    });

    test("one that the guest does not let go is off the wire, and named", () => {
      run(desk.adapters);
      fake.write("holds", "");
      const moved = run(desk.adapters.slice(0, 2));
      const mac = desk.adapters[2]?.mode === "disabled" ? "" : desk.adapters[2]?.mac;
      expectFailure(moved, `guest ${desk.objectName} does not let its adapter ${mac} go`);
      expect(changes(moved)).toContain(`domif-setlink|${desk.objectName}|${mac}|down`);
    });
  });
});
