import { z } from "zod";
import { HOST_RESTART, HOST_STATE, HYPERV_ON } from "../../components/hypervisors/hyperv/hostCalls";
import { readModuleFiles } from "../../components/hypervisors/hyperv/moduleFiles";
import {
  commandLine,
  type ModuleCall,
  readAnswer,
  renderPayload,
} from "../../components/hypervisors/hyperv/transport";
import type { SubnetInUse } from "../../course/facts";
import { FaultError } from "../../course/faults";
import { numberToAddress, parseSubnet } from "../../course/network";
import type { Say } from "../images";
import { PACKAGE_ROOT } from "../paths";
import { run } from "../process";
import { hostsConfig, publicKeyFor } from "./access";
import { connectionFault } from "./faults";
import type { RemoteMachine } from "./machine";

/** Milliseconds that a call may take by default: the module's longest wait for merging, and something for the rest. */
const DEADLINE = 20 * 60_000;

/** How a call of a Windows host is made. */
export interface WindowsCallOptions {
  /** Milliseconds; twenty minutes by default. */
  readonly deadline?: number;
  /** Text of the module that has the function; that of Hyper-V by default. */
  readonly module?: string;
}

/**
 * Makes one call of a module on a Windows host, over a connection of its own.
 * @returns its value
 * @throws FaultError with the module's own fault, or with what was wrong with the connection
 */
export async function callWindows(
  machine: RemoteMachine,
  call: ModuleCall,
  { deadline = DEADLINE, module }: WindowsCallOptions = {},
): Promise<unknown> {
  const own = readModuleFiles(PACKAGE_ROOT);
  const files = module === undefined ? own : { ...own, module };
  const payload = renderPayload(files, { apply: call });
  const words = ["-F", hostsConfig(machine.lab), machine.name, commandLine(files, "apply")];
  const result = await run("ssh", words, { stdin: payload, deadline });
  const answer = readAnswer(`host ${machine.name}`, payload, result);
  if (answer.ok) return answer.value;
  const [first] = answer.faults;
  const fault =
    first.code === "host-unreachable"
      ? connectionFault(machine, result.code, result.stderr, publicKeyFor(machine))
      : undefined;
  throw new FaultError(fault ? [fault] : answer.faults);
}

/** Runs a recorded command line on a Windows host again. @returns whether it ended well */
export async function runOnWindows(
  machine: RemoteMachine,
  command: string,
  stdin: string,
  deadline: number,
): Promise<boolean> {
  const words = ["-F", hostsConfig(machine.lab), machine.name, command];
  return (await run("ssh", words, { stdin, deadline })).code === 0;
}

const stateSchema = z.object({
  name: z.string(),
  build: z.string(),
  cpus: z.int(),
  /** MiB. */
  memory: z.int(),
  administrator: z.boolean(),
  feature: z.string(),
  rebootPending: z.boolean(),
  lastBoot: z.string(),
  firmwareEnabled: z.boolean(),
  /** Whether Windows' hypervisor runs, for Hyper-V or for what else needs it. */
  hypervisorPresent: z.boolean(),
  /** Whether Hyper-V's management runs, which it also does without the hypervisor. */
  running: z.boolean(),
  subnets: z.array(z.object({ subnet: z.string(), user: z.string() })),
});

/** What a Windows host says of itself. */
export type WindowsState = z.output<typeof stateSchema>;

/** Asks a Windows host what it is and has. @throws FaultError as {@link callWindows} */
export async function windowsState(machine: RemoteMachine): Promise<WindowsState> {
  return stateSchema.parse(await callWindows(machine, HOST_STATE, { deadline: 120_000 }));
}

/** Subnets in use on a Windows host. */
export async function windowsSubnets(machine: RemoteMachine): Promise<SubnetInUse[]> {
  const { subnets } = await windowsState(machine);
  return subnets
    .filter(({ subnet }) => !subnet.startsWith("127."))
    .map(({ subnet, user }) => {
      const { first, prefix } = parseSubnet(subnet);
      return { subnet: `${numberToAddress(first)}/${prefix}`, user: `${user} of host ${machine.name}` };
    });
}

/** Milliseconds that a host may take to start anew, with updates that wait for it. */
const RESTART_DEADLINE = 20 * 60_000;

