import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type SshKeyPair, sshKeyFromText } from "../sshKey";

/** Letters and digits that hold more than the 256 bits of a key. */
const SEED_LENGTH = 48;

/** The key that a host in a cloud is known by. */
export interface HostKey {
  /** A secret. */
  readonly pair: pulumi.Output<SshKeyPair>;
  /** Type and base64: what everybody may know. */
  readonly publicKey: pulumi.Output<string>;
}

/**
 * Makes the Ed25519 key of a host before there is one, so that nobody else is taken for it.
 * @param name of the host: the seed is named after it
 */
export function hostKeyFor(
  name: string,
  provider: pulumi.ProviderResource,
  parent: pulumi.Resource,
): HostKey {
  const seed = new random.RandomPassword(
    `${name}-host-key`,
    { length: SEED_LENGTH, special: false },
    { parent, provider },
  );
  const pair = seed.result.apply((text) => sshKeyFromText(text, name));
  const publicKey = pulumi.unsecret(pair.apply((own) => own.publicKey.split(" ").slice(0, 2).join(" ")));
  return { pair, publicKey };
}
