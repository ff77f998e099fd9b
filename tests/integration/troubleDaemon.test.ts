import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Finished, output } from "../support/cli";
import { WatchedRun } from "../support/killedRun";
import { OwnDaemon } from "../support/ownDaemon";
import { SmallDisk } from "../support/smallDisk";
import { SKIP_INTEGRATION, TestLab } from "../support/testLab";
import { told } from "../support/told";

// Full disks, and a Docker that is restarted and killed, with a daemon and disks of the test's own. What it does not
// prove: that an image can be built anew there (its containers reach no package mirror; images come from this machine's).
const suite = SKIP_INTEGRATION ? describe.skip : describe;

const MB = 1e6;

suite("trouble with Docker and disks", () => {
  const lab = new TestLab("itroubled", TestLab.smallConfig("192.168.195", [{ kind: "nginx", port: 8080 }]));
  lab.edit((config) => {
    config.images = { source: "distribution" };
  });
  let daemon: OwnDaemon;
  let home: SmallDisk;
  let nginx = "";

  /** Ids of the images, whatever their names. */
  const imageIds = async () =>
    [...new Set((await daemon.docker("images", "-aq", "--no-trunc")).split("\n"))].sort();
  const standing = async () =>
    [
      await daemon.docker("ps", "-aq", "--filter", `label=classlab=${lab.name}`),
      await daemon.docker("network", "ls", "-q", "--filter", `label=classlab=${lab.name}`),
      await daemon.docker("volume", "ls", "-q", "--filter", `label=classlab=${lab.name}`),
    ].join("");
  /** One `up` that ends well, after which there is nothing to do. */
  const expectConverges = async () => {
    expect((await lab.up()).ok).toBe(true);
    const again = await lab.up();
    expect(again.units[0]?.changes).toEqual({ same: again.units[0]?.resources });
  };

  beforeAll(async () => {
    const provided = await lab.run("images", "--yes", "--json");
    expect(provided.stderr).not.toContain("[");
    const images: {
      images: { guest: { reference: string }; course: Record<string, { reference: string }> };
    } = JSON.parse(provided.stdout);
    const { guest, course } = images.images;
    nginx = course.nginx?.reference ?? "";
    const bases = await output("docker", ["images", "classlab/base", "--format", "{{.Repository}}:{{.Tag}}"]);
    daemon = await OwnDaemon.make("itrouble", 2200);
    home = await SmallDisk.make(join(tmpdir(), "classlab-home-itrouble"), 24);
    lab.env.CLASSLAB_HOME = join(home.folder, "home");
    lab.env.DOCKER_HOST = daemon.host;
    lab.through = daemon.through;
    await daemon.load([
      ...bases.split("\n").filter(Boolean),
      guest.reference,
      ...Object.values(course).map(({ reference }) => reference),
    ]);
  }, 20 * 60_000);

  // A test that failed must not fail those after it.
  beforeEach(() => {
    daemon.disk.empty();
    home.empty();
  });

  afterAll(async () => {
    await daemon?.dispose();
    await home?.dispose();
    lab.env.DOCKER_HOST = undefined;
    await lab.dispose();
  }, 120_000);

  test("no room to build an image: told with what is free and needed, no half image; with room it ends well", async () => {
    await daemon.docker("tag", nginx, "aside:nginx");
    await daemon.docker("rmi", nginx);
    const before = await imageIds();
    await daemon.disk.fill(0);
    let result: Finished;
    try {
      result = await lab.run("images", "--yes");
    } finally {
      daemon.disk.empty();
      await daemon.docker("tag", "aside:nginx", nginx);
    }
    expect(told(result)).toMatch(
      /^image nginx: .*no space left on device; there are [\d.]+ k?M?B free in \S+, where Docker keeps its data\. Expected room there: about 3\.0 GB in all\. .*\[disk-full\]$/,
    );
    expect(result.code).toBe(1);
    expect(await imageIds()).toEqual(before);
    await daemon.docker("rmi", "aside:nginx");
    expect((await lab.run("images", "--yes")).code).toBe(0);
  }, 120_000);

  test("no room for the image store, nor for a guest's own images: told, what stands is kept, with room up goes on", async () => {
    await daemon.docker("volume", "rm", "classlab-images");
    await daemon.disk.fill(150 * MB);
    const result = await lab.run("up", "--yes");
    expect(result.stderr).toMatch(/image store: not made, .*no space left on device/);
    expect(told(result)).toMatch(
      /^stack itroubled: team-01-web-docker-images: .*no space left on device; there are [\d.]+ k?M?B free in \S+, where Docker keeps its data\. Expected room there: about 505 MB in all\. .*\[disk-full\]$/,
    );
    expect(result.code).toBe(1);
    const guest = await daemon.docker("ps", "-q", "--filter", "name=itroubled-team-01-web");
    daemon.disk.empty();
    await expectConverges();
    expect(await daemon.docker("ps", "-q", "--filter", "name=itroubled-team-01-web")).toBe(guest);
  }, 240_000);

  test("no room at all where state is: told before anything is changed, also by down", async () => {
    const before = await standing();
    lab.edit((config) => {
      for (const guest of config.guests) guest.docker = [{ kind: "nginx", port: 8081 }];
    });
    await home.fill(0);
    for (const verb of ["up", "down"]) {
      const result = await lab.run(verb, "--yes");
      expect(told(result)).toMatch(
        /no space left on device; there are [\d.]+ k?M?B free in \S+, where state and keys are\. Expected room there.*\[disk-full\]$/,
      );
      expect(result.code).toBe(1);
    }
    expect(await standing()).toBe(before);
    home.empty();
    expect((await lab.run("down", "--yes")).code).toBe(0);
    expect(await standing()).toBe("");
  }, 120_000);

  test("the room for state ends in the middle of up: told, and the next up converges", async () => {
    const run = new WatchedRun(lab, "up");
    expect(await run.printed(/guest started/)).toBe(true);
    await home.fill(0);
    expect(await run.finished()).toBe(1);
    expect(told({ stderr: run.output })).toMatch(/where state and keys are.*\[disk-full\]$/);
    home.empty();
    await expectConverges();
    expect((await lab.run("down", "--yes")).code).toBe(0);
    expect(await standing()).toBe("");
  }, 240_000);

  test.each([
    ["SIGKILL", "guest started", false],
    ["SIGTERM", "guest ready", true],
  ] as const)(
    'Docker ended by %s at "%s" (started again at once: %s): told within 20 s, and the next up converges',
    async (name, moment, restarted) => {
      const run = new WatchedRun(lab, "up");
      expect(await run.printed(new RegExp(moment))).toBe(true);
      await daemon.end(name);
      const ended = performance.now();
      if (restarted) await daemon.start();
      expect(await run.finished()).toBe(3);
      expect(performance.now() - ended).toBeLessThan(20_000);
      expect(told({ stderr: run.output })).toMatch(
        /Docker.*(does not answer|stopped answering).*\[docker-not-running\]$/,
      );
      if (!restarted) {
        expect((await lab.run("up", "--yes")).code).toBe(3);
        await daemon.start();
      }
      await expectConverges();
      expect((await lab.run("down", "--yes")).code).toBe(0);
      expect(await standing()).toBe("");
    },
    240_000,
  );
});
