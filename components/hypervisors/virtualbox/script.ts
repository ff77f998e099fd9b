import type { GuestPlan } from "../../../course/plan";
import { quote } from "../../../course/shell";
import { WORK } from "../libvirt/work";
import { renderLines } from "./instructions";
import { machineFolder, machineUuid } from "./machine";
import { startSteps } from "./power";
import { machineRemoval } from "./removal";
import { pathOn, type VirtualBoxSettings } from "./settings";
import { sharedFolderPath } from "./sharedFolder";
import { runnerText } from "./sources";
import type { Step } from "./steps";

/** Ends what a script writes to a file: a line that no list, no runner and no seed has. */
const END = "END_OF_WHAT_IS_WRITTEN";

/** Shell that writes a text to a file of `$work`. @throws where the text has the line that ends it */
export function written(name: string, text: string): string {
  if (text.split("\n").includes(END)) throw new Error(`${name} has the line that ends it`);
  return `cat > "$work/${name}" <<'${END}'\n${text}${text.endsWith("\n") || text === "" ? "" : "\n"}${END}\n`;
}

/** Head of every script for a host: `fail` says a sentence and ends, `manage` is VBoxManage, `$work` a folder of the script alone. */
export const HEAD = `set -eu
umask 077
fail() {
  printf '%s\\n' "$1" >&2
  exit 1
}
manage() { "\${VBOXMANAGE:-VBoxManage}" "$@" </dev/null; }
${WORK}`;

/** What a script of lists does and says. */
export interface StepScript {
  /** Calls that make what it stands for. */
  readonly apply: readonly Step[];
  /** Calls behind those when it is changed, such as those that start a guest again; none by default. */
  readonly update?: readonly Step[];
  /** Calls that take it away; none by default. */
  readonly remove?: readonly Step[];
  /** Shell that comes before the calls of making and changing. */
  readonly before?: string;
  /** Shell that comes behind those of removing. */
  readonly after?: string;
  /** What it tells once it stands: names of what it made, as state knows them. */
  readonly told: Readonly<Record<string, unknown>>;
}

/** Shell that defines `steps`, which makes the calls of a list in a file of `$work`. */
export function renderRunner(): string {
  return `${written("runner", runnerText())}steps() { sh "$work/runner" < "$work/$1" > "$work/ran"; }
`;
}

/**
 * Script for the host that makes the calls of a list: argument `apply`, `update` or `remove`. Safe to repeat. Prints one line of JSON.
 * @throws where a value of a call has a control character
 */
export function renderScript({
  apply,
  update = [],
  remove = [],
  before = "",
  after = "",
  told,
}: StepScript): string {
  return `${HEAD}${renderRunner()}${written("apply", renderLines(apply))}${written("update", renderLines([...apply, ...update]))}${written("remove", renderLines(remove))}if [ "$1" = remove ]; then
  steps remove
${after}  echo '{}'
  exit 0
fi
${before}steps "$1"
printf '%s\\n' ${quote(JSON.stringify(told))}
`;
}

/**
 * Script for a guest's host: its machine. One that somebody took out of VirtualBox's list and whose files are there is put in again, on its disk.
 * A change may need a machine that is off, which is started again. Argument `remove` takes the machine away with its disk, and the folder that it
 * shared.
 */
export function renderMachineScript(
  guest: GuestPlan,
  settings: VirtualBoxSettings,
  apply: readonly Step[],
  told: StepScript["told"],
): string {
  const uuid = machineUuid(settings.mark, guest.objectName);
  const file = pathOn(settings, machineFolder(guest, settings), `${guest.objectName}.vbox`);
  const shared = guest.sharedFolder ? quote(sharedFolderPath(guest, settings)) : undefined;
  return renderScript({
    apply,
    update: startSteps(uuid),
    remove: machineRemoval(guest.objectName, settings),
    before: `if [ -e ${quote(file)} ] && ! manage list vms | grep -Fq '{${uuid}}'; then manage registervm ${quote(file)} >/dev/null; fi
${shared ? `mkdir -p ${shared}\n` : ""}`,
    after: shared ? `  rm -rf ${shared}\n` : "",
    told,
  });
}
