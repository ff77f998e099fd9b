import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderJumpScript } from "../../components/hosts/jumpScript";
import { forwardsOf, renderSshConfig } from "../../course/clientFiles";
import { fingerprint, renderConnecting } from "../../course/connecting";
import { addressesBehind, isJumpHost } from "../../course/learnerAccess";
import type { HostPlan, TeamPlan } from "../../course/plan";
import { writeHandout } from "../../operations/handout";
import { prepareAccess } from "../../operations/hosts/access";
import { machinesOf } from "../../operations/hosts/machine";
import { cloudLab, EC2 } from "../support/cloudLabs";
import { planOf } from "./labs";
import { MARK } from "./libvirtLab";

// What these tests do not prove: that an SSH server takes the settings, and keeps learners to them; tests/integration/clouds.test.ts has one.

const HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILhdAnoEeHt8+5JgtZ4r0kY6HLaDm5EONCT7ySI64I0t";
const SWITCHES = {
  switches: [
    { name: "out", mode: "nat-network", subnet: "192.168.20.0/24" },
    { name: "in", mode: "internal" },
  ],
};
const farm = { kind: "nginx-farm", firstPort: 8001, count: 10 };
const GUESTS = {
  guests: [
    {
      name: "web",
      adapters: [{ switch: "in" }, { switch: "out" }],
      docker: [{ kind: "nginx", port: 80 }, farm],
    },
    { name: "shop", adapters: [{ switch: "out" }], docker: [farm] },
    { name: "alone", adapters: [{ switch: "in" }] },
  ],
};
const STANDING = {
  hosts: {
    "aws-team-01": { address: "198.51.100.7", port: 22, user: "root", hostKey: HOST_KEY, machine: "i-1" },
  },
};
const plan = planOf("lab", { ...cloudLab([EC2], 2), ...SWITCHES, ...GUESTS }, STANDING);
const [team, other] = plan.teams;
const hostOf = (each: TeamPlan | undefined): HostPlan => {
  const found = plan.hosts.find(({ name }) => name === each?.host);
  if (!found) throw new Error("no host");
  return found;
};
const guests = team?.guests ?? [];
const [web, shop] = guests.map(({ adapters }) => {
  const at = adapters.find(({ mode }) => mode === "nat-network");
  return at && at.mode !== "disabled" ? at.address : "";
});

test("a host in a cloud is what learners go through, and no other host", () => {
  expect(isJumpHost(hostOf(team))).toBe(true);
  const windows = planOf("lab", { ...cloudLab([{ ...EC2, os: "windows", target: "hyperv", disk: 120 }], 1) })
    .hosts[0];
  const room = planOf("lab", { guests: [{ name: "g", adapters: [{ switch: "lan" }] }] }).hosts[0];
  expect([windows, room].map((host) => host && isJumpHost(host))).toEqual([true, false]);
});

describe("the account on the host", () => {
  const text = renderJumpScript({
    mark: { ...MARK, team: "team-01" },
    publicKey: "ssh-ed25519 AAAA classlab:lab/team-01",
    addresses: team ? addressesBehind(team, hostOf(team)) : [],
  });

  test("leads to the guests that the host reaches, and to nothing else of them or of it", () => {
    expect(text).toContain(`  PermitOpen ${web}:* ${shop}:*\n  PermitListen none\n`);
    for (const line of ["AllowStreamLocalForwarding no", "PermitTTY no", "ForceCommand /usr/sbin/nologin"])
      expect(text).toContain(`\n  ${line}\n`);
    expect(text).toContain("'restrict,port-forwarding ssh-ed25519 AAAA classlab:lab/team-01'");
  });

  test("leads nowhere where the host reaches none of them", () => {
    expect(renderJumpScript({ mark: MARK, publicKey: "ssh-ed25519 AAAA", addresses: [] })).toContain(
      "  PermitOpen none\n",
    );
  });
});

test("services have ports of their own on the learner's PC, none of which needs an administrator", () => {
  const forwards = forwardsOf(guests, hostOf(team));
  expect(forwards[0]).toEqual({ guest: "web", stack: "nginx", port: 10080, address: web, guestPort: 80 });
  expect(
    forwards
      .filter(({ guest }) => guest === "web")
      .slice(1)
      .map(({ port }) => port),
  ).toEqual(Array.from({ length: 10 }, (_, index) => 8001 + index));
  // The second farm has the ports of the first.
  expect(forwards.filter(({ guest }) => guest === "shop").map(({ port }) => port)).toEqual(
    Array.from({ length: 10 }, (_, index) => 18001 + index),
  );
  expect(new Set(forwards.map(({ port }) => port)).size).toBe(forwards.length);
});

test("pages of a guest that is named as its host are told, too", () => {
  const named = guests.map((guest, index) => (index === 0 ? { ...guest, name: "aws-team-01" } : guest));
  if (!team) throw new Error("no team");
  const text = renderConnecting({ ...team, guests: named }, hostOf(team), {
    key: "k",
    knownHosts: "h",
    known: [],
  });
  expect(text).toContain("  http://localhost:10080/   aws-team-01, nginx\n");
  expect(text).toContain("  ssh -N aws-team-01-host\n");
});

