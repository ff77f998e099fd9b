import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import type { LabFacts } from "../../course/facts";
import type { HostPlan } from "../../course/hosts";
import type { DecidedImageSource, ImageSet } from "../../course/images";
import type { LabPlan } from "../../course/plan";
import { type CloudQuestions, cloudQuestions } from "../clouds/questions";
import { gatherFacts, portsInUse } from "../facts";
import { prepareAccess } from "../hosts/access";
import { machinesOf, type RemoteMachine } from "../hosts/machine";
import { runOn } from "../hosts/ssh";
import { type WindowsState, windowsState } from "../hosts/windows";
import { type ImageWishes, imageReferences, missingImages } from "../images";
import type { HostRun } from "../libvirt";
import { homeFolder } from "../paths";
import { findMarked } from "../platforms";
import type { ObservedObject } from "../platforms/platform";
import { type ProcessOptions, type ProcessResult, run } from "../process";
import { recoverStacks } from "../recovery";
import { lookAtSetUp, type SetUp, type SetUpNeed } from "../setUp";

/** All that doctor sees of a machine, and the few things it may do to it; another one in tests. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where state, keys and derived folders are. */
  readonly home: string;
  readonly hostname: string;
  readonly platform: NodeJS.Platform;
  now(): number;
  run(program: string, args: readonly string[], options?: ProcessOptions): Promise<ProcessResult>;
  /** Asks set-up what is there, with `libvirt` of that, too. */
  setUp(needs: readonly SetUpNeed[]): Promise<SetUp>;
  /** Text of a file; undefined where there is none. */
  read(path: string): string | undefined;
  /** Names in a folder, sorted; none where there is no folder. */
  list(path: string): readonly string[];
  /** Permission bits; undefined where nothing stands. */
  mode(path: string): number | undefined;
  writable(path: string): boolean;
  /** Bytes free for this user where the path is or would be; undefined where that cannot be told. */
  freeSpace(path: string): number | undefined;
  /** Bytes of memory that programs can still get; undefined where that cannot be told. */
  freeMemory(): number | undefined;
  /** Whether a process of that number runs here and is the engine's. */
  engineRuns(pid: number): boolean;
  /** Looks at the hosts of a lab. @throws FaultError when one does not answer */
  facts(plan: LabPlan): Promise<LabFacts>;
  /** Writes what SSH needs to reach a lab's hosts. @throws FaultError `host-key-missing` */
  access(lab: string, machines: readonly RemoteMachine[]): void;
  /** Runs programs on a host over SSH. @throws FaultError when it is not reached */
  runOn(machine: RemoteMachine): HostRun;
  /** Asks a Windows host what it is and has. @throws FaultError when it is not reached */
  askWindows(machine: RemoteMachine): Promise<WindowsState>;
  /** Those of the clouds in which hosts are, to be asked. */
  clouds(hosts: readonly HostPlan[]): Promise<readonly CloudQuestions[]>;
  portsInUse(ports: readonly number[]): Promise<readonly number[]>;
  /** What carries the mark of the lab, here and on its hosts over SSH. */
  marked(lab: string, machines: readonly RemoteMachine[]): Promise<readonly ObservedObject[]>;
  /** Images of a set that are gone. */
  missingImages(set: ImageSet): Promise<readonly string[]>;
  /** References of the images that a lab needs; undefined where they cannot be told before they are made. */
  imageReferences(
    source: DecidedImageSource,
    compose: string,
    lab: Pick<ImageWishes, "edition" | "registry">,
  ): readonly string[] | undefined;
  makePrivate(path: string, mode: number): void;
  makeFolder(path: string): void;
  removeFile(path: string): void;
  /**
   * Mends what killed runs left of stacks, as the next run would: processes, locks, a cut-off state file.
   * @throws FaultError when a live run holds a stack, or no backup can be read
   */
  recover(stacks: readonly string[], say: (line: string) => void): Promise<void>;
}

function there(path: string): string {
  const parent = dirname(path);
  return existsSync(path) || parent === path ? path : there(parent);
}

/** Linux's account of memory. */
const MEMORY_FILE = "/proc/meminfo";

function engineRuns(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
  }
  const file = `/proc/${pid}/cmdline`;
  // Numbers are given again: another program of the same number holds no lock.
  return (
    !existsSync("/proc/self/cmdline") || (existsSync(file) && readFileSync(file, "utf8").includes("pulumi"))
  );
}

/** The machine that classlab runs on. */
export function thisMachine(): Machine {
  return {
    env: process.env,
    home: homeFolder(),
    hostname: hostname(),
    platform: process.platform,
    now: Date.now,
    run,
    setUp: lookAtSetUp,
    read: (path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined),
    list: (path) => (existsSync(path) ? readdirSync(path).sort() : []),
    mode: (path) => {
      const found = statSync(path, { throwIfNoEntry: false });
      return found ? found.mode & 0o777 : undefined;
    },
    writable: (path) => {
      try {
        accessSync(there(path), constants.W_OK);
        return true;
      } catch {
        return false;
      }
    },
    freeSpace: (path) => {
      const found = statfsSync(there(path));
      return found.bavail * found.bsize;
    },
    freeMemory: () => {
      if (!existsSync(MEMORY_FILE)) return undefined;
      const available = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync(MEMORY_FILE, "utf8"))?.[1];
      return available === undefined ? undefined : Number(available) * 1024;
    },
    engineRuns,
    facts: async (plan) => {
      prepareAccess(plan.lab, machinesOf(plan));
      return gatherFacts(plan);
    },
    access: prepareAccess,
    runOn,
    askWindows: windowsState,
    clouds: cloudQuestions,
    portsInUse,
    marked: async (lab, machines) => {
      prepareAccess(lab, machines);
      return findMarked(lab, machines);
    },
    missingImages,
    imageReferences,
    makePrivate: (path, mode) => chmodSync(path, mode),
    makeFolder: (path) => {
      mkdirSync(path, { recursive: true, mode: 0o700 });
    },
    removeFile: (path) => rmSync(path, { force: true }),
    recover: recoverStacks,
  };
}
