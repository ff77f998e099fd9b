import * as pulumi from "@pulumi/pulumi";
import { script } from "../script";
import type { SshKeyPair } from "../sshKey";
import type { MadeHost } from "./cloudHosts";
import { HOST_READY_SECONDS, renderHostReady } from "./readyScript";

/** Port of SSH on a host in a cloud. */
export const SSH = 22;

/** Who logs in there. */
export const HOST_USER = "root";

/** What {@link hostReady} needs. */
export interface ReadyArgs {
  readonly host: MadeHost;
  /** The machine: with it the wait is gone. */
  readonly machine: pulumi.CustomResource;
  /** What the cloud knows this machine by, and no other under its name: with another one it is waited for anew. */
  readonly identity: pulumi.Input<string>;
  /** The key by which the lab reaches its hosts. */
  readonly key: SshKeyPair;
  readonly provider: pulumi.ProviderResource;
}

/** Waits until a new host answers and is as its user data says, and looks whether guests can run in it. @param name of the host */
export function hostReady(
  name: string,
  { host, machine, identity, key, provider }: ReadyArgs,
  parent: pulumi.Resource,
): void {
  script(
    `${name}-ready`,
    {
      on: {
        connection: {
          host: host.address,
          port: SSH,
          user: HOST_USER,
          hostKey: host.hostKey,
          privateKey: pulumi.secret(key.privateKey),
          // It boots: until it answers, the deadline counts.
          dialErrorLimit: -1,
          perDialTimeout: 10,
        },
        asRoot: "",
      },
      shell: "sh -s --",
      apply: "",
      script: renderHostReady(),
      triggers: [identity],
      deadline: `${HOST_READY_SECONDS + 300}s`,
    },
    { parent, provider, deletedWith: machine, deleteBeforeReplace: true },
  );
}
