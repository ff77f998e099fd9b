import { createHash } from "node:crypto";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { HOME_VARIABLE, teamKeyPath } from "./hypervisors/channelOptions";
import { writePrivateFile } from "./privateFile";
import { sha512Crypt } from "./sha512Crypt";
import { type SshKeyPair, sshKeyFromText } from "./sshKey";

/** Letters and digits that hold more than the 256 bits of a key. */
const SEED_LENGTH = 48;

/** Small letters and digits: 62 bits, and the same keys on every keyboard. */
const PASSWORD_LENGTH = 12;

/** Path, below the home folder, of a guest's public host key: one line, type and key. */
export function hostKeyPath(lab: string, objectName: string): string {
  return teamKeyPath(lab, `${objectName}.pub`);
}

/** Path, below the home folder, of the password of a guest's console. */
export function consolePasswordPath(lab: string, objectName: string): string {
  return teamKeyPath(lab, `${objectName}.password`);
}

/** Arguments of {@link GuestSecrets}. */
export interface GuestSecretsArgs {
  readonly lab: string;
  /** The lab's random id: with the guest's name it makes the salt. */
  readonly id: string;
  /** The guest's name on the platform. */
  readonly objectName: string;
  /** Provider of the random seeds. */
  readonly random: pulumi.ProviderResource;
}

/**
 * What a virtual machine is known by and let into at its console: its host key and a password, made once. Seeds are encrypted in state;
 * the public key and the password are 0600 files below the home folder wherever the program runs.
 */
export class GuestSecrets extends pulumi.ComponentResource {
  /** The guest's Ed25519 host key: a secret. */
  readonly hostKey: pulumi.Output<SshKeyPair>;
  /** Password of the console: a secret. */
  readonly password: pulumi.Output<string>;
  /** Hash of the console's password by crypt(5): a secret. */
  readonly passwordHash: pulumi.Output<string>;

  /** @param name logical name; children are named after it */
  constructor(name: string, args: GuestSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { lab, id, objectName } = args;
    super("classlab:index:GuestSecrets", name, { guest: objectName }, opts);
    const child = { parent: this, provider: args.random };
    const seed = new random.RandomPassword(
      `${name}-host-key`,
      { length: SEED_LENGTH, special: false },
      child,
    );
    const password = new random.RandomPassword(
      `${name}-password`,
      { length: PASSWORD_LENGTH, special: false, upper: false },
      child,
    );
    const salt = createHash("sha256")
      .update(JSON.stringify([id, objectName]))
      .digest("hex")
      .slice(0, 16);
    const keep = (path: string, text: string) => {
      const home = process.env[HOME_VARIABLE];
      if (home) writePrivateFile(join(home, path), `${text}\n`);
    };
    this.hostKey = seed.result.apply((text) => {
      const pair = sshKeyFromText(text, objectName);
      keep(hostKeyPath(lab, objectName), pair.publicKey.split(" ").slice(0, 2).join(" "));
      return pair;
    });
    this.password = password.result;
    this.passwordHash = password.result.apply((text) => {
      keep(consolePasswordPath(lab, objectName), text);
      return sha512Crypt(text, salt);
    });
    this.registerOutputs({});
  }
}
