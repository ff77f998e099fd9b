import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { cachedImage } from "../../components/hypervisors/libvirt/cache";
import { CLOUD_PACKAGES } from "../../components/hypervisors/libvirt/cloudSeed";
import { renderDomain } from "../../components/hypervisors/libvirt/domain";
import { readKeeperFiles } from "../../components/hypervisors/libvirt/keeperFiles";
import { renderUserData, type SeedSettings } from "../../components/hypervisors/libvirt/seed";
import { readySeconds } from "../../components/hypervisors/libvirt/watch";
import { sshKeyFromSeed } from "../../components/sshKey";
import {
  CLOUD_RELEASES,
  cloudImageName,
  MACHINE_IMAGES,
  releaseChosen,
  releaseOfImage,
} from "../../course/cloudImages";
import { type Fault, FaultError } from "../../course/faults";
import type { GuestPlan } from "../../course/plan";
import { labRecordSchema } from "../../course/record";
import { placeCloudImage, refuseShutInGuests } from "../../operations/cloudMachine";
import { decideMachine } from "../../operations/libvirtRecord";
import { PACKAGE_ROOT } from "../../operations/paths";
import { RECORD } from "../support/devPlan";
import {
  cloudConfigFaults,
  guestOf,
  KVM,
  libvirtFaults,
  libvirtPlan,
  MARK,
  NO_CLOUD_INIT,
  NO_SCHEMAS,
  testWith,
} from "./libvirtLab";

// Not proved here: that Ubuntu's own image starts with this seed, and that its packages are called so: no site of Ubuntu's is asked.

/** What a shell that does not run it has against a text. */
const shellFaults = (text: string): string =>
  spawnSync("sh", ["-n"], { input: text, encoding: "utf8" }).stderr;

const SHA256 = "0123456789abcdef".repeat(4);
const NAME = "ubuntu-24.04-0123456789abcdef";
const OUT = {
  guests: [{ name: "out", adapters: [{ switch: "nat" }], clones: [{ name: "copy", kind: "linked" }] }],
};
const PLAN = libvirtPlan(OUT);
const SETTINGS: SeedSettings = {
  mark: MARK,
  slot: 1,
  switches: PLAN.switches,
  dns: [],
  roomDhcp: false,
  authorizedKeys: ["ssh-ed25519 AAAA team-01"],
  channelKeys: ["ssh-ed25519 BBBB operator"],
  passwordHash: "$6$saltsaltsaltsalt$0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ",
  hostKey: sshKeyFromSeed(Buffer.alloc(32, 7).toString("base64"), "out"),
  cloud: { files: readKeeperFiles(PACKAGE_ROOT), emulated: true },
};

interface UserData {
  readonly packages?: readonly string[];
  readonly package_update?: boolean;
  readonly growpart: object;
  readonly bootcmd: readonly (readonly string[])[];
  readonly runcmd: readonly (readonly string[])[];
  readonly write_files: readonly {
    readonly path: string;
    readonly content: string;
    readonly permissions: string;
  }[];
}
const userData = (guest: GuestPlan, settings = SETTINGS): UserData => parse(renderUserData(guest, settings));
const GUEST = guestOf(PLAN, "out");
const COPY = guestOf(PLAN, "copy");

describe("names", () => {
  test("every choice names a release or leaves it open", () => {
    expect(MACHINE_IMAGES.map(releaseChosen)).toEqual([undefined, undefined, ...CLOUD_RELEASES]);
  });

  test("an image's name on hosts tells its release, and the record takes it", () => {
    expect(cloudImageName("24.04", SHA256)).toBe(NAME);
    expect([NAME, cloudImageName("22.04", SHA256), "0123456789abcdef"].map(releaseOfImage)).toEqual([
      "24.04",
      "22.04",
      undefined,
    ]);
    const record = { ...RECORD, libvirt: { image: NAME, hosts: {} } };
    expect(labRecordSchema.parse(record).libvirt?.image).toBe(NAME);
    for (const image of ["ubuntu-24.04", "../0123456789abcdef", `${NAME}/..`])
      expect(labRecordSchema.safeParse({ ...record, libvirt: { image, hosts: {} } }).success).toBe(false);
  });

  test("a host keeps its disk alone, and a guest starts by the boot loader on it", () => {
    const folder = `/var/lib/libvirt/images/classlab-cache/${NAME}`;
    for (const acceleration of ["kvm", "tcg"] as const)
      expect(cachedImage(NAME, acceleration)).toEqual({
        folder,
        disk: { path: `${folder}/disk.qcow2`, format: "qcow2" },
        boot: { kind: "disk", firmware: "bios" },
        files: [`${folder}/disk.qcow2`],
      });
  });

  testWith(NO_SCHEMAS, "libvirt's schema takes the domain, which no kernel is handed to", () => {
    const { disk, boot } = cachedImage(NAME);
    const xml = renderDomain(GUEST, { ...KVM, base: disk, boot });
    expect(libvirtFaults("domain", xml)).toBe("");
    expect(xml).not.toContain("<kernel>");
    expect(xml.replaceAll(/>\s+</g, "><")).toContain('<os><type arch="x86_64" machine="q35">hvm</type></os>');
  });
});

