import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uuidOf } from "../../components/hypervisors/identity";
import { bridgeNameOf } from "../../components/hypervisors/libvirt/bridgeName";
import { renderNetwork, renderParking } from "../../components/hypervisors/libvirt/network";
import { poolMark, poolName } from "../../components/hypervisors/libvirt/pool";
import { FaultError } from "../../course/faults";
import { findMarked } from "../../operations/platforms";
import { libvirtPlatform, parseStates } from "../../operations/platforms/libvirt";
import { domainAdapters, networkAddress, networkBridge } from "../../operations/platforms/libvirt/domainXml";
import { libvirtSubnets } from "../../operations/platforms/libvirt/subnets";
import { StandInDocker } from "../support/standInDocker";
import { libvirtPlan, MARK, switchOf } from "./libvirtLab";

// What virsh itself prints is as libvirt 9.0 printed it; that a real one prints so is shown where real machines are made.

const PLAN = libvirtPlan();
const NAT = renderNetwork(switchOf(PLAN, "nat-network"), { mark: MARK, uplink: { kind: "lab-bridge" } });
const BRIDGE = bridgeNameOf(MARK, "lab-team-01-nat-network");
const PARKING = renderParking({ lab: MARK.lab, id: MARK.id, stack: "lab-site" });
const DEFAULT =
  "<network><name>default</name><bridge name='virbr0'/><ip address='192.168.122.1' netmask='255.255.255.0'/></network>";
const UUID = uuidOf(MARK, "domain", "lab-team-01-web");
const OURS = `<domain type='kvm' id='3'><name>lab-team-01-web</name><uuid>${UUID}</uuid><metadata>
<classlab:owner xmlns:classlab="urn:classlab:owner" classlab="lab" classlab.id="${MARK.id}" classlab.stack="lab-team-01" classlab.team="team-01"/></metadata>
<devices>
<interface type='network'><mac address='52:54:00:AA:00:01'/><source network='lab-team-01-nat-network' portid='x' bridge='cl-1'/><target dev='vnet0'/></interface>
<interface type='network'><mac address='52:54:00:aa:00:02'/><source network='lab_unplugged'/><link state='down'/></interface>
<interface type='network'><mac address='52:54:00:aa:00:03'/><source network='lab-lan'/><link state='down'/></interface>
<interface type='bridge'><mac address='52:54:00:aa:00:04'/><source bridge='br0'/></interface>
</devices></domain>`;
/** The same as it is defined: somebody gave it more memory and took its seed away. */
const DEFINED = `<domain type='kvm'><name>lab-team-01-web</name><uuid>${UUID}</uuid>
<memory unit='KiB'>2097152</memory><currentMemory unit='KiB'>1048576</currentMemory><vcpu placement='static'>2</vcpu>
<devices>
<disk type='file' device='disk'><source file='/pool/disk.qcow2'/><target dev='vda' bus='virtio'/></disk>
<disk type='file' device='cdrom'><target dev='sda' bus='sata'/></disk>
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
<channel type='unix'><target type='virtio' name='classlab.channel.0'/></channel>
<channel type='unix'><target type='virtio' name='classlab.channel.1'/></channel>
</devices></domain>`;
const FOREIGN = "<domain type='kvm'><name>their-own</name></domain>";

let folder: string;
const before = { PATH: process.env.PATH, FAKE: process.env.FAKE };

