/**
 * What the stand-in knows of Windows, rule by rule, each with the page that says so. Whatever is not here it refuses. Pages of Microsoft are named
 * by their titles (learn.microsoft.com).
 */
export const RULES = {
  "home-has-none": ["Windows Home has no optional feature Microsoft-Hyper-V", "Install Hyper-V in Windows"],
  "feature-asks-administrator": [
    "the state of features is told to administrators only",
    "Get-WindowsOptionalFeature (DISM): run as administrator",
  ],
  "client-feature": [
    "a client turns Hyper-V on as an optional feature, and has to start anew",
    "Enable-WindowsOptionalFeature; Install Hyper-V in Windows",
  ],
  "server-feature": [
    "a server turns Hyper-V on as a role, and has to start anew",
    "Install-WindowsFeature; Install the Hyper-V role on Windows Server",
  ],
  "server-looks-at-processor": [
    "the role is refused where the processor shows no virtualization",
    "Install the Hyper-V role on Windows Server, prerequisites",
  ],
  "restart-enables": [
    "a feature that is pending is enabled once Windows has started anew",
    "Enable-WindowsOptionalFeature, NoRestart",
  ],
  "management-service": ["cmdlets of Hyper-V need the service vmms", "Hyper-V Module for Windows PowerShell"],
  "switch-types": ["a switch is Private or Internal, and External where it is given a card", "New-VMSwitch"],
  "internal-has-host-port": [
    "an Internal switch gives the host an interface, vEthernet (NAME), and a Private one does not",
    "New-VMSwitch, SwitchType",
  ],
  "switch-changes-type": [
    "a switch changes between Private and Internal in place, and the host's interface with it",
    "Set-VMSwitch, SwitchType",
  ],
  "one-switch-a-card": ["a network card carries one switch", "New-VMSwitch, NetAdapterName"],
  "switch-removal-frees-adapters": ["adapters of a switch that is removed are on none", "Remove-VMSwitch"],
  "one-nat": ["one prefix is translated for on a host", "Set up a NAT network"],
  "nat-has-no-overlap": ["a NAT of a prefix that another has is refused", "New-NetNat"],
  "address-once": ["an address is given once", "New-NetIPAddress"],
  "vm-has-one-adapter": ["a new machine has one network adapter, on no switch unless one is named", "New-VM"],
  "vm-names-repeat": ["names of machines need not be unique, ids are", "Get-VM"],
  "vm-folder": ["a machine's files are in a folder of its name below Path", "New-VM, Path"],
  "hardware-while-off": [
    "processor and kind of memory change only while a machine is off",
    "Set-VMProcessor; Set-VMMemory",
  ],
  "firmware-while-off": ["firmware changes only while a machine is off", "Set-VMFirmware"],
  "stop-action-while-off": [
    "the action at the host's end changes only while a machine is off",
    "Set-VM, AutomaticStopAction",
  ],
  "adapters-while-running": [
    "adapters come and go while a machine of generation 2 runs",
    "What's new in Hyper-V on Windows Server: hot add and remove for network adapters and memory",
  ],
  "static-mac-while-off": [
    "a running machine's adapter takes no other address",
    "Set-VMNetworkAdapter, StaticMacAddress",
  ],
  "vlan-modes": [
    "a port is untagged, of one VLAN, of several, or of a private VLAN, and no two of these",
    "Set-VMNetworkAdapterVlan",
  ],
  "sparse-disk": [
    "a machine with a sparse, compressed or encrypted disk does not start: 0xC03A001A",
    "Virtual hard disk files must be uncompressed and unencrypted and must not be sparse",
  ],
  "memory-of-host": ["a machine starts only where the host has memory for it", "Start-VM"],
  heartbeat: [
    "a system answers the heartbeat once its integration services run",
    "Hyper-V Integration Services",
  ],
  "shutdown-needs-guest": ["shutting down asks the guest's system, turning off does not", "Stop-VM"],
  "snapshot-makes-avhdx": [
    "a checkpoint lets a machine write to a differencing disk, .avhdx",
    "Checkpoint-VM; Using checkpoints",
  ],
  "snapshot-merges-later": [
    "a checkpoint that is removed is merged in the background",
    "Remove-VMSnapshot; Using checkpoints",
  ],
  "removal-keeps-disks": [
    "removing a machine leaves its virtual hard disks, and one that runs is not removed",
    "Remove-VM",
  ],
  "disk-in-use": [
    "the files of a machine that runs can be neither written nor removed",
    "File sharing: ERROR_SHARING_VIOLATION",
  ],
  "differencing-needs-parent": ["a differencing disk needs its parent", "New-VHD, ParentPath"],
  "disk-full": ["a file that does not fit is refused: 0x80070070", "System error codes: ERROR_DISK_FULL"],
  "restart-ends-connections": [
    "a restart ends machines and connections after the time that was given",
    "shutdown",
  ],
  "socket-services": [
    "a service that is talked to in machines is registered by an administrator, with a name",
    "Make your own integration services",
  ],
  "file-hash": ["the hash of a file is told in capitals", "Get-FileHash"],
} as const satisfies Readonly<Record<string, readonly [rule: string, source: string]>>;

/** Name of a rule. */
export type Rule = keyof typeof RULES;