describe("the seed", () => {
  test("brings the keeper of the channel as the built image has it, each file whole and with its mode", () => {
    const files = userData(GUEST).write_files.slice(0, 5);
    expect(files.map(({ path, permissions }) => [path, permissions])).toEqual([
      ["/usr/local/sbin/classlab-channel", "0755"],
      ["/etc/systemd/system/classlab-channel.service", "0644"],
      ["/etc/modules-load.d/classlab.conf", "0644"],
      ["/etc/ssh/sshd_config.d/00-classlab.conf", "0644"],
      // The keeper is begun once this one is there: the last.
      ["/etc/classlab/channel_sshd_config", "0644"],
    ]);
    expect(files.map(({ content }) => content)).toEqual(
      readKeeperFiles(PACKAGE_ROOT).map(({ text }) => text),
    );
    expect(files[0]?.content.split("\n")[0]).toBe("#!/usr/bin/python3 -IS");
    expect(files[1]?.content).toContain("ExecStart=/usr/local/sbin/classlab-channel\n");
  });

  test("installs Docker from Ubuntu, and has the file system grow into the disk", () => {
    const { packages, package_update, growpart, runcmd } = userData(GUEST);
    expect(packages).toEqual(CLOUD_PACKAGES);
    expect(packages).toEqual(expect.arrayContaining(["docker.io", "docker-compose-v2", "qemu-guest-agent"]));
    expect(package_update).toBe(true);
    expect(growpart).toEqual({ mode: "auto", devices: ["/"] });
    expect(runcmd).toEqual([["systemctl", "start", "--no-block", "qemu-guest-agent.service"]]);
  });

  test("what it runs first are commands that a shell can read, and they begin the keeper before any network", () => {
    const { bootcmd } = userData(GUEST);
    for (const [program, option, text] of bootcmd)
      if (program === "sh" && option === "-c") expect(shellFaults(text ?? "")).toBe("");
    const last = bootcmd.at(-1)?.[2] ?? "";
    const inner = /sh -c '([^']*)'$/.exec(last)?.[1] ?? "";
    expect(shellFaults(inner)).toBe("");
    expect(inner).toContain("systemctl start --no-block classlab-channel.service");
    expect(last).toContain("-p DefaultDependencies=no");
    expect(bootcmd).toContainEqual(["usermod", "-p", "*", "root"]);
  });

  test("an emulated processor's clock is the HPET's; a real one's is its own", () => {
    const clock = (settings: SeedSettings) =>
      userData(GUEST, settings).bootcmd.filter((words) => words.join(" ").includes("hpet")).length;
    expect(clock(SETTINGS)).toBe(1);
    expect(clock({ ...SETTINGS, cloud: { files: [], emulated: false } })).toBe(0);
  });

  test("a clone has a machine id of its own, and installs nothing again", () => {
    const written = (guest: GuestPlan) =>
      userData(guest).bootcmd.flatMap(
        (words) => /echo ([0-9a-f]{32}) > \/etc\/machine-id/.exec(words[2] ?? "")?.[1] ?? [],
      );
    const uuid = /<uuid>(.*)<\/uuid>/.exec(renderDomain(COPY, KVM))?.[1];
    expect(written(COPY)).toEqual([uuid?.replaceAll("-", "")]);
    expect(written(GUEST)).toEqual([]);
    expect(userData(COPY).packages).toBeUndefined();
    expect(userData(COPY).package_update).toBeUndefined();
  });

  test("a guest that begins with a built image is told none of it", () => {
    const { cloud: _none, ...built } = SETTINGS;
    expect(Object.keys(userData(GUEST, built))).not.toEqual(expect.arrayContaining(["bootcmd"]));
    expect(renderUserData(GUEST, built)).not.toContain("growpart");
  });

  testWith(NO_CLOUD_INIT, "cloud-init's schema takes it, of a guest and of its clone", () => {
    for (const guest of [GUEST, COPY]) {
      const text = renderUserData(guest, SETTINGS);
      expect(cloudConfigFaults(text)).toBe("");
      expect(cloudConfigFaults(text.replace('mode: "auto"', 'mode: "never"'))).not.toBe("");
    }
  });
});

