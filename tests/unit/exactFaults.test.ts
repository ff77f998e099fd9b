import { parseLab } from "../../course/config";
import type { LabFacts } from "../../course/facts";
import { formatFaults } from "../../course/faults";
import { makePlan } from "../../course/plan";
import { solid } from "./labs";

// Every fault of a lab, and where a lab is just good: what the fixtures of tests/fixtures/bad do not tell apart.
const GUEST = { name: "g", memory: 512, adapters: [{ switch: "lan" }] };
const PC = { kind: "existing", name: "pc", address: "192.0.2.1", os: "linux" };
const WINDOWS = { ...PC, os: "windows" };
const EC2 = {
  kind: "ec2",
  name: "aws",
  region: "ap-northeast-1",
  instanceType: "m8i.2xlarge",
  allowedCidrs: ["203.0.113.0/24"],
};
const OUT = {
  switches: [{ name: "out", mode: "nat-network" }],
  guests: [{ ...GUEST, adapters: [{ switch: "out" }] }],
};

/** The faults of a lab, one a line; none for a good one. */
function faults(input: object, facts: LabFacts = {}): string[] {
  const result = makePlan("lab", solid(parseLab(input)), facts);
  return result.ok ? [] : formatFaults(result.faults).split("\n");
}

describe("hosts", () => {
  test("this machine is one host", () => {
    const hosts = ["a", "b"].map((name) => ({ kind: "this-machine", name }));
    expect(faults({ hosts })).toEqual([
      "lab.hosts[1]: two hosts are the same machine: this machine. Expected one host for each machine. [duplicate-host]",
    ]);
  });

  test("of two wide networks each has to be said twice", () => {
    const open = (...allowedCidrs: string[]) =>
      faults({ target: "libvirt", hosts: [{ ...EC2, allowedCidrs }], ...OUT });
    const told = (cidr: string) => [
      `lab.hosts[0].allowedCidrs: ${cidr} lets the whole internet at host "aws". Expected the subnets that learners and staff come from. If everybody is meant, write it twice: [${cidr}, ${cidr}]. [cloud-access]`,
    ];
    expect(open("0.0.0.0/1", "128.0.0.0/1")).toEqual(told("0.0.0.0/1"));
    expect(open("0.0.0.0/1", "0.0.0.0/1", "128.0.0.0/1")).toEqual(told("128.0.0.0/1"));
    expect(open("0.0.0.0/1", "0.0.0.0/1", "128.0.0.0/1", "128.0.0.0/1")).toEqual([]);
  });

  test("RDP is counted on Windows alone, and where its edition is known", () => {
    const rdp = { channels: ["rdp"], teams: [{ id: "t1", seats: 3 }] };
    expect(faults({ ...rdp, target: "libvirt", hosts: [EC2], ...OUT })).toEqual([]);
    expect(faults({ ...rdp, target: "hyperv", hosts: [WINDOWS], guests: [GUEST] })).toEqual([]);
  });
});
