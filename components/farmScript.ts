import { markLabels, type OwnerMark } from "../course/mark";
import { quote } from "../course/shell";

/** Label that tells which farm a container belongs to; its value is the farm's name. */
export const FARM_LABEL = "classlab.farm";

const PORT_VARIABLE = "CLASSLAB_PORT_";

/**
 * The farm's ports as variables of its command, one each: a preview then shows which of them come and go, and not a row of a
 * hundred numbers twice.
 */
export function farmEnvironment(name: string, ports: readonly number[]): Record<string, string> {
  return Object.fromEntries(ports.map((port) => [`${PORT_VARIABLE}${port}`, `${name}-${port}`]));
}

/** Words of a command line that become the ports of {@link farmEnvironment}, in their order. */
export const FARM_PORTS = `$(env | sed -n 's/^${PORT_VARIABLE}\\([0-9]*\\)=.*/\\1/p' | sort -n)`;

/**
 * Whether a container is yet to come to a farm that was recorded with an environment. Of farms made before there was one,
 * none is.
 */
export function isYetToCome(container: string, environment: unknown): boolean {
  if (typeof environment !== "object" || environment === null) return false;
  return !Object.values(environment).includes(container);
}

const PORT = "PORT";

/**
 * What Docker's API takes to make a container of the farm, as curl's files of options quote it, which is as JSON does: what
 * comes before the container's port, and what after.
 */
function containerBody(name: string, imageId: string, mark: OwnerMark): readonly [string, string] {
  const body = JSON.stringify({
    Image: imageId,
    Labels: { ...markLabels(mark), [FARM_LABEL]: name },
    ExposedPorts: { "80/tcp": {} },
    HostConfig: {
      // As the course's single nginx: an IPv6 proxy for each of a hundred ports would serve nobody.
      PortBindings: { "80/tcp": [{ HostIp: "0.0.0.0", HostPort: PORT }] },
      RestartPolicy: { Name: "unless-stopped" },
    },
  });
  const [before = "", after = ""] = JSON.stringify(body).split(PORT);
  return [before, after];
}

/**
 * Script for the guest: its arguments are the ports that are to answer, each from a container of its own. Makes what lacks,
 * starts what stopped, makes anew what cannot run or has another image, removes farm containers of other ports; a container
 * that is not the farm's is left alone. Docker is asked over its API by one curl for each kind of request: a hundred starts
 * of its client cost as much as a tenth of the containers themselves.
 */
export function renderFarm(name: string, imageId: string, mark: OwnerMark): string {
  const [before, after] = containerBody(name, imageId, mark);
  return `set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mine() { docker ps -a --filter 'label=${FARM_LABEL}=${name}' "$@" --format '{{.Names}} {{.State}}'; }
# A request for each name on standard input; what Docker refuses is listed in "refused", with its words in "answer-NAME".
ask() {
  first=1
  while read -r container; do
    [ -n "$first" ] || echo next
    first=
    printf 'unix-socket = "/var/run/docker.sock"\\nnoproxy = "*"\\n'
    printf 'output = "%s"\\nwrite-out = "%%{http_code} %s\\\\n"\\n' "$work/answer-$container" "$container"
    case $1 in
      create)
        printf 'url = "http://docker/containers/create?name=%s"\\nheader = "Content-Type: application/json"\\n' "$container"
        printf 'data = %s%s%s\\n' ${quote(before)} "\${container##*-}" ${quote(after)} ;;
      start) printf 'url = "http://docker/containers/%s/start"\\nrequest = POST\\n' "$container" ;;
      remove) printf 'url = "http://docker/containers/%s?force=1&v=1"\\nrequest = DELETE\\n' "$container" ;;
    esac
  done >"$work/requests"
  : >"$work/refused"
  [ -s "$work/requests" ] || return 0
  curl -q --no-progress-meter --parallel --parallel-immediate --parallel-max 6 -K "$work/requests" >"$work/codes"
  # Done already, or gone already, is as good.
  if [ "$1" = remove ]; then good='^2.. |^404 |^409 '; else good='^2.. |^304 '; fi
  grep -Ev "$good" "$work/codes" | cut -d' ' -f2 >"$work/refused" || :
}
words() { sed -e 's/^{"message":"//' -e 's/"}$//' -e 's/\\\\"/"/g' "$work/answer-$1" | tail -n 1; }
# Those that Docker started again a moment ago, and may have to again: they run now, and do not stay.
unsteady() {
  docker ps --filter 'label=${FARM_LABEL}=${name}' --format '{{.Names}} {{.Status}}' |
    sed -nE 's/ Up (Less than a second|[0-9] seconds?)$//p' |
    xargs -r docker container inspect -f '{{.Name}} {{.RestartCount}}' 2>/dev/null | sed -nE 's#^/(.*) [1-9][0-9]*$#\\1#p'
}
wanted() { for port in "$@"; do echo "${name}-$port"; done; }
bring() {
  # Without ports all of the farm goes: nothing has to be asked of what there is.
  if [ $# -eq 0 ]; then
    mine | cut -d' ' -f1 | ask remove
    : >"$work/uncreated"
    cp "$work/refused" "$work/unstarted"
    [ ! -s "$work/unstarted" ]
    return
  fi
  wanted "$@" | sort >"$work/wanted"
  mine | cut -d' ' -f1 | sort >"$work/there"
  mine --filter 'ancestor=${imageId}' | grep -E ' (running|exited|created)$' | sort >"$work/sound" || :
  unsteady | sort >"$work/unsteady" || :
  cut -d' ' -f1 "$work/sound" | sort | comm -12 - "$work/wanted" | comm -23 - "$work/unsteady" >"$work/kept"
  comm -23 "$work/there" "$work/kept" | ask remove
  comm -23 "$work/wanted" "$work/kept" | tee "$work/made" | ask create
  cp "$work/refused" "$work/uncreated"
  { comm -23 "$work/made" "$work/uncreated"; grep -v ' running$' "$work/sound" | cut -d' ' -f1 | sort | comm -12 - "$work/kept"; } |
    ask start
  cp "$work/refused" "$work/unstarted"
  [ ! -s "$work/uncreated" ] && [ ! -s "$work/unstarted" ]
}
# Who has a port: a container that is not ours, or a program.
holder() {
  other=$(docker ps --filter "publish=$1" --format 'container {{.Names}}' | head -n 1)
  program=$(ss -Hltnp "sport = :$1" 2>/dev/null | sed -n 's/.*users:(("\\([^"]*\\)".*/program \\1/p' | head -n 1)
  echo "\${other:-\${program:-another program}}"
}
tell() {
  while read -r container; do echo "$container: $(words "$container")"; done <"$work/uncreated"
  while read -r container; do
    port=\${container##*-}
    case $(words "$container") in
      *"already allocated"* | *"address already in use"*)
        echo "port-taken: port $port of $(hostname): $(holder "$port") has it, and it is not the lab's" ;;
      *) echo "$container: $(words "$container")" ;;
    esac
  done <"$work/unstarted"
}
# The script of a run that was killed may still be at work in here: what it made first is found at the next attempt.
attempt=1
until bring "$@"; do
  if [ "$attempt" -ge 3 ]; then
    tell >&2
    # One that never ran would pass for one that was stopped.
    ask remove <"$work/unstarted"
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 1
done
[ $# -eq 0 ] || echo "{\\"containers\\":$(mine | grep -c ' running$' || :)}"
`;
}
