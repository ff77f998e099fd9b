import type { OwnerMark } from "../../course/mark";
import type { PlatformKind } from "../../course/resources";

/** An object on a platform that carries an owner mark. */
export interface ObservedObject {
  readonly kind: PlatformKind;
  /** The platform's id; its name where the platform knows no other. */
  readonly id: string;
  readonly name: string;
  /** Name of the host that it is on, in the lab that is looked at; absent for this machine. */
  readonly host?: string;
  readonly mark: OwnerMark;
  /** When it was made, ISO 8601 in UTC; empty where the platform does not say. */
  readonly created: string;
  /** A guest's state in the platform's word (`running`, `exited`, `shut off`, …), a libvirt network's (`active`, `inactive`). */
  readonly state?: string;
  /** True where somebody copied it from an object of the lab, mark and all: it is theirs. */
  readonly copied?: boolean;
  /** How a virtual machine is defined, setting by setting; absent for other kinds. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Names of the snapshots that the platform knows of a virtual machine; absent for other kinds. */
  readonly snapshots?: readonly string[];
  /** Bridges that the packet filter lets a network's guests reach; absent where that cannot be told. */
  readonly ways?: readonly string[];
  /** The switches that a guest is on, with its fixed address there, empty where the platform gives none; absent for other kinds. */
  readonly networks?: Readonly<Record<string, string>>;
  /** Bytes on the disk, where the platform tells them at once. */
  readonly bytes?: number;
}

/** A guest as the platform shows it, by its planned name, whoever made it. */
export interface PlatformGuest {
  /** The platform's word: `running`, `paused`, `exited`, `shut off`, … */
  readonly state: string;
  /** Seconds since it was started. */
  readonly age: number;
  /** Content id of its image; absent where a guest is of none once it is made. */
  readonly image?: string;
  /** Switches by name. The address is absent where the platform gives none. */
  readonly networks: ReadonlyMap<string, { readonly address?: string; readonly mac: string }>;
  /** Ports of 127.0.0.1 by the guest's port. */
  readonly published: ReadonlyMap<number, number>;
  readonly mark: OwnerMark | undefined;
  /** True where the guest's processor is emulated: it answers slowly. */
  readonly emulated?: boolean;
}

/** Whose the objects of one kind are: the lab's id by the object's name, empty for what carries no mark. */
export type Owners = ReadonlyMap<string, string>;

/** What operations ask of the platform that guests run on, and do to it without the engine. No Pulumi state is read. */
export interface Platform {
  /**
   * Everything that carries an owner mark.
   * @param lab whose alone is wanted, by name: what is others' may be left out; every lab's without it
   * @throws FaultError when the platform does not answer
   */
  observe(lab?: string): Promise<ObservedObject[]>;
  /** Guests by their names; one that is absent is left out. @throws FaultError when the platform does not answer */
  guests(names: readonly string[]): Promise<Map<string, PlatformGuest>>;
  /** Whose the names of some kinds are, marked or not. @throws FaultError when the platform does not answer */
  owners(kinds: readonly PlatformKind[]): Promise<ReadonlyMap<PlatformKind, Owners>>;
  /** Removes one observed object; one that has gone meanwhile is no error. @throws FaultError with the platform's words */
  remove(object: ObservedObject): Promise<void>;
  /** Takes a lab's own guests off a switch that is about to go; they run on. @returns how many there were */
  freeSwitch(name: string, id: string): Promise<number>;
  /** Removes a switch; one that has gone is no error. @throws FaultError with the platform's words, as when somebody is on it */
  removeSwitch(name: string): Promise<void>;
  /** Gives a guest another name; where the platform cannot do that to one that runs, that is refused. @throws FaultError with the platform's words */
  rename(guest: string, name: string): Promise<void>;
  /** Starts a guest that was stopped, or lets one go on that was paused. @throws FaultError with the platform's words */
  start(guest: string): Promise<void>;
  /** Starts a guest anew; what does not end by itself in ten seconds is ended. @throws FaultError with the platform's words */
  restart(guest: string): Promise<void>;
}
