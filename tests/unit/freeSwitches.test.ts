import { switchesLeaving } from "../../operations/freeSwitches";

const NETWORK = "docker:index/network:Network";
const network = (name: string) => ({ urn: `urn:x::${name}`, type: NETWORK, inputs: { name: `lab-${name}` } });
const step = (op: string, name: string, type = NETWORK) => ({ op, urn: `urn:x::${name}`, type, changed: [] });

test("switches that a run removes or makes anew leave; new and updated ones do not", () => {
  const resources = [network("gone"), network("anew"), network("same")];
  const steps = [
    step("delete", "gone"),
    step("replace", "anew"),
    step("create", "new"),
    step("update", "same"),
  ];
  expect(switchesLeaving(steps, resources)).toEqual(["lab-gone", "lab-anew"]);
});

test("other kinds of resources, and what waits for its deletion already, are none", () => {
  const resources = [network("x"), { ...network("old"), delete: true }];
  expect(
    switchesLeaving([step("delete", "x", "docker:index/volume:Volume"), step("delete", "old")], resources),
  ).toEqual([]);
});
