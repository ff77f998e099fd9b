import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { deployAzure } from "../../components/hosts/azure";
import { deployEc2 } from "../../components/hosts/ec2";
import { labRecordSchema } from "../../course/record";
import { POLICIES } from "../../policy/policies";
import { deployHosts } from "../../stacks/hosts";
import { deployUnit } from "../../stacks/unit";
import { amazonAnswers } from "../support/cloudLabs";
import { RECORD } from "../support/devPlan";
import { MockEngine, type Registration, unsecret } from "../support/mocks";
import { planOf, ROOT } from "../unit/labs";

// The policies themselves, on what the real components register. Not here: Pulumi's own server of policies, which the bundled engine is without.
const home = mkdtempSync(join(tmpdir(), "classlab-policies-"));
const before = process.env.CLASSLAB_HOME;
let engine: MockEngine;

beforeAll(async () => {
  process.env.CLASSLAB_HOME = home;
  engine = await MockEngine.start({
    preview: false,
    images: { nginx: "sha256:inner-nginx" },
    answer: (token, inputs) =>
      token === "aws:ssm/getParameter:getParameter"
        ? { insecureValue: "ami-0123456789abcdef0" }
        : amazonAnswers(token, inputs),
  });
});
afterAll(() => {
  rmSync(home, { recursive: true });
  if (before === undefined) delete process.env.CLASSLAB_HOME;
  else process.env.CLASSLAB_HOME = before;
});

type Judged = Pick<Registration, "type" | "name" | "inputs" | "ignoreChanges">;

/** What policies say of a resource, each behind the policy's name. */
function violations({ type, name, inputs, ignoreChanges }: Judged): string[] {
  const props = Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, unsecret(value)]));
  const said: string[] = [];
  for (const { name: policy, validateResource } of POLICIES) {
    if (typeof validateResource !== "function") throw new Error(`${policy} is no single check`);
    const args = { type, name, urn: `urn:pulumi:s::p::${type}::${name}`, props, opts: { ignoreChanges } };
    // Of all that the engine tells a policy, these read no more.
    Reflect.apply(validateResource, undefined, [args, (words: string) => said.push(`${policy}: ${words}`)]);
  }
  return said;
}

/** All that a lab's stacks register. */
async function registrationsOf(lab: string, config: object): Promise<readonly Registration[]> {
  mkdirSync(join(home, "keys", lab), { recursive: true });
  writeFileSync(join(home, "keys", lab, "hosts.key"), "key");
  writeFileSync(join(home, "keys", lab, "hosts.key.pub"), "ssh-ed25519 AAAA\n");
  const plan = planOf(lab, config);
  const record = labRecordSchema.parse({
    ...RECORD,
    libvirt: {
      image: "0123456789abcdef",
      hosts: Object.fromEntries(
        plan.hosts.map(({ name }) => [
          name,
          { acceleration: "tcg", virtualization: "svm", sharedFolders: "9p", bridge: "br0" },
        ]),
      ),
    },
    virtualbox: Object.fromEntries(
      plan.hosts.map(({ name }) => [
        name,
        {
          version: "7",
          folder: "/vms",
          bridge: "eth0",
          source: { kind: "image", hash: "01234567", path: "/a.vdi" },
        },
      ]),
    ),
  });
  const from = engine.registrations.length;
  // Further teams' stacks are made as the first two are.
  const later = plan.units.filter(({ kind }) => kind === "team").slice(2);
  for (const unit of plan.units.filter((each) => !later.includes(each))) {
    if (unit.kind === "hosts") deployHosts({ plan, unit, labId: RECORD.labId }, [deployEc2, deployAzure]);
    // Guests on hosts in clouds are not made yet.
    else if (!plan.units.some(({ kind }) => kind === "hosts")) deployUnit({ plan, unit, record });
    await engine.settle();
  }
  return engine.registrations.slice(from);
}

const examples = readdirSync(join(ROOT, "examples")).flatMap((folder) =>
  readdirSync(join(ROOT, "examples", folder))
    .filter((file) => /^Pulumi\..*\.yaml$/.test(file))
    .map((file) => join("examples", folder, file)),
);

test.each(examples)(
  "%s breaks no policy",
  async (path) => {
    const text = readFileSync(join(ROOT, path), "utf8")
      // Keys of hosts are not known before they are looked at.
      .replaceAll("kind: existing, address", "kind: existing, hostKey: ssh-ed25519 AAAA, address");
    const document: { config: { "classlab:lab": object } } = parse(text);
    const lab = /Pulumi\.(.+)\.yaml$/.exec(path)?.[1] ?? "";
    const made = await registrationsOf(lab, document.config["classlab:lab"]);
    expect(made.length).toBeGreaterThan(5);
    expect(
      made.flatMap((each) => violations(each).map((words) => `${each.type} ${each.name} ${words}`)),
    ).toEqual([]);
  },
  60_000,
);

