import type { Tunnel } from "./clouds/tunnel";
import type { HostConfig, LabConfig } from "./config";
import type { CloudHostFact, LabFacts } from "./facts";
import type { UnitPlan } from "./plan";
import type { Target } from "./support";
import type { TeamIdentity } from "./teams";

/** A host: the machine that guests run on. */
export interface HostPlan {
  /** Name, unique in the lab; a cloud host's is `<pattern>-<team>`. */
  readonly name: string;
  /** How it is reached. */
  readonly kind: HostConfig["kind"];
  /** Where its guests run. */
  readonly target: Target;
  /** As configured; for a cloud host the pattern that it was made of. */
  readonly config: HostConfig;
  /** True when teams share it: slot 1 then has the course's addresses, the others computed ones. */
  readonly shared: boolean;
  /** How it is reached, where it is in a cloud and stands; absent elsewhere. */
  readonly standing?: CloudHostFact;
}

/** A host in a cloud, made for one team. */
export type CloudHostConfig = Extract<HostConfig, { kind: "ec2" | "azure" }>;

/** True for a host in a cloud: a pattern in the configuration, and on a LAN of its own, not on the classroom's. */
export function isCloud(config: HostConfig): config is CloudHostConfig {
  return config.kind === "ec2" || config.kind === "azure";
}

/** The target of a configured host: its own or the lab's. */
export function targetOf(lab: LabConfig, config: HostConfig): Target {
  return config.target ?? lab.target;
}

/** The operating system of a host; undefined for this machine, which tells it itself. */
export function osOf(config: HostConfig): "linux" | "windows" | undefined {
  return config.kind === "this-machine" ? undefined : config.os;
}

/** A configured host as it is; for a cloud host name the one of a team by {@link cloudHostOf}. */
export function hostOf(lab: LabConfig, config: HostConfig): HostPlan {
  return {
    name: config.name,
    kind: config.kind,
    target: targetOf(lab, config),
    config,
    shared: config.kind === "this-machine" || (config.kind === "existing" && config.shared),
  };
}

/** The host that a team gets of a cloud pattern. @param standing hosts of the lab that stand, by name */
export function cloudHostOf(
  lab: LabConfig,
  config: CloudHostConfig,
  team: Pick<TeamIdentity, "id">,
  standing: LabFacts["hosts"] = {},
): HostPlan {
  const name = `${config.name}-${team.id}`;
  const fact = standing[name];
  return { ...hostOf(lab, config), name, ...(fact ? { standing: fact } : {}) };
}

/** The disk that guests on a Windows host are made from. */
export type MachineImage = NonNullable<Extract<HostConfig, { kind: "existing" }>["machineImage"]>;

/** The disk that guests on a host's Hyper-V are made from; undefined where none is configured, or this machine has none to have. */
export function machineImageOf(config: HostConfig): MachineImage | undefined {
  return config.kind === "this-machine" ? undefined : config.machineImage;
}

/** A host that is reached over SSH. */
export interface RemoteHost {
  /** What it runs: what is asked of it is asked in another language. */
  readonly system: "linux" | "windows";
  /** Host name or IPv4 address. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Its public key, type and base64, by which it is known; absent where it is not configured. */
  readonly hostKey?: string;
  /** File of this machine with the private key that opens it; the lab's own key where it is absent. */
  readonly identityFile?: string;
  /** What of its cloud leads there; absent where its address does. */
  readonly tunnel?: Tunnel | undefined;
  /**
   * What stands before a command there so that root runs it (`sudo -n ` with a space); empty where root logs in, on Windows, and for
   * VirtualBox, whose machines are each user's own.
   */
  readonly asRoot: string;
}

/** How a host is reached over SSH; undefined where it is this machine, or in a cloud and not known to stand. */
export function remoteOf({
  config,
  target,
  standing,
}: Pick<HostPlan, "config" | "target" | "standing">): RemoteHost | undefined {
  if (config.kind === "this-machine") return undefined;
  if (isCloud(config)) {
    if (!standing) return undefined;
    const { machine: _machine, ...reached } = standing;
    return { system: config.os, ...reached, asRoot: becomingRoot(config.os, target, reached.user) };
  }
  const { address, port, user, hostKey, identityFile, os } = config;
  return {
    system: os,
    address,
    port,
    user,
    // What stands behind the key is a comment.
    ...(hostKey === undefined ? {} : { hostKey: hostKey.split(" ").slice(0, 2).join(" ") }),
    ...(identityFile === undefined ? {} : { identityFile }),
    asRoot: becomingRoot(os, target, user),
  };
}

/** What makes root run a command on a host: see {@link RemoteHost.asRoot}. */
function becomingRoot(os: RemoteHost["system"], target: Target, user: string): string {
  return user === "root" || os === "windows" || target === "virtualbox" ? "" : "sudo -n ";
}

/**
 * Whether a stack makes what all guests of a host need there: the one stack of a lab, the site's on a host that teams share, the team's
 * on its own.
 * @param kind of the stack
 */
export function makesHost(kind: UnitPlan["kind"], host: Pick<HostPlan, "shared">): boolean {
  return kind === "one" || host.shared === (kind === "site");
}
