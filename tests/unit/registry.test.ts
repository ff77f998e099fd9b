import { execFileSync } from "node:child_process";
import { registryCertificates } from "../../components/registryCertificates";
import { accountLines, renderRegistryFiles } from "../../components/registryFiles";
import { renderRegistryImages } from "../../components/registryImages";
import { checksOf, clientAddress } from "../../course/checks";
import { parseLab } from "../../course/config";
import { makePlan } from "../../course/plan";
import { pullsOf } from "../../course/pulls";
import { renderAccount } from "../../course/registrySheet";
import { resourcesOf, secretsOf } from "../../course/resources";
import { siteSettingsOf, trusting } from "../../course/siteSettings";
import type { PlatformGuest } from "../../operations/platforms/platform";
import { judge } from "../../operations/verify/judge";
import { parseFindings } from "../../operations/verify/probeResults";
import { renderProbes } from "../../operations/verify/probeScript";
import { planOf, solid } from "./labs";

// What these tests do not prove: that the registry serves anybody; tests/integration/registry.test.ts does.
const LAB = { teams: 2, guests: [{ name: "web", adapters: [{ switch: "lan" }] }] };
const PLAN = planOf("lab", { ...LAB, registry: { run: true } });

describe("the plan", () => {
  test("has the registry on the last address of the classroom LAN, with an account for each team", () => {
    expect(PLAN.registry).toEqual({
      accounts: "per-team",
      push: "192.168.99.254",
      server: {
        objectName: "lab-registry",
        host: "this-machine",
        switchKey: "lan",
        switchObject: "lab-lan",
        address: "192.168.99.254",
        port: 443,
        quota: 10240,
        accounts: ["team-01", "team-02"],
      },
    });
  });

  test("takes address, port and quota from the configuration, and keeps the stand-in for the client PC off them", () => {
    const run = { address: "192.168.99.253", port: 5000, quota: 512 };
    const { registry } = planOf("lab", { ...LAB, registry: { run } });
    expect(registry?.push).toBe("192.168.99.253:5000");
    expect(registry?.server).toMatchObject(run);
    expect(clientAddress(PLAN)).toBe("192.168.99.253");
    expect(clientAddress(planOf("lab", LAB))).toBe("192.168.99.254");
  });

  test("puts it into the stack of what teams share, and no secret of it into a team's", () => {
    const names = PLAN.units.map((unit) => [
      unit.stack,
      resourcesOf(PLAN, unit)
        .map(({ name }) => name)
        .filter((name) => name.startsWith("registry")),
    ]);
    const made = ["", "-authority-a", "-authority-b", "-account-team-01", "-account-team-02"];
    expect(names).toEqual([
      ["lab-site", [...made, "-data", "-container", "-files"].map((suffix) => `registry${suffix}`)],
      ["lab-team-01", []],
      ["lab-team-02", []],
    ]);
    expect(PLAN.teams.flatMap((team) => secretsOf(PLAN, team)).map(({ name }) => name)).toEqual([
      "team-01-key-seed",
      "team-02-key-seed",
    ]);
  });

  test("has a mirror of Docker Hub where one is wanted, which guests ask and trust as they do the registry", () => {
    const plan = planOf("lab", { ...LAB, registry: { run: { mirror: true } } });
    expect(plan.registry).toMatchObject({
      mirror: "https://192.168.99.254:5443",
      push: "192.168.99.254",
      server: { mirror: { port: 5443, of: "https://registry-1.docker.io", preload: false } },
    });
    expect(siteSettingsOf(plan)?.registry).toEqual({
      mirror: "https://192.168.99.254:5443",
      hosts: ["192.168.99.254", "192.168.99.254:5443"],
      own: ["192.168.99.254", "192.168.99.254:5443"],
    });
    expect(pullsOf(plan).pulls).toBe(0);
    const other = planOf("lab", {
      ...LAB,
      registry: { run: { port: 5443, mirror: "https://cache.example:5000/" } },
    });
    expect(other.registry).toMatchObject({
      push: "192.168.99.254:5443",
      mirror: "https://192.168.99.254:5444",
      server: { mirror: { port: 5444, of: "https://cache.example:5000" } },
    });
  });

  test("gives the course's images by the same way where it has them, also with nothing to mirror", () => {
    const plan = planOf("lab", { ...LAB, registry: { run: { preload: true } } });
    expect(plan.registry).toMatchObject({
      mirror: "https://192.168.99.254:5443",
      server: { mirror: { port: 5443, preload: true } },
    });
    expect(plan.registry?.server?.mirror?.of).toBeUndefined();
    const [unit] = plan.units;
    expect(unit && resourcesOf(plan, unit).map(({ name }) => name)).toContain("registry-images");
    // What it mirrors nothing of is asked for outside.
    expect(pullsOf(plan).pulls).toBe(pullsOf(planOf("lab", { ...LAB, registry: { run: true } })).pulls);
    const small = { ...LAB, registry: { run: { preload: true, quota: 512 } } };
    expect(makePlan("lab", solid(parseLab(small)))).toMatchObject({
      faults: [{ code: "registry-impossible", where: "lab.registry.run.quota" }],
    });
  });

  test("has no two mirrors", () => {
    const registry = { run: { mirror: true }, mirror: "https://mirror.example" };
    expect(makePlan("lab", solid(parseLab({ ...LAB, registry })))).toMatchObject({
      faults: [
        {
          code: "registry-impossible",
          where: "lab.registry.mirror",
          what: "the lab runs a mirror of its own, and guests are to ask https://mirror.example",
        },
      ],
    });
  });

  test("counts no pull of another team's image from Docker Hub", () => {
    const other = (registry: object) =>
      pullsOf(planOf("lab", { ...LAB, exercises: ["5-image"], ...registry }));
    expect(other({}).pulls).toBe(2);
    expect(other({ registry: { run: true } }).pulls).toBe(0);
  });
});

