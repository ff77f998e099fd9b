import { Adapter, type Interface, Machine, type Nat, Switch, type Windows } from "./model";
import { isObject, isTrue, PowerShellError, propertyOf, toJson, toNumber, toText } from "./values";

/** What a cmdlet was given, by name of parameter in lower case. */
type Given = ReadonlyMap<string, unknown>;

interface Cmdlet {
  /** Parameters that the stand-in was taught, in lower case. */
  readonly knows: readonly string[];
  readonly run: (host: Windows, given: Given) => unknown;
}

const text = (given: Given, name: string): string => toText(given.get(name));
const number = (given: Given, name: string): number => toNumber(given.get(name));

function machine(given: Given): Machine {
  const found = given.get("vm");
  if (found instanceof Machine) return found;
  throw new PowerShellError("Cannot bind parameter 'VM'.");
}

function adapter(given: Given): Adapter {
  const found = given.get("vmnetworkadapter");
  if (found instanceof Adapter) return found;
  throw new PowerShellError("Cannot bind parameter 'VMNetworkAdapter'.");
}

function off(host: Windows, vm: Machine, rule: Parameters<Windows["rule"]>[0], what: string): void {
  host.rule(
    rule,
    vm.State !== "Off",
    `Failed to modify ${what}: the operation cannot be performed while the virtual machine is in its current state.`,
  );
}

function switchNamed(host: Windows, name: string): Switch {
  const found = host.switches.find((each) => each.Name.toLowerCase() === name.toLowerCase());
  if (!found) throw new PowerShellError(`Hyper-V was unable to find a virtual switch with name "${name}".`);
  return found;
}

function giveHostPort(host: Windows, made: Switch): void {
  host.rule("internal-has-host-port");
  const own = host.addInterface(`vEthernet (${made.Name})`, "Hyper-V Virtual Ethernet Adapter", false);
  const port = new Adapter(undefined, made.Name, "00155D000001", own.InterfaceGuid);
  port.SwitchName = made.Name;
  host.hostPorts.push(port);
}

function takeHostPort(host: Windows, name: string): void {
  const index = host.hostPorts.findIndex(({ SwitchName }) => SwitchName === name);
  if (index < 0) return;
  const [port] = host.hostPorts.splice(index, 1);
  const place = host.interfaces.findIndex(({ InterfaceGuid }) => InterfaceGuid === port?.DeviceId);
  if (place >= 0) host.interfaces.splice(place, 1);
}

const number32 = (address: string): number =>
  address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

function meets(a: string, b: string): boolean {
  const [[first = "", length = "32"], [other = "", otherLength = "32"]] = [a.split("/"), b.split("/")];
  const size = 2 ** (32 - Math.min(Number(length), Number(otherLength)));
  return Math.floor(number32(first) / size) === Math.floor(number32(other) / size);
}

function addNat(host: Windows, given: Given): Nat {
  const prefix = text(given, "internalipinterfaceaddressprefix");
  host.rule(
    "nat-has-no-overlap",
    host.nats.some((nat) => meets(nat.InternalIPInterfaceAddressPrefix, prefix)),
    "The parameter is incorrect. (Windows System Error 87)",
  );
  host.rule("one-nat", host.nats.length > 0, "A second internal prefix puts the system in an unknown state.");
  const made = { Name: text(given, "name"), InternalIPInterfaceAddressPrefix: prefix };
  host.nats.push(made);
  return made;
}

function addSwitch(host: Windows, given: Given): Switch {
  const name = text(given, "name");
  const card = given.has("netadaptername")
    ? host.interfaces.find((each) => each.physical && each.Name === text(given, "netadaptername"))
    : undefined;
  if (given.has("netadaptername")) {
    if (!card) throw new PowerShellError("No network adapter was found.");
    const taken = host.switches.some(
      (each) => each.NetAdapterInterfaceDescription === card.InterfaceDescription,
    );
    host.rule("one-switch-a-card", taken, "The network adapter is already bound to another virtual switch.");
  }
  host.rule("switch-types");
  const type = card ? "External" : text(given, "switchtype");
  if (type !== "External" && type !== "Internal" && type !== "Private")
    throw new PowerShellError(`SwitchType ${type}`);
  const made = new Switch(name, type, card?.InterfaceDescription);
  made.Notes = text(given, "notes");
  host.switches.push(made);
  if (type !== "Private") giveHostPort(host, made);
  return made;
}

