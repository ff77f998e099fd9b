import { guestAccess } from "../../course/access";
import { labRecordSchema } from "../../course/record";
import { resourcesOf } from "../../course/resources";
import { deployUnit } from "../../stacks/unit";
import { RECORD } from "../support/devPlan";
import { isSecretInput, MockEngine, type Registration, unsecret } from "../support/mocks";
import { guestNamed, planOf } from "../unit/labs";

// What these tests do not prove: that libvirt takes what the scripts hand it; tests/unit/libvirtScripts.test.ts reads the scripts, and
// real machines are measured elsewhere.
const plan = planOf("lab", {
  target: "libvirt",
  units: "per-team",
  teams: 2,
  switches: [
    { name: "lan", mode: "bridged", subnet: "10.1.0.0/24" },
    { name: "inside", mode: "internal", subnet: "10.2.0.0/24" },
  ],
  guests: [
    {
      name: "web",
      adapters: [{ switch: "lan" }, { switch: "inside" }],
      docker: [{ kind: "nginx" }],
    },
    { name: "desk", adapters: [{ mode: "disabled" }], sharedFolder: {} },
  ],
  site: { network: { dns: ["192.0.2.53"] } },
});
const IMAGE = "0123456789abcdef";
const record = labRecordSchema.parse({
  ...RECORD,
  libvirt: {
    image: IMAGE,
    hosts: { "this-machine": { acceleration: "tcg", virtualization: "svm", sharedFolders: "9p" } },
  },
});
const GUEST = "team-01-web";

const made = new Map<string, readonly Registration[]>();
let engine: MockEngine;
beforeAll(async () => {
  engine = await MockEngine.start({ preview: false, images: { nginx: "sha256:inner-nginx" } });
  for (const unit of plan.units) {
    const before = engine.registrations.length;
    deployUnit({ plan, unit, record });
    await engine.settle();
    made.set(unit.stack, engine.registrations.slice(before));
  }
});

const find = (name: string) => engine.find(":Command", name);
const lifeOf = (name: string) => {
  const { parent, dependsOn, deletedWith, replaceWith, deleteBeforeReplace, provider } = find(name);
  return { parent, dependsOn, deletedWith, replaceWith, deleteBeforeReplace, provider };
};

test.each(plan.units.map((unit) => [unit.stack, unit] as const))(
  "stack %s holds exactly the planned resources",
  (_stack, unit) => {
    const registered = (made.get(unit.stack) ?? []).map(({ type, name }) => `${type} ${name}`).sort();
    const planned = resourcesOf(plan, unit).map(({ type, name }) => `${type} ${name}`);
    expect(registered).toEqual(planned.filter((entry) => !entry.startsWith("pulumi:pulumi:Stack")).sort());
  },
);

test("what all guests of the host need is the site's, once", () => {
  const holding = (name: string) =>
    plan.units.filter(({ stack }) => made.get(stack)?.some((entry) => entry.name === name));
  for (const name of ["this-machine-pool", "this-machine-unplugged", "lan-network"])
    expect(holding(name).map(({ stack }) => stack)).toEqual(["lab-site"]);
  expect(holding("team-01-inside-network").map(({ stack }) => stack)).toEqual(["lab-team-01"]);
});

const SCRIPTS = { deleteBeforeReplace: true, provider: "scripts" };

test("host and switches: made in their order, removed in the other", () => {
  expect(lifeOf("this-machine-pool")).toEqual({
    ...SCRIPTS,
    parent: "this-machine",
    // The record's, by its component.
    dependsOn: find("this-machine-pool").dependsOn,
    deletedWith: undefined,
    replaceWith: [],
  });
  expect(lifeOf("this-machine-unplugged")).toMatchObject({ parent: "this-machine" });
  expect(find("this-machine-unplugged").dependsOn).toContain("this-machine-pool");
  expect(lifeOf("lan-network")).toEqual({
    ...SCRIPTS,
    parent: "lan",
    dependsOn: ["this-machine-pool", "this-machine-unplugged"],
    deletedWith: undefined,
    replaceWith: [],
  });
});

test("a guest: disk, machine, readiness, adapters, settings", () => {
  expect(lifeOf(`${GUEST}-disk`)).toEqual({
    ...SCRIPTS,
    parent: GUEST,
    dependsOn: ["team-01-key-seed", `${GUEST}-secrets-host-key`, `${GUEST}-secrets-password`],
    deletedWith: undefined,
    replaceWith: [],
  });
  expect(lifeOf(`${GUEST}-machine`)).toEqual({
    ...SCRIPTS,
    parent: GUEST,
    dependsOn: [`${GUEST}-disk`],
    deletedWith: undefined,
    replaceWith: [`${GUEST}-disk`],
  });
  expect(lifeOf(`${GUEST}-ready`)).toEqual({
    ...SCRIPTS,
    parent: GUEST,
    dependsOn: [
      "team-01-key-seed",
      `${GUEST}-machine`,
      `${GUEST}-secrets-host-key`,
      `${GUEST}-secrets-password`,
    ],
    deletedWith: `${GUEST}-machine`,
    replaceWith: [`${GUEST}-machine`],
  });
  // Not deleted with the guest: a switch that goes alone is left first. The LAN is another stack's.
  expect(lifeOf(`${GUEST}-adapters`)).toEqual({
    ...SCRIPTS,
    parent: GUEST,
    dependsOn: [`${GUEST}-machine`, "team-01-inside-network"].sort(),
    deletedWith: undefined,
    replaceWith: [`${GUEST}-machine`, "team-01-inside-network"].sort(),
  });
  expect(lifeOf(`${GUEST}-settings`)).toEqual({
    ...SCRIPTS,
    parent: GUEST,
    dependsOn: [`${GUEST}-adapters`, `${GUEST}-disk`, `${GUEST}-ready`],
    deletedWith: `${GUEST}-machine`,
    replaceWith: [`${GUEST}-disk`],
  });
});

