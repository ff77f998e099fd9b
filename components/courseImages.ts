import { type CourseImageName, type ImageSet, imageNames } from "../course/images";
import type { GuestChannel } from "./hypervisors/driver";

/** Ids of the course images in one guest's Docker. */
export type GuestImageIds = Readonly<Record<CourseImageName, string>>;

/**
 * Script for this machine: loads what the guest's Docker lacks of the course images in one archive (layers they share
 * travel once), names them as learners type them, and prints their ids as one JSON line. A guest that took them from the
 * machine's image store lacks nothing.
 */
export function renderPreload(channel: GuestChannel, images: ImageSet): string {
  const list = imageNames(images.edition).map(
    ({ name, tags }) => `${name} ${images.course[name].reference} ${tags.join(" ")}`,
  );
  return `set -eu
list='${list.join("\n")}'
look() { have=$(echo 'docker images --no-trunc --format "{{.Repository}}:{{.Tag}} {{.ID}}"' | ${channel.shell}); }
id_of() { printf '%s\\n' "$have" | awk -v name="$1" '$1 == name { print $2 }'; }
look
lacking=
for reference in $(printf '%s\\n' "$list" | cut -d' ' -f2); do
  [ -n "$(id_of "$reference")" ] || lacking="$lacking $reference"
done
if [ -n "$lacking" ]; then
  for reference in $lacking; do
    docker image inspect "$reference" >/dev/null 2>&1 ||
      { echo "image-missing: $reference is not on this machine. Run: npx classlab images" >&2; exit 1; }
  done
  # shellcheck disable=SC2086
  docker save $lacking | ${channel.loadImages} >/dev/null
  look
fi
naming=
line=
while read -r name reference tags; do
  id=$(id_of "$reference")
  [ -n "$id" ] || { echo "$reference was loaded, and is not among the guest's images" >&2; exit 1; }
  for tag in $tags; do
    [ "$(id_of "$tag")" = "$id" ] || naming="$naming docker tag $reference $tag;"
  done
  line="$line\${line:+,}\\"$name\\":\\"$id\\""
done <<END
$list
END
[ -z "$naming" ] || echo "set -e; $naming" | ${channel.shell}
printf '{%s}\\n' "$line"
`;
}
