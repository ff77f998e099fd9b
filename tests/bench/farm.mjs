// Speed of the farm, as ratios in one run and one guest: the same nginx by the course's loop, by Docker Compose, and through
// classlab. Run: npm run bench -- farm [--json] [--count=N]. Images must be present. The ratios are the result.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const NET = "192.168.231";
const FIRST = 8001;
const options = process.argv.slice(2);
const COUNT = Number(options.find((word) => word.startsWith("--count="))?.slice("--count=".length) ?? 100);
if (!Number.isInteger(COUNT) || COUNT < 10 || COUNT > 100) {
  console.error("--count is a whole number from 10 to 100");
  process.exit(2);
}
const LAST = FIRST + COUNT - 1;
const folder = mkdtempSync(join(tmpdir(), "classlab-bench-"));
const config = join(folder, "Pulumi.ifarmbench.yaml");
const env = { ...process.env, CLASSLAB_HOME: join(folder, "home"), CI: "true" };

/** The lab, its guest with so many nginx. */
function lab(count) {
  const docker = count > 0 ? `[{ kind: nginx-farm, firstPort: ${FIRST}, count: ${count} }]` : "[]";
  return `config:
  classlab:lab:
    units: one
    teams: 1
    switches: [{ name: lan, mode: bridged, subnet: ${NET}.0/24 }]
    guests: [{ name: web, adapters: [{ switch: lan, address: ${NET}.10 }], docker: ${docker} }]
`;
}

function timed(program, args, input) {
  const begin = process.hrtime.bigint();
  const result = spawnSync(program, args, { env, input, encoding: "utf8", maxBuffer: 1 << 28 });
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  if (result.status !== 0)
    throw new Error(`${program} ${args.join(" ")}: ${result.stdout}\n${result.stderr}`);
  return { seconds, stdout: result.stdout };
}

const classlab = (verb) =>
  timed(process.execPath, [join(ROOT, "setup", "classlab.mjs"), verb, "--yes", "--json", "--config", config]);
const inGuest = (script) =>
  timed("docker", ["exec", "-i", "ifarmbench-team-01-web", "sh", "-eu", "-s"], script);

/** Until every port answers with nginx's page. */
const ANSWERING = `seq ${FIRST} ${LAST} | xargs -P 8 -I PORT sh -c 'until curl -sf http://127.0.0.1:PORT/ | grep -q "Welcome to nginx!"; do sleep 0.1; done'\n`;

const LOOP = `for port in $(seq ${FIRST} ${LAST}); do docker run -d -p $port:80 --label by=hand nginx >/dev/null; done\n`;
const COMPOSE = `mkdir -p /root/farm
cd /root/farm
{ echo services:; for port in $(seq ${FIRST} ${LAST}); do echo "  nginx-$port: { image: nginx, ports: ['$port:80'], restart: unless-stopped }"; done; } >compose.yaml
docker compose up -d >/dev/null 2>&1
`;

/** Answers of as many containers as ports; the farm is what it says. */
function expectFarm() {
  const { stdout } = inGuest(
    `${ANSWERING}docker ps -q --filter label=classlab.farm --filter status=running | sort -u | wc -l`,
  );
  if (Number(stdout) !== COUNT) throw new Error(`${stdout.trim()} containers answer on ${COUNT} ports`);
}

const best = (verb) => Math.min(...[1, 2, 3].map(() => classlab(verb).seconds));

try {
  writeFileSync(config, lab(0));
  classlab("up");
  const loop = inGuest(LOOP + ANSWERING).seconds;
  inGuest("docker rm -f $(docker ps -aq --filter label=by=hand) >/dev/null");
  const compose = inGuest(COMPOSE + ANSWERING).seconds;
  const composeDown = inGuest("cd /root/farm\ndocker compose down >/dev/null 2>&1").seconds;
  writeFileSync(config, lab(COUNT));
  const up = classlab("up").seconds;
  expectFarm();
  const again = best("up");
  writeFileSync(config, lab(0));
  const removed = classlab("up").seconds;
  writeFileSync(config, lab(10));
  classlab("up");
  const againTen = best("up");
  const seconds = { loop, compose, composeDown, up, again, againTen, removed };
  const ratios = {
    ratioToLoop: up / loop,
    ratioToCompose: up / compose,
    ratioRemove: removed / composeDown,
    ratioNoop: again / againTen,
  };
  const rounded = (values) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value.toFixed(2))]));
  if (options.includes("--json"))
    console.log(JSON.stringify({ count: COUNT, ...rounded(ratios), seconds: rounded(seconds) }, null, 2));
  else {
    const line = (name, value, budget, words) =>
      console.log(`${name.padEnd(34)} ${value.toFixed(2).padStart(6)} ×  (budget: ${budget})  ${words}`);
    line(
      `up of ${COUNT} nginx, to the loop`,
      ratios.ratioToLoop,
      0.75,
      `${up.toFixed(1)} s to ${loop.toFixed(1)} s`,
    );
    line("the same, to Compose", ratios.ratioToCompose, 1.15, `${compose.toFixed(1)} s`);
    line(
      "removal, to Compose",
      ratios.ratioRemove,
      1.1,
      `${removed.toFixed(1)} s to ${composeDown.toFixed(1)} s`,
    );
    line(
      `nothing to do, to 10 nginx`,
      ratios.ratioNoop,
      1.3,
      `${again.toFixed(1)} s to ${againTen.toFixed(1)} s`,
    );
  }
} finally {
  spawnSync(process.execPath, [join(ROOT, "setup", "classlab.mjs"), "down", "--yes", "--config", config], {
    env,
  });
  rmSync(folder, { recursive: true, force: true });
}
