/** Seconds that a host may take from its first boot until it is as its user data says. */
export const HOST_READY_SECONDS = 600;

/**
 * Script for a new host: waits until cloud-init is done, and looks whether guests can run in it. Tells `{"nested":"vmx"}`; one in which
 * they cannot is told with its cause, since a cloud may pass over what it was asked for.
 */
export function renderHostReady(): string {
  return `set -eu
if command -v cloud-init >/dev/null 2>&1; then
  said=$(timeout ${HOST_READY_SECONDS} cloud-init status --wait 2>&1) || {
    # 2: done, with warnings (cloud-init 23.4 and later).
    if [ "$?" != 2 ]; then echo "host-not-ready: cloud-init did not come to its end: $(printf %s "$said" | tail -n 1)" >&2; exit 1; fi
  }
fi
nested=$(grep -om1 -wE 'vmx|svm' /proc/cpuinfo || :)
if [ -z "$nested" ]; then
  echo "nested-impossible: the host's processor shows neither vmx nor svm: the cloud passed over nested virtualization, or the type has none" >&2
  exit 1
fi
printf '{"nested":"%s"}\\n' "$nested"
`;
}
