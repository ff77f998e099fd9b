import { hostsLost, hostsMadeAnew, lostGuests } from "../../operations/clouds/lost";
import { factsOf, requireStanding, standingHosts } from "../../operations/clouds/standing";
import type { StateResource } from "../../operations/engine";
import { refuseLosses } from "../../operations/protect";
import { viewsOf } from "../../operations/verify/views";
import { cloudLab, EC2 } from "../support/cloudLabs";
import { planOf } from "./labs";

const urn = (type: string, name: string) => `urn:pulumi:lab-team-01::classlab::${type}::${name}`;
const HOST = "aws-team-01";

/** A host as the state of its stack tells it. */
const made = (machine: string): StateResource => ({
  type: "classlab:index:Ec2Host",
  urn: urn("classlab:index:Ec2Host", HOST),
  inputs: { team: "team-01" },
  outputs: {
    address: "192.0.2.1",
    port: 22,
    user: "root",
    hostKey: "ssh-ed25519 AAAA",
    instanceId: machine,
  },
});
const plan = (machine?: string) =>
  planOf("lab", cloudLab([EC2], 1), machine === undefined ? {} : factsOf(standingHosts([made(machine)])));

const SCRIPT = "command:remote:Command";
const GUEST = urn("classlab:index:GuestVm", "team-01-web");
/** What a team's stack has: made on machine `i-1`. */
const RESOURCES: StateResource[] = [
  {
    type: "classlab:index:HypervisorHost",
    urn: urn("classlab:index:HypervisorHost", HOST),
    inputs: { kind: "ec2", machine: "i-1" },
  },
  { type: SCRIPT, urn: urn(SCRIPT, `${HOST}-pool`), id: "1" },
  { type: "classlab:index:GuestVm", urn: GUEST, inputs: { team: "team-01", guest: "web" } },
  { type: SCRIPT, urn: urn(SCRIPT, "team-01-web-disk"), id: "2", parent: GUEST },
];
const unitOf = (lab: ReturnType<typeof plan>, resources = RESOURCES) => {
  const unit = lab.units.find(({ kind }) => kind === "team");
  if (!unit) throw new Error("the plan has no team");
  return { unit, state: { resources, salt: undefined, record: undefined } };
};

test("a host is known by its component's outputs, and one without them does not stand", () => {
  expect(factsOf(standingHosts([made("i-1")]))).toEqual({
    hosts: {
      [HOST]: {
        address: "192.0.2.1",
        port: 22,
        user: "root",
        hostKey: "ssh-ed25519 AAAA",
        machine: "i-1",
      },
    },
  });
  expect(standingHosts([{ ...made("i-1"), outputs: { address: "192.0.2.1" } }])).toEqual([]);
});

test("a machine of another id is another machine; the same one, and one that state does not know, are not", () => {
  expect(hostsMadeAnew(plan("i-2"), unitOf(plan("i-2")))).toEqual([HOST]);
  expect(hostsMadeAnew(plan("i-1"), unitOf(plan("i-1")))).toEqual([]);
  expect(hostsMadeAnew(plan("i-2"), unitOf(plan("i-2"), []))).toEqual([]);
  expect(hostsMadeAnew(plan(), unitOf(plan()))).toEqual([]);
});

test("a host that does not stand is lost where something was made on it", () => {
  const lab = plan();
  expect(hostsLost(lab, unitOf(lab), () => false)).toEqual([HOST]);
  expect(hostsLost(lab, unitOf(lab), () => true)).toEqual([]);
  expect(hostsLost(lab, unitOf(lab, RESOURCES.slice(0, 1)), () => false)).toEqual([]);
});

test("what is lost with it is named, guest by guest, and needs to be allowed", () => {
  const lab = plan("i-2");
  const losses = lostGuests(lab, unitOf(lab), [HOST]);
  expect(refuseLosses(losses, [], "--stack lab")).toEqual([
    {
      code: "would-replace",
      where: "team-01/web",
      what: `this change would replace its disk (the machine of its host ${HOST} is gone): everything in the guest is lost: homes, containers, WordPress content`,
      fix: "Nothing was changed. To allow it: npx classlab up --stack lab --replace team-01/web",
    },
  ]);
  expect(refuseLosses(losses, ["team-01"], "--stack lab")).toEqual([]);
  expect(lostGuests(lab, unitOf(lab), [])).toEqual([]);
  // A guest whose disk was not made has nothing to lose.
  expect(lostGuests(lab, unitOf(lab, RESOURCES.slice(0, 3)), [HOST])).toEqual([]);
});

test("guests are not looked for on this machine where their host does not stand", () => {
  expect(() => requireStanding(plan(), "--stack lab")).toThrow(
    `host ${HOST}: it does not stand in its cloud. Make it: npx classlab up --stack lab. [host-unreachable]`,
  );
  expect(() => requireStanding(plan("i-1"), "--stack lab")).not.toThrow();
});

test("each host in a cloud has a view of its own on its team's guests; those of a room share one", () => {
  const rack = {
    kind: "existing",
    name: "rack",
    os: "linux",
    address: "192.0.2.7",
    shared: true,
    maxTeams: 2,
  };
  const teams = [1, 2, 3, 4].map((slot) => ({ id: `team-0${slot}`, host: slot < 3 ? "aws" : "rack" }));
  const views = viewsOf(planOf("lab", cloudLab([EC2, rack], teams)));
  expect(
    views.map(({ name, plan: part }) => [
      name,
      part.teams.map(({ id }) => id),
      part.hosts.map((host) => host.name),
    ]),
  ).toEqual([
    ["aws-team-01", ["team-01"], ["aws-team-01"]],
    ["aws-team-02", ["team-02"], ["aws-team-02"]],
    ["", ["team-03", "team-04"], ["rack"]],
  ]);
});
