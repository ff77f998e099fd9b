import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderLines } from "../../components/hypervisors/virtualbox/instructions";
import { machineUuid } from "../../components/hypervisors/virtualbox/machine";
import { shutdownSteps, startSteps } from "../../components/hypervisors/virtualbox/power";
import { machineRemoval } from "../../components/hypervisors/virtualbox/removal";
import { restoreSteps } from "../../components/hypervisors/virtualbox/snapshots";
import type { Step } from "../../components/hypervisors/virtualbox/steps";
import { LINUX, MARK, RUNNER } from "./virtualBoxLab";

const UUID = machineUuid(MARK, "lab-team-01-g");

// A machine that runs needs the kernel module. This stand-in goes through the states that are told for it, one a question, and holds the machine
// as long as it tells a session, as VirtualBox does for a moment after the power is off.
const MANAGE = `#!/bin/sh
echo "$*" >> "$PLACE/calls"
case "$1 $2" in
  "list vms") [ ! -e "$PLACE/states" ] || echo '"lab-team-01-g" {${UUID}}' ;;
  "list dvds") ;;
  "showvminfo "*)
    state=$(head -n 1 "$PLACE/states")
    [ "$(wc -l < "$PLACE/states")" -le 1 ] || sed -i 1d "$PLACE/states"
    echo "VMState=\\"\${state% *}\\""
    echo 'SnapshotName="snapshot1"'
    [ "$state" = "\${state% held}" ] || echo 'SessionName="headless"' ;;
  "unregistervm "* | "snapshot "*)
    if grep -q held "$PLACE/states"; then echo "VBoxManage: error: locked" >&2; exit 1; fi
    [ "$1" = snapshot ] || rm "$PLACE/states" ;;
  "startvm "* | "controlvm "*) ;;
  *) exit 2 ;;
esac
`;

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "classlab-vbox-"));
  writeFileSync(join(place, "VBoxManage"), MANAGE, { mode: 0o755 });
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

/** @param states that the machine is in, one a question; none where it is not there */
function run(steps: readonly Step[], ...states: string[]) {
  if (states.length > 0) writeFileSync(join(place, "states"), states.map((state) => `${state}\n`).join(""));
  const { status, stderr } = spawnSync("sh", ["-c", RUNNER], {
    input: renderLines(steps),
    encoding: "utf8",
    env: { PATH: `${place}:/usr/bin:/bin`, PLACE: place, TMPDIR: place },
  });
  const calls = readFileSync(join(place, "calls"), "utf8").split("\n").slice(0, -1);
  return {
    code: status,
    stderr,
    did: calls.map((call) => call.replace(UUID, "UUID")).filter((call) => !/^(list|showvminfo) /.test(call)),
  };
}

const RUNNING = "running held";
const done = (...did: string[]) => ({ code: 0, stderr: "", did });

test("a machine is started once, and waited for", () => {
  expect(run(startSteps(UUID), "poweroff", "starting held", RUNNING)).toEqual(
    done("startvm UUID --type headless"),
  );
  expect(run(startSteps(UUID), RUNNING).did).toHaveLength(1);
});

test("a machine shuts down by itself, and is waited for until it is free", () => {
  expect(run(shutdownSteps(UUID), RUNNING, RUNNING, "poweroff held", "poweroff held", "poweroff")).toEqual(
    done("controlvm UUID acpipowerbutton"),
  );
});

test("a machine that is off is not shut down", () => {
  expect(run(shutdownSteps(UUID), "poweroff")).toEqual(done());
});

const removal = machineRemoval("lab-team-01-g", LINUX);

test("a machine that runs is cut off, and removed as soon as nothing holds it", () => {
  expect(run(removal, RUNNING, "stopping held", "poweroff held", "poweroff")).toEqual(
    done("controlvm UUID poweroff", "unregistervm UUID --delete"),
  );
});

test.each(["poweroff", "aborted", "saved"])("one that is %s is removed as it is", (state) => {
  expect(run(removal, state)).toEqual(done("unregistervm UUID --delete"));
});

test("one that is not there is not asked for", () => {
  expect(run(removal)).toEqual(done());
});

test("a machine that runs is cut off before it goes back to a snapshot", () => {
  expect(run(restoreSteps(UUID, "snapshot1"), RUNNING, RUNNING, "aborted held", "aborted")).toEqual(
    done("controlvm UUID poweroff", "snapshot UUID restore snapshot1"),
  );
});
