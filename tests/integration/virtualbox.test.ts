import { stringify } from "yaml";
import { expectNothingToDo } from "../support/nothingToDo";
import { TestLab } from "../support/testLab";
import { SKIP_VIRTUALBOX } from "../support/virtualBoxRoot";
import { VirtualBoxStandIn } from "../support/virtualBoxStandIn";

// The real engine and the real VBoxManage; a model stands for what needs the kernel module. Whether a guest starts, gets an address and answers over
// its channel this does not prove: tests/support/virtualBoxStandIn.sh says what it makes up.
const LAB = "ivbox";
const TEST1 = `${LAB}-team-01-ubuntu-test1`;
const COPY = `${LAB}-team-01-copy`;

const config = (image: string) =>
  stringify({
    config: {
      "classlab:lab": {
        target: "virtualbox",
        hosts: [{ name: "here", kind: "this-machine", virtualbox: { image, bridge: "eth0" } }],
        units: "one",
        switches: [
          { name: "lan", mode: "bridged", subnet: "198.18.2.0/24" },
          { name: "inside", mode: "internal", subnet: "198.18.2.0/24" },
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
    const before = await box.manage("showvminfo", TEST1, "--machinereadable");
    const refused = await lab.run("up", "--yes");
    expect(refused.stderr).toContain(
      `virtual machine ${TEST1}: it is not classlab's and has the name that the lab's own needs`,
    );
    expect(refused.code).not.toBe(0);
    expect(await box.manage("showvminfo", TEST1, "--machinereadable")).toBe(before);
    await box.manage("unregistervm", TEST1, "--delete");
  }, 240_000);

  test("stand up as planned, and nothing is left to do", async () => {
    const document = await lab.up();
    expect(document.ok).toBe(true);
    expect(await box.machines()).toEqual([COPY, TEST1].sort());
    await expectNothingToDo(lab);
  }, 480_000);
});
