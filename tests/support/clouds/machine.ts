import { parse } from "yaml";
import { z } from "zod";
import { StandInHost } from "../standInHost";
import type { Boot, Machines } from "./index";

/** What the stand-in's first boot does with user data: keys, and nothing else that is asked for here. */
const userDataSchema = z.looseObject({
  hostname: z.string(),
  disable_root: z.literal(false),
  ssh_authorized_keys: z.array(z.string()).length(1),
  ssh_keys: z.strictObject({ ed25519_private: z.string(), ed25519_public: z.string() }),
});

/** Puts the three texts where the host's SSH server looks for them. Arguments: the host's keys, the line that opens it. */
const KEYS = `set -eu
umask 077
printf '%s' "$1" > /etc/ssh/stand-in/host_key
printf '%s\\n' "$2" > /etc/ssh/stand-in/host_key.pub
printf '%s\\n' "$3" > /root/.ssh/authorized_keys
printf '#!/bin/sh\\necho "status: done"\\n' > /usr/local/bin/cloud-init
chmod 755 /usr/local/bin/cloud-init
`;

/**
 * A processor that shows what nested virtualization shows. This machine's may not have it, and a KVM all the same, in which guests die: the host has
 * none that works.
 */
const NESTED = `set -eu
sed 's/^flags.*/& vmx/' /proc/cpuinfo > /run/cpuinfo
mount --bind /run/cpuinfo /proc/cpuinfo
[ ! -e /dev/kvm ] || mount --bind /dev/null /dev/kvm
`;

/** Takes away what is on the disk of a machine: its guests with it, and what libvirt knows. */
const WIPE = `set -u
ask() { virsh -q -c qemu:///system "$@"; }
for name in $(ask list --name); do ask destroy "$name"; done
for name in $(ask list --all --name); do ask undefine --nvram --snapshots-metadata "$name"; done
for name in $(ask net-list --name); do ask net-destroy "$name"; done
for name in $(ask net-list --all --name); do ask net-undefine "$name"; done
for name in $(ask pool-list --name); do ask pool-destroy "$name"; done
for name in $(ask pool-list --all --name); do ask pool-undefine "$name"; done
pkill -KILL -u learner
userdel --force --remove learner 2>/dev/null
rm -f /etc/ssh/sshd_config.d/classlab-*
rm -rf /var/lib/libvirt/images/* /var/lib/classlab /srv/classlab
`;

const PLAIN = "for file in /proc/cpuinfo /dev/kvm; do while umount $file 2>/dev/null; do :; done; done";

/** How long a machine takes until it answers, in milliseconds. */
const BOOT = 2000;

/** A stand-in host as the one machine of a stand-in for a cloud: what comes after the cloud's API is real. */
export class CloudMachine implements Machines {
  readonly address = StandInHost.address;
  /** True where the cloud takes the option of nested virtualization and does nothing with it. */
  passesOver = false;
  /** Guests that the machine which is gone still had. */
  tookAlong: readonly string[] = [];
  private boot: Promise<void> = Promise.resolve();

  /** @param hasImages whether it has the machine images that this machine has when it boots, which nobody has to bring to it then */
  constructor(
    private readonly host: StandInHost,
    private readonly hasImages = false,
  ) {}

  /** It boots with its user data, and answers some time later. */
  async begin({ userData, nested }: Boot): Promise<void> {
    const config = userDataSchema.parse(parse(userData));
    await this.end();
    const { ed25519_private: key, ed25519_public: known } = config.ssh_keys;
    await this.host.run("sh", "-c", KEYS, "sh", key, known, config.ssh_authorized_keys[0] ?? "");
    await this.host.run("hostname", config.hostname);
    if (this.hasImages) await this.host.giveImages();
    if (nested && !this.passesOver) await this.host.run("sh", "-c", NESTED);
    this.boot = new Promise((resolve, reject) => {
      setTimeout(() => this.host.startSsh().then(resolve, reject), BOOT);
    });
  }

  /** It boots with what is on its disk. */
  async resume(): Promise<void> {
    if (!this.passesOver) await this.host.run("sh", "-c", NESTED);
    await this.host.startSsh();
  }

  /** It is gone, with all connections to it. */
  async end(): Promise<void> {
    await this.boot;
    await this.host.stopSsh();
    await this.host.run("sh", "-c", PLAIN);
    const guests = await this.host.run("virsh", "-q", "-c", "qemu:///system", "list", "--all", "--name");
    this.tookAlong = guests.split("\n").filter(Boolean);
    await this.host.run("sh", "-c", WIPE);
  }
}