describe("a planted violation is found, and by its policy alone", () => {
  let clouds: readonly Registration[];
  beforeAll(async () => {
    const read = (path: string) => parse(readFileSync(join(ROOT, path), "utf8")).config["classlab:lab"];
    clouds = [
      ...(await registrationsOf("aws", read("examples/08-aws/Pulumi.aws.yaml"))),
      ...(await registrationsOf("azure", read("examples/09-azure/Pulumi.azure.yaml"))),
    ];
  }, 60_000);

  /** The first resource of a type, with inputs changed. */
  function planted(
    type: string,
    change: (inputs: Record<string, unknown>) => Record<string, unknown>,
  ): string[] {
    const found = clouds.find((each) => each.type === type);
    if (!found)
      throw new Error(`no ${type} among ${[...new Set(clouds.map((each) => each.type))].join(", ")}`);
    const inputs = Object.fromEntries(
      Object.entries(found.inputs).map(([key, value]) => [key, unsecret(value)]),
    );
    expect(violations(found)).toEqual([]);
    return violations({ ...found, inputs: { ...inputs, ...change(inputs) } });
  }
  const INSTANCE = "aws:ec2/instance:Instance";
  const MACHINE = "azure-native:compute:VirtualMachine";
  const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
  const GROUP = "azure-native:network:NetworkSecurityGroup";

  test.each<[string, string, (inputs: Record<string, unknown>) => Record<string, unknown>, string]>([
    [
      "SSH for everybody on EC2",
      INGRESS,
      () => ({ cidrIpv4: "0.0.0.0/0" }),
      "no-open-login: lets 0.0.0.0/0 at SSH or RDP",
    ],
    [
      "all ports for half of the world",
      INGRESS,
      () => ({ ipProtocol: "-1", cidrIpv4: "128.0.0.0/1" }),
      "no-open-login: lets 128.0.0.0/1 at SSH or RDP",
    ],
    [
      "SSH for everybody by IPv6",
      INGRESS,
      () => ({ cidrIpv6: "::/0" }),
      "no-open-login: lets ::/0 at SSH or RDP",
    ],
    [
      "RDP for the Internet on Azure",
      GROUP,
      () => ({
        securityRules: [
          {
            direction: "Inbound",
            access: "Allow",
            destinationPortRange: "3000-4000",
            sourceAddressPrefix: "Internet",
          },
        ],
      }),
      "no-open-login: lets Internet at SSH or RDP",
    ],
    [
      "a disk in clear on EC2",
      INSTANCE,
      ({ rootBlockDevice }) => ({ rootBlockDevice: { ...(rootBlockDevice as object), encrypted: false } }),
      "disks-encrypted: has a disk that is not encrypted",
    ],
    [
      "a disk that is not managed on Azure",
      MACHINE,
      ({ storageProfile }) => ({ storageProfile: { ...(storageProfile as object), osDisk: { name: "a" } } }),
      "disks-encrypted: has a disk that is not managed, and so perhaps not encrypted",
    ],
    [
      "no tags",
      INSTANCE,
      () => ({ tags: undefined }),
      "owner-marked: lacks the tags classlab, classlab.id, classlab.stack, classlab.expires",
    ],
    [
      "no end",
      MACHINE,
      ({ tags }) => ({ tags: { ...(tags as object), "classlab.expires": undefined } }),
      "owner-marked: lacks the tags classlab.expires",
    ],
    [
      "a type that cannot nest on EC2",
      INSTANCE,
      () => ({ instanceType: "t3.micro" }),
      "sizes-known: has the type t3.micro, in which guests are not known to run",
    ],
    [
      "a size that cannot nest on Azure",
      MACHINE,
      () => ({ hardwareProfile: { vmSize: "Standard_B2s" } }),
      "sizes-known: has the size Standard_B2s, in which guests are not known to run",
    ],
    [
      "an image by a name that moves",
      INSTANCE,
      () => ({ ami: "resolve:ssm:/aws/service/x" }),
      "images-pinned: begins with resolve:ssm:/aws/service/x, which is another image tomorrow",
    ],
  ])("%s", (_title, type, change, words) => {
    expect(planted(type, change)).toEqual([words]);
  });

  test("the latest image of Azure, where a newer one would make the machine anew", () => {
    const found = clouds.find(({ type }) => type === MACHINE);
    if (!found) throw new Error("no machine");
    expect(violations({ ...found, ignoreChanges: [] })).toEqual([
      "images-pinned: begins with the latest image, and would be made anew with the next",
    ]);
  });

  test("a container by the name of its image", () => {
    const container = { type: "docker:index/container:Container", name: "web", ignoreChanges: [] };
    expect(violations({ ...container, inputs: { image: "nginx:latest" } })).toEqual([
      "images-pinned: begins with nginx:latest, which is another image tomorrow",
    ]);
    expect(violations({ ...container, inputs: { image: `nginx@sha256:${"ab".repeat(32)}` } })).toEqual([]);
  });
});
