import { type HostPlan, isCloud } from "../../course/hosts";

/** The regions of Amazon's in which a lab has hosts. */
export function amazonRegions(hosts: readonly HostPlan[]): string[] {
  const regions = hosts.flatMap(({ config }) =>
    isCloud(config) && config.kind === "ec2" ? [config.region] : [],
  );
  return [...new Set(regions)].sort();
}
