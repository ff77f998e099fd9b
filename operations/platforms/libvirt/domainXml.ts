import { IPv4 } from "ipaddr.js";
import { z } from "zod";
import { readXml } from "../../../components/hypervisors/libvirt/xml";

/** A network adapter of a domain as libvirt shows it. */
export interface DomainAdapter {
  /** Name of the network that it is on. */
  readonly network: string;
  /** In small letters. */
  readonly mac: string;
  /** False where its cable is pulled. */
  readonly up: boolean;
}

/** An adapter on a network, as xmlbuilder2 gives it; one on something else of the host's is not the lab's. */
const interfaceSchema = z.looseObject({
  interface: z.looseObject({
    mac: z.looseObject({ "@address": z.string() }),
    source: z.looseObject({ "@network": z.string() }),
    link: z.looseObject({ "@state": z.string() }).optional(),
  }),
});

/**
 * The adapters in what `virsh dumpxml` printed.
 * @throws on text that is no XML
 */
export function domainAdapters(xml: string): DomainAdapter[] {
  return readXml(xml)
    .root()
    .filter(({ node }) => node.nodeName === "interface", false, true)
    .flatMap((element) => {
      const found = interfaceSchema.safeParse(element.toObject());
      if (!found.success) return [];
      const { mac, source, link } = found.data.interface;
      return [
        {
          network: source["@network"],
          mac: mac["@address"].toLowerCase(),
          up: link?.["@state"] !== "down",
        },
      ];
    });
}

const addressSchema = z.looseObject({
  ip: z.looseObject({
    "@family": z.string().optional(),
    "@address": z.string(),
    "@prefix": z.string().optional(),
    "@netmask": z.string().optional(),
  }),
});

/**
 * The host's own IPv4 address on a network with its prefix, `10.0.2.1/24`, in what `virsh net-dumpxml` printed; absent where it has none.
 * People write a mask as well.
 */
export function networkAddress(xml: string): string | undefined {
  const addresses = readXml(xml)
    .root()
    .filter(({ node }) => node.nodeName === "ip", false, false);
  return addresses.flatMap((element) => {
    const found = addressSchema.safeParse(element.toObject());
    if (!found.success || (found.data.ip["@family"] ?? "ipv4") !== "ipv4") return [];
    const { "@address": address, "@prefix": prefix, "@netmask": mask } = found.data.ip;
    const bits = prefix ?? (mask === undefined ? null : IPv4.parse(mask).prefixLengthFromSubnetMask());
    return bits === null ? [] : [`${address}/${bits}`];
  })[0];
}

const bridgeSchema = z.looseObject({ bridge: z.looseObject({ "@name": z.string() }) });

/** The bridge of a network in what `virsh net-dumpxml` printed; absent where it has none, or the text is empty. */
export function networkBridge(xml: string): string | undefined {
  if (xml === "") return undefined;
  const [bridge] = readXml(xml)
    .root()
    .filter(({ node }) => node.nodeName === "bridge", false, false);
  const found = bridgeSchema.safeParse(bridge?.toObject());
  return found.success ? found.data.bridge["@name"] : undefined;
}

const textSchema = z
  .union([z.string(), z.looseObject({ "#": z.string() })])
  .transform((value) => (typeof value === "string" ? value : value["#"]));

const definitionSchema = z.looseObject({
  domain: z.looseObject({
    uuid: z.string().optional(),
    memory: z.looseObject({ "@unit": z.string().optional(), "#": z.string() }).optional(),
    vcpu: textSchema.optional(),
  }),
});

/** The UUID in what `virsh dumpxml` printed; undefined where there is none. */
export function domainUuid(xml: string): string | undefined {
  return definitionSchema.safeParse(readXml(xml).end({ format: "object" })).data?.domain.uuid;
}

/** Units of memory in MiB, as libvirt prints them and as people write them (libvirt.org/formatdomain.html, "Memory Allocation"). */
const MIB: Readonly<Record<string, number>> = { KiB: 1 / 1024, MiB: 1, GiB: 1024 };

const diskSchema = z.looseObject({
  disk: z.looseObject({
    source: z.looseObject({ "@file": z.string() }).optional(),
    target: z.looseObject({ "@dev": z.string() }),
  }),
});

const portSchema = z.looseObject({
  channel: z.looseObject({ target: z.looseObject({ "@name": z.string() }) }),
});

/** The serial port that is the channel of a guest with Windows. */
const serialSchema = z.looseObject({
  serial: z.looseObject({ source: z.looseObject({ "@path": z.string().includes(".channel.") }) }),
});

/** Name of the setting that is a guest's management channel as a whole. */
const CHANNEL = "the management channel";

/**
 * What a domain is made of, of what classlab sets and nothing moves while it runs, in a domain's XML, ours or libvirt's: memory, processors,
 * disks with their files, the management channel. Adapters are looked at by themselves.
 * @throws on text that is no XML
 */
export function domainSettings(xml: string): Record<string, string> {
  const document = readXml(xml);
  const domain = definitionSchema.safeParse(document.end({ format: "object" })).data?.domain;
  const each = (name: string) => document.root().filter(({ node }) => node.nodeName === name, false, true);
  const { memory, vcpu } = domain ?? {};
  const ports = each("channel").flatMap((element) => {
    const found = portSchema.safeParse(element.toObject());
    return found.success && found.data.channel.target["@name"].startsWith("classlab.") ? [found] : [];
  });
  const serial = each("serial").filter((element) => serialSchema.safeParse(element.toObject()).success);
  const channels = ports.length + serial.length;
  return {
    ...(memory
      ? { memory: `${Math.round(Number(memory["#"]) * (MIB[memory["@unit"] ?? "KiB"] ?? Number.NaN))} MiB` }
      : {}),
    ...(vcpu === undefined ? {} : { processors: vcpu }),
    ...Object.fromEntries(
      each("disk").flatMap((element) => {
        const found = diskSchema.safeParse(element.toObject());
        if (!found.success) return [];
        const { source, target } = found.data.disk;
        return [[`disk ${target["@dev"]}`, source?.["@file"] ?? "nothing"]];
      }),
    ),
    ...(channels > 0 ? { [CHANNEL]: `${channels} ports` } : {}),
  };
}
