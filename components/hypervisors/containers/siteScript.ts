import { z } from "zod";
import { quote } from "../../../course/shell";
import type { ProxySettings, SiteSettings } from "../../../course/siteSettings";
import {
  CA_FILE,
  clientProxies,
  ENGINE_ENVIRONMENT,
  ENGINE_FILE,
  environmentLines,
  resolverText,
  type SiteFile,
  SSH_FILE,
  siteFiles,
} from "./siteFiles";

/** The engine of a container, which its first process keeps running. */
const ENGINE: Engine = {
  log: "tail -n 20 /var/log/dockerd.log",
  restart: 'kill -TERM "$before"',
  seconds: 90,
};

/** First line of the block in a file that has lines of others, too. */
export const BEGIN = "# classlab: settings of the site, begin";
/** Its last line. */
export const END = "# classlab: settings of the site, end";

/**
 * Whose a file is, is known by what was written there: its checksum is kept, on the guest's disk since home folders are
 * there too. A file of another checksum is somebody else's by now, and is left and named.
 */
export const STORE = `store=/etc/classlab/site.sum
if mountpoint -q /disk; then
  install -d -m 700 /disk/classlab
  store=/disk/classlab/site.sum
fi
touch "$store"
wanted=
left=
sum() { sha256sum | cut -d' ' -f1; }
ours() { grep -Fqx "$2 $1" "$store"; }
forget() {
  awk -v key="$1" '$2 != key' "$store" > "$store.new"
  mv "$store.new" "$store"
}
note() {
  forget "$1"
  echo "$2 $1" >> "$store"
}
leave() { left="$left\${left:+,}\\"$1\\""; }
`;

/** Shell that writes files and takes them away. */
export const FILES = `file() {
  key=file:$1
  wanted="$wanted $key "
  want=$(printf '%s' "$3" | sum)
  have=$want
  [ ! -e "$1" ] || have=$(sum < "$1")
  if [ "$have" != "$want" ] && ! ours "$key" "$have"; then
    leave "$1"
    return
  fi
  if [ ! -e "$1" ] || [ "$have" != "$want" ]; then
    mkdir -p "\${1%/*}"
    printf '%s' "$3" > "$1.new"
    chmod "$2" "$1.new"
    mv "$1.new" "$1"
  fi
  note "$key" "$want"
}
drop_file() {
  [ -e "$1" ] || return 0
  if ours "file:$1" "$(sum < "$1")"; then rm "$1"; else leave "$1"; fi
}
`;

/** Shell that keeps lines of ours in a file that has others. */
export const BLOCK = `begin='${BEGIN}'
end='${END}'
block_of() { [ ! -e "$1" ] || sed -n "/^$begin\\$/,/^$end\\$/p" "$1"; }
without_block() { [ ! -e "$1" ] || sed "/^$begin\\$/,/^$end\\$/d" "$1"; }
block() {
  key=block:$1
  wanted="$wanted $key "
  want="$begin
$2
$end"
  have=$(block_of "$1")
  if [ -n "$have" ] && [ "$have" != "$want" ] && ! ours "$key" "$(printf '%s' "$have" | sum)"; then
    leave "$1"
    return
  fi
  if [ "$have" != "$want" ]; then
    { without_block "$1"; printf '%s\\n' "$want"; } > "$1.new"
    chmod 644 "$1.new"
    mv "$1.new" "$1"
  fi
  note "$key" "$(printf '%s' "$want" | sum)"
}
drop_block() {
  have=$(block_of "$1")
  [ -n "$have" ] || return 0
  if ours "block:$1" "$(printf '%s' "$have" | sum)"; then
    without_block "$1" > "$1.new"
    chmod 644 "$1.new"
    mv "$1.new" "$1"
  else
    leave "$1"
  fi
}
`;

