// Two virtual machines through classlab beside the same two through Vagrant and vagrant-libvirt: same host, image, kernel, processors and
// memory, in one run, one after the other. Run as root: npm run bench -- libvirt [--json] [--rounds=N]
// Ratios are the result: seconds are those of a host that does other things too. What Vagrant does less here: it connects no adapter but its
// own, and waits for no Docker Engine. What is not counted for either: getting the image to the host.
import { spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const URI = "qemu:///system";
const LAB = "benchvm";
const POOL = "classlab-bench-vagrant";
const NET = process.env.CLASSLAB_BENCH_NET ?? "192.168.233";
const VAGRANT_NET = process.env.CLASSLAB_BENCH_VAGRANT_NET ?? "192.168.234";
const GUESTS = ["one", "two"];
const asJson = process.argv.includes("--json");
const rounds = Number(
  process.argv.find((word) => word.startsWith("--rounds="))?.slice("--rounds=".length) ?? 1,
);
const folder = mkdtempSync(join(tmpdir(), "classlab-bench-"));
const say = (line) => process.stderr.write(`${line}\n`);

function run(program, args, options = {}) {
  const result = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28, ...options });
  if (result.status !== 0)
    throw new Error(`${program} ${args.join(" ")}: ${result.error ?? ""}${result.stdout}\n${result.stderr}`);
  return result.stdout;
}

function timed(work) {
  const begin = process.hrtime.bigint();
  const result = work();
  return { seconds: Number(process.hrtime.bigint() - begin) / 1e9, result };
}

const virsh = (...args) => run("virsh", ["-q", "-c", URI, ...args]);

// --- classlab

const config = join(folder, `Pulumi.${LAB}.yaml`);
const env = { ...process.env, CLASSLAB_HOME: join(folder, "home"), CI: "true" };

function writeConfig(guests) {
  const lines = guests.map(
    (name) => `      - { name: ${name}, cpus: 1, memory: 1024, adapters: [{ switch: lan }] }`,
  );
  writeFileSync(
    config,
    `config:
  classlab:lab:
    target: libvirt
    units: one
    teams: 1
    switches:
      - { name: lan, mode: nat-network, subnet: ${NET}.0/24 }
    guests:
${lines.join("\n")}
`,
  );
}

const classlab = (...args) =>
  run(process.execPath, [join(ROOT, "setup", "classlab.mjs"), ...args, "--config", config], { env });
const up = () => JSON.parse(classlab("up", "--yes", "--json"));
const objectName = (guest) => `${LAB}-team-01-${guest}`;

