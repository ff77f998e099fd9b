import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderJumpScript } from "../../components/hosts/jumpScript";
import { output } from "../support/cli";
import { freePort } from "../support/freePort";
import { LearnerPc } from "../support/learnerPc";
import { StandInHost } from "../support/standInHost";
import { StandInInternet } from "../support/standInInternet";
import { SKIP_LIBVIRT } from "../support/testLab";

// The account by which learners go through a host in a cloud, on a Linux host with an SSH server of its own. What is a guest to them here is a web server at
// another address; guests are in clouds.test.ts. Not proved: that Ubuntu's image has the account's programs, and its SSH server's unit the name.
const suite = SKIP_LIBVIRT ? describe.skip : describe;

const MARK = { lab: "ijump", id: "0123456789abcdef", stack: "ijump-team-01", team: "team-01" };
const HOST = "aws-team-01";

suite("the account that learners go through", () => {
  const folder = mkdtempSync(join(tmpdir(), "classlab-jump-"));
  const learner = new LearnerPc();
  let internet: StandInInternet;
  let host: StandInHost;

  const script = (addresses: readonly string[]) =>
    renderJumpScript({
      mark: MARK,
      publicKey: readFileSync(join(folder, "key.pub"), "utf8").trim(),
      addresses,
    });
  const perform = (text: string, verb: "apply" | "remove") => host.run("sh", "-c", text, "sh", verb);
  const account = () => host.run("sh", "-c", "getent passwd learner || :");
  const opens = () => learner.page(HOST, "/");

  beforeAll(async () => {
    internet = await StandInInternet.start();
    host = await StandInHost.start();
    await output("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "ijump", "-f", join(folder, "key")]);
    writeFileSync(join(folder, "known"), `${HOST} ${host.hostKey}\n`);
    const config = [
      `Host ${HOST}`,
      `HostName ${StandInHost.address}`,
      "User learner",
      `HostKeyAlias ${HOST}`,
      `IdentityFile ${join(folder, "key")}`,
      `UserKnownHostsFile ${join(folder, "known")}`,
      "StrictHostKeyChecking yes",
      `LocalForward 127.0.0.1:0 ${StandInInternet.address}:80`,
    ];
    writeFileSync(join(folder, "config.posix"), `${config.join("\n")}\n`);
    learner.take(folder, await freePort());
  }, 120_000);

  afterAll(async () => {
    await host.stop();
    await internet.stop();
    rmSync(folder, { recursive: true, force: true });
    learner.dispose();
  }, 60_000);

  test("somebody else's account of the name stays as it is, and is told", async () => {
    await host.run("useradd", "--shell", "/bin/sh", "--comment", "of the image", "learner");
    await expect(perform(script([]), "apply")).rejects.toThrow("object-in-the-way: account learner");
    expect(await account()).toContain(":of the image:");
    await perform(script([]), "remove");
    expect(await account()).toContain(":of the image:");
    await host.run("userdel", "learner");
  }, 60_000);

  test("lets nobody in where the SSH server passes over its settings", async () => {
    await host.run("cp", "/etc/ssh/sshd_config", "/etc/ssh/kept");
    await host.run("sed", "-i", "/^Include/d", "/etc/ssh/sshd_config");
    await expect(perform(script([StandInInternet.address]), "apply")).rejects.toThrow("host-not-ready: ");
    await expect(opens()).rejects.toThrow();
    await host.run("mv", "/etc/ssh/kept", "/etc/ssh/sshd_config");
  }, 60_000);

  test("leads where it may and nowhere else, and again does the same", async () => {
    for (let time = 0; time < 2; time += 1) await perform(script([StandInInternet.address]), "apply");
    expect(await opens()).toContain("stand-in internet");
    const { code, stdout } = await learner.run("ssh", "-W", "127.0.0.1:22", HOST);
    expect([code === 0, stdout]).toEqual([false, ""]);
  }, 60_000);

  test("leads nowhere any more when it is told so, and is gone with all of it when it is removed", async () => {
    await perform(script([]), "apply");
    const { code, stdout } = await learner.run("ssh", "-W", `${StandInInternet.address}:80`, HOST);
    expect([code === 0, stdout]).toEqual([false, ""]);
    await perform(script([]), "remove");
    expect(await account()).toBe("");
    expect(await host.run("sh", "-c", "ls -d /home/learner /etc/ssh/sshd_config.d/* 2>/dev/null || :")).toBe(
      "",
    );
    await perform(script([]), "remove");
  }, 60_000);
});
