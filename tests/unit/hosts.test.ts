import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderOnHost } from "../../components/hosts/onHost";
import { libvirtChannel } from "../../components/hypervisors/libvirt/channel";
import { parseLab } from "../../course/config";
import { formatFault } from "../../course/faults";
import { makePlan } from "../../course/plan";
import { resourcesOf } from "../../course/resources";
import {
  hostsConfig,
  prepareAccess,
  readHostsConfig,
  renderHostsConfig,
} from "../../operations/hosts/access";
import { connectionFault, hostKeyMissing } from "../../operations/hosts/faults";
import { machineOf, machinesOf, type RemoteMachine } from "../../operations/hosts/machine";
import { HOST_PARTS } from "../../operations/hosts/provide";
import { commandOn } from "../../operations/hosts/ssh";
import { ROOT } from "../support/cli";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEf6PqvlI6oXdQ9qOk9Sw32yIla9DhlKJMF6wjRNkEqQ";

/** A lab of one guest on a host over SSH. */
function planWith(host: object = {}) {
  const parsed = parseLab({
    target: "libvirt",
    hosts: [
      {
        kind: "existing",
        name: "rack",
        os: "linux",
        address: "192.0.2.7",
        hostKey: `${KEY} root@rack`,
        ...host,
      },
    ],
    switches: [{ name: "lan", mode: "bridged", subnet: "192.168.99.0/24" }],
    guests: [{ name: "web", adapters: [{ switch: "lan" }] }],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const planned = makePlan("lab", parsed.value);
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  return planned.value;
}

function machineWith(host: object = {}): RemoteMachine {
  const [machine] = machinesOf(planWith(host));
  if (!machine) throw new Error("there is no host");
  return machine;
}

test("a host over SSH: user, port and key as configured; the key's comment is no part of it", () => {
  expect(machineWith()).toEqual({
    name: "rack",
    lab: "lab",
    target: "libvirt",
    remote: {
      address: "192.0.2.7",
      port: 22,
      user: "classlab",
      hostKey: KEY,
      asRoot: "sudo -n ",
      system: "linux",
    },
  });
  expect(machineWith({ user: "root" }).remote.asRoot).toBe("");
  // Machines of VirtualBox are each user's own.
  expect(machineWith({ target: "virtualbox" }).remote.asRoot).toBe("");
  const { hosts } = planWith();
  expect(machineOf("lab", hosts[0])).toEqual(machineWith());
  expect(machineOf("lab", undefined)).toBeUndefined();
});

test("scripts for the host are remote, those of its guests run here", () => {
  const plan = planWith();
  const types = plan.units
    .flatMap((unit) => resourcesOf(plan, unit))
    .map(({ type, name }) => `${type} ${name}`);
  expect(types.filter((text) => text.startsWith("command:"))).toEqual(
    expect.arrayContaining([
      "command:remote:Command team-01-web-disk",
      "command:remote:Command team-01-web-machine",
      "command:remote:Command team-01-web-ready",
      "command:remote:Command team-01-web-adapters",
      "command:local:Command team-01-web-docker-images",
    ]),
  );
});

test("the configuration for SSH knows each host by its key alone", () => {
  const own = { ...machineWith({ user: "root", port: 2222 }), name: "a" };
  const theirs = { ...machineWith({ identityFile: "/home/staff/.ssh/id" }), name: "b" };
  const rsa = { ...machineWith({ hostKey: "ssh-rsa AAAAB3Nz" }), name: "c" };
  const { config, known } = renderHostsConfig([own, theirs, rsa], "/home/known", "/home/own key");
  expect(known).toBe(`a ${KEY}\nb ${KEY}\nc ssh-rsa AAAAB3Nz\n`);
  expect(config.split("\n\n")[0]).toBe(
    [
      "Host a",
      "  HostName 192.0.2.7",
      "  Port 2222",
      "  User root",
      "  HostKeyAlias a",
      "  HostKeyAlgorithms ssh-ed25519",
      '  IdentityFile "/home/own key"',
      "  ConnectTimeout 10",
    ].join("\n"),
  );
  expect(config).toContain('  IdentityFile "/home/staff/.ssh/id"\n');
  expect(config).toContain("  HostKeyAlgorithms rsa-sha2-512,rsa-sha2-256\n");
  expect(config).toContain("  StrictHostKeyChecking yes\n");
  expect(config).toContain('  UserKnownHostsFile "/home/known"\n');
});

test("hosts that are written down stay so when others are, and are forgotten where those are all", () => {
  const home = mkdtempSync(join(tmpdir(), "classlab-home-"));
  const before = process.env.CLASSLAB_HOME;
  process.env.CLASSLAB_HOME = home;
  const at = (name: string, address: string) => ({
    name,
    lab: "lab",
    target: "libvirt" as const,
    remote: { system: "linux" as const, address, port: 22, user: "root", hostKey: KEY, asRoot: "" },
  });
  try {
    prepareAccess("lab", [at("a", "192.0.2.1"), at("b", "192.0.2.2")]);
    prepareAccess("lab", [at("b", "192.0.2.3"), at("c", "192.0.2.4")]);
    const written = () =>
      Object.fromEntries([...readHostsConfig("lab")].map(([name, { address }]) => [name, address]));
    expect(written()).toEqual({ a: "192.0.2.1", b: "192.0.2.3", c: "192.0.2.4" });
    const text = readFileSync(hostsConfig("lab"), "utf8");
    expect(text.match(/^Host .*$/gm)).toEqual(["Host a", "Host b", "Host c", "Host *"]);
    expect(readFileSync(`${hostsConfig("lab")}.known`, "utf8")).toBe(`a ${KEY}\nb ${KEY}\nc ${KEY}\n`);
    prepareAccess("lab", [at("c", "192.0.2.4")], true);
    expect(written()).toEqual({ c: "192.0.2.4" });
  } finally {
    if (before === undefined) delete process.env.CLASSLAB_HOME;
    else process.env.CLASSLAB_HOME = before;
    rmSync(home, { recursive: true });
  }
});

describe("the lab's own key", () => {
  let home: string;
  const before = process.env.CLASSLAB_HOME;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "classlab-hosts-"));
    process.env.CLASSLAB_HOME = home;
  });
  afterEach(() => {
    rmSync(home, { recursive: true });
    if (before === undefined) delete process.env.CLASSLAB_HOME;
    else process.env.CLASSLAB_HOME = before;
  });

  test("is made once, its owner's alone, and one that OpenSSH reads", () => {
    prepareAccess("lab", [machineWith()]);
    const file = join(home, "keys/lab/hosts.key");
    const line = readFileSync(`${file}.pub`, "utf8");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const told = execFileSync("ssh-keygen", ["-y", "-f", file], { encoding: "utf8" });
    expect(line.startsWith(told.split(" ").slice(0, 2).join(" "))).toBe(true);
    expect(line.trim().endsWith(" classlab:lab/hosts")).toBe(true);
    const made = readFileSync(file, "utf8");
    prepareAccess("lab", [machineWith()]);
    expect(readFileSync(file, "utf8")).toBe(made);
  });

  test("a lab without such hosts has none, and a host without its key is told before anything is written", () => {
    prepareAccess("lab", []);
    const { hostKey: _none, ...remote } = machineWith().remote;
    expect(() => prepareAccess("lab", [{ ...machineWith(), remote }])).toThrow("[host-key-missing]");
    expect(existsSync(join(home, "keys"))).toBe(false);
  });
});

