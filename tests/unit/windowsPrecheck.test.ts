import { precheckStick } from "../../components/hosts/precheck/stick";
import { readPrecheck } from "../../course/room/precheck";
import { ROOM_RULES } from "../../course/room/rules";
import { parsePowerShell } from "../powershell/parser";
import { feature, GIB, LOOKED_AT as GOOD } from "../support/windows/goodLooks";
import { type LookedAt, lookAt } from "../support/windows/lookedAt";
import { ROOT, solid } from "./labs";

// The script's own text, run on PCs as a test makes them up: what it says of each. Not proved: that Windows answers so.
const script = parsePowerShell(
  precheckStick(ROOT, "ja")
    .find(({ name }) => name === "Precheck.ps1")
    ?.text.replaceAll("\r\n", "\n") ?? "",
);

const {
  Win32_OptionalFeature: _features,
  Win32_DeviceGuard: _guard,
  Win32_PhysicalMemory: _memory,
  ...SPARSE
} = GOOD.cim;
const cimOf = (name: string, change: object) => ({
  ...GOOD.cim,
  [name]: (GOOD.cim[name] ?? []).map((each) => ({ ...each, ...change })),
});

async function look(change: Partial<LookedAt> = {}, seat = "A-07") {
  const { files, printed } = lookAt({ ...GOOD, ...change }, await script, { seat, folder: "E:\\room" });
  const [json = "", html = ""] = printed;
  expect([...files.keys()].sort()).toEqual([html, json].sort());
  const report = files.get(html) ?? "";
  const told = ROOM_RULES.filter(({ found }) => report.includes(found.ja)).map(({ code }) => code);
  return { pc: solid(readPrecheck(json, files.get(json) ?? "")), json, report, told };
}

test("a PC as it should be: every fact, and nothing to do", async () => {
  const { pc, json, told, report } = await look();
  expect(json).toBe("E:\\room\\results\\PC-07.json");
  expect(pc).toMatchObject({
    seat: "A-07",
    name: "PC-07",
    os: "windows",
    product: "Microsoft Windows 11 Pro",
    edition: "pro",
    architecture: "x64",
    cpus: 8,
    memory: 32768,
    diskSize: 500,
    diskFree: 300,
    firmwareVirtualization: true,
    nestedPaging: true,
    hypervisor: false,
    hyperv: "disabled",
    memoryIntegrity: false,
    credentialGuard: false,
    wsl2: false,
    dockerDesktop: false,
    virtualbox: "",
    ssh: "running",
    hostKey: "ssh-ed25519 AAAAC3Nz",
    bitlocker: "off",
    restoreSoftware: [],
    administrator: true,
    rebootPending: false,
    featuresBlocked: false,
    userFolderPlain: true,
    oneDrive: false,
    link: "wired",
    address: "192.168.99.50",
    networkProfile: "private",
    proxy: "",
    cards: [
      {
        name: "イーサネット",
        kind: "wired",
        up: true,
        mac: "00:15:5d:aa:bb:cc",
        addresses: ["192.168.99.50/24"],
      },
    ],
    subnets: ["192.168.99.0/24"],
    unknown: [],
  });
  expect(told).toEqual([]);
  expect(report).toContain("PC-07 A-07");
});

