import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execute, output } from "./cli";
import { StandInInternet, TEST_INDEX } from "./standInInternet";

/** Name of this machine's end of the pair that joins the host to it, and of the one that joins it to the internet. */
const CABLE = `clhost${TEST_INDEX}h`;
const OUTWARD = `clhost${TEST_INDEX}i`;

/** One of its eight addresses, four for each cable: of the range for tests of networks (RFC 2544), which no network of a machine has. */
const address = (offset: number) => `198.18.${TEST_INDEX}.${offset}`;

/** Where its disks are: on this machine's disk, since they are large. What else it writes is in memory, and gone with it. */
const PLACE = `/var/tmp/classlab-host-${TEST_INDEX}`;

/** Where this machine keeps machine images, complete or under another name. */
const MACHINE_CACHE = "/var/lib/libvirt/images/classlab-cache";

/** Folders of this machine that it does not see. */
const HIDDEN = ["run", "tmp", "root", "var/log", "var/lib/docker", "var/lib/containerd"];

/** What it knows of libvirt's objects: nothing of this machine's. */
const FORGOTTEN = [
  "/etc/libvirt/qemu/*.xml",
  "/etc/libvirt/qemu/autostart/*",
  "/etc/libvirt/qemu/networks/*.xml",
  "/etc/libvirt/qemu/networks/autostart/*",
  "/etc/libvirt/storage/*",
];

/**
 * Makes the host's root out of this machine's own, of which it changes nothing, and goes there. Runs in namespaces of its own, as their first
 * process.
 */
const ENTER = `set -eu
place=$1
root=$place/root
mount --make-rprivate /
mount -t tmpfs tmpfs "$place/memory"
mkdir "$place/memory/upper" "$place/memory/work"
mount -t overlay overlay -o "lowerdir=/,upperdir=$place/memory/upper,workdir=$place/memory/work" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /dev "$root/dev"
for folder in ${HIDDEN.join(" ")}; do
  if [ -d "$root/$folder" ]; then mount -t tmpfs -o mode=755 tmpfs "$root/$folder"; fi
done
chmod 1777 "$root/tmp"
mount --bind "$place/libvirt" "$root/var/lib/libvirt"
mkdir -p "$root/etc/ssh/stand-in" "$root/root/.ssh" "$root/.before"
cp "$place"/keys/* "$root/etc/ssh/stand-in"
cd "$root"
pivot_root . .before
cd /
umount -l /.before
rmdir /.before
hostname stand-in-host
ip link set lo up
mkdir -p /run/sshd /run/lock /run/libvirt /var/log/libvirt/qemu
chmod 700 /root /root/.ssh
rm -rf ${FORGOTTEN.join(" ")}
virtlogd -d
libvirtd -d
echo ready
# What ends here has no other parent: it is waited for.
while :; do
  sleep 3600 &
  wait "$!"
done
`;

/** Settings of its SSH server, whose keys are its own. */
const SSHD = `HostKey /etc/ssh/stand-in/host_key
AuthorizedKeysFile .ssh/authorized_keys
Include /etc/ssh/sshd_config.d/*.conf
PidFile /run/sshd.pid
UsePAM no
PasswordAuthentication no
`;

/**
 * A Linux host on this machine: processes, network, mounts, libvirt and SSH server of its own. What runs on this machine by mistake finds
 * nothing of it. It reaches the stand-in for the internet, which is started before. Needs root.
 */
export class StandInHost {
  /** Its address. */
  static readonly address = address(2);

  private constructor(
    private readonly holder: ChildProcess,
    /** Its first process, as this machine numbers it. */
    private readonly first: string,
  ) {}

