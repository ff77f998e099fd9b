import { quote } from "../../../course/shell";
import type { Seed } from "../libvirt/seed";
import { renderSeedMedium } from "../libvirt/seedMedium";
import { HEAD } from "./script";

/**
 * Script for the guest's host: the seed that the guest reads at its first start, as a file of the user who has the machines. It is written anew
 * each time; argument `remove` takes it away. Safe to repeat. It holds the guest's host key and a hash: a secret as a whole.
 * @param path absolute path of the file on the host
 */
export function renderSeedScript(seed: Seed, path: string): string {
  return `${HEAD}file=${quote(path)}
if [ "$1" = remove ]; then
  rm -f "$file"
  rmdir "\${file%/*}" 2>/dev/null && rmdir "\${file%/*/*}" 2>/dev/null || :
  echo '{"seed":false}'
  exit 0
fi
mkdir -p "\${file%/*}"
${renderSeedMedium(seed)}# In one step: a machine that is starting reads the one or the other.
cp "$work/seed.iso" "$file.new"
mv "$file.new" "$file"
echo '{"seed":true}'
`;
}
