import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { LAB_KEY_TYPE } from "../../course/resourceTypes";
import { HOME_VARIABLE } from "../hypervisors/channelOptions";
import type { SshKeyPair } from "../sshKey";
import { hostsKeyPath } from "./paths";

/**
 * That key as the state of the hosts' stack has it, from before there is a host: whoever is handed the lab, be it half made, takes it from there, and does not make
 * another.
 */
export class LabKey extends pulumi.ComponentResource {
  /** @param name logical name */
  constructor(name: string, { privateKey, publicKey }: SshKeyPair, opts?: pulumi.ComponentResourceOptions) {
    super(LAB_KEY_TYPE, name, {}, opts);
    this.registerOutputs({ authorizedKey: publicKey, privateKey: pulumi.secret(privateKey) });
  }
}

/**
 * The key by which a lab reaches its hosts, from this machine's files.
 * @throws RunError when it is not here
 */
export function labKey(lab: string): SshKeyPair {
  const home = process.env[HOME_VARIABLE];
  const file = home ? join(home, hostsKeyPath(lab)) : undefined;
  if (file === undefined || !existsSync(file) || !existsSync(`${file}.pub`))
    throw new pulumi.RunError(
      `the key that opens the lab's hosts is not on this machine: ${file ?? "CLASSLAB_HOME is not set"}. Run: npx classlab doctor`,
    );
  return { privateKey: readFileSync(file, "utf8"), publicKey: readFileSync(`${file}.pub`, "utf8").trim() };
}
