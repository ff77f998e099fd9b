import { readFileSync } from "node:fs";
import { join } from "node:path";
import { create } from "xmlbuilder2";
import type { ModuleCall } from "../../components/hypervisors/hyperv/transport";
import { macOf } from "../../components/hypervisors/identity";
import { SEED_BYTES } from "../../components/hypervisors/libvirt/pool";
import {
  ANSWER_FILE,
  firstPassword,
  renderAnswers,
} from "../../components/hypervisors/libvirt/windows/answers";
import { networkCall, readyCall } from "../../components/hypervisors/libvirt/windows/calls";
import { readSeedFiles } from "../../components/hypervisors/libvirt/windows/files";
import { renderWindowsSeed } from "../../components/hypervisors/libvirt/windows/seed";
import { sshKeyFromText } from "../../components/sshKey";
import type { GuestPlan } from "../../course/plan";
import { parsePowerShell } from "../powershell/parser";
import { KEY_FILE, Pc } from "../support/windows/pc";
import { pcMember } from "../support/windows/pcCmdlets";
import { PowerShell } from "../support/windows/powershell";
import { answerOf } from "../support/windows/runner";
import { isObject, toJson } from "../support/windows/values";
import { runGuestCmdlet, WindowsGuest } from "../support/windows/windowsGuest";
import { ROOT } from "./labs";
import { MARK } from "./libvirtLab";
import { windowsGuest, windowsPlan } from "./windowsLab";

// The answer file by Microsoft's reference; the order of the first start, and the module's own text, on models of Windows. Not proved: that Windows' Setup takes the
// file, that FirstStart.ps1 runs (it is parsed, and its calls are checked by powershellFiles.test.ts), and that Windows does as its pages say (docs/field-test.md).

const PLAN = windowsPlan();
const SERVER = windowsGuest(PLAN, "server");
const CLIENT = windowsGuest(PLAN, "client");
const HOST_KEY = sshKeyFromText("a seed", SERVER.objectName);
const KEY = sshKeyFromText("another seed", "classlab:lab/team-01").publicKey;
const FILES = readSeedFiles(ROOT);
const NETWORK = { mark: MARK, slot: 1, switches: PLAN.switches, dns: ["192.0.2.53"], roomDhcp: false };
const PASSWORDS = {
  "learner-1": "Aa1aaaaaaaaaaa",
  "learner-2": "Bb2bbbbbbbbbbb",
  "learner-3": "Cc3cccccccccccc",
};

describe("the answer file", () => {
  const xml = renderAnswers(SERVER, { hostKey: HOST_KEY });
  /** Texts of the elements of a name. */
  const each = (name: string) =>
    create(xml)
      .root()
      .filter(({ node }) => node.nodeName === name, false, true)
      .map(({ node }) => node.textContent ?? "");

  test("names the guest and its language by Windows' own words", () => {
    expect(each("ComputerName")).toEqual(["server"]);
    expect(each("TimeZone")).toEqual(["Tokyo Standard Time"]);
    expect([
      ...each("InputLocale"),
      ...each("SystemLocale"),
      ...each("UserLocale"),
      ...each("UILanguage"),
    ]).toEqual(["ja-JP", "ja-JP", "ja-JP", "ja-JP"]);
    expect(() => renderAnswers({ ...SERVER, timeZone: "Asia/Kabul" }, { hostKey: HOST_KEY })).toThrow(
      "time zone",
    );
    expect(() => renderAnswers({ ...SERVER, keyboard: "dk" }, { hostKey: HOST_KEY })).toThrow("keyboard");
  });

  test("has components of Windows on x86-64 in the passes that they are for, each with what every component says", () => {
    const passes = [...xml.matchAll(/<settings pass="(\w+)">([\s\S]*?)<\/settings>/g)].map(
      ([, pass, body = ""]) => [
        pass,
        [...body.matchAll(/<component name="([^"]+)"/g)].map(([, name]) => name),
      ],
    );
    expect(passes).toEqual([
      ["specialize", ["Microsoft-Windows-Shell-Setup"]],
      ["oobeSystem", ["Microsoft-Windows-International-Core", "Microsoft-Windows-Shell-Setup"]],
    ]);
    for (const [component] of xml.matchAll(/<component [^>]*>/g))
      expect(component).toMatch(
        /processorArchitecture="amd64" publicKeyToken="31bf3856ad364e35" language="neutral" versionScope="nonSxS"/,
      );
    // A list's entry without it is refused.
    expect(xml.match(/<(SynchronousCommand|LocalAccount) wcm:action="add">/g)).toHaveLength(2);
  });

  test("begins the first start once, as an administrator, with a command that is not too long", () => {
    const [command = ""] = each("CommandLine");
    expect(command).toMatch(/^powershell\.exe .*FirstStart\.ps1/);
    expect(command.length).toBeLessThan(1024);
    expect(each("LogonCount")).toEqual(["1"]);
    expect([...each("Username"), ...each("Group")]).toEqual(["classlab", "Administrators"]);
  });

  test("has one password, which no learner is given, tells nothing of the key, and is of three kinds of characters", () => {
    const password = firstPassword(HOST_KEY);
    expect(new Set(each("Value"))).toEqual(new Set([password]));
    expect(each("Value")).toHaveLength(3);
    expect(password).toMatch(/^Aa1-[0-9a-f]{24}$/);
    expect(firstPassword(sshKeyFromText("other", "g"))).not.toBe(password);
  });
});

