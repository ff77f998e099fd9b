// Speed as ratios, in one run: the dev lab through classlab beside the same lab by Docker's own commands.
// Run: npm run bench. Images must be present (npx classlab images). Seconds are orientation, ratios are the result.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const NET = "192.168.196";
const folder = mkdtempSync(join(tmpdir(), "classlab-bench-"));
const config = join(folder, "Pulumi.bench.yaml");
writeFileSync(
  config,
  readFileSync(join(ROOT, "Pulumi.dev.yaml"), "utf8").replaceAll("192.168.99.", `${NET}.`),
);
const env = { ...process.env, CLASSLAB_HOME: join(folder, "home"), CI: "true" };

function timed(program, args, input) {
  const begin = process.hrtime.bigint();
  const result = spawnSync(program, args, { env, input, encoding: "utf8", maxBuffer: 1 << 28 });
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  if (result.status !== 0)
    throw new Error(`${program} ${args.join(" ")}: ${result.stdout}\n${result.stderr}`);
  return { seconds, stdout: result.stdout };
}

const classlab = (...args) =>
  timed(process.execPath, [join(ROOT, "setup", "classlab.mjs"), ...args, "--config", config]);
const shell = (script) => timed("sh", ["-eu", "-s"], script);

/** The dev lab by hand: what a careful instructor would type, images loaded into both guests at once. */
function byHand(images) {
  const course = Object.values(images.course)
    .map((image) => image.reference)
    .join(" ");
  const ref = (name) => images.course[name].reference;
  return `
docker network create --subnet ${NET}.0/24 hand-lan >/dev/null
for n in 1 2; do
  docker run -d --name hand-$n --init --cgroupns private --cap-add SYS_ADMIN --cap-add NET_ADMIN --cap-add SYS_PTRACE \\
    --security-opt seccomp=unconfined --security-opt apparmor=unconfined -v hand-disk-$n:/disk \\
    --network hand-lan --ip ${NET}.9$n ${images.guest.id} >/dev/null
done
for n in 1 2; do
  until docker exec hand-$n docker info >/dev/null 2>&1; do sleep 0.2; done
done
docker save ${course} | docker exec -i hand-1 docker load -q >/dev/null &
docker save ${course} | docker exec -i hand-2 docker load -q >/dev/null &
wait
docker exec -i hand-1 sh -eu <<'END'
docker run -d --name web -p 8080:80 ${ref("nginx")}
for port in $(seq 8001 8010); do docker run -d -p $port:80 ${ref("nginx")}; done
docker run -d -p 8070:80 ${ref("php-apache")}
docker network create wp
docker run -d --network wp --name db -e MARIADB_DATABASE=wordpress -e MARIADB_USER=wordpress -e MARIADB_PASSWORD=w -e MARIADB_ROOT_PASSWORD=w ${ref("database")}
docker run -d --network wp -p 8060:80 -e WORDPRESS_DB_HOST=db -e WORDPRESS_DB_USER=wordpress -e WORDPRESS_DB_PASSWORD=w -e WORDPRESS_DB_NAME=wordpress ${ref("wordpress")}
until curl -sfo /dev/null -L http://localhost:8060/; do sleep 0.2; done
END
`;
}
const REMOVE_BY_HAND = `
docker rm -f hand-1 hand-2 >/dev/null 2>&1 || true
docker volume rm -f hand-disk-1 hand-disk-2 >/dev/null
docker network rm hand-lan >/dev/null 2>&1 || true
`;

try {
  const { images } = JSON.parse(classlab("images", "--yes", "--json").stdout);
  shell(REMOVE_BY_HAND);
  const hand = shell(byHand(images)).seconds;
  const handDown = shell(REMOVE_BY_HAND).seconds;
  const up = classlab("up", "--yes", "--json").seconds;
  const again = Math.min(...[1, 2, 3].map(() => classlab("up", "--yes", "--json").seconds));
  const down = classlab("down", "--yes", "--json").seconds;
  const check = Math.min(...[1, 2, 3].map(() => classlab("plan", "--json").seconds));
  const rows = [
    ["up, images present", up, `${(up / hand).toFixed(2)} × by hand (${hand.toFixed(1)} s)`, 60],
    ["nothing-to-do up", again, `${(again / up).toFixed(2)} × up`, 6],
    ["down", down, `${(down / handDown).toFixed(2)} × by hand (${handDown.toFixed(1)} s)`, 15],
    ["set-up check and plan", check, `${(check / up).toFixed(3)} × up`, 1],
  ];
  for (const [name, seconds, ratio, budget] of rows) {
    console.log(
      `${name.padEnd(22)} ${seconds.toFixed(1).padStart(6)} s  (orientation: ${budget} s)  ${ratio}`,
    );
  }
} finally {
  shell(REMOVE_BY_HAND);
  spawnSync(process.execPath, [join(ROOT, "setup", "classlab.mjs"), "down", "--yes", "--config", config], {
    env,
  });
  rmSync(folder, { recursive: true, force: true });
}
