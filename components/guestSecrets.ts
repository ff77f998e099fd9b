import { createHash } from "node:crypto";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { accountPasswordPath, consolePasswordPath, hostKeyPath } from "./guestSecretPaths";
import { HOME_VARIABLE } from "./hypervisors/channelOptions";
import { writePrivateFile } from "./privateFile";
import { sha512Crypt } from "./sha512Crypt";
import { type SshKeyPair, sshKeyFromText } from "./sshKey";

/** Letters and digits that hold more than the 256 bits of a key. */
const SEED_LENGTH = 48;

/** Small letters and digits: 62 bits, and the same keys on every keyboard. */
const PASSWORD_LENGTH = 12;

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

/** Writes what people need of a secret below the home folder, for them alone. */
export function keepSecret(path: string, text: string): void {
  const home = process.env[HOME_VARIABLE];
  if (home) writePrivateFile(join(home, path), `${text}\n`);
}

/** A guest's host key, of a seed that is made once; its public half is kept. @param name that of what it is a child of */
function madeHostKey(
  name: string,
  { lab, objectName }: Pick<GuestSecretsArgs, "lab" | "objectName">,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<SshKeyPair> {
  const seed = new random.RandomPassword(`${name}-host-key`, { length: SEED_LENGTH, special: false }, opts);
  return seed.result.apply((text) => {
    const pair = sshKeyFromText(text, objectName);
    keepSecret(hostKeyPath(lab, objectName), pair.publicKey.split(" ").slice(0, 2).join(" "));
    return pair;
  });
}

/** Arguments of {@link WindowsSecrets}. */
export interface WindowsSecretsArgs extends Omit<GuestSecretsArgs, "id"> {
  /** Names of learners' accounts. */
  readonly accounts: readonly string[];
}

/** Letters and digits: 83 bits, of three kinds, as Windows Server asks for (learn.microsoft.com, "Passwords must meet complexity requirements"). */
export const ACCOUNT_PASSWORD = {
  length: 14,
  special: false,
  minLower: 1,
  minUpper: 1,
  minNumeric: 1,
} as const;

/** What a guest with Windows is known by, and a password for each learner's account in it: as {@link GuestSecrets}, with no other console. */
export class WindowsSecrets extends pulumi.ComponentResource {
  /** The guest's Ed25519 host key: a secret. */
  readonly hostKey: pulumi.Output<SshKeyPair>;
  /** Passwords by the names of accounts: a secret. */
  readonly passwords: pulumi.Output<Record<string, string>>;

  /** @param name logical name; children are named after it */
  constructor(name: string, args: WindowsSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { lab, objectName, accounts } = args;
    super("classlab:index:WindowsSecrets", name, { guest: objectName }, opts);
    const child = { parent: this, provider: args.random };
    this.hostKey = madeHostKey(name, args, child);
    const made = accounts.map((account) =>
      new random.RandomPassword(`${name}-${account}`, ACCOUNT_PASSWORD, child).result.apply(
        (password): [string, string] => {
          keepSecret(accountPasswordPath(lab, objectName, account), password);
          return [account, password];
        },
      ),
    );
    this.passwords = pulumi.all(made).apply((pairs) => Object.fromEntries(pairs));
    this.registerOutputs({});
  }
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
    this.hostKey = madeHostKey(name, args, child);
    const password = new random.RandomPassword(
      `${name}-password`,
      { length: PASSWORD_LENGTH, special: false, upper: false },
      child,
    );
    const salt = createHash("sha256")
      .update(JSON.stringify([id, objectName]))
      .digest("hex")
      .slice(0, 16);
    this.password = password.result;
    this.passwordHash = password.result.apply((text) => {
      keepSecret(consolePasswordPath(lab, objectName), text);
      return sha512Crypt(text, salt);
    });
    this.registerOutputs({});
  }
}
