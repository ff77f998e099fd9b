import { createHash } from "node:crypto";
import { uuidOf } from "../../components/hypervisors/identity";
import { renderAdapters } from "../../components/hypervisors/libvirt/adaptersScript";
import { libvirtChannel } from "../../components/hypervisors/libvirt/channel";
import { renderMachineScript } from "../../components/hypervisors/libvirt/machineScript";
import { poolName } from "../../components/hypervisors/libvirt/pool";
import { imageVolume, renderImageScript } from "../../components/hypervisors/libvirt/windows/imageScript";
import { renderWindowsReady, windowsNetwork } from "../../components/hypervisors/libvirt/windows/inGuest";
import { sshKeyFromText } from "../../components/sshKey";
import { accessOf } from "../../course/access";
import { checksOf } from "../../course/checks";
import { renderSshConfig } from "../../course/clientFiles";
import { engineFault } from "../../operations/engineFault";
import { FakeLibvirt } from "./fakeLibvirt";
import { guestNamed } from "./labs";
import { KVM, MARK } from "./libvirtLab";
import { FakeShell, SHELLS } from "./shell";
import { windowsGuest, windowsPlan } from "./windowsLab";

// The scripts run for real against stand-ins for virsh, qemu-img and ssh. Not proved: qemu-img's conversion, and a Windows that answers.
const PLAN = windowsPlan();
const SERVER = windowsGuest(PLAN, "server");
const NAME = SERVER.objectName;
const SETTINGS = { ...KVM, windows: { secureBoot: false, tpm: false } };
const HOST_KEY = sshKeyFromText("a seed", NAME);
const PASSWORDS = {
  "learner-1": "Aa1aaaaaaaaaaa",
  "learner-2": "Bb2bbbbbbbbbbb",
  "learner-3": "Cc3cccccccccccc",
};