describe("the seed", () => {
  const seed = renderWindowsSeed(SERVER, { hostKey: HOST_KEY, authorizedKey: KEY, files: FILES });

  test("has the answers, what the first start runs, and no key or password that stays", () => {
    expect(Object.keys(seed).sort()).toEqual(
      [
        ANSWER_FILE,
        "Classlab.Host.psm1",
        "FirstStart.ps1",
        "Keeper.cs",
        "KeeperProgram.cs",
        "order.json",
      ].sort(),
    );
    const text = Object.values(seed).join("\n");
    expect(text).not.toContain("PRIVATE KEY");
    expect(text.length).toBeLessThan(SEED_BYTES / 2);
    // All that the script looks for beside itself is there.
    for (const [, name = ""] of (seed["FirstStart.ps1"] ?? "").matchAll(/'([\w.]+\.(?:cs|psm1|json))'/g))
      expect(Object.keys(seed)).toContain(name);
  });

  test.each([
    [SERVER, true],
    [CLIENT, false],
  ])(
    "its order makes a new Windows one that lets the operator in, with Hyper-V where it is wanted",
    async (guest, hyperV) => {
      const text = renderWindowsSeed(guest, { hostKey: HOST_KEY, authorizedKey: KEY, files: FILES })[
        "order.json"
      ];
      const data: unknown = JSON.parse(text ?? "");
      if (!isObject(data)) throw new Error("no order");
      const pc = new Pc();
      pc.users.push({ Name: "classlab", SID: pc.newSid() });
      pc.members.push(`${pc.name}\\classlab`);
      const answer = await answerOf(pc, {
        module: "host",
        function: "Set-ClasslabEnrolment",
        data: { ...data },
      });
      expect(answer).toMatchObject({ ok: true, value: { rebootNeeded: hyperV } });
      expect(pc.letsIn(KEY)).toBe(true);
      expect(pc.services).toEqual([{ Name: "sshd", StartType: "Automatic", Status: "Running" }]);
      expect(pc.features.get("Microsoft-Hyper-V")).toBe(hyperV ? "EnablePending" : "Disabled");
      expect(pc.firewall.find(({ Name }) => Name === "classlab-ssh")?.made.remoteaddress).toEqual(["Any"]);
    },
  );
});

