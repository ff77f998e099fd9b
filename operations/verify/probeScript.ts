import { type Check, nestedFlagId, vantageKey } from "../../course/checks";
import { quote } from "../../course/shell";
import { renderContents } from "../guestContents";
import { nestedFunctions } from "./nestedProbe";

/** Programs that measuring takes. */
const PROGRAMS = ["ip", "ping", "perl", "curl", "getent"] as const;

/** Probes that run side by side in one guest; the rest wait for them. */
const AT_ONCE = 40;

/** Seconds that a guest's Docker Engine gets to answer. */
const ENGINE_DEADLINE = 5;

/**
 * Opens TCP connections side by side in one process and reads what an SSH server says first; a connection alone proves
 * nothing, since what lies on the way may accept any. Nor is every refusal the other end's: a packet filter on the way may send an ICMP
 * error, which Linux 5.8 and newer keeps apart from a reset of the connection (IP_RECVERR, ip(7)). Arguments: `id,address,port`. Perl is
 * part of every Debian and Ubuntu.
 */
const tcpProber = (
  patience: number,
) => `use Socket; use Fcntl; use Errno qw(EINPROGRESS ECONNREFUSED); use strict;
my %open;
my ($IPPROTO_IP, $IP_RECVERR, $MSG_ERRQUEUE) = (0, 11, 0x2000);
sub say_result { my ($id, $how, $what) = @_; $what =~ s/[\\t\\r\\n]+/ /g; syswrite(STDOUT, "result\\t$id\\t$how\\t$what\\n"); }
sub say_error {
  my ($id, $s, $code) = @_;
  my $filtered = $code == ECONNREFUSED && defined recv($s, my $packet, 512, $MSG_ERRQUEUE);
  $! = $code;
  if ($filtered) { say_result($id, "unreachable", "a packet filter on the way refused it"); }
  else { say_result($id, $code == ECONNREFUSED ? "refused" : "unreachable", "$!"); }
}
for (@ARGV) {
  my ($id, $address, $port) = split /,/;
  socket(my $s, PF_INET, SOCK_STREAM, 0); fcntl($s, F_SETFL, O_NONBLOCK);
  setsockopt($s, $IPPROTO_IP, $IP_RECVERR, pack("i", 1));
  if (!connect($s, pack_sockaddr_in($port, inet_aton($address))) && $! != EINPROGRESS) {
    say_error($id, $s, $! + 0); next;
  }
  $open{fileno $s} = { s => $s, id => $id, on => 0, text => "" };
}
my $end = time + ${3 * patience};
while (%open && time < $end) {
  my ($r, $w) = ("", "");
  for (keys %open) { vec($open{$_}{on} ? $r : $w, $_, 1) = 1; }
  next if select($r, $w, undef, 0.2) <= 0;
  for (keys %open) {
    my $o = $open{$_};
    if (vec($w, $_, 1)) {
      my $code = unpack "i", getsockopt($o->{s}, SOL_SOCKET, SO_ERROR);
      if ($code) { say_error($o->{id}, $o->{s}, $code); delete $open{$_}; } else { $o->{on} = 1; }
    } elsif (vec($r, $_, 1)) {
      my $n = sysread($o->{s}, $o->{text}, 200, length $o->{text});
      next if $n && $o->{text} !~ /\\n/;
      say_result($o->{id}, $o->{text} =~ /^SSH-2\\.0-/ ? "ok" : "content", $o->{text} || "closed without a word"); delete $open{$_};
    }
  }
}
say_result($_->{id}, $_->{on} ? "content" : "silent", $_->{on} ? "connected, but no greeting" : "no answer") for values %open;`;