test.each<[string, Partial<LookedAt>, object, readonly string[]]>([
  [
    "Windows Home with virtualization off, little memory and disk",
    {
      cim: {
        ...cimOf("Win32_OperatingSystem", { OperatingSystemSKU: 101 }),
        Win32_Processor: [
          {
            Name: "x",
            Architecture: 9,
            VirtualizationFirmwareEnabled: false,
            SecondLevelAddressTranslationExtensions: true,
          },
        ],
        Win32_PhysicalMemory: [{ Capacity: 4 * GIB }],
        Win32_LogicalDisk: [{ Size: 100 * GIB, FreeSpace: 3 * GIB }],
        Win32_OptionalFeature: [feature("TelnetClient", 2)],
      },
    },
    { edition: "home", hyperv: "absent", firmwareVirtualization: false, memory: 4096, diskFree: 3 },
    ["home-edition", "virtualization-off", "memory-small", "disk-small"],
  ],
  [
    "Memory Integrity and Credential Guard below a hypervisor of Windows' own",
    {
      cim: {
        ...cimOf("Win32_ComputerSystem", { HypervisorPresent: true }),
        Win32_Processor: [
          {
            Name: "x",
            Architecture: 9,
            VirtualizationFirmwareEnabled: false,
            SecondLevelAddressTranslationExtensions: false,
          },
        ],
        Win32_DeviceGuard: [{ SecurityServicesRunning: [1, 2] }],
        Win32_OptionalFeature: [feature("Microsoft-Hyper-V", 1), feature("VirtualMachinePlatform", 1)],
      },
      services: [{ Name: "com.docker.service", Status: "Stopped" }],
    },
    {
      hypervisor: true,
      firmwareVirtualization: true,
      nestedPaging: true,
      memoryIntegrity: true,
      credentialGuard: true,
      wsl2: true,
      dockerDesktop: true,
      hyperv: "enabled",
      ssh: "absent",
    },
    ["memory-integrity"],
  ],
  [
    "a PC of the company: updates from its server, a proxy with a password, no administrator, a restart pending, Deep Freeze, OneDrive",
    {
      registry: {
        "HKLM:\\SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate\\AU": { UseWUServer: 1 },
        "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending": {},
        "HKCU:\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings": {
          ProxyEnable: 1,
          ProxyServer: "http://somebody:secret@proxy.example:8080",
        },
        "HKLM:\\SOFTWARE\\Oracle\\VirtualBox": { Version: "7.1.4" },
      },
      programs: ["Faronics Deep Freeze Enterprise"],
      groups: '"BUILTIN\\Users","Alias","S-1-5-32-545",""',
      userFolder: "C:\\Users\\山田",
      documents: "C:\\Users\\山田\\OneDrive\\ドキュメント",
      bitLocker: 1,
      files: {},
    },
    {
      featuresBlocked: true,
      rebootPending: true,
      proxy: "proxy.example:8080",
      virtualbox: "7.1.4",
      restoreSoftware: ["Faronics Deep Freeze Enterprise"],
      administrator: false,
      userFolderPlain: false,
      oneDrive: true,
      bitlocker: "on",
      hostKey: "",
    },
    [
      "restore-software",
      "no-administrator",
      "reboot-pending",
      "features-blocked",
      "bitlocker",
      "folder-not-plain",
      "onedrive",
    ],
  ],
  [
    "Wi-Fi alone, with cards of hypervisors beside it, in a public network",
    {
      adapters: [
        {
          Name: "Wi-Fi",
          InterfaceIndex: 5,
          HardwareInterface: true,
          Virtual: false,
          NdisPhysicalMedium: 9,
          MacAddress: "AA-BB-CC-00-11-22",
          InterfaceOperationalStatus: 1,
        },
        {
          Name: "vEthernet (WSL)",
          InterfaceIndex: 6,
          HardwareInterface: false,
          Virtual: true,
          NdisPhysicalMedium: 0,
          MacAddress: "",
          InterfaceOperationalStatus: 1,
        },
        {
          Name: "イーサネット",
          InterfaceIndex: 12,
          HardwareInterface: true,
          Virtual: false,
          NdisPhysicalMedium: 14,
          MacAddress: "00-15-5D-AA-BB-CC",
          InterfaceOperationalStatus: 2,
        },
      ],
      addresses: [{ InterfaceIndex: 5, IPAddress: "10.3.0.9", PrefixLength: 16 }],
      routes: [
        { DestinationPrefix: "0.0.0.0/0", InterfaceIndex: 6, RouteMetric: 0, InterfaceMetric: 5000 },
        { DestinationPrefix: "0.0.0.0/0", InterfaceIndex: 5, RouteMetric: 0, InterfaceMetric: 50 },
      ],
      profiles: [{ InterfaceIndex: 5, NetworkCategory: 0 }],
    },
    { link: "wifi", address: "10.3.0.9", networkProfile: "public", subnets: [] },
    ["wifi-only", "public-network"],
  ],
])("%s", async (_title, change, facts, codes) => {
  const { pc, told } = await look(change);
  expect(pc).toMatchObject(facts);
  expect(told).toEqual(codes);
});

test("what Windows does not answer is unknown by name, and is no no", async () => {
  const { pc } = await look({ cim: SPARSE, bitLocker: undefined, routes: [] });
  expect(pc).toMatchObject({
    hyperv: "unknown",
    memoryIntegrity: null,
    credentialGuard: null,
    memory: Math.round(34_100_000_000 / 2 ** 20),
    bitlocker: "unknown",
    address: "",
    networkProfile: "",
    unknown: ["features", "memory", "memoryIntegrity"],
  });
});

test("names and words are shown as text, in the report too", async () => {
  const { json, report } = await look({ name: "PC<7>" }, "<b>");
  expect(json).toBe("E:\\room\\results\\PC_7_.json");
  expect(report).not.toContain("<b>");
  expect(report).toContain("&#60;b&#62;");
});
