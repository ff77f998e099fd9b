import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { handoutsOf, renderCompose } from "../../course/composeFiles";
import { COURSE_IMAGES } from "../../course/images";
import type { DockerStackPlan, LabPlan, TeamPlan } from "../../course/plan";
import versions from "../../setup/versions.json";
import { planOf, ROOT } from "./labs";

// Compose files as Compose itself reads them. Not: that they come up, which farm.test.ts and the registry's tests see of the
// same images.
const DOCKER = [
  { kind: "nginx", port: 8081 },
  { kind: "nginx-farm", firstPort: 8001, count: 3 },
  { kind: "php-apache", port: 8071 },
  { kind: "wordpress", port: 8061 },
];

/** Compose as set-up provides it for guests. */
const COMPOSE =
  process.env.CLASSLAB_COMPOSE ??
  join(ROOT, ".engine", `docker-compose-v${versions.compose}`, "docker-compose");

const EDITIONS = ["current", "2019"] as const;

function lab(edition: (typeof EDITIONS)[number]): { plan: LabPlan; team: TeamPlan } {
  const plan = planOf("lab", {
    units: "one",
    edition,
    teams: 1,
    switches: [{ name: "lan", mode: "bridged", subnet: "10.1.0.0/24" }],
    guests: [{ name: "web", adapters: [{ switch: "lan", address: "10.1.0.10" }], docker: DOCKER }],
  });
  const [team] = plan.teams;
  if (!team) throw new Error("the lab has a team");
  return { plan, team };
}

interface Service {
  readonly image: string;
  readonly restart: string;
  readonly ports?: readonly { readonly target: number; readonly published: string }[];
  readonly volumes?: readonly { readonly type: string; readonly source: string; readonly target: string }[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** What Compose makes of a file. */
function config(text: string): Readonly<Record<string, Service>> {
  const folder = mkdtempSync(join(tmpdir(), "classlab-compose-"));
  try {
    const result = spawnSync(COMPOSE, ["-p", "handout", "-f", "-", "config", "--format", "json"], {
      input: text,
      cwd: folder,
      encoding: "utf8",
      env: { PATH: process.env.PATH ?? "", HOME: "/home/ubuntu", PWD: "/home/ubuntu/docker/wordpress" },
    });
    if (result.status !== 0) throw new Error(`${COMPOSE}: ${result.error?.message ?? result.stderr}`);
    return JSON.parse(result.stdout).services;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const stackOf = (team: TeamPlan, kind: DockerStackPlan["kind"]): DockerStackPlan => {
  const stack = team.guests[0]?.docker.find((entry) => entry.kind === kind);
  if (!stack) throw new Error(`the guest has ${kind}`);
  return stack;
};

/** Services of a stack, as `image restart published->target`. */
const served = (services: Readonly<Record<string, Service>>) =>
  Object.entries(services).map(([name, { image, restart, ports = [] }]) =>
    [name, image, restart, ...ports.map(({ published, target }) => `${published}->${target}`)].join(" "),
  );

test.each(EDITIONS)("edition %s: one file a stack, named as that edition's Compose reads it", (edition) => {
  const { plan, team } = lab(edition);
  const file = edition === "2019" ? "docker-compose.yml" : "compose.yaml";
  expect(handoutsOf(plan, team).map(({ path }) => path)).toEqual(
    ["nginx", "nginx-farm", "php-apache", "wordpress"].map((stack) => `web/${stack}/${file}`),
  );
});

test.each([
  ["current", "nginx", ["nginx nginx unless-stopped 8081->80"]],
  ["2019", "nginx", ["nginx nginx unless-stopped 8081->80"]],
  [
    "current",
    "nginx-farm",
    [8001, 8002, 8003].map((port) => `nginx-${port} nginx unless-stopped ${port}->80`),
  ],
  ["2019", "nginx-farm", [8001, 8002, 8003].map((port) => `nginx-${port} nginx unless-stopped ${port}->80`)],
  ["current", "php-apache", ["php php:apache unless-stopped 8071->80"]],
  ["2019", "php-apache", ["php php:7.0-apache unless-stopped 8071->80"]],
  ["current", "wordpress", ["db mariadb always", "wordpress wordpress always 8061->80"]],
  ["2019", "wordpress", ["db mysql:5.7 always 3306->3306", "wordpress wordpress:latest always 8061->80"]],
] as const)("edition %s, %s: Compose reads these services", (edition, kind, services) => {
  const { team } = lab(edition);
  expect(served(config(renderCompose(stackOf(team, kind), edition)))).toEqual(services);
});

test("today's images are those that are in every guest, by the names that learners type", () => {
  const { plan, team } = lab("current");
  const tags: readonly string[] = COURSE_IMAGES.flatMap((image) => [...image.tags]);
  const images = handoutsOf(plan, team).flatMap(({ text }) =>
    Object.values(config(text)).map(({ image }) => image),
  );
  for (const image of images) expect(tags).toContain(image.includes(":") ? image : `${image}:latest`);
});

test("volumes are the folders of the exercises, and the database is the one that WordPress asks for", () => {
  const { team } = lab("current");
  const bound = (services: Readonly<Record<string, Service>>) =>
    Object.values(services).flatMap(({ volumes = [] }) =>
      volumes.map(({ type, source, target }) => `${type} ${source} ${target}`),
    );
  expect(bound(config(renderCompose(stackOf(team, "php-apache"), "current")))).toEqual([
    "bind /home/ubuntu/docker/php-apache /var/www/html",
  ]);
  expect(bound(config(renderCompose(stackOf(team, "php-apache"), "2019")))).toEqual([
    "bind /home/ubuntu/docker/php70-apache /var/www/html",
  ]);
  for (const edition of EDITIONS) {
    const services = config(renderCompose(stackOf(team, "wordpress"), edition));
    expect(bound(services)).toEqual([
      "bind /home/ubuntu/docker/wordpress/.data/db /var/lib/mysql",
      "bind /home/ubuntu/docker/wordpress /var/www/html",
    ]);
    expect(services.wordpress?.environment).toMatchObject({
      WORDPRESS_DB_HOST: "db:3306",
      WORDPRESS_DB_PASSWORD: "wordpress",
    });
  }
});

test("the edition of 2019 has WordPress's file as the manual prints it", () => {
  const text = renderCompose(stackOf(lab("2019").team, "wordpress"), "2019");
  expect(parse(text)).toMatchObject({
    version: "2",
    services: { wordpress: { links: ["db"], depends_on: ["db"] }, db: { ports: ["3306:3306"] } },
  });
});

test("a hundred services stay a file that can be read: one line each", () => {
  const farm: DockerStackPlan = {
    kind: "nginx-farm",
    name: "nginx-farm",
    firstPort: 8001,
    count: 100,
    ports: Array.from({ length: 100 }, (_, index) => 8001 + index),
  };
  const text = renderCompose(farm, "current");
  expect(text.split("\n")).toHaveLength(106);
  expect(Object.keys(config(text))).toHaveLength(100);
});

test("the sheet shows the file that is handed out", () => {
  const sheet = readFileSync(join(ROOT, "docs/sheets/current.en.md"), "utf8");
  const stack: DockerStackPlan = { kind: "wordpress", name: "wordpress", port: 8060, ports: [8060] };
  expect(sheet).toContain(`\`\`\`yaml\n${renderCompose(stack, "current")}\`\`\``);
});
