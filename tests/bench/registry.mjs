// Speed of what a class's Docker Engines get their images by: the course's images for six guests, and four more from the class's own registry. Run:
// npm run bench -- registry [--json]. Images must be present. Ratios are the result, and the seconds of the preload.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const TEAMS = [1, 2, 3, 4, 5, 6].map((number) => `team-0${number}`);
const REGISTRY = "192.168.232.254";
/** Images that no guest has, and MiB of each, which no compression makes less. */
const NAMES = ["a", "b", "c", "d"].map((name) => `${REGISTRY}/team-01/${name}`);
const MIB = 25;
const folder = mkdtempSync(join(tmpdir(), "classlab-bench-"));
const config = join(folder, "Pulumi.bregistry.yaml");
const env = { ...process.env, CLASSLAB_HOME: join(folder, "home"), CI: "true" };

const LAB = `config:
  classlab:lab:
    units: one
    teams: ${TEAMS.length}
    verify: { internetProbe: none }
    switches: [{ name: lan, mode: bridged, subnet: 192.168.232.0/24 }]
    guests: [{ name: web, adapters: [{ switch: lan }] }]
    registry: { run: true }
`;

function timed(program, args, input) {
  const begin = performance.now();
  const result = spawnSync(program, args, { env, input, encoding: "utf8", maxBuffer: 1 << 28 });
  if (result.status !== 0)
    throw new Error(`${program} ${args.join(" ")}: ${result.stdout}\n${result.stderr}`);
  return { seconds: (performance.now() - begin) / 1000, stdout: result.stdout };
}

const classlab = (verb, ...args) =>
  timed(process.execPath, [
    join(ROOT, "setup", "classlab.mjs"),
    verb,
    "--yes",
    "--json",
    "--config",
    config,
    ...args,
  ]);
const shell = (team) => ["exec", "-i", `bregistry-${team}-web`, "sh", "-eu", "-s"];
const inGuest = (team, script) => timed("docker", shell(team), script);

/** The same in several guests at once: seconds until the last is done. */
async function inGuests(teams, script) {
  const begin = performance.now();
  const codes = await Promise.all(
    teams.map(
      (team) =>
        new Promise((resolve) => {
          const child = spawn("docker", shell(team), { stdio: ["pipe", "ignore", "inherit"] });
          child.on("close", resolve);
          child.stdin.end(script);
        }),
    ),
  );
  if (codes.some((code) => code !== 0)) throw new Error(`in the guests: exit codes ${codes.join(", ")}`);
  return (performance.now() - begin) / 1000;
}

const FORGET = `docker rmi -f ${NAMES.join(" ")} >/dev/null 2>&1 || :\n`;
const PULL = NAMES.map((name) => `docker pull -q ${name}\n`).join("");

try {
  writeFileSync(config, LAB);
  classlab("images");
  const used = timed("docker", ["ps", "-aq", "--filter", "volume=classlab-images"]).stdout;
  if (used !== "") throw new Error("labs stand that have the images of this machine: take them down first");
  timed("docker", ["volume", "rm", "-f", "classlab-images"]);
  // What takes an image to the guests: once for all of them, and nothing for each.
  const preload = classlab("images").seconds;
  classlab("up");
  const had = TEAMS.map((team) => Number(inGuest(team, "docker images -q | sort -u | wc -l\n").stdout));
  if (had.some((count) => count < 7))
    throw new Error(`guests have ${had.join(", ")} images, not the course's seven`);
  for (const team of TEAMS) {
    const password = readFileSync(join(folder, "home", "keys", "bregistry", `${team}.registry`), "utf8");
    inGuest(
      team,
      `echo ${password.trim()} | docker login -u ${team} --password-stdin ${REGISTRY} 2>/dev/null\n`,
    );
  }
  inGuest(
    "team-01",
    NAMES.map(
      (name) =>
        `head -c ${MIB}M /dev/urandom >/tmp/random\ntar -C /tmp -c random | docker import - ${name} >/dev/null\ndocker push -q ${name}\n`,
    ).join(""),
  );
  inGuest("team-01", FORGET);
  const one = await inGuests(["team-01"], PULL);
  inGuest("team-01", FORGET);
  const all = await inGuests(TEAMS, PULL);
  const result = { preload, one, all, ratioOfSix: all / one };
  const rounded = Object.fromEntries(
    Object.entries(result).map(([name, value]) => [name, Number(value.toFixed(2))]),
  );
  if (process.argv.includes("--json"))
    console.log(JSON.stringify({ teams: TEAMS.length, images: NAMES.length, mib: MIB, ...rounded }, null, 2));
  else {
    console.log(
      `the course's images for six guests  ${preload.toFixed(1).padStart(6)} s  (budget: 60 s)  once for all`,
    );
    console.log(
      `six teams pull four images at once  ${all.toFixed(1).padStart(6)} s  ${(all / one).toFixed(2)} × one team alone (${one.toFixed(1)} s)`,
    );
  }
} finally {
  classlab("down");
  rmSync(folder, { recursive: true, force: true });
}
