// Speed of a class: six teams with two guests each, in stacks of their own. Run: node tests/bench/class.mjs. Images must be
// present. The number of measured pairs and the ratios are the result, seconds are orientation.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const folder = mkdtempSync(join(tmpdir(), "classlab-bench-"));
const config = join(folder, "Pulumi.bclass.yaml");
const env = { ...process.env, CLASSLAB_HOME: join(folder, "home"), CI: "true" };

/** The lab with so many teams; a class shrinks without anybody moving. */
const lab = (teams) => `config:
  classlab:lab:
    units: per-team
    teams: ${teams}
    verify: { internetProbe: none }
    switches:
      - { name: lan, mode: bridged, subnet: 192.168.128.0/24 }
      - { name: inner, mode: internal, subnet: 192.168.129.0/24 }
    guests:
      - { name: outside, adapters: [{ switch: lan }] }
      - { name: inside, adapters: [{ switch: inner }] }
`;

function timed(verb, ...args) {
  const words = [join(ROOT, "setup", "classlab.mjs"), verb, "--config", config, "--yes", "--json", ...args];
  const begin = process.hrtime.bigint();
  const result = spawnSync(process.execPath, words, { env, encoding: "utf8", maxBuffer: 1 << 28 });
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  if (result.status !== 0) throw new Error(`${verb}: ${result.stdout.slice(-2000)}\n${result.stderr}`);
  return { seconds, document: JSON.parse(result.stdout) };
}

const best = (runs) => runs.reduce((least, run) => (run.seconds < least.seconds ? run : least));
const twice = (...args) => best([timed(...args), timed(...args)]);
const line = (name, seconds, budget, ratio) =>
  console.log(`${name.padEnd(34)} ${seconds.toFixed(1).padStart(6)} s  (budget: ${budget} s)  ${ratio}`);

try {
  writeFileSync(config, lab(6));
  const up = timed("up").seconds;
  line("up, six teams, images present", up, "-", "");
  const again = twice("up").seconds;
  line("nothing-to-do up, six stacks", again, 25, `${(again / up).toFixed(2)} × up`);
  const all = twice("verify");
  const part = twice("verify", "--team", "team-01", "--team", "team-02", "--team", "team-03");
  const pairs = (run) => run.document.rows.length;
  line("verify, six teams", all.seconds, 15, `${pairs(all)} checks`);
  line(
    "verify, three of them",
    part.seconds,
    "-",
    `${(all.seconds / part.seconds).toFixed(2)} × the time for ${(pairs(all) / pairs(part)).toFixed(2)} × the checks`,
  );
} finally {
  spawnSync(process.execPath, [join(ROOT, "setup", "classlab.mjs"), "down", "--yes", "--config", config], {
    env,
  });
  rmSync(folder, { recursive: true, force: true });
}
