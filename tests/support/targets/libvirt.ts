import { libvirtChannel } from "../../../components/hypervisors/libvirt/channel";
import { output } from "../cli";
import { objectName, type TestTarget } from "./target";

/** Runs virsh on this machine's libvirt. */
export function virsh(...args: string[]): Promise<string> {
  return output("virsh", ["-q", "-c", "qemu:///system", ...args]);
}

/** Lists by names alone, which begin with the lab's; the pool's ends with it. */
const LIST = `v() { virsh -q -c qemu:///system "$@" </dev/null; }
v list --all | awk -v lab="$1" 'index($2, lab "-") == 1 { name = $2; $1 = $2 = ""; sub(/^ +/, ""); print "domain", name, $0 }'
v net-list --all | awk -v lab="$1" 'index($1, lab "-") == 1 || index($1, lab "_") == 1 { print "network", $1, $2 }'
v pool-list --all | awk -v lab="$1" '$1 ~ "^classlab-[0-9a-f]+-" lab "$" { print $1, $2 }' | while read -r pool state; do
  echo "pool $state"
  find "/var/lib/libvirt/images/$pool" -type f -printf 'volume %f\\n'
done
find /run/libvirt/qemu -name "$1-*" ! -name '*.pid' ! -name '*.xml' -type s -printf 'socket of %f\\n' | sed 's/\\.channel\\..*//' | sort -u
find /var/log/libvirt/qemu -name "$1-*" -type f -printf 'log %f\\n'
`;

/** Virtual machines of this machine's libvirt. */
export const LIBVIRT: TestTarget = {
  name: "libvirt",
  standing: async (lab) => {
    const text = await output("sh", ["-eu", "-s", "--", lab], { stdin: LIST });
    return text.split("\n").filter(Boolean).sort();
  },
  guestShell: (lab, guest) =>
    libvirtChannel({ objectName: objectName(lab, guest), team: "team-01" }, lab).shell,
};
