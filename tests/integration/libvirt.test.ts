import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { libvirtChannel } from "../../components/hypervisors/libvirt/channel";
import { execute, output, ROOT } from "../support/cli";
import { expectNothingToDo } from "../support/nothingToDo";
import { StandInInternet } from "../support/standInInternet";
import { SKIP_LIBVIRT, TestLab } from "../support/testLab";
import { blackhole, redRows, verified } from "../support/verifying";

// The example's two guests as real virtual machines, by the real libvirt and QEMU of this machine. Only the subnets are the test's own, and the
// internet is a stand-in. Without KVM they are emulated: minutes, not seconds.
const suite = SKIP_LIBVIRT ? describe.skip : describe;

const LAB = "ivirt";
const GUESTS = ["ubuntu-test1", "docker-host"] as const;
type GuestName = (typeof GUESTS)[number];

/** The example's text with subnets from 192.168.210.0 on, the stand-in for the internet, and a guest that guests can run in. */
function example(): string {
  const file = join(ROOT, "examples/05-libvirt/Pulumi.libvirt.yaml");
  const text = readFileSync(file, "utf8")
    .replaceAll("192.168.99.", "192.168.210.")
    .replaceAll("192.168.20.", "192.168.211.");
  const document: {
    config: { "classlab:lab": { verify?: object; guests: { name: string; nested?: boolean }[] } };
  } = parse(text);
  for (const guest of document.config["classlab:lab"].guests)
    if (guest.name === "ubuntu-test1") guest.nested = true;
  document.config["classlab:lab"].verify = {
    internetProbe: { pages: [{ url: `http://${StandInInternet.address}/`, contains: "stand-in internet" }] },
  };
  return stringify(document);
}

const objectName = (guest: GuestName) => `${LAB}-team-01-${guest}`;

const virsh = (...args: string[]) => output("virsh", ["-q", "-c", "qemu:///system", ...args]);

/** Names of domains, networks and pools, whoever's. */
async function standing(): Promise<string[]> {
  const lists = [
    ["list", "--all", "--name"],
    ["net-list", "--all", "--name"],
    ["pool-list", "--all", "--name"],
  ];
  const texts = await Promise.all(lists.map((words) => virsh(...words)));
  return texts.flatMap((text) => text.split("\n").filter(Boolean)).sort();
}

suite("virtual machines", () => {
  const lab = new TestLab(LAB, example());
  let internet: StandInInternet;
  let open: () => Promise<void>;
  let before: string[];

  /** Runs a script in a guest, as root, over its management channel. */
  const inGuest = (guest: GuestName, script: string) =>
    output("sh", ["-c", libvirtChannel({ objectName: objectName(guest), team: "team-01" }, LAB).shell], {
      env: lab.env,
      stdin: script,
    });

  beforeAll(async () => {
    open = await blackhole("192.168.208.0/21");
    internet = await StandInInternet.start();
    // Somebody else's, which has to stay.
    const neighbour = join(lab.folder, "neighbour.xml");
    writeFileSync(neighbour, "<network><name>ivirt-neighbour</name><bridge name='ivirtother'/></network>");
    await virsh("net-define", neighbour);
    before = await standing();
    expect(before).toContain("ivirt-neighbour");
  });

  afterAll(async () => {
    await lab.dispose();
    await execute("virsh", ["-q", "-c", "qemu:///system", "net-undefine", "ivirt-neighbour"]);
    await internet.stop();
    await open();
  }, 300_000);

  test("stand up: two machines, their first start done, nginx answering", async () => {
    const document = await lab.up();
    expect(document.ok).toBe(true);
    expect(document.guests.map(({ guest }) => guest).sort()).toEqual([...GUESTS].sort());
    expect(document.services.map(({ url, ok }) => ({ url, ok }))).toEqual([
      { url: "http://192.168.210.99:8080/", ok: true },
    ]);
    expect((await virsh("list", "--name")).split("\n").filter(Boolean).sort()).toEqual(
      expect.arrayContaining(GUESTS.map(objectName)),
    );
  }, 1_500_000);

  test("are what the plan says, every check of it", async () => {
    const { code, report } = await verified(lab, "--timeout", "300");
    expect(redRows(report)).toEqual({});
    expect(code).toBe(0);
    expect(report.target).toBe("libvirt");
    expect(report.rows.some(({ kind, expected }) => kind === "internet" && expected)).toBe(true);
    // Emulated ones have QEMU's own virtualization: a guest in a guest starts on any host.
    expect(report.rows.flatMap(({ id, kind }) => (kind === "nested" ? [id] : []))).toEqual([
      "nested/team-01/ubuntu-test1/flag",
      "nested/team-01/ubuntu-test1/start",
    ]);
  }, 400_000);

  test("log a learner in as printed, by the guest's own key", async () => {
    const { sshCommand } = (await lab.up()).guests.find(({ guest }) => guest === "docker-host") ?? {
      sshCommand: "",
    };
    expect((await lab.ssh(sshCommand, "hostname")).stdout).toBe("docker-host\n");
  }, 300_000);

  test("each is another: machine id, host key", async () => {
    const told = await Promise.all(
      GUESTS.map((guest) => inGuest(guest, "cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub")),
    );
    expect(new Set(told).size).toBe(GUESTS.length);
  }, 120_000);

  test("a second preview is empty, with and without refresh; up has nothing to do", async () => {
    await expectNothingToDo(lab);
  }, 300_000);

  test("a machine that is deleted, stopped or paused by hand is brought back with all that was on its disk", async () => {
    await inGuest("docker-host", "echo kept > /home/ubuntu/mine; sync");
    await virsh("suspend", objectName("ubuntu-test1"));
    await virsh("destroy", objectName("docker-host"));
    await virsh("undefine", objectName("docker-host"));
    await lab.up();
    expect(await inGuest("docker-host", "cat /home/ubuntu/mine")).toBe("kept\n");
    expect(redRows((await verified(lab, "--timeout", "300")).report)).toEqual({});
  }, 1_500_000);

  test("go without a trace, and nobody else's does", async () => {
    const down = await lab.run("down", "--yes");
    expect({ code: down.code, stderr: down.code === 0 ? "" : down.stderr }).toEqual({ code: 0, stderr: "" });
    expect((await lab.run("sweep")).code).toBe(0);
    expect(await standing()).toEqual(before);
  }, 300_000);
});
