/** What the same tests need to know of where a lab's guests run, beside what classlab itself tells. */
export interface TestTarget {
  readonly name: "containers" | "libvirt";
  /** `kind name state` of what of a lab stands on this machine, in order; asked of the platform's own client. */
  standing(lab: string): Promise<string[]>;
  /** Shell command of this machine that runs, as root in a guest of the first team, the script on its standard input. */
  guestShell(lab: string, guest: string): string;
}

/** Name of a guest of the first team on its platform. */
export function objectName(lab: string, guest: string): string {
  return `${lab}-team-01-${guest}`;
}

/**
 * Script that lists what a Docker Engine has with a label, as `kind name state`. It waits for the engine, half a minute at most: a run that ended
 * early did not.
 */
export function dockerList(label: string): string {
  const filter = `--filter label=${label}`;
  return `tries=0
until docker ps -a ${filter} --format 'container {{.Names}} {{.State}}' 2>/dev/null; do
  tries=$((tries + 1))
  [ $tries -lt 100 ] || exec docker version
  sleep 0.3
done
docker network ls ${filter} --format 'network {{.Name}}'
docker volume ls ${filter} --format 'volume {{.Name}}'
`;
}
