import type { Edition } from "./editions";
import type { DockerStackPlan, LabPlan, TeamPlan } from "./plan";

/** The stack's images as learners type them: the manual's own, or those that are in every guest. */
const PHP: Readonly<Record<Edition, string>> = { current: "php:apache", "2019": "php:7.0-apache" };

/** The folder of the exercise with PHP, below the learner's home (manual L3629; current: the folder that the lab uses). */
const PHP_FOLDER: Readonly<Record<Edition, string>> = { current: "php-apache", "2019": "php70-apache" };

function nginx(port: number): string {
  return `services:
  nginx:
    image: nginx
    ports:
      - "${port}:80"
    restart: unless-stopped
`;
}

/** One service a port: Compose shares a range of ports among replicas too, but not always without a clash. */
function farm(ports: readonly number[]): string {
  const services = ports.map((port) => `  nginx-${port}: { <<: *nginx, ports: ["${port}:80"] }\n`).join("");
  return `x-nginx: &nginx
  image: nginx
  restart: unless-stopped

services:
${services}`;
}

function php(port: number, edition: Edition): string {
  return `services:
  php:
    image: ${PHP[edition]}
    ports:
      - "${port}:80"
    volumes:
      - "$HOME/docker/${PHP_FOLDER[edition]}:/var/www/html"
    restart: unless-stopped
`;
}

const WORDPRESS: Readonly<Record<Edition, (port: number) => string>> = {
  current: (port) => `services:
  db:
    image: mariadb
    volumes:
      - "$PWD/.data/db:/var/lib/mysql"
    restart: always
    environment:
      MARIADB_ROOT_PASSWORD: wordpress
      MARIADB_DATABASE: wordpress
      MARIADB_USER: wordpress
      MARIADB_PASSWORD: wordpress

  wordpress:
    depends_on:
      - db
    image: wordpress
    volumes:
      - "$PWD:/var/www/html"
    ports:
      - "${port}:80"
    restart: always
    environment:
      WORDPRESS_DB_HOST: db:3306
      WORDPRESS_DB_NAME: wordpress
      WORDPRESS_DB_USER: wordpress
      WORDPRESS_DB_PASSWORD: wordpress
`,
  // As the manual prints it (L3672–3707).
  "2019": (port) => `version: '2'
services:
  db:
    image: mysql:5.7
    volumes:
      - "$PWD/.data/db:/var/lib/mysql"
    ports:
      - "3306:3306"
    restart: always
    environment:
      MYSQL_ROOT_PASSWORD: wordpress
      MYSQL_DATABASE: wordpress
      MYSQL_USER: wordpress
      MYSQL_PASSWORD: wordpress

  wordpress:
    depends_on:
      - db
    image: wordpress:latest
    volumes:
      - "$PWD:/var/www/html"
    links:
      - db
    ports:
      - "${port}:80"
    restart: always
    environment:
      WORDPRESS_DB_HOST: db:3306
      WORDPRESS_DB_USER: wordpress
      WORDPRESS_DB_PASSWORD: wordpress
`,
};

/** The book's file for WordPress (L3672–3707), or today's, for whatever port. */
export function wordPressCompose(edition: Edition, port = 8060): string {
  return WORDPRESS[edition](port);
}

/**
 * The Compose file that learners would write for a stack: images by the names they type, the ports of the plan. The lab's own
 * WordPress has secrets in files and does not publish its database; the learners' has the passwords of the book.
 */
export function renderCompose(stack: DockerStackPlan, edition: Edition): string {
  switch (stack.kind) {
    case "nginx":
      return nginx(stack.port);
    case "nginx-farm":
      return farm(stack.ports);
    case "php-apache":
      return php(stack.port, edition);
    case "wordpress":
      return wordPressCompose(edition, stack.port);
  }
}

/** A file for a team, to be handed out. */
export interface Handout {
  /** Where it is put, below the team's folder; `/` between its parts. */
  readonly path: string;
  readonly text: string;
}

/** What the edition calls the file: Compose v1 knows no other name (manual L3669). */
const COMPOSE_FILE: Readonly<Record<Edition, string>> = {
  current: "compose.yaml",
  "2019": "docker-compose.yml",
};

/** The Compose files of a team: one for each stack of its guests as they are planned. */
export function handoutsOf(plan: Pick<LabPlan, "edition">, team: Pick<TeamPlan, "guests">): Handout[] {
  return team.guests.flatMap((guest) =>
    guest.docker.map((stack) => ({
      path: `${guest.name}/${stack.name}/${COMPOSE_FILE[plan.edition]}`,
      text: renderCompose(stack, plan.edition),
    })),
  );
}
