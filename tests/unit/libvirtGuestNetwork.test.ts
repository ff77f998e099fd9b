import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { macOf } from "../../components/hypervisors/identity";
import { renderGuestNetwork } from "../../components/hypervisors/libvirt/adaptersScript";
import {
  type GuestNetworkSettings,
  NETWORK_SET,
  networkFingerprint,
  renderNetplan,
} from "../../components/hypervisors/libvirt/networkConfig";
import { guestOf, libvirtPlan, MARK } from "./libvirtLab";
import { FakeShell, record, SHELLS } from "./shell";

// The programs are stand-ins: what netplan and networkd make of it, real guests show.
const PLAN = libvirtPlan();
const GUEST = guestOf(PLAN, "plain");
const SETTINGS: GuestNetworkSettings = {
  mark: MARK,
  slot: 1,
  switches: PLAN.switches,
  dns: [],
  roomDhcp: false,
};
const MAC = macOf(GUEST, 0, SETTINGS);
const [ADAPTER] = GUEST.adapters;
if (!ADAPTER || ADAPTER.mode === "disabled") throw new Error("it has one adapter with an address");
const { address } = ADAPTER;

afterAll(() => FakeShell.disposeAll());

describe.each(SHELLS)("a running guest's network, in %s", (shell) => {
  let fake: FakeShell;
  beforeEach(() => {
    fake = new FakeShell("");
    for (const name of ["netplan", "networkctl", "systemctl"]) fake.program(name, record(name));
    fake.program("python3", "#!/bin/sh\n");
    fake.program(
      "ip",
      `#!/bin/sh
case "$*" in
*link*) echo "2: eth0: <UP> link/ether ${MAC} brd" ;;
*) echo "2: eth0 inet ${address}/24 brd" ;;
esac
`,
    );
    fake.write("run/result.json", "{}");
    fake.write("root/etc/netplan/50-cloud-init.yaml", "of before\n");
    fake.write("root/etc/classlab/x", "");
    fake.write("net/eth0/address", `${MAC}\n`);
  });
  const run = (seconds = "60") =>
    fake.run(
      shell,
      renderGuestNetwork(GUEST, SETTINGS)
        .replaceAll("/run/cloud-init", `${fake.folder}/run`)
        .replaceAll("/sys/class/net", `${fake.folder}/net`),
      seconds,
    );
  const calls = (told: readonly string[]) => told.map((call) => call.replace("host ", ""));
  const AT_ONCE = [
    "systemctl|is-active|--quiet|systemd-networkd",
    "netplan|generate",
    "networkctl|reload",
    "networkctl|reconfigure|eth0",
  ];

  test("whose devices have their names: networkd is told at once, and what was set is not set again", () => {
    const first = run();
    expect([first.code, first.stderr]).toEqual([0, ""]);
    expect(calls(first.calls)).toEqual(AT_ONCE);
    expect(fake.read("root/etc/netplan/50-cloud-init.yaml")).toBe(renderNetplan(GUEST, SETTINGS));
    expect(fake.read(`root${NETWORK_SET}`).trim()).toBe(networkFingerprint(GUEST, SETTINGS));
    expect(run().calls).toEqual([]);
  });

  test("whose first start is under way: its end is told by systemd, and looked for where that tells nothing", () => {
    fake.program("sleep", record("sleep"));
    for (const told of [
      "echo '{}' > result.json; exit 1",
      "[ -e told ] && echo '{}' > result.json; : > told; exit 1",
    ]) {
      rmSync(join(fake.folder, "run"), { recursive: true });
      mkdirSync(join(fake.folder, "run"));
      fake.program(
        "systemctl",
        `${record("systemctl")}case "$1" in is-active) exit 0 ;; esac\ncd "$FAKE/run"\n${told}\n`,
      );
      rmSync(join(fake.folder, `root${NETWORK_SET}`), { force: true });
      const ended = run();
      expect([ended.code, ended.stderr]).toEqual([0, ""]);
      const looked = "systemctl|is-system-running|--wait";
      const before = told.startsWith("echo") ? [looked] : [looked, "sleep|1", looked];
      expect(calls(ended.calls)).toEqual([...before, ...AT_ONCE]);
    }
  });

  test("whose first start does not come to its end: told when its time is over", () => {
    rmSync(join(fake.folder, "run", "result.json"));
    const ended = run("0");
    expect([ended.code, ended.stderr, ended.calls]).toEqual([1, "its first start did not end in time\n", []]);
  });

  test.each([
    ["a device that has not got its name yet", () => fake.write("net/eth0/address", "52:54:00:00:00:01\n")],
    ["another service that has the network", () => fake.program("systemctl", "#!/bin/sh\nexit 3\n")],
  ])("%s: netplan does all of it", (_words, arrange) => {
    arrange();
    const told = run();
    expect(told.code).toBe(0);
    expect(calls(told.calls).filter((call) => !call.startsWith("systemctl"))).toEqual(["netplan|apply"]);
  });

  test("networkd that does not take it: netplan does all of it", () => {
    fake.program("networkctl", `${record("networkctl")}exit 1\n`);
    expect(calls(run().calls)).toEqual([...AT_ONCE.slice(0, 3), "netplan|apply"]);
  });
});
