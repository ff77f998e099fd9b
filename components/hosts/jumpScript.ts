import { LEARNER } from "../../course/learnerAccess";
import type { OwnerMark } from "../../course/mark";

/** What learners come in by. */
export interface JumpSettings {
  readonly mark: OwnerMark;
  /** The team's line for `authorized_keys`. */
  readonly publicKey: string;
  /** IPv4 addresses that they may go on to, at any port. */
  readonly addresses: readonly string[];
}

/** Whose an account is: the lab's. */
export function jumpOwner({ lab, id }: OwnerMark): string {
  return `classlab ${lab} ${id}`;
}

/** Places that learners may go on to, as sshd_config(5) has them for `PermitOpen`; nothing for none. */
export function openPlaces(addresses: readonly string[]): string {
  return addresses.map((address) => `${address}:*`).join(" ");
}

/** What of sshd_config(5) keeps the account to connections to the guests; the last line ends what is for it alone. */
function settings(addresses: readonly string[]): string {
  return `# classlab's own.
Match User ${LEARNER}
  AuthenticationMethods publickey
  AllowTcpForwarding local
  PermitOpen ${openPlaces(addresses) || "none"}
  PermitListen none
  AllowStreamLocalForwarding no
  AllowAgentForwarding no
  X11Forwarding no
  PermitTunnel no
  PermitTTY no
  ForceCommand /usr/sbin/nologin
Match all
`;
}

/**
 * Script for a team's host in a cloud: an account by which its learners get to their guests, and to nothing else: no shell, no files, no other address, no port
 * of the host's own. Argument `remove` takes it away, and ends what goes through it. Somebody else's account of the name is refused. Safe to repeat.
 */
export function renderJumpScript({ mark, publicKey, addresses }: JumpSettings): string {
  return `set -eu
PATH=$PATH:/usr/sbin:/sbin
name=${LEARNER}
owner='${jumpOwner(mark)}'
settings=/etc/ssh/sshd_config.d/classlab-${LEARNER}.conf
known=$(getent passwd "$name" | cut -d: -f5)
reload() {
  sshd -t
  if [ -d /run/systemd/system ]; then systemctl reload ssh; else kill -HUP "$(cat /run/sshd.pid)"; fi
}
if [ "$1" = remove ]; then
  if [ "$known" = "$owner" ]; then
    pkill -KILL -u "$name" || :
    userdel --force --remove "$name" 2>/dev/null
  fi
  if [ -e "$settings" ]; then
    rm "$settings"
    reload
  fi
  echo '{"account":false}'
  exit 0
fi
if ! id -u "$name" >/dev/null 2>&1; then
  # "*" is no password that fits, and unlike "!" no account that is locked.
  useradd --create-home --shell /usr/sbin/nologin --comment "$owner" --password '*' "$name"
elif [ "$known" != "$owner" ]; then
  echo "object-in-the-way: account $name: it is not this lab's" >&2
  exit 1
fi
mkdir -p "\${settings%/*}"
cat > "$settings.new" <<'END_OF_SETTINGS'
${settings(addresses)}END_OF_SETTINGS
if ! cmp -s "$settings.new" "$settings"; then
  chmod 644 "$settings.new"
  mv "$settings.new" "$settings"
  reload
else
  rm "$settings.new"
fi
# Before the key: where the SSH server does not read that file, nobody comes in.
told=$(sshd -T -C "user=$name,host=localhost,addr=127.0.0.1")
case $told in
  *"allowstreamlocalforwarding no"*) ;;
  *) echo "host-not-ready: its SSH server does not read $settings" >&2; exit 1 ;;
esac
home=$(getent passwd "$name" | cut -d: -f6)
# The account's own is nothing: not its key file either.
chown root:root "$home"
install -d -m 755 "$home/.ssh"
printf '%s\\n' 'restrict,port-forwarding ${publicKey}' > "$home/.ssh/authorized_keys.new"
chmod 644 "$home/.ssh/authorized_keys.new"
mv "$home/.ssh/authorized_keys.new" "$home/.ssh/authorized_keys"
echo '{"account":"${LEARNER}"}'
`;
}
