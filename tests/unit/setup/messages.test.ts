import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Checkout, fixture, fixtureNames, type Request, versions } from "./checkout";

// The sources are modules of another kind than these tests: read, not imported.
const CODES = Array.from(
  (
    /CODES = \[([^\]]*)\]/.exec(readFileSync(join(__dirname, "../../../setup/missing.mjs"), "utf8"))?.[1] ??
    ""
  ).matchAll(/"([a-z-]+)"/g),
  ([, code]) => code ?? "",
);

let checkout: Checkout;
beforeEach(() => {
  checkout = new Checkout();
});
afterEach(() => checkout.remove());

// What is wrong, and what set-up is asked for; each is answered with the sentences in the fixture of that name.
const bad: Record<string, () => Request> = {
  "engine-version": () => {
    checkout.engine("3.100.0");
    haveTheRest();
    return { needs: ["engine"] };
  },
  "engine-without-language": () => {
    checkout.engine(versions.engine.install, false);
    haveTheRest();
    return { needs: ["engine"] };
  },
  engine: () => {
    haveTheRest();
    return { needs: ["engine"] };
  },
  "engine-no-answer": () => {
    haveTheRest();
    const sums = `https://github.com/pulumi/pulumi/releases/download/v${versions.engine.install}/pulumi-${versions.engine.install}-checksums.txt`;
    return { needs: ["engine"], internet: { [sums]: 503 } };
  },
  "engine-bundle-named-wrongly": () => {
    haveTheRest();
    return { needs: ["engine"], env: { CLASSLAB_BUNDLE: join(checkout.place, "nowhere") } };
  },
  "engine-download-checksum": () => {
    haveTheRest();
    const { install } = versions.engine;
    const name = `pulumi-v${install}-${process.platform}-${process.arch}.tar.gz`;
    const sums = join(checkout.place, "sums.txt");
    const file = join(checkout.place, "file.txt");
    writeFileSync(sums, `${"0".repeat(64)}  ${name}\n`);
    writeFileSync(file, "not an engine");
    return {
      needs: ["engine"],
      internet: {
        [`https://github.com/pulumi/pulumi/releases/download/v${install}/pulumi-${install}-checksums.txt`]:
          sums,
        [`https://get.pulumi.com/releases/sdk/${name}`]: file,
      },
    };
  },
  plugin: () => {
    checkout.engine(versions.engine.install);
    return { needs: ["engine"], env: { CLASSLAB_COMPOSE: "/bin/sh" } };
  },
  compose: () => {
    checkout.engine(versions.engine.install);
    checkout.fakePlugins();
    return { needs: ["engine"] };
  },
  "compose-named-wrongly": () => {
    checkout.engine(versions.engine.install);
    checkout.fakePlugins();
    return { needs: ["engine"], env: { CLASSLAB_COMPOSE: join(checkout.place, "nowhere") } };
  },
  "bundle-checksum": () => {
    const bundle = checkout.bundle(join(checkout.root, "bundle"));
    checkout.fakePlugins();
    const platform = `${process.platform}-${process.arch}`;
    checkout.damage(join(bundle, `engine-${platform}.tar.gz`));
    return { needs: ["engine"], env: { CLASSLAB_COMPOSE: "/bin/sh" } };
  },
  modules: () => {
    checkout.fake("npm", "echo 'npm warn old'; echo 'npm error code EUSAGE'; exit 1");
    return { needs: ["modules"] };
  },
  "modules-no-npm": () => {
    checkout.unfake("npm");
    return { needs: ["modules"] };
  },
  build: () => {
    checkout.haveModules();
    checkout.fake("npm", "echo 'cli/main.ts(1,1): error TS1005: oops'; exit 2");
    return { needs: ["modules"] };
  },
  docker: () => {
    checkout.fake("docker", NO_DAEMON);
    return { needs: ["docker"], env: { DOCKER_HOST: "tcp://192.0.2.1:2375" } };
  },
  "docker-other-linux": () => {
    checkout.unfake("docker");
    return { needs: ["docker"], debian: false };
  },
  "docker-other-system": () => {
    checkout.unfake("docker");
    return { needs: ["docker"], yes: true, platform: "darwin" };
  },
  "docker-does-not-start": () => {
    checkout.fake("docker", NO_DAEMON);
    checkout.fake("dockerd", "echo 'failed to start daemon: no cgroups'; exit 1");
    return { needs: ["docker"], yes: true };
  },
  "docker-apt-fails": () => {
    checkout.unfake("docker");
    checkout.fake("apt-get", "echo 'E: Unable to locate package docker.io'; exit 100");
    return { needs: ["docker"], yes: true, systemd: true };
  },
  "docker-permission": () => {
    checkout.fake(
      "docker",
      "echo 'permission denied while trying to connect to the Docker daemon socket' >&2; exit 1",
    );
    return { needs: ["docker"], yes: true };
  },
  "docker-consent": () => {
    checkout.unfake("docker");
    return { needs: ["docker"] };
  },
  "docker-consent-start": () => {
    checkout.fake("docker", NO_DAEMON);
    checkout.fake("dockerd", "");
    return { needs: ["docker"] };
  },
  "docker-context": () => {
    checkout.fake("docker", "echo 'context \"x\": not found' >&2; exit 1");
    return { needs: ["docker"], env: { DOCKER_CONTEXT: "x" } };
  },
  libvirt: () => {
    checkout.haveLibvirt();
    checkout.fake("virsh", NO_LIBVIRT);
    checkout.unfake("sudo");
    return { needs: ["libvirt"], yes: true, user: true };
  },
  "libvirt-other-linux": () => {
    checkout.haveLibvirt();
    checkout.unfake("qemu-img");
    return { needs: ["libvirt"], yes: true, debian: false };
  },
  "libvirt-other-system": () => ({ needs: ["libvirt"], yes: true, platform: "darwin" }),
  "libvirt-does-not-start": () => {
    checkout.haveLibvirt();
    checkout.fake("virsh", NO_LIBVIRT);
    checkout.fake("libvirtd", "echo 'libvirtd: error: Unable to obtain pidfile.' >&2; exit 1");
    return { needs: ["libvirt"], yes: true };
  },
  "libvirt-silent": () => {
    checkout.haveLibvirt();
    checkout.fake("virsh", NO_LIBVIRT);
    checkout.fake("systemctl", "");
    checkout.fake("journalctl", "echo 'libvirtd[7]: cannot find any suitable libvirt drivers'");
    return { needs: ["libvirt"], yes: true, systemd: true };
  },
  "libvirt-apt-fails": () => {
    checkout.haveLibvirt();
    checkout.unfake("libvirtd");
    checkout.fake("apt-get", "echo 'E: Unable to locate package libvirt-daemon-system'; exit 100");
    return { needs: ["libvirt"], yes: true, systemd: true };
  },
  "libvirt-permission": () => {
    checkout.haveLibvirt();
    checkout.fake(
      "virsh",
      "echo 'error: failed to connect to the hypervisor' >&2; echo \"error: Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied\" >&2; exit 1",
    );
    return { needs: ["libvirt"], yes: true };
  },
  "libvirt-permission-polkit": () => {
    checkout.haveLibvirt();
    checkout.fake(
      "virsh",
      "echo 'error: failed to connect to the hypervisor' >&2; echo \"error: authentication unavailable: no polkit agent available to authenticate action 'org.libvirt.unix.manage'\" >&2; exit 1",
    );
    return { needs: ["libvirt"], yes: true };
  },
  "libvirt-consent": () => ({ needs: ["libvirt"] }),
  "libvirt-consent-start": () => {
    checkout.haveLibvirt();
    checkout.fake("virsh", NO_LIBVIRT);
    return { needs: ["libvirt"] };
  },
  "libvirt-consent-start-systemd": () => {
    checkout.haveLibvirt();
    checkout.fake("virsh", NO_LIBVIRT);
    return { needs: ["libvirt"], systemd: true };
  },
};

