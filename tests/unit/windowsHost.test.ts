import { adapterCalls } from "../../components/hypervisors/hyperv/adapterCalls";
import { CHANNEL_PORT } from "../../components/hypervisors/hyperv/channelPort";
import {
  baseCalls,
  diskCalls,
  guestCalls,
  powerCalls,
  snapshotCalls,
} from "../../components/hypervisors/hyperv/guestCalls";
import {
  HOST_STATE,
  HYPERV_ON,
  hostCalls,
  imageCalls,
  OBSERVE,
} from "../../components/hypervisors/hyperv/hostCalls";
import { imagePath } from "../../components/hypervisors/hyperv/names";
import { switchCalls } from "../../components/hypervisors/hyperv/switchCalls";
import type { ModuleCall, ModuleCalls } from "../../components/hypervisors/hyperv/transport";
import { type GuestPlan, guestsOf } from "../../course/plan";
import { Machine, Switch, Windows } from "../support/windows/model";
import { answerOf } from "../support/windows/runner";
import { isObject } from "../support/windows/values";
import { FOLDER, hypervPlan, LABELS, MARK } from "./hypervLab";
import { guestNamed } from "./labs";

// The module's own text, run on the model of Windows (tests/support/windows): what it does where something is in the way. Not proved: that Windows and
// PowerShell do as their pages say.
const PLAN = hypervPlan();
const TEST1 = guestNamed(PLAN, "ubuntu-test1");
const DESK = guestNamed(PLAN, "desk");
const SHA256 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
const IMAGE = imageCalls(MARK, { source: "D:\\ubuntu.vhdx", sha256: SHA256 });
const PREFIX = "192.168.20.0/23";
const HOST = hostCalls(
  { name: "pc" },
  { mark: MARK, switches: PLAN.switches, guests: guestsOf(PLAN), natPrefix: PREFIX },
);

const diskOf = (guest: GuestPlan) =>
  diskCalls(guest, { mark: MARK, baseDisk: imagePath(MARK, `${SHA256}.vhdx`), seed: "c2VlZA==" });
const adaptersOf = (guest: GuestPlan) =>
  adapterCalls(guest, { mark: MARK, slot: 1, switches: PLAN.switches, natPrefix: PREFIX });
const partsOf = (guest: GuestPlan): ModuleCalls[] => [
  diskOf(guest),
  guestCalls(guest, { mark: MARK }),
  powerCalls(guest, MARK),
  adaptersOf(guest),
];

let host: Windows;

async function call({ function: name, data }: ModuleCall): Promise<unknown> {
  const sent = JSON.parse(JSON.stringify(data));
  const answer = await answerOf(host, { module: "hyperv", function: name, data: sent });
  if (!isObject(answer)) throw new Error(`no answer to ${name}`);
  return answer.ok === true ? answer.value : answer;
}

/** What a call is refused with, as `code: what`. */
async function refusal(made: ModuleCall): Promise<string> {
  const answer = await call(made);
  if (!isObject(answer) || !isObject(answer.fault)) throw new Error(`${made.function} was not refused`);
  return `${answer.fault.code}: ${answer.fault.what}`;
}

async function all(calls: readonly ModuleCalls[]): Promise<void> {
  for (const { apply } of calls) {
    const answer = await call(apply);
    if (isObject(answer) && isObject(answer.fault)) throw new Error(JSON.stringify(answer.fault));
  }
}

beforeEach(() => {
  host = new Windows();
  host.folder("D:\\");
  host.file("D:\\ubuntu.vhdx", Buffer.from([0]), 2 ** 30, { size: 3 * 2 ** 30, type: "Dynamic" });
});

const SWITCHES = PLAN.switches.map((entry) => switchCalls(entry, MARK));

test("a lab is made, made again without a change, observed, and leaves nothing", async () => {
  const calls = [
    HOST,
    IMAGE,
    ...SWITCHES,
    ...partsOf(TEST1),
    ...partsOf(DESK),
    snapshotCalls(TEST1, "s1", MARK),
  ];
  await all(calls);
  const ids = host.machines.map(({ Id }) => Id);
  await all(calls);
  expect(host.machines.map(({ Id }) => Id)).toEqual(ids);
  expect(await call(OBSERVE)).toMatchObject({ others: { guests: [], switches: [] } });
  const desk = host.machines.find(({ Name }) => Name === DESK.objectName);
  expect(
    desk?.adapters.map(({ vlan, acl, guards }) => [vlan.OperationMode, acl.length, guards.dhcp]),
  ).toEqual([
    ["Untagged", 0, "Off"],
    ["Untagged", 0, "On"],
    ["Untagged", 2, "On"],
    ["Private", 2, "On"],
    ["Untagged", 0, "On"],
    ["Access", 0, "On"],
  ]);
  for (const { remove } of calls.toReversed()) if (remove) await call(remove);
  expect([host.machines, host.switches, host.nats, host.inside("C:\\ProgramData\\classlab")]).toEqual([
    [],
    [],
    [],
    [],
  ]);
});

