import { COURSE_IMAGES, type CourseImageName, type ImageSet } from "../course/images";
import type { GuestChannel } from "./hypervisors/driver";

/** Ids of the course images in one guest's Docker. */
export type GuestImageIds = Readonly<Record<CourseImageName, string>>;

/**
 * Script for this machine: loads what the guest's Docker lacks of the course images in one archive (layers they share
 * travel once), names them as learners type them, and prints their ids as one JSON line.
 */
export function renderPreload(channel: GuestChannel, images: ImageSet): string {
  const list = COURSE_IMAGES.map(
    ({ name, tags }) => `${name} ${images.course[name].reference} ${tags.join(" ")}`,
  );
  return `set -eu
list='${list.join("\n")}'
have=$(echo 'docker images --format "{{.Repository}}:{{.Tag}}"' | ${channel.shell})
lacking=
for reference in $(printf '%s\\n' "$list" | cut -d' ' -f2); do
  printf '%s\\n' "$have" | grep -Fqx "$reference" || lacking="$lacking $reference"
done
if [ -n "$lacking" ]; then
  for reference in $lacking; do
    docker image inspect "$reference" >/dev/null 2>&1 ||
      { echo "image-missing: $reference is not on this machine. Run: npx classlab images" >&2; exit 1; }
  done
  # shellcheck disable=SC2086
  docker save $lacking | ${channel.loadImages} >/dev/null
fi
${channel.shell} <<'END'
set -eu
list='${list.join("\n")}'
separator='{'
printf '%s\\n' "$list" | while read -r name reference tags; do
  for tag in $tags; do docker tag "$reference" "$tag"; done
  printf '%s"%s":"%s"' "$separator" "$name" "$(docker image inspect -f '{{.Id}}' "$reference")"
  separator=,
done
echo '}'
END
`;
}