describe("guests", () => {
  test("trust its authorities for its own name alone, and reach it without the room's proxy", () => {
    const network = { proxy: { http: "http://proxy.example:3128" } };
    const mirror = {
      mirror: "https://mirror.example:5000",
      caCertificate: registryCertificates("mirror", "m", "192.168.98.1").authority,
    };
    const plan = planOf("lab", { ...LAB, site: { network }, registry: { run: true, ...mirror } });
    const settings = siteSettingsOf(plan);
    if (!settings) throw new Error("no settings");
    expect(settings.registry).toMatchObject({
      hosts: ["192.168.99.254", "mirror.example:5000"],
      own: ["192.168.99.254"],
    });
    expect(settings.proxy?.except).toContain("192.168.99.254");
    expect(trusting(settings, "pem\n").registry).toEqual({ ...settings.registry, ownAuthorities: "pem\n" });
  });
});

describe("accounts", () => {
  const lines = accountLines(
    [
      { name: "team-01", password: "abcdefghijkl" },
      { name: "a-team-with-a-very-long-name", password: "mnopqrstuvwx" },
    ],
    "0123456789abcdef",
  );

  test("are hashes that openssl makes of the same password and salt, each with a salt of its own", () => {
    const [first = "", second = ""] = lines.split("\n");
    for (const [line, password] of [
      [first, "abcdefghijkl"],
      [second, "mnopqrstuvwx"],
    ] as const) {
      const [, hash = ""] = line.split(":");
      const salt = hash.split("$").slice(2, 4).join("$");
      const made = execFileSync("openssl", ["passwd", "-6", "-salt", salt, "-stdin"], { input: password });
      expect(hash).toBe(made.toString().trim());
    }
    expect(first.split("$")[3]).not.toBe(second.split("$")[3]);
    expect(lines).not.toContain("abcdefghijkl");
  });

  test("travel on the script's standard input", () => {
    const script = renderRegistryFiles({ objectName: "lab-registry", port: 443 }, "KEY\n", lines);
    expect(script).toContain("docker exec -i 'lab-registry' sh -s <<'FILES'\n");
    expect(script.indexOf("KEY")).toBeGreaterThan(script.indexOf("<<'FILES'"));
    expect(script.split("\nFILES\n")).toHaveLength(2);
  });

  test("of its images each is sent for each name that learners have for it", () => {
    const images = [
      { reference: "classlab/nginx:1", tags: ["nginx:latest"] },
      { reference: "classlab/official-x:2", tags: ["x:1", "x:latest"] },
    ];
    const script = renderRegistryImages({ objectName: "lab-registry" }, images);
    expect(script.match(/^send .*$/gm)).toEqual([
      "send 'classlab/nginx:1' 'nginx:latest'",
      "send 'classlab/official-x:2' 'x:1'",
      "send 'classlab/official-x:2' 'x:latest'",
    ]);
    expect(script).toContain("docker exec -i 'lab-registry' sh -euc");
  });

  test("are on the team's sheet with the commands of the book", () => {
    const sheet = renderAccount("192.168.99.254", "team-01", "abcdefghijkl");
    expect(sheet).toContain("パスワード / Password:   abcdefghijkl\n");
    expect(sheet).toContain("docker push 192.168.99.254/team-01/IMAGE:1\n");
  });
});

