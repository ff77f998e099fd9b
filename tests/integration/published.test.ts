import { rmSync } from "node:fs";
import { stringify } from "yaml";
import { containerIds } from "../support/snapshot";
import { SKIP_INTEGRATION, TestLab, type UpDocument } from "../support/testLab";

// Guests' addresses are routed where this runs; what is not routed (Docker in a VM of its own) is asked for by
// configuration. It proves the ports on 127.0.0.1, not that such a machine is recognised.
const suite = SKIP_INTEGRATION ? describe.skip : describe;

suite("a lab whose guests are published on 127.0.0.1", () => {
  const config = stringify({
    config: {
      "classlab:lab": {
        units: "one",
        access: "published",
        switches: [{ name: "lan", mode: "bridged", subnet: "192.168.197.0/24" }],
        guests: [{ name: "g1", adapters: [{ switch: "lan" }], docker: [{ kind: "nginx", port: 18080 }] }],
      },
    },
  });
  const lab = new TestLab("ipub", config);
  let first: UpDocument;

  beforeAll(async () => {
    first = await lab.up();
  }, 20 * 60_000);

  afterAll(() => lab.dispose(), 120_000);

  test("its pages and SSH are where the summary says", async () => {
    expect(first.services).toMatchObject([{ stack: "nginx", url: "http://127.0.0.1:18080/", ok: true }]);
    const page = await fetch("http://127.0.0.1:18080/", { signal: AbortSignal.timeout(10_000) });
    expect(await page.text()).toContain("Welcome to nginx!");
    expect(await lab.ssh(first.guests[0]?.sshCommand ?? "false", "hostname")).toMatchObject({
      code: 0,
      stdout: "g1\n",
    });
  });

  test("a second run keeps the ports and finds nothing to do", async () => {
    const again = await lab.up();
    expect(again.units[0]?.changes).toEqual({ same: first.units[0]?.planned });
    expect(again.services).toMatchObject([{ url: "http://127.0.0.1:18080/" }]);
  }, 60_000);

  test("another port would replace the guest's container: refused by name, nothing changed", async () => {
    await lab.inGuest("g1", "echo kept > /home/ubuntu/note; docker run -d --name mine nginx");
    const before = await containerIds(["ipub-team-01-g1"]);
    lab.edit((document) => {
      const guest = document.guests[0];
      if (guest) guest.docker = [...(guest.docker ?? []), { kind: "php-apache", port: 18070 }];
    });
    const refused = await lab.run("up", "--yes");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("team-01/g1: this change would replace its container");
    expect(refused.stderr).toContain("its disk stands");
    expect(refused.stderr).toContain("--replace team-01/g1");
    expect(await containerIds(["ipub-team-01-g1"])).toEqual(before);
  }, 60_000);

  test("--replace of the guest brings it back on its standing disk, with the learner's own things", async () => {
    const more = await lab.up("--replace", "team-01/g1");
    expect(more.services.map(({ url, ok }) => ({ url, ok }))).toEqual([
      { url: "http://127.0.0.1:18080/", ok: true },
      { url: "http://127.0.0.1:18070/", ok: true },
    ]);
    expect(await lab.inGuest("g1", "cat /home/ubuntu/note; docker inspect -f '{{.Name}}' mine")).toBe(
      "kept\n/mine\n",
    );
  }, 120_000);

  test(
    "images are decided anew only when asked to, and the lab goes on",
    async () => {
      const update = await lab.run("images", "--update", "--yes", "--json");
      expect(update.code).toBe(0);
      const again = await lab.up();
      expect(again.services.filter((service) => !service.ok)).toEqual([]);
    },
    15 * 60_000,
  );

  test("a lab of the same name from another state is refused, and this one stays", async () => {
    const other = new TestLab("ipub", config);
    const result = await other.run("up", "--yes");
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('another lab named "ipub" stands on this machine');
    expect((await lab.run("status")).code).toBe(0);
    rmSync(other.folder, { recursive: true });
  }, 60_000);
});
