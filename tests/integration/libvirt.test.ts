import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { libvirtChannel } from "../../components/hypervisors/libvirt/channel";
import { type Direction, EXPECTED_REACH } from "../../course/expectedReach";
import type { SwitchMode } from "../../course/modes";
import { reachDifferences } from "../../course/reachDifferences";
import type { VerifyReport, VerifyRow } from "../../operations/verify/report";
import { execute, output, ROOT } from "../support/cli";
import { expectNothingToDo } from "../support/nothingToDo";
import { StandInInternet } from "../support/standInInternet";
import { virsh } from "../support/targets/libvirt";
import { type LabYaml, SKIP_LIBVIRT, TestLab, type UpDocument } from "../support/testLab";
import { blackhole, redRows, verified } from "../support/verifying";

// The example's two guests as real virtual machines, by the real libvirt and QEMU of this machine, which stand once: as the example has them, then
// deleted by hand, moved through every mode while they run, broken and brought back by a snapshot, and cloned. Only the subnets are the test's own,
// and outside is a stand-in on this machine. Without KVM they are emulated: minutes, not seconds.
const suite = SKIP_LIBVIRT ? describe.skip : describe;

const LAB = "ivirt";
const WEB = "docker-host";
const MATE = "ubuntu-test1";
const GUESTS = [WEB, MATE] as const;
const NGINX = "<title>Welcome to nginx!</title>";

/** The switch of each mode; the example has two of them. */
const SWITCHES: Readonly<Record<SwitchMode, { readonly name: string; readonly net: number }>> = {
  "host-only": { name: "host-only", net: 216 },
  nat: { name: "nat", net: 217 },
  internal: { name: "internal", net: 218 },
  "nat-network": { name: "nat-network", net: 219 },
  bridged: { name: "lan", net: 220 },
};
const VLAN = { name: "vlan", mode: "bridged", vlan: 10, subnet: "192.168.221.0/24" };
const MODES = ["internal", "nat-network", "nat", "host-only", "bridged"] as const;
const LAN_ADDRESS = "192.168.220.99";

/** The example's text with the test's subnets and the stand-in for the internet. */
function example(): string {
  const text = readFileSync(join(ROOT, "examples/05-libvirt/Pulumi.libvirt.yaml"), "utf8")
    .replaceAll("192.168.99.", `192.168.${SWITCHES.bridged.net}.`)
    .replaceAll("192.168.20.", `192.168.${SWITCHES["nat-network"].net}.`);
  const document: { config: { "classlab:lab": { verify?: object } } } = parse(text);
  document.config["classlab:lab"].verify = {
    internetProbe: { pages: [{ url: `http://${StandInInternet.address}/`, contains: "stand-in internet" }] },
  };
  return stringify(document);
}

/** What exercise 3a makes, as the example has it. */
function exercise(): { readonly snapshots: string[]; readonly clones: { name: string; kind: string }[] } {
  const document: { config: { "classlab:lab": { guests: [{ snapshots: string[]; clones: never[] }] } } } =
    parse(readFileSync(join(ROOT, "examples/11-snapshots/Pulumi.snapshots.yaml"), "utf8"));
  return document.config["classlab:lab"].guests[0];
}

const objectName = (guest: string) => `${LAB}-team-01-${guest}`;
const snapshotsOf = async (guest: string) =>
  (await virsh("snapshot-list", objectName(guest), "--name")).split("\n").filter(Boolean);

/** Names of domains, networks and pools, whoever's. */
async function standing(): Promise<string[]> {
  const lists = [
    ["list", "--all", "--name"],
    ["net-list", "--all", "--name"],
    ["pool-list", "--all", "--name"],
  ];
  const texts = await Promise.all(lists.map((words) => virsh(...words)));
  return texts.flatMap((text) => text.split("\n").filter(Boolean)).sort();
}