/** Milliseconds between two questions to a host that starts. */
const ASK_AGAIN = 3_000;

/** Times of a restart; others in tests. */
export interface RestartTimes {
  /** Milliseconds in all. */
  readonly deadline: number;
  /** Milliseconds between two questions. */
  readonly pause: number;
}

/** What a host is started anew for. */
export interface RestartAim {
  /** In words. */
  readonly name: string;
  /** What it is waited for besides; nothing where it is absent. */
  readonly ready?: {
    readonly is: (state: WindowsState) => boolean;
    /** What is wrong with one that came back and is not so yet, in words. */
    readonly isNot: string;
  };
  /** What it is where it does not come back. */
  readonly code: "hyperv-not-running" | "host-unreachable";
}

const WAIT: RestartTimes = { deadline: RESTART_DEADLINE, pause: ASK_AGAIN };

/**
 * Starts a host anew, and waits until it is back and ready.
 * @param lastBoot when it was started before
 * @returns what it says of itself then
 * @throws FaultError of the aim's code
 */
export async function restartWindows(
  machine: RemoteMachine,
  lastBoot: string,
  { name, ready, code }: RestartAim,
  { deadline, pause }: RestartTimes = WAIT,
): Promise<WindowsState> {
  await callWindows(machine, HOST_RESTART);
  const end = performance.now() + deadline;
  let words = "it did not answer";
  while (performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    try {
      const state = await windowsState(machine);
      if (state.lastBoot === lastBoot) words = "it has not started anew yet";
      else if (!ready || ready.is(state)) return state;
      else words = `it started, and ${ready.isNot}`;
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      const [first] = error.faults;
      // A host that ends, or starts, refuses connections or cuts them off.
      if (first.code !== "host-unreachable" && first.code !== "host-command-failed") throw error;
      words = first.what;
    }
  }
  throw new FaultError([
    {
      code,
      where: `host ${machine.name}`,
      what: `it was told to start anew for ${name}, and did not come back with it within ${Math.round(deadline / 60_000)} minutes (${words})`,
      fix: "Look at its screen; when it is up, run the command again: it goes on where it stopped",
    },
  ]);
}

/**
 * Provides Hyper-V on a Windows host: nothing is done where it runs.
 * @param consent whether Windows' feature may be turned on and the host started anew
 * @throws FaultError `administrator-needed`, `host-unsuitable` or `hyperv-not-running`
 */
export async function provideHyperV(
  machine: RemoteMachine,
  consent: boolean,
  say: Say,
  times: RestartTimes = WAIT,
): Promise<void> {
  const state = await windowsState(machine);
  const where = `host ${machine.name}`;
  if (state.running && !state.hypervisorPresent) {
    throw new FaultError([
      {
        code: "hyperv-not-running",
        where,
        what: "Hyper-V is there, and its hypervisor was not started: it is VirtualBox's turn, or the firmware does not allow it",
        fix: "Give Hyper-V the turn: npx classlab host use hyperv",
      },
    ]);
  }
  if (state.running) return;
  if (!consent) {
    throw new FaultError([
      {
        code: "hyperv-not-running",
        where,
        what:
          state.feature === "EnablePending"
            ? "Hyper-V is turned on, and waits for the host to start anew"
            : "Hyper-V does not run there",
        fix: "Run the same command again with --yes, which turns it on and starts the host anew: whoever works there has to save first",
      },
    ]);
  }
  say(`${where}: turning Hyper-V on`);
  const enabled = z
    .object({ rebootNeeded: z.boolean(), lastBoot: z.string() })
    .parse(await callWindows(machine, HYPERV_ON));
  if (!enabled.rebootNeeded) return;
  say(`${where}: starting it anew, which Hyper-V needs`);
  const began = performance.now();
  const aim: RestartAim = {
    name: "Hyper-V",
    ready: { is: ({ running }) => running, isNot: "Hyper-V does not run" },
    code: "hyperv-not-running",
  };
  await restartWindows(machine, enabled.lastBoot, aim, times);
  say(`${where}: has started anew after ${Math.round((performance.now() - began) / 1000)} s; Hyper-V runs`);
}
