/**
 * Shell: `there VOLUME` says whether a volume of `$pool`, whose folder is `$folder`, is there. What was made or removed by hand,
 * libvirt learns when it looks again; while it makes a volume it does not look.
 */
export const THERE = `is_listed() { lists vol-list "$pool" | awk -v name="$1" '$1 == name { found = 1 } END { exit !found }'; }
there() {
  if is_listed "$1"; then listed=yes; else listed=; fi
  if [ -e "$folder/$1" ]; then file=yes; else file=; fi
  tries=0
  while [ "$listed" != "$file" ] && [ "$tries" -lt 30 ]; do
    virsh pool-refresh "$pool" >/dev/null 2>&1 || sleep 1
    if is_listed "$1"; then listed=yes; else listed=; fi
    if [ -e "$folder/$1" ]; then file=yes; else file=; fi
    tries=$((tries + 1))
  done
  [ -n "$file" ]
}
`;
