import { tunnelKind } from "../clouds/tunnel";
import type { HostConfig } from "../config";
import type { Fault } from "../faults";
import { isCloud, osOf, targetOf } from "../hosts";
import { cpusBeyondWindows, MOST_CPUS_OF_WINDOWS } from "../instanceTypes";
import { duplicates, type Validator } from "./validator";

/** Hosts have names of their own. */
export const hostNamesUnique: Validator = (config) =>
  duplicates(config.hosts, (host) => host.name).map(
    ({ index, key }): Fault => ({
      code: "duplicate-host",
      where: `lab.hosts[${index}].name`,
      what: `two hosts are named "${key}"`,
      expected: "a name of its own for each host",
    }),
  );

/** The machine that a host is; clouds make a new one for each team. */
function machineWords(host: HostConfig): string | undefined {
  if (host.kind === "this-machine") return "this machine";
  return host.kind === "existing" ? `${host.address}, port ${host.port}` : undefined;
}

/** One machine is one host: two would share its memory and names without knowing of each other. */
export const machinesUnique: Validator = (config) => {
  const hosts = config.hosts.flatMap((host, index) => {
    const machine = machineWords(host);
    return machine === undefined ? [] : [{ index, machine }];
  });
  return duplicates(hosts, ({ machine }) => machine).map(
    ({ index, key }): Fault => ({
      code: "duplicate-host",
      where: `lab.hosts[${hosts[index]?.index}]`,
      what: `two hosts are the same machine: ${key}`,
      expected: "one host for each machine",
    }),
  );
};

/** On a host that teams do not share there is one team. */
export const sharingSaid: Validator = (config) =>
  config.hosts.flatMap((host, index): Fault[] => {
    if (host.kind !== "existing" || host.shared || (host.maxTeams ?? 1) === 1) return [];
    return [
      {
        code: "config-value",
        where: `lab.hosts[${index}].maxTeams`,
        what: `host "${host.name}" is to carry up to ${host.maxTeams} teams and is not shared`,
        expected: `"shared: true" beside it, or no maxTeams`,
      },
    ];
  });

interface Refusal {
  readonly what: string;
  readonly expected: string;
}

/** Why guests cannot run so on a host; undefined where they can. */
function refusal(host: HostConfig, target: string): Refusal | undefined {
  const os = osOf(host);
  if (target === "containers" && host.kind !== "this-machine") {
    return {
      what: `containers cannot stand in for guests on host "${host.name}": they share its kernel, and whoever is in one can become root of the host`,
      expected: "target libvirt on Linux, hyperv or virtualbox on Windows",
    };
  }
  // Facts: nested virtualization of EC2 is for KVM and Hyper-V only, Azure's for Hyper-V only.
  if (target === "virtualbox" && isCloud(host)) {
    return {
      what: `VirtualBox does not run on host "${host.name}": the cloud lets only its own kinds of hypervisor nest`,
      expected:
        host.kind === "ec2" ? "target libvirt on Linux or hyperv on Windows" : "target hyperv on Windows",
    };
  }
  if (target === "hyperv" && os === "linux") {
    return {
      what: `host "${host.name}" runs Linux, and Hyper-V is part of Windows`,
      expected: "os: windows",
    };
  }
  if (target === "libvirt" && os === "windows") {
    return {
      what: `host "${host.name}" runs Windows, and libvirt with KVM is for Linux`,
      expected: "os: linux",
    };
  }
  if (target === "hyperv" && host.kind === "existing" && host.windows === "home") {
    return {
      what: `host "${host.name}" runs Windows Home, which has no Hyper-V`,
      expected: "Windows Pro, Education or Enterprise, or target virtualbox",
    };
  }
  return undefined;
}

