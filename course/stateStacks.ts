import type { DockerStackConfig, GuestConfig } from "./config";

type StackKind = DockerStackConfig["kind"];

/** The stacks as the manual has them (L3191, L3222, L3514, L3698), for what no guest of the configuration lists. */
const AS_IN_THE_MANUAL: Readonly<Record<StackKind, DockerStackConfig>> = {
  nginx: { kind: "nginx", port: 8080 },
  "nginx-farm": { kind: "nginx-farm", firstPort: 8001, count: 100 },
  "php-apache": { kind: "php-apache", port: 8070 },
  wordpress: { kind: "wordpress", port: 8060 },
};

/** First and last port of a stack. */
function range(stack: DockerStackConfig): readonly [first: number, last: number] {
  return stack.kind === "nginx-farm"
    ? [stack.firstPort, stack.firstPort + stack.count - 1]
    : [stack.port, stack.port];
}

/** Whether two stacks of one guest need a port both. */
function meet(one: DockerStackConfig, other: DockerStackConfig): boolean {
  const [first, last] = range(one);
  const [otherFirst, otherLast] = range(other);
  return first <= otherLast && otherFirst <= last;
}

/**
 * The stacks of some kinds on each guest: as configured, else on the first guest as in the manual. One whose port an
 * earlier kind has is left out: the hundred nginx take 8080 (L3222), and the manual removes the one before (L3175).
 * @param kinds in the order in which they get their ports
 * @returns one list for each guest, in the guests' order
 */
export function stacksOf(
  guests: readonly GuestConfig[],
  kinds: readonly StackKind[],
): readonly (readonly DockerStackConfig[])[] {
  return guests.map((guest, index) => {
    const stacks: DockerStackConfig[] = [];
    for (const kind of kinds) {
      const configured = guest.docker.find((stack) => stack.kind === kind);
      const nowhere = !guests.some((other) => other.docker.some((stack) => stack.kind === kind));
      const wanted = configured ?? (index === 0 && nowhere ? AS_IN_THE_MANUAL[kind] : undefined);
      if (wanted && !stacks.some((other) => meet(other, wanted))) stacks.push(wanted);
    }
    return stacks;
  });
}
