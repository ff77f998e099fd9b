import { cloudYaml } from "../hypervisors/libvirt/cloudYaml";
import type { SshKeyPair } from "../sshKey";

/** What a Linux host in a cloud is told at its first boot. */
export interface HostSettings {
  /** Its host name. */
  readonly name: string;
  /** Line for `authorized_keys` of root: nobody else comes in. */
  readonly authorizedKey: string;
  /** The host's Ed25519 key, made here, so that it is known before it is first met: a secret. */
  readonly hostKey: SshKeyPair;
  /** Users besides root that cloud-init makes, such as `default`, the one that the cloud itself asks for; none by default. */
  readonly users?: readonly string[];
  /** Addresses of the cloud's own services that guests are kept from; none where the cloud keeps them itself. */
  readonly hidden?: readonly string[];
}

/** Most bytes of user data before base64 that Amazon takes (Amazon EC2 User Guide, "Run commands when you launch an EC2 instance", 2026-11). */
export const MOST_BYTES = 16 * 1024;

const TABLE = "/etc/classlab/hidden.nft";
const SERVICE = "classlab-hidden.service";

/** Logins at once, of scripts and of learners, that are not turned away: by default from ten on some are (sshd_config(5), MaxStartups). */
export const MANY_LOGINS = "MaxStartups 100\n";

/** What cloud-init writes, and runs when it has. */
interface Additions {
  readonly write_files: readonly object[];
  readonly runcmd?: readonly (readonly string[])[];
}

const LOGINS = {
  path: "/etc/ssh/sshd_config.d/40-classlab-logins.conf",
  content: MANY_LOGINS,
  permissions: "0644",
};

/** Guests' packets to the cloud's own services end at the host, from before libvirt's first network on. */
function hiding(addresses: readonly string[]): Additions {
  if (addresses.length === 0) return { write_files: [] };
  const rules = `table inet classlab_hidden {
  chain forward {
    type filter hook forward priority -10;
    ip daddr { ${addresses.join(", ")} } drop
  }
}
`;
  const service = `[Unit]
Before=network-pre.target libvirtd.service
Wants=network-pre.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f ${TABLE}
[Install]
WantedBy=multi-user.target
`;
  return {
    write_files: [
      { path: TABLE, content: rules, permissions: "0644" },
      { path: `/etc/systemd/system/${SERVICE}`, content: service, permissions: "0644" },
    ],
    runcmd: [["systemctl", "enable", "--now", SERVICE]],
  };
}

/**
 * `user-data` of a Linux host in a cloud, for cloud-init. It holds the host's private key: a secret as a whole.
 * @throws when it is longer than a cloud takes
 */
export function renderHostUserData({
  name,
  authorizedKey,
  hostKey,
  users = [],
  hidden = [],
}: HostSettings): string {
  const { write_files: files, ...more } = hiding(hidden);
  const config = {
    hostname: name,
    preserve_hostname: false,
    manage_etc_hosts: "localhost",
    // Virtual machines and networks are root's: nobody becomes root from another user.
    users: [...users, { name: "root", lock_passwd: true }],
    disable_root: false,
    ssh_authorized_keys: [authorizedKey],
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: hostKey.privateKey, ed25519_public: hostKey.publicKey },
    // The console can be read by whoever may look at the account.
    ssh: { emit_keys_to_console: false },
    no_ssh_fingerprints: true,
    ...more,
    write_files: [LOGINS, ...files],
  };
  const text = `#cloud-config\n${cloudYaml(config)}`;
  const bytes = Buffer.byteLength(text);
  if (bytes > MOST_BYTES) throw new Error(`user data of ${name} has ${bytes} bytes, more than ${MOST_BYTES}`);
  return text;
}
