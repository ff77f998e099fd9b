import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { libvirtChannel } from "../../components/hypervisors/libvirt/channel";
import { type Direction, EXPECTED_REACH } from "../../course/expectedReach";
import type { SwitchMode } from "../../course/modes";
import { reachDifferences } from "../../course/reachDifferences";
import type { VerifyReport, VerifyRow } from "../../operations/verify/report";
import { output, ROOT } from "../support/cli";
import { StandInInternet } from "../support/standInInternet";
import { type LabYaml, SKIP_LIBVIRT, TestLab, type UpDocument } from "../support/testLab";
import { blackhole, redRows, verified } from "../support/verifying";

// Two real machines that stand once: moved through every mode while they run, then broken and brought back by a snapshot, then cloned. Outside
// is a stand-in on this machine. Without KVM they are emulated: minutes, not seconds.
const suite = SKIP_LIBVIRT ? describe.skip : describe;

const LAB = "ivmodes";
const GUESTS = ["one", "two"] as const;
const NGINX = "<title>Welcome to nginx!</title>";

/** The third number of each switch's subnet. */
const NETS: Readonly<Record<SwitchMode, number>> = {
  "host-only": 216,
  nat: 217,
  internal: 218,
  "nat-network": 219,
  bridged: 220,
};
const VLAN = { name: "vlan", mode: "bridged", vlan: 10, subnet: "192.168.221.0/24" };
const MODES = ["internal", "nat-network", "nat", "host-only", "bridged"] as const;

const config = stringify({
  config: {
    "classlab:lab": {
      target: "libvirt",
      units: "one",
      verify: {
        internetProbe: {
          pages: [{ url: `http://${StandInInternet.address}/`, contains: "stand-in internet" }],
        },
      },
      switches: [
        ...Object.entries(NETS).map(([mode, net]) => ({ name: mode, mode, subnet: `192.168.${net}.0/24` })),
        VLAN,
      ],
      guests: [
        {
          name: "one",
          cpus: 1,
          memory: 1024,
          adapters: [{ switch: "bridged", address: "192.168.220.20" }],
          docker: [{ kind: "nginx" }, { kind: "wordpress" }],
        },
        // Nothing but its mate reaches it, and it gets its stack all the same.
        {
          name: "two",
          cpus: 1,
          memory: 768,
          adapters: [{ switch: "internal" }],
          docker: [{ kind: "nginx" }],
        },
      ],
    },
  },
});

/** What exercise 3a makes, as the example has it. */
function example(): { readonly snapshots: string[]; readonly clones: { name: string; kind: string }[] } {
  const document: { config: { "classlab:lab": { guests: [{ snapshots: string[]; clones: never[] }] } } } =
    parse(readFileSync(join(ROOT, "examples/11-snapshots/Pulumi.snapshots.yaml"), "utf8"));
  return document.config["classlab:lab"].guests[0];
}

const objectName = (guest: string) => `${LAB}-team-01-${guest}`;
const virsh = (...args: string[]) => output("virsh", ["-q", "-c", "qemu:///system", ...args]);
const snapshotsOf = async (guest: string) =>
  (await virsh("snapshot-list", objectName(guest), "--name")).split("\n").filter(Boolean);

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

