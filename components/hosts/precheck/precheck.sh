#!/bin/sh
# Looks at this PC for a classroom lab and changes nothing on it. Needs no root. Writes what it saw into the folder results beside it:
# a document (.json), from which the lab's hosts are made, and a report (.txt).
# Usage: sh precheck.sh [SEAT]
set -u
system_language=${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd) || exit 1
seat=${1:-}
if [ $# -eq 0 ] && [ -t 0 ]; then
  printf 'Seat (such as A-01; empty: none): '
  read -r seat || seat=''
fi

# A text as JSON has it, without control characters.
quoted() {
  printf '%s' "$1" | tr -d '\000-\037\177' | sed 's/\\/\\\\/g; s/"/\\"/g; s/^/"/; s/$/"/'
  [ -n "$1" ] || printf '""'
}

# Lines as a JSON list of texts.
list() {
  first=1
  printf '['
  while IFS= read -r line; do
    [ -n "$line" ] || continue
    [ "$first" = 1 ] || printf ','
    first=0
    quoted "$line"
  done
  printf ']'
}

truth() {
  if "$@" >/dev/null 2>&1; then printf true; else printf false; fi
}

name=$(cat /proc/sys/kernel/hostname)
product=$(sed -n 's/^PRETTY_NAME="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' /etc/os-release)
case $(uname -m) in
  x86_64) architecture=x64 ;;
  aarch64) architecture=arm64 ;;
  *) architecture=other ;;
esac
processor=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
cpus=$(grep -c '^processor' /proc/cpuinfo)
kib=$(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo)
memory=$((${kib:-0} / 1024))
# Blocks of 1024 bytes: the whole, and what is free for users (POSIX df -P -k).
disk=$(df -P -k / | sed -n '2p')
diskSize=$(($(printf '%s' "$disk" | awk '{ print $2 }') / 1048576))
diskFree=$(($(printf '%s' "$disk" | awk '{ print $4 }') / 1048576))

if [ -e /dev/kvm ]; then
  firmwareVirtualization=true
  if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then kvm=usable; else kvm=denied; fi
else
  kvm=absent
  # The kernel shows no such flag where the firmware keeps virtualization off; with the flag, only the module is absent.
  if grep -q -w -e vmx -e svm /proc/cpuinfo; then firmwareVirtualization=null; else firmwareVirtualization=false; fi
fi
if grep -q -w -e ept -e npt /proc/cpuinfo; then nestedPaging=true; else nestedPaging=null; fi

virtualbox=''
if command -v VBoxManage >/dev/null 2>&1; then virtualbox=$(VBoxManage --version 2>/dev/null | tail -n 1 | sed 's/r.*//'); fi

if command -v sshd >/dev/null 2>&1 || [ -x /usr/sbin/sshd ]; then
  ssh=stopped
  for process in /proc/[0-9]*/comm; do
    if [ "$(cat "$process" 2>/dev/null)" = sshd ]; then
      ssh=running
      break
    fi
  done
else
  ssh=absent
fi
hostKey=''
if [ -r /etc/ssh/ssh_host_ed25519_key.pub ]; then
  hostKey=$(cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub)
fi

administrator=false
if [ "$(id -u)" = 0 ]; then administrator=true; fi
for group in $(id -Gn); do
  case $group in sudo | wheel | admin) administrator=true ;; esac
done
rebootPending=$(truth test -e /var/run/reboot-required)
# Names are the vendors' own; Linux classrooms have none that is common, but an overlay over the root does the same.
restoreSoftware=''
if grep -q '^overlayroot ' /proc/mounts; then restoreSoftware='overlayroot'; fi
case ${HOME:-} in *[!\ -~]*) userFolderPlain=false ;; *) userFolderPlain=true ;; esac

