import { createHash, randomUUID } from "node:crypto";
import type { Rule } from "./rules";
import { Moment, PowerShellError } from "./values";

/** A virtual hard disk, as far as it matters. */
export interface Vhd {
  /** Bytes that a guest sees. */
  size: number;
  readonly type: "Dynamic" | "Fixed" | "Differencing";
  /** Path of the disk below. */
  readonly parent?: string;
}

/** A file or folder. */
export interface Entry {
  readonly path: string;
  readonly folder: boolean;
  bytes: Buffer;
  /** Bytes that it takes. */
  size: number;
  readOnly: boolean;
  sparse: boolean;
  vhd?: Vhd;
}

/** A network interface of the host. */
export interface Interface {
  readonly Name: string;
  readonly InterfaceIndex: number;
  readonly InterfaceGuid: string;
  readonly InterfaceDescription: string;
  readonly NdisPhysicalMedium: number;
  readonly physical: boolean;
  addresses: { address: string; length: number }[];
}

/** Settings of a port of a switch. */
export interface Vlan {
  OperationMode: "Untagged" | "Access" | "Trunk" | "Private";
  AccessVlanId: number;
  PrivateVlanMode: "Isolated" | "Promiscuous" | "";
  PrimaryVlanId: number;
}

const UNTAGGED: Vlan = { OperationMode: "Untagged", AccessVlanId: 0, PrivateVlanMode: "", PrimaryVlanId: 0 };

/** An adapter of a machine, or the host's own port of a switch. */
export class Adapter {
  SwitchName = "";
  MacAddressSpoofing = "Off";
  guards = { dhcp: "Off", router: "Off" };
  vlan: Vlan = { ...UNTAGGED };
  acl: { action: string; remote: string }[] = [];

  constructor(
    readonly vm: Machine | undefined,
    readonly Name: string,
    readonly MacAddress: string,
    readonly DeviceId = "",
  ) {}
}

/** A checkpoint. */
export interface Snapshot {
  readonly Name: string;
  readonly vm: Machine;
  /** The disk that it froze. */
  readonly disk: string;
}

/** A virtual machine. */
export class Machine {
  readonly Id = randomUUID();
  Notes = "";
  State: "Off" | "Running" | "Paused" = "Off";
  ProcessorCount = 1;
  MemoryMinimum = 0;
  MemoryMaximum = 0;
  DynamicMemoryEnabled = false;
  nested = false;
  secureBoot = "On";
  secureBootTemplate = "MicrosoftWindows";
  dvd: string | undefined;
  com = "";
  started = 0;
  /** When what was removed is merged; 0 where nothing is. */
  merged = 0;
  settings: Record<string, unknown> = {};
  adapters: Adapter[] = [];
  snapshots: Snapshot[] = [];

  constructor(
    private readonly host: Windows,
    public Name: string,
    readonly Path: string,
    public disk: string,
    public MemoryStartup: number,
  ) {}

  get Heartbeat(): string {
    return this.State === "Running" &&
      this.host.now() - this.started >= this.host.bootSeconds * 1000 &&
      !this.host.deaf
      ? "OkApplicationsUnknown"
      : "NoContact";
  }

  get Uptime(): { TotalSeconds: number } {
    return { TotalSeconds: this.State === "Off" ? 0 : (this.host.now() - this.started) / 1000 };
  }
}

/** A virtual switch. */
export class Switch {
  readonly Id = randomUUID();
  Notes = "";

  constructor(
    readonly Name: string,
    public SwitchType: "Private" | "Internal" | "External",
    readonly NetAdapterInterfaceDescription = "",
  ) {}
}

/** A translation. */
export interface Nat {
  readonly Name: string;
  readonly InternalIPInterfaceAddressPrefix: string;
}

const GIB = 2 ** 30;

const plain = (path: string): string => path.replace(/\\+$/, "").toLowerCase();

