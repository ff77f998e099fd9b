import type { LookedAt } from "./lookedAt";

/** Bytes. */
export const GIB = 2 ** 30;
/** An optional feature, as CIM tells of it. */
export const feature = (Name: string, InstallState: number) => ({ Name, InstallState });

/** A PC as it should be: with everything that the precheck asks about. */
export const LOOKED_AT: LookedAt = {
  name: "PC-07",
  cim: {
    Win32_OperatingSystem: [
      {
        SystemDrive: "C:",
        Caption: "Microsoft Windows 11 Pro ",
        BuildNumber: "26100",
        ProductType: 1,
        OperatingSystemSKU: 48,
      },
    ],
    Win32_ComputerSystem: [
      { HypervisorPresent: false, TotalPhysicalMemory: 34_100_000_000, NumberOfLogicalProcessors: 8 },
    ],
    Win32_Processor: [
      {
        Name: "Intel(R) Core(TM) i7 ",
        Architecture: 9,
        VirtualizationFirmwareEnabled: true,
        SecondLevelAddressTranslationExtensions: true,
      },
    ],
    Win32_LogicalDisk: [{ Size: 500 * GIB, FreeSpace: 300.9 * GIB }],
    Win32_OptionalFeature: [feature("Microsoft-Hyper-V", 2), feature("VirtualMachinePlatform", 2)],
    Win32_DeviceGuard: [{ SecurityServicesRunning: [0] }],
    Win32_PhysicalMemory: [{ Capacity: 16 * GIB }, { Capacity: 16 * GIB }],
  },
  adapters: [
    {
      Name: "イーサネット",
      InterfaceIndex: 12,
      HardwareInterface: true,
      Virtual: false,
      NdisPhysicalMedium: 14,
      MacAddress: "00-15-5D-AA-BB-CC",
      InterfaceOperationalStatus: 1,
    },
  ],
  addresses: [
    { InterfaceIndex: 12, IPAddress: "192.168.99.50", PrefixLength: 24 },
    { InterfaceIndex: 12, IPAddress: "169.254.3.4", PrefixLength: 16 },
    { InterfaceIndex: 1, IPAddress: "127.0.0.1", PrefixLength: 8 },
  ],
  routes: [
    { DestinationPrefix: "0.0.0.0/0", InterfaceIndex: 12, RouteMetric: 0, InterfaceMetric: 25 },
    { DestinationPrefix: "192.168.99.0/24", InterfaceIndex: 12, RouteMetric: 256, InterfaceMetric: 25 },
    { DestinationPrefix: "192.168.99.50/32", InterfaceIndex: 12, RouteMetric: 256, InterfaceMetric: 25 },
    { DestinationPrefix: "224.0.0.0/4", InterfaceIndex: 12, RouteMetric: 256, InterfaceMetric: 25 },
    { DestinationPrefix: "127.0.0.0/8", InterfaceIndex: 1, RouteMetric: 256, InterfaceMetric: 75 },
  ],
  profiles: [{ InterfaceIndex: 12, NetworkCategory: 1 }],
  services: [{ Name: "sshd", Status: "Running" }],
  registry: {},
  programs: ["7-Zip 24.08"],
  files: { "C:\\ProgramData\\ssh\\ssh_host_ed25519_key.pub": "ssh-ed25519 AAAAC3Nz system@PC-07\r\n" },
  groups: '"BUILTIN\\Administrators","Alias","S-1-5-32-544",""',
  bitLocker: 2,
  userFolder: "C:\\Users\\teacher",
  documents: "C:\\Users\\teacher\\Documents",
};
