import type { Tunnel } from "./clouds/tunnel";

/** A subnet that is in use on a host, and by whom. */
export interface SubnetInUse {
  /** IPv4 CIDR. */
  readonly subnet: string;
  /** In words: `Docker network "bridge"`, `interface eth0`. */
  readonly user: string;
  /** Name of the lab's host on which it is in use; absent where no lab was looked at. */
  readonly host?: string;
  /** The lab whose switch it is and the switch's object name, when it carries an owner mark. */
  readonly own?: { readonly lab: string; readonly id: string; readonly objectName: string };
}

/** A team of a roster, as its lock file has it: no name of a person. */
export interface RosterTeam {
  readonly id: string;
  readonly slot: number;
  readonly label?: string;
  readonly host?: string;
  /** Learners at its seats. */
  readonly seats: number;
}

/** A host in a cloud that stands. */
export interface CloudHostFact {
  /** IPv4 address: a public one where it has one. */
  readonly address: string;
  /** Port of its SSH server. */
  readonly port: number;
  /** Who logs in there. */
  readonly user: string;
  /** Its public key, type and base64. */
  readonly hostKey: string;
  /** The cloud's own id of the machine: with another one all that was on it is gone. */
  readonly machine: string;
  /** What of its cloud leads staff there; absent where its address does. */
  readonly tunnel?: Tunnel | undefined;
}

/** A serializable snapshot of the host, taken by operations. Every part may be absent. */
export interface LabFacts {
  readonly subnets?: readonly SubnetInUse[];
  /** The teams of the roster that the configuration names. */
  readonly roster?: readonly RosterTeam[];
  /** The random id of this lab; absent before its first run. */
  readonly labId?: string;
  /** False where guests' addresses cannot be reached from this machine (Docker in a VM of its own). */
  readonly routed?: boolean;
  /** TCP ports that something listens on at 127.0.0.1 of this machine. */
  readonly portsInUse?: readonly number[];
  /** Ports that the lab published before: `<guest object name>:<guest port>` to host port. They stay. */
  readonly publishedBefore?: Readonly<Record<string, number>>;
  /** The lab's hosts in clouds that stand, by name. */
  readonly hosts?: Readonly<Record<string, CloudHostFact>>;
}
