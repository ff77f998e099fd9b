/** A subnet that is in use on a host, and by whom. */
export interface SubnetInUse {
  /** IPv4 CIDR. */
  readonly subnet: string;
  /** In words: `Docker network "bridge"`, `interface eth0`. */
  readonly user: string;
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
}
