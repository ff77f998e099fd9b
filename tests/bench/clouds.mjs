// A preview of a class on Amazon, with the stand-in for it that the tests have: time, processor time and memory by the number of teams. Run: npm run
// bench -- clouds. What grows with the number of teams should grow no faster than that: the last column is the result, seconds are orientation.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { parse, stringify } from "yaml";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const TEAMS = [1, 10, 20, 30];

// The stand-in is TypeScript, as the tests that it is made for.
Module._extensions[".ts"] = (module, file) => {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  module._compile(ts.transpileModule(readFileSync(file, "utf8"), { compilerOptions }).outputText, file);
};
const { StandInCloud } = createRequire(import.meta.url)("../support/clouds/index.ts");

const read = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

/** Memory of a process and of all that it started, in MiB. */
function memoryOf(root) {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const parents = new Map(
    processes.map((pid) => [Number(pid), Number(/\) \S+ (\d+)/.exec(read(`/proc/${pid}/stat`))?.[1])]),
  );
  const within = (pid) => pid === root || (parents.has(pid) && within(parents.get(pid)));
  const sizes = [...parents.keys()]
    .filter(within)
    .map((pid) => Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0));
  return sizes.reduce((sum, size) => sum + size, 0) / 1024;
}

/** Processor time of all that ended below this process, in seconds (proc(5): cutime and cstime, in ticks of a hundredth). */
function processorTime() {
  const fields = read("/proc/self/stat")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

async function measured(args, env) {
  const before = processorTime();
  const begin = process.hrtime.bigint();
  const child = spawn(process.execPath, [join(ROOT, "setup", "classlab.mjs"), ...args], { env });
  let text = "";
  let peak = 0;
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += chunk));
  const watch = setInterval(() => {
    peak = Math.max(peak, memoryOf(child.pid));
  }, 100);
  const code = await new Promise((resolve) => child.on("close", resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`${args.join(" ")}: ${text}`);
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  return { seconds, work: processorTime() - before, peak, text };
}

const folder = mkdtempSync(join(tmpdir(), "classlab-bench-"));
const config = join(folder, "Pulumi.bcloud.yaml");
const example = parse(read(join(ROOT, "examples", "08-aws", "Pulumi.aws.yaml")));
const cloud = await StandInCloud.start();
const env = cloud.environment(folder, { ...process.env, CLASSLAB_HOME: join(folder, "home"), CI: "true" });
try {
  let least;
  // The first run of all provides what there is not.
  for (const teams of [1, ...TEAMS]) {
    example.config["classlab:lab"].teams = teams;
    writeFileSync(config, stringify(example));
    const words = ["up", "--hosts", "--preview", "--yes", "--json", "--config", config];
    const { seconds, work, peak, text } = await measured(words, env);
    const { planned } = JSON.parse(text.slice(text.indexOf("{")));
    if (!least) {
      least = { seconds: 0, work: 0, peak: 0 };
      continue;
    }
    if (teams === 1) least = { seconds, work, peak };
    const each = (value, first) => ((value - first) / Math.max(1, teams - 1)).toFixed(2);
    console.log(
      `preview of ${String(teams).padStart(2)} teams ${String(planned).padStart(4)} resources ${seconds.toFixed(1).padStart(6)} s ${work.toFixed(1).padStart(6)} s of processor ${peak.toFixed(0).padStart(5)} MiB` +
        (teams === 1
          ? ""
          : `  each further team: ${each(seconds, least.seconds)} s, ${each(work, least.work)} s of processor, ${each(peak, least.peak)} MiB`),
    );
  }
} finally {
  await cloud.stop();
  rmSync(folder, { recursive: true, force: true });
}