describe("the service of guests' channels", () => {
  const SERVICE = "GuestCommunicationServices\\000003fe-facb-11e6-bd58-64006a7986d3";
  const registered = () => [...host.socketServices].filter(([key]) => key.endsWith(SERVICE));

  test("is registered with the first lab of a host, stays for the second, and goes with the last", async () => {
    const other = { ...MARK, lab: "other", id: "fedcba9876543210" };
    const second = hostCalls({ name: "pc" }, { mark: other, switches: [], guests: [], natPrefix: undefined });
    await all([HOST, second]);
    expect(registered().map(([, name]) => name)).toEqual(["classlab"]);
    if (HOST.remove) await call(HOST.remove);
    expect(registered().length).toBe(1);
    if (second.remove) await call(second.remove);
    expect(registered()).toEqual([]);
  });

  test("of somebody else's stays; who may not register it is told who may", async () => {
    const key = `HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Virtualization\\${SERVICE}`;
    host.administrator = false;
    expect(await refusal(HOST.apply)).toMatch(
      /^administrator-needed: guests' management channel is not registered/,
    );
    host.administrator = true;
    host.socketServices.set(key, "theirs");
    await all([HOST]);
    if (HOST.remove) await call(HOST.remove);
    expect(registered()).toEqual([[key, "theirs"]]);
  });

  test("is the port of the socket that a guest's system listens on", () => {
    expect(Number.parseInt(SERVICE.split("\\")[1]?.slice(0, 8) ?? "", 16)).toBe(CHANNEL_PORT);
  });
});

test("a machine and a switch of a stranger's are refused and untouched", async () => {
  await all([HOST, IMAGE]);
  await call(diskOf(TEST1).apply);
  host.file("D:\\theirs.vhdx", Buffer.alloc(0), 1, { size: 1, type: "Dynamic" });
  const theirs = new Machine(host, TEST1.objectName, "D:\\VMs", "D:\\theirs.vhdx", 2 ** 30);
  host.machines.push(theirs);
  const wire = new Switch("lab-team-01-internal", "Private");
  host.switches.push(wire);
  const guest = guestCalls(TEST1, { mark: MARK });
  for (const each of [guest.apply, guest.remove, powerCalls(TEST1, MARK).apply])
    if (each)
      expect(await refusal(each)).toMatch(/^object-in-the-way: the host has a virtual machine of this name/);
  const internal = { mark: LABELS, name: wire.Name };
  expect(await refusal({ function: "Remove-ClasslabSwitch", data: internal })).toMatch(
    /^object-in-the-way: /,
  );
  expect(await refusal({ function: "Set-ClasslabSwitch", data: { ...internal, kind: "Private" } })).toMatch(
    /^object-in-the-way: /,
  );
  expect([theirs.Notes, theirs.State, wire.Notes]).toEqual(["", "Off", ""]);
});

test.each<[string, (windows: Windows) => void, RegExp]>([
  [
    "a NAT of somebody else",
    ({ nats }) => nats.push({ Name: "DockerNAT", InternalIPInterfaceAddressPrefix: "10.9.0.0/24" }),
    /^subnet-in-use: the host has a NAT that is not of this lab, for 10\.9\.0\.0\/24/,
  ],
  [
    "an address in the NAT's prefix",
    (windows) => windows.addInterface("VPN", "TAP", false, [{ address: "192.168.21.7", length: 24 }]),
    /^subnet-in-use: 192\.168\.20\.0\/23 is in use on the host: interface VPN has 192\.168\.21\.7\/24$/,
  ],
  [
    "a switch of somebody else over the card",
    ({ switches }) => switches.push(new Switch("room", "External", "Realtek PCIe GbE Family Controller")),
    /^bridge-impossible: the network card Ethernet is under the virtual switch room/,
  ],
])("%s is left alone, and told", async (_name, prepare, words) => {
  prepare(host);
  expect(await refusal(HOST.apply)).toMatch(words);
  expect(host.switches.filter(({ Name }) => Name === "lab_lan")).toEqual([]);
});

