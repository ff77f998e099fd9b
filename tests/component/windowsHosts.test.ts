import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deployAzure } from "../../components/hosts/azure";
import { deployEc2 } from "../../components/hosts/ec2";
import { HOST_STATE } from "../../components/hypervisors/hyperv/hostCalls";
import { readModuleFiles } from "../../components/hypervisors/hyperv/moduleFiles";
import { commandLine, renderPayload } from "../../components/hypervisors/hyperv/transport";
import { hiddenFromGuests } from "../../course/clouds/ownServices";
import { resourcesOf } from "../../course/resources";
import { deployHosts } from "../../stacks/hosts";
import { AZURE, amazonAnswers, cloudLab, EC2, PRIVATE_KEY, waitedFor } from "../support/cloudLabs";
import { HOSTS_KEY, useHostsKey } from "../support/hostsKey";
import { isSecretInput, MockEngine, type Registration, unsecret } from "../support/mocks";
import { planOf, ROOT } from "../unit/labs";

// Hosts with Windows, as far as they differ from those of ec2.test.ts and azure.test.ts. What these tests do not prove: that the clouds take it, and that Windows does
// what the script says; tests/integration/windowsCloud.test.ts runs it on a model.
const image = { source: "https://images.example/ubuntu.vhdx", sha256: "0".repeat(64) };
const windows = { os: "windows", target: "hyperv", disk: 120, machineImage: image };
const plan = planOf(
  "lab",
  cloudLab(
    [
      { ...EC2, ...windows },
      { ...AZURE, ...windows },
    ],
    ["team-01", { id: "team-02", host: "az" }],
  ),
);
const [unit] = plan.units;

useHostsKey();
let engine: MockEngine;
beforeAll(async () => {
  engine = await MockEngine.start({ preview: false, images: {}, answer: amazonAnswers });
  if (!unit) throw new Error("the plan has no unit");
  deployHosts({ plan, unit, labId: "0123456789abcdef" }, [deployEc2, deployAzure]);
  await engine.settle();
}, 120_000);

const found = (type: string, name: string): Registration => engine.find(type, name);
const script = readFileSync(join(ROOT, "components/hosts/windows/FirstBoot.ps1"), "utf8");

/** Files of an order, by name. */
function filesOf(order: string): Record<string, string> {
  const { files } = JSON.parse(Buffer.from(order, "base64").toString());
  return Object.fromEntries(files.map(({ name, text }: { name: string; text: string }) => [name, text]));
}

function expectFiles(order: string, host: string): void {
  const files = filesOf(order);
  expect(Object.keys(files)).toEqual([
    "administrators_authorized_keys",
    "ssh_host_ed25519_key",
    "ssh_host_ed25519_key.pub",
    "sshd_config",
  ]);
  expect(files.administrators_authorized_keys).toBe(`${HOSTS_KEY}\n`);
  expect(files.ssh_host_ed25519_key).toMatch(PRIVATE_KEY);
  const { known } = waitedFor(String(unsecret(found("local:Command", `${host}-ready`).inputs.stdin)));
  expect(`${host} ${files["ssh_host_ed25519_key.pub"]}`).toBe(`${known.trim()} ${host}\n`);
  for (const line of ["AuthenticationMethods publickey", "PasswordAuthentication no"])
    expect(files.sshd_config).toContain(`${line}\n`);
}

test("it registers what the plan lists, and nothing else", () => {
  const planned = (unit ? resourcesOf(plan, unit) : []).map(({ type, name }) => `${type} ${name}`);
  expect(engine.registrations.map(({ type, name }) => `${type} ${name}`).sort()).toEqual(
    planned.filter((title) => !/^pulumi:pulumi:Stack|^pulumi:providers:pulumi default$/.test(title)).sort(),
  );
});

