import { existsSync } from "node:fs";
import { join } from "node:path";
import { Checkout } from "./checkout";

let checkout: Checkout;
beforeEach(() => {
  checkout = new Checkout();
  checkout.haveLibvirt();
});
afterEach(() => checkout.remove());

const QUESTION = "virsh -c qemu:///system version";
const provide = (more: object = {}) =>
  checkout.provide({ needs: ["libvirt"], yes: true, platform: "linux", ...more });

/** A libvirt that answers once a program has been run. */
function silentUntil(program: string, script = ""): void {
  const flag = join(checkout.place, "runs");
  checkout.fake(program, `${script}\ntouch "${flag}"`);
  checkout.fake("virsh", `[ -e "${flag}" ] || exit 1\necho 'Running hypervisor: QEMU 7.2.22'`);
}

/** An apt that has every package and installs a program with one. */
function haveApt(program: string): void {
  const file = join(checkout.bin, program);
  checkout.fake("apt-cache", 'echo "$2 | 1.0"');
  checkout.fake(
    "apt-get",
    `case "$*" in *install*) printf '#!/bin/sh\\n' >"${file}"; chmod 755 "${file}" ;; esac`,
  );
}
const installed = () =>
  checkout
    .called()
    .filter((call) => /^apt-get .*install/.test(call))
    .map((call) => call.replace(/^.* install /, ""));

test("one that answers is asked once, and nothing is done", async () => {
  expect((await provide({ yes: false })).missing).toEqual([]);
  expect(checkout.called()).toEqual([QUESTION]);
});

test("one whose QEMU is missing does not answer", async () => {
  checkout.fake("virsh", "echo 'Using library: libvirt 9.0.0'; echo 'error: no emulator' >&2; exit 1");
  const { missing } = await provide({ yes: false });
  expect(missing).toMatchObject([{ code: "libvirt-consent" }]);
});

test("without systemd both daemons are started; a virtlogd that runs already is no fault", async () => {
  silentUntil("libvirtd");
  checkout.fake("virtlogd", "exit 1");
  const { missing, said } = await provide();
  expect(missing).toEqual([]);
  expect(said).toEqual(["Starting libvirt's daemons ..."]);
  expect(checkout.called().filter((call) => call !== QUESTION)).toEqual(["virtlogd -d", "libvirtd -d"]);
});

test("with systemd it is a service", async () => {
  silentUntil("systemctl");
  expect((await provide({ systemd: true })).missing).toEqual([]);
  expect(checkout.called().filter((call) => call !== QUESTION)).toEqual(["systemctl enable --now libvirtd"]);
});

test("only what is missing is installed", async () => {
  checkout.unfake("qemu-img");
  haveApt("qemu-img");
  const { missing, said } = await provide();
  expect(missing).toEqual([]);
  expect(said).toEqual(["Installing qemu-utils with apt-get ..."]);
  expect(installed()).toEqual(["qemu-utils"]);
});

test("where another init is at work, the package for that is taken", async () => {
  checkout.unfake("libvirtd");
  haveApt("libvirtd");
  expect((await provide()).missing).toEqual([]);
  expect(installed()).toEqual(["libvirt-daemon-system libvirt-daemon-system-sysv"]);
  checkout.forgetCalls();
  checkout.unfake("libvirtd");
  expect((await provide({ systemd: true })).missing).toEqual([]);
  expect(installed()).toEqual(["libvirt-daemon-system"]);
});

test("either maker of seeds will do", async () => {
  checkout.unfake("xorriso");
  checkout.fake("genisoimage", "");
  expect((await provide({ yes: false })).missing).toEqual([]);
});

describe("KVM's device", () => {
  const changed = () => checkout.called().filter((call) => /^ch(grp|mod) /.test(call));
  const given = () => {
    const device = join(checkout.place, "kvm");
    return [`chgrp kvm ${device}`, `chmod 0660 ${device}`];
  };

  beforeEach(() => {
    checkout.fake("chgrp", "");
    checkout.fake("chmod", "");
  });

  test("that is root's alone gets the owner that udev gives it, also where libvirt answers", async () => {
    expect(await provide({ kvmShut: true })).toMatchObject({ missing: [], said: [] });
    expect(changed()).toEqual(given());
    checkout.forgetCalls();
    silentUntil("libvirtd");
    expect((await provide({ kvmShut: true })).missing).toEqual([]);
    expect(changed()).toEqual(given());
  });

  test.each([
    ["is not agreed to", { yes: false }, ""],
    ["cannot be done", {}, "exit 1"],
    ["is not for this user to do", { user: true }, "exit 1"],
  ])("if that %s, a word is said: a lab is possible all the same", async (_what, more, script) => {
    checkout.fake("sudo", "exit 1");
    checkout.fake("chgrp", script);
    const { missing, said } = await provide({ kvmShut: true, ...more });
    expect(missing).toEqual([]);
    expect(said.map((line) => checkout.neutral(line))).toEqual([
      "<place>/kvm is root's alone: libvirt is slow, and its guests go without it. Run: sudo chgrp kvm <place>/kvm && sudo chmod 0660 <place>/kvm",
    ]);
  });

  test("that someone has seen to is left alone", async () => {
    await provide();
    expect(changed()).toEqual([]);
  });
});

test("it is looked for on request only, and never started by that", async () => {
  const look = async (...needs: string[]) => {
    const { stdout } = await checkout.finish(
      checkout.start([...checkout.pretend({ platform: "linux" }), "setup/look.mjs", ...needs]),
    );
    return JSON.parse(stdout) as { libvirt?: object };
  };
  expect((await look()).libvirt).toBeUndefined();
  expect(checkout.called()).not.toContain(QUESTION);
  expect((await look("libvirt")).libvirt).toMatchObject({ missing: null, startable: false });
  silentUntil("libvirtd");
  expect((await look("libvirt")).libvirt).toMatchObject({ missing: { code: "libvirt" }, startable: true });
  expect(existsSync(join(checkout.place, "runs"))).toBe(false);
});

test("no verb asks for it by itself: the description tells whether a lab needs it", async () => {
  checkout.engine("3.259.0");
  checkout.fakePlugins();
  checkout.haveCompose();
  await checkout.finish(checkout.launch(["up"]));
  expect(checkout.called()).not.toContain(QUESTION);
});
