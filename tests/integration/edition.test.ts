import { stringify } from "yaml";
import { renderCompose } from "../../course/composeFiles";
import type { DockerStackPlan } from "../../course/plan";
import { containerIds } from "../support/snapshot";
import { SKIP_INTEGRATION, TestLab, type UpDocument } from "../support/testLab";
import { redRows, verified } from "../support/verifying";

// Stand-ins under the names of the edition's images. What the versions of 2019 themselves do is not proved here: no registry is reached.
const suite = SKIP_INTEGRATION ? describe.skip : describe;

const ADDRESS = "192.168.231.20";

suite("a lab of the edition of 2019", () => {
  const config = stringify({
    config: {
      "classlab:lab": {
        edition: "2019",
        units: "one",
        switches: [{ name: "lan", mode: "bridged", subnet: "192.168.231.0/24" }],
        guests: [
          {
            name: "g1",
            adapters: [{ switch: "lan", address: ADDRESS }],
            docker: [{ kind: "php-apache" }, { kind: "wordpress" }],
          },
        ],
      },
    },
  });
  const lab = new TestLab("ined", config);
  let first: UpDocument;

  beforeAll(async () => {
    first = await lab.up();
  }, 20 * 60_000);

  afterAll(() => lab.dispose(), 120_000);

  /** Puts a stack's hand-out on another port, as a team does that follows the book, and brings it up. */
  const handedOut = (kind: "php-apache" | "wordpress", port: number) => {
    const stack: DockerStackPlan = { kind, port, name: kind, ports: [port] };
    return lab.inGuest(
      "g1",
      `mkdir -p /home/ubuntu/docker/php70-apache /home/ubuntu/${kind}
      cd /home/ubuntu/${kind}
      echo '<?php echo "of the team";' > ../docker/php70-apache/index.php
      cat > docker-compose.yml <<'FILE'
${renderCompose(stack, "2019")}FILE
      HOME=/home/ubuntu docker compose up -d --pull never
      for second in $(seq 60); do
        curl -fsSL http://127.0.0.1:${port}/ && exit 0
        sleep 1
      done
      docker compose logs >&2
      exit 1`,
    );
  };

  test("its services answer, and its guest has the images by the names that the book prints", async () => {
    expect(first.services.map(({ stack, ok }) => [stack, ok])).toEqual([
      ["php-apache", true],
      ["wordpress", true],
    ]);
    const names = (await lab.inGuest("g1", "docker images --format '{{.Repository}}:{{.Tag}}'")).split("\n");
    expect(names).toEqual(expect.arrayContaining(["php:7.0-apache", "mysql:5.7", "wordpress:latest"]));
    expect(names).not.toEqual(expect.arrayContaining(["php:apache"]));
    expect(names).not.toEqual(expect.arrayContaining(["mariadb:latest"]));
    const { report } = await verified(lab);
    const told = report.rows.filter(({ kind }) => ["images", "service"].includes(kind));
    expect(told.length).toBeGreaterThan(2);
    expect(redRows({ ...report, rows: told })).toEqual({});
  }, 120_000);

  test("a team that follows the book needs no image more: its Compose files come up from what is there", async () => {
    expect(await handedOut("php-apache", 8071)).toContain("of the team");
    expect(await handedOut("wordpress", 8061)).toMatch(/wp-(admin|content|includes)/);
  }, 180_000);

  test("another edition is refused while it stands: nothing is changed", async () => {
    const before = await containerIds(["ined-team-01-g1"]);
    lab.edit((document) => Object.assign(document, { edition: "current" }));
    const refused = await lab.run("up", "--yes");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('lab "ined" stands, and was made for edition 2019');
    expect(refused.stderr).toContain("[edition-changed]");
    expect(await containerIds(["ined-team-01-g1"])).toEqual(before);
    lab.edit((document) => Object.assign(document, { edition: "2019" }));
    expect((await lab.up()).units[0]?.changes).toEqual({ same: first.units[0]?.planned });
  }, 60_000);
});