const functions = (patience: number) => `tab=$(printf '\\t'); cr=$(printf '\\r'); nl='
'
# In an emulated guest it is the programs that take the time: none is started for what the shell can do.
result() {
  tell=$3
  case $tell in *"$tab"*|*"$cr"*|*"$nl"*) tell=$(printf %s "$tell" | tr '\\t\\r\\n' '   ') ;; esac
  [ "\${#tell}" -le 200 ] || tell=$(printf %s "$tell" | cut -c1-200)
  printf 'result\\t%s\\t%s\\t%s\\n' "$1" "$2" "$tell"
}
# One lost packet proves nothing: twice.
icmp() {
  words=$(ping -n -c 1 -W ${patience} "$2" 2>&1) || words=$(ping -n -c 1 -W ${patience} "$2" 2>&1)
  case $? in
    0) words=\${words#*time=}; result "$1" ok "answered in \${words%%"$nl"*}" ;;
    1) result "$1" silent "no answer" ;;
    # A program that is missing measures nothing.
    126|127) ;;
    *) result "$1" unreachable "$words" ;;
  esac
}
# From the second argument on: an address and the pattern that a line of its answer, headers and all, must match. Redirections
# are not followed: where WordPress leads to is a page that asks the internet for its languages first.
http() {
  id=$1; shift
  how=silent; words="no page was asked for"
  while [ $# -ge 2 ]; do
    page=$(curl -sS -i --connect-timeout ${3 * patience} -m ${8 * patience} -w '\\nHTTP %{http_code}' "$1" 2>&1); code=$?
    status=\${page##*"$nl"}
    case $code in
      0) case $status in "HTTP 200") good=yes ;; "HTTP 30"?) good=$2 ;; *) good= ;; esac
         if [ -n "$good" ] && printf %s "$page" | grep -Eq -- "$2"; then result "$id" ok "$1: $status"; return; fi
         how=content; words="$1: $status, title \\"$(printf %s "$page" | tr '\\n' ' ' | sed -n 's/.*<title>\\([^<]*\\)<.*/\\1/p')\\"" ;;
      126|127) return ;;
      6) how=name; words="$1: its name cannot be resolved" ;;
      7) how=refused; words=\${page%%"$nl"*} ;;
      *) how=silent; words=\${page%%"$nl"*} ;;
    esac
    shift 2
  done
  result "$id" "$how" "$words"
}
name() {
  command -v getent >/dev/null 2>&1 || return 0
  if words=$(timeout ${5 * patience} getent ahostsv4 "$2" 2>&1) && [ -n "$words" ]; then result "$1" ok "\${words%% *}"; else result "$1" name "cannot be resolved"; fi
}`;

/** One whose server on the host is gone hangs whoever reads in it. */
const sharedFolder = (patience: number) => `shared_folder() {
  words=$(awk -v place="$3" '$2 == place { words = $1 " by " $3 } END { print words }' /proc/mounts)
  case $words in
    "$2 by virtiofs"|"$2 by 9p")
      if timeout ${5 * patience} ls -A "$3" >/dev/null 2>&1; then result "$1" ok "$words is mounted at $3"; else result "$1" silent "$words is mounted at $3, and cannot be read"; fi ;;
    "") result "$1" content "nothing is mounted at $3" ;;
    *) result "$1" content "$words is mounted at $3" ;;
  esac
}
`;

/** Without an account the registry's answer is 401: name, way and certificate are right. How full it is it tells everybody. */
const registry = (
  patience: number,
) => `ask_registry() { curl -sS --noproxy '*' --connect-timeout ${3 * patience} -m ${8 * patience} --cacert "/etc/docker/certs.d/$name/ca.crt" "$@" 2>&1; }
# The HTTP status that is good as the first argument.
registry_answers() {
  words=$(ask_registry -o /dev/null -w '%{http_code}' "https://$name/v2/"); code=$?
  case $code in
    0) [ "$words" != "$1" ] || return 0; result "$id" silent "https://$name/v2/ answers $words" ;;
    126|127) ;;
    35|51|58|60|77) result "$id" unreachable "\${words%%"$nl"*}" ;;
    7) result "$id" refused "\${words%%"$nl"*}" ;;
    *) result "$id" silent "\${words%%"$nl"*}" ;;
  esac
  return 1
}
# Nobody needs an account at the mirror, and it tells everybody whether it reaches what it mirrors.
mirror() {
  id=$1; name=$2
  registry_answers 200 || return 0
  case $(ask_registry "https://$name/classlab/mirror") in
    ok) result "$id" ok "it answers, and is trusted" ;;
    *) result "$id" silent "it does not reach what it mirrors" ;;
  esac
}
registry() {
  id=$1; name=$2
  registry_answers 401 || return 0
  used=$(ask_registry "https://$name/classlab/used")
  case $used in ''|*[!0-9]*) used=0 ;; esac
  if [ "$used" -lt "$3" ]; then result "$id" ok "it answers, and is trusted; $used of $3 MiB are used"
  else result "$id" content "$used of $3 MiB are used"; fi
}
`;

