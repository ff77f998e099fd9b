import { MODE_TRAITS } from "../../../course/modes";
import type { AdapterPlan, GuestPlan } from "../../../course/plan";

type Connected = Exclude<AdapterPlan, { mode: "disabled" }>;

const connected = (guest: GuestPlan): Connected[] =>
  guest.adapters.flatMap((adapter) => (adapter.mode === "disabled" ? [] : [adapter]));

/** Neighbouring ports as iptables writes them: `8001:8010`. */
function ranges(ports: readonly number[]): string[] {
  const sorted = [...new Set(ports)].sort((a, b) => a - b);
  const starts = sorted.filter((port) => !sorted.includes(port - 1));
  return starts.map((start) => {
    let end = start;
    while (sorted.includes(end + 1)) end += 1;
    return start === end ? String(start) : `${start}:${end}`;
  });
}

/** What nobody outside may open, but for the ports that are forwarded: the host would get through Docker's own rules. */
function closed(adapter: Connected, guest: GuestPlan): string[] {
  const open = ranges(guest.published.map((port) => port.guestPort));
  return [
    `device=$(device ${adapter.address})`,
    ...open.map(
      (ports) => `iptables -w -t mangle -A CLASSLAB -i "$device" -p tcp --dport ${ports} -j RETURN`,
    ),
    'iptables -w -t mangle -A CLASSLAB -i "$device" -m conntrack --ctstate NEW -j DROP',
  ];
}

/**
 * Script for the guest, kept there and run again at every start: what Docker's networks leave open of a mode is closed in
 * the guest's own network namespace, and the way out is the gateway of the first adapter whose mode has one.
 */
export function renderGuestNetwork(guest: GuestPlan): string {
  const adapters = connected(guest);
  const shut = adapters.filter(({ mode }) => !MODE_TRAITS[mode].fromHost && MODE_TRAITS[mode].internet);
  const out = adapters.find(({ mode }) => MODE_TRAITS[mode].internet);
  return `set -eu
device() {
  ip -o -4 address show | while read -r _ name _ address _; do
    [ "\${address%/*}" != "$1" ] || echo "$name"
  done
}
if iptables -w -t mangle -n -L CLASSLAB >/dev/null 2>&1; then iptables -w -t mangle -F CLASSLAB; fi
${
  shut.length === 0
    ? ""
    : `iptables -w -t mangle -n -L CLASSLAB >/dev/null 2>&1 || iptables -w -t mangle -N CLASSLAB
iptables -w -t mangle -C PREROUTING -j CLASSLAB 2>/dev/null || iptables -w -t mangle -A PREROUTING -j CLASSLAB
${shut.flatMap((adapter) => closed(adapter, guest)).join("\n")}
`
}${out ? `ip route replace default via ${out.gateway} dev "$(device ${out.address})"\n` : ""}`;
}