describe("verify", () => {
  const checks = checksOf(PLAN, undefined).filter(({ kind }) => kind === "registry");
  const [check] = checks;
  if (!check) throw new Error("no check");

  test("asks each guest that is on the registry's switch", () => {
    expect(checks.map(({ id }) => id)).toEqual(["registry/team-01/web", "registry/team-02/web"]);
    expect(check).toMatchObject({
      exercises: ["5-image"],
      registry: { name: "192.168.99.254", quota: 10240 },
    });
    expect(renderProbes([check], [], false)).toContain(
      "registry 'registry/team-01/web' '192.168.99.254' 10240 </dev/null &",
    );
    const apart = { guests: [{ name: "web", adapters: [{ mode: "disabled" }] }], registry: { run: true } };
    expect(checksOf(planOf("lab", apart), undefined).filter(({ kind }) => kind === "registry")).toEqual([]);
  });

  test("asks each of them for the mirror too, where there is one", () => {
    const mirrored = planOf("lab", { ...LAB, registry: { run: { mirror: true } } });
    const [mirror, own] = checksOf(mirrored, undefined).filter(({ kind }) => kind === "registry");
    expect([mirror?.id, own?.id]).toEqual(["registry/mirror/team-01/web", "registry/team-01/web"]);
    expect(mirror && renderProbes([mirror], [], false)).toContain(
      "mirror 'registry/mirror/team-01/web' '192.168.99.254:5443' </dev/null &",
    );
    expect(mirror && judged("silent", mirror).cause).toBe("mirror-silent");
    expect(mirror && judged("unreachable", mirror).cause).toBe("registry-untrusted");
  });

  const judged = (how: string, judging = check) => {
    const seen: PlatformGuest = {
      state: "running",
      age: 1000,
      networks: new Map(),
      published: new Map(),
      mark: undefined,
    };
    const lines = [`result\t${judging.id}\t${how}\twords`, "end"].map((text) => ({ text, seconds: 1 }));
    const probed = new Map([["team-01/web", { findings: parseFindings(lines) }]]);
    const nothing = { notStarted: new Map(), logins: new Map(), opened: new Map() };
    return judge({ plan: PLAN, platform: new Map([["lab-team-01-web", seen]]), probed, ...nothing }, judging);
  };

  test.each([
    ["ok", "as-expected", undefined],
    ["refused", "not-as-expected", "registry-silent"],
    ["silent", "not-as-expected", "registry-silent"],
    ["unreachable", "not-as-expected", "registry-untrusted"],
    ["content", "not-as-expected", "registry-full"],
  ])("a guest that says %s", (how, outcome, cause) => {
    const verdict = judged(how);
    expect([verdict.outcome, verdict.cause]).toEqual([outcome, cause]);
  });
});
