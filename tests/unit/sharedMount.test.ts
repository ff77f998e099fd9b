import { renderSharedMount } from "../../components/hypervisors/libvirt/sharedMount";
import { checksOf } from "../../course/checks";
import { sharedFolderPlace } from "../../course/sharedFolder";
import type { PlatformGuest } from "../../operations/platforms/platform";
import { judge } from "../../operations/verify/judge";
import { parseFindings } from "../../operations/verify/probeResults";
import { renderProbes } from "../../operations/verify/probeScript";
import { execute } from "../support/cli";
import { planOf } from "./labs";
import { guestOf, libvirtPlan } from "./libvirtLab";
import { FakeShell, record, SHELLS } from "./shell";

// Not proved here: that a kernel mounts what a host shares; a guest was started for that by hand.

afterAll(() => FakeShell.disposeAll());

const PLAN = libvirtPlan();
const DESK = guestOf(PLAN, "desk");
const PLAIN = guestOf(PLAN, "plain");

test("where it is mounted: below the user's home", () => {
  expect(sharedFolderPlace({ mountPoint: "mnt-test" })).toBe("/home/ubuntu/mnt-test");
});

describe.each(SHELLS)("in the guest, by %s", (shell) => {
  let fake: FakeShell;
  beforeEach(() => {
    fake = new FakeShell("");
    for (const name of ["mount", "systemctl", "timeout"]) fake.program(name, record(name));
    fake.program("timeout", '#!/bin/sh\nshift\nexec "$@"\n');
    fake.program("mountpoint", '#!/bin/sh\n[ -e "$FAKE/mounted" ]\n');
    fake.write("root/etc/fstab", "LABEL=root / ext4 defaults 0 1\n");
  });
  const run = (guest = DESK, by: "virtiofs" | "9p" = "virtiofs") => {
    const done = fake.run(shell, `set -eu\n${renderSharedMount(guest, by)}`);
    expect([done.code, done.stderr]).toEqual([0, ""]);
    return done.calls.map((call) => call.replaceAll(`${fake.folder}/root`, ""));
  };
  const fstab = () => fake.read("root/etc/fstab").replaceAll(`${fake.folder}/root`, "");
  const LINE = "mount-test-win /home/ubuntu/mnt-test virtiofs defaults,nofail,x-classlab.shared 0 0\n";

  test("it is mounted now and at every start, in a folder of the user's, and once", () => {
    expect(run()).toEqual([
      "host systemctl|daemon-reload",
      "host install|-d|-m|755|-o|ubuntu|-g|ubuntu|/home/ubuntu/mnt-test",
      "host mount|/home/ubuntu/mnt-test",
    ]);
    expect(fstab()).toBe(`LABEL=root / ext4 defaults 0 1\n${LINE}`);
    fake.write("mounted", "");
    expect(run()).toEqual([]);
    expect(fstab()).toBe(`LABEL=root / ext4 defaults 0 1\n${LINE}`);
  });

  test("by 9p it is another line, in place of the one before", () => {
    run();
    run(DESK, "9p");
    expect(fstab()).toBe(
      "LABEL=root / ext4 defaults 0 1\nmount-test-win /home/ubuntu/mnt-test 9p trans=virtio,version=9p2000.L,msize=131072,nofail,x-classlab.shared 0 0\n",
    );
  });

  test("a folder that is shared no more leaves no line, and one that never was touches nothing", () => {
    run();
    expect(run(PLAIN)).toEqual(["host systemctl|daemon-reload"]);
    expect(fstab()).toBe("LABEL=root / ext4 defaults 0 1\n");
    expect(run(PLAIN)).toEqual([]);
  });

  test("one that cannot be mounted stops nothing: verify tells of it", () => {
    fake.program("mount", "#!/bin/sh\nexit 32\n");
    run();
    expect(fstab()).toContain(LINE);
  });
});

const ID = "shared-folder/team-01/desk";
const checks = checksOf(PLAN, undefined).filter(({ kind }) => kind === "shared-folder");
const [CHECK] = checks;
if (!CHECK) throw new Error("no check");

describe("verify", () => {
  test("looks into guests that share a folder, where the target mounts one", () => {
    expect(checks.map(({ id }) => id)).toEqual([ID, "shared-folder/team-02/desk"]);
    expect(CHECK.title).toBe(
      "the folder mount-test-win of its host is mounted in team-01/desk at /home/ubuntu/mnt-test",
    );
    const elsewhere = planOf("lab", { target: "virtualbox", guests: [{ name: "desk", sharedFolder: {} }] });
    expect(checksOf(elsewhere, undefined).filter(({ kind }) => kind === "shared-folder")).toEqual([]);
  });

  const told = async (name: string, place: string) => {
    const check = { ...CHECK, mount: { name, place } };
    const { stdout, stderr } = await execute("sh", ["-s"], { stdin: renderProbes([check], [], false) });
    expect(stderr).toBe("");
    return stdout.split("\n").filter((line) => line.startsWith("result"));
  };

  test("the prober reads what this machine has mounted: nothing, or something else", async () => {
    expect(await told("share", "/nowhere/at all")).toEqual([
      `result\t${ID}\tcontent\tnothing is mounted at /nowhere/at all`,
    ]);
    expect(await told("share", "/proc")).toEqual([
      `result\t${ID}\tcontent\tproc by proc is mounted at /proc`,
    ]);
  });

  const judged = (line: string) => {
    const seen: PlatformGuest = {
      state: "running",
      age: 1000,
      networks: new Map(),
      published: new Map(),
      mark: undefined,
    };
    const lines = [line, "end"].map((text) => ({ text, seconds: 1 }));
    return judge(
      {
        plan: PLAN,
        platform: new Map([["lab-team-01-desk", seen]]),
        probed: new Map([["team-01/desk", { findings: parseFindings(lines) }]]),
        notStarted: new Map(),
        logins: new Map(),
        opened: new Map(),
      },
      CHECK,
    );
  };

  test.each([
    ["ok", "mount-test-win by virtiofs is mounted at /home/ubuntu/mnt-test", { outcome: "as-expected" }],
    ["content", "nothing is mounted", { outcome: "not-as-expected", cause: "folder-not-mounted" }],
    ["silent", "cannot be read", { outcome: "not-as-expected", cause: "folder-not-mounted" }],
  ])("a guest that says %s", (how, what, verdict) => {
    expect(judged(`result\t${ID}\t${how}\t${what}`)).toMatchObject({ ...verdict, measured: what });
  });
});
