import { markIn } from "../../../components/hypervisors/libvirt/ownerMark";
import type { SubnetInUse } from "../../../course/facts";
import { isFault } from "../../../course/faults";
import { numberToAddress, parseSubnet } from "../../../course/network";
import { networkAddress } from "./domainXml";
import { libvirtNetworks } from "./networks";
import { virshOn } from "./virsh";

/**
 * Subnets of libvirt's networks on a host; none where there is no libvirt that answers.
 * @param virsh the host's; this machine's without it
 */
export async function libvirtSubnets(virsh = virshOn()): Promise<SubnetInUse[]> {
  const networks = await libvirtNetworks(virsh).catch((error: unknown) => {
    if (isFault(error, "libvirt-not-running")) return [];
    throw error;
  });
  return networks.flatMap(({ name, xml }): SubnetInUse[] => {
    const address = networkAddress(xml);
    if (address === undefined) return [];
    const { first, prefix } = parseSubnet(address);
    const mark = markIn(xml);
    return [
      {
        subnet: `${numberToAddress(first)}/${prefix}`,
        user: mark ? `libvirt network "${name}" of lab "${mark.lab}"` : `libvirt network "${name}"`,
        ...(mark ? { own: { lab: mark.lab, id: mark.id, objectName: name } } : {}),
      },
    ];
  });
}
