#!/bin/sh
# Builds the root file system under all images of this folder: a Debian (or Ubuntu) minbase, trimmed, as a tar.
#
#   build.sh OUT_TAR SUITE [MIRROR]     OUT_TAR may be "-" for standard output
#
# The tar holds no Dockerfile settings; import it with
#   docker import --change 'CMD ["bash"]' OUT_TAR classlab/base
# Behind a proxy, http_proxy, https_proxy and no_proxy say so; CLASSLAB_SITE_CA names the certificate of an authority that the
# site's proxy signs with. Neither stays in the tar.
# Needs root and debootstrap. A MIRROR left out means debootstrap's own default for that suite.
set -eu

die() {
    echo "base/build.sh: $*" >&2
    exit 1
}

[ $# -ge 2 ] && [ $# -le 3 ] || die "usage: build.sh OUT_TAR|- SUITE [MIRROR]"
out=$1
suite=$2
mirror=${3:-}

case $suite in
    '' | *[!a-z0-9-]*) die "not a suite name: '$suite'" ;;
esac
[ "$(id -u)" = 0 ] || die "must run as root (debootstrap makes device files and owners)"
command -v debootstrap >/dev/null 2>&1 || die "debootstrap is missing: install the package debootstrap"
[ -e "/usr/share/debootstrap/scripts/$suite" ] || die "this debootstrap does not know the suite '$suite'"

# Without the archive's keys debootstrap only warns and goes on unchecked, so look for them first.
family=debian
if grep -q 'ubuntu-archive-keyring' "/usr/share/debootstrap/scripts/$suite"; then
    family=ubuntu
fi
keyring=/usr/share/keyrings/$family-archive-keyring.gpg
[ -r "$keyring" ] || die "$keyring is missing: install the package $([ $family = ubuntu ] && echo ubuntu-keyring || echo debian-archive-keyring)"

work=$(mktemp -d "${TMPDIR:-/tmp}/classlab-base.XXXXXX") || die "cannot make a temporary folder"
root=$work/root
clean_up() {
    status=$?
    trap - EXIT HUP INT TERM
    # A debootstrap stopped half way leaves these mounted: removing the folder must not reach through them.
    for point in dev/pts dev/shm proc sys dev; do
        umount -l "$root/$point" 2>/dev/null || :
    done
    rm -rf --one-file-system "$work"
    [ "$status" = 0 ] || [ "$out" = - ] || rm -f "$out.part"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

set -- --variant=minbase "--keyring=$keyring" --force-check-gpg
case $mirror in
    # apt inside needs certificates to go on using such a mirror.
    https://*) set -- "$@" --include=ca-certificates ;;
esac
log=$work/log
echo "base/build.sh: debootstrap $suite" >&2
# shellcheck disable=SC2086 # an absent mirror must be no argument at all
if ! debootstrap "$@" "$suite" "$root" $mirror >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    [ ! -s "$root/debootstrap/debootstrap.log" ] || tail -n 20 "$root/debootstrap/debootstrap.log" >&2
    die "debootstrap failed for '$suite'${mirror:+ from $mirror}"
fi

in_root() {
    chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C \
        DEBIAN_FRONTEND=noninteractive ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} ${no_proxy:+no_proxy="$no_proxy"} "$@"
}

# apt takes one file: the authorities that the root knows, and the site's.
if [ -n "${CLASSLAB_SITE_CA:-}" ]; then
    bundle=/run/classlab-authorities.pem
    cat "$root/etc/ssl/certs/ca-certificates.crt" 2>/dev/null >"$root$bundle" || :
    cat "$CLASSLAB_SITE_CA" >>"$root$bundle" || die "cannot read $CLASSLAB_SITE_CA"
    echo "Acquire::https::CaInfo \"$bundle\";" >"$root/etc/apt/apt.conf.d/91classlab-site"
fi

# The mirror debootstrap used, as it wrote it down itself.
mirror=$(sed -n 's/^deb \([^ ]*\) .*/\1/p' "$root/etc/apt/sources.list" | head -n 1)
[ -n "$mirror" ] || die "debootstrap left no mirror in /etc/apt/sources.list"
mirror=${mirror%/}

write_sources() {
    : >"$root/etc/apt/sources.list"
    for line in "$@"; do
        echo "deb $line main" >>"$root/etc/apt/sources.list"
    done
}
if [ $family = ubuntu ]; then
    security="$mirror $suite-security"
else
    security="${mirror%/debian}/debian-security $suite-security"
fi
updates="$mirror $suite-updates"

# Trim what is installed from here on ...
cat >"$root/etc/dpkg/dpkg.cfg.d/classlab" <<'CONFIG'
path-exclude=/usr/share/doc/*
path-include=/usr/share/doc/*/copyright
path-exclude=/usr/share/man/*
path-exclude=/usr/share/info/*
path-exclude=/usr/share/lintian/*
path-exclude=/usr/share/linda/*
path-exclude=/usr/share/groff/*
path-exclude=/usr/share/locale/*
path-include=/usr/share/locale/locale.alias
force-unsafe-io
CONFIG
cat >"$root/etc/apt/apt.conf.d/90classlab" <<'CONFIG'
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::AutoRemove::SuggestsImportant "false";
Acquire::Languages "none";
Acquire::GzipIndexes "true";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb || true"; };
APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb || true"; };
CONFIG
# Services are started by the image's own command, never by an installation.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"

# ... take in the security fixes, and say so when this mirror has none beside it.
write_sources "$mirror $suite" "$updates" "$security"
if ! in_root apt-get -qq -o APT::Update::Error-Mode=any update >"$log" 2>&1; then
    write_sources "$mirror $suite"
    echo "base/build.sh: no $suite-updates or -security archive beside this mirror; going on without" >&2
    in_root apt-get -qq update >"$log" 2>&1 || { cat "$log" >&2; die "the new root cannot read $mirror"; }
fi
in_root apt-get -qq -y dist-upgrade >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "upgrading the new root failed"; }
in_root apt-get -qq clean >/dev/null
rm -f "$root/etc/apt/apt.conf.d/91classlab-site"

# ... and what debootstrap had already unpacked.
find "$root/usr/share/doc" -depth -type f ! -name copyright -delete
find "$root/usr/share/doc" -depth -type l -delete
find "$root/usr/share/doc" -depth -type d -empty -delete
find "$root/usr/share/locale" -mindepth 1 ! -name locale.alias -delete 2>/dev/null || :
rm -rf "$root"/usr/share/man/* "$root"/usr/share/info/* "$root"/usr/share/lintian "$root"/usr/share/linda "$root"/usr/share/groff/* \
    "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/cache/debconf/*-old "$root"/var/cache/ldconfig/aux-cache \
    "$root"/var/lib/dpkg/*-old "$root"/tmp/* "$root"/var/tmp/* "$root"/run/*
find "$root/var/log" -type f -delete
mkdir -p "$root/usr/share/man/man1" "$root/run/lock"
chmod 1777 "$root/run/lock"
# Nothing of the host that built it, and no identity that all containers would share.
rm -f "$root/etc/hostname" "$root/etc/resolv.conf" "$root/var/lib/dbus/machine-id"
: >"$root/etc/machine-id"

for point in dev/pts dev/shm proc sys dev; do
    umount -l "$root/$point" 2>/dev/null || :
done
pack() {
    tar -C "$root" --numeric-owner --one-file-system --sort=name --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*' -cf - .
}
if [ "$out" = - ]; then
    pack
else
    pack >"$out.part" || die "cannot write $out"
    mv "$out.part" "$out"
fi
