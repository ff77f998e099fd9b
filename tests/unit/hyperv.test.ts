import {
  type AdapterSettings,
  adapterCalls,
  adapterDocuments,
} from "../../components/hypervisors/hyperv/adapterCalls";
import { channelQuestion } from "../../components/hypervisors/hyperv/channel";
import {
  baseCalls,
  diskCalls,
  guestCalls,
  powerCalls,
  shareCalls,
  snapshotCalls,
} from "../../components/hypervisors/hyperv/guestCalls";
import {
  HOST_RESTART,
  HOST_STATE,
  HYPERV_ON,
  hostCalls,
  imageCalls,
  OBSERVE,
} from "../../components/hypervisors/hyperv/hostCalls";
import { imagePath } from "../../components/hypervisors/hyperv/names";
import { switchCalls } from "../../components/hypervisors/hyperv/switchCalls";
import type { ModuleCall } from "../../components/hypervisors/hyperv/transport";
import { parseLab } from "../../course/config";
import { natPrefix } from "../../course/hypervNat";
import { type AdapterPlan, type GuestPlan, guestsOf, type LabPlan, makePlan } from "../../course/plan";
import { type Feature, SUPPORT } from "../../course/support";
import type { SwitchPlan } from "../../course/switches";
import { FOLDER, hypervPlan, LABELS, MARK, misfits, readModule, readOf } from "./hypervLab";
import { faultsOf, guestNamed, planOf, solid, WINDOWS } from "./labs";

const PLAN = hypervPlan();
const MODULE = readModule();
const PREFIX = solid(natPrefix("pc", PLAN.switches));
const TEST1 = guestNamed(PLAN, "ubuntu-test1");
const DESK = guestNamed(PLAN, "desk");
const BASE = imagePath(MARK, "base.vhdx");

function switchNamed(plan: LabPlan, name: string): SwitchPlan {
  const found = plan.switches.find((entry) => entry.name === name);
  if (!found) throw new Error(`no switch ${name}`);
  return found;
}

const settings = (more: Partial<AdapterSettings> = {}): AdapterSettings => ({
  mark: MARK,
  slot: 1,
  switches: PLAN.switches,
  natPrefix: PREFIX,
  ...more,
});
const needs = (plan = PLAN) => ({
  mark: MARK,
  switches: plan.switches,
  guests: guestsOf(plan),
  natPrefix: solid(natPrefix("pc", plan.switches)),
});
const HOST = hostCalls({ name: "pc" }, needs());
const applied = (name: string): object => switchCalls(switchNamed(PLAN, name), MARK).apply.data;
const guest = (plan: GuestPlan, more: object = {}) => guestCalls(plan, { mark: MARK, ...more });
const disk = (plan: GuestPlan) => diskCalls(plan, { mark: MARK, baseDisk: BASE, seed: "c2VlZA==" });
const adapters = (plan: GuestPlan, more: Partial<AdapterSettings> = {}) => adapterCalls(plan, settings(more));
const SHARE = shareCalls(DESK, "classlab", MARK);
const [FULL, LINKED] = ["clone1", "linked1"].map((name) => disk(guestNamed(PLAN, name)).apply);

describe("a host", () => {
  test("has the lab's folder, one NAT, one switch over its card", () => {
    expect(HOST).toEqual({
      apply: {
        function: "Set-ClasslabHost",
        data: {
          mark: LABELS,
          folder: FOLDER,
          externalSwitch: "lab_lan",
          natPrefix: "192.168.20.0/23",
          enhancedSession: true,
        },
      },
      remove: {
        function: "Remove-ClasslabHost",
        data: { mark: LABELS, folder: FOLDER, externalSwitch: "lab_lan" },
      },
    });
  });

  test("has nothing that its lab does not need", () => {
    const plan = hypervPlan({
      switches: [{ name: "only", mode: "internal" }],
      guests: [{ name: "g", adapters: [{ switch: "only" }] }],
    });
    expect(hostCalls({ name: "pc" }, needs(plan)).apply.data).toEqual({
      mark: LABELS,
      folder: FOLDER,
      enhancedSession: false,
    });
    expect(hostCalls({ name: "another" }, needs()).apply.data).toEqual({
      mark: LABELS,
      folder: FOLDER,
      natPrefix: "192.168.20.0/23",
      enhancedSession: false,
    });
  });

  test("has the image that guests are made from", () => {
    const sha256 = "ab".repeat(32);
    expect(imageCalls(MARK, { source: "D:\\base.vhdx", sha256 })).toEqual({
      apply: {
        function: "Set-ClasslabImage",
        data: { path: `${FOLDER}\\images\\${sha256}.vhdx`, sha256, source: "D:\\base.vhdx" },
      },
    });
  });
});

