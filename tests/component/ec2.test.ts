import { parse } from "yaml";
import { deployEc2 } from "../../components/hosts/ec2";
import { renderHostReady } from "../../components/hosts/readyScript";
import { imageParameter } from "../../course/clouds/images";
import { resourcesOf } from "../../course/resources";
import { deployHosts } from "../../stacks/hosts";
import {
  ALLOWED,
  amazonAnswers,
  BUDGET,
  cloudLab,
  EC2,
  LAB_ID,
  marked,
  PRIVATE_KEY,
  READY,
  waitedFor,
} from "../support/cloudLabs";
import { useHostsKey } from "../support/hostsKey";
import { Checks } from "../support/inputMutants";
import { isSecretInput, MockEngine, type Registration, unsecret } from "../support/mocks";
import { planOf } from "../unit/labs";

// What these tests do not prove: that Amazon takes it. tests/integration/clouds.test.ts has a stand-in that knows some of its rules.
const IMAGE_PARAMETER = imageParameter({ os: "linux" });
const plan = planOf("lab", { ...cloudLab([EC2]), budget: BUDGET });
const [unit, ...others] = plan.units;

useHostsKey();
let engine: MockEngine;
beforeAll(async () => {
  engine = await MockEngine.start({ preview: false, images: {}, answer: amazonAnswers });
  if (!unit) throw new Error("the plan has no unit");
  deployHosts({ plan, unit, labId: LAB_ID }, [deployEc2]);
  await engine.settle();
}, 120_000);

const checks = new Checks();
const { check } = checks;

/** Providers of what is not Amazon's. */
const ELSE: Readonly<Record<string, string>> = {
  "random:index/randomPassword:RandomPassword": "secrets",
  "command:local:Command": "scripts",
};

const found = (type: string, name: string): Registration => engine.find(type, name);
const machine = () => found("Instance", "aws-team-02-machine");

test("hosts are a stack of their own, before all that is on them", () => {
  expect(unit).toEqual({
    stack: "lab-hosts",
    kind: "hosts",
    teams: [],
    switches: [],
    hosts: ["aws-team-01", "aws-team-02"],
  });
  expect(others.map(({ kind }) => kind)).toEqual(["site", "team", "team"]);
});

check("it registers what the plan lists, and nothing else", () => {
  const planned = (unit ? resourcesOf(plan, unit) : []).map(({ type, name }) => `${type} ${name}`);
  expect(engine.registrations.map(({ type, name }) => `${type} ${name}`).sort()).toEqual(
    // What the engine makes by itself: the stack, and its own provider.
    planned.filter((title) => !/^pulumi:pulumi:Stack|^pulumi:providers:pulumi default$/.test(title)).sort(),
  );
  expect(planned).toHaveLength(47);
});

check("all of Amazon goes by the one provider of its region", () => {
  for (const { type, name, provider } of engine.registrations) {
    const expected = type.startsWith("aws:") ? "ec2-ap-northeast-1-api" : ELSE[type];
    expect([name, provider]).toEqual([name, expected]);
  }
  expect(found("providers:aws", "ec2-ap-northeast-1-api").inputs).toEqual({
    region: "ap-northeast-1",
    maxRetries: "10",
    retryMode: "standard",
    skipCredentialsValidation: "false",
    skipRegionValidation: "true",
  });
});

check("the region: a network with a way out, a default group that is closed", () => {
  const inputs = (type: string, name: string) => found(type, `ec2-ap-northeast-1-${name}`).inputs;
  expect(inputs("Vpc", "network")).toEqual({
    cidrBlock: "10.200.0.0/16",
    enableDnsSupport: true,
    enableDnsHostnames: false,
    tags: marked("network"),
  });
  expect(inputs("DefaultSecurityGroup", "closed")).toEqual({
    vpcId: "ec2-ap-northeast-1-network-id",
    ingress: [],
    egress: [],
    tags: marked("closed"),
  });
  expect(inputs(":Route", "outward")).toEqual({
    routeTableId: "ec2-ap-northeast-1-routes-id",
    destinationCidrBlock: "0.0.0.0/0",
    gatewayId: "ec2-ap-northeast-1-gateway-id",
  });
  for (const [type, name] of [
    ["InternetGateway", "gateway"],
    [":RouteTable", "routes"],
  ] as const)
    expect(inputs(type, name)).toEqual({ vpcId: "ec2-ap-northeast-1-network-id", tags: marked(name) });
});