test("a host without a key: how to read it, from here and there", () => {
  expect(formatFault(hostKeyMissing(machineWith({ port: 2222 })))).toBe(
    "host rack (classlab@192.0.2.7, port 2222): its hostKey is not configured, so that nobody could tell it from another machine at its address. Expected hostKey: ssh-ed25519 AAAA…, the host's public key. Run ssh-keyscan -t ed25519 -p 2222 192.0.2.7, compare the key with the host's own (on the host itself, cat /etc/ssh/ssh_host_ed25519_key.pub), and write it without the name before it.",
  );
});

test.each([
  ["ssh: connect to host 192.0.2.7 port 22: Connection refused", 255, "host-unreachable"],
  ["ssh: connect to host 192.0.2.7 port 22: No route to host", 255, "host-unreachable"],
  ["ssh: Could not resolve hostname rack.example: Name or service not known", 255, "host-unreachable"],
  ["kex_exchange_identification: Connection closed by remote host", 255, "host-unreachable"],
  ["", 255, "host-unreachable"],
  [
    "No ED25519 host key is known for rack and you have requested strict checking.\nHost key verification failed.",
    255,
    "host-key-changed",
  ],
  [
    "Unable to negotiate with 192.0.2.7 port 22: no matching host key type found. Their offer: ecdsa-sha2-nistp256",
    255,
    "host-key-changed",
  ],
  ["classlab@192.0.2.7: Permission denied (publickey).", 255, "host-access-denied"],
  ["sudo: a password is required", 1, "host-access-denied"],
  ["error: failed to connect to the hypervisor", 1, undefined],
  ["something of a program that ends with 255", 255, undefined],
])("ssh's words %j with %d are %s", (words, code, cause) => {
  expect(connectionFault(machineWith(), code, words, "ssh-ed25519 AAAA classlab:lab/hosts")?.code).toBe(
    cause,
  );
});

