import type { LabConfig } from "./config";

/** What lets browsers of remote learners in: reserved, and not made yet. */
export interface GatewayPlan {
  /** Its name on the platform, which nothing else of the lab has. */
  readonly name: string;
  /** The TCP port that it answers at: that of HTTPS, which rooms and companies let out. */
  readonly port: 443;
  /** Whether the lab makes it. */
  readonly made: false;
}

/** What a team would have to be called to have the gateway's name. */
export const GATEWAY_ID = "gateway";

/** The gateway of a lab; undefined where its learners come by other channels. */
export function browserGateway(lab: string, channels: LabConfig["channels"]): GatewayPlan | undefined {
  return channels.includes("browser") ? { name: `${lab}-${GATEWAY_ID}`, port: 443, made: false } : undefined;
}