test.each<[string, (windows: Windows) => void, RegExp]>([
  [
    "Windows Home",
    (windows) => {
      windows.edition = "home";
    },
    /^host-unsuitable: this edition of Windows has no Hyper-V$/,
  ],
  [
    "no administrator",
    (windows) => {
      windows.administrator = false;
    },
    /^administrator-needed: /,
  ],
  [
    "no virtualization in the firmware",
    (windows) => {
      windows.firmware = false;
    },
    /^host-unsuitable: virtualization is off in the firmware$/,
  ],
  [
    "no virtualization in the processor of a server that is a virtual machine",
    (windows) => {
      windows.productType = 3;
      windows.nests = false;
    },
    /^nested-impossible: Windows does not turn Hyper-V on: .*プロセッサ/,
  ],
])("Hyper-V is not turned on: %s", async (_name, prepare, words) => {
  host.feature = "Disabled";
  prepare(host);
  expect(await refusal(HYPERV_ON)).toMatch(words);
  expect(host.feature).toBe("Disabled");
});

test("guests are kept from addresses of the cloud's own, wherever their adapters are", async () => {
  const hidden = ["169.254.169.254", "168.63.129.16"];
  const settings = { mark: MARK, slot: 1, switches: PLAN.switches, natPrefix: PREFIX, hidden };
  await all([HOST, IMAGE, ...SWITCHES, diskOf(DESK), guestCalls(DESK, { mark: MARK })]);
  await all([adapterCalls(DESK, settings)]);
  const desk = host.machines.find(({ Name }) => Name === DESK.objectName);
  const connected = desk?.adapters.filter(({ SwitchName }) => SwitchName !== "") ?? [];
  expect(connected.length).toBeGreaterThan(3);
  for (const { acl } of connected)
    expect(acl.flatMap(({ action, remote }) => (action === "Deny" ? [remote] : []))).toEqual(
      expect.arrayContaining(hidden),
    );
});

test("Hyper-V that waits for a restart is told as that, on a client and on a server", async () => {
  for (const productType of [1, 3] as const) {
    host.productType = productType;
    host.feature = "Disabled";
    expect(await call(HYPERV_ON)).toMatchObject({ rebootNeeded: true });
    expect(await refusal(HOST.apply)).toMatch(/^hyperv-not-running: /);
    expect(await call(HOST_STATE)).toMatchObject({
      running: false,
      rebootPending: true,
      feature: "EnablePending",
    });
    host.restart();
    expect(await call(HYPERV_ON)).toMatchObject({ rebootNeeded: false });
  }
});

test("an image of another hash is removed and refused; one from the web comes as well; a full disk is told", async () => {
  await all([HOST]);
  const other = imageCalls(MARK, { source: "D:\\ubuntu.vhdx", sha256: "ab".repeat(32) });
  expect(await refusal(other.apply)).toMatch(
    /^image-missing: the disk that guests are made from has the hash 6e340b9c/,
  );
  expect(host.inside(`${FOLDER}\\images`)).toEqual([]);
  const web = imageCalls(MARK, { source: "https://mirror.example/ubuntu.vhdx", sha256: SHA256 });
  expect(await refusal(web.apply)).toMatch(
    /^image-missing: .* cannot be brought from https:\/\/mirror\.example/,
  );
  host.web.set("https://mirror.example/ubuntu.vhdx", Buffer.from([0]));
  await all([web]);
  host.freeBytes = 2 ** 30;
  expect(await refusal(diskOf(TEST1).apply)).toBe(
    "disk-full: 1 GiB are free where a guest's disk is to be made",
  );
});

test("a guest that does not answer, and a merge that does not end, are told in time", async () => {
  await all([HOST, IMAGE, diskOf(TEST1), guestCalls(TEST1, { mark: MARK })]);
  host.deaf = true;
  expect(await refusal(powerCalls(TEST1, MARK).apply)).toMatch(/heartbeat within 600 s$/);
  host.deaf = false;
  await all([powerCalls(TEST1, MARK), snapshotCalls(TEST1, "s1", MARK)]);
  host.mergeSeconds = 10_000;
  const { remove } = guestCalls(TEST1, { mark: MARK });
  if (remove)
    expect(await refusal(remove)).toBe(
      "merge-unfinished: Hyper-V has been merging its snapshots into its disk for 900 s",
    );
  expect(host.machines.length).toBe(1);
});

test("clones begin with a copy that the guest does not write to", async () => {
  await all([HOST, IMAGE, diskOf(TEST1), guestCalls(TEST1, { mark: MARK }), powerCalls(TEST1, MARK)]);
  await all([baseCalls(TEST1, MARK), baseCalls(TEST1, MARK)]);
  const path = `${FOLDER}\\bases\\${TEST1.objectName}.vhdx`;
  expect(host.need(path).readOnly).toBe(true);
  const linked = guestNamed(PLAN, "linked1");
  await all([diskCalls(linked, { mark: MARK, baseDisk: path, seed: "eA==" })]);
  expect(host.chain(`${FOLDER}\\${linked.objectName}\\disk.vhdx`)).toEqual([
    `${FOLDER}\\${linked.objectName}\\disk.vhdx`,
    path,
  ]);
  expect(host.machines.map(({ State }) => State)).toEqual(["Running"]);
});