describe("the one NAT prefix", () => {
  const made = (subnet: string, mode: SwitchPlan["mode"] = "nat-network", host = "pc"): SwitchPlan => ({
    ...switchNamed(PLAN, "nat-network"),
    key: `k-${subnet}`,
    subnet,
    mode,
    host,
  });
  const prefix = (...switches: SwitchPlan[]) => solid(natPrefix("pc", switches));

  test("is the smallest that holds the host's NAT switches", () => {
    expect(prefix()).toBeUndefined();
    expect(prefix(made("192.168.20.0/24", "internal"))).toBeUndefined();
    expect(prefix(made("192.168.20.0/24"))).toBe("192.168.20.0/24");
    expect(prefix(made("192.168.20.0/24"), made("10.0.2.0/24", "nat", "other"))).toBe("192.168.20.0/24");
    expect(prefix(made("192.168.20.0/24"), made("192.168.23.0/24", "nat"))).toBe("192.168.20.0/22");
    expect(prefix(made("192.168.21.0/24"), made("192.168.22.0/25"))).toBe("192.168.20.0/22");
    expect(prefix(made("10.77.0.0/24"), made("10.77.255.0/24"))).toBe("10.77.0.0/16");
    expect(prefix(made("192.168.20.0/24"), made("192.168.20.0/24", "internal"))).toBe("192.168.20.0/24");
  });

  test("is refused where it would hold what is not translated, or most of the world", () => {
    expect(faultsOf(natPrefix("pc", [made("192.168.20.0/24"), made("10.0.2.0/24", "nat")]))).toBe(
      'lab.switches: Windows translates for one prefix, and on host "pc" none of at most /16 holds all NAT switches and nothing else: k-192.168.20.0/24 192.168.20.0/24, k-10.0.2.0/24 10.0.2.0/24. Expected subnets side by side, such as 192.168.20.0/24 and 192.168.21.0/24. Set "subnet: 192.168.21.0/24" on switch "nat-network", and move the guests\' addresses with it. [subnet-invalid]',
    );
    const apart = [made("192.168.20.0/24"), made("192.168.22.0/24")];
    expect(natPrefix("pc", [...apart, made("192.168.21.0/24", "host-only")]).ok).toBe(false);
    expect(natPrefix("pc", [...apart, made("192.168.24.0/24", "host-only")]).ok).toBe(true);
    expect(natPrefix("pc", [made("10.77.0.0/24"), made("10.78.0.0/24")]).ok).toBe(false);
  });
});

describe("a switch", () => {
  const own = (name: string) => ({ mark: LABELS, name });

  test.each([
    ["internal", { ...own("lab-team-01-internal"), kind: "Private" }],
    [
      "host-only",
      { ...own("lab-team-01-host-only"), kind: "Internal", hostAddress: "192.168.56.1", prefixLength: 24 },
    ],
    [
      "nat-network",
      { ...own("lab-team-01-nat-network"), kind: "Internal", hostAddress: "192.168.20.1", prefixLength: 24 },
    ],
    [
      "nat",
      {
        ...own("lab-team-01-nat"),
        kind: "Internal",
        hostAddress: "192.168.21.1",
        prefixLength: 24,
        primaryVlan: 5,
        secondaryVlan: 6,
      },
    ],
    ["bridged", { ...own("lab_lan"), kind: "External" }],
    ["vlan", { ...own("lab_lan"), kind: "External" }],
  ])("%s", (name, data) => {
    expect(applied(name)).toEqual(data);
  });

  test("is removed by its name; the one over the card goes with the host", () => {
    for (const name of ["internal", "host-only", "nat-network", "nat"])
      expect(switchCalls(switchNamed(PLAN, name), MARK).remove).toEqual({
        function: "Remove-ClasslabSwitch",
        data: own(`lab-team-01-${name}`),
      });
    for (const name of ["bridged", "vlan"])
      expect(switchCalls(switchNamed(PLAN, name), MARK).remove).toBeUndefined();
  });
});

