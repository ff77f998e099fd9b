// npm run bench [-- NAME...] [--json]: the speed of the dev lab, of a class, of plans, of the farm, of images and of a class in a cloud; `libvirt`, which installs Vagrant, only by name.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = dirname(fileURLToPath(import.meta.url));
const ALL = ["bench", "class", "plan", "farm", "registry", "clouds"];
const words = process.argv.slice(2);
const asked = words.filter((word) => !word.startsWith("-"));
const unknown = asked.filter((name) => ![...ALL, "libvirt"].includes(name));
if (unknown.length > 0) {
  console.error(`no such bench: ${unknown.join(", ")}; there are ${[...ALL, "libvirt"].join(", ")}`);
  process.exit(2);
}
const options = words.filter((word) => word.startsWith("-"));
for (const name of asked.length > 0 ? asked : ALL) {
  const { status } = spawnSync(process.execPath, [join(FOLDER, `${name}.mjs`), ...options], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}