check("a host may let staff in by Session Manager, and nothing else", () => {
  const name = `classlab-${LAB_ID}-ap-northeast-1-hosts`;
  const { assumeRolePolicy, ...role } = found("iam/role:Role", "ec2-ap-northeast-1-role").inputs;
  expect(role).toEqual({ name, tags: marked("hosts") });
  expect(JSON.parse(String(assumeRolePolicy))).toEqual({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
  });
  expect(found("InstanceProfile", "ec2-ap-northeast-1-profile").inputs).toEqual({
    name,
    role: name,
    tags: marked("hosts"),
  });
  const { inputs } = found("RolePolicy", "ec2-ap-northeast-1-policy");
  expect(inputs.role).toBe("ec2-ap-northeast-1-role-id");
  expect(JSON.parse(String(inputs.policy))).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: [
          "ssm:UpdateInstanceInformation",
          "ssmmessages:CreateControlChannel",
          "ssmmessages:CreateDataChannel",
          "ssmmessages:OpenControlChannel",
          "ssmmessages:OpenDataChannel",
        ],
        Resource: "*",
      },
    ],
  });
});

check("the image and the zone are kept as they were first found", () => {
  const kept = found("Stash", "aws-choice");
  expect(kept.inputs).toEqual({
    input: { image: `ami of ${IMAGE_PARAMETER}`, zone: "ap-northeast-1a", metal: false },
  });
  expect(kept.ignoreChanges).toEqual(["input"]);
});

check("a machine: nested, encrypted, without a token for guests, protected", () => {
  const { userData, ...inputs } = machine().inputs;
  expect(inputs).toEqual({
    ami: `ami of ${IMAGE_PARAMETER}`,
    instanceType: "m8i.xlarge",
    cpuOptions: { nestedVirtualization: "enabled" },
    subnetId: "aws-team-02-subnet-id",
    vpcSecurityGroupIds: ["aws-team-02-firewall-id"],
    iamInstanceProfile: `classlab-${LAB_ID}-ap-northeast-1-hosts`,
    instanceInitiatedShutdownBehavior: "stop",
    metadataOptions: {
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
      instanceMetadataTags: "disabled",
    },
    rootBlockDevice: { volumeType: "gp3", volumeSize: 60, encrypted: true, deleteOnTermination: true },
    tags: marked("aws-team-02", "team-02"),
    volumeTags: marked("aws-team-02", "team-02"),
  });
  expect(isSecretInput(userData)).toBe(true);
  expect(machine().protect).toBe(true);
  expect(machine().ignoreChanges).toEqual(["userData"]);
  expect(machine().dependsOn).toEqual(
    expect.arrayContaining(["ec2-ap-northeast-1-outward", "aws-team-02-routing", "aws-team-02-outward"]),
  );
  const protectedOnes = engine.registrations.filter(({ protect }) => protect).map(({ name }) => name);
  expect(protectedOnes.sort()).toEqual(["aws-team-01-machine", "aws-team-02-machine"]);
});

check("its user data: root by the lab's key alone, and the host's own key made here", () => {
  const text = String(unsecret(machine().inputs.userData));
  expect(text.startsWith("#cloud-config\n")).toBe(true);
  const { ssh_keys: keys, ...config } = parse(text);
  expect(config).toEqual({
    hostname: "aws-team-02",
    preserve_hostname: false,
    manage_etc_hosts: "localhost",
    users: [{ name: "root", lock_passwd: true }],
    disable_root: false,
    ssh_authorized_keys: ["ssh-ed25519 AAAA classlab:lab/hosts"],
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh: { emit_keys_to_console: false },
    no_ssh_fingerprints: true,
    write_files: [
      {
        path: "/etc/ssh/sshd_config.d/40-classlab-logins.conf",
        permissions: "0644",
        content: "MaxStartups 100\n",
      },
    ],
  });
  expect(keys.ed25519_private).toMatch(PRIVATE_KEY);
  expect(found("RandomPassword", "aws-team-02-host-key").inputs).toEqual({ length: 48, special: false });
  const { known } = waitedFor(String(unsecret(found("local:Command", "aws-team-02-ready").inputs.stdin)));
  expect(`aws-team-02 ${keys.ed25519_public}`).toBe(`${known.trim()} aws-team-02`);
});

