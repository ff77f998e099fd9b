import { readFileSync } from "node:fs";
import { join } from "node:path";
import { engineFault } from "../../operations/engineFault";
import { ROOT } from "./labs";

test("of the engine's transcript only the causes are told, each once, with the resource's name", () => {
  const text = `code: 255
 stdout: Updating (dev):
+  docker:index:Network lan-network creating (0s)
+  docker:index:Network lan-network creating (0s) error: network with name dev-lan already exists
+  docker:index:Network lan-network **creating failed** error: network with name dev-lan already exists
+  pulumi:pulumi:Stack classlab-dev creating (1s) error: update failed
Diagnostics:
  docker:index:Network (lan-network):
    error: network with name dev-lan already exists
error: update failed
err?: Error: Command failed with exit code 255: pulumi up --yes`;
  expect(engineFault("dev", new Error(text)).message).toBe(
    "stack dev: lan-network: network with name dev-lan already exists. Run the command again when the cause is mended: it goes on where it stopped. [engine-failed]",
  );
});

test("of a script that failed its own words are told, not how it was called", () => {
  const text = `code: 255
 stdout: Updating (dev):
+  command:local:Command team-01-g2-adapters creating (0s) error: exit status 1: running "sh -s -- apply":
+  command:local:Command team-01-g2-adapters **creating failed** error: exit status 1: running "sh -s -- apply":
Diagnostics:
  command:local:Command (team-01-g2-adapters):
    error: exit status 1: running "sh -s -- apply":
    Error response from daemon: Address already in use (192.168.99.99 on dev-lan is held by container other)
  pulumi:pulumi:Stack (classlab-dev):
    error: update failed
Resources:
    + 3 created
Duration: 3s
err?: Error: Command failed with exit code 255: pulumi up --yes`;
  expect(engineFault("dev", new Error(text)).faults).toMatchObject([
    {
      code: "engine-failed",
      what: "team-01-g2-adapters: Error response from daemon: Address already in use (192.168.99.99 on dev-lan is held by container other)",
    },
  ]);
});

test("ports of a farm that learners have: the first with who has it, and how many more", () => {
  const line = (port: number, who: string) =>
    `port-taken: port ${port} of web: ${who} has it, and it is not the lab's\n`;
  const told = (text: string) => engineFault("dev", new Error(`exit status 1: running sh:\n${text}`)).message;
  const fix =
    "Let the learners stop it, or give the farm another firstPort, and run the command again: all other ports of the farm answer. [port-taken]";
  const one = line(8010, "container mine");
  expect(told(one)).toBe(`port 8010 of web: container mine has it, and it is not the lab's. ${fix}`);
  // The engine says everything twice.
  expect(told(one + line(8011, "program perl") + one)).toBe(
    `port 8010 of web: container mine has it, and it is not the lab's; 1 more of the farm's ports is taken. ${fix}`,
  );
  expect(told(one + line(8011, "program perl") + line(8012, "program perl"))).toContain(
    "; 2 more of the farm's ports are taken. ",
  );
});

test("a lock is told with who holds it and since when", () => {
  const text =
    "error: the stack is currently locked by 1 lock(s). file:///state/.pulumi/locks/x.json: created by root@vm (pid 27178) at 2026-11-23T22:36:50Z";
  expect(engineFault("dev", text).message).toBe(
    "stack dev: another run holds it: root@vm, process 27178, since 2026-11-23T22:36:50Z. Wait for it to end, and run the command again. [stack-locked]",
  );
});

test("passwords that could not be changed: the guest by its command's line, the cause by the script's", () => {
  const text = `code: 255
 stdout: Updating (dev):
~  command:local:Command team-01-ubuntu-test1-docker-wordpress-files **updating failed** [diff: ~stdin]; error: exit status 1: running "docker exec -i dev-team-01-ubuntu-test1 sh -s --":
Diagnostics:
  command:local:Command (team-01-ubuntu-test1-docker-wordpress-files):
    error: exit status 1: running "docker exec -i dev-team-01-ubuntu-test1 sh -s --":
    rotate-failed: container wordpress-database: it does not run
error: update failed`;
  const expected = readFileSync(join(ROOT, "tests/fixtures/bad/rotate-failed.txt"), "utf8").trimEnd();
  expect(engineFault("dev", new Error(text)).message).toBe(expected);
  expect(engineFault("dev", "rotate-failed: container x: why").message).toContain(
    "stack dev: container x: why.",
  );
});

test("a libvirt that ended in the middle is told as such, whatever the steps say; and so is a subnet that it does not take", () => {
  const code = (text: string) => engineFault("lab", text).message;
  const silent =
    "this machine: libvirt does not answer (failed to connect to the hypervisor). Start it (sudo systemctl start libvirtd), or run classlab up, which installs and starts it; then run the command again: it goes on where it stopped. [libvirt-not-running]";
  expect(
    code(`    guest-not-ready: lab-team-01-web: it does not answer. Last lines of its console:
    error: failed to connect to the hypervisor`),
  ).toBe(silent);
  expect(code("    libvirt-not-answering: error: failed to connect to the hypervisor")).toBe(silent);
  expect(code("    subnet-in-use: lab-lan: its subnet is that of interface br0")).toBe(
    "network lab-lan: its subnet is that of interface br0. Expected a subnet that nothing else on the host uses. Give the switch another subnet, and the guests' addresses on it with it. [subnet-in-use]",
  );
});

