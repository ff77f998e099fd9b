import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import { quote } from "../course/shell";
import type { HostConnection } from "./hosts/connection";

/** A POSIX sh script that a resource stands for. */
export interface ScriptArgs {
  /** The host that it runs on; this machine without it. One that OpenSSH reaches has a command of this machine. */
  readonly on?: HostConnection | undefined;
  /**
   * Command that runs a script given on its standard input, e.g. `sh -s --` on this machine or a guest channel's
   * `shell`. Recorded in state and shown on failure: no secret and no path of this machine in it.
   */
  readonly shell: string;
  /** Arguments for creating, appended to `shell`; shown in previews. */
  readonly apply: string;
  /** Arguments for updating; those for creating where they are absent. */
  readonly again?: string;
  /** Arguments for deleting; absent when there is nothing to clean outside what is deleted with it. */
  readonly remove?: string;
  /**
   * The script, safe to repeat. Secrets in it must be Outputs marked secret: it travels on standard input, is
   * encrypted in state, and is never part of an error's text.
   */
  readonly script: pulumi.Input<string>;
  /** Variables of the command on this machine, in the place of words of its arguments: a preview shows each by itself. */
  readonly environment?: Readonly<Record<string, string>>;
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
): command.local.Command | command.remote.Command {
  const { on, deadline } = args;
  const line = (words: string) => {
    const there = `${on?.asRoot ?? ""}${args.shell} ${words}`.trim();
    return on && "ssh" in on.by ? `${on.by.ssh} ${quote(there)}` : there;
  };
  const inputs = {
    create: line(args.apply),
    update: line(args.again ?? args.apply),
    ...(args.remove === undefined ? {} : { delete: line(args.remove) }),
    ...(args.triggers === undefined ? {} : { triggers: [...args.triggers] }),
    stdin: args.script,
    addPreviousOutputInEnv: false,
  };
  const timed = { ...opts, customTimeouts: { create: deadline, update: deadline, delete: deadline } };
  // Another address or key of the host updates the script in place: the engine removes by what it recorded last.
  if (on && "dial" in on.by)
    return new command.remote.Command(
      name,
      { ...inputs, connection: on.by.dial, logging: command.remote.Logging.None },
      timed,
    );
  return new command.local.Command(
    name,
    {
      ...inputs,
      ...(args.environment === undefined ? {} : { environment: args.environment }),
      interpreter: ["/bin/sh", "-c"],
      logging: command.local.Logging.None,
    },
    timed,
  );
}