check("each team has a subnet by its slot, and only the allowed networks come in, by SSH", () => {
  expect(found("Subnet", "aws-team-02-subnet").inputs).toEqual({
    vpcId: "ec2-ap-northeast-1-network-id",
    cidrBlock: "10.200.0.64/26",
    availabilityZone: "ap-northeast-1a",
    mapPublicIpOnLaunch: false,
    tags: marked("aws-team-02", "team-02"),
  });
  const rules = engine.registrations.filter(({ type }) => type.endsWith("SecurityGroupIngressRule"));
  expect(rules.map(({ inputs: { tags: _tags, ...rule } }) => rule)).toEqual(
    ["aws-team-01", "aws-team-02"].flatMap((host) =>
      ALLOWED.map((cidrIpv4) => ({
        securityGroupId: `${host}-firewall-id`,
        cidrIpv4,
        ipProtocol: "tcp",
        fromPort: 22,
        toPort: 22,
      })),
    ),
  );
  for (const { name, inputs } of rules)
    expect(inputs.tags).toEqual(marked(name.slice(0, 11), name.slice(4, 11)));
  expect(found("RouteTableAssociation", "aws-team-02-routing").inputs).toEqual({
    routeTableId: "ec2-ap-northeast-1-routes-id",
    subnetId: "aws-team-02-subnet-id",
  });
  expect(found("SecurityGroupEgressRule", "aws-team-02-outward").inputs).toEqual({
    securityGroupId: "aws-team-02-firewall-id",
    cidrIpv4: "0.0.0.0/0",
    ipProtocol: "-1",
    tags: marked("aws-team-02", "team-02"),
  });
  // No rule names another group, so that teams are kept apart.
  expect(found("SecurityGroup", "aws-team-02-firewall").inputs).toEqual({
    vpcId: "ec2-ap-northeast-1-network-id",
    description: "Host of team-02: SSH from the allowed networks",
    revokeRulesOnDelete: true,
    tags: marked("aws-team-02", "team-02"),
  });
});

check("its address stays, and it is waited for by its own key", () => {
  const address = found("Eip", "aws-team-02-address");
  expect(address.inputs).toEqual({
    domain: "vpc",
    instance: "aws-team-02-machine-id",
    tags: marked("aws-team-02", "team-02"),
  });
  expect(address.dependsOn).toContain("ec2-ap-northeast-1-gateway");
  const ready = found("local:Command", "aws-team-02-ready");
  const { known, config, command, script } = waitedFor(String(unsecret(ready.inputs.stdin)));
  expect(known).toMatch(/^aws-team-02 ssh-ed25519 [A-Za-z0-9+/=]+\n$/);
  expect(config).toEqual(
    expect.arrayContaining([
      "HostName 198.51.100.19",
      "Port 22",
      "User root",
      "HostKeyAlias aws-team-02",
      "StrictHostKeyChecking yes",
      expect.stringMatching(/^IdentityFile "\$\{CLASSLAB_HOME\}\/keys\/lab\/hosts\.key"$/),
    ]),
  );
  expect(config.join("\n")).not.toContain("ProxyCommand");
  expect([command, script]).toEqual(["sh -s --", renderHostReady()]);
  expect(ready.inputs).toMatchObject(READY);
  expect(ready.inputs.triggers).toEqual(["aws-team-02-machine-id"]);
  expect(ready.deletedWith).toBe("aws-team-02-machine");
  expect(ready.createTimeout).toBe("1560s");
});

