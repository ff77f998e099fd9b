import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { bridgeNameOf } from "../../components/hypervisors/libvirt/bridgeName";
import { cachedImage } from "../../components/hypervisors/libvirt/cache";
import { probeAcceleration } from "../../operations/acceleration";
import { noteImage } from "../../operations/machineCache";
import { execute, type Finished, output } from "../support/cli";
import { SmallDisk } from "../support/smallDisk";
import { LIBVIRT, virsh } from "../support/targets/libvirt";
import { SKIP_LIBVIRT, TestLab } from "../support/testLab";
import { told } from "../support/told";

// What fails on a host of libvirt, one thing after the other, with one lab: first what is refused before a machine runs, then a machine that
// does not start, then two labs beside one another. Only the two of the end start to the last.
const suite = SKIP_LIBVIRT ? describe.skip : describe;

const LAB = "ivtrouble";
const NET = "192.168.226";
const LAN = `${LAB}-lan`;
const GUEST = `${LAB}-team-01-web`;

/** An image whose files are this test's: it has the disk and the kernel of the real one, and what the test makes of them. */
const BAD = "0badba5e0000000000000000";

/** Hides this machine's libvirt, and what could start another, from what it is put before; the machine's own goes on. */
const WITHOUT_LIBVIRT = [
  "unshare",
  "--mount",
  "--propagation",
  "private",
  "sh",
  "-c",
  'mount -t tmpfs none /run/libvirt && mount --bind /bin/false /usr/sbin/libvirtd && mount --bind /bin/false /usr/sbin/virtlogd && exec "$@"',
  "sh",
];

