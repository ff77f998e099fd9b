import { copyFileSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { execute } from "../support/cli";
import { SecretSampler } from "../support/secretSampler";
import {
  filesBelow,
  hitsIn,
  labSecrets,
  needlesOf,
  privateLines,
  type Secret,
  searchScript,
} from "../support/secretSearch";
import type { Snapshot } from "../support/snapshot";
import { type HandOnHost, testHands } from "../support/suites/hands";
import { type Moment, testKilledDown, testKills } from "../support/suites/kills";
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

/** Folders of a guest in which a secret could lie as text; programs and images are the same in every lab. */
const TEXTS = "/etc /home /root /run /srv /tmp /var/lib/cloud /var/lib/docker/containers /var/log";

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

  const defined: Moment = [
    "the machine is defined and not recorded",
    "everything",
    (run) => run.libvirtEvent("event", new RegExp(`'${GUEST}'?: Defined`)),
  ];
  const halfOfFarm: Moment = [
    "half of the farm stands",
    "everything",
    async (run) =>
      (await run.printed(/guest ready/)) && run.event(["event=create", "container=nginx-farm-8001"], "web"),
  ];
  const gone: Moment = [
    "the machine is gone and is still recorded",
    "everything",
    (run) => run.libvirtEvent("event", new RegExp(`'${GUEST}'?: Undefined`)),
  ];

  testKills(lab, [{ ups: [defined, halfOfFarm] }], () => WHOLE);

  describe("broken by hand", () => {
    const WORK = "/home/ubuntu/work";
    const onHost: HandOnHost[] = [
      {
        what: "an adapter, detached",
        breaking: async () => {
          const [mac = ""] = (await virsh("domiflist", GUEST)).match(/(?:[\da-f]{2}:){5}[\da-f]{2}/) ?? [];
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

  test(
    "hides its secrets, also while they are made anew: on the host, in what libvirt and QEMU keep, in the guest",
    async () => {
      const home = lab.env.CLASSLAB_HOME ?? "";
      const key = (team: string) => join(home, "keys", LAB, team);
      const collect = async () => {
        const exported = await lab.pulumi("stack", "export", "--show-secrets");
        return labSecrets(exported.stdout, ["team-01"], key, join(home, "passphrase"));
      };
      const login = (identity: string) =>
        execute("ssh", [
          ...[
            "-F",
            "none",
            "-o",
            "BatchMode=yes",
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            "StrictHostKeyChecking=no",
          ],
          ...["-o", "UserKnownHostsFile=/dev/null", "-i", identity, `ubuntu@${NET}.10`, "id -un"],
        ]);
      const before = await collect();
      const old = join(lab.folder, "old key");
      copyFileSync(key("team-01"), old);
      expect((await login(old)).stdout).toBe("ubuntu\n");

      const sampler = new SecretSampler([]);
      const rotated = await lab.run("rotate", "--team", "team-01");
      await sampler.seen();
      await sampler.stop();
      expect([rotated.code, rotated.code === 0 ? "" : rotated.stderr]).toEqual([0, ""]);
      expect((await login(old)).stderr).toContain("Permission denied");
      expect((await login(key("team-01"))).stdout).toBe("ubuntu\n");

      const inGuest = await lab.inGuest(
        "web",
        "cat /etc/ssh/ssh_host_ed25519_key; awk -F: '$1 == \"ubuntu\" { print $2 }' /etc/shadow",
      );
      const hash = /\n(\$6\$\S+)\n$/.exec(inGuest)?.[1] ?? "";
      expect(hash).not.toBe("");
      const own: Secret[] = [
        ...privateLines(inGuest.slice(0, inGuest.indexOf(hash))).map((value, index) => ({
          name: `host key, part ${index}`,
          value,
        })),
        { name: "password hash", value: hash },
      ];
      const secrets = [...before, ...(await collect()), ...own];

      const [pool = ""] = (await virsh("pool-list", "--name")).match(new RegExp(`\\S+-${LAB}`)) ?? [];
      const logs = ["console.log", "log"].map((name) => `/var/log/libvirt/qemu/${GUEST}.${name}`);
      const places = [
        ...sampler.places,
        ...filesBelow(home),
        { where: "output", content: rotated.stdout + rotated.stderr },
        { where: "dumpxml", content: await virsh("dumpxml", GUEST, "--security-info") },
        { where: "net-dumpxml", content: await virsh("net-dumpxml", LAN) },
        ...[...logs, `/run/libvirt/qemu/${GUEST}.xml`].map((file) => ({
          where: file,
          content: readFileSync(file, "latin1"),
        })),
      ];
      const hits = hitsIn(places, secrets.flatMap(needlesOf));
      const allowed = [
        `${key("team-01")}: team-01 private key`,
        `${join(home, "passphrase")}: passphrase `,
        `${join(home, "keys", LAB, `${GUEST}.password`)}: team-01-web-secrets-password.outputs.result `,
      ];
      expect(hits.filter((hit) => !allowed.some((start) => hit.startsWith(start)))).toEqual([]);
      // Controls: the search finds what is there, and looked where it says.
      for (const start of allowed) expect(hits.some((hit) => hit.startsWith(start))).toBe(true);
      for (const text of ["qemu-system-x86_64", "pulumi-resource-random", "channel.pl"])
        expect(sampler.places.some(({ content }) => content.includes(text))).toBe(true);
      expect(readFileSync(logs[0] ?? "", "latin1")).toContain("cloud-init");

      const folder = `/var/lib/libvirt/images/${pool}`;
      expect(statSync(folder).mode & 0o777).toBe(0o711);
      for (const volume of [`${GUEST}-disk.qcow2`, `${GUEST}-seed.iso`])
        expect(statSync(join(folder, volume)).mode & 0o777).toBe(0o600);
      // The seed holds the host's key: the search would see it.
      expect(readFileSync(join(folder, `${GUEST}-seed.iso`), "latin1")).toContain(own[0]?.value);

      // In the guest root alone may read what holds one; no process shows any.
      const found = await lab.inGuest(
        "web",
        `{ ${searchScript(secrets, TEXTS)}} | while read -r file; do echo "$(stat -c '%A %U' "$file") $file"; done`,
      );
      const lines = found.split("\n").filter(Boolean);
      expect(lines.filter((line) => !/^-rw-(r--|---)--- root \/(etc|var\/lib\/cloud)\//.test(line))).toEqual(
        [],
      );
      expect(lines.some((line) => line.endsWith(" /etc/ssh/ssh_host_ed25519_key"))).toBe(true);
      expect(lines.some((line) => line.endsWith(" /etc/shadow"))).toBe(true);
    },
    20 * 60_000,
  );

  testKilledDown(lab, gone);

  test("nothing of it is left: no log, no socket", async () => {
    expect(await LIBVIRT.standing(LAB)).toEqual([]);
  });
});