const NO_LIBVIRT =
  "echo 'Compiled against library: libvirt 9.0.0'; echo 'error: failed to connect to the hypervisor' >&2; echo \"error: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory\" >&2; exit 1";

const NO_DAEMON =
  "echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?' >&2; exit 1";

function haveTheRest(): void {
  checkout.fakePlugins();
  checkout.haveCompose();
}

test.each(Object.keys(bad))("%s", async (name) => {
  const outcome = await checkout.provide(bad[name]?.());
  const codes = [...new Set(outcome.missing.map(({ code }) => code))];
  expect(checkout.neutral(outcome.sentences)).toBe(fixture(name));
  expect(codes).toEqual([codeOf(name)]);
  expect(checkout.leftovers()).toEqual([]);
});

test("windows", async () => {
  const { code, stderr } = await checkout.finish(checkout.launch(["up"], { platform: "win32" }));
  expect(code).toBe(3);
  expect(stderr.trimEnd()).toBe(fixture("windows"));
});

test("windows, as JSON", async () => {
  const { code, stdout, stderr } = await checkout.finish(
    checkout.launch(["up", "--json"], { platform: "win32" }),
  );
  expect(code).toBe(3);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, ok: false, missing: [{ code: "windows" }] });
});

test.each(["12.22.0", "18.20.4", "20.18.3"])("node-version: %s", async (node) => {
  const { code, stderr } = await checkout.finish(checkout.launch(["up"], { node }));
  expect(code).toBe(3);
  expect(stderr.trimEnd().replaceAll(node, "<version>")).toBe(fixture("node-version"));
});

test("a Node.js that is new enough passes", async () => {
  const { code } = await checkout.finish(checkout.launch(["plan"], { node: "20.19.0" }));
  expect(code).toBe(0);
});

describe("packages", () => {
  const install = (...args: string[]) => checkout.finish(checkout.start(["setup/packages.mjs", ...args]));

  test("without consent", async () => {
    const { code, stderr } = await install("debootstrap");
    // Where this machine is no Debian, that is told instead.
    expect([fixture("packages"), fixture("packages-other-linux")]).toContain(stderr.trimEnd());
    expect(code).toBe(3);
    expect(checkout.called()).toEqual([]);
  });

  test("without a name", async () => {
    expect(await install("--yes")).toMatchObject({ code: 2 });
  });
});

// The fixture "docker-apt-fails" is about the code "docker".
function codeOf(name: string): string {
  return (
    [...CODES]
      .sort((a, b) => b.length - a.length)
      .find((code) => name === code || name.startsWith(`${code}-`)) ?? ""
  );
}

test("every code that can be reported has its message among the fixtures, and none is left over", () => {
  expect(CODES.length).toBeGreaterThan(10);
  const names = fixtureNames();
  expect(CODES.filter((code) => !names.includes(code))).toEqual([]);
  expect(names.filter((name) => codeOf(name) === "")).toEqual([]);
});
