import type { Snapshot } from "../support/snapshot";
import { type HandOnHost, testHands } from "../support/suites/hands";
import { type KillCycle, testKills } from "../support/suites/kills";
import { LIBVIRT, virsh } from "../support/targets/libvirt";
import { objectName } from "../support/targets/target";
import { SKIP_LIBVIRT, TestLab } from "../support/testLab";

// The same tests as those of containers, with fewer moments: runs killed with -9, then hands in the lab that stands after the last of them.
// One small machine, which is emulated where there is no KVM.
const suite = SKIP_LIBVIRT ? describe.skip : describe;

const LAB = "isurvive";
const NET = "192.168.224";
const GUEST = objectName(LAB, "web");
const LAN = `${LAB}-lan`;

/** The lab when nobody disturbed it. */
const WHOLE: Snapshot = {
  resources: {
    "classlab:index:DockerHost": 1,
    "classlab:index:GuestSecrets": 1,
    "classlab:index:GuestVm": 1,
    "classlab:index:HypervisorHost": 1,
    "classlab:index:LabRecord": 1,
    "classlab:index:NginxFarm": 1,
    "classlab:index:NginxServer": 1,
    "classlab:index:TeamKey": 1,
    "classlab:index:TeamLab": 1,
    "classlab:index:VirtualSwitch": 1,
    "command:local:Command": 9,
    "docker:index/container:Container": 1,
    "pulumi:providers:command": 1,
    "pulumi:providers:docker": 1,
    "pulumi:providers:random": 1,
    "pulumi:pulumi:Stack": 1,
    "random:index/randomPassword:RandomPassword": 3,
  },
  pending: 0,
  host: [
    `domain ${GUEST} running`,
    `log ${GUEST}.console.log`,
    `log ${GUEST}.log`,
    `network ${LAN} active`,
    `network ${LAB}_unplugged active`,
    "pool active",
    `socket of ${GUEST}`,
    `volume ${GUEST}-disk.qcow2`,
    `volume ${GUEST}-seed.iso`,
  ],
  inside: [
    "web container nginx running",
    "web container nginx-farm-8001 running",
    "web container nginx-farm-8002 running",
  ],
  processes: 0,
};

suite("a lab of virtual machines", () => {
  const lab = new TestLab(
    LAB,
    TestLab.smallConfig(
      NET,
      [
        { kind: "nginx", port: 8080 },
        { kind: "nginx-farm", firstPort: 8001, count: 2 },
      ],
      LIBVIRT,
    ),
    LIBVIRT,
  );

  afterAll(() => lab.dispose(), 300_000);

  describe("whose runs are killed", () => {
    const cycles: KillCycle[] = [
      {
        up: [
          "the network stands and is not recorded",
          "everything",
          (run) => run.libvirtEvent("net-event", new RegExp(`${LAN}'?: Started`)),
        ],
        down: [
          "the machine is gone and is still recorded",
          "everything",
          (run) => run.libvirtEvent("event", new RegExp(`'${GUEST}'?: Undefined`)),
        ],
      },
      {
        up: [
          "the machine is defined and not recorded",
          "everything",
          (run) => run.libvirtEvent("event", new RegExp(`'${GUEST}'?: Defined`)),
        ],
        down: ["the first thing is removed", "cli", (run) => run.printed(/removed/)],
      },
      {
        up: [
          "half of the farm stands",
          "everything",
          async (run) =>
            (await run.printed(/guest ready/)) &&
            run.event(["event=create", "container=nginx-farm-8001"], "web"),
        ],
      },
    ];
    testKills(lab, cycles, () => WHOLE);
  });

  describe("broken by hand", () => {
    const WORK = "/home/ubuntu/work";
    const onHost: HandOnHost[] = [
      {
        what: "an adapter, detached",
        breaking: async () => {
          const [mac = ""] = (await virsh("domiflist", GUEST)).match(/52:54:00:\S+/) ?? [];
          await virsh("detach-interface", GUEST, "network", "--mac", mac, "--live", "--config");
        },
        kind: "missing",
        work: "kept",
      },
      {
        what: "the switch, removed from under the running guest",
        breaking: async () => {
          await virsh("net-destroy", LAN);
          await virsh("net-undefine", LAN);
        },
        kind: "missing",
        work: "kept",
      },
      {
        what: "the switch, stopped",
        breaking: () => virsh("net-destroy", LAN),
        kind: "stopped",
        work: "kept",
      },
      {
        what: "the guest, stopped and renamed",
        breaking: async () => {
          await virsh("destroy", GUEST);
          await virsh("domrename", GUEST, `${LAB}-other`);
        },
        kind: "changed",
        work: "kept",
      },
      {
        what: "the guest and its disk, removed",
        breaking: async () => {
          await virsh("destroy", GUEST);
          await virsh("undefine", GUEST);
          const [pool = ""] = (await virsh("pool-list", "--name")).match(new RegExp(`\\S+-${LAB}`)) ?? [];
          await virsh("vol-delete", `${GUEST}-disk.qcow2`, "--pool", pool);
        },
        kind: "missing",
        work: "gone",
      },
    ];
    testHands(
      {
        lab,
        services: 3,
        farm: ["nginx-farm-8001", "nginx-farm-8002"],
        work: {
          write: async () => {
            await lab.inGuest("web", `echo 'what the class wrote' > ${WORK}; sync ${WORK}`);
          },
          isThere: async () =>
            (await lab.inGuest("web", `cat ${WORK} 2>/dev/null || :`)) === "what the class wrote\n",
        },
        whole: () => WHOLE,
      },
      onHost,
      [
        {
          what: "a container of the farm removed",
          script: "docker rm -f nginx-farm-8002",
          container: "nginx-farm-8002",
          kind: "missing",
          failing: 1,
        },
      ],
    );
  });
});