suite("trouble with libvirt", () => {
  // Of what runs in a guest nothing is told here.
  const config = (net: string) => TestLab.smallConfig(net, [], LIBVIRT);
  const lab = new TestLab(LAB, config(NET), LIBVIRT);
  const second = new TestLab("ibeside", config(NET), LIBVIRT);
  const bad = cachedImage(BAD);
  let id: string;

  const up = () => lab.run("up", "--yes");
  const standing = () => LIBVIRT.standing(LAB);
  const place = () => `/var/lib/libvirt/images/classlab-${id}-${LAB}`;

  /** Has the lab's record say that its machines begin with the test's image. */
  async function takeBadImage(): Promise<void> {
    const exported = await lab.pulumi("stack", "export");
    const state: {
      deployment: {
        resources: {
          type: string;
          inputs: { libvirt?: { image: string } };
          outputs: { libvirt?: { image: string } };
        }[];
      };
    } = JSON.parse(exported.stdout);
    const record = state.deployment.resources.find(({ type }) => type === "classlab:index:LabRecord");
    const real = record?.inputs.libvirt?.image ?? "";
    const file = join(lab.folder, "state.json");
    writeFileSync(file, exported.stdout.replaceAll(real, BAD));
    expect((await lab.pulumi("stack", "import", "--file", file)).code).toBe(0);
    rmSync(bad.folder, { recursive: true, force: true });
    mkdirSync(bad.folder);
    const good = cachedImage(real);
    symlinkSync(good.disk.path, bad.disk.path);
    linkSync(join(good.folder, "vmlinuz"), join(bad.folder, "vmlinuz"));
    writeFileSync(join(bad.folder, "initrd.img"), "no initramfs\n".repeat(5000));
  }

  beforeAll(async () => {
    await execute("virsh", ["-q", "-c", "qemu:///system", "net-undefine", "itroublelan"]);
  });

  afterAll(async () => {
    await lab.dispose();
    await second.dispose();
    await SmallDisk.unmountBelow("/var/lib/libvirt/images/classlab-itrouble");
    rmSync(bad.folder, { recursive: true, force: true });
    await execute("virsh", ["-q", "-c", "qemu:///system", "net-undefine", LAN]);
  }, 300_000);

  test("a libvirt that does not answer and cannot be started: named with what to do, nothing made", async () => {
    lab.through = WITHOUT_LIBVIRT;
    let refused: Finished;
    try {
      refused = await up();
    } finally {
      lab.through = [];
    }
    expect(told(refused)).toMatch(/^this machine: .*libvirt.*\[libvirt-not-running\]$/);
    expect(refused.code).toBe(3);
    expect(await standing()).toEqual([]);
    expect((await virsh("version")).length).toBeGreaterThan(0);
  }, 300_000);

  test("a network of somebody else's with the name that ours needs: refused by name, theirs stays", async () => {
    const file = join(lab.folder, "theirs.xml");
    writeFileSync(file, `<network><name>${LAN}</name><bridge name='itroubleother'/></network>`);
    await virsh("net-define", file);
    const uuid = await virsh("net-uuid", LAN);
    const refused = await up();
    expect(told(refused)).toBe(
      `virtual network ${LAN}: it is not classlab's and has the name that the lab's own needs. Rename or remove it, or give the lab another name. [object-in-the-way]`,
    );
    expect(await virsh("net-uuid", LAN)).toBe(uuid);
    await virsh("net-undefine", LAN);
    expect(await standing()).toEqual([]);
  }, 300_000);

  test("a bridge of somebody else's with the name that ours needs: refused by name, theirs stays", async () => {
    // The lab's id outlives a run that made nothing.
    const kept = join(lab.folder, "home/state/.pulumi/stacks/classlab", `${LAB}.pulumi-tags`);
    id = /"classlab:id":"([0-9a-f]{16})"/.exec(readFileSync(kept, "utf8"))?.[1] ?? "";
    expect(id).toHaveLength(16);
    const bridge = bridgeNameOf({ id }, LAN);
    await output("ip", ["link", "add", bridge, "type", "bridge"]);
    try {
      const refused = await up();
      expect(told(refused)).toBe(
        `bridge ${bridge}: it stands already, and network ${LAN} needs it. If nothing uses it: ip link delete ${bridge}. Rename or remove it, or give the lab another name. [object-in-the-way]`,
      );
      expect(existsSync(`/sys/class/net/${bridge}`)).toBe(true);
    } finally {
      await execute("ip", ["link", "delete", bridge]);
    }
  }, 300_000);

  test("no room where disks are: told with how much is free there, no half disk", async () => {
    // What came of the run before the bridge was in the way goes first; then the pool's folder is on a disk of this test's.
    expect((await lab.run("down", "--yes")).code).toBe(0);
    expect(await standing()).toEqual([]);
    mkdirSync(place(), { mode: 0o711 });
    const disk = await SmallDisk.make(`/var/lib/libvirt/images/classlab-itrouble`, 24);
    await output("mount", ["--bind", disk.folder, place()]);
    try {
      await disk.fill(0);
      const refused = await up();
      expect(told(refused)).toMatch(
        /; there are [\d.]+ ?k?B free in \/var\/lib\/libvirt\/images, where disks of virtual machines are\. .*\[disk-full\]$/i,
      );
      expect(refused.code).toBe(1);
    } finally {
      await output("umount", [place()]);
      await disk.dispose();
    }
    expect((await standing()).filter((line) => /^(domain|volume)/.test(line))).toEqual([]);
  }, 300_000);

  test("a machine whose start ends in a kernel panic: the cause and the end of its console, long before the deadline", async () => {
    await takeBadImage();
    const started = performance.now();
    const refused = await up();
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/\[guest-not-ready\]$/m);
    expect(refused.stderr).toMatch(/Kernel panic - not syncing: VFS: Unable to mount root fs/);
    // An emulated machine has 900 s.
    expect((performance.now() - started) / 1000).toBeLessThan(300);
  }, 600_000);

  test("an image that was cut off, with a disk on it: refused, and named with whose it is; without one it is made anew or found", async () => {
    await noteImage(bad);
    truncateSync(join(bad.folder, "initrd.img"), 1000);
    const refused = await up();
    expect(told(refused)).toBe(
      `image machine: ${bad.folder}/initrd.img has 1000 bytes, not 65000; the disks of 1 guest(s) begin with it: ${GUEST}-disk.qcow2. Take the labs of these guests down, and run the command again: the image is made anew. [image-damaged]`,
    );
    expect((await lab.run("down", "--yes")).code).toBe(0);
    expect(await standing()).toEqual([]);
  }, 300_000);

  test("a second lab on the same subnet is refused in words", async () => {
    // The first has to stand there, with or without a machine.
    const file = join(lab.folder, "lan.xml");
    writeFileSync(
      file,
      `<network><name>itroublelan</name><bridge name='itroublebr'/><ip address='${NET}.1' prefix='24'/></network>`,
    );
    await virsh("net-define", file);
    await virsh("net-start", "itroublelan");
    try {
      const refused = await second.run("up", "--yes");
      expect(told(refused)).toBe(
        "network ibeside-lan: its subnet is that of interface itroublebr. Expected a subnet that nothing else on the host uses. Give the switch another subnet, and the guests' addresses on it with it. [subnet-in-use]",
      );
    } finally {
      await virsh("net-destroy", "itroublelan");
      await virsh("net-undefine", "itroublelan");
    }
  }, 120_000);

  test("two labs with the same names of guests stand beside one another; taking one down leaves the other", async () => {
    writeFileSync(second.file, config("192.168.227"));
    const acceleration = await probeAcceleration();
    const [first, other] = await Promise.all([up(), second.run("up", "--yes")]);
    expect([
      first.code,
      other.code,
      first.code === 0 ? "" : first.stderr,
      other.code === 0 ? "" : other.stderr,
    ]).toEqual([0, 0, "", ""]);
    // Once for each lab, when it is made: the second has heard it before it was refused.
    const warned = /virtual machines: without KVM, by emulation: several times as slow\. /;
    expect(warned.test(first.stderr)).toBe(acceleration.kind === "tcg");
    const names = (await virsh("list", "--name")).split("\n");
    expect(names).toEqual(expect.arrayContaining([GUEST, "ibeside-team-01-web"]));
    const before = await LIBVIRT.standing("ibeside");
    expect((await lab.run("down", "--yes")).code).toBe(0);
    expect(await standing()).toEqual([]);
    expect(await LIBVIRT.standing("ibeside")).toEqual(before);
    expect((await second.run("status")).code).toBe(0);
    expect((await second.run("down", "--yes")).code).toBe(0);
    expect(await LIBVIRT.standing("ibeside")).toEqual([]);
  }, 1_800_000);
});