test("on EC2 it begins with Amazon's Windows Server 2025, and with a script that has its keys: a secret as a whole", () => {
  const { ami, userData } = found("Instance", "aws-team-01-machine").inputs;
  expect(ami).toBe("ami of /aws/service/ami-windows-latest/Windows_Server-2025-English-Full-Base");
  expect(isSecretInput(userData)).toBe(true);
  const text = String(unsecret(userData));
  const order = /\[string\]\$Order = '([A-Za-z0-9+/=]+)'/.exec(text)?.[1] ?? "";
  expect(text).toBe(`<powershell>\n${script.replace("$Order = ''", `$Order = '${order}'`)}</powershell>\n`);
  expect(Buffer.byteLength(text)).toBeLessThan(16 * 1024);
  expectFiles(order, "aws-team-01");
});

test("on Azure its agent runs the script, whose failure is Azure's, and whose keys are a secret of Azure's and of the state", () => {
  const run = found("VirtualMachineRunCommandByVirtualMachine", "az-team-02-first-boot");
  const { protectedParameters, tags, ...inputs } = run.inputs;
  expect(inputs).toEqual({
    resourceGroupName: "classlab-0123456789abcdef-az-team-02",
    location: "japaneast",
    vmName: "az-team-02",
    runCommandName: "first-boot",
    source: { script },
    timeoutInSeconds: 1800,
    asyncExecution: false,
    treatFailureAsDeploymentFailure: true,
  });
  expect(tags).toEqual(found("VirtualMachine", "az-team-02-machine").inputs.tags);
  const plain = unsecret(protectedParameters);
  const [parameter] = Array.isArray(plain) ? plain.map((each: unknown) => Object(unsecret(each))) : [];
  expect(isSecretInput(protectedParameters) || isSecretInput(parameter.value)).toBe(true);
  expect(parameter.name).toBe("Order");
  expectFiles(String(unsecret(parameter.value)), "az-team-02");
  expect(run.deletedWith).toBe("az-team-02-machine");
  expect(run.ignoreChanges).toEqual(["source", "protectedParameters"]);
});

test("on Azure it begins with Windows Server 2025 and a password that nobody is told, and without user data", () => {
  const { storageProfile, osProfile } = found("VirtualMachine", "az-team-02-machine").inputs;
  expect(Object(storageProfile).imageReference).toEqual({
    publisher: "MicrosoftWindowsServer",
    offer: "WindowsServer",
    sku: "2025-datacenter-azure-edition",
    version: "latest",
  });
  const { adminPassword, ...profile } = Object(unsecret(osProfile));
  expect(profile).toEqual({
    computerName: "az-team-02",
    adminUsername: "classlab",
    windowsConfiguration: { provisionVMAgent: true },
  });
  expect(isSecretInput(osProfile) || isSecretInput(adminPassword)).toBe(true);
  // Three kinds of four at least, and 12 characters (learn.microsoft.com, "FAQ about Windows VMs").
  expect(found("RandomPassword", "az-team-02-password").inputs).toEqual({
    length: 32,
    minLower: 1,
    minUpper: 1,
    minNumeric: 1,
    minSpecial: 1,
  });
});

test.each([
  ["aws-team-01", "Administrator", undefined],
  ["az-team-02", "classlab", "az-team-02-first-boot"],
])("%s is ready when it answers in PowerShell, after its first boot", (host, user, after) => {
  const ready = found("local:Command", `${host}-ready`);
  const files = readModuleFiles(ROOT);
  const { config, command, script } = waitedFor(String(unsecret(ready.inputs.stdin)));
  expect(command).toBe(commandLine(files, "apply"));
  expect(script.trimEnd()).toBe(renderPayload(files, { apply: HOST_STATE }).trimEnd());
  expect(config).toEqual(expect.arrayContaining([`User ${user}`, "Port 22"]));
  if (after) expect(ready.dependsOn).toContain(after);
});

test("guests on Azure are kept from Azure's own services, those on EC2 need not be", () => {
  expect(plan.hosts.map(({ config }) => hiddenFromGuests(config))).toEqual([
    [],
    ["169.254.169.254", "168.63.129.16"],
  ]);
});