function changeSwitch(host: Windows, given: Given): void {
  const found = given.get("vmswitch");
  const made = found instanceof Switch ? found : switchNamed(host, text(given, "name"));
  if (given.has("notes")) made.Notes = text(given, "notes");
  const type = text(given, "switchtype");
  if (type !== "Internal" && type !== "Private") return;
  host.rule("switch-changes-type");
  if (made.SwitchType === "Private" && type === "Internal") giveHostPort(host, made);
  if (made.SwitchType === "Internal" && type === "Private") takeHostPort(host, made.Name);
  made.SwitchType = type;
}

function setVlan(host: Windows, given: Given): void {
  const own = adapter(given);
  const modes = ["untagged", "access", "trunk", "isolated", "promiscuous"].filter((mode) =>
    isTrue(given.get(mode)),
  );
  host.rule(
    "vlan-modes",
    modes.length !== 1,
    "Parameter set cannot be resolved using the specified named parameters.",
  );
  const none = { OperationMode: "Untagged", AccessVlanId: 0, PrivateVlanMode: "", PrimaryVlanId: 0 } as const;
  switch (modes[0]) {
    case "access":
      own.vlan = { ...none, OperationMode: "Access", AccessVlanId: number(given, "vlanid") };
      return;
    case "trunk":
      own.vlan = { ...none, OperationMode: "Trunk" };
      return;
    case "isolated":
      own.vlan = {
        ...none,
        OperationMode: "Private",
        PrivateVlanMode: "Isolated",
        PrimaryVlanId: number(given, "primaryvlanid"),
      };
      return;
    case "promiscuous":
      own.vlan = {
        ...none,
        OperationMode: "Private",
        PrivateVlanMode: "Promiscuous",
        PrimaryVlanId: number(given, "primaryvlanid"),
      };
      return;
    default:
      own.vlan = { ...none };
  }
}

function addMachine(host: Windows, given: Given): Machine {
  const [name, path, disk] = ["name", "path", "vhdpath"].map((each) => text(given, each));
  if (name === undefined || path === undefined || disk === undefined) throw new PowerShellError("New-VM");
  host.need(disk);
  host.rule("vm-folder");
  host.rule("vm-names-repeat");
  const folder = `${path}\\${name}`;
  host.folder(`${folder}\\Virtual Machines`);
  const made = new Machine(host, name, folder, disk, number(given, "memorystartupbytes"));
  host.file(`${folder}\\Virtual Machines\\${made.Id}.vmcx`, Buffer.from("vmcx"));
  host.rule("vm-has-one-adapter");
  made.adapters.push(new Adapter(made, "Network Adapter", "000000000000"));
  host.machines.push(made);
  return made;
}

function removeMachine(host: Windows, vm: Machine): void {
  host.rule(
    "removal-keeps-disks",
    vm.State !== "Off",
    "The virtual machine cannot be removed while it runs.",
  );
  host.machines.splice(host.machines.indexOf(vm), 1);
  host.remove(`${vm.Path}\\Virtual Machines`);
}

function stop(host: Windows, given: Given): void {
  const vm = machine(given);
  const deaf = vm.Heartbeat === "NoContact";
  host.rule("shutdown-needs-guest");
  if (!isTrue(given.get("turnoff")) && deaf) {
    if (text(given, "erroraction") === "SilentlyContinue") return;
    throw new PowerShellError("The device is not ready for use. (0x800710DF)");
  }
  vm.State = "Off";
}

function checkpoint(host: Windows, given: Given): void {
  const vm = machine(given);
  host.rule("snapshot-makes-avhdx");
  const top = `${vm.Path}\\disk_${vm.snapshots.length}-${vm.Id}.avhdx`;
  host.file(top, Buffer.alloc(0), 4 * 2 ** 20, {
    size: host.need(vm.disk).vhd?.size ?? 0,
    type: "Differencing",
    parent: vm.disk,
  });
  vm.snapshots.push({ Name: text(given, "snapshotname"), vm, disk: vm.disk });
  vm.disk = top;
}

