import type { HostConfig, LabConfig } from "./config";
import type { Target } from "./support";

/** A host: the machine that guests run on. */
export interface HostPlan {
  /** Name, unique in the lab. */
  readonly name: string;
  /** How it is reached. */
  readonly kind: HostConfig["kind"];
  /** Where its guests run. */
  readonly target: Target;
  /** As configured; for a cloud host the pattern that it was made of. */
  readonly config: HostConfig;
  /** True when teams share it: slot 1 then has the course's addresses, the others computed ones. */
  readonly shared: boolean;
}

/** The hosts of a lab that has no cloud hosts, as configured. */
export function hostOf(lab: LabConfig, config: HostConfig): HostPlan {
  return {
    name: config.name,
    kind: config.kind,
    target: config.target ?? lab.target,
    config,
    shared: config.kind === "this-machine" || (config.kind === "existing" && config.shared),
  };
}