describe("a guest", () => {
  const common = { mark: LABELS, folder: FOLDER };

  test("has the manual's values (L2520-2600)", () => {
    expect(guest(TEST1)).toEqual({
      apply: {
        function: "Set-ClasslabGuest",
        data: {
          ...common,
          name: "lab-team-01-ubuntu-test1",
          cpus: 2,
          memoryStart: 4096,
          memoryMinimum: 4096,
          memoryMaximum: 4096,
          seedImage: `${FOLDER}\\seeds\\lab-team-01-ubuntu-test1.iso`,
          secureBoot: "Off",
          nested: false,
          consolePipe: "\\\\.\\pipe\\classlab-lab-team-01-ubuntu-test1",
          enhancedSession: false,
        },
      },
      remove: { function: "Remove-ClasslabGuest", data: { ...common, name: "lab-team-01-ubuntu-test1" } },
    });
  });

  test("has a disk over the image, and a seed", () => {
    const own = {
      ...common,
      name: "lab-team-01-ubuntu-test1",
      seedImage: `${FOLDER}\\seeds\\lab-team-01-ubuntu-test1.iso`,
    };
    expect(disk(TEST1)).toEqual({
      apply: {
        function: "Set-ClasslabDisk",
        data: {
          ...own,
          diskSize: 10,
          diskKind: "Differencing",
          baseDisk: `${FOLDER}\\images\\base.vhdx`,
          seed: "c2VlZA==",
        },
      },
      remove: { function: "Remove-ClasslabDisk", data: own },
    });
    expect(disk(DESK).apply.data).toMatchObject({ diskSize: 20, diskKind: "Fixed" });
  });

  test("with dynamic memory, a whole disk, guests of its own, the clipboard and signatures", () => {
    expect(guest(DESK, { secureBoot: "Linux" }).apply.data).toMatchObject({
      memoryStart: 2048,
      memoryMinimum: 1024,
      memoryMaximum: 4096,
      nested: true,
      enhancedSession: true,
      secureBoot: "Linux",
    });
  });

  test("is turned on, and off when it goes", () => {
    const data = { mark: LABELS, guest: "lab-team-01-desk" };
    expect(powerCalls(DESK, MARK)).toEqual({
      apply: { function: "Set-ClasslabPower", data: { ...data, state: "running", seconds: 600 } },
      remove: { function: "Set-ClasslabPower", data: { ...data, state: "off", seconds: 90 } },
    });
  });

  test("has a snapshot as in the manual (L2726)", () => {
    const data = { mark: LABELS, guest: "lab-team-01-ubuntu-test1", name: "snapshot1" };
    expect(TEST1.snapshots.map((name) => snapshotCalls(TEST1, name, MARK))).toEqual([
      {
        apply: { function: "New-ClasslabSnapshot", data },
        remove: { function: "Remove-ClasslabSnapshot", data },
      },
    ]);
  });

  test("has clones that begin with a copy of its disk: a full one is whole, a linked one lies over it", () => {
    const path = `${FOLDER}\\bases\\lab-team-01-ubuntu-test1.vhdx`;
    expect(baseCalls(TEST1, MARK)).toEqual({
      apply: {
        function: "Set-ClasslabBase",
        data: { mark: LABELS, guest: "lab-team-01-ubuntu-test1", path, seconds: 600 },
      },
      remove: { function: "Remove-ClasslabBase", data: { path } },
    });
    expect([FULL, LINKED].map((call) => call?.data)).toMatchObject([
      { name: "lab-team-01-clone1", diskKind: "Dynamic" },
      { name: "lab-team-01-linked1", diskKind: "Differencing" },
    ]);
  });

  test("has a shared folder where it is to have one", () => {
    const own = { mark: LABELS, name: "lab-team-01-desk-mount-test-win" };
    const path = `${FOLDER}\\shared\\lab-team-01-desk\\mount-test-win`;
    expect(SHARE).toEqual({
      apply: { function: "Set-ClasslabShare", data: { ...own, path, account: "classlab" } },
      remove: { function: "Remove-ClasslabShare", data: own },
    });
    expect(shareCalls(TEST1, "classlab", MARK)).toBeUndefined();
  });
});

