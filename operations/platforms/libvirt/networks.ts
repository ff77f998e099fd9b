import { defaultParallel, pooled, valuesOf } from "../../pool";
import { type Virsh, virshOn } from "./virsh";

/** An object with its XML. */
export interface Dumped {
  readonly name: string;
  readonly xml: string;
}

/**
 * The XML of objects by name; one that has gone since it was listed is left out.
 * @param command `dumpxml` or `net-dumpxml`
 * @param options of the command; none by default
 */
export async function dumped(
  virsh: Virsh,
  command: string,
  names: readonly string[],
  options: readonly string[] = [],
): Promise<Dumped[]> {
  const found = await pooled(names, 2 * defaultParallel(), async (name) => ({
    name,
    xml: await virsh.output([command, name, ...options], { gone: true }),
  }));
  return valuesOf(found).filter(({ xml }) => xml !== "");
}

/** Every network of a host's libvirt, at work or not. @param virsh the host's; this machine's without it */
export async function libvirtNetworks(virsh = virshOn()): Promise<Dumped[]> {
  return dumped(virsh, "net-dumpxml", await virsh.names(["net-list", "--all"]));
}
