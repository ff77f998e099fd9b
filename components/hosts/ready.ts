import * as pulumi from "@pulumi/pulumi";
import type { Tunnel } from "../../course/clouds/tunnel";
import { HOST_STATE } from "../hypervisors/hyperv/hostCalls";
import { readModuleFiles } from "../hypervisors/hyperv/moduleFiles";
import { commandLine, renderPayload } from "../hypervisors/hyperv/transport";
import { PACKAGE_ROOT } from "../packageRoot";
import { script } from "../script";
import type { MadeHost } from "./cloudHosts";
import { type FirstRun, HOST_READY_SECONDS, renderHostReady, renderWaiting } from "./readyScript";

/** Port of SSH on a host in a cloud. */
export const SSH = 22;

/** Who logs in to a host with Linux. */
export const HOST_USER = "root";

/** What tells that a new host is ready, and how long that may take once it answers, in seconds. */
const READY: Readonly<
  Record<"linux" | "windows", () => { readonly first: FirstRun; readonly runs: number }>
> = {
  linux: () => ({
    first: { command: "sh -s --", script: renderHostReady(), seconds: 900 },
    runs: HOST_READY_SECONDS,
  }),
  // Its SSH server starts last of all, so an answer is enough; whether guests can run in it, Windows says when Hyper-V is turned on.
  windows: () => {
    const files = readModuleFiles(PACKAGE_ROOT);
    const script = renderPayload(files, { apply: HOST_STATE });
    return { first: { command: commandLine(files, "apply"), script, seconds: 1800 }, runs: 300 };
  },
};

/** What {@link hostReady} needs. */
export interface ReadyArgs {
  /** The lab, whose key opens it. */
  readonly lab: string;
  readonly host: MadeHost;
  readonly os: keyof typeof READY;
  /** Who logs in. */
  readonly user: string;
  /** What of its cloud leads there; absent where its address does. */
  readonly tunnel?: pulumi.Input<Tunnel> | undefined;
  /** The machine: with it the wait is gone. */
  readonly machine: pulumi.CustomResource;
  /** What the cloud knows this machine by, and no other under its name: with another one it is waited for anew. */
  readonly identity: pulumi.Input<string>;
  readonly provider: pulumi.ProviderResource;
  /** What has to be done before it can answer, beside the machine itself. */
  readonly after?: readonly pulumi.Resource[];
}

/** Waits until a new host answers and is as its user data says, and looks whether guests can run in it. @param name of the host */
export function hostReady(
  name: string,
  { lab, host, os, user, tunnel, machine, identity, provider, after = [] }: ReadyArgs,
  parent: pulumi.Resource,
): void {
  const { first, runs } = READY[os]();
  script(
    `${name}-ready`,
    {
      shell: "sh -s --",
      apply: "",
      script: pulumi
        .all([host.address, host.hostKey, tunnel])
        .apply(([address, hostKey, way]) =>
          renderWaiting(
            name,
            { lab, address, port: SSH, user, hostKey, ...(way ? { tunnel: way } : {}) },
            first,
          ),
        ),
      triggers: [identity],
      deadline: `${first.seconds + runs + 60}s`,
    },
    { parent, provider, dependsOn: [...after], deletedWith: machine, deleteBeforeReplace: true },
  );
}
