import type { HostConfig } from "./config";
import type { Amounts } from "./demand";

/** What a cloud's machine has; its disk is configured apart. */
export type MachineSize = Omit<Amounts, "disk">;

const MIB_IN_GIB = 1024;

/**
 * EC2 families in which nested virtualization is documented, with GiB of memory for each vCPU (aws.amazon.com/ec2/instance-types, pages
 * of C8i, M8i and R8i, 2026-11). Others exist and may nest: what they have is asked of the API, not guessed.
 */
const EC2_FAMILIES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    c8i: 2,
    "c8i-flex": 2,
    m8i: 4,
    "m8i-flex": 4,
    r8i: 8,
    "r8i-flex": 8,
  }),
);

/** vCPUs of an EC2 size, the same in every family of the table. */
const EC2_SIZES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    large: 2,
    xlarge: 4,
    "2xlarge": 8,
    "4xlarge": 16,
    "8xlarge": 32,
    "12xlarge": 48,
    "16xlarge": 64,
    "24xlarge": 96,
    "32xlarge": 128,
    "48xlarge": 192,
    "96xlarge": 384,
  }),
);

/** GiB of memory for each vCPU of Azure's D and E families (learn.microsoft.com/azure/virtual-machines/sizes, 2026-11). */
const AZURE_FAMILIES: Readonly<Record<string, number>> = { D: 4, E: 8 };

/** vCPUs that sizes of these families come with. */
const AZURE_CPUS: readonly number[] = [2, 4, 8, 16, 32, 48, 64, 96];

function ec2Size(type: string): MachineSize | undefined {
  const [family = "", size = ""] = type.split(".");
  const ratio = EC2_FAMILIES.get(family);
  const cpus = EC2_SIZES.get(size);
  return ratio === undefined || cpus === undefined ? undefined : { cpus, memory: cpus * ratio * MIB_IN_GIB };
}

function azureSize(size: string): MachineSize | undefined {
  const [, family = "", digits = ""] = /^Standard_([DE])(\d+)a?d?s_v[3-7]$/.exec(size) ?? [];
  const ratio = AZURE_FAMILIES[family];
  const cpus = Number(digits);
  return ratio === undefined || !AZURE_CPUS.includes(cpus)
    ? undefined
    : { cpus, memory: cpus * ratio * MIB_IN_GIB };
}

/** What a type of a cloud has; undefined for one that the table does not know. */
export const TYPE_SIZES: Readonly<Record<"ec2" | "azure", (type: string) => MachineSize | undefined>> = {
  ec2: ec2Size,
  azure: azureSize,
};

/** What a cloud host has by its type; undefined for a type that the table does not know, and for hosts that are in no cloud. */
export function machineSize(config: HostConfig): MachineSize | undefined {
  if (config.kind === "ec2") return ec2Size(config.instanceType);
  if (config.kind === "azure") return azureSize(config.vmSize);
  return undefined;
}

/**
 * True for a type of EC2 of which Amazon documents that guests run in it: the families above, or a machine that is none itself
 * (docs.aws.eu, Amazon EC2 User Guide, nested virtualization, 2026-11).
 */
export function nestingDocumented(instanceType: string): boolean {
  const [family = "", size = ""] = instanceType.split(".");
  return EC2_FAMILIES.has(family) || size.startsWith("metal");
}

/** vCPUs of EC2 up to which guests run in Windows (Amazon EC2 User Guide, nested virtualization, Windows limits, 2026-11). */
export const MOST_CPUS_OF_WINDOWS = 192;

/** The vCPUs of a Windows host of EC2 that has too many for guests in it; undefined for any other host. */
export function cpusBeyondWindows(config: HostConfig): number | undefined {
  if (config.kind !== "ec2" || config.os !== "windows") return undefined;
  const { cpus = 0 } = ec2Size(config.instanceType) ?? {};
  return cpus > MOST_CPUS_OF_WINDOWS ? cpus : undefined;
}

/** The name by which a cloud knows a host's type; undefined for hosts that are in no cloud. */
export function machineType(config: HostConfig): string | undefined {
  if (config.kind === "ec2") return config.instanceType;
  return config.kind === "azure" ? config.vmSize : undefined;
}

/** What a host has, as far as it is configured or known from its type. */
export function amountsOf(config: HostConfig): Partial<Amounts> {
  if (config.kind === "ec2" || config.kind === "azure") return { ...machineSize(config), disk: config.disk };
  return {
    ...(config.cpus === undefined ? {} : { cpus: config.cpus }),
    ...(config.memory === undefined ? {} : { memory: config.memory }),
    ...(config.disk === undefined ? {} : { disk: config.disk }),
  };
}
