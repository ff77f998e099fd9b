import { automation } from "@pulumi/pulumi";
import { z } from "zod";
import { LAB_RECORD_TYPE } from "../components/labRecord";
import { type LabRecord, labRecordSchema } from "../course/record";
import { engineFault } from "./engineFault";
import { homeFolder } from "./paths";
import { ENGINE_GC, pulumiCommand } from "./pulumiCommand";
import { keptDeployment } from "./recovery/checkpoint";
import { stackFiles } from "./recovery/fileBackend";

/** Engine events, passed on for progress. */
export type EngineEvent = automation.EngineEvent;

/** What a run did, by kind of step: `same`, `create`, `update`, `replace`, `delete`. */
export type Changes = Readonly<Record<string, number>>;

/** One step that a run would take, other than leaving a resource the same. */
export interface PlannedStep {
  /** The engine's word: `create`, `update`, `replace`, `delete`, … */
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  /** Names of the inputs that differ. */
  readonly changed: readonly string[];
}

/** What a run would do. */
export interface Preview {
  readonly changes: Changes;
  readonly steps: readonly PlannedStep[];
}

const resourceSchema = z.looseObject({
  urn: z.string(),
  type: z.string(),
  /** The platform's id; absent for components. */
  id: z.string().optional(),
  parent: z.string().optional(),
  /** True for what waits for its deletion. */
  delete: z.boolean().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
});

const deploymentSchema = z.looseObject({
  deployment: z
    .looseObject({
      resources: z.array(resourceSchema).optional(),
      secrets_providers: z
        .looseObject({ state: z.looseObject({ salt: z.string().optional() }).optional() })
        .optional(),
    })
    .nullish(),
});

/** A resource as the state has it; secrets stay encrypted. */
export type StateResource = z.output<typeof resourceSchema>;

/** A stack's state as far as classlab reads it. */
export interface StackState {
  readonly resources: readonly StateResource[];
  /** Salt of the passphrase encryption; absent with other secret providers. */
  readonly salt: string | undefined;
  /** The lab's record; absent until the first run kept it. */
  readonly record: LabRecord | undefined;
}

/**
 * What a stack holds, with secrets encrypted: from its file where it has one, since starting the engine for it takes each command a third of a
 * second and more for each stack; else by the engine itself, as the Automation API would have all secrets decrypted.
 */
async function deploymentOf(name: string, folder: string): Promise<unknown> {
  const files = stackFiles(name);
  const kept = files && keptDeployment(files);
  if (kept) return { deployment: kept };
  const command = await pulumiCommand();
  return JSON.parse((await command.run(["stack", "export", "--stack", name], folder, {})).stdout);
}

async function readState(name: string, folder: string): Promise<StackState> {
  const { deployment } = deploymentSchema.parse(await deploymentOf(name, folder));
  const resources = deployment?.resources ?? [];
  const kept = resources.find((resource) => resource.type === LAB_RECORD_TYPE);
  const record = labRecordSchema.safeParse(kept?.inputs);
  return {
    resources,
    salt: deployment?.secrets_providers?.state?.salt,
    record: record.success ? record.data : undefined,
  };
}

/**
 * After each run the Automation API asks for the stack's outputs and for its history, in three more runs of the program, of
 * which two decrypt all secrets: seconds. Stacks of a lab have no outputs, and what a run did is in its last event.
 */
function askedNothingMore(stack: automation.Stack): automation.Stack {
  return Object.assign(stack, {
    outputs: () => Promise.resolve({}),
    info: () => Promise.resolve(undefined),
  });
}

/** Passes events on, and keeps what the last one says that the run did. */
function counting(onEvent: (event: EngineEvent) => void) {
  let changes: Changes = {};
  return {
    onEvent: (event: EngineEvent) => {
      changes = event.summaryEvent?.resourceChanges ?? changes;
      onEvent(event);
    },
    changes: () => changes,
  };
}

/** Key of the tag that keeps the lab's id with its backend, also while nothing of the lab stands. */
const ID_TAG = "classlab:id";

/** Engine of one stack, by the Automation API. */
export class StackEngine {
  private constructor(
    /** Name of the stack. */
    readonly name: string,
    private readonly stack: automation.Stack,
  ) {}

  /**
   * Opens a stack in its prepared work folder. None is selected there: every command names its stack, and the file that
   * keeps the selection is one for all stacks of a folder, so that they can be opened and run beside one another.
   * @param create whether it is made when it does not exist
   * @returns undefined when it does not exist and is not to be made
   */
  static async open(
    name: string,
    folder: string,
    create: boolean,
  ): Promise<{ readonly engine: StackEngine; readonly state: StackState } | undefined> {
    const command = await pulumiCommand();
    const workspace = await automation.LocalWorkspace.create({
      workDir: folder,
      pulumiCommand: command,
      // The program is loaded on demand: only a run needs it.
      program: async () => (await import("../stacks/index.js")).program(),
    });
    const stack = await automation.Stack.select(
      name,
      Object.assign(workspace, { selectStack: () => Promise.resolve() }),
    );
    const engine = new StackEngine(name, askedNothingMore(stack));
    try {
      return { engine, state: await readState(name, folder) };
    } catch (error) {
      if (!/no stack named .* found/.test(String(error))) throw engineFault(name, error);
    }
    if (!create) return undefined;
    try {
      await command.run(["stack", "init", name, "--no-select"], folder, {});
    } catch (error) {
      // Another run that began at the same time may have been quicker.
      if (!/stack .* already exists/.test(String(error))) throw engineFault(name, error);
    }
    return { engine, state: await engine.state() };
  }

  /** Reads the stack's state; secrets stay encrypted. */
  async state(): Promise<StackState> {
    return this.guard(() => readState(this.name, this.stack.workspace.workDir));
  }

