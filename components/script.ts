import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";

/** A POSIX sh script that a resource stands for. */
export interface ScriptArgs {
  /**
   * Command that runs a script given on its standard input, e.g. `sh -s --` on this machine or a guest channel's
   * `shell`. Recorded in state and shown on failure: no secret and no path of this machine in it.
   */
  readonly shell: string;
  /** Arguments for creating and updating, appended to `shell`; shown in previews. */
  readonly apply: string;
  /** Arguments for deleting; absent when there is nothing to clean outside what is deleted with it. */
  readonly remove?: string;
  /**
   * The script, safe to repeat. Secrets in it must be Outputs marked secret: it travels on standard input, is
   * encrypted in state, and is never part of an error's text.
   */
  readonly script: pulumi.Input<string>;
  /** A change of any value replaces the resource. */
  readonly triggers?: readonly pulumi.Input<string>[];
  /** How long creating or updating may take, as Pulumi writes it: `5m`. The script's own deadline must be shorter. */
  readonly deadline: string;
}

/**
 * The one way to run a script as a resource. It owns the conventions of `@pulumi/command`: payload on stdin, explicit
 * update and delete, no output of the last run in the environment (pulumi-command#285), nothing logged
 * (pulumi-command#260), a deadline.
 */
export function script(
  name: string,
  args: ScriptArgs,
  opts: pulumi.CustomResourceOptions,
): command.local.Command {
  const line = (words: string) => `${args.shell} ${words}`.trim();
  return new command.local.Command(
    name,
    {
      create: line(args.apply),
      update: line(args.apply),
      ...(args.remove === undefined ? {} : { delete: line(args.remove) }),
      ...(args.triggers === undefined ? {} : { triggers: [...args.triggers] }),
      stdin: args.script,
      interpreter: ["/bin/sh", "-c"],
      addPreviousOutputInEnv: false,
      logging: command.local.Logging.None,
    },
    { ...opts, customTimeouts: { create: args.deadline, update: args.deadline, delete: args.deadline } },
  );
}
