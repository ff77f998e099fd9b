import { labRecordSchema } from "../../course/record";
import { resourcesOf } from "../../course/resources";
import { deployUnit } from "../../stacks/unit";
import { RECORD } from "../support/devPlan";
import { MockEngine, unsecret } from "../support/mocks";
import { planOf } from "../unit/labs";

// What these tests do not prove: that libvirt takes what the scripts hand it; real machines do.
const plan = planOf("lab", {
  target: "libvirt",
  units: "one",
  switches: [{ name: "lan", mode: "bridged", subnet: "10.1.0.0/24" }],
  guests: [
    {
      name: "web",
      adapters: [{ switch: "lan" }],
      docker: [{ kind: "nginx" }],
      snapshots: ["first", "second"],
      clones: [{ name: "copy" }, { name: "link", kind: "linked" }],
    },
  ],
});
const IMAGE = "0123456789abcdef";
const record = labRecordSchema.parse({
  ...RECORD,
  libvirt: { image: IMAGE, hosts: { "this-machine": { acceleration: "tcg", sharedFolders: "9p" } } },
});
const GUEST = "team-01-web";
const [unit] = plan.units;
if (!unit) throw new Error("the lab has one unit");

let engine: MockEngine;
beforeAll(async () => {
  engine = await MockEngine.start({ preview: false, images: { nginx: "sha256:inner-nginx" } });
  deployUnit({ plan, unit, record });
  await engine.settle();
});

const find = (name: string) => engine.find(":Command", name);
const words = (name: string) => String(unsecret(find(name).inputs.stdin));

test("the stack holds exactly the planned resources", () => {
  const registered = engine.registrations.map(({ type, name }) => `${type} ${name}`).sort();
  const planned = resourcesOf(plan, unit).map(({ type, name }) => `${type} ${name}`);
  expect(registered).toEqual(planned.filter((entry) => !entry.startsWith("pulumi:pulumi:Stack")).sort());
});

test("snapshots are taken one after the other of a guest that is whole, and go with its machine", () => {
  const first = find(`${GUEST}-snapshot-first`);
  expect(first.dependsOn).toEqual(
    expect.arrayContaining([`${GUEST}-adapters`, `${GUEST}-docker-nginx-container`, `${GUEST}-ready`]),
  );
  expect(find(`${GUEST}-snapshot-second`).dependsOn).toContain(`${GUEST}-snapshot-first`);
  for (const name of ["first", "second"]) {
    const { parent, deletedWith, replaceWith, deleteBeforeReplace, inputs } = find(
      `${GUEST}-snapshot-${name}`,
    );
    expect({ parent, deletedWith, replaceWith, deleteBeforeReplace }).toEqual({
      parent: GUEST,
      deletedWith: `${GUEST}-machine`,
      replaceWith: [`${GUEST}-machine`],
      deleteBeforeReplace: true,
    });
    // Nobody but the guest's own end takes a snapshot away.
    expect(inputs.delete).toBeUndefined();
  }
});

test("clones are made of what is frozen behind the snapshots; a linked one is nothing without it", () => {
  expect(find(`${GUEST}-base`).dependsOn).toContain(`${GUEST}-snapshot-second`);
  expect(find(`${GUEST}-base`).replaceWith).toEqual([]);
  for (const [name, replaceWith] of [
    ["copy", []],
    ["link", [`${GUEST}-base`]],
  ] as const) {
    const disk = find(`team-01-${name}-disk`);
    expect(disk.dependsOn).toContain(`${GUEST}-base`);
    expect(disk.replaceWith).toEqual(replaceWith);
  }
  expect(find(`${GUEST}-disk`).inputs.triggers).toEqual([IMAGE, "10 GiB, dynamic"]);
  expect(find("team-01-copy-disk").inputs.triggers).toEqual([IMAGE, "10 GiB, dynamic, full clone"]);
  expect(find("team-01-link-disk").inputs.triggers).toEqual([IMAGE, "10 GiB, dynamic, linked clone"]);
});

test("each has an identity of its own: instance, machine id, host key, password", () => {
  const guests = ["web", "copy", "link"];
  const each = (pattern: RegExp, name: (guest: string) => string) =>
    guests.map((guest) => pattern.exec(words(name(guest)))?.[1]);
  const disk = (guest: string) => `team-01-${guest}-disk`;
  for (const found of [
    each(/instance-id: (\S+)/, disk),
    each(/OPENSSH PRIVATE KEY-----\n([\s\S]+?)-----END/, disk),
    each(/hashed_passwd: (\S+)/, disk),
    each(/macaddress: (\S+)/, disk),
  ]) {
    expect(found).not.toContain(undefined);
    expect(new Set(found).size).toBe(guests.length);
  }
  const [own, ...cloned] = each(/systemd\.machine_id=([0-9a-f]{32})</, (guest) => `team-01-${guest}-machine`);
  expect(own).toBeUndefined();
  expect(cloned).not.toContain(undefined);
  expect(new Set(cloned).size).toBe(2);
});
