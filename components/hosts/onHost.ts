import { HOME_VARIABLE, teamKeyPath } from "../hypervisors/channelOptions";
import { CHANNEL_CLIENT } from "../hypervisors/libvirt/channel";
import { hostFolder } from "./paths";

/** Ends what is written to a file: a line that neither a key nor a script has. */
const END = "END_OF_WHAT_IS_FOR_THE_HOST";

/** What a script on a guest's own host needs to reach the guest's channel. */
export interface ChannelOnHost {
  readonly lab: string;
  readonly team: string;
  /** The team's private key: a secret. */
  readonly privateKey: string;
}

/**
 * A script for a guest's own host that finds there what it finds on this machine otherwise: a home folder with the team's key and the
 * program that reaches the guest's channel. That folder is root's alone, in memory, and gone when the script ends.
 */
export function renderOnHost({ lab, team, privateKey }: ChannelOnHost, script: string): string {
  const key = teamKeyPath(lab, team);
  const folder = key.slice(0, key.lastIndexOf("/"));
  return `set -eu
umask 077
${HOME_VARIABLE}=$(mktemp -d /run/classlab.XXXXXXXXXX)
export ${HOME_VARIABLE}
trap 'rm -rf "$${HOME_VARIABLE}"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$${HOME_VARIABLE}/${folder}"
ln -s ${hostFolder(lab)}/${CHANNEL_CLIENT} "$${HOME_VARIABLE}/${CHANNEL_CLIENT}"
cat > "$${HOME_VARIABLE}/${key}" <<'${END}'
${privateKey}${END}
cat > "$${HOME_VARIABLE}/script" <<'${END}'
${script}${END}
sh "$${HOME_VARIABLE}/script" "$@" </dev/null
`;
}
