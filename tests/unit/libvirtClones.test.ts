import { renderBaseScript } from "../../components/hypervisors/libvirt/baseScript";
import { cachedImage } from "../../components/hypervisors/libvirt/cache";
import { renderDiskScript } from "../../components/hypervisors/libvirt/diskScript";
import { renderDomain } from "../../components/hypervisors/libvirt/domain";
import { poolFolder, poolName } from "../../components/hypervisors/libvirt/pool";
import { renderMetaData } from "../../components/hypervisors/libvirt/seed";
import { renderSnapshot } from "../../components/hypervisors/libvirt/snapshotScript";
import { FakeLibvirt } from "./fakeLibvirt";
import { guestOf, KVM, libvirtFaults, libvirtPlan, MARK, NO_SCHEMAS, TCG, testWith } from "./libvirtLab";
import { FakeShell, SHELLS } from "./shell";

// What these tests do not prove: that libvirt does what it is told; real guests do.
const PLAN = libvirtPlan({
  guests: [
    {
      name: "plain",
      memory: 1024,
      adapters: [{ switch: "bridged" }],
      snapshots: ["snapshot1"],
      clones: [{ name: "copy" }, { name: "link", kind: "linked" }],
    },
    { name: "fixed", disk: { allocation: "fixed" }, clones: [{ name: "link2", kind: "linked" }] },
    { name: "shares", sharedFolder: {}, snapshots: ["snapshot1"] },
  ],
});
const PLAIN = guestOf(PLAN, "plain");
const NAME = PLAIN.objectName;
const IMAGE = "0123456789abcdef";
const POOL = poolName(MARK);
const BASE = `${NAME}-base.qcow2`;
const { changes } = FakeLibvirt;

let fake: FakeLibvirt;
beforeEach(() => {
  fake = new FakeLibvirt();
});
afterEach(() => FakeShell.disposeAll());

const standing = (name: string) => {
  fake.write(`domains/${name}`, "");
  fake.write(`domains/${name}.on`, "");
};

describe.each(SHELLS)("scripts in %s", (shell) => {
  describe("a snapshot", () => {
    const take = (name: string) =>
      fake.run(shell, renderSnapshot(guestOf(PLAN, name), "snapshot1", TCG, MARK), "");

    test("is taken once, of the guest as it runs; one of that name stays, whoever took it", () => {
      standing(NAME);
      const first = take("plain");
      expect(first.stderr).toBe("");
      expect(JSON.parse(first.stdout)).toEqual({ snapshot: `${NAME}/snapshot1` });
      expect(changes(first)).toEqual([
        `snapshot-create-as|${NAME}|snapshot1|--description|taken by classlab|--atomic`,
      ]);
      expect(fake.run(shell, renderSnapshot(PLAIN, "snapshot1", TCG, MARK), "").code).toBe(0);
      expect(fake.read(`domains/${NAME}.snapshots`)).toBe("snapshot1\n");
    });

    test.each([
      ["of what ran", 7340032, "running", "internal", [NAME]],
      ["of its disk alone", 0, "shutoff", "no", [NAME, "--inactive"]],
    ])(
      "that libvirt forgot and the disk still has is not taken anew, but told: %s",
      (_what, bytes, state, memory, asked) => {
        standing(NAME);
        const kept = (name: string, size: number, second: number) =>
          `{\n "name": "${name}",\n "date-sec": ${second},\n "id": "1",\n "vm-state-size": ${size}\n}`;
        const list = `{\n"snapshots": [\n${kept("snapshot10", 1, 5)},\n${kept("snapshot1", bytes, 1795670911)},\n${kept("a", 2, 6)}\n],\n"virtual-size": 1\n}`;
        fake.program("qemu-img", `#!/bin/sh\ncat <<'JSON'\n${list}\nJSON\n`);
        const told = take("plain");
        expect(told.stderr).toBe("");
        expect(JSON.parse(told.stdout)).toEqual({ snapshot: `${NAME}/snapshot1` });
        expect(changes(told).map((call) => call.split("|"))).toEqual([
          ["dumpxml", ...asked],
          ["snapshot-create", NAME, expect.stringMatching(/snapshot\.xml$/), "--redefine"],
        ]);
        expect(fake.read("reminded")).toBe(
          `<domainsnapshot><name>snapshot1</name><description>taken by classlab</description>\n<state>${state}</state><creationTime>1795670911</creationTime><memory snapshot='${memory}'/>\n<disks><disk name='vda' snapshot='internal'/><disk name='vdb' snapshot='no'/></disks>\n<domain><name>${NAME}</name></domain>\n</domainsnapshot>\n`,
        );
        expect(take("plain").code).toBe(0);
        expect(fake.read(`domains/${NAME}.snapshots`)).toBe("snapshot1\n");
      },
    );

    test("of a guest that shares a folder is taken while it is off, and it comes back", () => {
      const { objectName } = guestOf(PLAN, "shares");
      standing(objectName);
      fake.write("shares", "");
      const taken = take("shares");
      expect(taken.stderr).toBe("");
      expect(taken.code).toBe(0);
      expect(changes(taken).map((call) => call.split("|").slice(0, 3))).toEqual([
        ["shutdown", objectName],
        ["snapshot-create-as", objectName, "snapshot1"],
        ["start", objectName],
      ]);
      expect(fake.has(`domains/${objectName}.on`)).toBe(true);
    });

    test("of one that shares a folder and does not shut down is not taken, and it runs on", () => {
      const { objectName } = guestOf(PLAN, "shares");
      standing(objectName);
      fake.write("stays", "");
      const taken = take("shares");
      expect(taken.code).toBe(1);
      expect(taken.stderr).toContain(
        `guest ${objectName} shares a folder and has to be shut down for snapshot snapshot1; it did not within 90 s`,
      );
      expect(fake.has(`domains/${objectName}.on`)).toBe(true);
    });
  });

  describe("what clones are made of", () => {
    const run = (word: string, name = "plain") =>
      fake.run(shell, renderBaseScript(guestOf(PLAN, name), MARK, TCG), word);
    beforeEach(() => {
      standing(NAME);
      fake.write(`pools/${POOL}`, "");
      fake.write(`pools/${POOL}.on`, "");
      fake.write(`images/${POOL}/${NAME}-disk.qcow2`, "");
    });

    test("is a copy of the guest's own writing, of one moment after a sync, made once", () => {
      const made = run("apply");
      expect(made.stderr).toBe("");
      expect(JSON.parse(made.stdout)).toEqual({ base: BASE });
      expect(changes(made)).toEqual([
        `blockjob|${NAME}|vda|--abort`,
        `blockcopy|${NAME}|vda|${fake.folder}/images/${POOL}/${BASE}.new|--format|qcow2|--transient-job|--wait|--shallow`,
        `blockjob|${NAME}|vda|--abort`,
      ]);
      expect(fake.read("told")).toBe("sync\n");
      expect(fake.has(`images/${POOL}/${BASE}`)).toBe(true);
      expect(fake.has(`images/${POOL}/${BASE}.new`)).toBe(false);
      expect(changes(run("apply"))).toEqual([]);
    });

    test("is begun anew where a killed run left a copy half made", () => {
      fake.write("copying", "");
      fake.write(`images/${POOL}/${BASE}.new`, "");
      expect(run("apply").code).toBe(0);
      expect(fake.has("copying")).toBe(false);
    });

    test("leaves no copy under way when it fails", () => {
      fake.write("ssh.sh", "echo 'no space left' >&2\nexit 1");
      expect(run("apply").code).toBe(1);
      expect(fake.has("copying")).toBe(false);
      expect(fake.has(`images/${POOL}/${BASE}`)).toBe(false);
    });

    test("goes by itself, and the guest's disk stays", () => {
      fake.write(`images/${POOL}/${BASE}`, "");
      const gone = run("remove");
      expect(JSON.parse(gone.stdout)).toEqual({ base: false });
      expect(fake.has(`images/${POOL}/${BASE}`)).toBe(false);
      expect(fake.has(`images/${POOL}/${NAME}-disk.qcow2`)).toBe(true);
    });
  });
});

