import { posix } from "node:path";
import { hasPublicAddress } from "../../course/clouds/hosts";
import { azureImage, imageParameter } from "../../course/clouds/images";
import { cloudNetwork } from "../../course/clouds/network";
import { tunnelKind } from "../../course/clouds/tunnel";
import type { Cloud } from "../../course/cost/prices";
import { groupBy } from "../../course/groupBy";
import { type CloudHostConfig, isCloud } from "../../course/hosts";
import { machineSize, machineType } from "../../course/instanceTypes";
import { overlaps, parseSubnet } from "../../course/network";
import { hasCloudHosts } from "../clouds/accounts";
import type { CloudQuestions, Quota } from "../clouds/questions";
import { blocking, type CheckDefinition, type Finding, fine, notNeeded } from "./check";
import type { Subject } from "./subject";
import { missingProgram } from "./tunnelPrograms";

/** Why a lab has no use for a cloud. */
export const NO_CLOUD_HOST = "no host of the lab is in a cloud";

/** Hosts of one type in one region. */
interface Group {
  readonly cloud: Cloud;
  readonly region: string;
  readonly type: string;
  readonly os: CloudHostConfig["os"];
  readonly count: number;
  /** Public addresses that they have, with those of what they share. */
  readonly addresses: number;
  /** vCPUs of each; 0 where the type is not in the table. */
  readonly cpus: number;
}

function groupsOf({ plan }: Subject): Group[] {
  const used = new Set(plan.teams.map(({ host }) => host));
  const hosts = plan.hosts
    .filter(({ name }) => used.has(name))
    .flatMap(({ config }) => (isCloud(config) ? [config] : []));
  const regionOf = (host: (typeof hosts)[number]) => (host.kind === "ec2" ? host.region : host.location);
  const placeOf = (host: (typeof hosts)[number]) => `${host.kind} ${regionOf(host)}`;
  const counted = new Set<string>();
  /** Addresses of what all hosts of a place share, a NAT gateway's and a Bastion's: they are told of the first group there. */
  const shared = (first: (typeof hosts)[number]): number => {
    if (counted.has(placeOf(first))) return 0;
    counted.add(placeOf(first));
    const here = hosts.filter((host) => placeOf(host) === placeOf(first));
    return [
      here.some((host) => !hasPublicAddress(host)),
      here.some((host) => tunnelKind(host) === "bastion"),
    ].filter(Boolean).length;
  };
  return [
    ...groupBy(hosts, (host) => `${host.kind} ${regionOf(host)} ${machineType(host)} ${host.os}`).values(),
  ].flatMap((own): Group[] => {
    const [host] = own;
    return host === undefined
      ? []
      : [
          {
            cloud: host.kind,
            region: regionOf(host),
            type: machineType(host) ?? "",
            os: host.os,
            count: own.length,
            addresses: own.filter(hasPublicAddress).length + shared(host),
            cpus: machineSize(host)?.cpus ?? 0,
          },
        ];
  });
}

/** Asks about each group of hosts; the first that is not as it should be is the finding. */
async function eachGroup(
  subject: Subject,
  ask: (questions: CloudQuestions, group: Group) => Promise<Finding>,
): Promise<Finding> {
  const clouds = await subject.clouds();
  const findings = await Promise.all(
    groupsOf(subject).map(async (group): Promise<Finding> => {
      const questions = clouds.find(({ cloud }) => cloud === group.cloud);
      if (!questions) throw new Error(`nobody asks ${group.cloud}`);
      try {
        return await ask(questions, group);
      } catch (error) {
        return blocking(error);
      }
    }),
  );
  const bad = findings.find(({ status }) => status !== "ok");
  return bad ?? fine([...new Set(findings.map(({ found }) => found))].join("; "));
}

/** Clouds as people call them. */
const CLOUD_NAMES: Readonly<Record<Cloud, string>> = { ec2: "Amazon", azure: "Azure" };

const OTHER_TYPES: Readonly<Record<Cloud, (region: string) => string>> = {
  ec2: (region) =>
    `See those that nest: aws ec2 describe-instance-types --region ${region} --filters Name=processor-info.supported-features,Values=nested-virtualization`,
  azure: (location) =>
    `See what there is: az vm list-skus --location ${location} --resource-type virtualMachines --output table`,
};

/** What a host runs, as its maker calls it. */
const SYSTEMS = { linux: "Ubuntu 24.04", windows: "Windows Server 2025" } as const;

const IMAGES: Readonly<Record<Cloud, (group: Pick<Group, "region" | "os">) => string>> = {
  ec2: ({ region, os }) =>
    `See what there is: aws ssm get-parameters-by-path --region ${region} --path ${posix.dirname(imageParameter({ os }))} --recursive`,
  azure: ({ region, os }) => {
    const { publisher, offer } = azureImage({ os });
    return `See what there is: az vm image list-skus --location ${region} --publisher ${publisher} --offer ${offer}`;
  },
};

const MORE: Readonly<Record<Cloud, (region: string, quota: Quota, wanted: number) => string>> = {
  ec2: (region, { codes }, wanted) =>
    `Ask for more, which may take days: aws service-quotas request-service-quota-increase --region ${region} --service-code ${codes?.service} --quota-code ${codes?.code} --desired-value ${wanted}`,
  azure: (location) =>
    `Ask for more on the page Quotas, which may take days; see what there is: az vm list-usage --location ${location} --output table`,
};

