#!/bin/sh
# Makes the disk of virtual machines of what `docker export` prints for the image of this folder:
#
#   docker export CONTAINER | build-disk.sh OUT_FOLDER [STORE]
#
# STORE: a tar of a set of the image store (images/guest/classlab-images: data/, layers/), with which the guest's engine begins.
# OUT_FOLDER gets disk.qcow2, vmlinuz and initrd.img, all or nothing; it must not be there yet. The disk is one ext4 file system
# without a partition table or a boot loader: the host hands the kernel over.
# Needs root, mkfs.ext4 and qemu-img.
set -eu

die() {
    echo "machine/build-disk.sh: $*" >&2
    exit 1
}

[ $# -eq 1 ] || [ $# -eq 2 ] || die "usage: docker export CONTAINER | build-disk.sh OUT_FOLDER [STORE]"
out=$1
[ ! -e "$out" ] || die "$out is there already"
[ "$(id -u)" = 0 ] || die "must run as root (files keep their owners)"
for program in mkfs.ext4 qemu-img; do
    command -v $program >/dev/null 2>&1 || die "$program is missing"
done

folder=$(dirname "$out")
mkdir -p "$folder"
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
if [ -n "${2:-}" ]; then
    # Layers hide files of those below by attributes and by devices without a number.
    mkdir "$work/set"
    tar -x --numeric-owner --xattrs --xattrs-include='*' -C "$work/set" -f "$2"
    rm -rf "$root/var/lib/docker"
    mv "$work/set/data" "$root/var/lib/docker"
    for layer in "$work"/set/layers/*; do
        folder=$root/var/lib/docker/overlay2/${layer##*/}
        rm -rf "$folder/diff"
        mv "$layer" "$folder/diff"
    done
    rm -rf "$work/set"
fi

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
chmod 644 "$made"/*
mv -T "$made" "$out"