describe.each(SHELLS)("%s", (shell) => {
  let fake: FakeLibvirt;
  beforeEach(() => {
    fake = new FakeLibvirt();
  });
  afterEach(() => FakeShell.disposeAll());

  const stands = () => {
    fake.write(`domains/${NAME}`, uuidOf(MARK, "domain", NAME));
    fake.write(`domains/${NAME}.on`, "");
  };

  describe("the wait for a guest", () => {
    const run = () =>
      fake.run(
        shell,
        renderWindowsReady(SERVER, "lab", SETTINGS, {
          authorizedKey: "ssh-ed25519 K",
          hostKey: HOST_KEY,
          passwords: PASSWORDS,
        }),
      );
    const answer = (document: object) =>
      `printf '\\n<classlab 0123456789abcdef>\\n%s\\n</classlab 0123456789abcdef>\\n' '${JSON.stringify(document)}'\n`;

    test("calls the module as the operator's account, tries again while nobody answers, and tells no password", () => {
      stands();
      fake.write(
        "ssh.sh",
        `[ -e "$FAKE/once" ] || { : > "$FAKE/once"; exit 255; }\n${answer({ ok: true, value: {} })}`,
      );
      const done = run();
      expect(done).toMatchObject({ code: 0, stdout: '{"ready":true}\n', stderr: "" });
      const calls = done.calls.filter((call) => call.includes(`|classlab@${NAME}|`));
      expect(calls).toHaveLength(2);
      expect(calls[0]).toMatch(
        new RegExp(`\\|classlab@${NAME}\\|powershell\\.exe [^|]*-EncodedCommand [A-Za-z0-9+/=]+`),
      );
      const [runner = "", document = ""] = fake.read("told").split("\n");
      expect(Buffer.from(runner, "base64").toString("utf8")).toContain("Invoke-ClasslabFunction");
      expect(JSON.parse(Buffer.from(document, "base64").toString("utf8")).calls.apply.function).toBe(
        "Set-ClasslabGuest",
      );
      for (const password of Object.values(PASSWORDS))
        expect(done.calls.join("\n") + done.stdout + done.stderr).not.toContain(password);
    });

    test("tells the fault that the module answers with, as what it is", () => {
      stands();
      const fault = { code: "guest-not-ready", where: "SERVER", what: "its first start is not done" };
      fake.write("ssh.sh", `${answer({ ok: false, fault })}exit 1\n`);
      const done = run();
      expect(done.code).toBe(1);
      expect(engineFault("lab", done.stderr).faults).toEqual([fault]);
    });

    test("ends at once when the first start failed, with its cause", () => {
      stands();
      fake.write("ssh.sh", "exec /bin/sleep 30\n");
      fake.write(
        "console.log",
        "classlab: the machine starts\r\nclasslab: the first start failed: OpenSSH could not be added: 0x800f0954\r\n",
      );
      const log = `/var/log/libvirt/qemu/${NAME}.console.log`;
      const script = renderWindowsReady(SERVER, "lab", SETTINGS, {
        authorizedKey: "ssh-ed25519 K",
        hostKey: HOST_KEY,
        passwords: PASSWORDS,
      }).replaceAll(log, `${fake.folder}/console.log`);
      const done = fake.run(shell, script);
      expect(done.code).toBe(1);
      expect(done.stderr).toContain(
        "its start came to an end (classlab: the first start failed: OpenSSH could not be added: 0x800f0954)",
      );
    });
  });

  test("adapters are joined, and the network inside is set by the module", () => {
    stands();
    const network = { mark: MARK, slot: 1, switches: PLAN.switches, dns: [], roomDhcp: false };
    const done = fake.run(
      shell,
      renderAdapters(SERVER, network, SETTINGS, windowsNetwork(SERVER, network)),
      "apply",
    );
    expect(done).toMatchObject({ code: 0, stdout: '{"adapters":true}\n' });
    const [, document = ""] = fake.read("told").split("\n");
    const { apply } = JSON.parse(Buffer.from(document, "base64").toString("utf8")).calls;
    expect([apply.function, apply.data.adapters.length]).toEqual(["Set-ClasslabNetwork", 3]);
  });

  describe("an image", () => {
    const pool = poolName(MARK);
    const CONTENT = "not Windows";
    const sha256 = createHash("sha256").update(CONTENT).digest("hex");
    const volume = imageVolume({ sha256 });
    const image = (more: object = {}) => ({
      ...SERVER.windows.image,
      source: `${fake.folder}/windows.vhdx`,
      sha256,
      ...more,
    });
    const run = (word: string, more?: object) => fake.run(shell, renderImageScript(image(more), MARK), word);
    beforeEach(() => {
      fake.write(`pools/${pool}`, uuidOf(MARK, "pool", pool));
      fake.write(`pools/${pool}.on`, "");
      fake.write(`images/${pool}/other.qcow2`, "");
      fake.write("windows.vhdx", CONTENT);
      fake.program(
        "qemu-img",
        '#!/bin/sh\necho "qemu-img|$*" >> "$FAKE/calls"\nfor last; do :; done\n: > "$last"\n',
      );
    });

    test("is looked at by its hash, made a qcow2 once, and goes without what it was made of", () => {
      expect(run("apply")).toMatchObject({ code: 0, stdout: `{"image":"${volume}"}\n` });
      expect(fake.list(`images/${pool}`)).toEqual(["other.qcow2", volume].sort());
      fake.write("windows.vhdx", "another by now");
      expect(run("apply").code).toBe(0);
      expect(run("remove")).toMatchObject({ code: 0, stdout: '{"image":false}\n' });
      expect(fake.list(`images/${pool}`)).toEqual(["other.qcow2"]);
      expect(fake.read("windows.vhdx")).toBe("another by now");
      expect(run("remove").code).toBe(0);
    });

    test.each([
      ["another file", { sha256: "0".repeat(64) }, "its SHA-256 is "],
      ["a file that is not there", { source: "/nowhere/windows.vhdx" }, "there is no such file on this host"],
    ])("%s is refused in words, and nothing of it is kept", (_name, more, words) => {
      const done = run("apply", more);
      expect(done.code).toBe(1);
      const [fault] = engineFault("lab", done.stderr).faults;
      expect(fault).toMatchObject({ code: "windows-image-unusable", what: expect.stringContaining(words) });
      expect(fake.list(`images/${pool}`)).toEqual(["other.qcow2"]);
    });

    test("what qemu-img does not read is refused", () => {
      fake.program("qemu-img", "#!/bin/sh\nexit 1\n");
      expect(run("apply").stderr).toContain("qemu-img does not read it as vhdx");
    });

    test("an address is fetched by curl, which is told in words where it fails", () => {
      fake.program(
        "curl",
        `#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\nprintf '%s' '${CONTENT}' > "$2"\n`,
      );
      const source = "https://images.example/windows.qcow2";
      expect(run("apply", { source }).code).toBe(0);
      expect(fake.list(`images/${pool}`)).toEqual(["other.qcow2", volume].sort());
      run("remove");
      fake.program("curl", "#!/bin/sh\nexit 22\n");
      expect(run("apply", { source }).stderr).toContain(
        `windows-image-unusable: ${source}: it cannot be fetched`,
      );
    });
  });

  test("the machine is defined with its channel, whose socket goes with it", () => {
    expect(fake.run(shell, renderMachineScript(SERVER, SETTINGS), "apply").code).toBe(0);
    expect(fake.read(`domains/${NAME}.xml`)).toContain(`${NAME}.channel.0`);
    expect(fake.run(shell, renderMachineScript(SERVER, SETTINGS), "remove").code).toBe(0);
  });
});

describe("a guest with Windows, for learners and for verify", () => {
  test("is reached as the first of its accounts, and managed as the operator's own", () => {
    const on = { ...PLAN, hosts: PLAN.hosts };
    expect(accessOf(on, SERVER).ssh?.user).toBe("learner-1");
    expect(accessOf(on, guestNamed(PLAN, "linux")).ssh?.user).toBe("ubuntu");
    expect(libvirtChannel(SERVER, "lab").sshRelay).toContain(`classlab@${NAME}`);
  });

  test("is in the client's own configuration of SSH by that account, too", () => {
    const [host] = PLAN.hosts;
    if (!host) throw new Error("no host");
    const text = renderSshConfig(PLAN.teams[0]?.guests ?? [], host, { key: "team-01", system: "windows" });
    expect(text).toContain("User learner-1");
    expect(text).toContain("User ubuntu");
  });

  test("is looked at from outside alone: nothing is measured from it, and no no to it is claimed", () => {
    const checks = checksOf(PLAN, { names: [], pages: [] });
    const own = checks.filter(({ guest }) => guest === "server");
    expect(own.map(({ kind }) => kind)).toEqual(["guest", "ssh"]);
    const ends = checks.flatMap(({ from, to }) => [from, to]);
    expect(ends.some((end) => end?.kind === "guest" && ["server", "client"].includes(end.guest))).toBe(false);
    expect(ends.some((end) => end?.kind === "guest" && end.guest === "linux")).toBe(true);
  });
});
