import * as ec2 from "@pulumi/aws/ec2";
import * as ssm from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Ec2Host } from "../../../course/clouds/hosts";
import { imageParameter } from "../../../course/clouds/images";

const choiceSchema = z.strictObject({
  /** Id of the image that hosts begin with. */
  image: z.string(),
  /** Zone that has the type. */
  zone: z.string(),
  /** True for a machine that is no guest itself: it nests without being asked to. */
  metal: z.boolean(),
});

/** What is decided once for the hosts of a pattern, and stays: newer images and other zones change no host that stands. */
export type Choice = z.output<typeof choiceSchema>;

/** What Amazon says of an instance type. */
export interface TypeFacts {
  readonly supportedCpuFeatures: readonly string[];
  readonly bareMetal: boolean;
  /** Zones of the region that have it. */
  readonly zones: readonly string[];
}

/**
 * The zone for hosts of a type.
 * @throws RunError when guests cannot run in the type, or the region does not have it
 */
export function choose(config: Ec2Host["config"], image: string, facts: TypeFacts): Choice {
  const { name, instanceType, region } = config;
  if (!facts.bareMetal && !facts.supportedCpuFeatures.includes("nested-virtualization"))
    throw new pulumi.RunError(
      `cloud-type-unfit: host "${name}": Amazon says of ${instanceType} in ${region} that no guests run in it. Those that nest: aws ec2 describe-instance-types --region ${region} --filters Name=processor-info.supported-features,Values=nested-virtualization`,
    );
  const [zone] = [...facts.zones].sort();
  if (zone === undefined)
    throw new pulumi.RunError(
      `cloud-type-unfit: host "${name}": no zone of ${region} has ${instanceType}. What there is: aws ec2 describe-instance-type-offerings --region ${region} --location-type availability-zone`,
    );
  return { image, zone, metal: facts.bareMetal };
}

/**
 * Asks Amazon what hosts of a pattern can begin with, and keeps the first answer in state.
 * @param name logical name
 */
export function keptChoice(
  name: string,
  config: Ec2Host["config"],
  provider: pulumi.ProviderResource,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<Choice> {
  const { instanceType } = config;
  const asked = { provider };
  const image = ssm.getParameterOutput({ name: imageParameter(config), withDecryption: false }, asked);
  const type = ec2.getInstanceTypeOutput({ instanceType }, asked);
  const offered = ec2.getInstanceTypeOfferingsOutput(
    { locationType: "availability-zone", filters: [{ name: "instance-type", values: [instanceType] }] },
    asked,
  );
  const input = pulumi
    .all([image.insecureValue, type.supportedCpuFeatures, type.bareMetal, offered.locations])
    .apply(([ami, supportedCpuFeatures, bareMetal, zones]) =>
      choose(config, ami, { supportedCpuFeatures, bareMetal, zones }),
    );
  const kept = new pulumi.Stash(name, { input }, { ...opts, ignoreChanges: ["input"] });
  return kept.output.apply((value: unknown) => choiceSchema.parse(value));
}
