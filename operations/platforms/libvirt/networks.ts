import { defaultParallel, pooled, valuesOf } from "../../pool";
import { virshNames, virshOutput } from "./virsh";

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
  command: string,
  names: readonly string[],
  options: readonly string[] = [],
): Promise<Dumped[]> {
  const found = await pooled(names, 2 * defaultParallel(), async (name) => ({
    name,
    xml: await virshOutput([command, name, ...options], { gone: true }),
  }));
  return valuesOf(found).filter(({ xml }) => xml !== "");
}

/** Every network of this machine's libvirt, at work or not. */
export async function libvirtNetworks(): Promise<Dumped[]> {
  return dumped("net-dumpxml", await virshNames(["net-list", "--all"]));
}
