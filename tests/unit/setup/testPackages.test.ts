import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Checkout } from "./checkout";

let checkout: Checkout;
beforeEach(() => {
  checkout = new Checkout();
  checkout.fake("apt-get", "");
  checkout.fake("apt-cache", 'echo "$2 | 1.0"', false);
});
afterEach(() => checkout.remove());

async function install(debian = true): Promise<string> {
  const { place } = checkout;
  const system = {
    osRelease: join(place, "os-release"),
    admin: [],
    systemd: join(place, "systemd"),
    schemas: join(place, "schemas"),
    kvm: join(place, "kvm"),
    socket: join(place, "docker.sock"),
  };
  writeFileSync(system.osRelease, debian ? "ID=debian\n" : "ID=fedora\n");
  writeFileSync(join(place, "systemd"), "");
  writeFileSync(join(place, "schemas"), "");
  writeFileSync(
    join(checkout.root, "driver.mjs"),
    `import { installTestPackages } from "./setup/test-packages.mjs";
await installTestPackages({ say: console.log, env: process.env, system: ${JSON.stringify(system)} });`,
  );
  const { stdout } = await checkout.finish(
    checkout.start([...checkout.pretend({ platform: "linux" }), "driver.mjs"], { CI: "true" }),
  );
  return stdout;
}

/** Fakes of what shows that it is there. */
const have = (...names: string[]) => {
  for (const name of names) checkout.fake(name, "", false);
};

test("all that is lacking comes by one call", async () => {
  checkout.unfake("docker");
  have("xmllint", "gpg", "gpgv", "mcs");
  await install();
  const calls = checkout.called();
  expect(calls.map((call) => call.split(" ").slice(0, 3).join(" "))).toEqual([
    "apt-get -q update",
    "apt-get -q -y",
  ]);
  const [names = ""] = calls[1]?.split(" install ").slice(1) ?? [];
  expect(names.split(" ").sort()).toEqual(
    [
      ...["docker.io", "docker-cli", "ca-certificates"],
      ...[
        "libvirt-daemon-system",
        "libvirt-clients",
        "qemu-system-x86",
        "qemu-utils",
        "dnsmasq-base",
        "xorriso",
      ],
      ...["e2fsprogs", "iputils-ping", "curl", "iproute2", "util-linux", "perl-base"],
      ...["openssh-server", "netplan.io", "mono-mcs", "mono-runtime", "chromium", "fonts-vlgothic"],
      ...[
        "configobj",
        "jinja2",
        "jsonpatch",
        "jsonschema",
        "oauthlib",
        "requests",
        "yaml",
        "netifaces",
        "serial",
      ].map((name) => `python3-${name}`),
    ].sort(),
  );
});

test("where all is there, and where there is no apt, nothing is done", async () => {
  checkout.haveLibvirt();
  have("sshd", "xmllint", "netplan", "gpg", "gpgv", "cloud-init", "mcs", "mono", "chromium");
  expect(await install()).toBe("");
  for (const name of ["sshd", "mono", "chromium"]) checkout.unfake(name);
  expect(await install(false)).toBe("");
  expect(checkout.called().filter((call) => call.startsWith("apt-get"))).toEqual([]);
});
