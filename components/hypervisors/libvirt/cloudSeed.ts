import type { OwnerMark } from "../../../course/mark";
import type { GuestPlan } from "../../../course/plan";
import { uuidOf } from "../identity";
import type { KeeperFile } from "./keeperFiles";

/** What a guest that begins with Ubuntu's cloud image is told besides: what the built machine image has in it. */
export interface CloudSeedSettings {
  /** The keeper of the management channel, and what belongs to it. */
  readonly files: readonly KeeperFile[];
  /** Whether the guest's processor is emulated. */
  readonly emulated: boolean;
}

/**
 * What a guest of the course has and Ubuntu's cloud image lacks, by its packages in Ubuntu 22.04 and 24.04 (packages.ubuntu.com; Compose v2 is in
 * universe). curl and ping are what `verify` measures with.
 */
export const CLOUD_PACKAGES: readonly string[] = [
  "docker.io",
  "docker-compose-v2",
  "qemu-guest-agent",
  "curl",
  "iputils-ping",
];

/** Timers that would install what nobody asked for, and hold the packages while the first start needs them. */
const TIMERS = "apt-daily.timer apt-daily-upgrade.timer";

/**
 * Begins the keeper as soon as its files are there. systemd looked for units before cloud-init wrote this one, and cloud-init runs its own
 * commands first: what waits is a process of systemd's. No unit that it would wait for comes before cloud-init (`DefaultDependencies`).
 */
const BEGIN_KEEPER = `until [ -s /etc/classlab/channel_sshd_config ] && [ -s /etc/systemd/system/classlab-channel.service ]; do sleep 0.5; done
modprobe -a virtio_console || :
systemctl daemon-reload
systemctl enable classlab-channel.service
systemctl start --no-block classlab-channel.service`;

/** A clone's disk has the machine id of the guest that it was copied from. It is written before any network is set: addresses are asked for by it. */
export function ownMachineId(guest: GuestPlan, mark: OwnerMark): string[][] {
  if (!guest.cloneOf) return [];
  const id = uuidOf(mark, "domain", guest.objectName).replaceAll("-", "");
  return [["sh", "-c", `[ "$(cat /etc/machine-id)" = ${id} ] || echo ${id} > /etc/machine-id`]];
}

/** Keys of cloud-config for a guest that begins with a cloud image (cloudinit.readthedocs.io, "Module reference"). */
export function cloudSeedConfig(
  guest: GuestPlan,
  mark: OwnerMark,
  { files, emulated }: CloudSeedSettings,
): {
  readonly files: readonly object[];
  readonly packages: readonly string[];
  readonly keys: Readonly<Record<string, unknown>>;
} {
  return {
    files: files.map(({ path, text, permissions }) => ({ path, content: text, permissions })),
    // What a clone was copied from has them.
    packages: guest.cloneOf ? [] : CLOUD_PACKAGES,
    keys: {
      growpart: { mode: "auto", devices: ["/"] },
      resize_rootfs: true,
      bootcmd: [
        // An emulated time stamp counter counts wrongly on a busy host; nobody hands this kernel its words.
        ...(emulated
          ? [
              [
                "sh",
                "-c",
                "echo hpet > /sys/devices/system/clocksource/clocksource0/current_clocksource || :",
              ],
            ]
          : []),
        ...ownMachineId(guest, mark),
        // Fits no password, and sshd lets the account's keys in.
        ["usermod", "-p", "*", "root"],
        ["sh", "-c", `systemctl mask --now --no-block ${TIMERS}`],
        [
          "sh",
          "-c",
          `systemctl is-active --quiet classlab-channel.service || systemd-run --no-block --collect --unit classlab-channel-begins -p DefaultDependencies=no sh -c '${BEGIN_KEEPER}'`,
        ],
      ],
      runcmd: [["systemctl", "start", "--no-block", "qemu-guest-agent.service"]],
    },
  };
}
