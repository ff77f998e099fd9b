import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { cloudYaml } from "../../components/hypervisors/libvirt/cloudYaml";
import { renderDomain } from "../../components/hypervisors/libvirt/domain";
import {
  networkFingerprint,
  renderNetplan,
  renderNetworkConfig,
} from "../../components/hypervisors/libvirt/networkConfig";
import {
  renderMetaData,
  renderSeed,
  renderUserData,
  SEED_LABEL,
  type SeedSettings,
} from "../../components/hypervisors/libvirt/seed";
import { sshKeyFromSeed } from "../../components/sshKey";
import type { GuestPlan } from "../../course/plan";
import { siteSettingsOf } from "../../course/siteSettings";
import { ROOT } from "./labs";
import {
  cloudConfigFaults,
  guestOf,
  KVM,
  libvirtPlan,
  MARK,
  NO_CLOUD_INIT,
  NO_NETPLAN,
  netplanFaults,
  testWith,
} from "./libvirtLab";

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUAAAA\n-----END CERTIFICATE-----\n";
const SITE = {
  site: {
    network: {
      dns: ["192.0.2.53", "192.0.2.54"],
      ntp: ["ntp.room.example"],
      proxy: { http: "http://proxy.room.example:3128", except: [".room.example"] },
      caCertificate: CERTIFICATE,
    },
  },
  registry: { mirror: "https://mirror.room.example:5000", caCertificate: CERTIFICATE },
};

const PLAN = libvirtPlan();
const PLAIN = guestOf(PLAN, "plain");
const DESK = guestOf(PLAN, "desk");
const ALONE = guestOf(PLAN, "alone");

const HOST_KEY = sshKeyFromSeed(Buffer.alloc(32, 7).toString("base64"), "plain");
const HASH =
  "$6$saltsaltsaltsalt$0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ./0123456789abcdefghijkl";

const SETTINGS: SeedSettings = {
  mark: MARK,
  slot: 1,
  switches: PLAN.switches,
  dns: [],
  roomDhcp: false,
  authorizedKeys: ["ssh-ed25519 AAAA team-01"],
  channelKeys: ["ssh-ed25519 BBBB operator"],
  passwordHash: HASH,
  hostKey: HOST_KEY,
};

const withSite = (plan: ReturnType<typeof libvirtPlan>): SeedSettings => {
  const site = siteSettingsOf(plan);
  return { ...SETTINGS, switches: plan.switches, ...(site ? { site } : {}), dns: ["192.0.2.53"] };
};

const expected = (file: string) => readFileSync(join(ROOT, "tests/unit/expected/libvirt", file), "utf8");
const userData = (guest: GuestPlan, settings = SETTINGS): Record<string, unknown> =>
  parse(renderUserData(guest, settings));
const networkOf = (guest: GuestPlan, more: object = {}) =>
  parse(renderNetworkConfig(guest, { ...SETTINGS, dns: [], ...more }));

