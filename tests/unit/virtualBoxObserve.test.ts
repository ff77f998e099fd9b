import {
  isMarked,
  markOf,
  OBSERVE,
  observed,
  readExtraData,
  readInfo,
  readMachines,
} from "../../components/hypervisors/virtualbox/observe";
import { markLabels } from "../../course/mark";
import { MARK } from "./virtualBoxLab";

const UUID = "31e250c4-6b74-88ff-bcce-06f69c6c289b";

test("what is asked of a host", () => {
  expect(
    [OBSERVE.machines, OBSERVE.info(UUID), OBSERVE.extraData(UUID)].map((words) => words.join(" ")),
  ).toEqual(["list vms", `showvminfo ${UUID} --machinereadable`, `getextradata ${UUID} enumerate`]);
});

test("machines are listed by name and UUID, whatever the name holds", () => {
  const text = `"a" {${UUID}}\r\n"ゲスト "x" {1}" {${UUID.replace("3", "4")}}\n<inaccessible> {${UUID}}\n"<inaccessible>" {${UUID}}\nother\n`;
  expect(readMachines(text)).toEqual([
    { name: "a", uuid: UUID },
    { name: 'ゲスト "x" {1}', uuid: UUID.replace("3", "4") },
    { name: "<inaccessible>", uuid: UUID },
  ]);
});

const INFO = `name="lab-team-01-g"\r
memory=4096\r
VMState="running"\r
"SATA-0-0"="D:\\\\classlab\\\\g.vdi"\r
bridgeadapter1="Intel(R) Ethernet "x" = $a"\r
nic1="bridged"\r
nic2="null"\r
nic3="none"\r
nic4="natnetwork"\r
nat-network4="lab-out"\r
nic5="hostonly"\r
hostonlyadapter5="VirtualBox Host-Only Ethernet Adapter #2"\r
nic6="intnet"\r
intnet6="lab-in"\r
nic7="nat"\r
nictype7="82540EM"\r
 rec_screen0\r
SnapshotName="snapshot1"\r
SnapshotUUID="60c0e4c2-c28c-43ed-9100-cedf8494eb84"\r
SnapshotName-1="later"\r
CurrentSnapshotName="later"\r
description="x
memory=1
VMState="poweroff"
"\r
`;

test("settings are read as they are told, and a description changes none", () => {
  const info = readInfo(INFO);
  expect([info.get("name"), info.get("memory"), info.get("VMState")]).toEqual([
    "lab-team-01-g",
    "4096",
    "running",
  ]);
  expect(info.get("SATA-0-0")).toBe("D:\\\\classlab\\\\g.vdi");
  expect(info.get("bridgeadapter1")).toBe('Intel(R) Ethernet "x" = $a');
  expect(info.has(" rec_screen0")).toBe(false);
});

test("state, snapshots and adapters", () => {
  expect(observed(readInfo(INFO))).toEqual({
    state: "running",
    snapshots: ["snapshot1", "later"],
    adapters: {
      1: 'bridged Intel(R) Ethernet "x" = $a',
      2: "null",
      4: "natnetwork lab-out",
      5: "hostonly VirtualBox Host-Only Ethernet Adapter #2",
      6: "intnet lab-in",
      7: "nat",
    },
  });
  expect(observed(readInfo(""))).toEqual({ state: "unknown", snapshots: [], adapters: {} });
});

test("whose a machine is", () => {
  const text = Object.entries(markLabels(MARK))
    .map(([key, value]) => `Key: ${key}, Value: ${value}\r\n`)
    .join("");
  expect(markOf(text)).toEqual(MARK);
  expect(isMarked(text)).toBe(true);
  expect(readExtraData("Key: GUI/x, Value: a, Value: b\nno\n")).toEqual({ "GUI/x": "a, Value: b" });
  expect(markOf("Key: GUI/x, Value: a\n")).toBeUndefined();
  expect(isMarked("Key: GUI/x, Value: a\n")).toBe(false);
  // A machine whose marking was cut off is a lab's all the same.
  expect(markOf("Key: classlab, Value: lab\n")).toBeUndefined();
  expect(isMarked("Key: classlab, Value: lab\n")).toBe(true);
});
