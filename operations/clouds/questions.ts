import type { Cloud } from "../../course/cost/prices";
import type { CloudHostConfig, HostPlan } from "../../course/hosts";
import { amazonRegions } from "./regions";

/** What an account may have of something, and what it has. */
export interface Quota {
  /** As the cloud calls it. */
  readonly name: string;
  readonly limit: number;
  readonly used: number;
  /** By what more of it is asked for, on Amazon. */
  readonly codes?: { readonly service: string; readonly code: string };
}

/** What a region says of a type. */
export interface TypeOffer {
  /** Why hosts of the type cannot be made there; absent where they can. */
  readonly refused?: string;
}

/** Hosts that are no obstacle to their own lab. */
export interface OwnHosts {
  readonly lab: string;
  /** vCPUs of each. */
  readonly cpus: number;
}

/** A network that somebody else has in a region. */
export interface OtherNetwork {
  /** Its id or name. */
  readonly name: string;
  /** Its ranges, in CIDR form. */
  readonly ranges: readonly string[];
}

/** What is asked of a cloud before anything is made there. Each throws FaultError with the cloud's words. */
export interface CloudQuestions {
  readonly cloud: Cloud;
  /** Who asks, as the cloud knows them. */
  identity(): Promise<string>;
  /** Whether a region has a type in which guests run. */
  offers(region: string, type: string): Promise<TypeOffer>;
  /** The image that hosts with a system begin with; undefined where a region has none. */
  image(region: string, os: CloudHostConfig["os"]): Promise<string | undefined>;
  /** What others have of processors, as far as hosts of a type count, and of public addresses. */
  quotas(
    region: string,
    type: string,
    own: OwnHosts,
  ): Promise<{ readonly cpus: Quota; readonly addresses: Quota }>;
  /** Whether whoever asks may give somebody a role, as the clock of Azure needs one; nobody has to elsewhere. */
  mayAssign?(): Promise<boolean>;
  /** Networks that others have in a region, and how many there may be. */
  networks(
    region: string,
    lab: string,
  ): Promise<{ readonly quota: Quota; readonly others: readonly OtherNetwork[] }>;
}

/** Those of the clouds in which a lab has hosts. What asks a cloud is loaded only where there are hosts there. */
export async function cloudQuestions(hosts: readonly HostPlan[]): Promise<CloudQuestions[]> {
  const questions: CloudQuestions[] = [];
  const [region] = amazonRegions(hosts);
  if (region !== undefined) {
    const { amazonQuestions } = await import("./amazon/questions.js");
    questions.push(amazonQuestions(region));
  }
  if (hosts.some(({ config }) => config.kind === "azure")) {
    const { azureQuestions } = await import("./azure/questions.js");
    questions.push(azureQuestions());
  }
  return questions;
}
