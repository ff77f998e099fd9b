import type { Fault } from "../faults";
import { duplicates, type Validator } from "./validator";

/** Docker stacks of a guest share neither kind nor ports. */
export const dockerStacksValid: Validator = (config) =>
  config.guests.flatMap((guest, guestIndex) => {
    const taken = new Map<number, string>([[22, "SSH"]]);
    const faults: Fault[] = duplicates(guest.docker, (stack) => stack.kind).map(({ index, key }) => ({
      code: "duplicate-docker-stack",
      where: `lab.guests[${guestIndex}].docker[${index}].kind`,
      what: `guest "${guest.name}" has two stacks of kind "${key}"`,
      expected: "one stack of each kind a guest",
    }));
    for (const [index, stack] of guest.docker.entries()) {
      const farm = stack.kind === "nginx-farm";
      const where = `lab.guests[${guestIndex}].docker[${index}].${farm ? "firstPort" : "port"}`;
      const first = farm ? stack.firstPort : stack.port;
      const last = farm ? stack.firstPort + stack.count - 1 : stack.port;
      if (farm && last > 65535) {
        faults.push({
          code: "config-value",
          where,
          what: `the farm's ports ${first} to ${last} go past the highest port`,
          expected: `at most ${65535 - stack.count + 1} as the first of ${stack.count} ports`,
        });
        continue;
      }
      for (let port = first; port <= last; port += 1) {
        const other = taken.get(port);
        if (other === undefined) taken.set(port, stack.kind);
        // A second stack of one kind has a fault already.
        else if (other !== stack.kind) {
          faults.push({
            code: "duplicate-port",
            where,
            what: `port ${port} of guest "${guest.name}" is used by ${other} and by ${stack.kind}`,
            expected: "a port of its own for each service of a guest",
          });
        }
      }
    }
    return faults;
  });
