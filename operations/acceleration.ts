import { FaultError } from "../course/faults";
import type { HostRun } from "./libvirt";
import { run } from "./process";

/** Whether guests of a host run on its processor (`kvm`) or on an emulated one (`tcg`). */
export type Acceleration =
  | { readonly kind: "kvm" }
  | {
      readonly kind: "tcg";
      /** Why not on the host's own, as a sentence without its full stop. */
      readonly reason: string;
      /** How to mend that. */
      readonly fix: string;
    };

/** Seconds after which a guest that has not said anything is taken for hung; one that works needs a tenth of one. */
const SILENCE = 15;

/** What the code of {@link SECTOR} writes to port 0xF4. */
export const SPEAKS = 0x15;

/** With this code QEMU ends when the guest writes to its debug port: the value that is written, doubled, and one. */
const SPOKE = SPEAKS * 2 + 1;

/**
 * The first sector of a disk, which the BIOS starts in real mode at 0x7C00: it builds page tables, goes to 64-bit mode as any
 * kernel does, and writes 0x15 to port 0xF4. Real mode alone proves nothing: a KVM may run that and hang at the first page table.
 */
export const SECTOR: readonly number[] = [
  [0xfa], // cli
  [0x31, 0xc0], // xor ax, ax
  [0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0], // mov ds, ax; mov es, ax; mov ss, ax
  [0xbc, 0x00, 0x7c], // mov sp, 0x7c00
  [0xbf, 0x00, 0x10, 0xb9, 0x00, 0x18, 0xfc, 0xf3, 0xab], // three empty tables from 0x1000
  [0xc7, 0x06, 0x00, 0x10, 0x03, 0x20], // mov word [0x1000], 0x2003
  [0xc7, 0x06, 0x00, 0x20, 0x03, 0x30], // mov word [0x2000], 0x3003
  [0xc7, 0x06, 0x00, 0x30, 0x83, 0x00], // mov word [0x3000], 0x0083: 2 MiB at 0
  [0x66, 0xb8, 0x20, 0x00, 0x00, 0x00, 0x0f, 0x22, 0xe0], // cr4 = PAE
  [0x66, 0xb8, 0x00, 0x10, 0x00, 0x00, 0x0f, 0x22, 0xd8], // cr3 = 0x1000
  [0x66, 0xb9, 0x80, 0x00, 0x00, 0xc0, 0x0f, 0x32], // mov ecx, EFER; rdmsr
  [0x80, 0xcc, 0x01, 0x0f, 0x30], // or ah, LME; wrmsr
  [0x0f, 0x01, 0x16, 0x60, 0x7c], // lgdt [0x7c60]
  [0x66, 0xb8, 0x01, 0x00, 0x00, 0x80, 0x0f, 0x22, 0xc0], // cr0 = PG | PE
  [0xea, 0x59, 0x7c, 0x08, 0x00], // jmp 8:0x7c59
  [0xb0, SPEAKS, 0xe6, 0xf4], // 0x7c59: mov al, 0x15; out 0xf4, al
  [0xf4, 0xeb, 0xfd], // hlt; jmp to the hlt
  [0x0f, 0x00, 0x66, 0x7c, 0x00, 0x00], // 0x7c60: 16 bytes of descriptors at 0x7c66
  [0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00], // none
  [0x00, 0x00, 0x00, 0x00, 0x00, 0x9a, 0x20, 0x00], // 64-bit code
].flat();

/** Bytes of a sector before its mark. */
const BODY = 510;

const octal = (bytes: readonly number[]): string =>
  bytes.map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");