/** A Windows host with Hyper-V: what it has, and what the rules say of it. */
export class Windows {
  name = "PC-01";
  /** 1: a client, 3: a server. */
  productType: 1 | 3 = 1;
  edition: "home" | "pro" = "pro";
  administrator = true;
  feature: "Disabled" | "EnablePending" | "Enabled" = "Enabled";
  culture = "ja-JP";
  memory = 32 * GIB;
  cpus = 8;
  firmware = true;
  /** False for a virtual machine whose processor shows no virtualization. */
  nests = true;
  freeBytes = 200 * GIB;
  /** Seconds from a guest's start to its heartbeat. */
  bootSeconds = 20;
  /** True where no guest ever answers. */
  deaf = false;
  /** Seconds that merging takes. */
  mergeSeconds = 5;
  booted = Date.now();
  enhancedSession = false;
  /** What a web server has, by address. */
  readonly web = new Map<string, Buffer>();
  readonly machines: Machine[] = [];
  readonly switches: Switch[] = [];
  readonly hostPorts: Adapter[] = [];
  readonly nats: Nat[] = [];
  readonly shares: { Name: string; Path: string; Description: string }[] = [];
  readonly interfaces: Interface[] = [];
  /** What tells that other updates wait for a restart. */
  readonly registry = new Set<string>();
  /** Services that may be talked to in machines, by their keys in the registry, with their names. */
  readonly socketServices = new Map<string, string>();
  /** Called when the host is told to start anew. */
  onRestart: () => void = () => undefined;
  /** Rules that were applied since it was made. */
  readonly applied = new Set<Rule>();
  private readonly entries = new Map<string, Entry>();
  private passed = 0;
  private lastIndex = 10;

  constructor() {
    this.addInterface("Ethernet", "Realtek PCIe GbE Family Controller", true, [
      { address: "192.168.99.50", length: 24 },
    ]);
    this.folder("C:\\ProgramData");
  }

  /** Milliseconds since 1970, with what was slept through: nobody waits for it. */
  now(): number {
    return Date.now() + this.passed;
  }

  sleep(seconds: number): void {
    this.passed += seconds * 1000;
  }

  /** Notes that a rule was applied; refuses where it says so. */
  rule(name: Rule, broken = false, words = ""): void {
    this.applied.add(name);
    if (broken) throw new PowerShellError(words);
  }

  /** Whether Hyper-V's management runs. */
  get managed(): boolean {
    return this.feature === "Enabled";
  }

  /** Starts anew, at once. */
  /** Whether its hypervisor runs. */
  get hypervisor(): boolean {
    return this.managed;
  }

  restart(): void {
    this.rule("restart-ends-connections");
    for (const machine of this.machines) machine.State = "Off";
    if (this.feature === "EnablePending") {
      this.rule("restart-enables");
      this.feature = "Enabled";
    }
    this.registry.clear();
    this.booted = this.now();
  }

  get lastBoot(): Moment {
    return new Moment(this.booted);
  }

  addInterface(
    name: string,
    description: string,
    physical: boolean,
    addresses: Interface["addresses"] = [],
  ): Interface {
    this.lastIndex += 1;
    const made: Interface = {
      Name: name,
      InterfaceIndex: this.lastIndex,
      InterfaceGuid: `{${randomUUID().toUpperCase()}}`,
      InterfaceDescription: description,
      NdisPhysicalMedium: 14,
      physical,
      addresses,
    };
    this.interfaces.push(made);
    return made;
  }

  // ---- files ----

  entry(path: string): Entry | undefined {
    return this.entries.get(plain(path));
  }

  /** All paths with what is in them; a folder's is `undefined`. */
  *allFiles(): Iterable<readonly [path: string, content: string | undefined]> {
    for (const { path, folder, bytes } of this.entries.values())
      yield [path, folder ? undefined : bytes.toString("utf8")];
  }

  folder(path: string): Entry {
    const known = this.entry(path);
    if (known) return known;
    const parent = path.replace(/\\[^\\]+$/, "");
    if (parent !== path && parent.length > 2) this.folder(parent);
    const made = { path, folder: true, bytes: Buffer.alloc(0), size: 0, readOnly: false, sparse: false };
    this.entries.set(plain(path), made);
    return made;
  }

