import { quote } from "../../../course/shell";

/** The libvirt that runs as the host's own service: networks, and guests that outlive a login, need it. */
export const LIBVIRT_URI = "qemu:///system";

/** Seconds that libvirt may take for one answer. */
const ANSWER_SECONDS = 120;

/**
 * Head of every script for a host. Nothing in it reads the script's own standard input, which is the script. `told`: libvirt with what
 * it is fed; `virsh`: without. `lists`: a list, or the end with the words that say that libvirt itself is the cause.
 */
export const HEAD = `set -eu
umask 077
LC_ALL=C
export LC_ALL
fail() {
  printf '%s\\n' "$1" >&2
  exit 1
}
told() {
  answered=0
  timeout ${ANSWER_SECONDS} virsh -q -c ${LIBVIRT_URI} "$@" || answered=$?
  [ "$answered" -ne 124 ] || echo "libvirt did not answer virsh $1 within ${ANSWER_SECONDS} s" >&2
  return "$answered"
}
virsh() { told "$@" </dev/null; }
lists() {
  answer=$(virsh "$@" 2>&1) || fail "libvirt-not-answering: $answer"
  printf '%s\\n' "$answer"
}
among() { printf '%s\\n' "$2" | grep -Fqx -- "$1"; }
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}
`;

/** A document for a command's standard input: `told net-define /dev/stdin` and this after it. */
export function document(text: string): string {
  return `<<'DOCUMENT'\n${text}DOCUMENT`;
}

/** Shell assignments, each value as it is. */
export function assigned(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${quote(value)}\n`)
    .join("");
}

/**
 * Ends a script where an object that stands has the name of ours and is not ours; needs `known`, the UUID that the object has.
 * @param kind as a reader calls it, such as `network`
 */
export function refuseForeign(kind: string): string {
  return `[ "$known" = "$uuid" ] || fail "object-in-the-way: ${kind} $name: it is not of this lab (its UUID is $known) and has the name that the lab's own needs"
`;
}
