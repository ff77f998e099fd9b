/** A resource that a stack will hold, by type token and logical name. */
export interface PlannedResource {
  readonly type: string;
  readonly name: string;
}

/** Type token of a resource that a script stands for, on this machine and in guests. */
export const SCRIPT = "command:local:Command";

/** The same for a script on a host over SSH. */
export const REMOTE_SCRIPT = "command:remote:Command";

/** What is kept as it was first given: a resource of the engine's own. */
export const kept = (name: string): PlannedResource => ({ type: "pulumi:index:Stash", name });

/** Type token of a random text that is a secret. */
export const PASSWORD = "random:index/randomPassword:RandomPassword";

/** Type token of the key that opens a lab's hosts in clouds. */
export const LAB_KEY_TYPE = "classlab:index:LabKey";

/** Type token of a host that guests run on. */
export const HYPERVISOR_HOST_TYPE = "classlab:index:HypervisorHost";

/** A component of this package. */
export const component = (kind: string, name: string): PlannedResource => ({
  type: `classlab:index:${kind}`,
  name,
});

/** A provider that a stack makes for itself. */
export const provider = (kind: string, name: string): PlannedResource => ({
  type: `pulumi:providers:${kind}`,
  name,
});

/** A random text that is a secret. */
export const password = (name: string): PlannedResource => ({ type: PASSWORD, name });