function removeSnapshot(host: Windows, given: Given): void {
  const found = given.get("vmsnapshot");
  const vm = host.machines.find(({ snapshots }) => snapshots.some((each) => each === found));
  if (!vm) throw new PowerShellError("The checkpoint was not found.");
  vm.snapshots = vm.snapshots.filter((each) => each !== found);
  host.mergeLater(vm);
}

function convertDisk(host: Windows, given: Given): void {
  const from = host.need(text(given, "path"));
  const size = from.vhd?.size ?? 0;
  const type = text(given, "vhdtype") === "Fixed" ? "Fixed" : "Dynamic";
  const taken =
    type === "Fixed" ? size : host.chain(from.path).reduce((sum, each) => sum + host.need(each).size, 0);
  host.file(text(given, "destinationpath"), from.bytes, taken, { size, type });
}

function addDisk(host: Windows, given: Given): void {
  const parent = text(given, "parentpath");
  host.rule("differencing-needs-parent", !host.entry(parent), `The system cannot find the file '${parent}'.`);
  const size = host.need(parent).vhd?.size ?? 0;
  host.file(text(given, "path"), Buffer.alloc(0), 4 * 2 ** 20, { size, type: "Differencing", parent });
}

const CLASSES: Readonly<Record<string, (host: Windows) => object>> = {
  Win32_OperatingSystem: (host) => ({
    ProductType: host.productType,
    BuildNumber: "26100",
    LastBootUpTime: host.lastBoot,
  }),
  Win32_ComputerSystem: (host) => ({
    NumberOfLogicalProcessors: host.cpus,
    TotalPhysicalMemory: host.memory,
    HypervisorPresent: host.hypervisor,
  }),
  Win32_Processor: (host) => ({ VirtualizationFirmwareEnabled: host.firmware && !host.hypervisor }),
};

function features(host: Windows): object[] {
  host.rule("feature-asks-administrator", !host.administrator, "The requested operation requires elevation.");
  const others = [{ FeatureName: "TelnetClient", State: "Disabled" }];
  host.rule("home-has-none");
  return host.edition === "home"
    ? others
    : [...others, { FeatureName: "Microsoft-Hyper-V", State: host.feature }];
}

function addresses(host: Windows): object[] {
  const loopback = {
    IPAddress: "127.0.0.1",
    PrefixLength: 8,
    InterfaceIndex: 1,
    InterfaceAlias: "Loopback Pseudo-Interface 1",
  };
  const own = host.interfaces.flatMap((each) =>
    each.addresses.map(({ address, length }) => ({
      IPAddress: address,
      PrefixLength: length,
      InterfaceIndex: each.InterfaceIndex,
      InterfaceAlias: each.Name,
    })),
  );
  return [loopback, ...own];
}

function interfaceOf(host: Windows, given: Given): Interface {
  const found = host.interfaces.find(
    ({ InterfaceIndex }) => InterfaceIndex === number(given, "interfaceindex"),
  );
  if (!found) throw new PowerShellError("No matching MSFT_NetIPInterface objects found.");
  return found;
}

function addAddress(host: Windows, given: Given): void {
  const address = text(given, "ipaddress");
  const taken = host.interfaces.some((each) => each.addresses.some((own) => own.address === address));
  host.rule("address-once", taken, "Instance MSFT_NetIPAddress already exists");
  interfaceOf(host, given).addresses.push({ address, length: number(given, "prefixlength") });
}

const REGISTRY = "HKLM:";
const SERVICES = `${REGISTRY}\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Virtualization\\GuestCommunicationServices\\`;

function serviceOf(host: Windows, path: string): string {
  const found = host.socketServices.get(path);
  if (found === undefined) throw new PowerShellError(`Cannot find path '${path}' because it does not exist.`);
  return found;
}

function item(host: Windows, path: string): object {
  const found = host.need(path);
  return { Attributes: found.sparse ? 512 : 0, IsReadOnly: found.readOnly, Length: found.size };
}

