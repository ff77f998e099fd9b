import type { RegistryServerPlan } from "../course/registry";
import { quote } from "../course/shell";

/** An image of this machine's Docker that a registry is to have. */
export interface RegistryImage {
  /** By which this machine's Docker knows it. */
  readonly reference: string;
  /** The names by which learners pull it from Docker Hub, such as `nginx:latest`. */
  readonly tags: readonly string[];
}

/**
 * Script for this machine: puts images into the registry, below the name that Docker Hub has its own under. Layers that are there already are
 * not sent again.
 */
export function renderRegistryImages(
  { objectName }: Pick<RegistryServerPlan, "objectName">,
  images: readonly RegistryImage[],
): string {
  const send = images.flatMap(({ reference, tags }) =>
    tags.map((tag) => `send ${quote(reference)} ${quote(tag)}\n`),
  );
  return `set -eu
# skopeo reads an archive twice: it lies in the container until then.
send() {
  words=$(docker save "$1" | docker exec -i ${quote(objectName)} sh -euc '
    archive=$(mktemp)
    trap "rm -f $archive" EXIT
    cat >"$archive"
    skopeo copy -q --insecure-policy --dest-tls-verify=false "docker-archive:$archive" "docker://127.0.0.1:5001/library/$1"' sh "$2" 2>&1) || {
    echo "image $2 could not be put into the registry: $words" >&2
    exit 1
  }
}
${send.join("")}echo '{"images":${send.length}}'
`;
}
