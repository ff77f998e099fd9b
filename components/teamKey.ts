import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { HOME_VARIABLE, teamKeyPath } from "./hypervisors/channelOptions";
import { writePrivateFile } from "./privateFile";
import { sshKeyFromText } from "./sshKey";

/** Letters and digits that hold more than the 256 bits of a key. */
const SEED_LENGTH = 48;

/** Arguments of a {@link TeamKey}. */
export interface TeamKeyArgs {
  readonly lab: string;
  readonly team: string;
  /**
   * Whether a key that is made anew leaves the one before in a file beside it, by which guests are told the new one: nothing else leads into them. False
   * by default.
   */
  readonly keepsFormer?: boolean;
  /** Provider of the random seed. */
  readonly random: pulumi.ProviderResource;
}

/** Name of the file of a key that was a team's before: each its own, so that what is ended half-way and begun again loses none. */
function formerKeyFile(file: string, privateKey: string): string {
  return `${file}.before-${createHash("sha256").update(privateKey).digest("hex").slice(0, 8)}`;
}

/** Removes the keys that were a team's before, once every guest knows the one it has now. @param file of that one */
export function forgetFormerKeys(file: string): void {
  const folder = dirname(file);
  const start = `${basename(file)}.before-`;
  const found = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(start)) : [];
  for (const name of found) rmSync(join(folder, name));
}

function keepKey(file: string, privateKey: string, keepsFormer = false): void {
  const before = keepsFormer && existsSync(file) ? readFileSync(file, "utf8") : undefined;
  if (before !== undefined && before !== privateKey) writePrivateFile(formerKeyFile(file, before), before);
  writePrivateFile(file, privateKey);
}

/**
 * A team's SSH key pair, made once: the seed is an encrypted secret in state, the private key a 0600 file below the
 * home folder wherever the program runs. The file's path is no recorded input, so another checkout sees no change.
 */
export class TeamKey extends pulumi.ComponentResource {
  /** The line for `authorized_keys`, known once the private key's file is there. */
  readonly publicKey: pulumi.Output<string>;
  /** The private key's text: a secret, for scripts on a guest's own host. */
  readonly privateKey: pulumi.Output<string>;

  /** @param name logical name; children are named after it */
  constructor(name: string, args: TeamKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("classlab:index:TeamKey", name, { team: args.team }, opts);
    // Not RandomBytes: its id is the bytes themselves, and the engine keeps ids in clear.
    const seed = new random.RandomPassword(
      `${name}-seed`,
      { length: SEED_LENGTH, special: false },
      { parent: this, provider: args.random },
    );
    const pair = seed.result.apply((text) => {
      const made = sshKeyFromText(text, `classlab:${args.lab}/${args.team}`);
      const home = process.env[HOME_VARIABLE];
      if (home) keepKey(join(home, teamKeyPath(args.lab, args.team)), made.privateKey, args.keepsFormer);
      return made;
    });
    this.publicKey = pulumi.unsecret(pair.publicKey);
    this.privateKey = pair.privateKey;
    this.registerOutputs({});
  }
}