  /** Writes a file. @param size bytes that it takes; those of its content by default */
  file(path: string, bytes: Buffer, size = bytes.length, vhd?: Vhd): Entry {
    this.rule("disk-full", size > this.freeBytes, "There is not enough space on the disk. (0x80070070)");
    this.unused(path);
    const parent = path.replace(/\\[^\\]+$/, "");
    if (!this.entry(parent)) throw new PowerShellError(`Could not find a part of the path '${path}'.`);
    this.drop(path);
    const made = {
      path,
      folder: false,
      bytes,
      size,
      readOnly: false,
      sparse: false,
      ...(vhd ? { vhd } : {}),
    };
    this.entries.set(plain(path), made);
    this.freeBytes -= size;
    return made;
  }

  need(path: string): Entry {
    const found = this.entry(path);
    if (!found) throw new PowerShellError(`Could not find file '${path}'.`);
    return found;
  }

  /** What lies directly in a folder. */
  inside(path: string): Entry[] {
    const start = `${plain(path)}\\`;
    return [...this.entries.values()].filter((each) => {
      const own = plain(each.path);
      return own.startsWith(start) && !own.slice(start.length).includes("\\");
    });
  }

  /** Removes a file, or a folder with all that is in it. */
  remove(path: string): void {
    const start = `${plain(path)}\\`;
    const all = [...this.entries.values()].filter(
      (each) => plain(each.path) === plain(path) || plain(each.path).startsWith(start),
    );
    for (const each of all) this.unused(each.path);
    for (const each of all) this.drop(each.path);
  }

  move(from: string, to: string): void {
    const found = this.need(from);
    if (this.entry(to)) throw new PowerShellError("Cannot create a file when that file already exists.");
    this.unused(from);
    this.entries.delete(plain(from));
    this.entries.set(plain(to), { ...found, path: to });
  }

  private drop(path: string): void {
    const found = this.entry(path);
    if (found) this.freeBytes += found.size;
    this.entries.delete(plain(path));
  }

  /** Refuses what a running machine works on: its disk and all below it, and the medium in its drive. */
  private unused(path: string): void {
    for (const machine of this.machines) {
      if (machine.State === "Off") continue;
      const held = [machine.dvd ?? "", ...this.chain(machine.disk)];
      this.rule(
        "disk-in-use",
        held.some((each) => plain(each) === plain(path)),
        `The process cannot access the file '${path}' because it is being used by another process.`,
      );
    }
  }

  /** Paths of a disk and of those that it lies over. */
  chain(path: string): string[] {
    const parent = this.entry(path)?.vhd?.parent;
    return parent === undefined ? [path] : [path, ...this.chain(parent)];
  }

  /** SHA-256 in capitals. */
  hash(path: string): string {
    this.rule("file-hash");
    return createHash("sha256").update(this.need(path).bytes).digest("hex").toUpperCase();
  }

  // ---- machines ----

  /** Refuses cmdlets of Hyper-V where it does not run. */
  manage(): void {
    this.rule(
      "management-service",
      !this.managed,
      "The Hyper-V Virtual Machine Management service is not running.",
    );
    for (const machine of this.machines) this.mergeDue(machine);
  }

  /** What the background has merged by now. */
  private mergeDue(machine: Machine): void {
    if (machine.merged === 0 || this.now() < machine.merged) return;
    machine.merged = 0;
    const [top, ...below] = this.chain(machine.disk);
    const base = below.find((each) => !each.endsWith(".avhdx"));
    if (machine.snapshots.length > 0 || top === undefined || base === undefined || !top.endsWith(".avhdx"))
      return;
    const state = machine.State;
    machine.State = "Off";
    for (const each of this.chain(machine.disk)) {
      if (each === base) break;
      this.remove(each);
    }
    machine.disk = base;
    machine.State = state;
  }

  mergeLater(machine: Machine): void {
    this.rule("snapshot-merges-later");
    machine.merged = this.now() + this.mergeSeconds * 1000;
  }

  start(machine: Machine): void {
    for (const path of this.chain(machine.disk))
      this.rule("sparse-disk", this.need(path).sparse, "Failed to start: 0xC03A001A");
    const taken = this.machines
      .filter(({ State }) => State !== "Off")
      .reduce((sum, each) => sum + each.MemoryStartup, 0);
    this.rule(
      "memory-of-host",
      taken + machine.MemoryStartup > this.memory,
      "Not enough memory in the system to start the virtual machine. (0x8007000E)",
    );
    this.rule("heartbeat");
    if (machine.State === "Off") machine.started = this.now();
    machine.State = "Running";
  }
}
