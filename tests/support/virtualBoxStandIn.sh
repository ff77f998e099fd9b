#!/bin/sh
# VBoxManage for tests: the real one, in a small system of its own, for all that it does without its kernel module; a model for the rest. The model
# is a folder: which machines run, which host-only interfaces there are, what was run in guests. What it was not taught it refuses.
set -u
root=@ROOT@ place=@PLACE@
model=$place/model
real() {
  unshare --mount sh -c '
    mount -t proc proc "$0/proc" && mount -t tmpfs tmpfs "$0/dev" && mount --bind "$1" "$0$1" || exit 1
    for device in null zero random urandom; do : > "$0/dev/$device" && mount --bind "/dev/$device" "$0/dev/$device" || exit 1; done
    root=$0; place=$1; shift
    exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin LC_ALL=C.UTF-8 HOME="$place" VBOX_USER_HOME="$place/VirtualBox" \
      VBOX_IPC_SOCKETID="classlab-${place##*/}" /usr/lib/virtualbox/VBoxManage "$@"' "$root" "$place" "$@"
}
refuse() {
  echo "VBoxManage: error: $1" >&2
  exit 1
}
# The UUID of a machine that is told by name or UUID.
known() {
  uuid=$(real list vms | awk -v wanted="$1" '{
    uuid = $NF; gsub(/[{}]/, "", uuid); name = $0; sub(/" \{[^}]*\}$/, "", name); sub(/^"/, "", name)
    if (name == wanted || uuid == wanted) { print uuid; exit } }')
  [ -n "$uuid" ] || refuse "Could not find a registered machine named '$1'"
}
runs() { [ -e "$model/running/$uuid" ]; }
# VirtualBox holds the settings of a machine that runs.
must_be_off() { ! runs || refuse "The machine '$uuid' is already locked for a session (or being unlocked)"; }
must_run() { runs || refuse "Machine '$uuid' is not currently running."; }
printf '%s\n' "$*" >> "$model/calls"
case $1 in
  showvminfo)
    known "$2"
    if runs; then
      real "$@" | sed 's/^VMState="poweroff"/VMState="running"/; s/^VMState="aborted"/VMState="running"/'
      echo 'SessionName="headless"'
    else
      real "$@"
    fi
    ;;
  startvm)
    known "$2"
    ! runs || refuse "The machine '$2' is already locked by a session (or being locked or unlocked)"
    for interface in $(real showvminfo "$uuid" --machinereadable | sed -n 's/^hostonlyadapter[1-8]="\(.*\)"/\1/p'); do
      [ -e "$model/interfaces/$interface" ] || refuse "Nonexistent host networking interface, name '$interface' (VERR_INTERNAL_ERROR)"
    done
    : > "$model/running/$uuid"
    ;;
  controlvm)
    known "$2"
    must_run
    case $3 in
      acpipowerbutton | poweroff) rm "$model/running/$uuid" ;;
      nic[1-8])
        number=${3#nic}
        case $4 in
          null | nat) real modifyvm "$uuid" "--nic$number" "$4" ;;
          natnetwork) real modifyvm "$uuid" "--nic$number" "$4" "--nat-network$number" "$5" ;;
          intnet) real modifyvm "$uuid" "--nic$number" "$4" "--intnet$number" "$5" ;;
          hostonly) real modifyvm "$uuid" "--nic$number" "$4" "--hostonlyadapter$number" "$5" ;;
          bridged) real modifyvm "$uuid" "--nic$number" "$4" "--bridgeadapter$number" "$5" ;;
          *) refuse "the stand-in knows no $*" ;;
        esac
        ;;
      *) refuse "the stand-in knows no $*" ;;
    esac
    ;;
  modifyvm | storagectl | storageattach | sharedfolder | unregistervm)
    case $1 in sharedfolder) known "$3" ;; *) known "$2" ;; esac
    must_be_off
    real "$@"
    ;;
  hostonlyif)
    case $2 in
      create)
        number=0
        until mkdir "$model/interfaces/vboxnet$number" 2>/dev/null; do number=$((number + 1)); done
        echo 0.0.0.0 > "$model/interfaces/vboxnet$number/address"
        echo "Interface 'vboxnet$number' was successfully created"
        ;;
      ipconfig)
        [ -e "$model/interfaces/$3" ] || refuse "The host network interface named '$3' could not be found"
        [ "$4 $6" = "--ip --netmask" ] || refuse "the stand-in knows no $*"
        echo "$5" > "$model/interfaces/$3/address"
        ;;
      remove)
        [ -e "$model/interfaces/$3" ] || refuse "The host network interface named '$3' could not be found"
        rm -r "$model/interfaces/$3"
        ;;
      *) refuse "the stand-in knows no $*" ;;
    esac
    ;;
  guestcontrol)
    known "$2"
    must_run
    [ "$4 $6" = "--username --passwordfile" ] || refuse "the stand-in knows no $*"
    [ "$5" = ubuntu ] || refuse "The specified user was not able to logon on guest"
    guest=$model/guests/$uuid
    mkdir -p "$guest"
    case $3 in
      copyto)
        [ "$8" = --target-directory ] && [ "$9" = /tmp/ ] || refuse "the stand-in knows no $*"
        shift 9
        cp "$1" "$guest/"
        ;;
      run)
        shift 7
        [ "$1 $2 $3 $4 $5 $6 $7 $8" = "--exe /usr/bin/sudo --wait-stdout --wait-stderr -- sudo -n /bin/sh" ] ||
          refuse "the stand-in knows no $*"
        file=$guest/${11##*/}
        [ -e "$file" ] || refuse "File not found on guest"
        case $(cat "$file") in *ssh_host_ed25519_key.pub*) echo "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA root" ;; esac
        cat "$file" >> "$guest/ran"
        rm "$file"
        printf '\nclasslab-code 0\n'
        ;;
      *) refuse "the stand-in knows no $*" ;;
    esac
    ;;
  list)
    if [ "$2" = hostonlyifs ]; then
      for interface in "$model"/interfaces/*; do
        [ -e "$interface" ] || continue
        printf 'Name:            %s\nIPAddress:       %s\n\n' "${interface##*/}" "$(cat "$interface/address")"
      done
    else
      real "$@"
    fi
    ;;
  *) real "$@" ;;
esac
