import { MARK_KEYS } from "../../../course/mark";
import type { AdapterPlan, GuestPlan } from "../../../course/plan";
import { quote } from "../../../course/shell";
import { renderLanguage } from "./guestLanguage";
import { renderGuestNetwork } from "./guestNetwork";

/** Seconds a guest may take until its Docker Engine answers. */
export const READY_DEADLINE_SECONDS = 120;

/**
 * Script for this machine: waits until the guest's Docker Engine answers over the channel, lets the team's key in and sets the
 * guest's language.
 * On failure its last lines name the cause and show the end of the guest's log.
 */
export function renderReady(
  guest: GuestPlan,
  authorizedKey: string,
  deadline = READY_DEADLINE_SECONDS,
): string {
  return `set -eu
guest=${quote(guest.objectName)}
key=${quote(authorizedKey)}
fail() {
  echo "guest-not-ready: $guest: $1. Last lines of its log:" >&2
  docker logs --tail 20 "$guest" >&2 2>&1 || true
  docker exec "$guest" tail -n 20 /var/log/dockerd.log >&2 2>/dev/null || true
  exit 1
}
# Seconds of a clock that nobody sets; where there is none (macOS), those of the wall clock.
now() {
  cut -d. -f1 /proc/uptime 2>/dev/null || date +%s
}
end=$(($(now) + ${deadline}))
while :; do
  state=$(docker container inspect -f '{{.State.Status}}' "$guest" 2>&1) || case $state in
    *'o such '*) fail "the guest is absent" ;;
    # This machine's Docker ended: no guest will be ready, however long we wait.
    *) printf '%s\\n' "$state" >&2; exit 1 ;;
  esac
  case $state in
    exited|dead) fail "the guest stopped with exit code $(docker container inspect -f '{{.State.ExitCode}}' "$guest")" ;;
  esac
  docker exec "$guest" timeout 10 docker info >/dev/null 2>&1 && break
  [ "$(now)" -lt "$end" ] || fail "its Docker Engine did not answer within ${deadline} s (guest is $state)"
  sleep 0.3
done
printf '%s\\n' "$key" | docker exec -i "$guest" sh -eu -c '
  key=$(cat)
  umask 077
  printf "%s\\n" "$key" > /etc/classlab/channel_keys
  install -d -m 700 -o ubuntu -g ubuntu /home/ubuntu/.ssh
  file=/home/ubuntu/.ssh/authorized_keys
  # Keys that learners added stay; ours is the line that carries the mark.
  { if [ -f "$file" ]; then grep -v " classlab:" "$file" || true; fi; printf "%s\\n" "$key"; } > "$file.new"
  chown ubuntu:ubuntu "$file.new"
  mv "$file.new" "$file"'
docker exec -i "$guest" sh <<'LANGUAGE'
${renderLanguage(guest)}LANGUAGE
echo '{"ready":true}'
`;
}

/** One line a network that the guest is to be on: `<network> <address>`. */
export function renderAdapterList(adapters: readonly AdapterPlan[]): string {
  return adapters
    .flatMap((adapter) => (adapter.mode === "disabled" ? [] : [`${adapter.switchObject} ${adapter.address}`]))
    .join("\n");
}

/**
 * Script for this machine: brings the guest's networks to the list, in place; argument `remove` takes it off all.
 * Docker refuses to connect a container that is on network `none`, so that one goes first. An address that another
 * guest of the same lab still holds is waited for, two seconds, and then taken from it: a plan gives each address once, so
 * that guest is about to move (its own script leaves first) or to go (a new guest is made before the one that left the
 * plan is removed). A network without an id is one that could not be connected: Docker lists it all the same.
 */
export function renderAdapters(guest: GuestPlan): string {
  return `set -eu
guest=${quote(guest.objectName)}
wanted=${quote(renderAdapterList(guest.adapters))}
[ "$1" = apply ] || wanted=
attached() { docker container inspect -f '{{range $name, $n := .NetworkSettings.Networks}}{{if $n.NetworkID}}{{$name}} {{with $n.IPAMConfig}}{{.IPv4Address}}{{end}}{{println}}{{end}}{{end}}' "$guest"; }
if ! docker container inspect "$guest" >/dev/null 2>&1; then
  [ "$1" = apply ] || { echo '{"adapters":[]}'; exit 0; }
  echo "guest $guest is absent" >&2
  exit 1
fi
present=$(attached)
leave() {
  words=$(docker network disconnect "$1" "$guest" 2>&1) && return 0
  # Another guest that takes over its address may have been quicker.
  attached | grep -q "^$1 " || return 0
  echo "$words" >&2
  exit 1
}
printf '%s\\n' "$present" | while read -r network address; do
  [ -n "$network" ] || continue
  printf '%s\\n' "$wanted" | grep -Fqx "$network $address" || leave "$network"
done
owner() { docker container inspect -f '{{index .Config.Labels "${MARK_KEYS.id}"}}' "$1" 2>/dev/null; }
connect() {
  tries=0
  until words=$(docker network connect --ip "$2" "$1" "$guest" 2>&1); do
    tries=$((tries + 1))
    holder=$(docker network inspect -f '{{range .Containers}}{{.Name}} {{.IPv4Address}}{{println}}{{end}}' "$1" |
      grep -F " $2/" | cut -d' ' -f1) || holder=
    case $words in *"ddress already in use"*) ours=yes ;; *) ours= ;; esac
    [ -z "$holder" ] || [ "$(owner "$holder")" = "$(owner "$guest")" ] || ours=
    if [ -z "$ours" ] || [ "$tries" -gt 40 ]; then
      echo "$words\${holder:+ ($2 on $1 is held by container $holder)}" >&2
      exit 1
    fi
    if [ -n "$holder" ] && [ "$tries" -ge 8 ]; then
      docker network disconnect "$1" "$holder" >/dev/null 2>&1 || true
    else
      sleep 0.25
    fi
  done
}
join() {
  printf '%s\\n' "$wanted" | while read -r network address; do
    [ -n "$network" ] || continue
    printf '%s\\n' "$present" | grep -Fqx "$network $address" || connect "$network" "$address"
  done
}
join
# A guest that waited for the address this one held may have taken this one off in the moment it came back.
present=$(attached)
join
if [ "$1" = apply ]; then
  docker exec -i "$guest" sh -euc 'cat > /etc/classlab/network.sh; sh /etc/classlab/network.sh' <<'NETWORK'
${renderGuestNetwork(guest)}NETWORK
fi
echo '{"adapters":true}'
`;
}
