import type { GuestPlan } from "../../../course/plan";
import { quote } from "../../../course/shell";
import type { SiteSettings } from "../../../course/siteSettings";
import { HOME_VARIABLE, teamKeyPath } from "../channelOptions";
import { renderGuestNetwork } from "../libvirt/adaptersScript";
import type { GuestNetworkSettings } from "../libvirt/networkConfig";
import { type ReadyArgs, renderReadyInGuest } from "../libvirt/readyScript";
import { renderSiteSettings } from "../libvirt/siteScript";
import { FORMER_VARIABLE } from "./channel";

/** Seconds that a guest has after its start until all of it answers, and longer where it installs packages: it downloads some 200 MB. */
const ANSWER_SECONDS = 600;
const INSTALL_SECONDS = 900;

/** Seconds that a guest may take until all of it answers. */
export function insideSeconds({ docker }: Pick<GuestPlan, "docker">): number {
  return ANSWER_SECONDS + (docker.length > 0 ? INSTALL_SECONDS : 0);
}

/** What a script of this machine goes by that works in a guest. */
interface Inside {
  readonly guest: Pick<GuestPlan, "objectName">;
  /** Shell of the guest's channel. */
  readonly shell: string;
  /** Deadline for all of it. */
  readonly seconds: number;
}

/**
 * Head of a script of this machine: `in_guest` runs the script on its standard input in the guest, with `$verb` as its argument, or without one
 * with the seconds that are left. It tries again while the guest does not answer, and ends the script with the cause where its host tells one: it is off, it is another lab's.
 */
function head({ guest, shell, seconds }: Inside): string {
  return `set -eu
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
guest=${quote(guest.objectName)}
verb=
now() { cut -d. -f1 /proc/uptime; }
end=$(($(now) + ${seconds}))
not_ready() {
  echo "guest-not-ready: $guest: $1" >&2
  exit 1
}
refused() { :; }
told() { :; }
in_guest() {
  cat > "$work/script"
  : > "$work/words"
  while :; do
    left=$((end - $(now)))
    [ "$left" -gt 0 ] || not_ready "it did not answer over its channel within ${seconds} s ($(tail -n 1 "$work/words"))"
    code=0
    ${shell} "\${verb:-$left}" < "$work/script" > "$work/answer" 2> "$work/words" || code=$?
    case $code in
      0) cat "$work/answer"; return 0 ;;
      255)
        if grep -q '^<classlab ' "$work/words"; then
          told
          cat "$work/words" >&2
          exit 1
        fi
        refused
        sleep 1
        ;;
      *) not_ready "$(tail -n 5 "$work/words")" ;;
    esac
  done
}
`;
}

/**
 * A guest that does not know the team's key, since that was made anew, knows one of those before (components/teamKey.ts): by it, it is told the new one.
 * @param former shell of its channel for the key that the variable names
 */
function refused({ lab, team, authorizedKey, former }: Former): string {
  return `refused() {
  grep -q "Permission denied" "$work/words" || return 0
  for ${FORMER_VARIABLE} in "\${${HOME_VARIABLE}}/${teamKeyPath(lab, team)}".before-*; do
    [ -f "$${FORMER_VARIABLE}" ] || continue
    export ${FORMER_VARIABLE}
    if ${former} <<'KEY' 2>/dev/null
umask 077
echo ${quote(authorizedKey)} > /etc/classlab/channel_keys
KEY
    then break; fi
  done
}
`;
}

interface Former {
  readonly lab: string;
  readonly team: string;
  readonly authorizedKey: string;
  readonly former: string;
}

/** Script for this machine: waits until all of a guest is as it is to be, its keys and its password, its language, its Docker where it has stacks. */
export function renderInside(
  guest: GuestPlan,
  channel: { readonly shell: string; readonly former: string },
  args: Omit<ReadyArgs, "sharedBy">,
): string {
  const { lab, authorizedKey } = args;
  return `${head({ guest, shell: channel.shell, seconds: insideSeconds(guest) })}${refused({ lab, team: guest.team, authorizedKey, former: channel.former })}in_guest <<'GUEST'
${renderReadyInGuest(guest, { ...args, engine: guest.docker.length > 0 })}GUEST
`;
}

/** Script for this machine: the guest's network is as planned inside as well. */
export function renderAddresses(guest: GuestPlan, shell: string, settings: GuestNetworkSettings): string {
  return `${head({ guest, shell, seconds: insideSeconds(guest) })}in_guest <<'GUEST'
${renderGuestNetwork(guest, settings)}GUEST
echo '{"addresses":true}'
`;
}

/**
 * Script for this machine: what a guest takes from the site. With argument `remove` a guest that does not run is well: what was in it goes with it.
 * @param settings as this guest takes them
 */
export function renderSettings(guest: GuestPlan, shell: string, settings: SiteSettings): string {
  return `${head({ guest, shell, seconds: insideSeconds(guest) })}verb=$1
if [ "$verb" = remove ]; then
  told() {
    if grep -q '"guest-not-ready"' "$work/words"; then exit 0; fi
  }
fi
in_guest <<'SETTINGS'
${renderSiteSettings(settings)}SETTINGS
`;
}