  /** The state's resources with their secrets shown: for what has to leave it, and nothing else. */
  async revealed(): Promise<readonly StateResource[]> {
    const words = ["stack", "export", "--show-secrets", "--stack", this.name];
    const { stdout } = await this.guard(async () =>
      (await pulumiCommand()).run(words, this.stack.workspace.workDir, {}),
    );
    return deploymentSchema.parse(JSON.parse(stdout)).deployment?.resources ?? [];
  }

  /** The lab's id as kept in the stack's tags. */
  async id(): Promise<string | undefined> {
    return (await this.guard(() => this.stack.listTags()))[ID_TAG];
  }

  /** Whether the last run that came to an end did so without an error, as the backend's history has it. */
  async lastRunSucceeded(): Promise<boolean> {
    const [last] = await this.guard(() => this.stack.history(1, 1, false));
    return last === undefined || last.result === "succeeded";
  }

  /** Keeps the lab's id in the stack's tags. */
  async keepId(id: string): Promise<void> {
    await this.guard(() => this.stack.setTag(ID_TAG, id));
  }

  /**
   * What bringing the unit to its plan would do; nothing is changed.
   * @param replace as for {@link up}
   * @param refresh whether what stands is looked at first
   */
  async preview(signal?: AbortSignal, replace: readonly string[] = [], refresh = false): Promise<Preview> {
    const steps = new Map<string, PlannedStep>();
    const options: automation.PreviewOptions = {
      onEvent: (event) => {
        const step = event.resourcePreEvent?.metadata;
        if (!step || step.op === "same" || step.op === "refresh") return;
        steps.set(`${step.urn} ${step.op}`, {
          op: step.op,
          urn: step.urn,
          type: step.type,
          changed: [...new Set([...(step.keys ?? []), ...(step.diffs ?? [])])],
        });
      },
      suppressProgress: true,
      parallel: 16,
      replace: [...replace],
      refresh,
      ...(signal ? { signal } : {}),
    };
    const result = await this.guard(() => this.stack.preview(options));
    return { changes: result.changeSummary, steps: [...steps.values()] };
  }

  /**
   * Brings the unit to its plan.
   * @param replace URNs of resources to be made anew although their inputs are the same
   */
  async up(
    onEvent: (event: EngineEvent) => void,
    signal?: AbortSignal,
    replace: readonly string[] = [],
  ): Promise<Changes> {
    const counted = counting(onEvent);
    const options: automation.UpOptions = {
      onEvent: counted.onEvent,
      suppressProgress: true,
      parallel: 16,
      replace: [...replace],
      ...(signal ? { signal } : {}),
    };
    await this.guard(() => this.stack.up(options));
    signal?.throwIfAborted();
    return counted.changes();
  }

  /**
   * Keeps a changed record in the stack's state: the record alone, nothing else is looked at.
   * @param urn the record's, from the state
   */
  async keepRecord(urn: string, signal?: AbortSignal): Promise<void> {
    const options: automation.UpOptions = {
      target: [urn],
      suppressProgress: true,
      ...(signal ? { signal } : {}),
    };
    await this.guard(() => this.stack.up(options));
  }

  /** Looks at what stands, and forgets what is gone. */
  async refresh(onEvent: (event: EngineEvent) => void, signal?: AbortSignal): Promise<void> {
    const options: automation.RefreshOptions = {
      onEvent,
      suppressProgress: true,
      parallel: 16,
      ...(signal ? { signal } : {}),
    };
    await this.guard(() => this.stack.refresh(options));
    signal?.throwIfAborted();
  }

  /** Takes the protection off everything of the unit, for a run that is meant to remove it. */
  async unprotect(): Promise<void> {
    const words = ["state", "unprotect", "--all", "--yes", "--stack", this.name];
    await this.guard(async () => (await pulumiCommand()).run(words, this.stack.workspace.workDir, {}));
  }

  /** Takes a resource and all that depends on it out of the state; nothing of it is touched. */
  async forget(urn: string): Promise<void> {
    const words = ["state", "delete", urn, "--target-dependents", "--yes", "--stack", this.name];
    await this.guard(async () => (await pulumiCommand()).run(words, this.stack.workspace.workDir, {}));
  }

  /** Removes everything of the unit. */
  async destroy(onEvent: (event: EngineEvent) => void, signal?: AbortSignal): Promise<Changes> {
    const counted = counting(onEvent);
    const options: automation.DestroyOptions = {
      onEvent: counted.onEvent,
      suppressProgress: true,
      parallel: 16,
      ...(signal ? { signal } : {}),
    };
    await this.guard(() => this.stack.destroy(options));
    // An engine that was asked to stop may end with success, and the rest still stands.
    signal?.throwIfAborted();
    return counted.changes();
  }

  private async guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw engineFault(this.name, error);
    }
  }
}

/** The environment variables that plain Pulumi needs for a lab's stacks, as classlab itself uses them. */
export function engineEnvironment(folder: string, stack: string): Record<string, string> {
  const passed = [
    "PATH",
    "PULUMI_HOME",
    "PULUMI_BACKEND_URL",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
    "PULUMI_SKIP_UPDATE_CHECK",
    "DOCKER_HOST",
  ];
  return {
    ...Object.fromEntries(
      passed.flatMap((key) => (process.env[key] === undefined ? [] : [[key, process.env[key]]])),
    ),
    ...ENGINE_GC,
    CLASSLAB_HOME: homeFolder(),
    PULUMI_STACK: stack,
    // The engine takes any of its flags from the environment: it works in the derived folder from wherever it is called.
    PULUMI_OPTION_CWD: folder,
  };
}
