import { registryCertificates } from "../../components/registryCertificates";
import { resourcesOf } from "../../course/resources";
import { deployUnit } from "../../stacks/unit";
import { RECORD } from "../support/devPlan";
import { isSecretInput, MockEngine, unsecret } from "../support/mocks";
import { planOf } from "../unit/labs";

// What these tests do not prove: that the registry serves anybody; tests/integration/registry.test.ts does.
const plan = planOf("dev", {
  units: "one",
  teams: 2,
  guests: [{ name: "web", adapters: [{ switch: "lan" }] }],
  registry: { run: true },
});
const [unit] = plan.units;
if (!unit) throw new Error("the lab has a unit");
const record = {
  ...RECORD,
  images: { ...RECORD.images, registry: { reference: "classlab/registry:1", id: "sha256:registry" } },
  registry: { signs: "b" as const, both: true },
};
let engine: MockEngine;

beforeAll(async () => {
  engine = await MockEngine.start({ preview: false, images: {} });
  deployUnit({ plan, unit, record });
  await engine.settle();
});

test("the stack holds exactly the planned resources", () => {
  const registered = engine.registrations.map(({ type, name }) => `${type} ${name}`).sort();
  const planned = resourcesOf(plan, unit).map(({ type, name }) => `${type} ${name}`);
  expect(registered).toEqual(planned.filter((entry) => !entry.startsWith("pulumi:pulumi:Stack")).sort());
});

test("the registry is on the classroom LAN with its own address, publishes nothing, and is made anew with the network", () => {
  const { inputs, replaceWith, deleteBeforeReplace } = engine.find(":Container", "registry-container");
  expect(inputs).toMatchObject({
    name: "dev-registry",
    image: "sha256:registry",
    networksAdvanced: [{ name: "dev-lan", ipv4Address: "192.168.99.254" }],
    envs: ["CLASSLAB_PORT=443", "CLASSLAB_QUOTA=10240"],
    mounts: [{ type: "volume", source: "dev-registry-data", target: "/registry" }],
    restart: "unless-stopped",
  });
  expect(Object.keys(inputs)).not.toEqual(expect.arrayContaining(["ports"]));
  expect({ replaceWith, deleteBeforeReplace }).toEqual({
    replaceWith: ["lan-network", "registry-data"],
    deleteBeforeReplace: true,
  });
});

test("its key and accounts are a secret on standard input, and no word of a command", () => {
  const { inputs, deletedWith } = engine.find(":Command", "registry-files");
  expect(isSecretInput(inputs.stdin)).toBe(true);
  expect(unsecret(inputs.stdin)).toContain("-----BEGIN PRIVATE KEY-----");
  expect(inputs.create).toBe("sh -s --");
  expect(deletedWith).toBe("registry-container");
});

test("guests trust the authorities once the registry has what they signed, both while one takes over", () => {
  const { inputs, dependsOn } = engine.find(":Command", "team-02-web-settings");
  expect(isSecretInput(inputs.stdin)).toBe(false);
  expect(inputs.stdin).toContain(
    "file '/etc/docker/certs.d/192.168.99.254/ca.crt' 644 '-----BEGIN CERTIFICATE",
  );
  expect(String(inputs.stdin).match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  expect(dependsOn).toContain("registry-files");
});

test("a mirror gets out of the room by the site's way, and guests' engines ask it and trust it", async () => {
  const authority = registryCertificates("site", "m", "192.168.98.1").authority;
  const mirrored = planOf("dev", {
    units: "one",
    teams: 1,
    guests: [{ name: "web", adapters: [{ switch: "lan" }] }],
    registry: { run: { mirror: true, preload: true } },
    site: {
      network: {
        dns: ["192.168.99.53"],
        proxy: { http: "http://proxy.example:3128" },
        caCertificate: authority,
      },
    },
  });
  const [only] = mirrored.units;
  if (!only) throw new Error("the lab has a unit");
  const made = await MockEngine.start({ preview: false, images: {} });
  deployUnit({ plan: mirrored, unit: only, record });
  await made.settle();
  const { inputs } = made.find(":Container", "registry-container");
  expect(inputs.dns).toEqual(["192.168.99.53"]);
  expect(inputs.envs).toEqual([
    "CLASSLAB_PORT=443",
    "CLASSLAB_QUOTA=10240",
    "CLASSLAB_MIRROR_PORT=5443",
    "CLASSLAB_MIRROR_OF=https://registry-1.docker.io",
    "http_proxy=http://proxy.example:3128",
    "https_proxy=http://proxy.example:3128",
    expect.stringMatching(/^no_proxy=localhost,/),
    "HTTP_PROXY=http://proxy.example:3128",
    "HTTPS_PROXY=http://proxy.example:3128",
    expect.stringMatching(/^NO_PROXY=localhost,/),
    `CLASSLAB_SITE_CA=${authority.trim()}\n`,
  ]);
  const images = made.find(":Command", "registry-images");
  expect(images.inputs.stdin).toContain(`send '${record.images.course.nginx.reference}' 'nginx:latest'\n`);
  expect(images.dependsOn).toContain("registry-files");
  expect(images.deletedWith).toBe("registry-data");
  const { stdin } = made.find(":Command", "team-01-web-settings").inputs;
  expect(stdin).toContain('"https://192.168.99.254:5443"');
  for (const name of ["192.168.99.254", "192.168.99.254:5443"])
    expect(stdin).toContain(`file '/etc/docker/certs.d/${name}/ca.crt' 644 '-----BEGIN CERTIFICATE`);
});
