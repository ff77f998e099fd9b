#!/bin/sh
# Runs a POSIX sh script as root in a guest by VBoxManage guestcontrol, which needs the Guest Additions there and no network. Standard input: a
# line with the password of the guest's user, then the script. Arguments: the machine, the user, those of the script. VBOXMANAGE names the
# program where it is not on the search path. guestcontrol passes on neither standard input nor exit codes as they are: the script travels as
# a file, and its code comes back as the last line.
set -u
umask 077
manage=${VBOXMANAGE:-VBoxManage}
machine=$1 user=$2
shift 2
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
IFS= read -r password
printf '%s' "$password" >"$work/password"
name=classlab-${work##*[./]}.sh
cat >"$work/$name"
in_guest() {
  call=$1
  shift
  "$manage" guestcontrol "$machine" "$call" --username "$user" --passwordfile "$work/password" "$@" </dev/null
}
calls=1
until in_guest copyto --target-directory /tmp/ "$work/$name" >"$work/said" 2>&1; do
  # As in runner.sh: the service was about to end.
  if [ "$calls" -ge 5 ] || ! grep -q 'Failed to create the VirtualBox object' "$work/said"; then
    sed -n 's/^VBoxManage[^:]*: error: //p' "$work/said" | head -n 1 >&2
    exit 255
  fi
  calls=$((calls + 1))
  sleep 1
done
# Whoever comes as root removes it, so that nothing of it is left for learners to read.
in_guest run --exe /usr/bin/sudo --wait-stdout --wait-stderr -- sudo -n /bin/sh -c \
  'script=$0; sh "$script" "$@"; code=$?; rm -f "$script"; printf "\nclasslab-code %s\n" "$code"' "/tmp/$name" "$@" \
  >"$work/out" 2>"$work/err"
code=$(sed -n '$s/^classlab-code \([0-9]*\).*/\1/p' "$work/out")
cat "$work/err" >&2
[ -n "$code" ] || exit 255
sed '$d' "$work/out" | sed '${/^$/d}'
exit "$code"