describe("adapters", () => {
  const mac = (index: number) => {
    const adapter = DESK.adapters[index];
    return adapter && adapter.mode !== "disabled" ? adapter.mac.replaceAll(":", "").toUpperCase() : "";
  };
  const none = { inside: "", notBeyond: "", hidden: [] };
  const untagged = { kind: "untagged" };

  test("one of every mode, in order", () => {
    expect(adapters(DESK)).toEqual({
      apply: {
        function: "Set-ClasslabAdapter",
        data: {
          mark: LABELS,
          guest: "lab-team-01-desk",
          adapters: [
            { name: "adapter-0", mac: "0A1ECD3B7204", spoofing: "On", switch: "", port: untagged, ...none },
            {
              name: "adapter-1",
              mac: mac(1),
              spoofing: "On",
              switch: "lab-team-01-internal",
              port: untagged,
              ...none,
            },
            {
              name: "adapter-2",
              mac: mac(2),
              spoofing: "On",
              switch: "lab-team-01-nat-network",
              port: untagged,
              inside: "192.168.20.0/24",
              notBeyond: "192.168.20.0/23",
              hidden: [],
            },
            {
              name: "adapter-3",
              mac: mac(3),
              spoofing: "On",
              switch: "lab-team-01-nat",
              port: { kind: "isolated", primaryVlan: 5, secondaryVlan: 6 },
              inside: "192.168.21.0/24",
              notBeyond: "192.168.20.0/23",
              hidden: [],
            },
            {
              name: "adapter-4",
              mac: mac(4),
              spoofing: "On",
              switch: "lab-team-01-host-only",
              port: untagged,
              ...none,
            },
            {
              name: "adapter-5",
              mac: mac(5),
              spoofing: "On",
              switch: "lab_lan",
              port: { kind: "access", vlan: 10 },
              ...none,
            },
          ],
        },
      },
      remove: { function: "Remove-ClasslabAdapter", data: { mark: LABELS, guest: "lab-team-01-desk" } },
    });
  });

  test("other addresses than its own leave only a guest that has guests itself", () => {
    expect(adapters(TEST1).apply.data).toMatchObject({ adapters: [{ switch: "lab_lan", spoofing: "Off" }] });
  });

  test("where one NAT switch is all, there is nothing to keep guests from", () => {
    const more = { natPrefix: "192.168.20.0/24" };
    expect(adapters(DESK, more).apply.data).toMatchObject({
      adapters: { 2: none, 3: { inside: "192.168.21.0/24", notBeyond: "192.168.20.0/24" } },
    });
    expect(adapters(DESK, { natPrefix: undefined }).apply.data).toMatchObject({
      adapters: { 2: none, 3: none },
    });
  });

  test("one that is connected keeps its address when it is not, and is moved in place", () => {
    const moved = {
      ...DESK,
      adapters: DESK.adapters.map(() => ({ mode: "disabled" }) satisfies AdapterPlan),
    };
    const names = (plan: GuestPlan) =>
      adapterDocuments(plan, settings()).map(({ name, mac: address }) => `${name} ${address}`);
    expect(names(moved)).toEqual(names(DESK));
  });
});

/** Everything that is ever asked of the module. */
const ALL: readonly ModuleCall[] = [
  HOST,
  imageCalls(MARK, { source: "D:\\base.vhdx", sha256: "" }),
  ...PLAN.switches.map((entry) => switchCalls(entry, MARK)),
  ...[TEST1, DESK].flatMap((each) => [disk(each), guest(each), adapters(each), powerCalls(each, MARK)]),
  baseCalls(TEST1, MARK),
  snapshotCalls(TEST1, "snapshot1", MARK),
  ...[SHARE].flatMap((each) => each ?? []),
]
  .flatMap(({ apply, remove }) => (remove ? [apply, remove] : [apply]))
  .concat([HOST_STATE, HYPERV_ON, HOST_RESTART, OBSERVE, channelQuestion(TEST1, "lab")])
  .concat([{ function: "Rename-ClasslabGuest", data: { mark: LABELS, id: "an-id", name: "lab-web" } }]);