// A KVM may work on a processor that shows no virtualization of its own (PVM, by page tables): the kernel of an ordinary guest is then
// interpreted. Debian 12 took three times as long to boot there as on QEMU's own processor, and died in its first minutes
// ("kvm-pvm: INTERNAL_ERROR in batch emul"), which no short guest shows.
// As the user whom libvirt starts QEMU as, where that can be done. Where he may not use KVM, root tries: letting him in is worth
// a word only if KVM works.
const SCRIPT = `LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
ulimit -c 0
command -v qemu-system-x86_64 >/dev/null || { echo absent; exit; }
[ -e /dev/kvm ] || { echo none; exit; }
grep -Eqw 'vmx|svm' /proc/cpuinfo || { echo bare; exit; }
folder=$(mktemp -d) || exit
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
{ printf '${octal(SECTOR)}'; head -c ${BODY - SECTOR.length} /dev/zero; printf '\\125\\252'; } >"$folder/sector"
chmod 644 "$folder/sector"
attempt() {
  timeout ${SILENCE} "$@" qemu-system-x86_64 -machine pc,accel=kvm -cpu host -m 32 -nodefaults -no-user-config -display none \\
    -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=4 -drive "file=$folder/sector,format=raw,if=floppy,readonly=on" \\
    </dev/null >"$folder/words" 2>&1
  code=$?
  case $code in
    ${SPOKE}) answer=works ;;
    124) answer=silent ;;
    *)
      words=$(grep -v warning: "$folder/words" | head -n 1 | sed 's/^qemu-system-x86_64: //; s/^error: //')
      case $words in
        *'Permission denied'*) answer=denied ;;
        *) answer="failed \${words:-QEMU ended with code $code}" ;;
      esac
      ;;
  esac
}
root=
[ "$(id -u)" = 0 ] || root='sudo -n'
if id libvirt-qemu >/dev/null 2>&1 && $root true 2>/dev/null; then
  attempt $root setpriv --reuid=libvirt-qemu --regid="$(id -g libvirt-qemu)" --init-groups
  if [ "$answer" = denied ]; then
    attempt $root
    case $answer in
      works) answer='denied libvirt-qemu' ;;
      denied) answer='denied root' ;;
    esac
  fi
else
  attempt
  [ "$answer" != denied ] || answer="denied $(id -un)"
fi
echo "$answer"
`;

const SWITCH_ON =
  "Switch virtualization on in the firmware, or nested virtualization where this host is a guest itself";
const OTHER_HOST = "Use a host whose KVM runs guests";

function tcg(reason: string, fix: string): Acceleration {
  return { kind: "tcg", reason, fix };
}

/** What the probe's script answered; undefined where it did not come to an answer. */
function readAnswer(line: string): Acceleration | undefined {
  const [word, ...rest] = line.split(" ");
  const more = rest.join(" ");
  switch (word) {
    case "works":
      return { kind: "kvm" };
    case "none":
      return tcg(
        "there is no /dev/kvm",
        `${SWITCH_ON}, then run: sudo modprobe kvm_intel || sudo modprobe kvm_amd`,
      );
    case "bare":
      return tcg(
        "there is a /dev/kvm, and the processor shows no virtualization (vmx or svm): such a KVM interprets the kernel of a guest, more slowly than QEMU does, and guests die of it",
        SWITCH_ON,
      );
    case "denied":
      return tcg(
        `${more} may not use /dev/kvm`,
        more === "libvirt-qemu"
          ? "Run: sudo chgrp kvm /dev/kvm && sudo chmod 0660 /dev/kvm"
          : more === "root"
            ? OTHER_HOST
            : `Run: sudo usermod -aG kvm ${more}, and log in again`,
      );
    case "silent":
      return tcg(`a guest that was started with KVM gave no sign of life within ${SILENCE} s`, OTHER_HOST);
    case "failed":
      return tcg(`a guest that was started with KVM ended at once (${more})`, OTHER_HOST);
    default:
      return undefined;
  }
}

/**
 * Finds out whether a host's KVM runs guests, by starting one: a `/dev/kvm` alone says nothing. The guest has no disk and no
 * network, and is over in a moment; one that hangs takes 15 seconds.
 * @param onHost runs programs on the host; on this machine by default
 * @throws FaultError `environment-missing` when it cannot be tried: QEMU is missing, or the host cannot be reached
 */
export async function probeAcceleration(onHost: HostRun = run): Promise<Acceleration> {
  const result = await onHost("sh", ["-s"], { stdin: SCRIPT, deadline: 3 * SILENCE * 1000 });
  const line = result.stdout.trim();
  const found = readAnswer(line);
  if (found) return found;
  const words = result.stderr.trim().split("\n").at(-1) || `exit code ${result.code}`;
  throw new FaultError([
    {
      code: "environment-missing",
      where: "KVM",
      what:
        line === "absent" ? "there is no qemu-system-x86_64 to try it with" : `it cannot be tried: ${words}`,
      fix: line === "absent" ? "Install the package qemu-system-x86" : "Mend that, and run the command again",
    },
  ]);
}
