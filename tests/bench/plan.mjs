// Speed of `classlab plan`: time and memory of the whole command by the number of teams, four guests each, and the slope.
// Run: node tests/bench/plan.mjs. The ratios are the result, seconds are orientation.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const folder = mkdtempSync(join(tmpdir(), "classlab-bench-"));
const hook = join(folder, "memory.cjs");
writeFileSync(hook, 'process.on("exit", () => console.error("maxRSS", process.resourceUsage().maxRSS));\n');

const lab = (teams) => `config:
  classlab:lab:
    teams: ${teams}
    exercises: [4-docker, 6-php, 6-wordpress]
    state: { exercise: 4-docker, at: solved }
    switches:
      - { name: lan, mode: bridged, subnet: 10.0.0.0/16 }
      - { name: inner, mode: internal, subnet: 10.64.0.0/24 }
    guests:
      - { name: a, adapters: [{ switch: lan }], docker: [{ kind: nginx-farm, count: 10 }] }
      - { name: b, adapters: [{ switch: lan }, { switch: inner }] }
      - { name: c, adapters: [{ switch: inner }] }
      - { name: d, adapters: [{ switch: lan }] }
`;

function planned(teams, ...more) {
  const config = join(folder, `Pulumi.b${teams}.yaml`);
  writeFileSync(config, lab(teams));
  const runs = Array.from({ length: 3 }, () => {
    const begin = process.hrtime.bigint();
    const result = spawnSync(
      process.execPath,
      ["--require", hook, join(ROOT, "dist", "cli", "main.js"), "plan", "--config", config, ...more],
      { encoding: "utf8", maxBuffer: 1 << 28 },
    );
    if (result.status !== 0) throw new Error(result.stderr);
    const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
    return { seconds, megabytes: Number(/maxRSS (\d+)/.exec(result.stderr)?.[1]) / 1024 };
  });
  return runs.reduce((best, run) => (run.seconds < best.seconds ? run : best));
}

try {
  const empty = planned(1);
  for (const more of [[], ["--json"]]) {
    console.log(`plan ${more.join(" ") || "as text"}`);
    for (const teams of [1, 100, 200, 400, 800, 1000]) {
      const { seconds, megabytes } = planned(teams, ...more);
      const slope = teams === 1 ? "" : `${(((seconds - empty.seconds) / teams) * 1000).toFixed(2)} ms a team`;
      console.log(
        `  ${String(teams).padStart(4)} teams × 4 guests  ${seconds.toFixed(2)} s  ${megabytes.toFixed(0).padStart(4)} MB  ${slope}`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