describe("what is asked and what the module takes", () => {
  test("fit: names, kinds and values of parameters, and none is missing", async () => {
    const module = await MODULE;
    for (const call of ALL) expect([call.function, misfits(call, module)]).toEqual([call.function, []]);
  });

  test("every function that the module has for callers is called", async () => {
    const { functions } = await MODULE;
    const entry = functions.get("Invoke-ClasslabFunction")?.parameters.Function?.accepted ?? [];
    expect([...new Set(ALL.map((call) => call.function))].sort()).toEqual([...entry].sort());
  });

  test("of an adapter the module reads what is sent, and a port has what its function takes", async () => {
    const module = await MODULE;
    const sent = adapterDocuments(DESK, settings());
    const keys = new Set(sent.flatMap((adapter) => Object.keys(adapter)));
    expect(readOf(module, "Set-ClasslabAdapter", "adapter").filter((key) => /^[a-z]/.test(key))).toEqual(
      [...keys].sort(),
    );
    for (const { port } of sent) {
      const data = { adapter: {}, ...port };
      expect(misfits({ function: "Set-PortVlan", data }, module)).toEqual([]);
    }
  });

  test("each field under another name, of another kind or left out where it is needed is found", async () => {
    const module = await MODULE;
    let fields = 0;
    for (const { function: name, data } of ALL) {
      const parameters = Object.entries(module.functions.get(name)?.parameters ?? {});
      for (const [key, value] of Object.entries(data)) {
        const { [key]: _left, ...rest }: Record<string, unknown> = { ...data };
        const required = parameters.find(([each]) => each.toLowerCase() === key.toLowerCase())?.[1].required;
        const changed = [
          { ...rest, [`${key}s`]: value },
          { ...rest, [key]: Symbol(key) },
          ...(required ? [rest] : []),
        ];
        for (const wrong of changed)
          expect([name, key, misfits({ function: name, data: wrong }, module).length > 0]).toEqual([
            name,
            key,
            true,
          ]);
        fields += 1;
      }
    }
    expect(fields).toBeGreaterThan(100);
  });

  test("misfits are found", async () => {
    const module = await MODULE;
    const data = { mark: LABELS, name: "n", kind: "Nat", hostAddress: 5, colour: "red" };
    expect(misfits({ function: "Set-ClasslabSwitch", data }, module)).toEqual([
      "kind may not be Nat",
      "hostAddress is no String",
      "Set-ClasslabSwitch has no colour",
    ]);
    expect(misfits({ function: "Remove-ClasslabSwitch", data: {} }, module)).toEqual([
      "Remove-ClasslabSwitch without Mark",
      "Remove-ClasslabSwitch without Name",
    ]);
    expect(misfits({ function: "Set-Everything", data: {} }, module)).toEqual(["there is no Set-Everything"]);
  });
});

interface Rendered {
  /** What is asked of the module. */
  readonly call: ModuleCall | undefined;
  /** What of it makes the feature. */
  readonly data: object;
  /** The cmdlets that make it. */
  readonly cmdlets: readonly string[];
}