describe("user-data", () => {
  test("a server, to the letter", () => {
    expect(renderUserData(PLAIN, SETTINGS)).toBe(expected("plain.user-data"));
  });

  test("a server in a room with proxy, authority, time servers and registry, to the letter", () => {
    const plan = libvirtPlan(SITE);
    expect(renderUserData(guestOf(plan, "plain"), withSite(plan))).toBe(expected("plain-in-room.user-data"));
  });

  test("begins with the line by which cloud-init knows it", () => {
    expect(renderUserData(ALONE, SETTINGS).split("\n")[0]).toBe("#cloud-config");
  });

  test("a desktop installs one, and what else is asked for", () => {
    expect(userData(DESK)).toMatchObject({
      package_update: true,
      packages: ["ubuntu-desktop-minimal", "spice-vdagent"],
    });
    expect(userData(DESK, { ...SETTINGS, packages: ["qemu-guest-agent"] }).packages).toEqual([
      "ubuntu-desktop-minimal",
      "spice-vdagent",
      "qemu-guest-agent",
    ]);
    expect(userData(PLAIN, { ...SETTINGS, packages: ["qemu-guest-agent"] })).toMatchObject({
      package_update: true,
      packages: ["qemu-guest-agent"],
    });
  });

  test("who may manage it, its keyboard, and that its network is the one that its first start sets", () => {
    const text = `${networkFingerprint(PLAIN, SETTINGS)}\n`;
    expect(userData(PLAIN).write_files).toEqual([
      {
        path: "/etc/classlab/channel_keys",
        content: "ssh-ed25519 BBBB operator\n",
        permissions: "0600",
      },
      {
        path: "/etc/default/keyboard",
        content: 'XKBMODEL="pc105"\nXKBLAYOUT="jp"\nXKBVARIANT=""\nXKBOPTIONS=""\n',
        permissions: "0644",
      },
      { path: "/etc/classlab/network.set", content: text, permissions: "0600" },
    ]);
    const moved = { ...PLAIN, adapters: [...PLAIN.adapters, { mode: "disabled" } as const] };
    expect(networkFingerprint(moved, SETTINGS)).not.toBe(networkFingerprint(PLAIN, SETTINGS));
  });

  test("nobody gets in by a password through SSH", () => {
    expect(userData(PLAIN)).toMatchObject({ ssh_pwauth: false, disable_root: true });
  });

  test.each(["secret", "", "$6$", "$1$salt$md5", "$6$salt$hash\nroot:", "x$6$salt$hash"])(
    "no hash, and the message does not show it: %j",
    (passwordHash) => {
      let message = "";
      try {
        renderUserData(PLAIN, { ...SETTINGS, passwordHash });
      } catch (error) {
        message = String(error);
      }
      expect(message).toBe("Error: the console password is to be given as a hash of crypt(5)");
    },
  );

  test("DNS servers of the room are in Docker's settings of a guest that gets out, and of no other", () => {
    const plan = libvirtPlan({
      ...SITE,
      guests: [
        { name: "out", adapters: [{ switch: "nat" }] },
        { name: "inside", adapters: [{ switch: "internal" }] },
      ],
    });
    const engine = (name: string) => {
      const files = userData(guestOf(plan, name), withSite(plan)).write_files;
      if (!Array.isArray(files)) throw new Error("no files");
      return JSON.parse(files.find(({ path }) => path === "/etc/docker/daemon.json").content).dns;
    };
    expect(engine("out")).toEqual(["192.0.2.53", "192.0.2.54"]);
    expect(engine("inside")).toBeUndefined();
  });

  testWith(NO_CLOUD_INIT, "cloud-init's schema takes a server in a room and a desktop", () => {
    const plan = libvirtPlan(SITE);
    expect(cloudConfigFaults(renderUserData(guestOf(plan, "plain"), withSite(plan)))).toBe("");
    expect(cloudConfigFaults(renderUserData(DESK, SETTINGS))).toBe("");
    expect(cloudConfigFaults(renderUserData(DESK, SETTINGS).replace("users:", "users: 7\nothers:"))).not.toBe(
      "",
    );
  });
});

describe("text for a reader of YAML 1.1", () => {
  test.each([
    "no",
    "on",
    "Yes",
    "~",
    "null",
    "0644",
    "1_000",
    "12:30:00",
    "52:54:00:12:34:56",
    "1.10",
    "",
    "=",
    "- a",
  ])("%j is quoted", (text) => {
    expect(cloudYaml({ key: text })).toBe(`key: "${text}"\n`);
  });

  test("numbers and truths are not, lines stay lines, long ones are not folded", () => {
    const long = "word ".repeat(60).trim();
    const value = { n: 2, t: true, text: "one\n\ttwo\n", list: [long, "last\nline"] };
    expect(cloudYaml(value)).toBe(
      `n: 2\nt: true\ntext: |\n  one\n  \ttwo\nlist:\n  - "${long}"\n  - |-\n    last\n    line\n`,
    );
    expect(parse(cloudYaml(value))).toEqual(value);
  });

  test("a list that occurs twice is written twice: no anchors", () => {
    const list = ["a"];
    expect(cloudYaml({ one: list, two: list })).toBe('one:\n  - "a"\ntwo:\n  - "a"\n');
  });
});