test("the SSH file knows the host and goes on through it, on Windows by its own program", () => {
  const settings = { key: "~/.ssh/key", knownHosts: "~/.ssh/known" };
  const [posix, windows] = (["posix", "windows"] as const).map((system) =>
    renderSshConfig([guests[1] ?? fail()], hostOf(team), { ...settings, system }),
  );
  const known = (name: string) => [
    '  IdentityFile "~/.ssh/key"',
    "  IdentitiesOnly yes",
    `  HostKeyAlias ${name}`,
    '  UserKnownHostsFile "~/.ssh/known"',
    "  StrictHostKeyChecking yes",
  ];
  const forwards = Array.from(
    { length: 10 },
    (_, index) => `  LocalForward 127.0.0.1:${8001 + index} ${shop}:${8001 + index}`,
  );
  expect(posix?.split("\n")).toEqual([
    "Host aws-team-01",
    "  HostName 198.51.100.7",
    "  Port 22",
    '  User "learner"',
    ...forwards,
    ...known("aws-team-01"),
    "",
    "Host shop",
    `  HostName ${shop}`,
    "  Port 22",
    "  User ubuntu",
    "  ProxyJump aws-team-01",
    ...known("shop"),
    "",
  ]);
  expect(windows).toBe(
    posix
      ?.replace("ProxyJump aws", "ProxyCommand C:\\Windows\\System32\\OpenSSH\\ssh.exe -W [%h]:%p aws")
      .replaceAll("\n", "\r\n"),
  );
});

test("a fingerprint is as ssh-keygen shows it", () => {
  // echo "ssh-ed25519 …" | ssh-keygen -lf -
  expect(fingerprint(HOST_KEY)).toBe("SHA256:DabfOERwSa2B0MDNdbI0sVsqYAIbDBR3yx8XgDieup8");
});

describe("a team's folder", () => {
  const place = mkdtempSync(join(tmpdir(), "classlab-learner-"));
  const before = process.env.CLASSLAB_HOME;
  beforeAll(() => {
    process.env.CLASSLAB_HOME = join(place, "home");
    mkdirSync(join(place, "home/keys/lab"), { recursive: true });
    writeFileSync(join(place, "home/keys/lab/team-01"), "KEY\n");
    prepareAccess("lab", machinesOf(plan));
    writeFileSync(join(place, "home/ssh/lab.known_hosts"), "team-01-web ssh-ed25519 AAAAWEB\n");
  });
  afterAll(() => {
    if (before === undefined) delete process.env.CLASSLAB_HOME;
    else process.env.CLASSLAB_HOME = before;
    rmSync(place, { recursive: true });
  });
  const unasked = planOf("lab", { ...cloudLab([EC2], 2), ...SWITCHES, ...GUESTS });

  test("has what learners connect from home by, as soon as the host stands, and tells them how in both languages", () => {
    const [first, second] = writeHandout(unasked, join(place, "out"), []);
    const ssh = ["config", "config.posix", "classlab-lab-team-01.known_hosts", "connect.txt"];
    expect(first?.files.filter((name) => !name.includes("/"))).toEqual([...ssh, "classlab-lab-team-01"]);
    // Its host does not stand.
    expect(second?.files.filter((name) => !name.includes("/"))).toEqual([]);
    expect(other?.host).toBe("aws-team-02");
    const read = (name: string) => readFileSync(join(place, "out/team-01", name), "utf8");
    expect(read("config.posix")).toContain("  HostName 198.51.100.7\n");
    expect(read("classlab-lab-team-01.known_hosts")).toBe(
      `aws-team-01 ${HOST_KEY}\nweb ssh-ed25519 AAAAWEB\n`,
    );
    const connect = read("connect.txt");
    for (const line of [
      "  ssh web",
      "  ssh -N aws-team-01",
      "  http://localhost:10080/   web, nginx",
      "  http://localhost:8001/ … http://localhost:8010/   web, nginx-farm",
      `  aws-team-01   ${fingerprint(HOST_KEY)}`,
    ])
      expect(connect).toContain(`${line}\n`);
    // What nobody reaches is not offered.
    expect(connect).not.toContain("ssh alone");
  });

  test("has a file for the host's desktop and its password, where the host runs Windows", () => {
    const image = { source: "https://images.example/ubuntu.vhdx", sha256: "0".repeat(64) };
    const windows = { ...EC2, os: "windows", target: "hyperv", disk: 120, machineImage: image };
    const lab = planOf("lab", {
      ...cloudLab([windows], 1),
      ...SWITCHES,
      guests: [{ name: "web", adapters: [{ switch: "out" }] }],
    });
    writeFileSync(join(place, "home/keys/lab/aws-team-01.learner.password"), "Aa1aaaaaaaaaaa\n");
    const [first] = writeHandout(lab, join(place, "windows"), []);
    expect(first?.files).toContain("aws-team-01.rdp");
    const read = (name: string) => readFileSync(join(place, "windows/team-01", name));
    expect(read("aws-team-01.rdp").toString("utf16le").split("\r\n").slice(0, 2)).toEqual([
      "\ufefffull address:s:localhost:13389",
      "username:s:learner",
    ]);
    expect(read("connect.txt").toString()).toContain(
      "3. ホストの画面を開く。次のコマンドを実行したまま aws-team-01.rdp を開く（ユーザー learner、パスワード Aa1aaaaaaaaaaa）。\n",
    );
    expect(statSync(join(place, "windows/team-01/connect.txt")).mode & 0o777).toBe(0o600);
  });
});