/** What the stand-in for virsh answers to the words of one command. */
function answer(words: string, text: string, code = 0): void {
  writeFileSync(join(folder, `${words.replaceAll("/", "_")}.out`), text);
  writeFileSync(join(folder, `${words.replaceAll("/", "_")}.code`), String(code));
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "classlab-virsh-"));
  mkdirSync(join(folder, "bin"));
  const virsh = join(folder, "bin", "virsh");
  // It was not taught: an error, so that no command is taken for harmless.
  writeFileSync(
    virsh,
    `#!/bin/sh
[ "$1 $2 $3" = "-q -c qemu:///system" ] || { echo "error: not taught: $*" >&2; exit 9; }
shift 3
# Several commands in one word, each word of theirs in quotes.
case $1 in
  '"echo"'*)
    printf '%s\\n' "$1" | sed 's/"; "/"\\n"/g' | while read -r line; do
      eval "set -- $line"
      if [ "$1" = echo ]; then printf %s "$2"; else "$0" -q -c qemu:///system "$@" || :; fi
    done
    exit 0 ;;
esac
printf '%s\\n' "$*" >>"$FAKE/asked"
file="$FAKE/$(printf %s "$*" | tr / _)"
[ -f "$file.out" ] || { echo "error: not taught: $*" >&2; exit 9; }
code=$(cat "$file.code")
if [ "$code" = 0 ]; then cat "$file.out"; else cat "$file.out" >&2; fi
exit "$code"
`,
  );
  chmodSync(virsh, 0o755);
  process.env.FAKE = folder;
  process.env.PATH = `${join(folder, "bin")}:${before.PATH}`;
  answer(
    "domstats --state",
    "Domain: 'lab-team-01-web'\n  state.state=1\n  state.reason=1\n\nDomain: 'their-own'\n  state.state=5\n  state.reason=0\n\n",
  );
  answer("dumpxml lab-team-01-web", OURS);
  answer("dumpxml lab-team-01-web --inactive", DEFINED);
  answer("snapshot-list lab-team-01-web --name", "snapshot1\nby-hand\n\n");
  answer("dumpxml their-own", FOREIGN);
  answer("net-list --name", "lab-team-01-nat-network\n\n");
  const iptables = join(folder, "bin", "iptables");
  writeFileSync(
    iptables,
    `#!/bin/sh\n[ "$*" = "-w -S FORWARD" ] || exit 9\ncat <<'RULES'\n-P FORWARD DROP\n-A FORWARD -j DOCKER-USER\n-A FORWARD -i ${BRIDGE} -o cl-lan -j ACCEPT\n-A FORWARD -i ${BRIDGE} -o br0 -j DROP\nRULES\n`,
  );
  chmodSync(iptables, 0o755);
  answer("net-list --all --name", "default\nlab-team-01-nat-network\nlab_unplugged\n\n");
  answer("net-dumpxml default", DEFAULT);
  answer("net-dumpxml lab-team-01-nat-network", NAT);
  answer("net-dumpxml lab_unplugged", PARKING);
  answer("pool-list --all --name", `default\n${poolName(MARK)}\n\n`);
  answer(
    `vol-list ${poolName(MARK)} --details`,
    ` lab-team-01-web-disk.qcow2   ${folder}/disk   file   10.00 GiB   196.00 KiB\n lab-team-01-web-seed.iso   ${folder}/seed   file   366.00 KiB   368.00 KiB\n`,
  );
  writeFileSync(join(folder, "disk"), "x".repeat(5000));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  process.env.PATH = before.PATH;
  if (before.FAKE === undefined) delete process.env.FAKE;
  else process.env.FAKE = before.FAKE;
});

const asked = () =>
  existsSync(join(folder, "asked")) ? readFileSync(join(folder, "asked"), "utf8").trim().split("\n") : [];

test("what carries the mark: domains with state and switches, networks, disks, the pool; nobody else's", async () => {
  const pool = { lab: "lab", id: MARK.id, stack: "" };
  expect(await libvirtPlatform.observe()).toEqual([
    {
      kind: "domain",
      id: UUID,
      name: "lab-team-01-web",
      mark: { lab: "lab", id: MARK.id, stack: "lab-team-01", team: "team-01" },
      created: "",
      state: "running",
      networks: { "lab-team-01-nat-network": "" },
      settings: {
        memory: "2048 MiB",
        processors: "2",
        "disk vda": "/pool/disk.qcow2",
        "disk sda": "nothing",
        "the management channel": "2 ports",
      },
      snapshots: ["snapshot1", "by-hand"],
    },
    {
      kind: "virtual network",
      id: "lab-team-01-nat-network",
      name: "lab-team-01-nat-network",
      mark: MARK,
      created: "",
      state: "active",
      ways: ["cl-lan"],
    },
    {
      kind: "virtual network",
      id: "lab_unplugged",
      name: "lab_unplugged",
      mark: { lab: "lab", id: MARK.id, stack: "lab-site" },
      created: "",
      state: "inactive",
      ways: [],
    },
    {
      kind: "virtual disk",
      id: "lab-team-01-web-disk.qcow2",
      name: "lab-team-01-web-disk.qcow2",
      mark: pool,
      created: "",
      bytes: 8192,
    },
    { kind: "storage pool", id: poolName(MARK), name: poolName(MARK), mark: pool, created: "" },
  ]);
});

