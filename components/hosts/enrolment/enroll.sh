#!/bin/sh
# Enrols a Linux PC as a host of a classroom lab, gives it back as it was, or tells what of it is still enrolled. Needs root, but for telling.
# Usage: sh enroll.sh enroll | release | check
# Every change is noted in the record before it is made; what the PC had already is no change.
set -eu
umask 022
LC_ALL=C
export LC_ALL
verb=${1:-}
record=${CLASSLAB_RECORD:-/var/lib/classlab/enrolment}
tab=$(printf '\t')

# What is to be done; written with the stick.
settings() {
  :
}

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

# Notes a change, once: what was before the first run is what counts.
note() {
  if [ -e "$record" ] && grep -q -F -x -e "$1$tab$2$tab$3" "$record"; then return 0; fi
  mkdir -p "${record%/*}"
  printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$record"
  sync "$record"
}

home_of() {
  getent passwd "$1" | cut -d : -f 6
}

installed() {
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p' | sort
}

add_packages() {
  wanted=''
  for package in $packages; do
    case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || :) in
      installed) ;;
      *) wanted="$wanted $package" ;;
    esac
  done
  [ -n "$wanted" ] || return 0
  # Their names are not known beforehand: all that is there is noted, and what came is what is not among it.
  mkdir -p "${record%/*}"
  if [ ! -e "$record.packages" ]; then
    installed >"$record.packages.new"
    mv "$record.packages.new" "$record.packages"
  fi
  note packages "$record.packages" absent
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $wanted >&2 ||
    fail "apt-get could not install$wanted"
}

add_user() {
  if getent passwd "$user" >/dev/null; then return 0; fi
  note user "$user" absent
  useradd --create-home --shell /bin/bash "$user"
}

add_key() {
  folder=$(home_of "$user")/.ssh
  file=$folder/authorized_keys
  if [ ! -d "$folder" ]; then
    note folder "$folder" absent
    mkdir -m 700 "$folder"
    chown "$user" "$folder"
  fi
  if [ -e "$file" ] && grep -q -F -x -e "$key" "$file"; then return 0; fi
  if [ ! -e "$file" ]; then
    note key "$file" absent
    (umask 077 && : >"$file")
    chown "$user" "$file"
  elif [ -n "$(tail -c 1 "$file")" ]; then
    # A last line without its end would run into ours.
    note key "$file" unended
    printf '\n' >>"$file"
  else
    note key "$file" present
  fi
  printf '%s\n' "$key" >>"$file"
}

add_sudo() {
  [ "$user" != root ] || return 0
  line="$user ALL=(ALL) NOPASSWD: ALL"
  file=/etc/sudoers.d/classlab
  if [ -e "$file" ] && [ "$(cat "$file")" = "$line" ]; then return 0; fi
  if [ -e "$file" ]; then fail "$file is somebody else's; nothing was changed in it"; fi
  note sudoers "$file" absent
  # A file that sudo cannot read would shut everybody out: it is tried beforehand, under a name that sudo passes over.
  printf '%s\n' "$line" >"$file.new"
  chmod 440 "$file.new"
  if ! visudo -q -c -f "$file.new"; then
    rm -f "$file.new"
    fail "sudo does not take a line for the user $user"
  fi
  mv "$file.new" "$file"
}

drop_packages() {
  [ -e "$1" ] || return 0
  installed >"$1.now"
  came=$(comm -13 "$1" "$1.now" | tr '\n' ' ')
  rm -f "$1.now"
  if [ -n "$came" ]; then
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get purge -y $came >&2 || return 1
  fi
  rm -f "$1"
}

drop_key() {
  [ -e "$1" ] || return 0
  (umask 077 && grep -v -F -x -e "$key" "$1" >"$1.classlab") || :
  if [ "$2" = absent ] && [ ! -s "$1.classlab" ]; then
    rm -f "$1" "$1.classlab"
  else
    # Into the file itself, which keeps its owner and its rights.
    if [ "$2" = unended ]; then printf '%s' "$(cat "$1.classlab")" >"$1"; else cat "$1.classlab" >"$1"; fi
    rm -f "$1.classlab"
  fi
}

drop_user() {
  if ! getent passwd "$1" >/dev/null; then return 0; fi
  # Also where it is he over whose session this runs (userdel(8), --force).
  userdel --force --remove "$1" 2>/dev/null || ! getent passwd "$1" >/dev/null
}

undo() {
  case $1 in
    packages) drop_packages "$2" ;;
    user) drop_user "$2" ;;
    # Others may have put something there since.
    folder) rmdir "$2" 2>/dev/null || : ;;
    key) drop_key "$2" "$3" ;;
    sudoers) rm -f "$2" ;;
    *) return 1 ;;
  esac
}

stands() {
  case $1 in
    packages) [ -e "$2" ] ;;
    # What cannot be looked at is taken to stand.
    sudoers) [ -e "$2" ] || [ ! -x "${2%/*}" ] ;;
    user) getent passwd "$2" >/dev/null ;;
    folder) [ -d "$2" ] ;;
    key) if [ -r "$2" ]; then grep -q -F -x -e "$key" "$2"; else [ ! -x "${2%/*}" ] || [ -e "$2" ]; fi ;;
    *) return 0 ;;
  esac
}

settings
[ "$verb" = check ] || [ "$(id -u)" = 0 ] || fail 'this needs root: run it by sudo'
case $verb in
  enroll)
    add_packages
    add_user
    add_key
    add_sudo
    printf 'enrolled for the user %s; the record is %s\n' "$user" "$record"
    if [ -r /etc/ssh/ssh_host_ed25519_key.pub ]; then
      printf 'hostKey: %s\n' "$(cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub)"
    fi
    ;;
  release)
    if [ ! -e "$record" ]; then
      printf 'nothing is enrolled here\n'
      exit 0
    fi
    left=''
    sed '1!G;h;$!d' "$record" >"$record.order"
    while IFS=$tab read -r kind name before; do
      if ! undo "$kind" "$name" "$before"; then left="$left $kind:$name"; fi
    done <"$record.order"
    rm -f "$record.order"
    [ -z "$left" ] || fail "could not be put back:$left; the record stays in $record"
    rm -f "$record"
    rmdir "${record%/*}" 2>/dev/null || :
    printf 'given back as it was\n'
    ;;
  check)
    [ -e "$record" ] || exit 0
    while IFS=$tab read -r kind name _; do
      if stands "$kind" "$name"; then printf '%s\t%s\n' "$kind" "$name"; fi
    done <"$record"
    ;;
  *) fail 'usage: sh enroll.sh enroll | release | check' ;;
esac