describe("network-config", () => {
  test("a guest with two networks and an adapter on none, to the letter", () => {
    expect(renderNetworkConfig(DESK, { ...SETTINGS, dns: [] })).toBe(expected("desk.network-config"));
  });

  testWith(NO_NETPLAN, "netplan takes those of all guests, in a room too", () => {
    const plan = libvirtPlan(SITE);
    const documents = plan.teams
      .flatMap((team) => team.guests)
      .flatMap((guest) =>
        [true, false].map((roomDhcp) =>
          renderNetworkConfig(guest, { ...SETTINGS, switches: plan.switches, roomDhcp, dns: ["192.0.2.53"] }),
        ),
      );
    expect(documents.map(netplanFaults)).toEqual(documents.map(() => ""));
    expect(netplanFaults("version: 2\nethernets: { eth0: { dhcp4: seven } }\n")).toContain(
      "invalid boolean value 'seven'",
    );
  });

  test("as a file of netplan it is the same, under its name and for systemd", () => {
    expect(parse(renderNetplan(DESK, SETTINGS))).toEqual({
      network: { renderer: "networkd", ...parse(renderNetworkConfig(DESK, SETTINGS)) },
    });
  });

  test("its MAC addresses are those of the domain, in their order", () => {
    const { ethernets } = networkOf(DESK);
    const domain = [...renderDomain(DESK, KVM).matchAll(/<mac address="([^"]*)"/g)].map(([, mac]) => mac);
    expect(Object.keys(ethernets)).toEqual(["eth0", "eth1", "eth2"]);
    expect(["eth0", "eth1", "eth2"].map((name) => ethernets[name].match.macaddress)).toEqual(domain);
  });

  test("the room's name servers, where there are any", () => {
    expect(networkOf(PLAIN).ethernets.eth0.nameservers).toEqual({ addresses: ["192.168.99.1"] });
    expect(networkOf(PLAIN, { dns: ["192.0.2.53"] }).ethernets.eth0.nameservers).toEqual({
      addresses: ["192.0.2.53"],
    });
  });

  test("one way out: the first adapter whose mode has one, and a start waits for that alone", () => {
    const plan = libvirtPlan({
      guests: [
        { name: "many", adapters: ["host-only", "nat", "bridged"].map((name) => ({ switch: name })) },
        { name: "inside", adapters: [{ switch: "internal" }] },
      ],
    });
    const { ethernets } = networkOf(guestOf(plan, "many"));
    expect(ethernets.eth0).toMatchObject({ optional: true, addresses: ["192.168.56.10/24"] });
    expect(ethernets.eth1).toMatchObject({
      addresses: ["10.0.2.15/24"],
      routes: [{ to: "0.0.0.0/0", via: "10.0.2.1" }],
    });
    expect(ethernets.eth2).toMatchObject({ optional: true });
    for (const [name, key] of [
      ["eth0", "routes"],
      ["eth0", "nameservers"],
      ["eth1", "optional"],
      ["eth2", "routes"],
      ["eth2", "nameservers"],
    ] as const)
      expect(ethernets[name][key]).toBeUndefined();
    expect(networkOf(guestOf(plan, "inside")).ethernets.eth0).toEqual({
      match: { macaddress: expect.stringMatching(/^0a:/) },
      "set-name": "eth0",
      dhcp4: false,
      optional: true,
      addresses: ["192.168.100.10/24"],
    });
  });

  test("the room's DHCP server: on the classroom LAN alone, and for the way out only where it is one", () => {
    const plan = libvirtPlan({
      guests: [
        { name: "lan", adapters: [{ switch: "bridged" }, { switch: "vlan" }] },
        { name: "second", adapters: [{ switch: "nat" }, { switch: "bridged" }] },
      ],
    });
    const lan = networkOf(guestOf(plan, "lan"), { roomDhcp: true, dns: ["192.0.2.53"] }).ethernets;
    expect(lan.eth0).toEqual({
      match: lan.eth0.match,
      "set-name": "eth0",
      dhcp4: true,
      nameservers: { addresses: ["192.0.2.53"] },
    });
    expect(lan.eth1).toMatchObject({ dhcp4: false, addresses: ["192.168.110.10/24"] });
    expect(networkOf(guestOf(plan, "lan"), { roomDhcp: true }).ethernets.eth0).toEqual({
      match: lan.eth0.match,
      "set-name": "eth0",
      dhcp4: true,
    });
    const second = networkOf(guestOf(plan, "second"), { roomDhcp: true }).ethernets;
    expect(second.eth0).toMatchObject({ dhcp4: false, routes: [{ to: "0.0.0.0/0", via: "10.0.2.1" }] });
    expect(second.eth1).toEqual({
      match: second.eth1.match,
      "set-name": "eth1",
      optional: true,
      dhcp4: true,
      "dhcp4-overrides": { "use-routes": false, "use-dns": false },
    });
  });

  test("a guest without adapters has a document all the same: without one cloud-init would ask for DHCP", () => {
    expect(networkOf(ALONE)).toEqual({ version: 2, ethernets: {} });
  });

  test("a switch that is not the host's is an error that names it", () => {
    expect(() => renderNetworkConfig(PLAIN, { ...SETTINGS, dns: [], switches: [] })).toThrow(
      new Error("no switch lab-bridged among those of the guest's host"),
    );
  });
});

test("meta-data: a guest of another name on the platform is another instance", () => {
  const uuid = /<uuid>(.*)<\/uuid>/.exec(renderDomain(PLAIN, KVM))?.[1];
  expect(renderMetaData(PLAIN, SETTINGS)).toBe(
    `instance-id: "${uuid}"\nlocal-hostname: "plain"\ndsmode: "local"\n`,
  );
  expect(
    parse(renderMetaData({ ...PLAIN, objectName: "lab-team-01-copy" }, SETTINGS))["instance-id"],
  ).not.toBe(uuid);
});

test("a seed has three files, each with what its renderer gives", () => {
  const plan = libvirtPlan(SITE);
  const guest = guestOf(plan, "plain");
  const settings = withSite(plan);
  expect(renderSeed(guest, settings)).toEqual({
    "user-data": renderUserData(guest, settings),
    "meta-data": renderMetaData(guest, settings),
    "network-config": renderNetworkConfig(guest, settings),
  });
  expect(parse(renderSeed(guest, settings)["network-config"]).ethernets.eth0.nameservers).toEqual({
    addresses: ["192.0.2.53"],
  });
  expect(SEED_LABEL).toBe("cidata");
});
