import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import { renderInventory, renderRoom, roomJson } from "../../cli/roomOutput";
import { parseLab } from "../../course/config";
import { FaultError } from "../../course/faults";
import { planNotes } from "../../course/notes";
import { placeTeams } from "../../course/placement";
import { makePlan } from "../../course/plan";
import { inventoryNames, inventoryOf } from "../../course/room/inventory";
import { carries, judge } from "../../course/room/judge";
import { readPrecheck } from "../../course/room/precheck";
import { ROOM_RULES } from "../../course/room/rules";
import { freeInRoom, roomSubnets, takenIn } from "../../course/room/subnets";
import { readRoom } from "../../operations/room/precheck";
import { faultsOf, solid } from "./labs";
import { goodPc, room } from "./roomPcs";

const codes = (change: Parameters<typeof goodPc>[0]) =>
  judge(goodPc(change)).findings.map(({ code }) => code);

test("what each PC of a room can do, and why not", () => {
  const told = room().map((pc) => {
    const { abilities, findings } = judge(pc);
    return [
      pc.name,
      abilities.hyperv,
      abilities.virtualbox,
      abilities.libvirt,
      findings.map(({ code }) => code).join(),
    ];
  });
  expect(told).toEqual([
    ["PC-01", "yes", "yes", "no", ""],
    ["PC-02", "yes", "yes", "no", ""],
    ["PC-03", "no", "yes", "no", "home-edition"],
    ["PC-04", "mend", "mend", "no", "virtualization-off"],
    ["PC-05", "mend", "mend", "no", "restore-software"],
    ["PC-06", "mend", "mend", "no", "memory-small"],
    ["PC-07", "limited", "limited", "no", "wifi-only,public-network"],
    ["PC-08", "yes", "limited", "no", "memory-integrity"],
    ["CLASSROOM-2F-PC-009", "yes", "yes", "no", "name-long"],
    ["PC-10", "yes", "yes", "no", "folder-not-plain,onedrive"],
    ["PC-11", "no", "yes", "yes", ""],
    ["PC-12", "yes", "limited", "no", "hypervisor-running"],
  ]);
  expect(room().every((pc) => carries(judge(pc)))).toBe(true);
  expect(carries(judge(goodPc({ architecture: "arm64" })))).toBe(false);
});

test("what no PC above has", () => {
  expect(codes({ nestedPaging: false })).toEqual(["no-nested-paging"]);
  expect(codes({ firmwareVirtualization: null })).toEqual(["virtualization-unknown"]);
  expect(codes({ diskFree: 24 })).toEqual(["disk-small"]);
  expect(codes({ diskFree: 25 })).toEqual([]);
  expect(codes({ memory: 8315 })).toEqual(["memory-small"]);
  expect(codes({ memory: 8316 })).toEqual([]);
  expect(codes({ os: "linux", memory: 7291, kvm: "usable" })).toEqual(["memory-small"]);
  expect(codes({ os: "linux", memory: 7292, kvm: "usable" })).toEqual([]);
  expect(codes({ os: "linux", kvm: "absent", administrator: false })).toEqual([
    "kvm-absent",
    "no-administrator",
  ]);
  expect(
    codes({
      link: "none",
      rebootPending: true,
      featuresBlocked: true,
      bitlocker: "on",
      administrator: false,
    }),
  ).toEqual(["no-network", "no-administrator", "reboot-pending", "features-blocked", "bitlocker"]);
  expect(codes({ name: "x".repeat(15) })).toEqual([]);
});

test("every rule says what was found and what to do in both languages", () => {
  for (const { code, found, mend } of ROOM_RULES) {
    for (const { en, ja } of [found, mend]) {
      expect([code, en]).toEqual([code, expect.stringMatching(/^[A-Z][\x20-\x7e]*\.$/)]);
      expect([code, ja]).toEqual([code, expect.stringMatching(/[\u3040-\u30ff].*(。|（[^）]*）。?)$/u)]);
    }
  }
});

/** What the plan of a lab says of the room's PCs as its hosts. */
function planOfRoom(lab: object, pcs = room()) {
  const inventory = parse(renderInventory({ hosts: inventoryOf(pcs.map((pc) => judge(pc))) }));
  return makePlan("lab", solid(parseLab({ ...lab, ...inventory })));
}

