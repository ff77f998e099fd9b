import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { execute, type Finished, output } from "../support/cli";
import { SecretSampler } from "../support/secretSampler";
import {
  filesBelow,
  hitsIn,
  labSecrets,
  needlesOf,
  type Place,
  type Secret,
  searchScript,
} from "../support/secretSearch";
import { SKIP_INTEGRATION, TestLab, type UpDocument } from "../support/testLab";
import { WordPressClient } from "../support/wordPress";

// Secrets of a real lab, sought wherever they could show while it is brought up, rotated and taken down. Guests are
// containers, so their processes stand in this machine's /proc; where Docker runs in a machine of its own they do not.
const suite = SKIP_INTEGRATION || process.platform !== "linux" ? describe.skip : describe;

suite("secrets", () => {
  const lab = new TestLab(
    "isecret",
    stringify({
      config: {
        "classlab:lab": {
          units: "one",
          teams: 2,
          switches: [{ name: "lan", mode: "bridged", subnet: "192.168.197.0/24" }],
          guests: [
            { name: "g1", adapters: [{ switch: "lan" }], docker: [{ kind: "wordpress", port: 8060 }] },
          ],
          registry: { run: true },
        },
      },
    }),
  );
  const home = join(lab.folder, "home");
  const temporary = join(lab.folder, "tmp");
  /** Of an operator who has a home of Pulumi's own, where it logs all that it does. */
  const engineHome = join(lab.folder, "pulumi");
  const key = (team: string) => join(home, "keys", "isecret", team);
  const guest = (team: string) => `isecret-${team}-g1`;
  const started = Date.now();
  const printed: Finished[] = [];
  const secrets = new Map<string, Secret>();
  const leak = Object.fromEntries(
    ["argument", "environment", "guest argument", "guest environment", "file"].map((name) => [
      name,
      `leaked${randomBytes(12).toString("hex")}`,
    ]),
  );
  let sampler: SecretSampler;
  let first: UpDocument;
  let site: WordPressClient;
  let post: number;
  /** What may not be read although it is root who asks: init of a machine that is a container itself, for one. */
  let before: string[] = [];

  const refused = () =>
    sampler.places.map(({ where }) => where).filter((where) => where.startsWith("refused "));

  const classlab = async (verb: string, ...args: string[]): Promise<Finished> => {
    const result = await lab.run(verb, ...args);
    printed.push(result);
    return result;
  };

  /** Secrets as they are now, with what is derived from them. */
  const collect = async (): Promise<Secret[]> => {
    const exported = await lab.pulumi("stack", "export", "--show-secrets");
    expect(exported.code).toBe(0);
    const now = labSecrets(exported.stdout, ["team-01", "team-02"], key, join(home, "passphrase"));
    for (const secret of now) secrets.set(secret.value, secret);
    return now;
  };
  const secretOf = (list: readonly Secret[], name: string) =>
    list.find((secret) => secret.name.startsWith(name) && secret.name.endsWith(".outputs.result"))?.value;

  /** Everything on a guest's own file systems and its disk, the containers inside it included; one line a hit. */
  const searchGuests = async (): Promise<string[]> => {
    const script = searchScript([...secrets.values()], "/ /disk");
    const found = await Promise.all(
      ["team-01", "team-02"].map(async (team) => {
        const text = await output("docker", ["exec", "-i", guest(team), "sh", "-eu", "-s"], {
          stdin: script,
        });
        return text
          .split("\n")
          .filter(Boolean)
          .map((path) => `${team} ${path}`);
      }),
    );
    return found.flat().sort();
  };
  const passwordFiles = ["team-01", "team-02"].flatMap((team) =>
    ["database/db-password", "database/db-root-password", "site/db-password"].map(
      (file) => `${team} /disk/classlab/wordpress/${file}`,
    ),
  );

  const login = (team: string, ...options: string[]) => {
    const address = first.guests.find((entry) => entry.sshCommand.endsWith(`${team}-g1`))?.address;
    const fixed = ["-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"];
    const unknown = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"];
    return execute("ssh", [...fixed, ...unknown, ...options, `ubuntu@${address}`, "id -un"]);
  };

  beforeAll(async () => {
    mkdirSync(temporary);
    lab.env.TMPDIR = temporary;
    mkdirSync(engineHome);
    symlinkSync(join(process.env.PULUMI_HOME ?? "", "plugins"), join(engineHome, "plugins"));
    lab.env.PULUMI_HOME = engineHome;
    sampler = new SecretSampler([temporary]);
    await sampler.seen();
    before = refused();
    const up = await classlab("up", "--yes", "--json");
    if (up.code !== 0) throw new Error(up.stderr);
    first = JSON.parse(up.stdout);
    site = new WordPressClient(first.services[0]?.url ?? "");
    await site.install("staff", "a long enough password");
    await site.login("staff", "a long enough password");
    post = await site.publish("Monday", "written before the passwords changed");
  }, 20 * 60_000);

  afterAll(async () => {
    await sampler.stop();
    await lab.dispose();
  }, 120_000);

  test("the search is not blind: what is leaked on purpose is seen, on the host and in a guest", async () => {
    const host = spawn("sh", ["-c", "read -r _", leak.argument ?? ""], {
      env: { ...process.env, LEAK: leak.environment },
      stdio: ["pipe", "ignore", "ignore"],
    });
    // On standard input, so that no command line on the host shows what runs in the guest.
    const script = `LEAK=${leak["guest environment"]} sh -c 'sleep 60; :' ${leak["guest argument"]} >/dev/null 2>&1 & echo $!`;
    const pid = await output("docker", ["exec", "-i", guest("team-01"), "sh", "-s"], { stdin: script });
    appendFileSync(join(temporary, "leak"), leak.file ?? "");
    await sampler.seen();
    host.stdin?.end();
    await output("docker", ["exec", guest("team-01"), "kill", pid.trim()]);
    const seen = Object.entries(leak).map(([name, text]) => ({
      name,
      kinds: [
        ...new Set(
          sampler.places
            .filter(({ content }) => content.includes(text))
            .map(({ where }) => where.split(" ")[0]),
        ),
      ],
    }));
    expect(seen).toEqual([
      { name: "argument", kinds: ["cmdline"] },
      { name: "environment", kinds: ["environ"] },
      { name: "guest argument", kinds: ["cmdline"] },
      { name: "guest environment", kinds: ["environ"] },
      { name: "file", kinds: ["file"] },
    ]);
  }, 30_000);

  test("the state marks what is secret: seeds and passwords of both teams, and the scripts that carry them", async () => {
    const names = (await collect()).map(({ name }) => name);
    for (const team of ["team-01", "team-02"]) {
      expect(names).toEqual(
        expect.arrayContaining([
          `${team}-key-seed.outputs.result`,
          `${team}-g1-docker-wordpress-password.outputs.result`,
          `${team}-g1-docker-wordpress-root-password.outputs.result`,
          `${team}-g1-docker-wordpress-files.inputs.stdin`,
          `registry-account-${team}.outputs.result`,
        ]),
      );
    }
    expect(names).toEqual(
      expect.arrayContaining([
        "registry-authority-a.outputs.result",
        "registry-authority-b.outputs.result",
        "registry-files.inputs.stdin",
      ]),
    );
    expect(await searchGuests()).toEqual(passwordFiles);
  }, 120_000);

  test("rotate asks for teams, and for known ones", async () => {
    const none = await classlab("rotate");
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("Add --team team-01 or --all. [no-team-chosen]");
    const unknown = await classlab("rotate", "--team", "team-03");
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain(
      "--team team-03: lab isecret has no such team. Expected one of team-01, team-02. [unknown-team]",
    );
  }, 60_000);

  test("a rotation that cannot be is refused before anything is changed", async () => {
    const before = await collect();
    const stopped = (verb: string) =>
      output("docker", ["exec", guest("team-01"), "docker", verb, "wordpress-database"]);
    await stopped("stop");
    try {
      const refused = await classlab("rotate", "--team", "team-01");
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain(
        "guest isecret-team-01-g1: container wordpress-database: it does not run.",
      );
    } finally {
      await stopped("start");
    }
    expect(await collect()).toEqual(before);
  }, 90_000);

  test("rotate makes one team's secrets anew: the old key is refused, the new one and learners' own let in", async () => {
    const before = await collect();
    const old = join(lab.folder, "old key");
    copyFileSync(key("team-01"), old);
    const own = join(lab.folder, "learner");
    await output("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "me@home", "-f", own]);
    const line = readFileSync(`${own}.pub`, "utf8");
    await output(
      "docker",
      ["exec", "-i", guest("team-01"), "sh", "-c", "cat >> /home/ubuntu/.ssh/authorized_keys"],
      {
        stdin: line,
      },
    );
    expect((await login("team-01", "-i", old)).stdout).toBe("ubuntu\n");

    const rotated = await classlab("rotate", "--team", "team-01", "--json");
    expect({ code: rotated.code, text: rotated.code === 0 ? "" : rotated.stderr }).toEqual({
      code: 0,
      text: "",
    });
    const names = [
      "team-01-key-seed",
      "team-01-g1-docker-wordpress-password",
      "team-01-g1-docker-wordpress-root-password",
      "registry-account-team-01",
    ];
    expect(JSON.parse(rotated.stdout)).toMatchObject({
      schemaVersion: 1,
      ok: true,
      rotated: [{ team: "team-01", secrets: names }],
      units: [{ changes: { replace: 4, update: 3 } }],
    });

    const after = await collect();
    for (const name of names) {
      expect(secretOf(before, name)).toMatch(/^[A-Za-z0-9]+$/);
      expect(secretOf(after, name)).not.toBe(secretOf(before, name));
    }
    for (const name of names.map((text) => text.replace("team-01", "team-02"))) {
      expect(secretOf(after, name)).toBe(secretOf(before, name));
    }
    const refused = await login("team-01", "-i", old);
    expect(refused.code).toBe(255);
    expect(refused.stderr).toContain("Permission denied");
    expect((await login("team-01", "-i", key("team-01"))).stdout).toBe("ubuntu\n");
    expect((await login("team-01", "-i", own)).stdout).toBe("ubuntu\n");
    expect((await login("team-02", "-i", key("team-02"))).stdout).toBe("ubuntu\n");
    const printedCommand = first.guests.find((entry) => entry.sshCommand.endsWith("team-01-g1"))?.sshCommand;
    expect((await lab.ssh(printedCommand ?? "false", "id -un")).stdout).toBe("ubuntu\n");
  }, 120_000);

  test("WordPress goes on with its content, and takes more", async () => {
    expect(await site.read(post)).toContain("written before the passwords changed");
    const next = await site.publish("Tuesday", "written after the passwords changed");
    expect(await site.read(next)).toContain("written after the passwords changed");
  }, 60_000);

  test("the database refuses its old passwords", async () => {
    const olds = [...secrets.values()].filter(({ name }) => /team-01.*password\.outputs\.result$/.test(name));
    expect(olds).toHaveLength(4);
    // Each password with each account: two accounts, one password each.
    const script = olds
      .flatMap(({ value }) => ["root", "wordpress"].map((user) => ({ user, value })))
      .map(
        ({ user, value }) =>
          `printf '[client]\\nuser=${user}\\npassword=${value}\\n' | docker exec -i wordpress-database sh -c 'cat > /dev/shm/c; mariadb --defaults-file=/dev/shm/c --protocol=tcp --host=127.0.0.1 -Ne "SELECT 1" 2>/dev/null; rm /dev/shm/c'`,
      )
      .join("\n");
    const opened = await output("docker", ["exec", "-i", guest("team-01"), "sh", "-s"], { stdin: script });
    expect(opened).toBe("1\n1\n");
  }, 60_000);

  test("afterwards there is nothing to do, with refresh neither", async () => {
    for (const extra of [[], ["--refresh"]]) {
      const preview = await lab.pulumi("preview", "--expect-no-changes", ...extra);
      printed.push(preview);
      expect({ code: preview.code, text: preview.code === 0 ? "" : preview.stdout }).toEqual({
        code: 0,
        text: "",
      });
    }
  }, 60_000);

  test("guests hold their passwords in root's files and nowhere else, old ones no more", async () => {
    expect(await searchGuests()).toEqual(passwordFiles);
    expect(await lab.inGuest("g1", "stat -c %a /disk/classlab; ls -A /disk/classlab/wordpress/*")).toBe(
      [
        "700",
        "/disk/classlab/wordpress/lock",
        "",
        "/disk/classlab/wordpress/database:",
        "db-password",
        "db-root-password",
        "",
        "/disk/classlab/wordpress/site:",
        "db-password",
        "",
      ].join("\n"),
    );
    const learner = await lab.ssh(
      first.guests.find((entry) => entry.sshCommand.endsWith("team-01-g1"))?.sshCommand ?? "false",
      "cat /disk/classlab/wordpress/site/db-password",
    );
    expect(learner.stderr).toContain("Permission denied");
  }, 120_000);

  test("0 hits in state, backups, history, logs, temporary files, output, command lines and environments", async () => {
    const logs = await Promise.all(
      ["team-01", "team-02"].flatMap((team) =>
        [
          ["logs", guest(team)],
          ["inspect", guest(team)],
          ["inspect", "isecret-registry"],
        ].map(async (args): Promise<Place> => {
          const { stdout, stderr } = await execute("docker", args);
          return { where: `docker ${args.join(" ")}`, content: stdout + stderr };
        }),
      ),
    );
    const down = await classlab("down", "--yes");
    expect(down.code).toBe(0);
    await sampler.seen();
    await sampler.stop();
    const engineLogs = filesBelow(join(engineHome, "logs"), started);
    const places: Place[] = [
      ...sampler.places,
      ...logs,
      ...filesBelow(home),
      ...engineLogs,
      ...printed.map(({ stdout, stderr }, index) => ({ where: `output ${index}`, content: stdout + stderr })),
    ];
    const needles = [...secrets.values()].flatMap(needlesOf);
    const counts = {
      secrets: secrets.size,
      needles: needles.length,
      rounds: sampler.rounds,
      ...Object.fromEntries(
        ["cmdline", "environ", "file", "refused"].map((kind) => [
          kind,
          sampler.places.filter(({ where }) => where.startsWith(`${kind} `)).length,
        ]),
      ),
      files: filesBelow(home).length,
      logs: engineLogs.length,
    };
    process.stdout.write(`searched: ${JSON.stringify(counts)}\n`);

    const hits = hitsIn(places, needles);
    const allowed = (hit: string) =>
      ["team-01", "team-02"].some(
        (team) =>
          hit.startsWith(`${key(team)}: ${team} private key`) ||
          hit.startsWith(`${key(team)}.registry: registry-account-${team}`),
      ) || hit.startsWith(`${join(home, "passphrase")}: passphrase `);
    expect(hits.filter((hit) => !allowed(hit))).toEqual([]);
    // Controls: the search finds what is there, and looked where it says.
    for (const team of ["team-01", "team-02"]) {
      expect(hits).toContain(`${key(team)}: ${team} private key file (plain)`);
      expect(statSync(key(team)).mode & 0o777).toBe(0o600);
      expect(hits).toContain(`${key(team)}.registry: registry-account-${team}.outputs.result (plain)`);
      expect(statSync(`${key(team)}.registry`).mode & 0o777).toBe(0o600);
    }
    expect(statSync(join(home, "keys", "isecret")).mode & 0o777).toBe(0o700);
    expect(hits).toContain(`${join(home, "passphrase")}: passphrase (plain)`);
    // A process from before the lab has its environment from before the lab.
    expect(refused().filter((where) => !before.includes(where))).toEqual([]);
    const seen = (text: string) => sampler.places.some(({ content }) => content.includes(text));
    expect(
      ["mariadbd", "classlab-init", "pulumi-resource-random", "destroy"].filter((text) => !seen(text)),
    ).toEqual([]);
    for (const folder of ["stacks", "backups", "history"]) {
      expect(places.some(({ where }) => where.includes(`/.pulumi/${folder}/`))).toBe(true);
    }
    expect(places.some(({ where }) => where.endsWith(".json.bak"))).toBe(true);
    expect(engineLogs.some(({ content }) => content.includes("stack"))).toBe(true);
  }, 120_000);
});
