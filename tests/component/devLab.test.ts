import { FARM_PORTS } from "../../components/farmScript";
import { resourcesOf } from "../../course/resources";
import { deployUnit } from "../../stacks/unit";
import { devPlan, RECORD } from "../support/devPlan";
import { isSecretInput, MockEngine, unsecret } from "../support/mocks";

// What these tests do not prove: that the providers accept the inputs and that a second preview is empty; the
// integration tests do, with the real ones.
const INNER_IMAGES = {
  nginx: "sha256:inner-nginx",
  "php-apache": "sha256:inner-php",
  wordpress: "sha256:inner-wordpress",
  database: "sha256:inner-database",
};
const LABELS = [
  { label: "classlab", value: "dev" },
  { label: "classlab.id", value: "0123456789abcdef" },
  { label: "classlab.stack", value: "dev" },
];
const TEAM_LABELS = [...LABELS, { label: "classlab.team", value: "team-01" }];
const GUEST = "team-01-ubuntu-test1";
const DOCKER = `${GUEST}-docker`;
const WORDPRESS = `${DOCKER}-wordpress`;

const plan = devPlan();
const [unit] = plan.units;
if (!unit) throw new Error("the dev lab has a unit");
let engine: MockEngine;

beforeAll(async () => {
  engine = await MockEngine.start({ preview: false, images: INNER_IMAGES });
  deployUnit({ plan, unit, record: RECORD });
  await engine.settle();
});

test("the stack holds exactly the planned resources", () => {
  const registered = engine.registrations.map(({ type, name }) => `${type} ${name}`).sort();
  const planned = resourcesOf(plan, unit).map(({ type, name }) => `${type} ${name}`);
  // The stack's own resource is the engine's.
  expect(registered).toEqual(planned.filter((entry) => !entry.startsWith("pulumi:pulumi:Stack")).sort());
});

test("children hang below their components", () => {
  const tree = Object.fromEntries(
    engine.registrations.map(({ name, type, parent }) => [`${type.split(":").at(-1)} ${name}`, parent]),
  );
  expect(tree).toMatchObject({
    "VirtualSwitch lan": undefined,
    "Network lan-network": "lan",
    "docker this-machine-docker": "this-machine",
    "TeamLab team-01": undefined,
    "TeamKey team-01-key": "team-01",
    "RandomPassword team-01-key-seed": "team-01-key",
    [`GuestVm ${GUEST}`]: "team-01",
    [`Volume ${GUEST}-disk`]: GUEST,
    [`Container ${GUEST}-machine`]: GUEST,
    [`Command ${GUEST}-ready`]: GUEST,
    [`Command ${GUEST}-adapters`]: GUEST,
    [`DockerHost ${DOCKER}`]: GUEST,
    [`Command ${DOCKER}-images`]: DOCKER,
    [`docker ${DOCKER}-engine`]: DOCKER,
    [`NginxServer ${DOCKER}-nginx`]: DOCKER,
    [`NginxFarm ${DOCKER}-nginx-farm`]: DOCKER,
    [`PhpApache ${DOCKER}-php-apache`]: DOCKER,
    [`WordPressStack ${WORDPRESS}`]: DOCKER,
    [`Container ${WORDPRESS}-site`]: WORDPRESS,
  });
});

test("no resource uses a default provider", () => {
  const custom = engine.registrations.filter(
    ({ type }) => !type.startsWith("classlab:") && !type.startsWith("pulumi:"),
  );
  expect(custom.length).toBeGreaterThan(20);
  expect(custom.filter(({ provider }) => provider === undefined || provider.startsWith("default"))).toEqual(
    [],
  );
});

test("the switch is a bridge network with the plan's subnet, and the mark of what teams share", () => {
  expect(engine.find(":Network", "lan-network").inputs).toMatchObject({
    name: "dev-lan",
    driver: "bridge",
    internal: false,
    ipamConfigs: [{ subnet: "192.168.99.0/24", gateway: "192.168.99.1" }],
    labels: LABELS,
  });
});

test("a guest starts without any network, without privileges it does not need, and publishes nothing", () => {
  const { inputs, deleteBeforeReplace, replaceWith } = engine.find(":Container", `${GUEST}-machine`);
  expect(inputs).toMatchObject({
    name: "dev-team-01-ubuntu-test1",
    hostname: "ubuntu-test1",
    image: "sha256:guest",
    networkMode: "none",
    cgroupnsMode: "private",
    capabilities: { adds: ["CAP_NET_ADMIN", "CAP_SYS_ADMIN", "CAP_SYS_PTRACE"] },
    ports: [],
    mounts: [
      { type: "volume", source: "dev-team-01-ubuntu-test1-disk", target: "/disk" },
      { type: "volume", source: "classlab-images", target: "/images", readOnly: true },
    ],
    labels: TEAM_LABELS,
  });
  expect(inputs.privileged).toBeUndefined();
  expect(inputs.volumes).toBeUndefined();
  expect({ deleteBeforeReplace, replaceWith }).toEqual({
    deleteBeforeReplace: true,
    replaceWith: [`${GUEST}-disk`],
  });
});

