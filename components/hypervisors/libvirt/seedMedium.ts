import { SEED_BYTES } from "./pool";
import { SEED_LABEL, type Seed } from "./seed";

/** The files of a seed, by name: cloud-init's, or those of a guest with Windows. */
export type SeedFiles = Seed | Readonly<Record<string, string>>;

/** Ends a file of the seed: a line that none of them has. */
const END = "END_OF_FILE_OF_THE_SEED";

/**
 * Shell that writes a seed as an ISO image (with Joliet, whose names are as they are) to `$work/seed.iso`, padded with zeros. Every
 * file comes from the script itself: none is in a command line.
 * @throws when a file has the line that ends it
 */
export function renderSeedMedium(seed: SeedFiles): string {
  const files = Object.entries(seed).map(([name, text]) => {
    if (text.split("\n").includes(END)) throw new Error(`the seed's ${name} has the line that ends it`);
    return `cat > "$work/${name}" <<'${END}'\n${text}${text.endsWith("\n") ? "" : "\n"}${END}\n`;
  });
  return `${files.join("")}if command -v genisoimage >/dev/null; then iso=genisoimage
elif command -v xorriso >/dev/null; then iso='xorriso -as mkisofs'
elif command -v mkisofs >/dev/null; then iso=mkisofs
else fail "host-not-ready: no program that makes ISO images: install genisoimage or xorriso"
fi
(
  cd "$work"
  # shellcheck disable=SC2086
  $iso -quiet -o seed.iso -V ${SEED_LABEL} -J -r ${Object.keys(seed).join(" ")}
)
[ "$(wc -c < "$work/seed.iso")" -le ${SEED_BYTES} ] || fail "the seed is larger than ${SEED_BYTES} bytes"
truncate -s ${SEED_BYTES} "$work/seed.iso"
`;
}
