import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { classlab } from "../support/cli";
import { jumpingClock } from "../support/jumpingClock";
import { type Snapshot, takeSnapshot } from "../support/snapshot";
import { SKIP_INTEGRATION, TestLab } from "../support/testLab";
import { told } from "../support/told";
import { WordPressClient } from "../support/wordPress";

// What a lab is led by, spoiled: its state, its passphrase, the clock. On the real engine and Docker, one lab from the
// first test to the last. What it does not prove: a kernel whose clock is set (Docker and the engine read that one).
const suite = SKIP_INTEGRATION ? describe.skip : describe;

const NET = "192.168.195";

suite("trouble with state, passphrase and clock", () => {
  const lab = new TestLab(
    "itrouble",
    TestLab.smallConfig(NET, [
      { kind: "nginx", port: 8080 },
      { kind: "wordpress", port: 8060 },
    ]),
  );
  const home = lab.env.CLASSLAB_HOME ?? "";
  const kept = join(home, "state", ".pulumi");
  const state = join(kept, "stacks", "classlab", "itrouble.json");
  const backups = [
    join(kept, "backups", "classlab", "itrouble"),
    join(kept, "history", "classlab", "itrouble"),
  ];
  const passphrase = join(home, "passphrase");
  const site = new WordPressClient(`http://${NET}.10:8060/`);
  let undisturbed: Snapshot;
  let post: number;

  const half = (path: string) => truncateSync(path, Math.floor(statSync(path).size / 2));
  const expectContent = async () => {
    expect(await lab.inGuest("web", "cat /home/ubuntu/work.txt")).toBe("a learner's work\n");
    expect(await site.read(post)).toContain("written before the trouble");
  };
  const expectWhole = async () => {
    expect(await takeSnapshot(lab)).toEqual(undisturbed);
    await expectContent();
    expect((await lab.pulumi("preview", "--expect-no-changes")).code).toBe(0);
  };

  afterAll(() => lab.dispose(), 120_000);

  test("the clock jumps an hour ahead and two back during up: the lab comes up", async () => {
    const result = await classlab(["up", "--config", lab.file, "--yes"], jumpingClock(lab.env, lab.folder));
    expect(result.stderr).toContain("opening 2 services");
    expect(result.code).toBe(0);
    await lab.inGuest("web", 'echo "a learner\'s work" > /home/ubuntu/work.txt');
    await site.install("learner", "course-password");
    await site.login("learner", "course-password");
    post = await site.publish("Kept", "written before the trouble");
    undisturbed = await takeSnapshot(lab);
    expect(undisturbed.pending).toBe(0);
  }, 240_000);

  test("a state file cut to half: one line says what it was restored from, and nothing is made anew", async () => {
    half(state);
    const result = await lab.run("up", "--yes");
    expect(result.stderr.match(/^.*recovery: .*$/gm)).toEqual([
      expect.stringContaining("recovery: stack itrouble: its state file was cut off; restored from "),
    ]);
    expect(result.code).toBe(0);
    expect(existsSync(`${state}.damaged`)).toBe(true);
    await expectWhole();
  }, 120_000);

  test("a state file that is gone, and with it every backup but the history of runs: the same", async () => {
    const [folder = ""] = backups;
    for (const path of [state, `${state}.bak`, folder]) rmSync(path, { recursive: true });
    const result = await lab.run("up", "--yes");
    expect(result.stderr.match(/^.*recovery: .*$/gm)).toEqual([
      expect.stringContaining("recovery: stack itrouble: its state file was gone; restored from "),
    ]);
    expect(result.code).toBe(0);
    await expectWhole();
  }, 120_000);

  test.each(["up", "down", "rotate", "status"])(
    "a wrong passphrase: %s says so and changes nothing",
    async (verb) => {
      copyFileSync(passphrase, `${passphrase}.right`);
      const before = readFileSync(state, "utf8");
      try {
        writeFileSync(passphrase, "another one\n");
        const result = await lab.run(verb, "--yes", ...(verb === "rotate" ? ["--all"] : []));
        expect(told(result)).toBe(
          `passphrase file ${passphrase}: it does not open the secrets in the lab's state; nothing was changed. Expected the passphrase with which the lab was brought up. Restore it, or name the right file by PULUMI_CONFIG_PASSPHRASE_FILE, and run the command again. [passphrase-wrong]`,
        );
        expect(result.code).toBe(3);
        expect(readFileSync(state, "utf8")).toBe(before);
        expect(await takeSnapshot(lab)).toEqual(undisturbed);
      } finally {
        renameSync(`${passphrase}.right`, passphrase);
      }
    },
    60_000,
  );

  test("a wrong passphrase in the environment is told as that", async () => {
    const result = await classlab(["up", "--config", lab.file, "--yes"], {
      ...lab.env,
      PULUMI_CONFIG_PASSPHRASE: "another one",
    });
    expect(told(result)).toContain(
      "PULUMI_CONFIG_PASSPHRASE: it does not open the secrets in the lab's state",
    );
    expect(result.code).toBe(3);
  }, 60_000);

  test("a passphrase file that is gone: no new one is made, and with the old one back up goes on", async () => {
    renameSync(passphrase, `${passphrase}.away`);
    try {
      const result = await lab.run("up", "--yes");
      expect(told(result)).toContain(
        `passphrase file ${passphrase}: it cannot be read (no such file or directory), and the lab's state has secrets; nothing was changed.`,
      );
      expect(result.code).toBe(3);
      expect(existsSync(passphrase)).toBe(false);
    } finally {
      renameSync(`${passphrase}.away`, passphrase);
    }
    const again = await lab.up();
    expect(again.units[0]?.changes).toEqual({ same: again.units[0]?.resources });
    await expectWhole();
  }, 120_000);

  test("a state file and all backups cut: told, nothing is changed, and the way out that is named works", async () => {
    const cut = [state, `${state}.bak`].filter(existsSync);
    for (const folder of backups) {
      if (!existsSync(folder)) continue;
      cut.push(
        ...readdirSync(folder)
          .filter((name) => name.endsWith(".json"))
          .map((name) => join(folder, name)),
      );
    }
    for (const path of cut) half(path);
    for (const verb of ["up", "down"]) {
      const result = await lab.run(verb, "--yes");
      expect(told(result)).toBe(
        `stack itrouble: its state file ${state} cannot be read, and there is no backup that can be. Remove what stands by: npx classlab sweep --remove; then move the state file away and run up again. [state-damaged]`,
      );
      expect(result.code).toBe(1);
    }
    await expectContent();

    // Moved away too early, or lost with all backups: what stands is a stranger's as far as anybody can tell.
    renameSync(state, join(lab.folder, "damaged.json"));
    const refused = await lab.run("up", "--yes");
    expect(told(refused)).toContain(
      "if its state is lost, remove what stands by npx classlab sweep --remove",
    );
    expect(refused.code).toBe(2);
    await expectContent();

    const swept = await lab.run("sweep", "--remove", "--yes");
    expect(swept.code).toBe(0);
    expect((await lab.up()).ok).toBe(true);
    expect(await takeSnapshot(lab)).toEqual(undisturbed);
    expect((await lab.run("down", "--yes")).code).toBe(0);
    expect((await takeSnapshot(lab)).host).toEqual([]);
  }, 240_000);
});
