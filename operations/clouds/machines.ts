import type { Cloud } from "../../course/cost/prices";
import type { OwnerMark } from "../../course/mark";

/** What a machine does; `halted`: it is off, and is paid for as if it ran, as one of Azure's that was shut down from inside. */
export type Power = "running" | "starting" | "stopping" | "stopped" | "halted";

/** A machine in a cloud's account that carries an owner mark. */
export interface CloudMachine {
  readonly cloud: Cloud;
  /** Region or location. */
  readonly region: string;
  /** The cloud's own id. */
  readonly id: string;
  /** Name of the host in its lab, `<pattern>-<team>`. */
  readonly host: string;
  readonly mark: OwnerMark;
  readonly power: Power;
  /** Its type, as the cloud calls it. */
  readonly type: string;
  /** Its public IPv4 address; absent where it has none, or none at the moment. */
  readonly address?: string;
}

/** What is asked of a cloud about machines and done with them, without the engine. No Pulumi state is read. Each throws FaultError with the cloud's words. */
export interface MachineAccount {
  /** Machines that carry the mark of a lab, or of any; those that are going or gone are left out. */
  machines(lab?: string): Promise<CloudMachine[]>;
  /** Has a machine stopped, so that only its disk and its address are paid for; that may go on when it returns. */
  stop(machine: CloudMachine): Promise<void>;
  /** Has a machine started; that may go on when it returns. */
  start(machine: CloudMachine): Promise<void>;
}

/** Name of a host by the name that the cloud shows: `<lab>-<host>`. */
export function hostName(shown: string | undefined, { lab }: OwnerMark, id: string): string {
  if (shown === undefined) return id;
  return shown.startsWith(`${lab}-`) ? shown.slice(lab.length + 1) : shown;
}