/** The files that a guest of ours starts with. */
function partsOf(guest) {
  const xml = virsh("dumpxml", objectName(guest));
  const one = (pattern) => {
    const found = pattern.exec(xml)?.[1];
    if (!found) throw new Error(`no ${pattern} in ${xml}`);
    return found;
  };
  return {
    emulated: one(/<domain type=['"](\w+)['"]/) === "qemu",
    kernel: one(/<kernel>(.*)<\/kernel>/),
    initrd: one(/<initrd>(.*)<\/initrd>/),
    words: one(/<cmdline>(.*)<\/cmdline>/).replaceAll("&amp;", "&"),
    disk: one(/<backingStore[^>]*>\s*<format[^>]*>\s*<source file=['"]([^'"]*)['"]/),
    pool: dirname(one(/<source file=['"]([^'"]*-disk\.qcow2)['"]/)),
  };
}

// What a new guest's disk takes before the guest runs: seen as soon as it is there.
function watchDisk(file) {
  const script = `until [ -s "$1" ]; do sleep 0.02; done; stat -c '%b %B' "$1"`;
  const child = spawn("sh", ["-c", script, "sh", file], { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (piece) => {
    text += piece;
  });
  const bytes = new Promise((resolve) => {
    child.once("close", () => {
      const [blocks, size] = text.trim().split(" ").map(Number);
      resolve(blocks * size);
    });
  });
  return { bytes, end: () => child.kill() };
}

// A guest more. `up` runs beside the watch, so not by spawnSync.
async function addGuest(before) {
  writeConfig([...GUESTS, "three"]);
  const file = join(before.pool, `${objectName("three")}-disk.qcow2`);
  const watch = watchDisk(file);
  const seen = () => GUESTS.map((guest) => virsh("domid", objectName(guest)).trim());
  const ids = seen();
  const words = [join(ROOT, "setup", "classlab.mjs"), "up", "--yes", "--json", "--config", config];
  const code = await new Promise((resolve) => {
    spawn(process.execPath, words, { env, stdio: ["ignore", "ignore", "inherit"] }).once("close", resolve);
  });
  if (code !== 0) throw new Error("a guest more could not be made");
  const atFirst = await watch.bytes;
  const { blocks } = statSync(file);
  return { atFirst, ready: blocks * 512, others: JSON.stringify(seen()) === JSON.stringify(ids) };
}

// --- Vagrant

const KEYS = "/usr/share/rubygems-integration/all/gems";
const vagrantHome = join(folder, "vagrant-home");
const vagrantFolder = join(folder, "vagrant");
const vagrantEnv = {
  ...process.env,
  VAGRANT_HOME: vagrantHome,
  VAGRANT_NO_COLOR: "1",
  VAGRANT_CHECKPOINT_DISABLE: "1",
};
const vagrant = (...args) => run("vagrant", args, { env: vagrantEnv, cwd: vagrantFolder });

function provideVagrant() {
  if (spawnSync("vagrant", ["--version"]).status === 0 && existsSync(KEYS)) return;
  say("installing Vagrant and vagrant-libvirt");
  run("apt-get", ["install", "-y", "--no-install-recommends", "vagrant", "vagrant-libvirt"], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

function vagrantfile({ emulated, kernel, initrd, words }) {
  const processor = emulated
    ? 'v.driver = "qemu"\n    v.cpu_mode = "custom"\n    v.cpu_model = "qemu64"'
    : 'v.driver = "kvm"\n    v.cpu_mode = "host-passthrough"';
  return `Vagrant.configure("2") do |config|
  config.vm.box = "classlab"
  config.vm.box_check_update = false
  config.vm.boot_timeout = 1200
  config.vm.synced_folder ".", "/vagrant", disabled: true
  config.ssh.insert_key = false
  config.vm.provider :libvirt do |v|
    ${processor}
    v.uri = "${URI}"
    v.cpus = 1
    v.memory = 1024
    v.machine_type = "q35"
    v.kernel = "${kernel}"
    v.initrd = "${initrd}"
    v.cmd_line = "${words}"
    v.graphics_type = "none"
    v.storage_pool_name = "${POOL}"
    v.management_network_name = "${POOL}"
    v.management_network_address = "${VAGRANT_NET}.0/24"
  end
${GUESTS.map(
  (name) => `  config.vm.define "${name}" do |guest|
    guest.vm.hostname = "${name}"
    guest.vm.provider :libvirt do |v|
      v.storage :file, path: "seed-${name}.img", size: "1M", type: "raw", bus: "virtio", allow_existing: true
    end
  end`,
).join("\n")}
end
`;
}

/** The image as a box that is added already, and as the volume that Vagrant makes of a box at its first use. */
function makeBox({ disk }) {
  const box = join(vagrantHome, "boxes", "classlab", "1.0", "libvirt");
  mkdirSync(box, { recursive: true });
  mkdirSync(vagrantFolder);
  symlinkSync(disk, join(box, "box.img"));
  const { "virtual-size": size } = JSON.parse(run("qemu-img", ["info", "-U", "--output=json", disk]));
  writeFileSync(
    join(box, "metadata.json"),
    JSON.stringify({
      provider: "libvirt",
      format: "qcow2",
      virtual_size: Math.max(10, Math.ceil(size / 2 ** 30)),
    }),
  );
  writeFileSync(join(box, "Vagrantfile"), "");
  const pool = `/var/lib/libvirt/images/${POOL}`;
  mkdirSync(pool, { recursive: true });
  copyFileSync(disk, join(pool, "classlab_vagrant_box_image_1.0_box.img"));
  const key = readFileSync(
    run("sh", ["-c", `ls ${KEYS}/vagrant-2*/keys/vagrant.pub`])
      .trim()
      .split("\n")[0],
    "utf8",
  ).trim();
  for (const name of GUESTS) {
    const seed = join(folder, `seed-${name}`);
    mkdirSync(seed);
    writeFileSync(
      join(seed, "meta-data"),
      `instance-id: bench-${name}\nlocal-hostname: ${name}\ndsmode: local\n`,
    );
    writeFileSync(
      join(seed, "network-config"),
      'version: 2\nethernets:\n  eth0:\n    match: { name: "eth0" }\n    dhcp4: true\n',
    );
    writeFileSync(
      join(seed, "user-data"),
      `#cloud-config\nusers:\n  - name: vagrant\n    shell: /bin/bash\n    sudo: "ALL=(ALL) NOPASSWD:ALL"\n    ssh_authorized_keys: ["${key}"]\n`,
    );
    const image = join(pool, `seed-${name}.img`);
    run("xorriso", [
      "-as",
      "mkisofs",
      "-quiet",
      "-o",
      image,
      "-V",
      "cidata",
      "-J",
      "-r",
      ...["meta-data", "network-config", "user-data"].map((file) => join(seed, file)),
    ]);
    run("truncate", ["-s", "1M", image]);
  }
  virsh("pool-create-as", POOL, "dir", "--target", pool);
}

/** From nothing to both reachable, first boot done. */
function vagrantUp() {
  vagrant("up", "--provider", "libvirt");
  const wait = GUESTS.map((name) => `vagrant ssh ${name} -c 'cloud-init status --wait >/dev/null' &`).join(
    "\n",
  );
  run("sh", ["-c", `${wait}\nwait`], { env: vagrantEnv, cwd: vagrantFolder });
}

function removeVagrant() {
  if (existsSync(vagrantFolder))
    spawnSync("vagrant", ["destroy", "-f"], { env: vagrantEnv, cwd: vagrantFolder });
  for (const name of GUESTS) {
    spawnSync("virsh", ["-q", "-c", URI, "destroy", `vagrant_${name}`]);
    spawnSync("virsh", ["-q", "-c", URI, "undefine", `vagrant_${name}`]);
  }
  spawnSync("virsh", ["-q", "-c", URI, "net-destroy", POOL]);
  spawnSync("virsh", ["-q", "-c", URI, "net-undefine", POOL]);
  spawnSync("virsh", ["-q", "-c", URI, "pool-destroy", POOL]);
  rmSync(`/var/lib/libvirt/images/${POOL}`, { recursive: true, force: true });
}

const least = (values) => Math.min(...values);
const rounded = (seconds) => Number(seconds.toFixed(1));

try {
  provideVagrant();
  writeConfig(GUESTS);
  // The image is made, or found, before anything is timed.
  say("the machine image");
  classlab("images", "--yes", "--json");
  const ours = [];
  const theirs = [];
  const downs = [];
  const theirDowns = [];
  let again = 0;
  let parts;
  let added;
  for (let round = 0; round < rounds; round += 1) {
    say(`round ${round + 1}: classlab`);
    writeConfig(GUESTS);
    ours.push(timed(up).seconds);
    if (round === 0) {
      parts = partsOf("one");
      again = least([1, 2, 3].map(() => timed(up).seconds));
      say("a guest more");
      added = await addGuest(parts);
    }
    downs.push(timed(() => classlab("down", "--yes", "--json")).seconds);
    if (round === 0) makeBox(parts);
    writeFileSync(join(vagrantFolder, "Vagrantfile"), vagrantfile(parts));
    say(`round ${round + 1}: Vagrant`);
    theirs.push(timed(vagrantUp).seconds);
    theirDowns.push(timed(() => vagrant("destroy", "-f")).seconds);
  }
  const report = {
    schemaVersion: 1,
    emulated: parts.emulated,
    rounds,
    up: {
      seconds: rounded(least(ours)),
      vagrant: rounded(least(theirs)),
      ratio: Number((least(ours) / least(theirs)).toFixed(2)),
      budget: 0.8,
    },
    nothingToDo: { seconds: rounded(again), budget: 8 },
    down: { seconds: rounded(least(downs)), vagrant: rounded(least(theirDowns)), budget: 15 },
    newDisk: { bytesBeforeItRuns: added.atFirst, bytesWhenReady: added.ready, budget: 100e6 },
    othersUntouched: added.others,
  };
  if (asJson) console.log(JSON.stringify(report, null, 2));
  else
    for (const line of [
      `both guests ready      ${report.up.seconds} s, Vagrant ${report.up.vagrant} s: ratio ${report.up.ratio} (at most 0.8)`,
      `nothing-to-do up       ${report.nothingToDo.seconds} s (at most 8)`,
      `down                   ${report.down.seconds} s, Vagrant ${report.down.vagrant} s (at most 15)`,
      `a new guest's disk     ${(added.atFirst / 1e6).toFixed(1)} MB before it runs, ${(added.ready / 1e6).toFixed(1)} MB when it is ready (less than 100)`,
      `a guest more           ${added.others ? "touches no other" : "TOUCHES OTHERS"}`,
    ])
      console.log(line);
} finally {
  spawnSync(process.execPath, [join(ROOT, "setup", "classlab.mjs"), "down", "--yes", "--config", config], {
    env,
  });
  removeVagrant();
  rmSync(folder, { recursive: true, force: true });
}
