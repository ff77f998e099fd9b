import { namesIn, type Virsh, virshOn } from "./virsh";

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
  const found = await virsh.each(names.map((name) => [command, name, ...options]));
  return names.flatMap((name, index) => {
    const xml = found[index]?.trim();
    return xml ? [{ name, xml: `${xml}\n` }] : [];
  });
}

/** Every network of a host's libvirt, at work or not. @param virsh the host's; this machine's without it */
export async function libvirtNetworks(virsh = virshOn()): Promise<Dumped[]> {
  return dumped(virsh, "net-dumpxml", namesIn(await virsh.output(["net-list", "--all", "--name"])));
}
