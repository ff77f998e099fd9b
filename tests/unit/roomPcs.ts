import type { Precheck } from "../../course/room/precheck";

/** A PC of a room in which nothing is wrong. */
export function goodPc(change: Partial<Precheck> = {}): Precheck {
  return {
    classlabPrecheck: 1,
    made: "2026-11-19T01:00:00Z",
    seat: "",
    name: "PC-01",
    os: "windows",
    product: "Microsoft Windows 11 Pro",
    build: "26100",
    edition: "pro",
    language: "ja-JP",
    architecture: "x64",
    processor: "Intel(R) Core(TM) i5-12500",
    cpus: 12,
    memory: 16384,
    diskSize: 475,
    diskFree: 300,
    firmwareVirtualization: true,
    nestedPaging: true,
    hypervisor: false,
    hyperv: "disabled",
    memoryIntegrity: false,
    credentialGuard: false,
    wsl2: false,
    dockerDesktop: false,
    kvm: "",
    virtualbox: "",
    ssh: "absent",
    hostKey: "",
    bitlocker: "off",
    restoreSoftware: [],
    administrator: true,
    rebootPending: false,
    featuresBlocked: false,
    userFolderPlain: true,
    oneDrive: false,
    link: "wired",
    address: "192.168.99.21",
    networkProfile: "private",
    proxy: "",
    cards: [
      {
        name: "Ethernet",
        kind: "wired",
        up: true,
        mac: "b4:2e:99:00:00:01",
        addresses: ["192.168.99.21/24"],
      },
    ],
    subnets: ["192.168.99.0/24"],
    unknown: [],
    ...change,
  };
}

/** Seats of a room and what is wrong at each: nothing at the first two and the last two. */
const FAULTY: readonly Partial<Precheck>[] = [
  {},
  {
    hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEf6PqvlI6oXdQ9qOk9Sw32yIla9DhlKJMF6wjRNkEqQ",
    ssh: "running",
  },
  { edition: "home", product: "Microsoft Windows 11 Home", hyperv: "absent" },
  { firmwareVirtualization: false },
  { restoreSoftware: ["Faronics Deep Freeze Standard"] },
  { memory: 8192 },
  { link: "wifi", networkProfile: "public" },
  { memoryIntegrity: true, hypervisor: true },
  { name: "CLASSROOM-2F-PC-009", seat: "" },
  { userFolderPlain: false, oneDrive: true },
  {
    os: "linux",
    product: "Ubuntu 24.04.3 LTS",
    edition: "",
    kvm: "usable",
    hyperv: "absent",
    memoryIntegrity: null,
    nestedPaging: null,
    bitlocker: "unknown",
    networkProfile: "",
  },
  { subnets: ["192.168.99.0/24", "172.28.16.0/20"], wsl2: true, hypervisor: true, hyperv: "enabled" },
];

/** Twelve PCs of a room, with faults. */
export function room(): Precheck[] {
  return FAULTY.map((change, index) => {
    const number = String(index + 1).padStart(2, "0");
    const address = `192.168.99.${21 + index}`;
    return goodPc({ seat: `A-${number}`, name: `PC-${number}`, address, ...change });
  });
}
