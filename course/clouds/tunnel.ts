import { z } from "zod";
import type { CloudHostConfig } from "../hosts";

/** What of its cloud leads staff to a host, so that nothing of it has to be open to them; a session that they begin with their own credentials. */
export const tunnelSchema = z.discriminatedUnion("kind", [
  /** AWS Systems Manager Session Manager. */
  z.strictObject({
    kind: z.literal("session-manager"),
    region: z.string(),
    /** Amazon's id of the machine. */
    machine: z.string(),
  }),
  /** Azure Bastion, of the tier that takes connections of a native client. */
  z.strictObject({
    kind: z.literal("bastion"),
    /** Its name, and that of its resource group. */
    name: z.string(),
    group: z.string(),
    /** Azure's resource id of the machine. */
    machine: z.string(),
  }),
]);

/** Such a way, as the state of the hosts' stack has it. */
export type Tunnel = z.output<typeof tunnelSchema>;

/** What they are called by their clouds. */
export const TUNNEL_NAMES: Readonly<Record<Tunnel["kind"], string>> = {
  "session-manager": "AWS Session Manager",
  bastion: "Azure Bastion",
};

/** Which of them leads to a host as configured; undefined where staff come to its address. */
export function tunnelKind(config: CloudHostConfig): Tunnel["kind"] | undefined {
  if (config.kind === "ec2") return config.sessionManager ? "session-manager" : undefined;
  return config.bastion ? "bastion" : undefined;
}