/** A quota against what the plan needs beside what others have. */
function quotaFinding({ cloud, region }: Group, quota: Quota, needed: number, unit: string): Finding {
  const { name, limit, used } = quota;
  if (used + needed <= limit) return fine(`${region}: room for ${needed} ${unit} in ${name}`);
  return {
    status: "blocking",
    found: `${region}: the lab needs ${needed} ${unit}, and of ${limit} (${name}) others have ${used}`,
    expected: `${used + needed} or more`,
    fix: MORE[cloud](region, quota, used + needed),
    code: "cloud-quota",
  };
}

/** What a lab needs of the clouds that its hosts are to be in. */
export const CLOUD_CHECKS: readonly CheckDefinition[] = [
  {
    id: "cloud-access",
    title: "Credentials of clouds",
    look: async (subject): Promise<Finding> => {
      if (!hasCloudHosts(subject.plan.hosts)) return notNeeded(NO_CLOUD_HOST);
      try {
        return fine(`known as ${(await subject.cloudIdentities()).join(", ")}`);
      } catch (error) {
        return blocking(error);
      }
    },
  },
  {
    id: "cloud-tunnel",
    title: "Programs for tunnels to cloud hosts",
    look: async ({ plan, machine }): Promise<Finding> => {
      const kinds = plan.hosts.flatMap(({ config }) => (isCloud(config) ? (tunnelKind(config) ?? []) : []));
      if (kinds.length === 0) return notNeeded("no host is reached by Session Manager or Bastion");
      return missingProgram([...new Set(kinds)], machine);
    },
  },
  {
    id: "cloud-rights",
    title: "Right to assign roles in clouds",
    after: ["cloud"],
    look: async (subject): Promise<Finding> => {
      if (!subject.plan.schedule) return notNeeded("without a calendar no cloud starts and stops hosts");
      return eachGroup(subject, async ({ mayAssign }, { cloud }): Promise<Finding> => {
        if (!mayAssign) return fine(`${CLOUD_NAMES[cloud]} asks for none`);
        if (await mayAssign()) return fine("whoever asks may assign roles");
        return {
          status: "blocking",
          found:
            "whoever asks may not assign roles in the subscription, and the clock that starts and stops hosts has to have one at each",
          expected: "the role Owner, or Role Based Access Control Administrator beside Contributor",
          fix: "Have an owner run: az role assignment create --assignee YOU --role 'Role Based Access Control Administrator' --scope /subscriptions/SUBSCRIPTION; or leave out the calendar",
          code: "cloud-denied",
        };
      });
    },
  },
  {
    id: "cloud-types",
    title: "Types of cloud hosts",
    after: ["cloud"],
    look: (subject) =>
      eachGroup(subject, async (questions, { cloud, region, type }): Promise<Finding> => {
        const { refused } = await questions.offers(region, type);
        if (refused === undefined) return fine(`${region} has ${type}`);
        return {
          status: "blocking",
          found: refused,
          expected: "a type in which guests run",
          fix: OTHER_TYPES[cloud](region),
          code: "cloud-type-unfit",
        };
      }),
  },
  {
    id: "cloud-image",
    title: "Image of cloud hosts",
    after: ["cloud"],
    look: (subject) =>
      eachGroup(subject, async (questions, { cloud, region, os }): Promise<Finding> => {
        const image = await questions.image(region, os);
        if (image !== undefined) return fine(`${region} has ${image}`);
        return {
          status: "blocking",
          found: `${region} has no image of ${SYSTEMS[os]}`,
          expected: "one that its maker publishes",
          fix: IMAGES[cloud]({ region, os }),
          code: "image-missing",
        };
      }),
  },
  {
    id: "cloud-cpus",
    title: "Quota of vCPUs",
    after: ["cloud"],
    look: (subject) =>
      eachGroup(subject, async (questions, group) => {
        const { region, type, count, cpus } = group;
        const quotas = await questions.quotas(region, type, { lab: subject.plan.lab, cpus });
        return quotaFinding(group, quotas.cpus, count * cpus, "vCPUs");
      }),
  },
  {
    id: "cloud-addresses",
    title: "Quota of public addresses",
    after: ["cloud"],
    look: (subject) =>
      eachGroup(subject, async (questions, group) => {
        const { region, type, addresses, cpus } = group;
        const quotas = await questions.quotas(region, type, { lab: subject.plan.lab, cpus });
        return quotaFinding(group, quotas.addresses, addresses, "addresses");
      }),
  },
  {
    id: "cloud-networks",
    title: "Networks of cloud hosts",
    after: ["cloud"],
    look: (subject) =>
      eachGroup(subject, async (questions, group) => {
        const { quota, others } = await questions.networks(group.region, subject.plan.lab);
        const room = quotaFinding(group, quota, 1, "network");
        if (room.status !== "ok") return room;
        const range = cloudNetwork(subject.plan);
        const met = others.find(({ ranges }) =>
          ranges.some((cidr) => overlaps(parseSubnet(cidr), parseSubnet(range))),
        );
        // Networks of a cloud do not see one another unless somebody joins them.
        return fine(
          met
            ? `${room.found}; its range ${range} is also that of ${met.name}: the two cannot be joined, which no lab needs`
            : `${room.found}; its range ${range} is free`,
        );
      }),
  },
];
