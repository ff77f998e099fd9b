import { type HostPlan, type RemoteHost, remoteOf } from "../../course/hosts";
import type { LabPlan } from "../../course/plan";
import type { Target } from "../../course/support";

/** A host of a lab that is reached over SSH. */
export interface RemoteMachine {
  /** The host's name in the lab, and in the lab's SSH configuration of its hosts. */
  readonly name: string;
  /** The lab by whose key and configuration it is reached. */
  readonly lab: string;
  readonly remote: RemoteHost;
  /** Where its guests run. */
  readonly target: Target;
}

/** A host as the lab reaches it; undefined where it is this machine. */
export function machineOf(lab: string, host: HostPlan | undefined): RemoteMachine | undefined {
  const remote = host && remoteOf(host);
  return host && remote ? { name: host.name, lab, remote, target: host.target } : undefined;
}

/** The hosts of a lab that are reached over SSH. */
export function machinesOf({ lab, hosts }: Pick<LabPlan, "lab" | "hosts">): RemoteMachine[] {
  return hosts.flatMap((host) => machineOf(lab, host) ?? []);
}
