import type { HostState } from "../calendar";
import { hasPublicAddress } from "../clouds/hosts";
import { tunnelKind } from "../clouds/tunnel";
import { type CloudHost, type RentedHost, regionOf, typeOf } from "./hosts";
import type { DiskPrice, PriceOrigin, PriceTable, RegionPrices } from "./prices";
import type { Traffic } from "./traffic";
import type { Words } from "./words";

/** Dollars an hour in each state of the hosts. */
export type HourlyRates = Readonly<Record<HostState, number>>;

/** One thing that bills. */
export interface CostLine {
  readonly what: Words;
  /** How many of them. */
  readonly count: number;
  /** Dollars an hour for one. */
  readonly perHour: HourlyRates;
  /** Dollars for one, each time hosts are prepared or a lesson is held. */
  readonly traffic: { readonly preparation: number; readonly lesson: number };
  /** Where its figure comes from. */
  readonly source: PriceOrigin;
  /** True for what teams share; otherwise each of them has one. */
  readonly shared: boolean;
  /** Ids of the teams that it is for. */
  readonly teams: readonly string[];
}

/** Hours of a month, as both clouds' calculators count them: 365 × 24 ÷ 12. */
export const HOURS_PER_MONTH = 730;

const NO_TRAFFIC = { preparation: 0, lesson: 0 } as const;

/** What bills while hosts run only. */
const whileRunning = (usd: number): HourlyRates => ({ running: usd, stopped: 0, ended: 0 });
/** What bills as long as the lab is there. */
const always = (usd: number): HourlyRates => ({ running: usd, stopped: usd, ended: usd });
const never: HourlyRates = { running: 0, stopped: 0, ended: 0 };

/** Hosts that cost the same: those of one pattern. */
interface Group {
  readonly host: CloudHost;
  readonly teams: readonly string[];
}

/** Hosts by a key, in the order in which each key first comes. */
function grouped(rented: readonly RentedHost[], key: (host: CloudHost) => string): Group[] {
  const groups = new Map<string, { host: CloudHost; teams: string[] }>();
  for (const { team, host } of rented) {
    const group = groups.get(key(host)) ?? { host, teams: [] };
    group.teams.push(team);
    groups.set(key(host), group);
  }
  return [...groups.values()];
}

/** Dollars a month for a disk of so many GiB; undefined for one that is larger than any in the table. */
export function diskPerMonth(price: DiskPrice, gib: number): number | undefined {
  if (price.kind === "per-gib-month") return price.usd * gib;
  return price.tiers.find((tier) => gib <= tier.gib)?.usd;
}

/** What the table has no figure for. */
function noPrice(en: string, ja: string): Words {
  return {
    en: `${en}: no price in the table`,
    ja: `${ja}（料金表に価格がありません）`,
  };
}

/** The lines of hosts of one pattern, and what has no price. */
function hostLines(
  { host, teams }: Group,
  prices: RegionPrices,
  traffic: Traffic,
): { lines: CostLine[]; missing: Words[] } {
  const region = regionOf(host);
  const type = typeOf(host);
  const common = { count: teams.length, shared: false, teams, traffic: NO_TRAFFIC } as const;
  const instance = prices.instances[type];
  const disk = diskPerMonth(prices.disk, host.disk);
  const outward = hasPublicAddress(host);
  const lines: CostLine[] = [
    ...(instance
      ? [
          {
            ...common,
            what: { en: `host ${type}, ${region}`, ja: `ホスト ${type}（${region}）` },
            perHour: whileRunning(instance.usd),
            source: instance.source,
          },
        ]
      : []),
    ...(instance && host.os === "windows"
      ? [
          {
            ...common,
            what: {
              en: `Windows licence for ${instance.vcpus} vCPU`,
              ja: `Windows ライセンス（${instance.vcpus} vCPU 分）`,
            },
            perHour: whileRunning(prices.windows.usd * instance.vcpus),
            source: prices.windows.source,
          },
        ]
      : []),
    ...(disk === undefined
      ? []
      : [
          {
            ...common,
            what: { en: `disk of ${host.disk} GiB`, ja: `ディスク ${host.disk} GiB` },
            perHour: always(disk / HOURS_PER_MONTH),
            source: prices.disk.source,
          },
        ]),
    ...(outward
      ? [
          {
            ...common,
            what: { en: "public IPv4 address", ja: "パブリック IPv4 アドレス" },
            perHour: always(prices.address.usd),
            source: prices.address.source,
          },
        ]
      : []),
    {
      ...common,
      what: { en: "traffic to the internet", ja: "インターネットへの送信" },
      perHour: never,
      traffic: { preparation: 0, lesson: traffic.outPerLesson * prices.dataOut.usd },
      source: prices.dataOut.source,
    },
    ...(outward || !prices.nat
      ? []
      : [
          {
            ...common,
            what: { en: "traffic through the NAT gateway", ja: "NAT ゲートウェイの通信量" },
            perHour: never,
            traffic: {
              preparation: traffic.preparation * prices.nat.perGb,
              lesson: (traffic.lesson + traffic.outPerLesson) * prices.nat.perGb,
            },
            source: prices.nat.source,
          },
        ]),
  ];
  const missing: Words[] = [
    ...(instance ? [] : [noPrice(`hosts ${type} in ${region}`, `${region} のホスト ${type}`)]),
    ...(disk === undefined
      ? [noPrice(`disks of ${host.disk} GiB in ${region}`, `${region} のディスク ${host.disk} GiB`)]
      : []),
  ];
  return { lines, missing };
}

