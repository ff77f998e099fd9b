import { IPv4 } from "ipaddr.js";
import { create } from "xmlbuilder2";
import { z } from "zod";

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
  return create(xml)
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
  const addresses = create(xml)
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
  const [bridge] = create(xml)
    .root()
    .filter(({ node }) => node.nodeName === "bridge", false, false);
  const found = bridgeSchema.safeParse(bridge?.toObject());
  return found.success ? found.data.bridge["@name"] : undefined;
}
