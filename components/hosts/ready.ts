import * as pulumi from "@pulumi/pulumi";
import { HOST_STATE } from "../hypervisors/hyperv/hostCalls";
import { readModuleFiles } from "../hypervisors/hyperv/moduleFiles";
import { commandLine, renderPayload } from "../hypervisors/hyperv/transport";
import { PACKAGE_ROOT } from "../packageRoot";
import { script } from "../script";
import type { SshKeyPair } from "../sshKey";
import type { MadeHost } from "./cloudHosts";
import { HOST_READY_SECONDS, renderHostReady } from "./readyScript";

/** Port of SSH on a host in a cloud. */
export const SSH = 22;

/** Who logs in to a host with Linux. */
export const HOST_USER = "root";

/** Seconds that Windows may take for its first start, until its SSH server answers. */
const WINDOWS_SECONDS = 1800;

/** What tells that a new host is ready: its script, what runs that, and how long it may take. */
const READY = {
  linux: () => ({ shell: "sh -s --", apply: "", script: renderHostReady(), seconds: HOST_READY_SECONDS }),
  // Its SSH server starts last of all, so an answer is enough; whether guests can run in it, Windows says when Hyper-V is turned on.
  windows: () => {
    const files = readModuleFiles(PACKAGE_ROOT);
    const script = renderPayload(files, { apply: HOST_STATE });
    return { shell: "", apply: commandLine(files, "apply"), script, seconds: WINDOWS_SECONDS };
  },
} as const;

/** What {@link hostReady} needs. */
export interface ReadyArgs {
  readonly host: MadeHost;
  readonly os: keyof typeof READY;
  /** Who logs in. */
  readonly user: string;
  /** The machine: with it the wait is gone. */
  readonly machine: pulumi.CustomResource;
  /** What the cloud knows this machine by, and no other under its name: with another one it is waited for anew. */
  readonly identity: pulumi.Input<string>;
  /** The key by which the lab reaches its hosts. */
  readonly key: SshKeyPair;
  readonly provider: pulumi.ProviderResource;
  /** What has to be done before it can answer, beside the machine itself. */
  readonly after?: readonly pulumi.Resource[];
}

/** Waits until a new host answers and is as its user data says, and looks whether guests can run in it. @param name of the host */
export function hostReady(
  name: string,
  { host, os, user, machine, identity, key, provider, after = [] }: ReadyArgs,
  parent: pulumi.Resource,
): void {
  const { seconds, ...ready } = READY[os]();
  script(
    `${name}-ready`,
    {
      on: {
        connection: {
          host: host.address,
          port: SSH,
          user,
          hostKey: host.hostKey,
          privateKey: pulumi.secret(key.privateKey),
          // It boots: until it answers, the deadline counts.
          dialErrorLimit: -1,
          perDialTimeout: 10,
        },
        asRoot: "",
      },
      ...ready,
      triggers: [identity],
      deadline: `${seconds + 300}s`,
    },
    { parent, provider, dependsOn: [...after], deletedWith: machine, deleteBeforeReplace: true },
  );
}
