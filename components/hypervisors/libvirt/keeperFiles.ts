import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A file of the machine image that a guest without it is given. */
export interface KeeperFile {
  /** Absolute path in the guest. */
  readonly path: string;
  readonly text: string;
  /** Mode in octal digits, such as `0755`. */
  readonly permissions: string;
}

/** Where the files of the images are, in the checkout. */
const MACHINE = "images/machine/files";
const GUEST = "images/guest";

/** What keeps the management channel, and what the guest's own SSH server goes by: by its place in the checkout. */
const FILES: readonly (Omit<KeeperFile, "text"> & { readonly source: string })[] = [
  ...[
    { path: "/usr/local/sbin/classlab-channel", permissions: "0755" },
    { path: "/etc/systemd/system/classlab-channel.service", permissions: "0644" },
    { path: "/etc/modules-load.d/classlab.conf", permissions: "0644" },
    { path: "/etc/ssh/sshd_config.d/00-classlab.conf", permissions: "0644" },
  ].map((file) => ({ ...file, source: MACHINE + file.path })),
  {
    path: "/etc/classlab/channel_sshd_config",
    permissions: "0644",
    source: `${GUEST}/channel_sshd_config`,
  },
];

/**
 * Reads the files that a built machine image has and a cloud image lacks.
 * @param root folder of the checkout
 */
export function readKeeperFiles(root: string): KeeperFile[] {
  return FILES.map(({ source, ...file }) => ({
    ...file,
    text: readFileSync(join(root, source), "utf8").replaceAll("\r\n", "\n"),
  }));
}