const FACTS = `for program in ${PROGRAMS.join(" ")}; do command -v "$program" >/dev/null 2>&1 || printf 'missing\\t%s\\n' "$program"; done
ip -o -4 address show 2>/dev/null | while read -r _ device _ address _; do printf 'address\\t%s\\t%s\\n' "$device" "$address"; done
ip -o link show 2>/dev/null | sed -n 's/^[0-9]*: \\([^:@]*\\).*link\\/ether \\([0-9a-f:]*\\).*/link\\t\\1\\t\\2/p'
ip -4 route show default 2>/dev/null | while read -r _ _ via _; do printf 'route\\t%s\\n' "$via"; done`;

/** What is tried beside the checks: each is its own control. */
export interface SelfProbe {
  readonly id: string;
  readonly address: string;
}

function command(check: Check): string | undefined {
  if (check.kind === "nested")
    return `${check.from && check.id === nestedFlagId(vantageKey(check.from)) ? "nested_flag" : "nested_start"} ${quote(check.id)}`;
  if (check.mount)
    return `shared_folder ${quote(check.id)} ${quote(check.mount.name)} ${quote(check.mount.place)}`;
  if (check.mirror) return `mirror ${quote(check.id)} ${quote(check.mirror)}`;
  if (check.registry)
    return `registry ${quote(check.id)} ${quote(check.registry.name)} ${check.registry.quota}`;
  switch (check.protocol) {
    case "icmp":
      return `icmp ${quote(check.id)} ${quote(check.address ?? "")}`;
    case "http":
      return ["http", check.id, ...(check.pages ?? []).flatMap(({ url, pattern }) => [url, pattern])]
        .map((word, index) => (index === 0 ? word : quote(word)))
        .join(" ");
    case "dns":
      return `name ${quote(check.id)} ${quote(check.name ?? "")}`;
    default:
      return undefined;
  }
}

/**
 * Script for one vantage point, run as root: measures all its checks side by side and tells what it finds out of itself. One
 * line a result, tab-separated, as it comes, each in one write. What is longer than a write would have others' lines in its middle: what the
 * Docker Engine holds is told when all else is.
 * @param checks those measured from here, or judged by what the guest tells
 * @param self addresses of its own that it tries itself
 * @param contents whether the guest's Docker Engine is asked what it holds
 * @param patience how many times as long as usual an answer may take: emulated guests are slow
 */
export function renderProbes(
  checks: readonly Check[],
  self: readonly SelfProbe[],
  contents: boolean,
  patience = 1,
): string {
  const tcp = checks.flatMap((check) =>
    check.protocol === "tcp" ? [`${check.id},${check.address},${check.port}`] : [],
  );
  const own = self.flatMap(({ id, address }) => [`${id}/tcp,${address},22`]);
  const others = [
    ...self.map(({ id, address }) => `icmp ${quote(`${id}/icmp`)} ${quote(address)}`),
    ...checks.flatMap((check) => command(check) ?? []),
  ].map((line, index) => `${line} </dev/null &${(index + 1) % AT_ONCE === 0 ? "\nwait" : ""}`);
  return `set -u
${functions(patience)}
${checks.some(({ kind }) => kind === "nested") ? nestedFunctions(patience) : ""}${checks.some(({ mount }) => mount) ? sharedFolder(patience) : ""}${checks.some(({ kind }) => kind === "registry") ? registry(patience) : ""}${FACTS}
${tcp.length + own.length > 0 ? `perl -e ${quote(tcpProber(patience))} ${[...own, ...tcp].map(quote).join(" ")} </dev/null &\n` : ""}${others.join("\n")}
${
  contents
    ? `contents=$( (
exec </dev/null
${renderContents(ENGINE_DEADLINE * patience)}) 2>&1 )
`
    : ""
}wait
${
  contents
    ? `printf '%s\\n' "$contents" | sed 's/^/docker	/'
`
    : ""
}echo end
`;
}