test("for one lab, others' machines are asked for no more than whose they are", async () => {
  expect(await libvirtPlatform.observe("another")).toEqual([]);
  expect(asked()).not.toContain("snapshot-list lab-team-01-web --name");
  expect(asked()).not.toContain("dumpxml lab-team-01-web --inactive");
});

test("names reach libvirt as they are; one that fails otherwise than by having gone fails all", async () => {
  const name = "a \"b\" \\ 'c'; d";
  answer("domstats --state", `Domain: '${name}'\n  state.state=1\n`);
  answer(`dumpxml ${name}`, OURS);
  answer(`dumpxml ${name} --inactive`, DEFINED);
  answer(`snapshot-list ${name} --name`, "");
  expect(await libvirtPlatform.observe()).toContainEqual(expect.objectContaining({ kind: "domain", name }));
  answer("net-dumpxml default", "error: internal error: something else\n", 1);
  await expect(libvirtPlatform.observe()).rejects.toMatchObject({
    faults: [{ code: "engine-failed", what: "internal error: something else" }],
  });
});

test("a copy of one of ours has another's UUID; where the packet filter cannot be read nothing is said of it", async () => {
  const copy = OURS.replace(UUID, "0b7c1a52-93c1-4f0e-9d3e-2f6b1c0a9e11");
  answer("dumpxml lab-team-01-web", copy);
  writeFileSync(join(folder, "bin", "iptables"), "#!/bin/sh\nexit 4\n");
  const [domain, network] = await libvirtPlatform.observe();
  expect([domain?.id, domain?.copied]).toEqual(["0b7c1a52-93c1-4f0e-9d3e-2f6b1c0a9e11", true]);
  expect(network).not.toHaveProperty("ways");
});

test("guests by name: state, and the switches whose cable is in", async () => {
  const guests = await libvirtPlatform.guests(["lab-team-01-web", "lab-team-01-absent"]);
  expect([...guests.keys()]).toEqual(["lab-team-01-web"]);
  const guest = guests.get("lab-team-01-web");
  expect(guest?.state).toBe("running");
  expect([...(guest?.networks ?? [])]).toEqual([["lab-team-01-nat-network", { mac: "52:54:00:aa:00:01" }]]);
  expect(guest?.mark?.team).toBe("team-01");
});

test("one that goes between two looks is left out", async () => {
  answer("dumpxml lab-team-01-web", "error: failed to get domain 'lab-team-01-web'\n", 1);
  expect((await libvirtPlatform.observe()).map(({ kind }) => kind)).not.toContain("domain");
});

test("whose the names are, marked or not", async () => {
  const owners = await libvirtPlatform.owners(["domain", "virtual network", "virtual disk"]);
  expect([...(owners.get("domain") ?? [])]).toEqual([
    ["lab-team-01-web", MARK.id],
    ["their-own", ""],
  ]);
  expect([...(owners.get("virtual network") ?? [])]).toEqual([
    ["default", ""],
    ["lab-team-01-nat-network", MARK.id],
    ["lab_unplugged", MARK.id],
  ]);
  expect(owners.get("virtual disk")?.size).toBe(0);
});

test.each([
  [
    "error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory\n",
    "libvirt-not-running",
  ],
  ["error: internal error: something else\n", "engine-failed"],
  ["error: cannot write: No space left on device\n", "disk-full"],
])("libvirt's words %j are %s", async (words, code) => {
  answer("domstats --state", words, 1);
  await expect(libvirtPlatform.observe()).rejects.toMatchObject({ faults: [{ code }] });
});

let docker: StandInDocker | undefined;
afterEach(async () => {
  await docker?.stop();
  docker = undefined;
});

