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