describe("the passphrase, in the engine's own words", () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });
  const expected =
    "Expected the passphrase with which the lab was brought up. Restore it, or name the right file by PULUMI_CONFIG_PASSPHRASE_FILE, and run the command again. [passphrase-wrong]";

  test.each([
    [
      "failed to decrypt: incorrect passphrase, please set PULUMI_CONFIG_PASSPHRASE to the correct passphrase",
      "it does not open the secrets in the lab's state; nothing was changed.",
    ],
    [
      "constructing secrets manager: unable to read PULUMI_CONFIG_PASSPHRASE_FILE: open /kept/word: no such file or directory",
      "it cannot be read (no such file or directory), and the lab's state has secrets; nothing was changed.",
    ],
    [
      "passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
      "it is not set, and the lab's state has secrets; nothing was changed.",
    ],
  ])("%s", (words, what) => {
    delete process.env.PULUMI_CONFIG_PASSPHRASE;
    process.env.PULUMI_CONFIG_PASSPHRASE_FILE = "/kept/word";
    expect(engineFault("dev", new Error(`stderr: error: ${words}`)).message).toBe(
      `passphrase file /kept/word: ${what} ${expected}`,
    );
    process.env.PULUMI_CONFIG_PASSPHRASE = "";
    expect(engineFault("dev", words).message).toContain("PULUMI_CONFIG_PASSPHRASE: ");
  });
});

describe("a script that failed", () => {
  const transcript = (words: string) => `code: 255
 stdout: Updating (dev):
 +  command:local:Command team-01-web-docker-images creating (2s) error: exit status 1: running "sh -s --":
 +  command:local:Command team-01-web-docker-images **creating failed** error: exit status 1: running "sh -s --":
Diagnostics:
  command:local:Command (team-01-web-docker-images):
    error: exit status 1: running "sh -s --":
    ${words}

Resources:
    18 unchanged
error: update failed`;

  test("is told with its own words, not with its exit code alone", () => {
    expect(engineFault("dev", transcript("the guest's Docker does not take it")).message).toBe(
      "stack dev: team-01-web-docker-images: the guest's Docker does not take it. Run the command again when the cause is mended: it goes on where it stopped. [engine-failed]",
    );
  });

  test("on a host over SSH is told with its own words, too", () => {
    const remote = transcript("disk lab-web: it is damaged")
      .replaceAll("command:local:", "command:remote:")
      .replaceAll("exit status 1", "Process exited with status 1");
    expect(engineFault("dev", remote).message).toBe(
      "stack dev: team-01-web-docker-images: disk lab-web: it is damaged. Run the command again when the cause is mended: it goes on where it stopped. [engine-failed]",
    );
  });

  test.each([
    [
      "after 8 failed attempts: dial tcp 192.0.2.7:22: connect: connection refused",
      {
        code: "host-unreachable",
        where: "192.0.2.7:22",
        what: "it stopped answering in the middle of the run (dial tcp 192.0.2.7:22: connect: connection refused)",
      },
    ],
    [
      "after 8 failed attempts: ssh: handshake failed: ssh: host key mismatch",
      {
        code: "host-key-changed",
        where: "the lab's host",
        what: "in the middle of the run another machine answered there (ssh: handshake failed: ssh: host key mismatch)",
      },
    ],
  ])("for want of a host is told as that: %s", (words, fault) => {
    expect(engineFault("dev", transcript(words)).faults[0]).toMatchObject(fault);
  });

  test.each([
    ["ssh: connect to host 192.0.2.7 port 22: Connection refused", "host-unreachable"],
    ["Host key verification failed.", "host-key-changed"],
  ])("that OpenSSH took to a host in a cloud is told with its name: %s", (words, code) => {
    const line = `ssh -F \\"\${CLASSLAB_HOME}/ssh/lab.hosts\\" aws-team-01 'sh -s -- apply'`;
    const said = transcript(words)
      .replaceAll("exit status 1", "exit status 255")
      .replaceAll(/running "[^"\n]*"/g, () => `running "${line}"`);
    expect(said).toContain("exit status 255: running");
    expect(engineFault("dev", said).faults[0]).toMatchObject({ code, where: "host aws-team-01" });
  });

  test.each([
    [
      'error: cloud-type-unfit: host "aws": no zone of us-east-1 has m8i.xlarge. What there is: aws ec2 describe',
      {
        code: "cloud-type-unfit",
        where: "stack dev",
        what: 'host "aws": no zone of us-east-1 has m8i.xlarge',
        fix: "What there is: aws ec2 describe",
      },
    ],
    [
      "nested-impossible: the host's processor shows neither vmx nor svm",
      {
        code: "nested-impossible",
        where: "stack dev",
        what: "the host's processor shows neither vmx nor svm",
        fix: "Give the hosts another type, or have the cloud's support say why; then run the command again",
      },
    ],
  ])("of a cloud's host is told as that: %s", (words, fault) => {
    expect(engineFault("dev", transcript(words)).faults[0]).toEqual(fault);
  });

  test("for want of space is told as that", () => {
    const fault = engineFault("dev", transcript("write /data/tmp/layer.tar: no space left on device"));
    expect(fault.faults[0]).toMatchObject({
      code: "disk-full",
      where: "stack dev",
      what: "team-01-web-docker-images: write /data/tmp/layer.tar: no space left on device",
    });
  });
});
