import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FaultError } from "../../course/faults";
import { type Acceleration, probeAcceleration } from "../../operations/acceleration";
import type { HostRun } from "../../operations/libvirt";
import { run } from "../../operations/process";
import { NO_QEMU, testWith } from "./libvirtLab";

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "classlab-kvm-"));
  chmodSync(place, 0o755);
  mkdirSync(join(place, "bin"));
  writeFileSync(join(place, "kvm"), "");
  processor("fpu vmx sse");
});
afterEach(() => rmSync(place, { recursive: true }));

/** The processor as the kernel shows it. */
function processor(flags: string): void {
  writeFileSync(join(place, "cpuinfo"), `processor\t: 0\nflags\t\t: ${flags}\n`);
}

function fake(name: string, script: string): void {
  writeFileSync(join(place, "bin", name), `#!/bin/sh\necho "${name} $*" >>"${place}/calls"\n${script}\n`, {
    mode: 0o755,
  });
}

/** A QEMU that says something and ends with a code; as the user of libvirt, and as root. */
function fakeQemu(script: string): void {
  writeFileSync(join(place, "bin/qemu-system-x86_64"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** A user of the machine, and whether sudo and libvirt's own user are there. */
function user(name: "root" | "ann", { sudo = false, libvirt = true } = {}): void {
  fake(
    "id",
    `case "$*" in
  -u) echo ${name === "root" ? 0 : 1000} ;;
  -un) echo ${name} ;;
  '-g libvirt-qemu') echo 107 ;;
  libvirt-qemu) exit ${libvirt ? 0 : 1} ;;
esac`,
  );
  fake("sudo", sudo ? 'shift; exec "$@"' : "exit 1");
  fake("setpriv", 'AS=libvirt-qemu; export AS; shift 3; exec "$@"');
}

const onHost: HostRun = (program, args, options) =>
  run(program, args, {
    ...options,
    env: { PATH: `${place}/bin:${process.env.PATH}` },
    ...(options?.stdin
      ? {
          stdin: options.stdin
            .replaceAll("/dev/kvm", `${place}/kvm`)
            .replaceAll("/proc/cpuinfo", `${place}/cpuinfo`),
        }
      : {}),
  });
const probe = () => probeAcceleration(onHost);
const reason = (found: Acceleration) => (found.kind === "tcg" ? found.reason : "kvm");
const calls = () => readFileSync(join(place, "calls"), "utf8").split("\n");

test("a guest that says what it should: KVM", async () => {
  user("root");
  fakeQemu("exit 43");
  expect(await probe()).toEqual({ kind: "kvm" });
  expect(calls().filter((call) => call.startsWith("setpriv"))).toEqual([
    expect.stringMatching(
      /^setpriv --reuid=libvirt-qemu --regid=107 --init-groups qemu-system-x86_64 -machine pc,accel=kvm -cpu host /,
    ),
  ]);
});

test.each([0, 1, 3, 41, 45])("one that ends with code %i in silence: none", async (code) => {
  user("root");
  fakeQemu(`exit ${code}`);
  expect(await probe()).toEqual({
    kind: "tcg",
    reason: `a guest that was started with KVM ended at once (QEMU ended with code ${code})`,
    fix: "Use a host whose KVM runs guests",
  });
});

test("one that is aborted: QEMU's own words, without its warnings", async () => {
  user("root");
  fakeQemu(
    "echo 'qemu-system-x86_64: warning: host lacks x' >&2; echo 'qemu-system-x86_64: error: failed to set MSR 0x10a to 0x69' >&2; echo 'kvm.c: Assertion' >&2; kill -ABRT $$",
  );
  expect(reason(await probe())).toBe(
    "a guest that was started with KVM ended at once (failed to set MSR 0x10a to 0x69)",
  );
});

test("one that hangs is ended", async () => {
  user("root");
  fake("timeout", 'echo "$1" >"$(dirname "$0")/../seconds"; exit 124');
  fakeQemu("exit 43");
  expect(reason(await probe())).toBe("a guest that was started with KVM gave no sign of life within 15 s");
  expect(readFileSync(join(place, "seconds"), "utf8")).toBe("15\n");
});

test("no device: nothing is started", async () => {
  user("root");
  rmSync(join(place, "kvm"));
  fakeQemu(`touch "${place}/started"; exit 43`);
  // The path of the device is this test's own.
  expect(reason(await probe())).toBe("there is no /dev/kvm");
  expect(existsSync(join(place, "started"))).toBe(false);
});

test.each(["vmx", "svm"])("a processor that shows %s: a guest is tried", async (flag) => {
  user("root");
  processor(`fpu ${flag}`);
  fakeQemu("exit 43");
  expect(await probe()).toEqual({ kind: "kvm" });
});

test("a processor that shows no virtualization: a KVM that works all the same interprets kernels, and is passed over", async () => {
  user("root");
  // Words that hold those of the flags are none.
  processor("fpu vmx_pin svm_lock hypervisor");
  fakeQemu(`touch "${place}/started"; exit 43`);
  expect(await probe()).toEqual({
    kind: "tcg",
    reason: expect.stringContaining("the processor shows no virtualization (vmx or svm)"),
    fix: "Switch virtualization on in the firmware, or nested virtualization where this host is a guest itself",
  });
  expect(existsSync(join(place, "started"))).toBe(false);
});

describe("a device that not all may use", () => {
  const DENIED = "echo 'Could not access KVM kernel module: Permission denied' >&2; exit 1";

  test("libvirt's user may not, root may: the command that lets him in", async () => {
    user("root");
    fakeQemu(`[ -z "$AS" ] && exit 43; ${DENIED}`);
    expect(await probe()).toEqual({
      kind: "tcg",
      reason: "libvirt-qemu may not use /dev/kvm",
      fix: "Run: sudo chgrp kvm /dev/kvm && sudo chmod 0660 /dev/kvm",
    });
  });

  test("libvirt's user may not, and it would be of no use: that is told", async () => {
    user("root");
    fakeQemu(`[ -z "$AS" ] && { echo 'error: no MSR' >&2; exit 1; }; ${DENIED}`);
    expect(reason(await probe())).toContain("(no MSR)");
  });

  test("not even root may", async () => {
    user("root");
    fakeQemu(DENIED);
    expect(await probe()).toMatchObject({
      reason: "root may not use /dev/kvm",
      fix: "Use a host whose KVM runs guests",
    });
  });

  test("another user tries as libvirt's user where sudo lets him", async () => {
    user("ann", { sudo: true });
    fakeQemu(`[ "$AS" = libvirt-qemu ] && exit 43; ${DENIED}`);
    expect(await probe()).toEqual({ kind: "kvm" });
  });

  test.each([
    ["without sudo", { sudo: false }],
    ["without libvirt's user", { sudo: true, libvirt: false }],
  ])("another user %s tries himself", async (_words, options) => {
    user("ann", options);
    fakeQemu(DENIED);
    expect(await probe()).toMatchObject({
      reason: "ann may not use /dev/kvm",
      fix: "Run: sudo usermod -aG kvm ann, and log in again",
    });
    fakeQemu("exit 43");
    expect(await probe()).toEqual({ kind: "kvm" });
  });
});

describe("what cannot be tried is no answer", () => {
  const faultOf = async (host: HostRun) => {
    const error: unknown = await probeAcceleration(host).catch((caught) => caught);
    if (!(error instanceof FaultError)) throw error;
    return error.faults[0];
  };

  test("without QEMU", async () => {
    const nowhere: HostRun = (program, args, options) =>
      onHost(program, args, { ...options, stdin: `command() { return 1; }\n${options?.stdin ?? ""}` });
    expect(await faultOf(nowhere)).toMatchObject({
      code: "environment-missing",
      what: "there is no qemu-system-x86_64 to try it with",
      fix: "Install the package qemu-system-x86",
    });
  });

  test("on a host that cannot be reached", async () => {
    const away: HostRun = async () => ({ code: 255, stdout: "", stderr: "ssh: no route to host\n" });
    expect(await faultOf(away)).toMatchObject({
      code: "environment-missing",
      what: "it cannot be tried: ssh: no route to host",
    });
  });
});

/** The same guest on QEMU's own processor. */
const emulated: HostRun = (program, args, options) =>
  onHost(program, args, {
    ...options,
    stdin: (options?.stdin ?? "").replace("accel=kvm", "accel=tcg").replace("-cpu host", "-cpu max"),
  });

testWith(
  NO_QEMU,
  "the guest itself speaks, on a processor that works, and does not on one without 64 bits",
  async () => {
    user("ann");
    expect(await probeAcceleration(emulated)).toEqual({ kind: "kvm" });
    const old: HostRun = (program, args, options) =>
      emulated(program, args, {
        ...options,
        stdin: (options?.stdin ?? "")
          .replace("-cpu host", "-cpu pentium3")
          .replace("timeout 15", "timeout 3"),
      });
    expect((await probeAcceleration(old)).kind).toBe("tcg");
  },
);
