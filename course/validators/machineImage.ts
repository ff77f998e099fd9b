import { targetOf } from "../hosts";
import type { Validator } from "./validator";

/** What machines begin with says something where machines are made of an image: on libvirt. */
export const machineImageUsed: Validator = (config) => {
  const { machine } = config.images;
  if (machine === "built" || config.hosts.some((host) => targetOf(config, host) === "libvirt")) return [];
  return [
    {
      code: "feature-unsupported",
      where: "lab.images.machine",
      what: `it is ${machine}, and no guest begins with a machine image: no host's target is libvirt`,
      expected: "target: libvirt, or no machine",
    },
  ];
};