test("what lives in a guest lives and dies with its disk, and is reached over its channel", () => {
  for (const { name, deletedWith, replaceWith } of [
    engine.find(":Command", `${GUEST}-docker-images`),
    engine.find(":Container", `${GUEST}-docker-nginx-container`),
  ])
    expect({ name, deletedWith, replaceWith }).toEqual({
      name,
      deletedWith: `${GUEST}-machine`,
      replaceWith: [`${GUEST}-disk`],
    });
  const { inputs } = engine.find("providers:docker", `${GUEST}-docker-engine`);
  expect(inputs.host).toBe("ssh://root@lab-team-01-web");
  const options = String(inputs.sshOpts);
  expect(options).toContain(`ProxyCommand=perl \\"\${CLASSLAB_HOME}/channel.pl\\" lab-team-01-web 60`);
  expect(options).toMatch(/IdentityFile=\$\{CLASSLAB_HOME\}\/keys\/lab\/team-01/);
  expect(options).not.toMatch(/"\/|=\/(?!dev\/null)/);
});

test("a guest is made anew when its machine differs, and not when its adapters do", () => {
  const triggers = (name: string) => JSON.stringify(find(name).inputs.triggers);
  expect(triggers(`${GUEST}-machine`)).toContain("<name>lab-team-01-web</name>");
  expect(triggers(`${GUEST}-machine`)).not.toContain("<interface");
  expect(find(`${GUEST}-machine`).inputs.stdin).toContain('<source network="lab_unplugged"/>');
  expect(find(`${GUEST}-machine`).inputs.stdin).not.toContain("lab-lan");
  expect(find(`${GUEST}-disk`).inputs.triggers).toEqual([IMAGE, "10 GiB, dynamic"]);
});

test("names and place of everything are those of the record and the plan", () => {
  const disk = String(unsecret(find(`${GUEST}-disk`).inputs.stdin));
  expect(disk).toContain(`<path>/var/lib/libvirt/images/classlab-cache/${IMAGE}/disk.qcow2</path>`);
  expect(disk).toContain("pool='classlab-0123456789abcdef-lab'\n");
  expect(String(find(`${GUEST}-adapters`).inputs.stdin)).toContain('<source network="lab-lan"/>');
});

test("secrets reach the engine as secrets, on standard input only; the password not even there", () => {
  for (const name of [`${GUEST}-disk`, `${GUEST}-ready`]) {
    const { stdin } = find(name).inputs;
    expect(isSecretInput(stdin)).toBe(true);
    const text = String(unsecret(stdin));
    expect(text).toContain("OPENSSH PRIVATE KEY");
    expect(text).toMatch(/\$6\$rounds=1000\$[0-9a-f]{16}\$[./0-9A-Za-z]{86}/);
    expect(text).not.toContain("secret of");
  }
  const elsewhere = engine.registrations.filter(({ inputs }) =>
    /secret of|PRIVATE KEY|\$6\$/.test(JSON.stringify({ ...inputs, stdin: undefined })),
  );
  expect(elsewhere).toEqual([]);
});

test("each guest has a host key and a password of its own, the same at every run", () => {
  const key = (name: string) =>
    /-----BEGIN OPENSSH PRIVATE KEY-----([^-]*)/
      .exec(String(unsecret(find(name).inputs.stdin)))?.[1]
      ?.replaceAll(/\s/g, "");
  expect(key(`${GUEST}-disk`)).toBe(key(`${GUEST}-ready`));
  const keys = ["team-01-web", "team-01-desk", "team-02-web"].map((guest) => key(`${guest}-disk`));
  expect(new Set(keys).size).toBe(3);
});

test("no script logs, hands its last output on, or waits without a deadline", () => {
  for (const { name, inputs, createTimeout } of engine.registrations.filter(
    ({ type }) => type === "command:local:Command",
  )) {
    expect({ name, logging: inputs.logging, previous: inputs.addPreviousOutputInEnv }).toEqual({
      name,
      logging: "none",
      previous: false,
    });
    expect(createTimeout).toMatch(/^\d+m$|^\d+(\.\d+)?s$/);
  }
});

test("a guest is reached at its address where its host is let in, and at its console always", () => {
  const web = guestAccess(guestNamed(plan, "web"), "libvirt");
  expect(web).toEqual({
    address: "10.1.0.10",
    ssh: { host: "10.1.0.10", port: 22, user: "ubuntu" },
    console: "virsh -c qemu:///system console lab-team-01-web",
    services: [{ stack: "nginx", url: "http://10.1.0.10:8080/" }],
  });
  expect(guestAccess(guestNamed(plan, "desk"), "libvirt")).toEqual({
    console: "virsh -c qemu:///system console lab-team-01-desk",
    services: [],
  });
  const nat = planOf("lab", {
    target: "libvirt",
    switches: [{ name: "nat", mode: "nat" }],
    guests: [{ name: "a", adapters: [{ switch: "nat" }] }],
  });
  expect(guestAccess(guestNamed(nat, "a"), "libvirt").ssh?.host).toBe("10.0.2.15");
  expect(guestAccess(guestNamed(nat, "a")).ssh).toBeUndefined();
});
