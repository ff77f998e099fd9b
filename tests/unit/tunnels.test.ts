import { sshEntry } from "../../components/hosts/sshEntry";
import { guestAccess } from "../../course/access";
import { renderRdp, renderSshConfig } from "../../course/clientFiles";
import type { Tunnel } from "../../course/clouds/tunnel";
import { lastWord } from "../../operations/hosts/faults";
import { AZURE, cloudLab, EC2 } from "../support/cloudLabs";
import { planOf } from "./labs";

const REACHED = { address: "198.51.100.7", port: 22, user: "root", hostKey: "ssh-ed25519 AAAA" };
const MANAGER: Tunnel = { kind: "session-manager", region: "ap-northeast-1", machine: "i-0123456789abcdef0" };
const BASTION: Tunnel = {
  kind: "bastion",
  name: "bastion",
  group: "classlab-0123456789abcdef-japaneast",
  machine:
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/az-team-01",
};
const entry = (tunnel?: Tunnel) =>
  sshEntry(
    "host",
    { ...REACHED, ...(tunnel ? { tunnel } : {}) },
    { home: "/home/of lab", identityFile: "/key" },
  );

test("without a tunnel a host is reached at its address, and given ten seconds", () => {
  expect(entry()).not.toContain("ProxyCommand");
  expect(entry()).toContain("\n  ConnectTimeout 10");
});

test("through a tunnel the program of the cloud is what leads there; the host is known by the same key", () => {
  expect(entry(MANAGER)).toContain(
    "\n  ProxyCommand aws ssm start-session --region ap-northeast-1 --target i-0123456789abcdef0 --document-name AWS-StartSSHSession --parameters portNumber=22\n",
  );
  expect(entry(BASTION)).toContain(
    `\n  ProxyCommand node "/home/of lab/bastion-stream.mjs" az network bastion tunnel --subscription 11111111-1111-1111-1111-111111111111 --resource-group ${BASTION.kind === "bastion" ? BASTION.group : ""} --name bastion --target-resource-id ${BASTION.machine} --resource-port 22\n`,
  );
  for (const tunnel of [MANAGER, BASTION]) {
    expect(entry(tunnel)).toContain("\n  HostKeyAlias host\n");
    expect(entry(tunnel)).toContain("\n  ConnectTimeout 45");
  }
});

test.each([
  ["spawn az ENOENT\nkex_exchange_identification: Connection closed by remote host\n", "spawn az ENOENT"],
  ["not connected.\nConnection closed by UNKNOWN port 65535\n", "not connected."],
  ["Connection closed by UNKNOWN port 65535\n", "Connection closed by UNKNOWN port 65535"],
  [
    "ssh: connect to host 198.51.100.7 port 22: Connection refused",
    "ssh: connect to host 198.51.100.7 port 22: Connection refused",
  ],
  ["", ""],
])("the word that tells why there is no connection: %j", (said, word) => {
  expect(lastWord(said)).toBe(word);
});

test.each([
  ["EC2", { ...EC2, sessionManager: true, allowedCidrs: [] }, "aws-team-01", MANAGER],
  ["Azure", { ...AZURE, bastion: true, allowedCidrs: [] }, "az-team-01", BASTION],
] as const)(
  "client PCs of learners have no way to a host on %s that is closed, and no console by its address",
  (_cloud, pattern, name, tunnel) => {
    const standing = { [name]: { ...REACHED, machine: "m", tunnel } };
    const plan = planOf("lab", cloudLab([pattern], 1), { hosts: standing });
    const [host] = plan.hosts;
    const [team] = plan.teams;
    const [guest] = team?.guests ?? [];
    if (!host || !guest) throw new Error("the plan has no guest");
    expect(host.standing?.tunnel).toEqual(tunnel);
    for (const system of ["windows", "posix"] as const)
      expect(renderSshConfig([guest], host, { key: "~/.ssh/key", system })).toBe("");
    expect(renderRdp(host)).toBeUndefined();
    expect(guestAccess(guest, "libvirt", host).console).toBeUndefined();
  },
);

test("with networks that may come in learners have their way, though staff go another", () => {
  const standing = { "aws-team-01": { ...REACHED, machine: "m", tunnel: MANAGER } };
  const plan = planOf("lab", cloudLab([{ ...EC2, sessionManager: true }], 1), { hosts: standing });
  const [host] = plan.hosts;
  const config =
    host && renderSshConfig(plan.teams[0]?.guests ?? [], host, { key: "~/.ssh/key", system: "posix" });
  expect(config).toContain(`  HostName ${REACHED.address}\n`);
  expect(config).not.toContain("aws ssm");
});
