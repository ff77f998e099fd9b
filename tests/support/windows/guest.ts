import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { LAYERED_ROOT } from "../throwAwayRoot";

const userData = z.looseObject({
  write_files: z.array(z.object({ path: z.string(), content: z.string(), permissions: z.string() })),
  ssh_keys: z.object({ ed25519_private: z.string(), ed25519_public: z.string() }),
});

/** The user data on a medium that this project wrote: a file's bytes lie together, and nothing follows it but zeros. */
function userDataOn(medium: Buffer): z.output<typeof userData> {
  const start = medium.indexOf("#cloud-config\n");
  const end = medium.indexOf(0, start);
  return userData.parse(parse(medium.subarray(start, end).toString("utf8")));
}

/** As a guest's netplan does it: what the file says of each card, by its address. */
const NETPLAN = `#!/usr/bin/python3
import re, subprocess
card = None
for line in open('/etc/netplan/50-cloud-init.yaml'):
    found = re.search(r'macaddress: "?([0-9a-f:]{17})', line)
    if found:
        card = 'c' + found[1].replace(':', '')
        subprocess.run(['ip', 'link', 'add', card, 'address', found[1], 'type', 'veth', 'peer', 'name', 'p' + card[1:]], stderr=subprocess.DEVNULL)
        subprocess.run(['ip', 'address', 'flush', 'dev', card])
    found = re.search(r'"(\\d+\\.\\d+\\.\\d+\\.\\d+/\\d+)"', line)
    if found and card:
        subprocess.run(['ip', 'address', 'add', found[1], 'dev', card], check=True)
`;

/** Programs of a guest that this machine may lack, or that would do something else here. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "cloud-init": "#!/bin/sh\necho 'status: done'\n",
  networkctl: "#!/bin/sh\n",
  systemctl: '#!/bin/sh\n[ "$1" != is-active ]\n',
  netplan: NETPLAN,
};

/** Goes to a root that is this machine's with a layer of memory over it, with networks of its own, and stays until its input ends. */
const ENTER = `${LAYERED_ROOT}mount -t sysfs sysfs "$place/root/sys"
mkdir -p "$place/root/run/cloud-init" "$place/root/run/sshd" "$place/root/etc/classlab" "$place/root/etc/netplan"
echo '{"v1": {"errors": []}}' > "$place/root/run/cloud-init/result.json"
chroot "$place/root" useradd -m -s /bin/bash ubuntu
cp -a "$2/." "$place/root/"
chmod 600 "$place/root/etc/ssh/ssh_host_ed25519_key" "$place/root/etc/classlab/channel_keys"
echo ready
cat
`;

/**
 * A guest of the stand-in: a root of its own in which the seed's files lie, with an SSH server that is started for each connection to its socket as systemd
 * does it. Its address of Hyper-V is a socket at a path. Needs root. No kernel, no systemd, no cloud-init of its own.
 */
export class StandInGuest {
  private constructor(
    private readonly folder: string,
    private readonly root: ChildProcess,
    private readonly server: Server,
  ) {}

  /** Path of the socket that it listens on. */
  get socket(): string {
    return join(this.folder, "socket");
  }

  /** Starts it. @param medium of its first start */
  static async start(medium: Buffer): Promise<StandInGuest> {
    const folder = mkdtempSync(join(tmpdir(), "classlab-guest-"));
    const files = join(folder, "files");
    const put = (path: string, text: string, mode = 0o644) => {
      mkdirSync(join(files, path, ".."), { recursive: true });
      writeFileSync(join(files, path), text, { mode });
    };
    const { write_files: written, ssh_keys: keys } = userDataOn(medium);
    for (const { path, content, permissions } of written) put(path, content, Number.parseInt(permissions, 8));
    put("/etc/ssh/ssh_host_ed25519_key", keys.ed25519_private, 0o600);
    put("/etc/ssh/ssh_host_ed25519_key.pub", keys.ed25519_public);
    for (const [name, text] of Object.entries(PROGRAMS)) put(`/usr/local/sbin/${name}`, text, 0o755);
    writeFileSync(join(folder, "enter"), ENTER);
    mkdirSync(join(folder, "place"));
    const place = join(folder, "place");
    const root = spawn(
      "unshare",
      ["--mount", "--net", "--pid", "--fork", "sh", join(folder, "enter"), place, files],
      { stdio: ["pipe", "pipe", "inherit"] },
    );
    await once(root.stdout ?? root, "data");
    const { pid } = root;
    const exec = [
      ["-t", String(pid), "-m", "-n", "chroot", join(place, "root")],
      ["/usr/sbin/sshd", "-i", "-f", "/etc/classlab/channel_sshd_config"],
    ].flat();
    const server = createServer({ allowHalfOpen: true }, (connection) => {
      const sshd = spawn("nsenter", exec, {
        stdio: ["pipe", "pipe", "ignore"],
        env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
      });
      connection.on("error", () => sshd.kill());
      connection.pipe(sshd.stdin);
      sshd.stdout.pipe(connection);
      sshd.stdin.on("error", () => undefined);
    });
    server.listen(join(folder, "socket"));
    await once(server, "listening");
    return new StandInGuest(folder, root, server);
  }

  /** Runs a command in it. @returns what it printed */
  async run(command: string): Promise<string> {
    const child = spawn(
      "nsenter",
      [
        "-t",
        String(this.root.pid),
        "-m",
        "-n",
        "chroot",
        join(this.folder, "place", "root"),
        "sh",
        "-c",
        command,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    await once(child, "close");
    return text;
  }

  /** Ends it, and leaves nothing behind. */
  async stop(): Promise<void> {
    this.server.close();
    const ended = once(this.root, "exit");
    this.root.stdin?.end();
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
