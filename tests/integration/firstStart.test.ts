import { randomUUID } from "node:crypto";
import type { ImageSet } from "../../course/images";
import { execute, output } from "../support/cli";
import { SKIP_INTEGRATION, TestLab } from "../support/testLab";

// The images of our own making whose first start writes files: cut short by the kernel at the first large file, then started again. What it does
// not prove: that the official images do as much.
const suite = SKIP_INTEGRATION ? describe.skip : describe;

suite("a first start that was cut short", () => {
  const lab = new TestLab("istart");
  const name = `istart-${randomUUID().slice(0, 8)}`;
  let images: ImageSet;

  beforeAll(async () => {
    const provided = await lab.run("images", "--yes", "--json");
    if (provided.code !== 0) throw new Error(provided.stderr);
    images = JSON.parse(provided.stdout).images;
  }, 20 * 60_000);

  afterEach(async () => {
    await execute("docker", ["rm", "-f", name]);
    await execute("docker", ["volume", "rm", name]);
  });

  afterAll(() => lab.dispose(), 60_000);

  const mounted = (folder: string) => ["--name", name, "--network", "none", "-v", `${name}:${folder}`];

  /** Starts an image that may write no file longer than 64 KiB. */
  const cut = async (folder: string, image: string, command: string, ...options: string[]) => {
    const limited = `ulimit -f 128; exec docker-entrypoint.sh ${command}`;
    const entry = ["--entrypoint", "sh", image, "-c", limited];
    const { code } = await execute("docker", ["run", "--rm", ...mounted(folder), ...options, ...entry]);
    expect(code).not.toBe(0);
  };

  const inside = (script: string) => output("docker", ["exec", "-i", name, "sh", "-eu"], { stdin: script });

  test("WordPress is whole after the next, with what a learner put there", async () => {
    const folder = "/var/www/html";
    const { id } = images.course.wordpress;
    await output("docker", [
      ...["run", "--rm", ...mounted(folder), "--entrypoint", "sh", id, "-c"],
      `mkdir -p ${folder}/wp-content && echo mine > ${folder}/wp-content/index.php`,
    ]);
    await cut(folder, id, "apache2-foreground");
    await output("docker", ["run", "-d", ...mounted(folder), id]);
    const differing = await inside(
      `timeout 60 sh -c 'until [ -s ${folder}/wp-config.php ]; do sleep 0.1; done'
      diff -rq /usr/src/wordpress ${folder} || :
      cat ${folder}/wp-content/index.php
      find ${folder} -mindepth 1 ! -user www-data`,
    );
    expect(differing.split("\n").filter(Boolean)).toEqual([
      `Only in ${folder}: wp-config.php`,
      `Files /usr/src/wordpress/wp-content/index.php and ${folder}/wp-content/index.php differ`,
      "mine",
      `${folder}/wp-content/index.php`,
    ]);
  }, 120_000);

  test("the database has its accounts after the next", async () => {
    const folder = "/var/lib/mysql";
    const { id } = images.course.database;
    const accounts = [
      ...["MARIADB_DATABASE=wordpress", "MARIADB_USER=wordpress", "MARIADB_PASSWORD=own"],
      "MARIADB_ROOT_PASSWORD=root",
    ].flatMap((entry) => ["-e", entry]);
    await cut(folder, id, "mariadbd", ...accounts);
    await output("docker", ["run", "-d", ...mounted(folder), ...accounts, id]);
    const told = await inside(
      `timeout 60 sh -c 'until healthcheck.sh >/dev/null 2>&1; do sleep 0.1; done'
      MYSQL_PWD=own mariadb -u wordpress -N -e 'SHOW TABLES; SELECT "opened"' wordpress`,
    );
    expect(told).toBe("opened\n");
  }, 120_000);
});