test("adapters are a resource of their own that waits for guest and switch, and leaves before them", () => {
  const adapters = engine.find(":Command", `${GUEST}-adapters`);
  expect(adapters.inputs).toMatchObject({
    create: "sh -s -- apply",
    update: "sh -s -- apply",
    delete: "sh -s -- remove",
  });
  expect(adapters.inputs.stdin).toContain("wanted='dev-lan 192.168.99.99'");
  expect(adapters.dependsOn).toEqual([`${GUEST}-machine`, "lan-network"].sort());
  expect(adapters.replaceWith).toEqual([`${GUEST}-machine`, "lan-network"].sort());
  // Not deleted with the guest: the network could not be removed while the guest is attached.
  expect(adapters.deletedWith).toBeUndefined();
});

test("what lives in a guest lives and dies with its disk", () => {
  const inside = engine.registrations.filter(
    ({ name, type }) => name.startsWith(`${DOCKER}-`) && /^(docker|command):/.test(type),
  );
  expect(inside.map(({ name }) => name).sort()).toEqual(
    [
      `${DOCKER}-images`,
      `${DOCKER}-nginx-container`,
      `${DOCKER}-nginx-farm-containers`,
      `${DOCKER}-php-apache-container`,
      `${DOCKER}-php-apache-page`,
      `${WORDPRESS}-data`,
      `${WORDPRESS}-database`,
      `${WORDPRESS}-files`,
      `${WORDPRESS}-network`,
      `${WORDPRESS}-site`,
    ].sort(),
  );
  for (const { name, deletedWith, replaceWith } of inside) {
    expect({ name, deletedWith, replaceWith }).toEqual({
      name,
      deletedWith: `${GUEST}-machine`,
      replaceWith: [`${GUEST}-disk`],
    });
  }
});

test("the guest's Docker provider goes over the management channel and records no path of a machine", () => {
  const { inputs } = engine.find("providers:docker", `${DOCKER}-engine`);
  expect(inputs.host).toBe("ssh://root@dev-team-01-ubuntu-test1");
  const options = String(inputs.sshOpts);
  expect(options).toContain("ProxyCommand=docker exec -i dev-team-01-ubuntu-test1 /usr/sbin/sshd -i");
  // ssh expands the variable, so the text stays as it is.
  expect(options).toMatch(/IdentityFile=\$\{CLASSLAB_HOME\}\/keys\/dev\/team-01/);
  expect(options).not.toMatch(/192\.168|\/home|\/tmp|\/root/);
});

test("containers in the guest use the images that the guest has, on the plan's ports", () => {
  expect(engine.find(":Container", `${DOCKER}-nginx-container`).inputs).toMatchObject({
    image: "sha256:inner-nginx",
    networkMode: "bridge",
    ports: [{ internal: 80, external: 8080, ip: "0.0.0.0", protocol: "tcp" }],
    labels: TEAM_LABELS,
  });
  expect(engine.find(":Container", `${DOCKER}-php-apache-container`).inputs).toMatchObject({
    ports: [{ external: 8070 }],
    volumes: [{ hostPath: "/home/ubuntu/docker/php-apache", containerPath: "/var/www/html" }],
  });
});

test("the farm is one resource with a variable for each port", () => {
  const farm = engine.find(":Command", `${DOCKER}-nginx-farm-containers`).inputs;
  expect(farm.create).toBe(`docker exec -i dev-team-01-ubuntu-test1 sh -s -- ${FARM_PORTS}`);
  expect(farm.environment).toEqual(
    Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [
        `CLASSLAB_PORT_${8001 + index}`,
        `nginx-farm-${8001 + index}`,
      ]),
    ),
  );
  expect(farm.delete).toBe("docker exec -i dev-team-01-ubuntu-test1 sh -s --");
});

test("WordPress's database is not published, keeps its data on a volume, and gets its passwords as files", () => {
  const database = engine.find(":Container", `${WORDPRESS}-database`).inputs;
  expect(database.ports).toBeUndefined();
  expect(database.mounts).toEqual([{ type: "volume", source: "wordpress-data", target: "/var/lib/mysql" }]);
  expect(database.envs).toEqual([
    "MARIADB_DATABASE=wordpress",
    "MARIADB_USER=wordpress",
    "MARIADB_PASSWORD_FILE=/run/secrets/db-password",
    "MARIADB_ROOT_PASSWORD_FILE=/run/secrets/db-root-password",
  ]);
  expect(engine.find(":Container", `${WORDPRESS}-site`).inputs).toMatchObject({
    ports: [{ external: 8060 }],
    envs: expect.arrayContaining([
      "WORDPRESS_DB_HOST=wordpress-database",
      "WORDPRESS_DB_PASSWORD_FILE=/run/secrets/db-password",
    ]),
  });
});

test("secrets reach the engine as secrets, on standard input only", () => {
  const files = engine.find(":Command", `${WORDPRESS}-files`).inputs;
  expect(isSecretInput(files.stdin)).toBe(true);
  expect(unsecret(files.stdin)).toContain(`secret of ${WORDPRESS}-password`);
  const elsewhere = engine.registrations.filter(({ inputs }) =>
    JSON.stringify({ ...inputs, stdin: undefined }).includes("secret of"),
  );
  expect(elsewhere).toEqual([]);
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
