import { readFileSync } from "node:fs";
import { stringify } from "yaml";
import { z } from "zod";
import { expectNothingToDo } from "../support/nothingToDo";
import { TestLab } from "../support/testLab";
import { SKIP_VIRTUALBOX } from "../support/virtualBoxRoot";
import { VirtualBoxStandIn } from "../support/virtualBoxStandIn";

// The real engine and the real VBoxManage; a model stands for what needs the kernel module. Whether a guest starts, gets an address and answers over
// its channel this does not prove: tests/support/virtualBoxStandIn.sh says what it makes up.
const LAB = "ivbox";
const TEST1 = `${LAB}-team-01-ubuntu-test1`;
const COPY = `${LAB}-team-01-copy`;

const foundSchema = z.looseObject({ found: z.array(z.looseObject({ kind: z.string(), name: z.string() })) });

const config = (image: string) =>
  stringify({
    config: {
      "classlab:lab": {
        target: "virtualbox",
        hosts: [{ name: "here", kind: "this-machine", virtualbox: { image, bridge: "eth0" } }],
        units: "one",
        switches: [
          { name: "lan", mode: "bridged", subnet: "198.18.2.0/24" },
          { name: "inside", mode: "internal", subnet: "192.168.221.0/24" },
          { name: "network", mode: "nat-network", subnet: "192.168.220.0/24" },
          { name: "closed", mode: "host-only" },
        ],
        guests: [
          {
            name: "ubuntu-test1",
            profile: "server",
            memory: 1024,
            disk: { size: 1 },
            adapters: [{ switch: "lan" }, { switch: "closed" }],
            sharedFolder: {},
            snapshots: ["snapshot1"],
            clones: [{ name: "copy", kind: "linked" }],
          },
        ],
      },
    },
  });

(SKIP_VIRTUALBOX ? describe.skip : describe)("guests on VirtualBox", () => {
  let box: VirtualBoxStandIn;
  let lab: TestLab;

  beforeAll(async () => {
    box = await VirtualBoxStandIn.start();
    lab = new TestLab(LAB, config(box.image));
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
    expect(await box.machines()).toEqual([COPY, TEST1]);
    const told = ["VMState", "memory", "nic1", "bridgeadapter1", "nic2", "hostonlyadapter2", "SnapshotName"];
    expect(await Promise.all(told.map((key) => box.setting(TEST1, key)))).toEqual([
      "running",
      "1024",
      "bridged",
      "eth0",
      "hostonly",
      "vboxnet0",
      "snapshot1",
    ]);
    // The snapshot that the copy is made of was taken of a machine that was off; both have MAC addresses of their own.
    expect(await box.setting(TEST1, "SnapshotName-1")).toBe("classlab-clone");
    expect(await box.setting(COPY, "macaddress1")).not.toBe(await box.setting(TEST1, "macaddress1"));
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
    expect(calls.filter((call) => / nic1 natnetwork /.test(call))).toHaveLength(2);
    expect(calls.filter((call) => /startvm|acpipowerbutton|poweroff|clonevm/.test(call))).toEqual([]);
    // Its networks inside are set anew, over the channel.
    expect(await box.ranIn(TEST1)).toContain("192.168.220.");
  }, 240_000);

  test("what hands did is told, and brought back when that is asked for", async () => {
    await box.manage("controlvm", COPY, "poweroff");
    await box.manage("modifyvm", COPY, "--name", "mine", "--memory", "768");
    await box.manage("controlvm", TEST1, "nic2", "nat");
    const told = await lab.run("status");
    for (const words of [
      `team-01/copy: guest ${COPY} was renamed to mine by hand`,
      `team-01/ubuntu-test1: not connected to ${LAB}-team-01-closed`,
      "team-01/ubuntu-test1: also connected to nat",
    ])
      expect(told.stdout).toContain(words);
    await lab.up("--repair");
    expect(await box.machines()).toEqual([COPY, TEST1]);
    expect(await box.setting(COPY, "memory")).toBe("1024");
    expect(await box.setting(COPY, "VMState")).toBe("running");
    expect(await box.setting(TEST1, "nic2")).toBe("hostonly");
    expect((await lab.run("status")).code).toBe(0);
  }, 300_000);

  test("sweep finds all of it by its marks; down leaves nothing of it", async () => {
    const found = await lab.run("sweep", "--json");
    const { found: objects } = foundSchema.parse(JSON.parse(found.stdout));
    expect(objects.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      `virtual machine ${COPY}`,
      `virtual machine ${TEST1}`,
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
