import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { ROOT } from "../support/cli";
import { expectNothingToDo } from "../support/nothingToDo";
import { TestLab } from "../support/testLab";
import { SKIP_VIRTUALBOX } from "../support/virtualBoxRoot";
import { VirtualBoxStandIn } from "../support/virtualBoxStandIn";

// The real engine and the real VBoxManage; a model stands for what needs the kernel module. Whether a guest starts, gets an address and answers over
// its channel this does not prove: tests/support/virtualBoxStandIn.sh says what it makes up.
const LAB = "ivbox";
const TEST1 = `${LAB}-team-01-ubuntu-test1`;
const FULL = `${LAB}-team-01-ubuntu-test2`;
const LINKED = `${LAB}-team-01-ubuntu-test3`;

const foundSchema = z.looseObject({ found: z.array(z.looseObject({ kind: z.string(), name: z.string() })) });

/** The example's text with subnets from 192.168.220.0 on, what its disks begin with, a card, and a linked clone beside the full one. */
function example(image: string): string {
  const file = join(ROOT, "examples/06-virtualbox-team/Pulumi.virtualbox-team.yaml");
  const text = readFileSync(file, "utf8")
    .replaceAll("192.168.99.", "198.18.2.")
    .replaceAll("192.168.98.", "192.168.221.")
    .replaceAll("192.168.20.", "192.168.220.");
  const document: { config: { "classlab:lab": { hosts: object[]; guests: { clones: object[] }[] } } } =
    parse(text);
  const { hosts, guests } = document.config["classlab:lab"];
  Object.assign(hosts[0] ?? {}, { virtualbox: { image, bridge: "eth0" } });
  guests[0]?.clones.push({ name: "ubuntu-test3", kind: "linked" });
  return stringify(document);
}

(SKIP_VIRTUALBOX ? describe.skip : describe)("guests on VirtualBox", () => {
  let box: VirtualBoxStandIn;
  let lab: TestLab;

  beforeAll(async () => {
    box = await VirtualBoxStandIn.start();
    lab = new TestLab(LAB, example(box.image));
    lab.env.VBOXMANAGE = box.program;
  }, 120_000);

  afterAll(async () => {
    await lab.dispose();
    await box.stop();
  }, 120_000);

  test("a machine of the same name that is somebody else's is refused, and stays as it is", async () => {
    await box.manage("createvm", "--name", TEST1, "--ostype", "Ubuntu_64", "--register");
    const settings = await box.setting(TEST1, "CfgFile");
    const before = readFileSync(settings, "utf8");
    box.calls();
    const refused = await lab.run("up", "--yes");
    expect(refused.stderr).toContain(
      `virtual machine ${TEST1}: it is not classlab's and has the name that the lab's own needs`,
    );
    expect(refused.code).not.toBe(0);
    expect(readFileSync(settings, "utf8")).toBe(before);
    expect(
      box.calls().filter((call) => !/^(list|showvminfo|getextradata|--version|natnetwork list)/.test(call)),
    ).toEqual([]);
    await box.manage("unregistervm", TEST1, "--delete");
  }, 240_000);

  test("stand up as planned, and nothing is left to do", async () => {
    const document = await lab.up();
    expect(document.ok).toBe(true);
    expect(document.units.map(({ resources, planned }) => resources === planned)).toEqual([true]);
    expect(await box.machines()).toEqual([TEST1, FULL, LINKED]);
    const told = ["VMState", "memory", "nic1", "bridgeadapter1", "nic2", "hostonlyadapter2", "SnapshotName"];
    expect(await box.settings(TEST1, told)).toEqual([
      "running",
      "4096",
      "bridged",
      "eth0",
      "hostonly",
      "vboxnet0",
      "snapshot1",
    ]);
    // The snapshot that the copy is made of was taken of a machine that was off; each has MAC addresses of its own.
    expect(await box.setting(TEST1, "SnapshotName-1")).toBe("classlab-clone");
    const macs = await Promise.all([TEST1, FULL, LINKED].map((name) => box.setting(name, "macaddress1")));
    expect(new Set(macs).size).toBe(3);
    expect(await box.ranIn(TEST1)).toContain("cloud-init status --wait");
    await expectNothingToDo(lab);
  }, 480_000);

  test("an adapter on another switch is a change in place: the machine runs on", async () => {
    lab.edit((yaml) => {
      const [guest] = yaml.guests;
      if (guest) guest.adapters = [{ switch: "network" }, { switch: "closed" }];
    });
    box.calls();
    const [unit] = (await lab.up()).units;
    expect(Object.keys(unit?.changes ?? {}).sort()).toEqual(["same", "update"]);
    expect(await box.setting(TEST1, "nic1")).toBe("natnetwork");
    expect(await box.setting(TEST1, "nat-network1")).toBe(`${LAB}-team-01-network`);
    const calls = box.calls();
    expect(calls.filter((call) => / nic1 natnetwork /.test(call))).toHaveLength(3);
    expect(calls.filter((call) => /startvm|acpipowerbutton|poweroff|clonevm/.test(call))).toEqual([]);
    // Its networks inside are set anew, over the channel.
    expect(await box.ranIn(TEST1)).toContain("192.168.220.");
  }, 240_000);

  test("what hands did is told, and brought back when that is asked for", async () => {
    await box.manage("controlvm", LINKED, "poweroff");
    await box.manage("modifyvm", LINKED, "--name", "mine", "--memory", "768");
    await box.manage("controlvm", TEST1, "nic2", "nat");
    const told = await lab.run("status");
    for (const words of [
      `team-01/ubuntu-test3: guest ${LINKED} was renamed to mine by hand`,
      `team-01/ubuntu-test1: not connected to ${LAB}-team-01-closed`,
      "team-01/ubuntu-test1: also connected to nat",
    ])
      expect(told.stdout).toContain(words);
    await lab.up("--repair");
    expect(await box.machines()).toEqual([TEST1, FULL, LINKED]);
    expect(await box.setting(LINKED, "memory")).toBe("4096");
    expect(await box.setting(LINKED, "VMState")).toBe("running");
    expect(await box.setting(TEST1, "nic2")).toBe("hostonly");
    expect((await lab.run("status")).code).toBe(0);
  }, 300_000);

  test("sweep finds all of it by its marks; down leaves nothing of it", async () => {
    const found = await lab.run("sweep", "--json");
    const { found: objects } = foundSchema.parse(JSON.parse(found.stdout));
    expect(objects.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      ...[TEST1, FULL, LINKED].map((name) => `virtual machine ${name}`),
      `NAT network ${LAB}-team-01-network`,
      `host-only interface ${LAB}-team-01-closed`,
    ]);
    const down = await lab.run("down", "--yes");
    expect(down.stdout).toContain("nothing of it stands");
    expect(await box.machines()).toEqual([]);
    expect(await box.manage("natnetwork", "list")).not.toContain(LAB);
    expect(await box.manage("list", "hostonlyifs")).toBe("");
    expect(await box.manage("list", "dvds")).toBe("");
    expect(await box.manage("getextradata", "global", "enumerate")).not.toContain("classlab/");
  }, 240_000);
});
