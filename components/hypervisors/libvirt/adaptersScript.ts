import type { GuestPlan } from "../../../course/plan";
import { quote } from "../../../course/shell";
import { macOf } from "../identity";
import { patientShell } from "./channel";
import { FIRST_START } from "./firstStart";
import { renderInterface, renderParkedInterface } from "./interface";
import { parkingName } from "./network";
import {
  deviceName,
  type GuestNetworkSettings,
  NETWORK_SET,
  networkFingerprint,
  renderNetplan,
} from "./networkConfig";
import { document } from "./virsh";
import { readySeconds, renderWatch, type WaitSettings } from "./watch";

/** The file that cloud-init writes at the first start. */
const NETPLAN = "/etc/netplan/50-cloud-init.yaml";

/** Seconds that addresses may take to be there after they were set. */
const ADDRESS_SECONDS = 60;

/** Tells everybody on the wire who has an address now: a gratuitous ARP request (RFC 5227, section 3). Arguments: device, MAC, address. */
const ANNOUNCE = `import socket, sys
device, mac, address = sys.argv[1:]
mac, address = bytes.fromhex(mac.replace(":", "")), socket.inet_aton(address)
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
    wire.bind((device, 0))
    wire.send(b"\\xff" * 6 + mac + b"\\x08\\x06" + b"\\0\\1\\x08\\0\\6\\4\\0\\1" + mac + address + b"\\0" * 6 + address)`;

/** Script for the guest, run as root: its network is as planned, without a restart. */
export function renderGuestNetwork(guest: GuestPlan, settings: GuestNetworkSettings): string {
  const set = networkFingerprint(guest, settings);
  const devices = guest.adapters.map(
    (_, index) => [deviceName(index), macOf(guest, index, settings)] as const,
  );
  const addresses = guest.adapters.flatMap((adapter, index) =>
    adapter.mode === "disabled" || (settings.roomDhcp && adapter.mode === "bridged")
      ? []
      : [`${macOf(guest, index, settings)} ${adapter.address}`],
  );
  return `set -eu
umask 077
${FIRST_START}uptime
# The first start sets the network itself, and would set it again.
first_start_ended $((seconds + $1)) || { echo "its first start did not end in time" >&2; exit 1; }
[ "$(cat ${NETWORK_SET} 2>/dev/null)" != ${set} ] || exit 0
cat > ${NETPLAN}.new <<'NETPLAN'
${renderNetplan(guest, settings)}NETPLAN
mv ${NETPLAN}.new ${NETPLAN}
# Netplan's own way asks udev about every device, in case one has to get its name: nine seconds in an emulated guest, three this way.
named() {
${devices
  .map(
    ([device, mac]) => `  [ "$(cat /sys/class/net/${device}/address 2>/dev/null)" = ${mac} ] || return 1
`,
  )
  .join("")}  systemctl is-active --quiet systemd-networkd
}
set_at_once() { netplan generate && networkctl reload && networkctl reconfigure${devices.map(([device]) => ` ${device}`).join("")}; }
if ! named || ! set_at_once >&2; then netplan apply >&2; fi
wanted=${quote(addresses.join("\n"))}
lacking() {
  printf '%s\\n' "$wanted" | while read -r mac address; do
    [ -n "$mac" ] || continue
    device=$(ip -o link show | awk -v mac="$mac" 'index($0, "link/ether " mac " ") { sub(/[:@].*/, "", $2); print $2 }')
    [ -n "$device" ] && ip -o -4 address show dev "$device" | grep -Fq " $address/" || echo "$address ($mac)"
  done
}
uptime
end=$((seconds + ${ADDRESS_SECONDS}))
while lacks=$(lacking) && [ -n "$lacks" ]; do
  uptime
  if [ "$seconds" -ge "$end" ]; then
    echo "its network was set, but it does not have" $lacks >&2
    exit 1
  fi
  sleep 0.5
done
# Who had an address before may be remembered with it for a minute by everybody else.
printf '%s\\n' "$wanted" | while read -r mac address; do
  [ -n "$mac" ] || continue
  device=$(ip -o link show | awk -v mac="$mac" 'index($0, "link/ether " mac " ") { sub(/[:@].*/, "", $2); print $2 }')
  python3 -IS -c '${ANNOUNCE}' "$device" "$mac" "$address" || :
done
echo ${set} > ${NETWORK_SET}
`;
}