/** The way that a row measured, as the matrix of modes names it; undefined for one of several guests or of none. */
function directionOf({ from, to }: VerifyRow): Direction | undefined {
  if (from?.kind === "host" && to?.kind === "guest") return "fromHost";
  if (from?.kind === "client" && to?.kind === "guest") return "fromClient";
  if (from?.kind !== "guest") return undefined;
  switch (to?.kind) {
    case "host":
      return "toHost";
    case "client":
      return "toClient";
    case "internet":
      return "internet";
    case "guest":
      return "mate";
    default:
      return undefined;
  }
}

/** What was measured of a mode: every way that rows of it tell of, and whether it was let through. */
function measuredIn(report: VerifyReport, mode: SwitchMode): Map<Direction, boolean> {
  const rows = report.rows.filter((row) => row.mode === mode && ["reach", "internet"].includes(row.kind));
  return new Map(
    rows.flatMap((row) => {
      const direction = directionOf(row);
      return direction && row.outcome === "as-expected" ? [[direction, row.expected] as const] : [];
    }),
  );
}

suite("virtual machines", () => {
  const lab = new TestLab(LAB, example());
  const measured = new Map<SwitchMode, Map<Direction, boolean>>();
  let internet: StandInInternet;
  let open: () => Promise<void>;
  let before: string[];
  let first: UpDocument;
  let uptimes: number[];

  /** Runs a script in a guest, as root, over its management channel. */
  const inGuest = (guest: string, script: string) =>
    output("sh", ["-c", libvirtChannel({ objectName: objectName(guest), team: "team-01" }, LAB).shell], {
      env: lab.env,
      stdin: script,
    });
  const readUptimes = () =>
    Promise.all(
      GUESTS.map(async (guest) => Number((await inGuest(guest, "cut -d' ' -f1 /proc/uptime")).trim())),
    );
  const green = async () => {
    const { code, report } = await verified(lab, "--timeout", "300");
    expect(redRows(report)).toEqual({});
    expect(code).toBe(0);
    return report;
  };
  const adapters = (change: (guest: string) => LabYaml["guests"][number]["adapters"]) =>
    lab.edit(({ guests }) => {
      for (const guest of guests) guest.adapters = change(guest.name);
    });
  const both = (mode: SwitchMode) => adapters(() => [{ switch: SWITCHES[mode].name }]);

  beforeAll(async () => {
    open = await blackhole("192.168.216.0/21");
    internet = await StandInInternet.start();
    // Somebody else's, which has to stay.
    const neighbour = join(lab.folder, "neighbour.xml");
    writeFileSync(neighbour, "<network><name>ivirt-neighbour</name><bridge name='ivirtother'/></network>");
    await virsh("net-define", neighbour);
    before = await standing();
    expect(before).toContain("ivirt-neighbour");
  });

  afterAll(async () => {
    await lab.dispose();
    await execute("virsh", ["-q", "-c", "qemu:///system", "net-undefine", "ivirt-neighbour"]);
    await internet.stop();
    await open();
  }, 300_000);

  test("stand up: two machines, their first start done, nginx answering", async () => {
    first = await lab.up();
    expect(first.ok).toBe(true);
    expect(first.guests.map(({ guest }) => guest).sort()).toEqual([...GUESTS].sort());
    expect(first.services.map(({ url, ok }) => ({ url, ok }))).toEqual([
      { url: `http://${LAN_ADDRESS}:8080/`, ok: true },
    ]);
    expect((await virsh("list", "--name")).split("\n").filter(Boolean).sort()).toEqual(
      expect.arrayContaining(GUESTS.map(objectName)),
    );
  }, 1_500_000);

  test("are what the plan says, every check of it", async () => {
    const report = await green();
    expect(report.target).toBe("libvirt");
    expect(report.rows.some(({ kind, expected }) => kind === "internet" && expected)).toBe(true);
  }, 400_000);

  test("log a learner in as printed, by the guest's own key", async () => {
    const { sshCommand } = first.guests.find(({ guest }) => guest === WEB) ?? { sshCommand: "" };
    expect((await lab.ssh(sshCommand, "hostname")).stdout).toBe(`${WEB}\n`);
  }, 120_000);

  test("a second preview is empty, with and without refresh; up has nothing to do", async () => {
    await expectNothingToDo(lab);
  }, 300_000);

  test("one that is deleted or paused by hand is brought back with all that was on its disk", async () => {
    await inGuest(WEB, "echo kept > /home/ubuntu/mine; sync");
    await virsh("suspend", objectName(MATE));
    await virsh("destroy", objectName(WEB));
    await virsh("undefine", objectName(WEB));
    await lab.up();
    expect(await inGuest(WEB, "cat /home/ubuntu/mine")).toBe("kept\n");
    // That of the paused one answers: it runs.
    uptimes = await readUptimes();
  }, 1_500_000);

  test("nginx answers at the guest's own address, and in a guest that no network leads to", async () => {
    lab.edit((yaml) => {
      yaml.switches = [
        ...Object.entries(SWITCHES).map(([mode, { name, net }]) => ({
          ...{ name, mode },
          subnet: `192.168.${net}.0/24`,
        })),
        VLAN,
      ];
      for (const guest of yaml.guests)
        Object.assign(guest, {
          // Nothing but its mate reaches the other one, and it gets its stack all the same.
          adapters: [guest.name === WEB ? { switch: "lan", address: LAN_ADDRESS } : { switch: "internal" }],
          docker: [{ kind: "nginx" }],
        });
    });
    await lab.up();
    expect(await (await fetch(`http://${LAN_ADDRESS}:8080/`)).text()).toContain(NGINX);
    expect(await inGuest(MATE, "curl -fsS http://127.0.0.1:8080/")).toContain(NGINX);
    const report = await green();
    const inside = `service/team-01/${MATE}/nginx:8080/team-01/${MATE}`;
    expect(report.rows.find(({ id }) => id === inside)?.outcome).toBe("as-expected");
  }, 900_000);

  test.each(MODES)(
    "in mode %s: moved there while they run, and every cell as the plan has it",
    async (mode) => {
      both(mode);
      await lab.up();
      const report = await green();
      measured.set(mode, measuredIn(report, mode));
      const now = await readUptimes();
      expect(now.map((seconds, index) => seconds > (uptimes[index] ?? 0))).toEqual([true, true]);
      uptimes = now;
    },
    600_000,
  );

  test("what was measured differs from containers in the cells that are listed, and in no others", () => {
    const cells = MODES.flatMap((mode) =>
      [...(measured.get(mode) ?? [])].flatMap(([direction, reachable]) =>
        EXPECTED_REACH.containers[mode][direction].reachable === reachable ? [] : [`${mode} ${direction}`],
      ),
    );
    expect(cells.sort()).toEqual(
      reachDifferences("containers", "libvirt")
        .map(({ mode, direction }) => `${mode} ${direction}`)
        .sort(),
    );
    // One team alone is here: all ways but that to another's guests.
    expect(MODES.map((mode) => measured.get(mode)?.size)).toEqual(MODES.map(() => 6));
  });

  test("disabled, and then a VLAN beside the LAN: kept apart, with an adapter more in a guest that runs on", async () => {
    adapters(() => [{ mode: "disabled" }]);
    await lab.up();
    await green();
    adapters((guest) => (guest === WEB ? [{ switch: "vlan" }] : [{ switch: "vlan" }, { switch: "lan" }]));
    await lab.up();
    const report = await green();
    const pairs = report.rows.filter(
      ({ from, to, kind, protocol }) =>
        kind === "reach" &&
        from?.kind === "guest" &&
        from.guest === WEB &&
        to?.kind === "guest" &&
        protocol === "tcp",
    );
    expect(pairs.map(({ address, expected }) => [address, expected])).toEqual([
      ["192.168.221.10", true],
      ["192.168.220.10", false],
    ]);
    expect((await readUptimes()).map((seconds, index) => seconds > (uptimes[index] ?? 0))).toEqual([
      true,
      true,
    ]);
  }, 900_000);

  test("WordPress answers at the guest's own address, too", async () => {
    adapters((guest) => [guest === WEB ? { switch: "lan", address: LAN_ADDRESS } : { switch: "lan" }]);
    lab.edit(({ guests }) => {
      Object.assign(guests.find(({ name }) => name === WEB) ?? {}, {
        docker: [{ kind: "nginx" }, { kind: "wordpress" }],
      });
    });
    const document = await lab.up();
    const opened = document.services.filter(({ url }) => url.startsWith(`http://${LAN_ADDRESS}:`));
    expect(opened.map(({ stack, ok }) => [stack, ok])).toEqual([
      ["nginx", true],
      ["wordpress", true],
    ]);
    const site = await fetch(`http://${LAN_ADDRESS}:8060/`);
    expect(site.status).toBe(200);
    expect(await site.text()).toMatch(/wp-(admin|content|includes)/);
    await green();
  }, 900_000);

  test("a snapshot brings back what was broken, with its clock and its channel; a learner's own stays", async () => {
    const { snapshots } = exercise();
    lab.edit(({ guests }) => Object.assign(guests.find(({ name }) => name === WEB) ?? {}, { snapshots }));
    await lab.up();
    expect(await snapshotsOf(WEB)).toEqual(["snapshot1"]);
    await virsh("snapshot-create-as", objectName(WEB), "own");
    await inGuest(WEB, "rm -rf /home/ubuntu /etc/hosts; docker rm -f nginx; systemctl stop ssh");
    const broken = (await verified(lab, "--timeout", "300")).report;
    expect(Object.keys(redRows(broken))).toEqual(
      expect.arrayContaining([`ssh/team-01/${WEB}`, `service/team-01/${WEB}/nginx:8080/host`]),
    );
    await virsh("snapshot-revert", objectName(WEB), "snapshot1", "--running");
    await virsh("domtime", objectName(WEB), "--now");
    await green();
    const behind = Date.now() / 1000 - Number(await inGuest(WEB, "date +%s"));
    expect(Math.abs(behind)).toBeLessThan(30);
    expect((await lab.run("status")).code).toBe(0);
    expect((await snapshotsOf(WEB)).sort()).toEqual(["own", "snapshot1"]);
  }, 900_000);

  test("a full and a linked clone stand beside the guest, each another machine", async () => {
    const { clones } = exercise();
    // Of the one with less in it: what runs in a guest runs in its clones.
    lab.edit(({ guests }) => Object.assign(guests.find(({ name }) => name === MATE) ?? {}, { clones }));
    const document = await lab.up();
    const names = [MATE, ...clones.map(({ name }) => name)];
    expect(document.guests.map(({ guest }) => guest).sort()).toEqual([...names, WEB].sort());
    await green();
    for (const fact of [
      "hostname",
      "cat /etc/machine-id",
      "cat /etc/ssh/ssh_host_ed25519_key.pub | cut -d' ' -f2",
      "ip -o link show eth0 | grep -o 'ether [0-9a-f:]*'",
      "ip -o -4 address show eth0 | awk '{ print $4 }'",
    ]) {
      const told = await Promise.all(names.map((name) => inGuest(name, fact)));
      expect(told).not.toContain("");
      expect({ fact, different: new Set(told).size }).toEqual({ fact, different: names.length });
    }
    const [full, linked] = await Promise.all(
      ["ubuntu-full", "ubuntu-linked"].map((name) => virsh("domblklist", objectName(name), "--details")),
    );
    expect(full).toContain(`${objectName("ubuntu-full")}-disk.qcow2`);
    expect(linked).toContain(`${objectName("ubuntu-linked")}-disk.qcow2`);
    // Nothing was taken anew or away, and the next run has nothing to do.
    expect((await snapshotsOf(WEB)).sort()).toEqual(["own", "snapshot1"]);
    const [unit] = (await lab.up()).units;
    expect(Object.keys(unit?.changes ?? {})).toEqual(["same"]);
  }, 1_500_000);

  test("go without a trace, and nobody else's does", async () => {
    const down = await lab.run("down", "--yes");
    expect({ code: down.code, stderr: down.code === 0 ? "" : down.stderr }).toEqual({ code: 0, stderr: "" });
    expect((await lab.run("sweep")).code).toBe(0);
    expect(await standing()).toEqual(before);
  }, 300_000);
});