test("a libvirt that rests and has nothing of ours stops no look at other platforms; without virsh nothing is asked", async () => {
  answer("domstats --state", "error: failed to connect to the hypervisor\n", 1);
  docker = await StandInDocker.start();
  docker.lists({});
  const definitions = join(folder, "storage");
  mkdirSync(definitions);
  writeFileSync(join(definitions, "default.xml"), "");
  await expect(findMarked(undefined, [], { definitions })).resolves.toEqual([]);
  // One that has a lab of ours is missed.
  writeFileSync(join(definitions, `${poolName(MARK)}.xml`), "");
  await expect(findMarked(undefined, [], { definitions })).rejects.toMatchObject({
    faults: [{ code: "libvirt-not-running" }],
  });
  const ofLabs = { libvirt: "of-labs", definitions } as const;
  await expect(findMarked(undefined, [], ofLabs)).rejects.toBeInstanceOf(FaultError);
  rmSync(join(definitions, `${poolName(MARK)}.xml`));
  expect(asked()).toContain("domstats --state");
  rmSync(join(folder, "asked"));
  // A lab without guests there asks only where some lab has its pool, or where that cannot be seen.
  await expect(findMarked(undefined, [], ofLabs)).resolves.toEqual([]);
  expect(asked()).toEqual([]);
  await findMarked(undefined, [], { ...ofLabs, definitions: join(folder, "hidden") }).catch(() => []);
  expect(asked()).toContain("domstats --state");
  rmSync(join(folder, "asked"));
  process.env.PATH = join(folder, "empty");
  await expect(findMarked(undefined, [], { definitions })).resolves.toEqual([]);
  expect(asked()).toEqual([]);
});

describe("removing", () => {
  const object = (kind: "domain" | "virtual network" | "virtual disk" | "storage pool", name: string) => ({
    kind,
    id: name,
    name,
    mark: MARK,
    created: "",
  });

  test("a domain is switched off and forgotten, snapshots and all; its disk is another object", async () => {
    answer("destroy a", "");
    answer("undefine a --nvram --managed-save --snapshots-metadata", "");
    await libvirtPlatform.remove(object("domain", "a"));
    expect(asked()).toEqual(["destroy a", "undefine a --nvram --managed-save --snapshots-metadata"]);
  });

  test("what has gone is no error, what is refused is", async () => {
    answer("net-destroy n", "error: Requested operation is not valid: network is not active\n", 1);
    answer(
      "net-undefine n",
      "error: failed to get network 'n'\nerror: Network not found: no network with matching name 'n'\n",
      1,
    );
    await libvirtPlatform.remove(object("virtual network", "n"));
    answer("net-undefine n", "error: access denied\n", 1);
    await expect(libvirtPlatform.remove(object("virtual network", "n"))).rejects.toBeInstanceOf(FaultError);
  });

  test("the ways of a network through the packet filter go with it, nobody else's", async () => {
    answer("net-destroy n", "");
    answer("net-undefine n", "");
    const bridge = bridgeNameOf(MARK, "n");
    const rules = [
      `-A FORWARD -i ${bridge} -o cl-111111111111 -j ACCEPT`,
      `-A FORWARD -i cl-222222222222 -o ${bridge} -j ACCEPT`,
      "-A FORWARD -i cl-222222222222 -o cl-111111111111 -j ACCEPT",
      `-A FORWARD -i ${bridge} -j DROP`,
    ];
    writeFileSync(join(folder, "rules"), `-P FORWARD DROP\n${rules.join("\n")}\n`);
    writeFileSync(
      join(folder, "bin", "iptables"),
      `#!/bin/sh\n[ "$*" = "-w -S FORWARD" ] && exec cat "$FAKE/rules"\necho "$*" >>"$FAKE/filtered"\n`,
    );
    chmodSync(join(folder, "bin", "iptables"), 0o755);
    writeFileSync(join(folder, "bin", "sudo"), '#!/bin/sh\nshift\nexec "$@"\n');
    chmodSync(join(folder, "bin", "sudo"), 0o755);
    await libvirtPlatform.remove(object("virtual network", "n"));
    expect(readFileSync(join(folder, "filtered"), "utf8").split("\n").filter(Boolean)).toEqual([
      `-w -D FORWARD -i ${bridge} -o cl-111111111111 -j ACCEPT`,
      `-w -D FORWARD -i cl-222222222222 -o ${bridge} -j ACCEPT`,
    ]);
  });

  test("a disk goes out of the pool of its lab, by its mark", async () => {
    answer(`vol-delete d.qcow2 --pool ${poolName(MARK)}`, "");
    await libvirtPlatform.remove(object("virtual disk", "d.qcow2"));
    expect(asked()).toEqual([`vol-delete d.qcow2 --pool ${poolName(MARK)}`]);
  });

  test("a pool goes with all that is in it, and with its folder", async () => {
    for (const verb of ["pool-start", "pool-refresh", "pool-destroy", "pool-delete", "pool-undefine"])
      answer(`${verb} p`, "");
    answer("vol-list p", " a.qcow2   /x/a.qcow2\n seed of b.iso   /x/seed of b.iso\n");
    answer("vol-delete a.qcow2 --pool p", "");
    answer("vol-delete seed of b.iso --pool p", "");
    await libvirtPlatform.remove(object("storage pool", "p"));
    expect(asked()).toEqual([
      "pool-start p",
      "pool-refresh p",
      "vol-list p",
      "vol-delete a.qcow2 --pool p",
      "vol-delete seed of b.iso --pool p",
      "pool-destroy p",
      "pool-delete p",
      "pool-undefine p",
    ]);
  });
});