/** One key of a JSON file that the Docker client itself rewrites: its lines are known by the client's own indentation. */
export const CLIENT = `empty=$(printf '\\t"proxies": {}')
proxies_of() {
  awk '/^\\t"proxies": [{]/ { on = 1 } on { print } on && /^\\t([}]|"proxies": [{][}]),?$/ { exit }' "$1" |
    sed '$s/,$//'
}
set_proxies() {
  cp -p "$1" "$1.new"
  BLOCK=$2 awk '
    /^\\t"proxies": [{]/ { on = 1 }
    on && /^\\t([}]|"proxies": [{][}]),?$/ { print ENVIRON["BLOCK"] (/,$/ ? "," : ""); on = 0; next }
    !on { print }' "$1" > "$1.new"
  mv "$1.new" "$1"
}
client() {
  key=client:$1
  wanted="$wanted $key "
  if [ ! -s "$1" ]; then
    install -d -m 700 -o "$2" -g "$2" "\${1%/*}"
    printf '{\\n%s\\n}\\n' "$3" > "$1.new"
    chown "$2:$2" "$1.new"
    chmod 600 "$1.new"
    mv "$1.new" "$1"
  else
    have=$(proxies_of "$1")
    if [ -z "$have" ]; then
      if [ "$(head -n 1 "$1")" != "{" ] || grep -q '"proxies"' "$1"; then
        leave "$1"
        return
      fi
      comma=,
      [ "$(sed -n 2p "$1")" != "}" ] || comma=
      cp -p "$1" "$1.new"
      BLOCK=$3$comma awk '{ print } NR == 1 { print ENVIRON["BLOCK"] }' "$1" > "$1.new"
      mv "$1.new" "$1"
    elif [ "$have" != "$3" ]; then
      if [ "$have" != "$empty" ] && ! ours "$key" "$(printf '%s' "$have" | sum)"; then
        leave "$1"
        return
      fi
      set_proxies "$1" "$3"
    fi
  fi
  note "$key" "$(printf '%s' "$3" | sum)"
}
drop_client() {
  [ -e "$1" ] || return 0
  have=$(proxies_of "$1")
  [ -n "$have" ] || return 0
  if ours "client:$1" "$(printf '%s' "$have" | sum)"; then
    set_proxies "$1" "$empty"
    [ "$(cat "$1")" != "$(printf '{\\n%s\\n}' "$empty")" ] || rm "$1"
  else
    leave "$1"
  fi
}
`;

/** Docker mounts the file into the container: it can be written to, not replaced. */
const RESOLVER = `resolver() {
  key=resolver:/etc/resolv.conf
  wanted="$wanted $key "
  want=$(printf '%s' "$1" | sum)
  have=$(sum < /etc/resolv.conf)
  if [ "$have" != "$want" ]; then
    if grep -q '^nameserver 127\\.0\\.0\\.11$' /etc/resolv.conf; then
      cat /etc/resolv.conf > /etc/classlab/resolv.docker
    elif ! ours "$key" "$have"; then
      leave /etc/resolv.conf
      return
    fi
    printf '%s' "$1" > /etc/resolv.conf
  fi
  note "$key" "$want"
}
drop_resolver() {
  if ! ours "resolver:$1" "$(sum < "$1")"; then
    # Docker's own is there again after a start.
    grep -q '^nameserver 127\\.0\\.0\\.11$' "$1" || leave "$1"
    return 0
  fi
  if [ -e /etc/classlab/resolv.docker ]; then cat /etc/classlab/resolv.docker > "$1"
  else echo 'nameserver 127.0.0.11' > "$1"
  fi
}
`;

/** What was wanted before and is no longer goes, each thing in its own way. */
export const DROP = `cut -d' ' -f2 "$store" > "$store.keys"
while read -r key; do
  case $wanted in *" $key "*) continue ;; esac
  "drop_\${key%%:*}" "\${key#*:}"
  forget "$key"
done < "$store.keys"
rm "$store.keys"
`;