test("a PC becomes a host of the lab", () => {
  const [first, second] = inventoryOf(room().map((pc) => judge(pc)));
  expect(first).toEqual({
    kind: "existing",
    name: "a-01",
    seat: "A-01",
    address: "192.168.99.21",
    os: "windows",
    windows: "pro",
    cpus: 12,
    memory: 16384,
    // 300 GiB are free, and the plan keeps 64 for Windows, which are taken already.
    disk: 364,
    hyperv: false,
    virtualization: true,
  });
  expect(second?.hostKey).toBe(room()[1]?.hostKey);
});

test("the room's inventory is a lab's hosts: the plan tells what stands in the way of Hyper-V", () => {
  const windows = room().filter(({ os }) => os === "windows");
  const told = faultsOf(planOfRoom({ target: "hyperv", teams: 11 }, windows)).split("\n");
  expect(told.map((line) => line.replace(/^(\S+): .* \[(.*)\]$/, "$1 $2"))).toEqual([
    "lab.target target-unsupported",
    "lab.hosts[3].virtualization host-unsuitable",
    "lab.hosts[6].link bridge-impossible",
  ]);
  const small = windows.filter(({ name }) => ["PC-01", "PC-06"].includes(name));
  expect(faultsOf(planOfRoom({ target: "hyperv", teams: 2 }, small))).toBe(
    'lab.hosts[1]: the 2 guest(s) on host "a-06" need 8440 MiB of memory, and it bears 4096 (8192 less 4096 for itself). Expected guests that fit their host. Place fewer teams there, give the guests less, or take a larger host. [capacity-exceeded]',
  );
});

test("of VirtualBox it tells where Windows' hypervisor is beside it", () => {
  const pcs = room().filter(({ name }) => ["PC-01", "PC-08", "PC-12"].includes(name));
  const told = faultsOf(planOfRoom({ target: "virtualbox", teams: 3 }, pcs)).split("\n");
  expect(told.map((line) => line.replace(/^(\S+): .* \[(.*)\]$/, "$1 $2"))).toEqual([
    "lab.hosts[1] coexistence-undecided",
    "lab.hosts[2] coexistence-undecided",
  ]);
  expect(planOfRoom({ target: "virtualbox", teams: 3, coexistence: "slow" }, pcs).ok).toBe(true);
});

test("what was mended is planned: a team each", () => {
  const pcs = room().filter(({ name }) =>
    ["PC-01", "PC-02", "PC-05", "CLASSROOM-2F-PC-009", "PC-10"].includes(name),
  );
  const plan = solid(planOfRoom({ target: "hyperv", teams: 5 }, pcs));
  expect(plan.teams.map(({ host }) => host)).toEqual(["a-01", "a-02", "a-05", "classroom-2f-pc", "a-10"]);
  const config = solid(
    parseLab({ target: "hyperv", teams: 5, hosts: inventoryOf(pcs.map((pc) => judge(pc))) }),
  );
  const notes = planNotes(config, placeTeams(config, []), {}).filter(({ code }) => code === "host-restores");
  expect(notes.map(({ where }) => where)).toEqual(["lab.hosts[2].restores"]);
});

test("names: the seat's, else the computer's; short, and each once", () => {
  const names = (...pcs: readonly (readonly [seat: string, name: string])[]) =>
    inventoryNames(pcs.map(([seat, name]) => ({ seat, name })));
  expect(names(["B 3", "X"], ["", "DESKTOP-1A2B3C4D5E6F"], ["", "7"], ["", "教室"], ["", "演習"])).toEqual([
    "b-3",
    "desktop-1a2b3c4",
    "pc-7",
    "pc",
    "pc-2",
  ]);
  const seats = fc.array(
    fc.record({ seat: fc.string({ maxLength: 40 }), name: fc.string({ minLength: 1 }) }),
  );
  fc.assert(
    fc.property(seats, (pcs) => {
      const all = inventoryNames(pcs);
      expect(new Set(all).size).toBe(pcs.length);
      for (const name of all) expect(name).toMatch(/^(?=.{1,15}$)[a-z]([a-z0-9-]*[a-z0-9])?$/);
    }),
  );
});