cards=''
link=none
for path in /sys/class/net/*; do
  card=${path##*/}
  [ "$card" != lo ] && [ -d "$path" ] || continue
  kind=virtual
  if [ -e "$path/device" ]; then kind=wired; fi
  if [ -e "$path/wireless" ] || [ -e "$path/phy80211" ]; then kind=wifi; fi
  up=$(truth test "$(cat "$path/operstate" 2>/dev/null)" = up)
  if [ "$up" = true ] && [ "$kind" = wired ]; then link=wired; fi
  if [ "$up" = true ] && [ "$kind" = wifi ] && [ "$link" = none ]; then link=wifi; fi
  mac=$(cat "$path/address" 2>/dev/null)
  case $mac in ??:??:??:??:??:??) ;; *) mac='' ;; esac
  addresses=$(ip -o -4 address show dev "$card" 2>/dev/null | sed -n 's/.* inet \([0-9./]*\) .*/\1/p')
  [ -z "$cards" ] || cards="$cards,"
  cards="$cards{\"name\":$(quoted "$card"),\"kind\":\"$kind\",\"up\":$up,\"mac\":\"$mac\",\"addresses\":$(printf '%s\n' "$addresses" | list)}"
done
unknown=''
if ! command -v ip >/dev/null 2>&1; then unknown='addresses'; fi
routes=$(ip -4 route show 2>/dev/null)
subnets=$(printf '%s\n' "$routes" | sed -n 's|^\([0-9.]*/[0-9]*\) .*|\1|p' | sort -u)
# The address by which it gets out: no packet is sent for it.
out=$(printf '%s\n' "$routes" | sed -n 's/^default .*dev \([^ ]*\).*/\1/p' | head -n 1)
address=''
if [ -n "$out" ]; then
  address=$(ip -o -4 address show dev "$out" 2>/dev/null | sed -n 's|.* inet \([0-9.]*\)/.*|\1|p' | head -n 1)
fi
# A name and a password in a proxy's address are nobody's business here.
proxy=$(printf '%s' "${https_proxy:-${HTTPS_PROXY:-${http_proxy:-${HTTP_PROXY:-}}}}" | sed 's|^[a-z]*://||; s|^.*@||; s|/.*$||')
dockerDesktop=$(truth test -d /opt/docker-desktop)
# What Linux has not, or what only root can see, as rules ask for it.
os=linux
hypervisor=false
bitlocker=unknown
featuresBlocked=false

document() {
  cat <<END
{
  "classlabPrecheck": 1,
  "made": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
  "seat": $(quoted "$(printf '%s' "$seat" | cut -c 1-40)"),
  "name": $(quoted "$name"),
  "os": "$os",
  "product": $(quoted "$product"),
  "build": $(quoted "$(uname -r)"),
  "edition": "",
  "language": $(quoted "${system_language%%.*}"),
  "architecture": "$architecture",
  "processor": $(quoted "$processor"),
  "cpus": $cpus,
  "memory": $memory,
  "diskSize": $diskSize,
  "diskFree": $diskFree,
  "firmwareVirtualization": $firmwareVirtualization,
  "nestedPaging": $nestedPaging,
  "hypervisor": $hypervisor,
  "hyperv": "absent",
  "memoryIntegrity": null,
  "credentialGuard": null,
  "wsl2": false,
  "dockerDesktop": $dockerDesktop,
  "kvm": "$kvm",
  "virtualbox": $(quoted "$virtualbox"),
  "ssh": "$ssh",
  "hostKey": $(quoted "$hostKey"),
  "bitlocker": "$bitlocker",
  "restoreSoftware": $(printf '%s\n' "$restoreSoftware" | list),
  "administrator": $administrator,
  "rebootPending": $rebootPending,
  "featuresBlocked": $featuresBlocked,
  "userFolderPlain": $userFolderPlain,
  "oneDrive": false,
  "link": "$link",
  "address": "$address",
  "networkProfile": "",
  "proxy": $(quoted "$proxy"),
  "cards": [$cards],
  "subnets": $(printf '%s\n' "$subnets" | list),
  "unknown": $(printf '%s\n' "$unknown" | list)
}
END
}

# What is told of this PC; written with the stick.
report() {
  :
}

results=$here/results
mkdir -p "$results" || exit 1
# A name for files, whatever the computer is called.
file=$(printf '%s' "$name" | tr -c 'A-Za-z0-9._-' '_')
document >"$results/$file.json.part" && mv "$results/$file.json.part" "$results/$file.json" || exit 1
report >"$results/$file.txt"
cat "$results/$file.txt"
printf '%s\n' "$results/$file.json"