/** A thing that stands once in a region for all teams there that need it, and its public address. */
function sharedLines(
  teams: readonly string[],
  what: Words,
  usd: number,
  source: PriceOrigin,
  address: RegionPrices["address"],
): CostLine[] {
  const common = { count: 1, shared: true, teams, traffic: NO_TRAFFIC } as const;
  return [
    { ...common, what, perHour: always(usd), source },
    {
      ...common,
      what: { en: `public IPv4 address of the ${what.en}`, ja: `${what.ja}のパブリック IPv4 アドレス` },
      perHour: always(address.usd),
      source: address.source,
    },
  ];
}

function regionLines(
  { host, teams }: Group,
  rented: readonly RentedHost[],
  prices: RegionPrices,
): CostLine[] {
  const region = regionOf(host);
  const here = new Set(teams);
  const needing = (test: (of: CloudHost) => boolean): string[] =>
    rented.filter((entry) => here.has(entry.team) && test(entry.host)).map(({ team }) => team);
  const inside = needing((of) => !hasPublicAddress(of));
  const bastion = needing((of) => tunnelKind(of) === "bastion");
  return [
    ...(inside.length > 0 && prices.nat
      ? sharedLines(
          inside,
          { en: `NAT gateway, ${region}`, ja: `NAT ゲートウェイ（${region}）` },
          prices.nat.usd,
          prices.nat.source,
          prices.address,
        )
      : []),
    ...(bastion.length > 0 && prices.bastion
      ? sharedLines(
          bastion,
          { en: `Azure Bastion (Standard), ${region}`, ja: `Azure Bastion（Standard、${region}）` },
          prices.bastion.usd,
          prices.bastion.source,
          prices.address,
        )
      : []),
  ];
}

/** The smallest type of each cloud that has a price in every region of the table. */
export const GATEWAY_TYPES = { ec2: "m8i.large", azure: "Standard_D4s_v5" } as const;

/** GiB of the gateway's disk: the smallest that Azure bills. */
export const GATEWAY_DISK = 32;

/** A host as the gateway of the channel browser would be in its region. */
function asGateway(host: CloudHost): CloudHost {
  const same = { os: "linux" as const, disk: GATEWAY_DISK, allowedCidrs: ["0.0.0.0/0"] };
  return host.kind === "ec2"
    ? { ...host, ...same, instanceType: GATEWAY_TYPES.ec2 }
    : { ...host, ...same, vmSize: GATEWAY_TYPES.azure, bastion: false };
}

/** The gateway that is reserved in a region, for all teams there; what goes through it is not known. */
function gatewayLines({ host, teams }: Group, prices: RegionPrices, traffic: Traffic): CostLine[] {
  const { lines } = hostLines({ host: asGateway(host), teams: ["all"] }, prices, traffic);
  return lines
    .filter(({ perHour }) => perHour !== never)
    .map((line) => ({
      ...line,
      shared: true,
      teams,
      what: {
        en: `gateway of the channel browser (reserved): ${line.what.en}`,
        ja: `ブラウザー接続用のゲートウェイ（予約）：${line.what.ja}`,
      },
    }));
}

/**
 * Everything that bills for rented hosts, and what the table has no figure for.
 * @param browser whether a gateway for browsers is reserved
 */
export function linesOf(
  rented: readonly RentedHost[],
  prices: PriceTable,
  traffic: Traffic,
  browser = false,
): { readonly lines: readonly CostLine[]; readonly missing: readonly Words[] } {
  const lines: CostLine[] = [];
  const missing: Words[] = [];
  for (const region of grouped(rented, (host) => `${host.kind} ${regionOf(host)}`)) {
    const name = regionOf(region.host);
    const regions = prices.regions[region.host.kind];
    // A location may be named like what every object has, such as "constructor".
    const figures = Object.hasOwn(regions, name) ? regions[name] : undefined;
    if (!figures) {
      missing.push(noPrice(`everything in ${name}`, `${name} のすべて`));
      continue;
    }
    const here = rented.filter(({ host }) => host.kind === region.host.kind && regionOf(host) === name);
    const patterns = grouped(here, (host) =>
      [typeOf(host), host.os, host.disk, hasPublicAddress(host)].join(" "),
    );
    for (const pattern of patterns) {
      const own = hostLines(pattern, figures, traffic);
      lines.push(...own.lines);
      missing.push(...own.missing);
    }
    lines.push(...regionLines(region, here, figures));
    if (browser) lines.push(...gatewayLines(region, figures, traffic));
  }
  return { lines, missing };
}