test("an image is put where guests begin with it whole, for nobody to write, and once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "classlab-place-"));
  try {
    const [file, target] = [join(folder, "image.img"), join(folder, "cache", NAME)];
    writeFileSync(file, "an image");
    await placeCloudImage(file, target);
    expect(readdirSync(join(folder, "cache")).sort()).toEqual([".lock", NAME]);
    expect(readFileSync(join(target, "disk.qcow2"), "utf8")).toBe("an image");
    expect(statSync(join(target, "disk.qcow2")).mode & 0o777).toBe(0o444);
    writeFileSync(file, "another");
    // Left by a run that was killed.
    mkdirSync(join(folder, "cache", ".part.cloud"));
    await placeCloudImage(file, target);
    expect(readFileSync(join(target, "disk.qcow2"), "utf8")).toBe("an image");
    await placeCloudImage(file, `${target}2`);
    expect(readdirSync(join(folder, "cache")).sort()).toEqual([".lock", NAME, `${NAME}2`]);
    await expect(placeCloudImage(join(folder, "none"), `${target}3`)).rejects.toThrow(
      /^image machine: Ubuntu's cloud image was not copied to .*: cp: cannot stat .*\. Mend that, and run the command again\. \[engine-failed\]$/,
    );
    expect(readdirSync(join(folder, "cache")).sort()).toEqual([".lock", NAME, `${NAME}2`]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a first start that installs packages may take longer", () => {
  expect(readySeconds({ acceleration: "kvm" })).toBe(240);
  expect(readySeconds({ acceleration: "kvm", installs: true })).toBe(1140);
  expect(readySeconds({ acceleration: "tcg", installs: false })).toBe(900);
  expect(readySeconds({ acceleration: "tcg", installs: true })).toBe(6300);
});

describe("what machines begin with, decided", () => {
  const IMAGES = { ...RECORD.images, source: "distribution" } as const;
  const unreachable: Fault = {
    code: "cloud-image-unreachable",
    where: "https://cloud-images.ubuntu.com/x",
    what: "Could not resolve host",
  };
  const decided = async (machine: (typeof MACHINE_IMAGES)[number], plan = PLAN, fault?: Fault) => {
    const said: string[] = [];
    const asked: string[] = [];
    const result = await decideMachine(
      plan,
      { machine, images: IMAGES, network: plan.network, say: (line) => said.push(line) },
      async (release) => {
        asked.push(release);
        if (fault) throw new FaultError([fault]);
        return cloudImageName(release, SHA256);
      },
      async () => "built",
    ).catch((error: unknown) => (error instanceof FaultError ? error.message : String(error)));
    return { result, asked, said };
  };

  test("the release that the lab names, or a fault: never another one in silence", async () => {
    expect(await decided("ubuntu-22.04")).toEqual({
      result: "ubuntu-22.04-0123456789abcdef",
      asked: ["22.04"],
      said: [],
    });
    expect(await decided("ubuntu-24.04", PLAN, unreachable)).toEqual({
      result: "https://cloud-images.ubuntu.com/x: Could not resolve host. [cloud-image-unreachable]",
      asked: ["24.04"],
      said: [],
    });
  });

  test("auto: Ubuntu's where its site answers, else the built one; either is told", async () => {
    expect(await decided("auto")).toEqual({
      result: NAME,
      asked: ["24.04"],
      said: ["virtual machines begin with Ubuntu 24.04's own cloud image"],
    });
    expect(await decided("auto", PLAN, unreachable)).toEqual({
      result: "built",
      asked: ["24.04"],
      said: [
        "virtual machines begin with an image made of distribution packages, not with Ubuntu's: https://cloud-images.ubuntu.com/x: Could not resolve host",
      ],
    });
  });

  test("auto: an image that is not what Ubuntu signed is no reason to take another", async () => {
    const untrusted: Fault = {
      ...unreachable,
      code: "cloud-image-untrusted",
      what: "it has another SHA-256",
    };
    expect((await decided("auto", PLAN, untrusted)).result).toBe(
      "https://cloud-images.ubuntu.com/x: it has another SHA-256. [cloud-image-untrusted]",
    );
  });

  test("built: no site is asked", async () => {
    expect(await decided("built")).toEqual({ result: "built", asked: [], said: [] });
  });

  const SHUT_IN = libvirtPlan({
    teams: 1,
    guests: [
      { name: "out", adapters: [{ switch: "nat" }] },
      { name: "inside", adapters: [{ switch: "internal" }, { switch: "host-only" }] },
      { name: "alone" },
    ],
  });

  test("guests that could fetch no packages are refused by name before anything is fetched; auto takes the built image", async () => {
    let refusal: unknown;
    try {
      refuseShutInGuests(SHUT_IN);
    } catch (error) {
      refusal = error;
    }
    if (!(refusal instanceof FaultError)) throw new Error("it was not refused");
    expect(refusal.faults.map(({ code, where }) => `${code} ${where}`)).toEqual([
      "feature-unsupported guest team-01/inside",
      "feature-unsupported guest team-01/alone",
    ]);
    expect(await decided("ubuntu-24.04", SHUT_IN)).toMatchObject({
      result: expect.stringMatching(/^guest team-01\/inside: no adapter of it leads to the internet/),
      asked: [],
    });
    expect(await decided("auto", SHUT_IN)).toMatchObject({ result: "built", asked: [] });
    refuseShutInGuests(PLAN);
  });
});
