// Reads the command line and the environment of every process, and every file below the given folders, again and again
// until its standard input ends, and prints each distinct text once, as a line of JSON. A line on standard input is
// answered once two whole rounds have passed since: whatever ran all that time has been seen.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folders = process.argv.slice(2);
const seen = new Set();
let waiting = [];
let open = true;
let round = 0;

function keep(kind, place, bytes) {
  const text = bytes.toString("latin1");
  const key = `${kind} ${text}`;
  if (text === "" || seen.has(key)) return;
  seen.add(key);
  process.stdout.write(`${JSON.stringify({ kind, place, text: bytes.toString("base64") })}\n`);
}

function read(kind, path, place) {
  try {
    keep(kind, place, readFileSync(path));
  } catch (error) {
    // It has gone meanwhile; what may not be read makes this search blind, and is told.
    if (error.code === "EACCES") keep("refused", path, Buffer.from(path));
  }
}

function files(folder) {
  let entries = [];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files(path);
    else if (entry.isFile()) read("file", path, path);
  }
}

process.stdin.on("data", (data) => {
  for (const _line of data.toString().trim().split("\n")) waiting.push(round + 3);
});
process.stdin.on("end", () => {
  open = false;
});

while (open) {
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    read("cmdline", `/proc/${pid}/cmdline`, pid);
    read("environ", `/proc/${pid}/environ`, pid);
  }
  for (const folder of folders) files(folder);
  round += 1;
  for (const due of waiting.filter((entry) => entry <= round)) {
    process.stdout.write(`${JSON.stringify({ kind: "round", place: String(due), text: "" })}\n`);
  }
  waiting = waiting.filter((entry) => entry > round);
  await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write(`${JSON.stringify({ kind: "end", place: String(round), text: "" })}\n`);