test("subnets of the room, and one that is free everywhere", () => {
  const subnets = roomSubnets(room());
  expect(subnets.map(({ subnet, pcs }) => [subnet, pcs.length])).toEqual([
    ["192.168.99.0/24", 12],
    ["172.28.16.0/20", 1],
  ]);
  expect(takenIn(subnets, "172.28.17.0/24").map(({ pcs }) => pcs)).toEqual([["PC-12"]]);
  expect(takenIn(subnets, "192.168.20.0/24")).toEqual([]);
  expect(freeInRoom(subnets)).toBe("192.168.100.0/24");
});

const readError = (text: string) => faultsOf(readPrecheck("PC-01.json", text)).replace(/ Expected .*/, "");

test("a file that is no result of a PC is told by its first fault", () => {
  const text = JSON.stringify(goodPc());
  expect(readPrecheck("PC-01.json", `\uFEFF${text}`).ok).toBe(true);
  expect(readError("")).toBe("PC-01.json: it is empty.");
  expect(readError(text.slice(0, -40))).toBe("PC-01.json: it is no JSON, or was cut off.");
  expect(readError('{"a":1}')).toBe("PC-01.json: it is not what a precheck writes.");
  expect(readError('{"classlabPrecheck":2}')).toBe(
    "PC-01.json: it has form 2, and this version reads form 1.",
  );
  expect(readError(JSON.stringify({ ...goodPc(), memory: "much", cpus: 0 }))).toMatch(
    /^PC-01\.json: cpus: Too small: expected number to be >=1, and 1 more\.$/,
  );
});

describe("a stick that came back", () => {
  const folder = mkdtempSync(join(tmpdir(), "classlab-room-"));
  const write = (name: string, text: string) => writeFileSync(join(folder, "results", name), text);
  mkdirSync(join(folder, "results"));
  for (const pc of room()) write(`${pc.name}.json`, JSON.stringify(pc));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is read by seat, whatever is broken in it", () => {
    write("cut.json", "{");
    write(
      "PC-01 (2).json",
      JSON.stringify(goodPc({ name: "pc-01", seat: "A-01", made: "2026-11-20T01:00:00Z", cpus: 4 })),
    );
    const report = readRoom(folder);
    expect(report.pcs.map(({ precheck }) => precheck.seat || precheck.name)).toEqual([
      ..."01 02 03 04 05 06 07 08 10 11 12".split(" ").map((number) => `A-${number}`),
      "CLASSROOM-2F-PC-009",
    ]);
    expect(report.pcs[0]?.precheck.cpus).toBe(4);
    expect(report.faults.map(({ code }) => code)).toEqual(["precheck-invalid"]);
    expect(JSON.parse(JSON.stringify(roomJson(report)))).toMatchObject({
      ok: false,
      free: "192.168.100.0/24",
    });
    rmSync(join(folder, "results", "cut.json"));
  });

  test("is shown with what has to be done, once and with its PCs", () => {
    const report = readRoom(folder);
    const japanese = renderRoom(report, "ja", "hosts.yaml").split("\n");
    expect(japanese[0]).toBe("教室のPC：12台");
    expect(japanese.find((line) => line.includes("PC-03"))).toBe(
      "  A-03  PC-03                16384 MiB  300 GiB  wired  192.168.99.23  ×        ○           ×",
    );
    expect(japanese).toContain("  [不可] Windows HomeにはHyper-Vがありません。 (A-03)");
    const english = renderRoom(report, "en");
    expect(english).toContain("[with limits] Memory Integrity is on");
    expect(english).toContain("192.168.100.0/24 is free on every PC.");
    expect(english.split("\n").filter((line) => line.includes("[")).length).toBe(
      new Set(report.pcs.flatMap(({ findings }) => findings.map(({ found }) => found.en))).size,
    );
  });

  test("is missing where nothing was run", () => {
    const empty = mkdtempSync(join(tmpdir(), "classlab-room-"));
    expect(() => readRoom(empty)).toThrow(FaultError);
    expect(() => readRoom(join(empty, "none"))).toThrow(/precheck-missing/);
    rmSync(empty, { recursive: true });
  });
});

test("what was read is what the scripts write: no name of a person is among it", () => {
  expect(Object.keys(goodPc()).filter((key) => /user|owner|person/i.test(key))).toEqual(["userFolderPlain"]);
  expect(readFileSync(join(__dirname, "../../components/hosts/precheck/Precheck.ps1"), "utf8")).not.toMatch(
    /USERNAME|RegisteredUser|UserName/i,
  );
});
