import { RDP_ENCODING, renderRdp, renderSshConfig } from "../../course/clientFiles";
import type { GuestPlan, HostPlan, LabPlan } from "../../course/plan";
import { planOf, WINDOWS } from "./labs";

const SERVER = { ...WINDOWS, target: "virtualbox", address: "192.168.99.2", port: 2222, user: "山田 太郎" };

const plan = (access: "routed" | "published", host: object = SERVER) =>
  planOf("lab", {
    target: "virtualbox",
    access,
    hosts: [host],
    teams: 1,
    switches: [
      { name: "lan", mode: "bridged" },
      { name: "out", mode: "nat-network" },
      { name: "in", mode: "internal" },
      { name: "host", mode: "host-only" },
    ],
    guests: [
      { name: "ubuntu-test1", memory: 1024, adapters: [{ switch: "in" }, { switch: "lan" }] },
      { name: "behind", memory: 1024, adapters: [{ switch: "out" }] },
      { name: "alone", memory: 1024, adapters: [{ switch: "in" }] },
      { name: "beside", memory: 1024, adapters: [{ mode: "disabled" }, { switch: "host" }] },
    ],
  });

function parts(lab: LabPlan): { host: HostPlan; guests: readonly GuestPlan[] } {
  const [host] = lab.hosts;
  const [team] = lab.teams;
  if (!host || !team) throw new Error("the lab has a host and a team");
  return { host, guests: team.guests };
}

describe("the file for Remote Desktop", () => {
  test("names server and user, and shares the clipboard alone", () => {
    const text = renderRdp(parts(plan("routed")).host);
    expect(text?.split("\r\n")).toEqual([
      "\ufefffull address:s:192.168.99.2",
      "username:s:山田 太郎",
      "screen mode id:i:2",
      "dynamic resolution:i:1",
      "authentication level:i:2",
      "redirectclipboard:i:1",
      "redirectprinters:i:0",
      "drivestoredirect:s:",
      "keyboardhook:i:2",
      "",
    ]);
    expect(Buffer.from(text ?? "", RDP_ENCODING).subarray(0, 4)).toEqual(
      Buffer.from([0xff, 0xfe, 0x66, 0x00]),
    );
  });

  test("is there for Windows PCs of the room alone", () => {
    expect(
      renderRdp(parts(plan("routed", { ...SERVER, os: "linux", windows: undefined })).host),
    ).toBeUndefined();
    expect(renderRdp(parts(plan("routed", { kind: "this-machine", name: "here" })).host)).toBeUndefined();
  });

  test("no value can be another setting", () => {
    const { host } = parts(plan("routed", { ...SERVER, user: "a\r\nalternate shell:s:calc.exe" }));
    expect(() => renderRdp(host)).toThrow("a control character in");
  });
});

describe("the SSH file", () => {
  const KEY = "~/.ssh/classlab_lab_team-01";
  const common = [`  IdentityFile "${KEY}"`, "  IdentitiesOnly yes"];
  const server = ["Host pc", "  HostName 192.168.99.2", "  Port 2222", '  User "山田 太郎"', ...common];
  const bridged = ["Host ubuntu-test1", "  HostName 192.168.99.10", "  Port 22", "  User ubuntu", ...common];
  const through = "  ProxyCommand C:\\Windows\\System32\\OpenSSH\\ssh.exe -W [%h]:%p pc";
  const lines = (text: string) => text.split("\r\n\r\n").map((entry) => entry.trimEnd().split("\r\n"));

  test("reaches bridged guests directly, others through the server, and leaves out what nobody reaches", () => {
    const { host, guests } = parts(plan("routed"));
    expect(lines(renderSshConfig(guests, host, { key: KEY, system: "windows" }))).toEqual([
      server,
      bridged,
      ["Host beside", "  HostName 192.168.56.10", "  Port 22", "  User ubuntu", through, ...common],
    ]);
  });

  test("reaches guests behind NAT at the server's forwarded ports", () => {
    const { host, guests } = parts(plan("published"));
    const port = (name: string) => guests.find((guest) => guest.name === name)?.published[0]?.hostPort;
    const forwarded = (name: string) => [
      `Host ${name}`,
      "  HostName 127.0.0.1",
      `  Port ${port(name)}`,
      "  User ubuntu",
      through,
      ...common,
    ];
    expect(port("behind")).toBeGreaterThan(1023);
    expect(lines(renderSshConfig(guests, host, { key: KEY, system: "windows" }))).toEqual([
      server,
      bridged,
      forwarded("behind"),
      ["Host beside", "  HostName 192.168.56.10", "  Port 22", "  User ubuntu", through, ...common],
    ]);
  });

  test("has no server where this machine is it", () => {
    const { host, guests } = parts(plan("routed", { kind: "this-machine", name: "here" }));
    expect(lines(renderSshConfig(guests, host, { key: KEY, system: "windows" }))).toEqual([bridged]);
  });

  test("a guest keeps its name where the server has the same", () => {
    const { host, guests } = parts(plan("routed", { ...SERVER, name: "beside" }));
    const text = renderSshConfig(guests, host, { key: KEY, system: "windows" });
    expect(text.match(/^Host .*(?=\r$)/gm)).toEqual(["Host beside-host", "Host ubuntu-test1", "Host beside"]);
    expect(text).toContain("-W [%h]:%p beside-host\r\n");
  });

  test("no value can be another setting", () => {
    const { host, guests } = parts(plan("routed"));
    expect(() =>
      renderSshConfig(guests, host, { key: "~/.ssh/id\n  ProxyCommand calc.exe", system: "windows" }),
    ).toThrow("a control character in");
  });
});
