import type { OwnerMark } from "../../../course/mark";
import { uuidOf } from "../identity";
import { bridgeNameOf } from "./bridgeName";
import { MARK_NAMESPACE } from "./ownerMark";
import { assigned, document, HEAD, refuseForeign } from "./virsh";

/** A network that libvirt is to have. */
export interface NetworkScriptArgs {
  readonly mark: OwnerMark;
  /** Its name. */
  readonly name: string;
  /** Its XML. */
  readonly xml: string;
  /** Networks of the same lab and host that its guests reach, as they do what lies beyond the host; none by default. */
  readonly reaches?: readonly string[];
}

/**
 * libvirt lets nothing from one of its networks into another that it translates for (libvirt.org/formatnetwork.html, "Connectivity"). A bridge
 * that stands in for the classroom LAN is one, and guests behind a translation reach the LAN.
 */
function ways(reaches: readonly string[], mark: OwnerMark): string {
  return reaches.map((name) => bridgeNameOf(mark, name)).join(" ");
}

/**
 * Script for the host that carries a network: makes it and keeps it on, now and when the host starts, so that guests which come back
 * then have it. Argument `remove` takes it away, if it is ours and no stranger's guest is on it. Safe to repeat.
 */
export function renderNetworkScript({ mark, name, xml, reaches = [] }: NetworkScriptArgs): string {
  return `${HEAD}${assigned({
    name,
    uuid: uuidOf(mark, "network", name),
    bridge: bridgeNameOf(mark, name),
    id: mark.id,
    ways: ways(reaches, mark),
  })}filter() { as_root iptables -w "$1" FORWARD -i "$bridge" -o "$2" -j ACCEPT 2>/dev/null </dev/null; }
networks=$(lists net-list --all --name)
known=
if among "$name" "$networks"; then known=$(virsh net-uuid "$name"); fi
running() {
  active=$(lists net-list --name)
  among "$name" "$active"
}
if [ "$1" = remove ]; then
  [ "$known" = "$uuid" ] || { echo '{"network":false}'; exit 0; }
  if running; then
    for port in $(virsh net-port-list "$name"); do
      guest=$(virsh net-port-dumpxml "$name" "$port" | sed -n '/<owner>/,/<\\/owner>/s|.*<name>\\(.*\\)</name>.*|\\1|p')
      mark=$(virsh metadata "$guest" ${MARK_NAMESPACE} 2>/dev/null) || mark=
      case $mark in
        *"$id"*) ;;
        *) fail "network $name is not removed: guest $guest, which is not of this lab, is on it" ;;
      esac
    done
    virsh net-destroy "$name" >/dev/null
  fi
  virsh net-undefine "$name" >/dev/null
  for way in $ways; do
    while filter -D "$way"; do :; done
  done
  echo '{"network":false}'
  exit 0
fi
if [ -n "$known" ]; then
  ${refuseForeign("network")}fi
told net-define --validate /dev/stdin >/dev/null ${document(xml)}
if ! running; then
  # libvirt takes a bridge up again that it made; this one is nobody's that it knows.
  [ ! -e "/sys/class/net/$bridge" ] ||
    fail "object-in-the-way: bridge $bridge: it stands already, and network $name needs it. If nothing uses it: ip link delete $bridge"
  words=$(virsh net-start "$name" 2>&1) || case $words in
    *"already in use by interface"*) fail "subnet-in-use: $name: its subnet is that of \${words##*by }" ;;
    *) fail "$words" ;;
  esac
fi
virsh net-autostart "$name" >/dev/null
for way in $ways; do
  filter -C "$way" || filter -I "$way" || fail "host-not-ready: the packet filter does not let $bridge reach $way"
done
quoted=
for way in $ways; do quoted=$quoted',"'$way'"'; done
echo '{"network":"'"$name"'","ways":['"\${quoted#,}"']}'
`;
}