/** How each cell of the support table's column for Hyper-V that is not refused is made; in words where the host is asked for nothing. */
const MADE: Partial<Record<Feature, Rendered | string>> = {
  guests: {
    call: guest(TEST1).apply,
    data: { cpus: 2 },
    cmdlets: ["New-VM", "Set-VM", "Set-VMFirmware", "Add-VMDvdDrive", "Set-VMComPort"],
  },
  disabled: {
    call: adapters(DESK).apply,
    data: { adapters: { 0: { switch: "" } } },
    cmdlets: ["Add-VMNetworkAdapter", "Disconnect-VMNetworkAdapter"],
  },
  "host-only": {
    call: switchCalls(switchNamed(PLAN, "host-only"), MARK).apply,
    data: { kind: "Internal", hostAddress: "192.168.56.1" },
    cmdlets: ["New-VMSwitch", "New-NetIPAddress"],
  },
  nat: {
    call: switchCalls(switchNamed(PLAN, "nat"), MARK).apply,
    data: { kind: "Internal", primaryVlan: 5 },
    cmdlets: ["New-VMSwitch", "Set-VMNetworkAdapterVlan"],
  },
  "nat-network": { call: HOST.apply, data: { natPrefix: "192.168.20.0/23" }, cmdlets: ["New-NetNat"] },
  bridged: {
    call: HOST.apply,
    data: { externalSwitch: "lab_lan" },
    cmdlets: ["Get-NetAdapter", "New-VMSwitch"],
  },
  internal: {
    call: switchCalls(switchNamed(PLAN, "internal"), MARK).apply,
    data: { kind: "Private" },
    cmdlets: ["New-VMSwitch"],
  },
  vlan: {
    call: adapters(DESK).apply,
    data: { adapters: { 5: { port: { kind: "access", vlan: 10 } } } },
    cmdlets: ["Set-VMNetworkAdapterVlan"],
  },
  adapters: {
    call: adapters(DESK).apply,
    data: { adapters: { length: 6 } },
    cmdlets: ["Add-VMNetworkAdapter"],
  },
  "adapter-moved": {
    call: adapters(DESK).apply,
    data: { adapters: { 1: { name: "adapter-1" } } },
    cmdlets: ["Connect-VMNetworkAdapter", "Disconnect-VMNetworkAdapter", "Set-VMNetworkAdapter"],
  },
  nested: { call: guest(DESK).apply, data: { nested: true }, cmdlets: ["Set-VMProcessor"] },
  "dynamic-memory": { call: guest(DESK).apply, data: { memoryMinimum: 1024 }, cmdlets: ["Set-VMMemory"] },
  "disk-vhdx": {
    call: disk(TEST1).apply,
    data: { diskKind: "Differencing" },
    cmdlets: ["New-VHD", "Resize-VHD"],
  },
  "disk-fixed": {
    call: disk(DESK).apply,
    data: { diskKind: "Fixed" },
    cmdlets: ["Convert-VHD", "Resize-VHD"],
  },
  "shared-folder": { call: SHARE?.apply, data: { account: "classlab" }, cmdlets: ["New-SmbShare"] },
  clipboard: { call: guest(DESK).apply, data: { enhancedSession: true }, cmdlets: ["Set-VM"] },
  snapshots: {
    call: snapshotCalls(TEST1, "snapshot1", MARK).apply,
    data: { name: "snapshot1" },
    cmdlets: ["Checkpoint-VM"],
  },
  "linked-clone": {
    call: LINKED,
    data: { diskKind: "Differencing" },
    cmdlets: ["New-VHD"],
  },
  "full-clone": { call: FULL, data: { diskKind: "Dynamic" }, cmdlets: ["Convert-VHD"] },
  ntp: {
    call: guest(TEST1).apply,
    data: {},
    cmdlets: ["Get-VMIntegrationService", "Enable-VMIntegrationService"],
  },
  desktop: "VMConnect shows every guest",
  console: "VMConnect shows every guest",
  language: "the guest's own first start sets it, by its seed",
  docker: "inside the guest",
  remote: "the host's own Remote Desktop",
};

test("every cell of the support table that is not refused is made as this says", async () => {
  const { calledBy } = await MODULE;
  const cells = Object.entries(SUPPORT.hyperv).filter(([, cell]) => cell.kind !== "refused");
  expect(Object.keys(MADE).sort()).toEqual(cells.map(([feature]) => feature).sort());
  for (const [feature, made] of Object.entries(MADE)) {
    if (typeof made === "string") continue;
    expect([feature, made.call?.data]).toEqual([feature, expect.objectContaining({})]);
    expect(made.call?.data).toMatchObject(made.data);
    const called = calledBy(made.call?.function ?? "");
    expect([feature, made.cmdlets.filter((name) => !called.has(name))]).toEqual([feature, []]);
  }
});

test("a lab on the defaults of both NAT modes has no one prefix, and is told what would", () => {
  const lab = (subnet: object) => ({
    target: "hyperv",
    hosts: [WINDOWS],
    switches: [
      { name: "b", mode: "nat-network" },
      { name: "a", mode: "nat", ...subnet },
    ],
    guests: [{ name: "g", adapters: [{ switch: "a" }, { switch: "b" }] }],
  });
  const planned = makePlan("lab", solid(parseLab(lab({}))));
  expect(faultsOf(planned)).toBe(
    'lab.switches: Windows translates for one prefix, and on host "pc" none of at most /16 holds all NAT switches and nothing else: team-01-b 192.168.20.0/24, team-01-a 10.0.2.0/24. Expected subnets side by side, such as 192.168.20.0/24 and 192.168.21.0/24. Set "subnet: 192.168.21.0/24" on switch "a", and move the guests\' addresses with it. [subnet-invalid]',
  );
  expect(planOf("lab", lab({ subnet: "192.168.21.0/24" })).switches.length).toBe(2);
});
