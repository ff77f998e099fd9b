import type { HostConfig } from "../config";

/**
 * Addresses of a cloud's own services that guests are kept from on a host, which they would be taken for. Azure's: metadata, which answers at any number of hops, and
 * what agents ask (learn.microsoft.com, "What is IP address 168.63.129.16?"). On EC2 an answer with a token dies at the host, which is one hop away.
 */
export function hiddenFromGuests({ kind }: Pick<HostConfig, "kind">): readonly string[] {
  return kind === "azure" ? ["169.254.169.254", "168.63.129.16"] : [];
}