test("who is not let in is told the line that opens the host, or whose key it was", () => {
  const words = "classlab@192.0.2.7: Permission denied (publickey).";
  expect(connectionFault(machineWith(), 255, words, "ssh-ed25519 AAAA lab")?.fix).toBe(
    "Add this line to ~/.ssh/authorized_keys of classlab on the host: ssh-ed25519 AAAA lab",
  );
  const theirs = machineWith({ identityFile: "/home/staff/id" });
  expect(connectionFault(theirs, 255, words, undefined)?.fix).toBe(
    "Let the key of /home/staff/id in: ssh-copy-id -i /home/staff/id -p 22 classlab@192.0.2.7; it must have no passphrase",
  );
});

test("a command for a host is one word to its shell, by root", () => {
  const [program, ...args] = commandOn(machineWith(), ["sh", "-c", "echo 'a b'"]);
  expect([program, args[0], args.at(-2), args.at(-1)]).toEqual([
    "ssh",
    "-F",
    "rack",
    `sudo -n 'sh' '-c' 'echo '\\''a b'\\'''`,
  ]);
  expect(commandOn(undefined, ["sh", "-s"])).toEqual(["sh", "-s"]);
});

test("a guest's channel goes through its host, whose address is in no recorded input", () => {
  const [host] = planWith().hosts;
  const guest = { objectName: "lab-team-01-web", team: "team-01" };
  const [there, here] = [host, undefined].map((at) => libvirtChannel(guest, "lab", at));
  expect(there?.sshOpts).toContain(
    `ProxyCommand=ssh -F "\${CLASSLAB_HOME}/ssh/lab.hosts" rack sudo -n perl /var/lib/classlab/lab/channel.pl lab-team-01-web 60`,
  );
  expect(here?.sshOpts).toContain(`ProxyCommand=perl "\${CLASSLAB_HOME}/channel.pl" lab-team-01-web 60`);
  expect(JSON.stringify(there)).not.toContain("192.0.2.7");
});

test("a script on a guest's own host has key and client in a folder of its own, which goes with it however it ends", () => {
  const text = renderOnHost(
    { lab: "lab", team: "team-01", privateKey: "-----BEGIN\nsecret\n-----END\n" },
    'echo "$1 $CLASSLAB_HOME"\ncat "$CLASSLAB_HOME/keys/lab/team-01"\nreadlink "$CLASSLAB_HOME/channel.pl"\nstat -c %a "$CLASSLAB_HOME" "$CLASSLAB_HOME/keys/lab/team-01"\ncat\nexit "$2"\n',
  ).replace("/run/classlab.", `${tmpdir()}/classlab.`);
  for (const code of [0, 3]) {
    const ended = spawnSync("sh", ["-s", "--", "apply", String(code)], { input: text, encoding: "utf8" });
    expect(ended.status).toBe(code);
    const [first = "", ...rest] = ended.stdout.split("\n");
    expect(first).toMatch(/^apply \S+\/classlab\.\w{10}$/);
    expect(rest).toEqual([
      "-----BEGIN",
      "secret",
      "-----END",
      "/var/lib/classlab/lab/channel.pl",
      "700",
      "600",
      "",
    ]);
    expect(existsSync(first.split(" ")[1] ?? "")).toBe(false);
  }
});

test("packages for a host are set-up's, without what only images are made with", () => {
  const text = readFileSync(join(ROOT, "setup/libvirt.mjs"), "utf8");
  const parts = [...text.matchAll(/\{ name: "([^"]+)", programs: \[([^\]]+)\] \}/g)].map(
    ([, name = "", programs = ""]) =>
      [name, programs.split(", ").map((word) => word.replaceAll('"', ""))] as const,
  );
  const wanted = Object.fromEntries(parts.filter(([name]) => name !== "e2fsprogs"));
  // The way from a host into its guests.
  expect(HOST_PARTS).toEqual({ ...wanted, "openssh-client": ["ssh"] });
});