const diskScript = (name: string) =>
  renderDiskScript(guestOf(PLAN, name), {
    mark: MARK,
    image: IMAGE,
    seed: { "user-data": "#cloud-config\n", "meta-data": "a: b\n", "network-config": "version: 2\n" },
    sharedFolders: TCG.sharedFolders,
  });

test("the disk of a full clone is a copy of the base, that of a linked one lies over it", () => {
  const base = `${poolFolder(MARK)}/${BASE}`;
  expect(diskScript("copy")).toContain(
    `qemu-img convert -q -O qcow2 -o compat=1.1 '${base}' "$folder/$disk.new"`,
  );
  expect(diskScript("copy")).not.toContain("<backingStore>");
  expect(diskScript("link")).toContain(`<path>${base}</path>`);
  expect(diskScript("link")).not.toContain("qemu-img convert");
  // An overlay has no space set aside: what is below may.
  expect(diskScript("link2")).toContain(`<path>${poolFolder(MARK)}/lab-team-01-fixed-base.qcow2</path>`);
});

const SETTINGS = { ...TCG, boot: cachedImage(IMAGE).boot, base: cachedImage(IMAGE).disk };

/** Files of a domain with what each may be relabelled to. */
const chain = (name: string) =>
  [...renderDomain(guestOf(PLAN, name), SETTINGS).matchAll(/<source file="([^"]+)"( ?\/?)>/g)].map(
    ([, path = "", closed]) => `${path.split("/").at(-1)}${closed === "" ? " of all" : ""}`,
  );

test("a domain knows all that its disk lies over; only the machine image is not handed to it", () => {
  expect(chain("plain")).toEqual([`${NAME}-disk.qcow2`, "disk.qcow2 of all", `${NAME}-seed.iso`]);
  expect(chain("copy")).toEqual(["lab-team-01-copy-disk.qcow2", "lab-team-01-copy-seed.iso"]);
  expect(chain("link")).toEqual([
    "lab-team-01-link-disk.qcow2",
    BASE,
    "disk.qcow2 of all",
    "lab-team-01-link-seed.iso",
  ]);
  expect(chain("link2")).toEqual([
    "lab-team-01-link2-disk.qcow2",
    "lab-team-01-fixed-base.qcow2",
    "lab-team-01-link2-seed.iso",
  ]);
});

test("a clone is told its machine id; its instance is another", () => {
  const idOf = (name: string) =>
    /<cmdline>.* systemd\.machine_id=([0-9a-f]{32})<\/cmdline>/.exec(
      renderDomain(guestOf(PLAN, name), SETTINGS),
    )?.[1];
  expect(idOf("plain")).toBeUndefined();
  expect(idOf("copy")).toMatch(/^[0-9a-f]{32}$/);
  expect(idOf("link")).not.toBe(idOf("copy"));
  const instances = ["plain", "copy", "link"].map((name) =>
    renderMetaData(guestOf(PLAN, name), { mark: MARK }),
  );
  expect(new Set(instances).size).toBe(3);
});

testWith(NO_SCHEMAS, "libvirt's schema takes the domains of clones", () => {
  for (const name of ["copy", "link", "link2"])
    for (const settings of [SETTINGS, KVM])
      expect(libvirtFaults("domain", renderDomain(guestOf(PLAN, name), settings))).toBe("");
});
