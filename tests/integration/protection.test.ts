import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execute, output } from "../support/cli";
import { containerIds } from "../support/snapshot";
import { SKIP_INTEGRATION, TestLab } from "../support/testLab";
import { WordPressClient } from "../support/wordPress";

// Changes of configuration and images that would take something from somebody, on the real engine and Docker.
const suite = SKIP_INTEGRATION ? describe.skip : describe;

suite("what stands is protected", () => {
  const net = "192.168.192";
  const docker = [
    { kind: "nginx", port: 8080 },
    { kind: "wordpress", port: 8060 },
  ];
  const lab = new TestLab("iguard", TestLab.smallConfig(net, docker));
  const guest = "iguard-team-01-web";
  const blog = new WordPressClient(`http://${net}.10:8060/`);
  const changedImage = "classlab-test/guest:changed";
  let post: number;

  beforeAll(async () => {
    await lab.up();
    await blog.install("staff", "a password of this test");
    await blog.login("staff", "a password of this test");
    post = await blog.publish("Kept", "what the class wrote");
  }, 20 * 60_000);

  afterAll(async () => {
    await lab.dispose();
    await execute("docker", ["rmi", changedImage]);
  }, 120_000);

  /** `up` is refused, and the guest and everything in it are the very same objects as before. */
  async function refused(): Promise<string> {
    const inside = ["nginx", "wordpress", "wordpress-database"];
    const before = [await containerIds([guest]), await containerIds(inside, guest)];
    const result = await lab.run("up", "--yes");
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("Nothing was changed");
    expect([await containerIds([guest]), await containerIds(inside, guest)]).toEqual(before);
    expect(before[1]).toHaveLength(inside.length);
    expect(await blog.read(post)).toContain("what the class wrote");
    return result.stderr;
  }

  test("a stack that leaves the plan would take its data: refused, and said so", async () => {
    lab.edit((document) => {
      for (const entry of document.guests) entry.docker = docker.slice(0, 1);
    });
    const text = await refused();
    expect(text).toContain(
      "team-01/web: this change would delete its data volume (it is no longer in the plan)",
    );
    expect(text).toContain("its content is lost");
    lab.edit((document) => {
      for (const entry of document.guests) entry.docker = docker;
    });
  }, 60_000);

  test("a guest of another name would take the guest and its disk: refused, each by name", async () => {
    const rename = (name: string) =>
      lab.edit((document) => {
        for (const entry of document.guests) entry.name = name;
      });
    rename("other");
    const text = await refused();
    expect(text).toContain("team-01/web: this change would delete its container");
    expect(text).toContain("team-01/web: this change would delete its disk");
    expect(text).toContain("everything in the guest is lost: homes, containers, WordPress content");
    rename("web");
    expect((await lab.up()).units[0]?.changes).toEqual({ same: expect.any(Number) });
  }, 60_000);

  test("a newer guest image is recorded, and up refuses to replace the guest with it", async () => {
    const shown = await lab.run("images", "--json", "--yes");
    const { reference, id }: { reference: string; id: string } = JSON.parse(shown.stdout).images.guest;
    const file = join(lab.folder, "Dockerfile");
    writeFileSync(file, `FROM ${id}\nLABEL changed-by=test\n`);
    await output("docker", ["build", "-q", "-t", changedImage, "-f", file, lab.folder]);
    rmSync(file);
    try {
      await output("docker", ["tag", changedImage, reference]);
      const update = await lab.run("images", "--update", "--yes");
      expect(update.code).toBe(0);
      expect(update.stdout).toMatch(new RegExp(`guest .*${id.slice(7, 19)} -> [0-9a-f]{12}`));
      expect(update.stdout).toContain("They take effect with: npx classlab up");
    } finally {
      await output("docker", ["tag", id, reference]);
    }
    const text = await refused();
    expect(text).toContain("team-01/web: this change would replace its container (changed: image)");
    expect(text).toContain("its disk stands: homes, Docker data and WordPress content are kept");
    // Allowed for another guest is not allowed for this one.
    expect((await lab.run("up", "--yes", "--replace", "team-02")).code).toBe(2);
  }, 180_000);

  test("--replace brings the guest with all its stacks in that one up, and WordPress has what was written", async () => {
    const before = await containerIds([guest]);
    const document = await lab.up("--replace", "team-01/web");
    expect(await containerIds([guest])).not.toEqual(before);
    expect(await output("docker", ["inspect", "-f", "{{.Image}}", guest])).toBe(
      await output("docker", ["image", "inspect", "-f", "{{.Id}}", changedImage]),
    );
    expect(document.services.map(({ stack, ok }) => ({ stack, ok }))).toEqual([
      { stack: "nginx", ok: true },
      { stack: "wordpress", ok: true },
    ]);
    expect(await blog.read(post)).toContain("what the class wrote");
    expect((await lab.pulumi("preview", "--expect-no-changes")).code).toBe(0);
    expect((await lab.up()).left).toEqual([]);
  }, 180_000);

  test("--replace of a guest that left the plan removes it and its disk, and makes the new one", async () => {
    lab.edit((document) => {
      for (const entry of document.guests) entry.name = "other";
    });
    const document = await lab.up("--replace", "team-01/web");
    expect(document.services.filter((service) => !service.ok)).toEqual([]);
    expect(await containerIds([guest])).toEqual([]);
    expect(await output("docker", ["volume", "ls", "-q", "--filter", "label=classlab=iguard"])).toBe(
      "iguard-team-01-other-disk\n",
    );
    expect(await blog.read(post)).not.toContain("what the class wrote");
  }, 180_000);
});