/** Guests run as the target says on the kind of host that they are given. */
export const targetsPossible: Validator = (config) =>
  config.hosts.flatMap((host, index): Fault[] => {
    const refused = refusal(host, targetOf(config, host));
    if (!refused) return [];
    const where = host.target === undefined ? "lab.target" : `lab.hosts[${index}].target`;
    return [{ code: "target-unsupported", where, ...refused }];
  });

/** Guests run only where virtualization is on in the firmware. Containers and an emulated guest of libvirt need none. */
export const virtualizationOn: Validator = (config) =>
  config.hosts.flatMap((host, index): Fault[] => {
    const target = targetOf(config, host);
    if (host.kind !== "existing" || host.virtualization !== false) return [];
    if (target !== "hyperv" && target !== "virtualbox") return [];
    return [
      {
        code: "host-unsuitable",
        where: `lab.hosts[${index}].virtualization`,
        what: `virtualization is off in the firmware of host "${host.name}"`,
        expected: "VT-x or AMD-V switched on",
        fix: "Switch it on at that PC, run the precheck there again, and write the inventory anew; or leave the host out",
      },
    ];
  });

/** Windows with guests in it is not too large for Amazon. */
export const windowsNests: Validator = (config) =>
  config.hosts.flatMap((host, index): Fault[] => {
    const cpus = cpusBeyondWindows(host);
    if (cpus === undefined) return [];
    return [
      {
        code: "target-unsupported",
        where: `lab.hosts[${index}].instanceType`,
        what: `host "${host.name}" has ${cpus} vCPUs, and Amazon supports guests in Windows up to ${MOST_CPUS_OF_WINDOWS}`,
        expected: "a smaller type, or os: linux with target libvirt",
      },
    ];
  });

/** Prefixes shorter than this let in whoever there is. */
export const NARROWEST_FOR_ALL = 8;

/** A cloud host is reached from named networks only; from everywhere where that is said twice. */
export const cloudsClosed: Validator = (config) =>
  config.hosts.flatMap((host, index): Fault[] => {
    if (!isCloud(host)) return [];
    const where = `lab.hosts[${index}].allowedCidrs`;
    if (host.allowedCidrs.length === 0 && tunnelKind(host) === undefined) {
      return [
        {
          code: "cloud-access",
          where,
          what: `nobody may reach host "${host.name}"`,
          expected: `the subnets that learners and staff come from, such as 203.0.113.0/24; or, for staff alone, ${host.kind === "ec2" ? "sessionManager: true" : "bastion: true"}`,
        },
      ];
    }
    const wide = host.allowedCidrs.filter((cidr) => Number(cidr.split("/")[1]) < NARROWEST_FOR_ALL);
    const once = wide.find((cidr) => wide.filter((other) => other === cidr).length < 2);
    if (once === undefined) return [];
    return [
      {
        code: "cloud-access",
        where,
        what: `${once} lets the whole internet at host "${host.name}"`,
        expected: "the subnets that learners and staff come from",
        fix: `If everybody is meant, write it twice: [${once}, ${once}]`,
      },
    ];
  });

/** Nothing but hosts in clouds costs anything here. */
export const budgetNeedsCloud: Validator = (config) =>
  config.budget === undefined || config.hosts.some(isCloud)
    ? []
    : [
        {
          code: "config-value",
          where: "lab.budget",
          what: "no host of the lab is in a cloud, so that nothing of it costs what a budget counts",
          expected: "a host of kind ec2 or azure, or no budget",
        },
      ];

/** Containers separate networks, not hostile users: nobody comes in from outside. */
export const channelsPossible: Validator = (config) => {
  if (!config.hosts.some((host) => targetOf(config, host) === "containers")) return [];
  return config.channels.flatMap((channel, index): Fault[] =>
    channel === "rdp" || channel === "browser"
      ? [
          {
            code: "channel-unsupported",
            where: `lab.channels[${index}]`,
            what: `channel ${channel} lets remote learners in, and containers share the kernel of this machine`,
            expected: "classroom or ssh on containers, or another target",
          },
        ]
      : [],
  );
};
