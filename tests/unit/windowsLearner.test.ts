import { learnerCalls } from "../../components/hosts/windows/learner";
import type { ModuleCall } from "../../components/hypervisors/hyperv/transport";
import { SSHD_CONFIG } from "../../components/hypervisors/libvirt/windows/calls";
import { CloudServer } from "../support/windows/learner";
import { answerOf } from "../support/windows/runner";
import { MARK } from "./libvirtLab";

// The module's own text, run on a model of Windows. Not proved: that Windows and its SSH server do as their pages say.

const KEY = "ssh-ed25519 AAAA classlab:lab/team-01";
const ADDRESSES = ["192.168.20.10", "192.168.20.11"];
const calls = (password = "Aa1aaaaaaaaaaa", addresses: readonly string[] = ADDRESSES) =>
  learnerCalls({ mark: MARK, publicKey: KEY, addresses }, password);
const SETTINGS = "C:\\ProgramData\\ssh\\sshd_config";
const KEYS = "C:\\ProgramData\\ssh\\learner_authorized_keys";

let server: CloudServer;
beforeEach(() => {
  server = new CloudServer();
  server.addServer("capability");
});

async function call({ function: name, data }: ModuleCall): Promise<unknown> {
  const sent = JSON.parse(JSON.stringify(data));
  return answerOf(server, { module: "learner", function: name, data: sent });
}
const apply = (...args: Parameters<typeof calls>) => call(calls(...args).apply);
async function remove(): Promise<unknown> {
  const { remove: made } = calls();
  if (!made) throw new Error("nothing removes it");
  return call(made);
}
const textOf = (file: string) => server.need(file).bytes.toString("utf8");

test("learners have an account for guests and desktop, which is no administrator's, and which the team's key alone opens", async () => {
  expect(await apply()).toEqual({ ok: true, value: { account: "learner" } });
  expect(server.descriptions.get("learner")).toBe("classlab lab 0123456789abcdef");
  expect([...server.groups.values()]).toEqual([["learner"], ["learner"]]);
  expect(server.members.some((name) => name.endsWith("learner"))).toBe(false);
  expect(textOf(KEYS)).toBe(`${KEY}\n`);
  expect(server.rightsOf(KEYS)).toBe("O:BAG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)");
  expect(server.remoteDesktop).toBe(true);
});

test("all that it may is to be led on to guests and desktop, and only what OpenSSH for Windows knows says so", async () => {
  await apply();
  const [common, own] = textOf(SETTINGS).split("\nMatch User learner\n");
  expect(common).toBe(SSHD_CONFIG);
  expect(own?.split("\n")).toEqual([
    "  AuthorizedKeysFile __PROGRAMDATA__/ssh/learner_authorized_keys",
    "  AllowTcpForwarding local",
    "  PermitOpen 127.0.0.1:3389 192.168.20.10:* 192.168.20.11:*",
    "  PermitListen none",
    "  AllowAgentForwarding no",
    "  PermitTTY no",
    "  ForceCommand cmd.exe /c exit 1",
    "",
  ]);
  await apply(undefined, []);
  expect(textOf(SETTINGS)).toContain("  PermitOpen 127.0.0.1:3389\n");
});

test("again it changes nothing: a password that learners chose stays, until the lab gives another", async () => {
  await apply();
  server.passwords.set("learner", "chosen");
  await apply();
  expect(server.passwords.get("learner")).toBe("chosen");
  expect([...server.groups.values()]).toEqual([["learner"], ["learner"]]);
  await apply("Bb2bbbbbbbbbbb");
  expect(server.passwords.get("learner")).toBe("Bb2bbbbbbbbbbb");
});

test("somebody else's account of the name stays as it is, and is told", async () => {
  server.users.push({ Name: "learner", SID: server.newSid() });
  for (const refused of [await apply(), await remove()])
    expect(refused).toMatchObject({
      ok: false,
      fault: { code: "object-in-the-way", what: "the account learner is not this lab's" },
    });
  expect(server.entry(KEYS)).toBeUndefined();
});

test("removed, it is gone with its key and the desktop, and nobody else's way in with it; again nothing is left to do", async () => {
  await apply();
  for (let time = 0; time < 2; time += 1)
    expect(await remove()).toEqual({ ok: true, value: { account: "" } });
  expect(server.users.map(({ Name }) => Name)).not.toContain("learner");
  expect(server.entry(KEYS)).toBeUndefined();
  expect(textOf(SETTINGS)).toBe(SSHD_CONFIG);
  expect(server.remoteDesktop).toBe(false);
});