  /** Starts it; one that an ended test left is removed first. */
  static async start(): Promise<StandInHost> {
    await StandInHost.clear();
    for (const folder of ["root", "memory", "libvirt", "keys"])
      mkdirSync(join(PLACE, folder), { recursive: true });
    writeFileSync(join(PLACE, "enter"), ENTER);
    writeFileSync(join(PLACE, "keys", "sshd_config"), SSHD);
    await output("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(PLACE, "keys", "host_key")]);
    const words = ["--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "--kill-child"];
    const holder = spawn("unshare", [...words, "sh", join(PLACE, "enter"), PLACE], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise<void>((resolve, reject) => {
      holder.stdout.once("data", () => resolve());
      holder.once("exit", (code) => reject(new Error(`the stand-in host ended with ${code}`)));
    });
    const [first = ""] = (await output("pgrep", ["-P", String(holder.pid)])).split("\n");
    const host = new StandInHost(holder, first);
    await host.plug();
    await host.startSsh();
    return host;
  }

  /** The public key that it is known by: type and base64. */
  get hostKey(): string {
    const line = readFileSync(join(PLACE, "keys", "host_key.pub"), "utf8");
    return line.split(" ").slice(0, 2).join(" ");
  }

  /** Runs a program on it, as root, without its SSH server. */
  run(program: string, ...args: string[]): Promise<string> {
    const into = ["-t", this.first, "-m", "-p", "-n", "-u", "-i", "-r", "-w"];
    return output("nsenter", [...into, program, ...args]);
  }

  /** Lets a key in. @param line for `authorized_keys` */
  async letIn(line: string): Promise<void> {
    await this.run("sh", "-c", `printf '%s\\n' "$1" >> /root/.ssh/authorized_keys`, "sh", line);
  }

  /** Gives it the machine images that this machine has, if any, as if they had come to it: over SSH that takes as long as a guest's start. */
  async giveImages(): Promise<void> {
    if (!existsSync(MACHINE_CACHE)) return;
    const place = join(PLACE, "libvirt", "images");
    mkdirSync(place, { recursive: true });
    await output("cp", ["-a", "--sparse=always", MACHINE_CACHE, place]);
  }

  /** Starts its SSH server. */
  async startSsh(): Promise<void> {
    await this.run("/usr/sbin/sshd", "-f", "/etc/ssh/stand-in/sshd_config", "-E", "/var/log/sshd");
  }

  /** Ends its SSH server and every session over it. */
  async stopSsh(): Promise<void> {
    await this.run("sh", "-c", "pkill -x sshd; while pgrep -x sshd >/dev/null; do sleep 0.05; done");
  }

  /** Ends it with all that runs on it, and leaves nothing behind. */
  async stop(): Promise<void> {
    this.holder.removeAllListeners("exit");
    const ended = once(this.holder, "exit");
    this.holder.kill("SIGKILL");
    await ended;
    await StandInHost.clear();
  }

  /** Joins it to this machine, and to the internet, where all leads that is not its own. */
  private async plug(): Promise<void> {
    const ip = (...words: string[]) => output("ip", words);
    const there = (...words: string[]) => this.run("ip", ...words);
    await ip("link", "add", CABLE, "type", "veth", "peer", "name", "eth0", "netns", this.first);
    await ip("address", "add", `${address(1)}/30`, "dev", CABLE);
    await ip("link", "set", CABLE, "up");
    await there("address", "add", `${StandInHost.address}/30`, "dev", "eth0");
    await there("link", "set", "eth0", "up");
    const inside = ["-n", StandInInternet.namespace];
    await ip(...inside, "link", "add", OUTWARD, "type", "veth", "peer", "name", "eth1", "netns", this.first);
    await ip(...inside, "address", "add", `${address(5)}/30`, "dev", OUTWARD);
    await ip(...inside, "link", "set", OUTWARD, "up");
    await there("address", "add", `${address(6)}/30`, "dev", "eth1");
    await there("link", "set", "eth1", "up");
    await there("route", "add", "default", "via", address(5));
  }

  /** What a test run that was killed left: its processes ended with it, its network with them. */
  private static async clear(): Promise<void> {
    await execute("ip", ["link", "delete", CABLE]);
    rmSync(PLACE, { recursive: true, force: true });
  }
}