/**
 * What has to read its files anew does, and only then. What it last read is kept beside it, in the container: with a new
 * container on the same disk nothing of it has been read.
 */
export const READ_ANEW = `applied=/etc/classlab/site.applied
nothing=$(printf '' | sum)
[ -e "$applied" ] || printf 'authority %s\\nssh %s\\nengine %s\\n' "$nothing" "$nothing" "$nothing" > "$applied"
contents() { cat "$@" 2>/dev/null | sum; }
is_read() { grep -Fqx "$1 $2" "$applied"; }
was_read() {
  awk -v name="$1" '$1 != name' "$applied" > "$applied.new"
  echo "$1 $2" >> "$applied.new"
  mv "$applied.new" "$applied"
}
authority=$(contents ${CA_FILE})
if ! is_read authority "$authority"; then
  update-ca-certificates --fresh >/dev/null </dev/null
  was_read authority "$authority"
fi
`;

const SSH_ANEW = `ssh=$(contents ${SSH_FILE})
if ! is_read ssh "$ssh"; then
  # Sessions go on; new ones have the new environment.
  kill -HUP "$(cat /run/classlab/sshd.pid 2>/dev/null)" 2>/dev/null || :
  was_read ssh "$ssh"
fi
`;

/** How a guest's Docker Engine is started anew. */
export interface Engine {
  /** Command that prints the end of its log. */
  readonly log: string;
  /** Command that ends it, after which it is started again; `$before` is its process. */
  readonly restart: string;
  /** Seconds it may take to come back. */
  readonly seconds: number;
}

/**
 * The engine reads its environment and the authorities when it starts. Containers run on meanwhile: live-restore can be
 * switched on and off in a running engine (docs.docker.com/engine/daemon/live-restore); it is on for the restart alone, as
 * an engine that has it does not end its containers in an orderly way when the guest stops.
 */
export const renderEngine = ({
  log,
  restart,
  seconds,
}: Engine): string => `now() { cut -d. -f1 /proc/uptime; }
engine_pid() { cat /run/docker.pid 2>/dev/null || :; }
await() {
  end=$(($(now) + ${seconds}))
  until "$@"; do
    [ "$(now)" -lt "$end" ] || return 1
    sleep 0.2
  done
}
answers() { timeout 10 docker info >/dev/null 2>&1; }
live_restore() { [ "$(timeout 10 docker info -f '{{.LiveRestoreEnabled}}' 2>/dev/null)" = "$1" ]; }
back() {
  pid=$(engine_pid)
  [ -n "$pid" ] && [ "$pid" != "$before" ] && answers
}
restart_engine() {
  before=$(engine_pid)
  # One that does not run reads everything when it starts.
  [ "$(cat "/proc/$before/comm" 2>/dev/null)" = dockerd ] || return 0
  running=$(docker ps -q)
  kept=
  if [ -n "$running" ] && ! grep -qs '"live-restore"' ${ENGINE_FILE}; then
    kept=${ENGINE_FILE}.kept
    mkdir -p /etc/docker
    if [ -e ${ENGINE_FILE} ]; then cp -p ${ENGINE_FILE} "$kept"; else : > "$kept"; fi
    awk '{ text = text $0 "\\n" } END {
      sub(/^[ \\t\\n]*[{]/, "", text)
      rest = text
      gsub(/[ \\t\\n]/, "", rest)
      if (rest == "") { rest = text = "}" }
      printf "{\\"live-restore\\":true%s%s", (rest ~ /^[}]/ ? "" : ","), text
    }' "$kept" > ${ENGINE_FILE}
    kill -HUP "$before"
  fi
  if [ -n "$running" ] && ! await live_restore true; then
    give_back
    echo "dockerd does not switch live-restore on: it was not restarted, since its containers would stop" >&2
    exit 1
  fi
  ${restart}
  if ! await back; then
    give_back
    echo "dockerd did not come back within ${seconds} s:" >&2
    ${log} >&2 || :
    exit 1
  fi
  if [ -n "$kept" ]; then
    give_back
    kill -HUP "$(engine_pid)"
  fi
}
give_back() {
  [ -n "$kept" ] || return 0
  if [ -s "$kept" ]; then mv "$kept" ${ENGINE_FILE}; else rm -f "$kept" ${ENGINE_FILE}; fi
}
`;