/** One adapter: brought to where it is to be, made where there is none. */
function adapterCalls(
  guest: GuestPlan,
  settings: GuestNetworkSettings,
  xml: (index: number) => string,
): string {
  return guest.adapters
    .map((_, index) => `adapter ${macOf(guest, index, settings)} ${document(xml(index))}\n`)
    .join("");
}

/** What sets the network inside a guest: the shell of its channel, what defines that, and what the shell is fed. */
export interface NetworkInside {
  readonly shell: string;
  /** Text of sh, ahead of all else. */
  readonly head: string;
  readonly text: string;
}

function insideLinux(guest: GuestPlan, settings: GuestNetworkSettings): NetworkInside {
  const shell = patientShell(guest, settings.mark.lab, 30);
  return { shell, head: "", text: renderGuestNetwork(guest, settings) };
}

/**
 * Script for this machine: brings the guest's adapters to where the plan has them, in place, in what is defined and in what runs, and then
 * its network inside. An adapter that the plan does not have goes. Argument `remove` parks all of them. Safe to repeat.
 * @param inside how the network inside is set: as in a guest with Linux by default
 */
export function renderAdapters(
  guest: GuestPlan,
  settings: GuestNetworkSettings,
  domain: WaitSettings,
  inside = insideLinux(guest, settings),
): string {
  const macs = guest.adapters.map((_, index) => macOf(guest, index, settings));
  return `${renderWatch(guest, domain, inside.shell, readySeconds(domain))}${inside.head}guests=$(lists list --all --name)
if ! among "$guest" "$guests"; then
  [ "$1" = remove ] || fail "guest $guest is absent"
  echo '{"adapters":false}'
  exit 0
fi
running=$(lists list --name)
ways=--config
if among "$guest" "$running"; then ways="--config --live"; fi
macs() {
  case $1 in
    --live) virsh domiflist "$guest" ;;
    *) virsh domiflist "$guest" --inactive ;;
  esac | awk 'NF { print $NF }'
}
# A network that was removed from under a running guest and made again left the guest's end behind. For libvirt nothing has changed: it
# joins an adapter to a bridge only when that comes from another one.
left_behind() {
  tap=$(virsh domiflist "$guest" | awk -v mac="$1" '$NF == mac { print $1 }')
  [ -e "/sys/class/net/\${tap:-none}" ] && [ ! -e "/sys/class/net/$tap/master" ]
}
adapter() {
  cat > "$work/adapter.xml"
  for way in $ways; do
    present=$(macs "$way")
    if among "$1" "$present"; then change=update-device; else change=attach-device; fi
    if [ "$way" = --live ] && left_behind "$1"; then
      sed 's|source network="[^"]*"|source network="${parkingName(settings.mark.lab)}"|' "$work/adapter.xml" > "$work/parked.xml"
      virsh update-device "$guest" "$work/parked.xml" --live >/dev/null
    fi
    virsh "$change" "$guest" "$work/adapter.xml" "$way" >/dev/null
  done
}
# A card is pulled out of a running guest only when that lets it go; off the wire it is at once.
leave() {
  [ "$2" = --config ] || virsh domif-setlink "$guest" "$1" down >/dev/null
  virsh detach-interface "$guest" network --mac "$1" "$2" >/dev/null
  tries=0
  while present=$(macs "$2") && among "$1" "$present"; do
    [ "$tries" -lt 40 ] || fail "guest $guest does not let its adapter $1 go"
    tries=$((tries + 1))
    sleep 0.5
  done
}
if [ "$1" = remove ]; then
${adapterCalls(guest, settings, (index) => renderParkedInterface(guest, index, settings))}  echo '{"adapters":false}'
  exit 0
fi
${adapterCalls(guest, settings, (index) => renderInterface(guest, index, settings))}planned=${quote(macs.join("\n"))}
for way in $ways; do
  for mac in $(macs "$way"); do
    among "$mac" "$planned" || leave "$mac" "$way"
  done
done
in_guest <<'GUEST'
${inside.text}GUEST
echo '{"adapters":true}'
`;
}
