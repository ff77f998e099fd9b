import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { type HostPlan, isCloud, type RemoteHost, remoteOf } from "../../course/hosts";
import { HOME_VARIABLE } from "../hypervisors/channelOptions";
import { hostsKeyPath, sshToHost } from "./paths";

/** Failed attempts to connect before a script fails: a server under many logins at once turns some away (sshd_config(5), MaxStartups). */
const DIALS = 8;

/** Seconds that one attempt may take. */
const DIAL_SECONDS = 10;

/** How scripts run on a host that is not this machine. */
export interface HostConnection {
  /** By what: the command provider, which dials the host itself, or OpenSSH, which also goes ways that the provider does not know. */
  readonly by:
    | {
        /** A secret as a whole: the private key is in it. */
        readonly dial: pulumi.Input<types.input.remote.ConnectionArgs>;
      }
    | {
        /** Command of this machine that runs there what is written behind it. */
        readonly ssh: string;
      };
  /** What stands before a command so that root runs it: nothing where root logs in. */
  readonly asRoot: string;
}

/** How the command provider dials a host. @throws RunError when the host has no key in the plan, or the private key is not on this machine */
function dialled(host: HostPlan, lab: string, remote: RemoteHost): types.input.remote.ConnectionArgs {
  const { address, port, user, hostKey, identityFile } = remote;
  const home = process.env[HOME_VARIABLE];
  const file = identityFile ?? (home ? join(home, hostsKeyPath(lab)) : undefined);
  if (file === undefined || hostKey === undefined || !existsSync(file))
    throw new pulumi.RunError(
      `host "${host.name}" cannot be reached from this machine: ${hostKey === undefined ? "its hostKey is not configured" : `there is no private key ${file ?? "below CLASSLAB_HOME"}`}. Run: npx classlab doctor`,
    );
  return {
    host: address,
    port,
    user,
    hostKey,
    privateKey: pulumi.secret(readFileSync(file, "utf8")),
    dialErrorLimit: DIALS,
    perDialTimeout: DIAL_SECONDS,
  };
}

/**
 * How a lab's scripts reach a host; undefined where that is this machine itself. One in a cloud is reached by OpenSSH: whether directly or by a tunnel
 * of its cloud is settled in the lab's SSH configuration, and may change while the host stands; in a preview it need not stand.
 * @param lab whose key opens it
 * @throws RunError when a host in a cloud does not stand, or another has no key in the plan, or the private key is not on this machine
 */
export function connectionTo(host: HostPlan, lab: string): HostConnection | undefined {
  const remote = remoteOf(host);
  if (isCloud(host.config)) {
    if (!remote && !pulumi.runtime.isDryRun())
      throw new pulumi.RunError(
        `host "${host.name}" does not stand yet, or is not known here. Run: npx classlab up`,
      );
    return { by: { ssh: sshToHost(lab, host.name) }, asRoot: remote?.asRoot ?? "" };
  }
  return remote && { by: { dial: dialled(host, lab, remote) }, asRoot: remote.asRoot };
}
