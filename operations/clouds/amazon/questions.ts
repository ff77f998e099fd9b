import { z } from "zod";
import { imageParameter } from "../../../course/clouds/images";
import { FaultError } from "../../../course/faults";
import { MARK_KEYS } from "../../../course/mark";
import type { CloudQuestions, Quota } from "../questions";
import { AmazonQueries, itemsOf } from "./query";

/** Quotas by service and code (Service Quotas console; of vCPUs that run on demand in families A, C, D, H, I, M, R, T and Z). */
const QUOTAS = {
  cpus: { service: "ec2", code: "L-1216C47A", name: "Running On-Demand Standard instances" },
  addresses: { service: "ec2", code: "L-0263D0A3", name: "EC2-VPC Elastic IPs" },
  networks: { service: "vpc", code: "L-F678F1CE", name: "VPCs per Region" },
} as const;

const quotaSchema = z.looseObject({ Quota: z.looseObject({ Value: z.number() }) });
const parameterSchema = z.looseObject({ Parameter: z.looseObject({ Value: z.string() }) });

/** Whether an entry carries a lab's mark. */
const isOf = (lab: string, entry: unknown): boolean =>
  itemsOf(Object(entry).tagSet).some((tag) => Object(tag).key === MARK_KEYS.lab && Object(tag).value === lab);

/** vCPUs of a machine, by its cores and threads. */
function cpusOf(instance: unknown): number {
  const { coreCount, threadsPerCore } = Object(Object(instance).cpuOptions);
  return (Number(coreCount) || 0) * (Number(threadsPerCore) || 1);
}

/** Questions to Amazon. @param home the region in which it is asked who asks */
export function amazonQuestions(home: string): CloudQuestions {
  const amazon = new AmazonQueries();

  const all = async (region: string, action: string, set: string, more = {}): Promise<unknown[]> => {
    const found: unknown[] = [];
    let next: unknown = "";
    do {
      const page = typeof next === "string" && next !== "" ? { NextToken: next } : {};
      const answer = await amazon.query("ec2", region, action, { ...more, ...page });
      found.push(...itemsOf(answer[set]));
      next = answer.nextToken;
    } while (typeof next === "string" && next !== "");
    return found;
  };

  const quota = async (region: string, of: keyof typeof QUOTAS, used: number): Promise<Quota> => {
    const { service, code, name } = QUOTAS[of];
    const target = "ServiceQuotasV20190624.GetServiceQuota";
    const input = { ServiceCode: service, QuotaCode: code };
    const { Quota: found } = quotaSchema.parse(await amazon.json("servicequotas", region, target, input));
    return { name: `${name} (${code})`, limit: found.Value, used, codes: { service, code } };
  };

  const others = (lab: string, entries: readonly unknown[]) => entries.filter((entry) => !isOf(lab, entry));

  return {
    cloud: "ec2",
    identity: async () => {
      const { GetCallerIdentityResult: found } = await amazon.query("sts", home, "GetCallerIdentity");
      return String(Object(found).Arn);
    },
    offers: async (region, type) => {
      const one = { "Filter.1.Name": "instance-type", "Filter.1.Value.1": type };
      const where = { ...one, LocationType: "availability-zone" };
      const zones = await all(region, "DescribeInstanceTypeOfferings", "instanceTypeOfferingSet", where);
      if (zones.length === 0) return { refused: `no zone of ${region} has ${type}` };
      const [facts] = await all(region, "DescribeInstanceTypes", "instanceTypeSet", one);
      const { bareMetal, processorInfo } = Object(facts);
      const features = itemsOf(Object(processorInfo).supportedFeatures);
      const nests = bareMetal === "true" || features.includes("nested-virtualization");
      return nests ? {} : { refused: `Amazon says of ${type} in ${region} that no guests run in it` };
    },
    image: async (region, os) => {
      try {
        const named = { Name: imageParameter({ os }) };
        const found = await amazon.json("ssm", region, "AmazonSSM.GetParameter", named);
        return parameterSchema.parse(found).Parameter.Value;
      } catch (error) {
        if (error instanceof FaultError && error.message.includes("(ParameterNotFound)")) return undefined;
        throw error;
      }
    },
    quotas: async (region, _type, { lab }) => {
      const running = { "Filter.1.Name": "instance-state-name", "Filter.1.Value.1": "running" };
      const reservations = await all(region, "DescribeInstances", "reservationSet", running);
      const machines = reservations.flatMap((entry) => itemsOf(Object(entry).instancesSet));
      const addresses = await all(region, "DescribeAddresses", "addressesSet");
      const cpus = others(lab, machines).reduce((sum: number, machine) => sum + cpusOf(machine), 0);
      return {
        cpus: await quota(region, "cpus", cpus),
        addresses: await quota(region, "addresses", others(lab, addresses).length),
      };
    },
    networks: async (region, lab) => {
      const found = others(lab, await all(region, "DescribeVpcs", "vpcSet")).map((vpc) => {
        const { vpcId, cidrBlockAssociationSet } = Object(vpc);
        const ranges = itemsOf(cidrBlockAssociationSet).map((entry) => String(Object(entry).cidrBlock));
        return { name: String(vpcId), ranges };
      });
      return { quota: await quota(region, "networks", found.length), others: found };
    },
  };
}
