import type { OwnerMark } from "../../../course/mark";
import type { GuestPlan } from "../../../course/plan";
import { PACKAGE_ROOT } from "../../packageRoot";
import { ownMachineId } from "../libvirt/cloudSeed";
import { readKeeperFiles } from "../libvirt/keeperFiles";
import type { SeedAddition } from "../libvirt/seed";
import { CHANNEL_PORT } from "./channelPort";

/** What of the files of a machine image belongs to an SSH server, whatever it is reached by. */
const SSH_FILES = ["/etc/classlab/channel_sshd_config", "/etc/ssh/sshd_config.d/00-classlab.conf"];

/** Linux loads what it is asked for by a socket's family; named here, it is there before anybody asks. */
const MODULES = "vsock\nhv_sock\n";

/** systemd listens on the port (systemd.socket(5), ListenStream: `vsock:CID:PORT`, any CID where none is given) and starts a server each connection. */
const SOCKET = `[Unit]
Description=Management channel of classlab
# Before cloud-init and without any network: what goes wrong there is then seen over the channel.
DefaultDependencies=no
After=systemd-modules-load.service local-fs.target
Conflicts=shutdown.target
Before=shutdown.target

[Socket]
ListenStream=vsock::${CHANNEL_PORT}
Accept=yes
MaxConnections=256

[Install]
WantedBy=multi-user.target
`;

const SERVICE = `[Unit]
Description=Management channel of classlab
DefaultDependencies=no
CollectMode=inactive-or-failed

[Service]
ExecStart=-/usr/sbin/sshd -i -f /etc/classlab/channel_sshd_config
StandardInput=socket
StandardError=journal
# sshd wants its folder, and finds it when ssh.service is stopped too.
RuntimeDirectory=sshd
RuntimeDirectoryMode=0755
RuntimeDirectoryPreserve=yes
`;

/** systemd looked for units before cloud-init wrote these, and cloud-init runs its own commands first: what waits is a process of systemd's. */
const BEGIN = `until [ -s /etc/classlab/channel_sshd_config ] && [ -s /etc/systemd/system/classlab-channel.socket ] && [ -s /etc/systemd/system/classlab-channel@.service ]; do sleep 0.5; done
modprobe -a vsock hv_sock || :
systemctl daemon-reload
systemctl enable classlab-channel.socket
systemctl start --no-block classlab-channel.socket`;

/** What a guest runs its Docker stacks with, by Ubuntu's packages (packages.ubuntu.com; Compose v2 is in universe). */
const DOCKER_PACKAGES: readonly string[] = ["docker.io", "docker-compose-v2"];

/** What a guest on Hyper-V is told at its first start besides: its management channel, and Docker where it has stacks. */
export function channelSeed(guest: GuestPlan, mark: OwnerMark): SeedAddition {
  const unit = (name: string, content: string) => ({
    path: `/etc/systemd/system/${name}`,
    content,
    permissions: "0644",
  });
  return {
    files: [
      ...readKeeperFiles(PACKAGE_ROOT)
        .filter(({ path }) => SSH_FILES.includes(path))
        .map(({ path, text, permissions }) => ({ path, content: text, permissions })),
      { path: "/etc/modules-load.d/classlab.conf", content: MODULES, permissions: "0644" },
      unit("classlab-channel.socket", SOCKET),
      unit("classlab-channel@.service", SERVICE),
    ],
    // What a clone was copied from has them.
    packages: guest.docker.length > 0 && !guest.cloneOf ? DOCKER_PACKAGES : [],
    keys: {
      bootcmd: [
        ...ownMachineId(guest, mark),
        // Fits no password, and sshd lets the account's keys in.
        ["usermod", "-p", "*", "root"],
        [
          "sh",
          "-c",
          `systemctl is-active --quiet classlab-channel.socket || systemd-run --no-block --collect --unit classlab-channel-begins -p DefaultDependencies=no sh -c '${BEGIN}'`,
        ],
      ],
    },
  };
}