suite("virtual machines in every mode", () => {
  const lab = new TestLab(LAB, config);
  const measured = new Map<SwitchMode, Map<Direction, boolean>>();
  let internet: StandInInternet;
  let open: () => Promise<void>;
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
  const both = (mode: SwitchMode) => adapters(() => [{ switch: mode }]);

  beforeAll(async () => {
    open = await blackhole("192.168.216.0/21");
    internet = await StandInInternet.start();
    first = await lab.up();
    uptimes = await readUptimes();
  }, 1_500_000);

  afterAll(async () => {
    await lab.dispose();
    await internet.stop();
    await open();
  }, 300_000);

  test("nginx and WordPress answer at the guest's own address; so does nginx in a guest that no network leads to", async () => {
    expect(first.services.map(({ stack, url, ok }) => [stack, url, ok])).toEqual([
      ["nginx", "http://192.168.220.20:8080/", true],
      ["wordpress", "http://192.168.220.20:8060/", true],
    ]);
    expect(await (await fetch("http://192.168.220.20:8080/")).text()).toContain(NGINX);
    const site = await fetch("http://192.168.220.20:8060/");
    expect(site.status).toBe(200);
    expect(await site.text()).toMatch(/wp-(admin|content|includes)/);
    expect(await inGuest("two", "curl -fsS http://127.0.0.1:8080/")).toContain(NGINX);
    const report = await green();
    expect(report.rows.find(({ id }) => id === "service/team-01/two/nginx:8080/team-01/two")?.outcome).toBe(
      "as-expected",
    );
  }, 400_000);

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
    adapters((guest) =>
      guest === "one" ? [{ switch: "vlan" }] : [{ switch: "vlan" }, { switch: "bridged" }],
    );
    await lab.up();
    const report = await green();
    const pairs = report.rows.filter(
      ({ from, to, kind, protocol }) =>
        kind === "reach" &&
        from?.kind === "guest" &&
        from.guest === "one" &&
        to?.kind === "guest" &&
        protocol === "tcp",
    );
    expect(pairs.map(({ address, expected }) => [address, expected])).toEqual([
      ["192.168.221.11", true],
      ["192.168.220.10", false],
    ]);
    expect((await readUptimes()).map((seconds, index) => seconds > (uptimes[index] ?? 0))).toEqual([
      true,
      true,
    ]);
  }, 900_000);

  test("a snapshot brings back what was broken, with its clock and its channel; a learner's own stays", async () => {
    adapters((guest) => [
      guest === "one" ? { switch: "bridged", address: "192.168.220.20" } : { switch: "bridged" },
    ]);
    const { snapshots } = example();
    lab.edit(({ guests: [guest] }) => Object.assign(guest ?? {}, { snapshots }));
    await lab.up();
    expect(await snapshotsOf("one")).toEqual(["snapshot1"]);
    await virsh("snapshot-create-as", objectName("one"), "own");
    await inGuest("one", "rm -rf /home/ubuntu /etc/hosts; docker rm -f nginx; systemctl stop ssh");
    const broken = (await verified(lab, "--timeout", "300")).report;
    expect(Object.keys(redRows(broken))).toEqual(
      expect.arrayContaining(["ssh/team-01/one", "service/team-01/one/nginx:8080/host"]),
    );
    await virsh("snapshot-revert", objectName("one"), "snapshot1", "--running");
    await virsh("domtime", objectName("one"), "--now");
    await green();
    const behind = Date.now() / 1000 - Number(await inGuest("one", "date +%s"));
    expect(Math.abs(behind)).toBeLessThan(30);
    expect((await lab.run("status")).code).toBe(0);
    expect((await snapshotsOf("one")).sort()).toEqual(["own", "snapshot1"]);
  }, 900_000);

  test("a full and a linked clone stand beside the guest, each another machine", async () => {
    const { clones } = example();
    // Of the one with less in it: what runs in a guest runs in its clones.
    lab.edit(({ guests }) => Object.assign(guests.find(({ name }) => name === "two") ?? {}, { clones }));
    const document = await lab.up();
    const names = ["two", ...clones.map(({ name }) => name)];
    expect(document.guests.map(({ guest }) => guest).sort()).toEqual([...names, "one"].sort());
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
    expect((await snapshotsOf("one")).sort()).toEqual(["own", "snapshot1"]);
    const [unit] = (await lab.up()).units;
    expect(Object.keys(unit?.changes ?? {})).toEqual(["same"]);
  }, 1_500_000);

  test("go without a trace", async () => {
    const down = await lab.run("down", "--yes");
    expect({ code: down.code, stderr: down.code === 0 ? "" : down.stderr }).toEqual({ code: 0, stderr: "" });
    const left = await Promise.all(
      [
        ["list", "--all"],
        ["net-list", "--all"],
        ["pool-list", "--all"],
      ].map((words) => virsh(...words, "--name")),
    );
    expect(left.join("\n")).not.toContain(LAB);
  }, 300_000);
});
