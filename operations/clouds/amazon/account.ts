import { budgetMark } from "../../../course/clouds/budget";
import { EXPIRES_KEY } from "../../../course/clouds/tags";
import { MARK_KEYS, readMark } from "../../../course/mark";
import type { CloudAccount, CloudLeftover } from "../leftovers";
import { AMAZON_KINDS, type AmazonKind, amazonKind, namedBy } from "./kinds";
import type { AmazonApi, Tags } from "./port";
import { GLOBAL_REGION } from "./query";

/** What tells of costs, as people read it. */
const BUDGET = "budget";

/** Names of roles and profiles of labs: the mark's id is in them. */
const OWN_NAME = /^classlab-[0-9a-f]{16}-[a-z0-9-]+-(?:hosts|clock)$/;

/** Tags as the Cloud Control API has them. */
function tagsIn(value: unknown): Tags {
  if (!Array.isArray(value)) return {};
  return Object.fromEntries(
    value.flatMap((tag: unknown) => {
      const key = typeof tag === "object" && tag !== null ? Reflect.get(tag, "Key") : undefined;
      return typeof key === "string" ? [[key, String(Reflect.get(Object(tag), "Value") ?? "")]] : [];
    }),
  );
}

function leftover(region: string, { kind }: AmazonKind, id: string, tags: Tags): CloudLeftover[] {
  const mark = readMark(tags);
  if (!mark) return [];
  const expires = tags[EXPIRES_KEY];
  return [
    {
      cloud: "aws",
      region,
      kind,
      id,
      name: tags.Name ?? id,
      mark,
      ...(expires === undefined ? {} : { expires }),
    },
  ];
}

const order = ({ kind }: CloudLeftover): number => AMAZON_KINDS.findIndex((entry) => entry.kind === kind);

/** Amazon's account as labs use it, in some regions. */
export function amazonAccount(api: AmazonApi, regions: readonly string[]): CloudAccount {
  const places = [...new Set(regions)];

  /** Names of the inline policies that a role has: they keep it. */
  const policiesOf = async (region: string, role: string): Promise<string[]> => {
    const found = await api.get(region, amazonKind("role").type, role);
    const policies = found?.properties.Policies;
    if (!Array.isArray(policies)) return [];
    return policies.map((policy: unknown) => String(Reflect.get(Object(policy), "PolicyName")));
  };

  /** Roles carry tags that only they themselves tell. */
  const roles = async (region: string, lab: string | undefined): Promise<CloudLeftover[]> => {
    const kind = amazonKind("role");
    const names = (await api.list(region, kind.type)).filter((name) => OWN_NAME.test(name));
    const found = await Promise.all(
      names.map(async (name) => {
        const role = await api.get(region, kind.type, name);
        return leftover(region, kind, name, tagsIn(role?.properties.Tags));
      }),
    );
    return found.flat().filter(({ mark }) => lab === undefined || mark.lab === lab);
  };

  const inRegion = async (region: string, lab: string | undefined): Promise<CloudLeftover[]> => {
    const found = await api.tagged(region, MARK_KEYS.lab, lab);
    const objects = found.flatMap(({ arn, tags }) => {
      const named = namedBy(arn);
      return named ? leftover(region, named.kind, named.id, tags) : [];
    });
    // A network's default firewall is marked, too, and goes with the network only.
    const kept = await Promise.all(
      objects.map(async (object) => {
        if (object.kind !== "firewall") return true;
        const group = await api.get(region, amazonKind("firewall").type, object.id);
        return group !== undefined && group.properties.GroupName !== "default";
      }),
    );
    return objects.filter((_object, index) => kept[index]);
  };

  /** Budgets say whose they are by their names. */
  const budgets = async (lab: string | undefined): Promise<CloudLeftover[]> =>
    (await api.budgets()).flatMap(({ id, name }): CloudLeftover[] => {
      const mark = budgetMark(name);
      if (!mark || (lab !== undefined && mark.lab !== lab)) return [];
      return [{ cloud: "aws", region: GLOBAL_REGION, kind: BUDGET, id, name: `${mark.lab}-budget`, mark }];
    });

  return {
    observe: async (lab) => {
      if (places.length === 0) return [];
      const found = await Promise.all([
        ...places.map((region) => inRegion(region, lab)),
        ...(places.includes(GLOBAL_REGION) ? [] : [inRegion(GLOBAL_REGION, lab)]),
        roles(GLOBAL_REGION, lab),
        budgets(lab),
      ]);
      return found.flat().sort((a, b) => order(a) - order(b) || a.name.localeCompare(b.name));
    },
    remove: async ({ kind, region, id }) => {
      if (kind === BUDGET) return api.removeBudget(id);
      const { type } = amazonKind(kind);
      if (kind === "role")
        for (const policy of await policiesOf(region, id))
          await api.remove(region, "AWS::IAM::RolePolicy", `${policy}|${id}`);
      if (kind === "gateway") {
        const attached = (await api.list(region, "AWS::EC2::VPCGatewayAttachment")).filter((identifier) =>
          identifier.startsWith("IGW|"),
        );
        for (const identifier of attached) {
          const attachment = await api.get(region, "AWS::EC2::VPCGatewayAttachment", identifier);
          if (attachment?.properties.InternetGatewayId === id)
            await api.remove(region, "AWS::EC2::VPCGatewayAttachment", identifier);
        }
      }
      if (kind !== "address") return api.remove(region, type, id);
      // An address goes by itself and its id.
      const identifier = (await api.list(region, type)).find((entry) => entry.endsWith(`|${id}`));
      if (identifier !== undefined) await api.remove(region, type, identifier);
    },
  };
}
