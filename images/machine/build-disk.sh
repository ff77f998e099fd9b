#!/bin/sh
# Makes the disk of virtual machines of what `docker export` prints for the image of this folder:
#
#   docker export CONTAINER | build-disk.sh OUT_FOLDER [TAR]
#
# TAR is unpacked over it. OUT_FOLDER gets disk.qcow2, vmlinuz and initrd.img, all or nothing; one that is there stays as it is. The
# disk is one ext4 file system without a partition table or a boot loader: the host hands the kernel over.
# Needs root, mkfs.ext4 and qemu-img.
set -eu

die() {
    echo "machine/build-disk.sh: $*" >&2
    exit 1
}

[ $# -ge 1 ] && [ $# -le 2 ] || die "usage: docker export CONTAINER | build-disk.sh OUT_FOLDER [TAR]"
out=$1
more=${2:-}
[ "$(id -u)" = 0 ] || die "must run as root (files keep their owners)"
for program in mkfs.ext4 qemu-img; do
    command -v $program >/dev/null 2>&1 || die "$program is missing"
done

folder=$(dirname "$out")
mkdir -p "$folder"
# One at a time: what lies about then is of a run that was killed.
exec 9>"$folder/.lock"
flock 9
rm -rf --one-file-system "$folder"/.part.*
if [ -e "$out" ]; then
    cat >/dev/null
    exit 0
fi
# Beside the result: a rename then makes all of it appear at once.
work=$(mktemp -d "$folder/.part.XXXXXX") || die "cannot make a folder in $folder"
trap 'status=$?; trap - EXIT; rm -rf --one-file-system "$work"; exit $status' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
root=$work/root
made=$work/made
mkdir "$root" "$made"
tar -x --numeric-owner -C "$root"
# A layer that hides what is below says so in attributes.
[ -z "$more" ] || tar -x --numeric-owner --xattrs --xattrs-include='*' -C "$root" -f "$more"

# What Docker puts in place of a container's own.
rm -f "$root/.dockerenv" "$root/etc/resolv.conf" "$root/etc/hostname"
ln -s ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
printf '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n' >"$root/etc/hosts"
# The kernel mounts the disk itself.
: >"$root/etc/fstab"

for kernel in "$root"/boot/vmlinuz-*; do :; done
[ -f "$kernel" ] || die "there is no kernel in the image"
mv "$kernel" "$made/vmlinuz"
mv "$root/usr/share/classlab/initrd.img" "$made/initrd.img"
rm -rf "$root/usr/share/classlab" "$root"/boot/*

# Newer than all that is installed: systemd would run at the first start what the packages' own scripts have done (systemd-update-done).
touch "$root/usr"
sleep 0.1
touch "$root/etc/.updated" "$root/var/.updated"

# Room for what a first start writes; a guest's disk is larger, and the file system grows into it then.
size=$(($(du -s --block-size=1M --apparent-size "$root" | cut -f1) * 5 / 4 + 256))
raw=$work/disk.raw
truncate -s "${size}M" "$raw"
mkfs.ext4 -q -L classlab -m 1 -d "$root" "$raw"
rm -rf --one-file-system "$root"
qemu-img convert -f raw -O qcow2 "$raw" "$made/disk.qcow2"
rm -f "$raw"
chown 0:0 "$made" "$made"/*
chmod 755 "$made"
chmod 444 "$made"/*
mv -T "$made" "$out"