/** A cmdlet of Hyper-V, which asks for its service first. */
const hyperv = (knows: readonly string[], run: Cmdlet["run"]): Cmdlet => ({
  knows,
  run: (host, given) => {
    host.manage();
    return run(host, given);
  },
});

const cmdlet = (knows: readonly string[], run: Cmdlet["run"]): Cmdlet => ({ knows, run });

const CMDLETS: Readonly<Record<string, Cmdlet>> = {
  "add-vmdvddrive": hyperv(["vm", "path"], (host, given) => {
    host.need(text(given, "path"));
    machine(given).dvd = text(given, "path");
  }),
  "add-vmnetworkadapter": hyperv(["vm", "name", "staticmacaddress", "passthru"], (host, given) => {
    host.rule("adapters-while-running");
    const made = new Adapter(machine(given), text(given, "name"), text(given, "staticmacaddress"));
    machine(given).adapters.push(made);
    return made;
  }),
  "add-vmnetworkadapteracl": hyperv(
    ["vmnetworkadapter", "action", "direction", "remoteipaddress"],
    (_host, given) => {
      adapter(given).acl.push({ action: text(given, "action"), remote: text(given, "remoteipaddress") });
    },
  ),
  "checkpoint-vm": hyperv(["vm", "snapshotname"], checkpoint),
  "connect-vmnetworkadapter": hyperv(["vmnetworkadapter", "switchname"], (host, given) => {
    adapter(given).SwitchName = switchNamed(host, text(given, "switchname")).Name;
  }),
  "convert-vhd": hyperv(["path", "destinationpath", "vhdtype"], convertDisk),
  "convertfrom-json": cmdlet(["inputobject"], (_host, given) => {
    try {
      return JSON.parse(text(given, "inputobject"));
    } catch {
      throw new PowerShellError("Invalid JSON primitive.");
    }
  }),
  "convertto-json": cmdlet(["inputobject", "compress"], (_host, given) =>
    JSON.stringify(toJson(given.get("inputobject"))),
  ),
  "disconnect-vmnetworkadapter": hyperv(["vmnetworkadapter"], (_host, given) => {
    adapter(given).SwitchName = "";
  }),
  "enable-windowsoptionalfeature": cmdlet(["online", "featurename", "all", "norestart"], (host) => {
    host.rule(
      "client-feature",
      host.productType !== 1 || host.edition === "home",
      "Feature name is unknown.",
    );
    host.feature = "EnablePending";
    return { RestartNeeded: true };
  }),
  "install-windowsfeature": cmdlet(["name", "includemanagementtools"], (host) => {
    host.rule(
      "server-feature",
      host.productType === 1,
      "The term 'Install-WindowsFeature' is not recognized as the name of a cmdlet.",
    );
    host.rule(
      "server-looks-at-processor",
      !host.nests,
      "Hyper-V をインストールできません: プロセッサに必要な仮想化機能がありません。",
    );
    host.feature = "EnablePending";
    return { RestartNeeded: "Yes" };
  }),
  "get-ciminstance": cmdlet(["classname"], (host, given) => CLASSES[text(given, "classname")]?.(host)),
  "get-filehash": cmdlet(["literalpath", "algorithm"], (host, given) => ({
    Hash: host.hash(text(given, "literalpath")),
  })),
  "get-item": cmdlet(["literalpath"], (host, given) => item(host, text(given, "literalpath"))),
  "get-netadapter": cmdlet(["includehidden", "physical"], (host, given) =>
    host.interfaces.filter(({ physical }) => physical || !given.has("physical")),
  ),
  "get-netipaddress": cmdlet(["addressfamily"], addresses),
  "get-netnat": cmdlet([], (host) => [...host.nats]),
  "get-netroute": cmdlet(["addressfamily"], (host) =>
    host.interfaces
      .slice(0, 1)
      .map(({ InterfaceIndex }) => ({ DestinationPrefix: "0.0.0.0/0", InterfaceIndex, RouteMetric: 0 })),
  ),
  "get-service": cmdlet([], (host) =>
    host.managed
      ? [
          { Name: "vmms", Status: "Running" },
          { Name: "sshd", Status: "Running" },
        ]
      : [{ Name: "sshd", Status: "Running" }],
  ),
  "get-smbshare": cmdlet([], (host) => [...host.shares]),
  "get-vhd": hyperv(["path"], (host, given) => ({ Size: host.need(text(given, "path")).vhd?.size ?? 0 })),
  "get-vm": hyperv(["id"], (host, given) =>
    given.has("id") ? host.machines.filter(({ Id }) => Id === text(given, "id")) : [...host.machines],
  ),
  "get-vmcomport": hyperv(["vm", "number"], (_host, given) => ({ Path: machine(given).com })),
  "get-vmdvddrive": hyperv(["vm"], (_host, given) => {
    const vm = machine(given);
    return vm.dvd === undefined ? [] : [{ Path: vm.dvd, vm }];
  }),
  "get-vmfirmware": hyperv(["vm"], (_host, given) => ({
    SecureBoot: machine(given).secureBoot,
    SecureBootTemplate: machine(given).secureBootTemplate,
  })),
  "get-vmharddiskdrive": hyperv(["vm"], (_host, given) => [{ Path: machine(given).disk }]),
  "get-vmhost": hyperv([], (host) => ({ EnableEnhancedSessionMode: host.enhancedSession })),
  "get-vmintegrationservice": hyperv(["vm"], () => [
    { Id: "Microsoft:x\\2497F4DE-E9FA-4204-80E4-4B75C46419C0", Name: "時刻の同期", Enabled: true },
    { Id: "Microsoft:x\\84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47", Name: "ハートビート", Enabled: true },
  ]),
  "get-vmmemory": hyperv(["vm"], (_host, given) => {
    const { DynamicMemoryEnabled, MemoryStartup, MemoryMinimum, MemoryMaximum } = machine(given);
    return { DynamicMemoryEnabled, Startup: MemoryStartup, Minimum: MemoryMinimum, Maximum: MemoryMaximum };
  }),
  "get-vmnetworkadapter": hyperv(["vm", "managementos"], (host, given) =>
    given.has("managementos") ? [...host.hostPorts] : [...machine(given).adapters],
  ),
  "get-vmnetworkadapteracl": hyperv(["vmnetworkadapter"], (_host, given) => [...adapter(given).acl]),
  "get-vmnetworkadaptervlan": hyperv(["vmnetworkadapter"], (_host, given) => ({ ...adapter(given).vlan })),
  "get-vmprocessor": hyperv(["vm"], (_host, given) => ({
    Count: machine(given).ProcessorCount,
    ExposeVirtualizationExtensions: machine(given).nested,
  })),
  "get-vmsnapshot": hyperv(["vm"], (_host, given) => [...machine(given).snapshots]),
  "get-vmswitch": hyperv(["switchtype"], (host, given) =>
    host.switches.filter(
      ({ SwitchType }) => !given.has("switchtype") || SwitchType === text(given, "switchtype"),
    ),
  ),
  "get-windowsoptionalfeature": cmdlet(["online"], features),
  "join-path": cmdlet(
    ["path", "childpath"],
    (_host, given) => `${text(given, "path").replace(/\\$/, "")}\\${text(given, "childpath")}`,
  ),
  "get-itemproperty": cmdlet(["literalpath"], (host, given) => ({
    ElementName: serviceOf(host, text(given, "literalpath")),
  })),
  "new-item": cmdlet(["itemtype", "path", "force"], (host, given) => {
    const path = text(given, "path");
    if (!path.startsWith(REGISTRY)) return host.folder(path);
    if (!path.startsWith(SERVICES)) throw new Error(`the stand-in was not taught the key ${path}`);
    host.rule("socket-services", !host.administrator, "Requested registry access is not allowed.");
    host.socketServices.set(path, "");
    return { PSChildName: path.split("\\").at(-1) };
  }),
  "new-netipaddress": cmdlet(["interfaceindex", "ipaddress", "prefixlength"], addAddress),
  "new-netnat": cmdlet(["name", "internalipinterfaceaddressprefix"], addNat),
  "new-vhd": hyperv(["path", "parentpath", "differencing"], addDisk),
  "new-vm": hyperv(["name", "generation", "path", "vhdpath", "memorystartupbytes"], addMachine),
  "new-vmswitch": hyperv(["name", "switchtype", "netadaptername", "allowmanagementos", "notes"], addSwitch),
  "remove-item": cmdlet(["literalpath", "recurse", "force"], (host, given) => {
    const path = text(given, "literalpath");
    if (path.startsWith(REGISTRY)) host.socketServices.delete(path);
    else host.remove(path);
  }),
  "remove-netipaddress": cmdlet(["interfaceindex", "ipaddress"], (host, given) => {
    const own = interfaceOf(host, given);
    own.addresses = own.addresses.filter(({ address }) => address !== text(given, "ipaddress"));
  }),
  "remove-netnat": cmdlet(["name"], (host, given) => {
    const index = host.nats.findIndex(({ Name }) => Name === text(given, "name"));
    if (index < 0) throw new PowerShellError("No MSFT_NetNat objects found.");
    host.nats.splice(index, 1);
  }),
  "remove-vm": hyperv(["vm", "force"], (host, given) => removeMachine(host, machine(given))),
  "remove-vmnetworkadapter": hyperv(["vmnetworkadapter"], (host, given) => {
    host.rule("adapters-while-running");
    const own = adapter(given);
    if (own.vm) own.vm.adapters = own.vm.adapters.filter((each) => each !== own);
  }),
  "remove-vmnetworkadapteracl": hyperv(["inputobject"], (host, given) => {
    const rule = given.get("inputobject");
    for (const each of host.machines.flatMap(({ adapters }) => adapters))
      each.acl = each.acl.filter((own) => own !== rule);
  }),
  "remove-vmsnapshot": hyperv(["vmsnapshot"], removeSnapshot),
  "remove-vmswitch": hyperv(["vmswitch", "force"], (host, given) => {
    const gone = given.get("vmswitch");
    if (!(gone instanceof Switch)) throw new PowerShellError("Cannot bind parameter 'VMSwitch'.");
    host.rule("switch-removal-frees-adapters");
    for (const each of host.machines.flatMap(({ adapters }) => adapters))
      if (each.SwitchName === gone.Name) each.SwitchName = "";
    takeHostPort(host, gone.Name);
    host.switches.splice(host.switches.indexOf(gone), 1);
  }),
  "rename-vm": hyperv(["vm", "newname"], (_host, given) => {
    machine(given).Name = text(given, "newname");
  }),
  "resize-vhd": hyperv(["path", "sizebytes"], (host, given) => {
    const { vhd } = host.need(text(given, "path"));
    if (vhd) vhd.size = number(given, "sizebytes");
  }),
  "set-itemproperty": cmdlet(["literalpath", "name", "value"], (host, given) => {
    const path = text(given, "literalpath");
    if (path.startsWith(REGISTRY) && text(given, "name") === "ElementName") {
      serviceOf(host, path);
      host.socketServices.set(path, text(given, "value"));
      return;
    }
    if (text(given, "name") !== "IsReadOnly") throw new PowerShellError(text(given, "name"));
    host.need(text(given, "literalpath")).readOnly = isTrue(given.get("value"));
  }),
  "set-vm": hyperv(
    [
      "vm",
      "notes",
      "automaticcheckpointsenabled",
      "checkpointtype",
      "automaticstartaction",
      "automaticstopaction",
      "enhancedsessiontransporttype",
    ],
    (host, given) => {
      const vm = machine(given);
      if (given.has("automaticstopaction")) off(host, vm, "stop-action-while-off", "the action");
      if (given.has("notes")) vm.Notes = text(given, "notes");
      vm.settings = {
        ...vm.settings,
        ...Object.fromEntries([...given].filter(([name]) => name !== "vm" && name !== "notes")),
      };
    },
  ),
  "set-vmcomport": hyperv(["vm", "number", "path"], (_host, given) => {
    machine(given).com = text(given, "path");
  }),
  "set-vmdvddrive": hyperv(["vmdvddrive", "path"], (host, given) => {
    const drive = given.get("vmdvddrive");
    const vm = isObject(drive) ? propertyOf(drive, "vm")?.value : undefined;
    host.need(text(given, "path"));
    if (vm instanceof Machine) vm.dvd = text(given, "path");
  }),
  "set-vmfirmware": hyperv(
    ["vm", "enablesecureboot", "securebootTemplate".toLowerCase(), "firstbootdevice"],
    (host, given) => {
      const vm = machine(given);
      off(host, vm, "firmware-while-off", "firmware");
      if (given.has("enablesecureboot")) vm.secureBoot = text(given, "enablesecureboot");
      if (given.has("securebootTemplate".toLowerCase()))
        vm.secureBootTemplate = text(given, "securebootTemplate".toLowerCase());
    },
  ),
  "set-vmhost": hyperv(["enableenhancedsessionmode"], (host, given) => {
    host.enhancedSession = isTrue(given.get("enableenhancedsessionmode"));
  }),
  "set-vmmemory": hyperv(
    ["vm", "dynamicmemoryenabled", "startupbytes", "minimumbytes", "maximumbytes"],
    (host, given) => {
      const vm = machine(given);
      off(host, vm, "hardware-while-off", "memory");
      vm.DynamicMemoryEnabled = isTrue(given.get("dynamicmemoryenabled"));
      vm.MemoryStartup = number(given, "startupbytes");
      if (given.has("minimumbytes")) vm.MemoryMinimum = number(given, "minimumbytes");
      if (given.has("maximumbytes")) vm.MemoryMaximum = number(given, "maximumbytes");
    },
  ),
  "set-vmnetworkadapter": hyperv(
    ["vmnetworkadapter", "macaddressspoofing", "dhcpguard", "routerguard"],
    (_host, given) => {
      const own = adapter(given);
      own.MacAddressSpoofing = text(given, "macaddressspoofing");
      own.guards = { dhcp: text(given, "dhcpguard"), router: text(given, "routerguard") };
    },
  ),
  "set-vmnetworkadaptervlan": hyperv(
    [
      "vmnetworkadapter",
      "untagged",
      "access",
      "vlanid",
      "trunk",
      "allowedvlanidlist",
      "nativevlanid",
      "isolated",
      "promiscuous",
      "primaryvlanid",
      "secondaryvlanid",
      "secondaryvlanidlist",
    ],
    setVlan,
  ),
  "set-vmprocessor": hyperv(["vm", "count", "exposevirtualizationextensions"], (host, given) => {
    const vm = machine(given);
    off(host, vm, "hardware-while-off", "processor");
    vm.ProcessorCount = number(given, "count");
    vm.nested = isTrue(given.get("exposevirtualizationextensions"));
  }),
  "set-vmswitch": hyperv(["name", "vmswitch", "notes", "switchtype"], changeSwitch),
  "shutdown.exe": cmdlet([""], (host) => {
    host.rule("restart-ends-connections");
    host.onRestart();
  }),
  "split-path": cmdlet(["path", "leaf", "parent"], (_host, given) =>
    given.has("leaf") ? text(given, "path").split("\\").at(-1) : text(given, "path").replace(/\\[^\\]*$/, ""),
  ),
  "start-sleep": cmdlet(["seconds"], (host, given) => host.sleep(number(given, "seconds"))),
  "start-vm": hyperv(["vm"], (host, given) => host.start(machine(given))),
  "stop-vm": hyperv(["vm", "turnoff", "force", "erroraction"], stop),
  "test-path": cmdlet(["literalpath"], (host, given) => {
    const path = text(given, "literalpath");
    if (path.startsWith(REGISTRY)) return host.registry.has(path) || host.socketServices.has(path);
    return host.entry(path) !== undefined;
  }),
};

/** Runs a cmdlet on a host. @throws Error for what the stand-in was not taught */
export function runCmdlet(host: Windows, name: string, given: Given): readonly unknown[] {
  const found = CMDLETS[name.toLowerCase()];
  if (!found) throw new Error(`the stand-in was not taught ${name}`);
  const unknown = [...given.keys()].find((key) => !found.knows.includes(key));
  if (unknown !== undefined) throw new Error(`the stand-in was not taught -${unknown} of ${name}`);
  const value = found.run(host, given);
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
