import { markIn } from "../../../components/hypervisors/libvirt/ownerMark";
import type { SubnetInUse } from "../../../course/facts";
import { numberToAddress, parseSubnet } from "../../../course/network";
import { networkAddress } from "./domainXml";
import { libvirtNetworks } from "./networks";
import { virsh } from "./virsh";

/** Subnets of libvirt's networks on this machine; none where there is no libvirt that answers. */
export async function libvirtSubnets(): Promise<SubnetInUse[]> {
  if ((await virsh(["version"])).code !== 0) return [];
  return (await libvirtNetworks()).flatMap(({ name, xml }): SubnetInUse[] => {
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