/**
 * A run that ended in the middle of a restart left the engine's file with live-restore in it; before anything is compared,
 * the one that was there is put back.
 */
export const MEND = `kept=${ENGINE_FILE}.kept
[ ! -e "$kept" ] || give_back
`;

const RESTART = `engine=$(contents ${ENGINE_FILE} ${ENGINE_ENVIRONMENT} ${CA_FILE})
if ! is_read engine "$engine"; then
  restart_engine
  was_read engine "$engine"
fi
`;

/** Where Docker clients keep their settings, and whose they are. */
const CLIENTS = [
  ["/root/.docker/config.json", "root"],
  ["/home/ubuntu/.docker/config.json", "ubuntu"],
] as const;

/** Shell that has files, the block of `/etc/environment` and Docker's clients as the settings say. */
export function renderWishes(all: readonly SiteFile[], proxy: ProxySettings | undefined): string[] {
  const files = all.map(({ path, mode, text, where }) => {
    const line = `file ${quote(path)} ${mode} ${quote(text)}`;
    return where === undefined ? line : `if [ -e ${quote(where)} ]; then ${line}; fi`;
  });
  return [
    ...files,
    ...(proxy ? [`block /etc/environment ${quote(environmentLines(proxy))}`] : []),
    ...(proxy
      ? CLIENTS.map(([path, owner]) => `client ${path} ${owner} ${quote(clientProxies(proxy))}`)
      : []),
  ];
}

function wishes(settings: SiteSettings): string {
  const { dns, proxy } = settings;
  return [
    ...renderWishes(siteFiles(settings), proxy),
    // After the file that the guest's start reads, so that both are there or neither.
    ...(dns.length > 0 ? [`resolver ${quote(resolverText(dns))}`] : []),
  ].join("\n");
}

/**
 * Script for the guest, run as root: brings it to the site's settings; argument `remove` takes away all of them. Safe to
 * repeat. Prints as one JSON line which files it left because somebody else made or changed them. The clock of a container is
 * its host's: time servers are told to what would ask them, if it is installed.
 * @param settings as this guest takes them
 */
export function renderSiteSettings(settings: SiteSettings): string {
  return `set -eu
umask 022
${STORE}${FILES}${BLOCK}${CLIENT}${RESOLVER}${renderEngine(ENGINE)}${MEND}if [ "$1" = apply ]; then
:
${wishes(settings)}
fi
${DROP}${READ_ANEW}${SSH_ANEW}${RESTART}echo "{\\"clock\\":\\"host\\",\\"left\\":[$left]}"
`;
}

/**
 * Script for this machine that runs {@link renderSiteSettings} in a guest. With argument `remove` a guest that is not there is
 * well: what was in it went with it.
 */
export function renderSite(guest: string, settings: SiteSettings): string {
  return `set -eu
guest=${quote(guest)}
if [ "$1" = remove ]; then
  running=$(docker container inspect -f '{{.State.Running}}' "$guest" 2>/dev/null) || exit 0
  [ "$running" = true ] || exit 0
fi
docker exec -i "$guest" sh -s -- "$1" <<'SETTINGS'
${renderSiteSettings(settings)}SETTINGS
`;
}

const reportSchema = z.object({ left: z.array(z.string()) });

/** The files that the script left, from what it printed; none where it printed nothing of that kind. */
export function siteFilesLeft(printed: unknown): readonly string[] {
  if (typeof printed !== "string" || !printed.startsWith("{")) return [];
  const report = reportSchema.safeParse(JSON.parse(printed));
  return report.success ? report.data.left : [];
}