check(
  "Amazon's clock stops hosts when lessons end, starts them before, and stops whatever runs after the end",
  () => {
    const schedules = engine.registrations.filter(({ type }) => type.endsWith(":Schedule"));
    expect(
      schedules.map(({ inputs: { name, scheduleExpression, startDate, target } }) => [
        name,
        scheduleExpression,
        startDate,
        Reflect.get(Object(target), "arn"),
      ]),
    ).toEqual([
      [
        "stop-20270118T033000Z",
        "at(2027-01-18T03:30:00)",
        undefined,
        "arn:aws:scheduler:::aws-sdk:ec2:stopInstances",
      ],
      [
        "start-20270118T233000Z",
        "at(2027-01-18T23:30:00)",
        undefined,
        "arn:aws:scheduler:::aws-sdk:ec2:startInstances",
      ],
      [
        "stop-20270119T033000Z",
        "at(2027-01-19T03:30:00)",
        undefined,
        "arn:aws:scheduler:::aws-sdk:ec2:stopInstances",
      ],
      ["end", "rate(15 minutes)", "2027-01-19T09:00:00Z", "arn:aws:scheduler:::aws-sdk:ec2:stopInstances"],
    ]);
    for (const { inputs } of schedules) {
      expect(inputs).toMatchObject({
        groupName: `classlab-${LAB_ID}-ap-northeast-1`,
        scheduleExpressionTimezone: "UTC",
        flexibleTimeWindow: { mode: "OFF" },
        target: {
          roleArn: "arn of ec2-ap-northeast-1-clock-role",
          input: '{"InstanceIds":["aws-team-01-machine-id","aws-team-02-machine-id"]}',
          retryPolicy: { maximumRetryAttempts: 10, maximumEventAgeInSeconds: 3600 },
        },
      });
    }
  },
);

check("the clock's role: for its own group of schedules, and for this lab's machines only", () => {
  const title = `classlab-${LAB_ID}-ap-northeast-1`;
  expect(found("ScheduleGroup", "ec2-ap-northeast-1-clock-group").inputs).toEqual({
    name: title,
    tags: marked("clock"),
  });
  const { assumeRolePolicy, ...role } = found("iam/role:Role", "ec2-ap-northeast-1-clock-role").inputs;
  expect(role).toEqual({ name: `${title}-clock`, tags: marked("clock") });
  expect(JSON.parse(String(assumeRolePolicy))).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "scheduler.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: { ArnEquals: { "aws:SourceArn": "arn of ec2-ap-northeast-1-clock-group" } },
      },
    ],
  });
  const { policy, ...to } = found("RolePolicy", "ec2-ap-northeast-1-clock-policy").inputs;
  expect(to).toEqual({ role: "ec2-ap-northeast-1-clock-role-id" });
  expect(JSON.parse(String(policy))).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["ec2:StartInstances", "ec2:StopInstances"],
        Resource: "arn:aws:ec2:ap-northeast-1:*:instance/*",
        Condition: { StringEquals: { "aws:ResourceTag/classlab.id": LAB_ID } },
      },
    ],
  });
});

check("Amazon tells by mail what the lab's objects cost in a month, and what it foresees", () => {
  const told = (notificationType: string, threshold: number) => ({
    notificationType,
    threshold,
    thresholdType: "PERCENTAGE",
    comparisonOperator: "GREATER_THAN",
    subscriberEmailAddresses: BUDGET.emails,
  });
  expect(found("Budget", "ec2-budget").inputs).toEqual({
    name: `classlab-${LAB_ID}-lab`,
    budgetType: "COST",
    timeUnit: "MONTHLY",
    limitAmount: "300",
    limitUnit: "USD",
    costFilters: [{ name: "TagKeyValue", values: [`user:classlab.id$${LAB_ID}`] }],
    notifications: [told("ACTUAL", 50), told("ACTUAL", 80), told("ACTUAL", 100), told("FORECASTED", 100)],
    tags: marked("budget"),
  });
});

check("every object of Amazon's that takes tags carries the owner mark and when it should be gone", () => {
  const untagged = ["Route", "RouteTableAssociation", "RolePolicy", "Schedule"];
  for (const { type, name, inputs } of engine.registrations.filter((entry) =>
    entry.type.startsWith("aws:"),
  )) {
    const bare = untagged.includes(type.split(":").at(-1) ?? "");
    expect({ name, expires: Reflect.get(Object(inputs.tags), "classlab.expires") }).toEqual({
      name,
      expires: bare ? undefined : "2027-01-20T15:00:00.000Z",
    });
  }
});

test("each input and option of the cloud's, dropped or altered once, is found by one of these", () => {
  const show = (other: MockEngine) => {
    engine = other;
  };
  checks.expectEachFound(engine, "Amazon", show, 300);
}, 120_000);