test.each([
  ["paused", "resume g"],
  ["shut off", "start g"],
  ["crashed", "start g"],
])("a guest that is %s: %s", async (state, command) => {
  answer("domstate g", `${state}\n\n`);
  answer(command, "");
  await libvirtPlatform.start("g");
  expect(asked()).toEqual(["domstate g", command]);
});

test("subnets in use, with whose they are; a network without an address of the host has none", async () => {
  answer("net-list --all --name", "lab-team-01-nat-network\nlab_unplugged\n");
  expect(await libvirtSubnets()).toEqual([
    {
      subnet: "192.168.20.0/24",
      user: 'libvirt network "lab-team-01-nat-network" of lab "lab"',
      own: { lab: "lab", id: MARK.id, objectName: "lab-team-01-nat-network" },
    },
  ]);
  answer("net-list --all --name", "error: failed to connect to the hypervisor\n", 1);
  expect(await libvirtSubnets()).toEqual([]);
});

test("what XML says", () => {
  expect(domainAdapters(OURS)).toEqual([
    { network: "lab-team-01-nat-network", mac: "52:54:00:aa:00:01", up: true },
    { network: "lab_unplugged", mac: "52:54:00:aa:00:02", up: false },
    { network: "lab-lan", mac: "52:54:00:aa:00:03", up: false },
  ]);
  expect(networkAddress(NAT)).toBe("192.168.20.1/24");
  expect(networkAddress(PARKING)).toBeUndefined();
  // As people write it by hand: with a mask.
  expect(networkAddress(DEFAULT)).toBe("192.168.122.1/24");
  expect(networkBridge(DEFAULT)).toBe("virbr0");
  expect(networkBridge("")).toBeUndefined();
});

test("a pool's name tells whose it is, and only ours does", () => {
  expect(poolMark(poolName({ lab: "a-b", id: MARK.id }))).toEqual({ lab: "a-b", id: MARK.id, stack: "" });
  for (const name of [
    "default",
    "classlab-",
    "classlab-xyz-lab",
    `classlab-${MARK.id}`,
    `my-classlab-${MARK.id}-lab`,
  ])
    expect(poolMark(name)).toBeUndefined();
});

test("states in words", () => {
  expect([
    ...parseStates(
      "Domain: 'a b'\n  state.state=3\nDomain: 'c'\n  state.state=6\nDomain: 'd'\n  state.state=99\n",
    ),
  ]).toEqual([
    ["a b", "paused"],
    ["c", "crashed"],
    ["d", "no state"],
  ]);
});
