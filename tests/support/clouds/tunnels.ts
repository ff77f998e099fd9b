import { overlaps, parseSubnet } from "../../../course/network";
import { type CloudAccount, plainProps, shortType } from "./account";
import { type CloudObject, field } from "./kinds";

/** What a program of a cloud does: it says something, or leads to a place. */
export type Told =
  | { readonly said: string; readonly code: number }
  | {
      readonly address: string;
      readonly port: number;
      /** Why a connection ends at once, though the tunnel is there. */
      readonly fails?: string;
    };

const refused = (said: string): Told => ({ said, code: 254 });

/** Options of a command by name; undefined where a word is none. */
function optionsOf(words: readonly string[]): Record<string, string> | undefined {
  const entries: [string, string][] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [name = "", value] = words.slice(at, at + 2);
    if (!name.startsWith("--") || value === undefined) return undefined;
    entries.push([name.slice(2), value]);
  }
  return Object.fromEntries(entries);
}

const exactly = (options: object, ...names: string[]): boolean =>
  JSON.stringify(Object.keys(options).sort()) === JSON.stringify(names.sort());

const objects = (account: CloudAccount, type: string): CloudObject[] =>
  account.all.filter((object) => shortType(object.type) === type);

/** A session of Session Manager (AWS CLI Command Reference, start-session; Systems Manager User Guide, "Troubleshooting Session Manager"). */
function session(account: CloudAccount, address: string, options: Record<string, string>): Told {
  if (!exactly(options, "region", "target", "document-name", "parameters"))
    return refused("the stand-in was not taught these options of start-session");
  const { region, target, parameters, "document-name": document } = options;
  const port = /^portNumber=(\d+)$/.exec(parameters ?? "")?.[1];
  if (document !== "AWS-StartSSHSession" || port === undefined)
    return refused(`the stand-in was not taught document ${document} with ${parameters}`);
  const found = objects(account, "Instance").find((one) => one.id === target && one.region === region);
  const profile = objects(account, "InstanceProfile").find(
    ({ props }) => props.name === found?.props.iamInstanceProfile,
  );
  const policy = objects(account, "RolePolicy").find(({ props }) => props.role === profile?.props.role);
  const may = ["UpdateInstanceInformation", "CreateDataChannel", "OpenDataChannel"].every((action) =>
    String(policy?.props.policy).includes(action),
  );
  if (!found || !may || found.props.instanceState !== "running")
    return refused(
      `An error occurred (TargetNotConnected) when calling the StartSession operation: ${target} is not connected.`,
    );
  return { address, port: Number(port) };
}

/** A tunnel of Bastion (Azure CLI, az network bastion tunnel; learn.microsoft.com, "Connect to a VM using Bastion and a native client"). */
function bastion(account: CloudAccount, address: string, options: Record<string, string>): Told {
  const names = ["subscription", "resource-group", "name", "target-resource-id", "resource-port", "port"];
  if (!exactly(options, ...names))
    return refused("the stand-in was not taught these options of bastion tunnel");
  const gate = objects(account, "BastionHost").find(
    ({ props, id }) =>
      props.bastionHostName === options.name &&
      props.resourceGroupName === options["resource-group"] &&
      id.startsWith(`/subscriptions/${options.subscription}/`),
  );
  if (!gate) return refused("(ResourceNotFound) The Bastion Host was not found.");
  if (gate.props.enableTunneling !== true)
    return refused("Bastion Host SKU must be Standard or Premium and Native Client must be enabled.");
  const machine = objects(account, "VirtualMachine").find(({ id }) => id === options["target-resource-id"]);
  if (!machine) return refused("Please enter a valid resource ID.");
  const port = Number(options["resource-port"]);
  // The command listens first, and asks for the session when somebody connects (azext_bastion, tunnel.py).
  return letsIn(account, gate, machine, port)
    ? { address, port }
    : { address, port, fails: "Error opening tunnel: the target does not answer" };
}

/** Whether the rules of a machine's subnet let in what comes from Bastion's. */
function letsIn(account: CloudAccount, gate: CloudObject, machine: CloudObject, port: number): boolean {
  const [from] = [plainProps(gate.props).ipConfigurations].flat();
  const subnet = (id: unknown) => objects(account, "Subnet").find((object) => object.id === id);
  const source = parseSubnet(String(subnet(field(field(from, "subnet"), "id"))?.props.addressPrefix));
  const [adapter] = [field(machine.props.networkProfile, "networkInterfaces")].flat();
  const card = objects(account, "NetworkInterface").find(({ id }) => id === field(adapter, "id"));
  const [own] = [card?.props.ipConfigurations].flat();
  const group = field(subnet(field(field(own, "subnet"), "id"))?.props.networkSecurityGroup, "id");
  const firewall = objects(account, "NetworkSecurityGroup").find(({ id }) => id === group);
  const rules = [firewall?.props.securityRules]
    .flat()
    .sort((a, b) => Number(field(a, "priority")) - Number(field(b, "priority")));
  const first = rules.find((rule) => {
    const sources = [field(rule, "sourceAddressPrefixes") ?? field(rule, "sourceAddressPrefix")].flat();
    const ports = String(field(rule, "destinationPortRange"));
    return (
      (ports === "*" || ports === String(port)) &&
      sources.some((cidr) => cidr === "*" || overlaps(parseSubnet(String(cidr)), source))
    );
  });
  return field(first, "access") === "Allow";
}

/**
 * What a program of a cloud does in the account of the stand-in; what it was not taught it refuses.
 * @param address of the stand-in's machines
 * @param words the program and its arguments
 */
export function openTunnel(account: CloudAccount, address: string, words: readonly string[]): Told {
  const command = words.join(" ");
  if (command === "aws --version")
    return { said: "aws-cli/2.31.0 Python/3.13.7 Linux/6.1.0 exe/x86_64", code: 0 };
  if (command === "session-manager-plugin --version") return { said: "1.2.707.0", code: 0 };
  if (command === "az version") return { said: '{"azure-cli":"2.79.0"}', code: 0 };
  if (command === "az extension show --name bastion") return { said: '{"name":"bastion"}', code: 0 };
  const sessionOptions =
    words.slice(0, 3).join(" ") === "aws ssm start-session" ? optionsOf(words.slice(3)) : undefined;
  if (sessionOptions) return session(account, address, sessionOptions);
  const tunnelOptions =
    words.slice(0, 4).join(" ") === "az network bastion tunnel" ? optionsOf(words.slice(4)) : undefined;
  if (tunnelOptions) return bastion(account, address, tunnelOptions);
  return refused(`the stand-in was not taught: ${command}`);
}
