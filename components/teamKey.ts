import { join } from "node:path";
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
  /** Provider of the random seed. */
  readonly random: pulumi.ProviderResource;
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
      if (home) writePrivateFile(join(home, teamKeyPath(args.lab, args.team)), made.privateKey);
      return made;
    });
    this.publicKey = pulumi.unsecret(pair.publicKey);
    this.privateKey = pair.privateKey;
    this.registerOutputs({});
  }
}