describe("the module in a guest", () => {
  const path = "components/hypervisors/libvirt/windows/guest/Classlab.Guest.psm1";
  const tree = parsePowerShell(readFileSync(join(ROOT, path), "utf8"));
  const macs = (guest: GuestPlan) =>
    guest.adapters.map((_, index) => macOf(guest, index, NETWORK).replaceAll(":", "-").toUpperCase());

  async function call(guest: WindowsGuest, { function: name, data }: ModuleCall): Promise<unknown> {
    const shell = new PowerShell(
      {
        cmdlet: (cmdlet, given) => runGuestCmdlet(guest, cmdlet, given),
        member: (type, member, args) => pcMember(guest, type, member, args),
      },
      { "env:programdata": "C:\\ProgramData" },
    );
    shell.load(await tree);
    const sent: unknown = JSON.parse(JSON.stringify(data));
    return toJson(shell.call("Invoke-ClasslabFunction", { Function: name, Data: sent, Rehearse: false }));
  }

  const ready = (passwords: Record<string, string> = PASSWORDS, nested = false) =>
    readyCall({ ...SERVER, nested }, { authorizedKey: KEY, hostKey: HOST_KEY, passwords });
  const textOf = (guest: WindowsGuest, file: string) => guest.need(file).bytes.toString("utf8");

  test("makes each learner an account with a password of its own, and takes the seed's away from all others", async () => {
    const guest = new WindowsGuest([]);
    expect(await call(guest, ready())).toEqual({ ok: true, value: { ready: true } });
    expect(Object.fromEntries(guest.passwords)).toMatchObject(PASSWORDS);
    expect([...guest.passwords.keys()].sort()).toEqual([
      "Administrator",
      "classlab",
      ...Object.keys(PASSWORDS),
    ]);
    expect(guest.passwords.get("classlab")).not.toBe(firstPassword(HOST_KEY));
    expect(guest.members.filter((name) => name.includes("learner")).length).toBe(3);
  });

  test("lets in the one key, by the host key that is known, and by no password", async () => {
    const guest = new WindowsGuest([]);
    await call(guest, ready());
    expect(textOf(guest, KEY_FILE)).toBe(`${KEY}\n`);
    expect(textOf(guest, "C:\\ProgramData\\ssh\\ssh_host_ed25519_key")).toBe(HOST_KEY.privateKey);
    expect(textOf(guest, "C:\\ProgramData\\ssh\\ssh_host_ed25519_key.pub")).toBe(`${HOST_KEY.publicKey}\n`);
    expect(textOf(guest, "C:\\ProgramData\\ssh\\sshd_config")).toContain("\nPasswordAuthentication no\n");
    for (const file of [KEY_FILE, "C:\\ProgramData\\ssh\\ssh_host_ed25519_key"])
      expect(guest.rightsOf(file)).toBe("O:BAG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)");
  });

  test("again it changes nothing but for what the lab changed: a learner's own password stays", async () => {
    const guest = new WindowsGuest([]);
    await call(guest, ready());
    expect(guest.restarts).toBe(1);
    guest.passwords.set("learner-1", "chosen");
    await call(guest, ready());
    expect([guest.passwords.get("learner-1"), guest.restarts]).toEqual(["chosen", 1]);
    await call(guest, ready({ ...PASSWORDS, "learner-1": "Dd4ddddddddddd" }));
    expect(guest.passwords.get("learner-1")).toBe("Dd4ddddddddddd");
  });

  test("is not ready before its first start is done, and not without the Hyper-V that was turned on", async () => {
    const guest = new WindowsGuest([]);
    expect(await call(guest, ready(PASSWORDS, true))).toMatchObject({
      ok: false,
      fault: { code: "guest-not-ready", what: expect.stringContaining("(service vmms)") },
    });
    expect(guest.passwords.size).toBe(0);
    guest.services.push({ Name: "vmms", StartType: "Automatic", Status: "Running" });
    expect(await call(guest, ready(PASSWORDS, true))).toMatchObject({ ok: true });
    guest.remove("C:\\ProgramData\\classlab\\started");
    expect(await call(guest, ready())).toMatchObject({ fault: { what: "its first start is not done" } });
  });

  test("sets each adapter by its MAC address: an address that stays, the way out, and nothing on no switch; again the same", async () => {
    const guest = new WindowsGuest(macs(SERVER));
    for (let time = 0; time < 2; time += 1)
      expect(await call(guest, networkCall(SERVER, NETWORK))).toEqual({
        ok: true,
        value: { adapters: true },
      });
    const [lan, inner] = SERVER.adapters;
    if (lan?.mode !== "bridged" || inner?.mode !== "internal") throw new Error("no adapters");
    expect(
      guest.cards.map(({ dhcp, addresses, gateway, dns }) => ({ dhcp, addresses, gateway, dns })),
    ).toEqual([
      { dhcp: false, addresses: [`${lan.address}/24`], gateway: lan.gateway, dns: ["192.0.2.53"] },
      { dhcp: false, addresses: [`${inner.address}/24`], gateway: "", dns: [] },
      { dhcp: false, addresses: [], gateway: "", dns: [] },
    ]);
  });

  test("leaves addresses to the room's DHCP where the plan does, and names a card that is not there", async () => {
    const guest = new WindowsGuest(macs(SERVER));
    await call(guest, networkCall(SERVER, { ...NETWORK, roomDhcp: true }));
    expect(guest.cards.map(({ dhcp }) => dhcp)).toEqual([true, false, false]);
    expect(await call(new WindowsGuest([]), networkCall(CLIENT, NETWORK))).toMatchObject({
      ok: false,
      fault: { code: "guest-not-ready", what: `it has no network card with the address ${macs(CLIENT)[0]}` },
    });
  });

  test("an account without a password is a defect, not an account without one", () => {
    expect(() => ready({})).toThrow("account learner-1 of lab-team-01-server has no password");
  });
});
