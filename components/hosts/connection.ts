import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { type HostPlan, isCloud, remoteOf } from "../../course/hosts";
import { HOME_VARIABLE } from "../hypervisors/channelOptions";
import { hostsKeyPath } from "./paths";

/** Failed attempts to connect before a script fails: a server under many logins at once turns some away (sshd_config(5), MaxStartups). */
const DIALS = 8;

/** Seconds that one attempt may take. */
const DIAL_SECONDS = 10;

/** How a host in a cloud is connected to before it stands: a preview shows what is to run there, and nothing runs. */
function connectionToCome(name: string): HostConnection {
  if (!pulumi.runtime.isDryRun())
    throw new pulumi.RunError(
      `host "${name}" does not stand yet, or is not known here. Run: npx classlab up`,
    );
  // What is unknown stays so: nothing of the function is ever seen.
  const connection = pulumi
    .output(pulumi.unknown)
    .apply((): types.input.remote.ConnectionArgs => ({ host: name }));
  return { connection, asRoot: "" };
}

/** How scripts run on a host that is not this machine. */
export interface HostConnection {
  /** A secret as a whole: the private key is in it. */
  readonly connection: pulumi.Input<types.input.remote.ConnectionArgs>;
  /** What stands before a command so that root runs it: nothing where root logs in. */
  readonly asRoot: string;
}

/**
 * How a lab's scripts reach a host; undefined where that is this machine itself. In a preview, a host in a cloud need not stand.
 * @param lab whose key opens it
 * @throws RunError when the host has no key in the plan, does not stand, or the private key is not on this machine
 */
export function connectionTo(host: HostPlan, lab: string): HostConnection | undefined {
  const remote = remoteOf(host);
  if (!remote) return isCloud(host.config) ? connectionToCome(host.name) : undefined;
  const { address, port, user, hostKey, identityFile } = remote;
  const home = process.env[HOME_VARIABLE];
  const file = identityFile ?? (home ? join(home, hostsKeyPath(lab)) : undefined);
  if (file === undefined || hostKey === undefined || !existsSync(file))
    throw new pulumi.RunError(
      `host "${host.name}" cannot be reached from this machine: ${hostKey === undefined ? "its hostKey is not configured" : `there is no private key ${file ?? "below CLASSLAB_HOME"}`}. Run: npx classlab doctor`,
    );
  return {
    connection: {
      host: address,
      port,
      user,
      hostKey,
      privateKey: pulumi.secret(readFileSync(file, "utf8")),
      dialErrorLimit: DIALS,
      perDialTimeout: DIAL_SECONDS,
    },
    asRoot: remote.asRoot,
  };
}
