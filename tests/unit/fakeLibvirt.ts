import { FakeShell, record, type ShellRun } from "./shell";

/**
 * A stand-in for virsh, as far as the scripts read it. Objects of a kind (`nets`, `pools`, `domains`) are files with their UUIDs, and beside
 * them `NAME.on` where they run and `NAME.auto` where they start with the host.
 */
const VIRSH = `${record("virsh").replace('for word in "$@"', 'shift 3\nfor word in "$@"')}
[ ! -e "$FAKE/silent" ] || { echo "error: failed to connect to the hypervisor" >&2; exit 1; }
[ ! -e "$FAKE/fails-$1" ] || { cat "$FAKE/fails-$1" >&2; exit 1; }
verb=$1
shift
case $verb in
  net-*) kind=nets; verb=\${verb#net-} ;;
  pool-*) kind=pools; verb=\${verb#pool-} ;;
  *) kind=domains ;;
esac
mkdir -p "$FAKE/$kind" "$FAKE/images/pool"
at=$FAKE/$kind/\${1:-}
present() { [ -e "$at" ] || { echo "error: failed to get $1" >&2; exit 1; }; }
case $verb in
  list)
    for file in "$FAKE/$kind"/*; do
      case $file in *.on | *.auto | *.xml | *.cards | *.snapshots | *'*') continue ;; esac
      if [ "$1" = --all ] || [ -e "$file.on" ]; then echo "\${file##*/}"; fi
    done ;;
  uuid | domuuid) present "$1"; cat "$at" ;;
  define)
    [ "$1 $2" = "--validate /dev/stdin" ] || exit 9
    text=$(cat)
    name=$(printf '%s\\n' "$text" | sed -n 's|^ *<name>\\(.*\\)</name>|\\1|p')
    printf '%s\\n' "$text" > "$FAKE/$kind/$name.xml"
    printf '%s\\n' "$text" | sed -n 's|^ *<uuid>\\(.*\\)</uuid>|\\1|p' > "$FAKE/$kind/$name" ;;
  start) present "$1"; : > "$at.on" ;;
  autostart) present "$1"; : > "$at.auto" ;;
  build) present "$1" ;;
  destroy) present "$1"; rm "$at.on" ;;
  undefine) present "$1"; [ "$kind" = domains ] || [ ! -e "$at.on" ] || exit 9; rm -f "$at" "$at".* ;;
  delete) present "$1"; [ ! -e "$at.on" ] || exit 9; rmdir "$FAKE/images/$1" ;;
  refresh) : ;;
  port-list) cat "$FAKE/ports" 2>/dev/null || : ;;
  port-dumpxml) printf '<networkport>\\n  <owner>\\n    <name>%s</name>\\n  </owner>\\n</networkport>\\n' "$2" ;;
  metadata) cat "$FAKE/marks/$1" 2>/dev/null || { echo "error: metadata not found" >&2; exit 1; } ;;
  domstate)
    present "$1"
    if [ -e "$FAKE/state" ]; then cat "$FAKE/state"; elif [ -e "$at.on" ]; then echo running; else echo "shut off"; fi ;;
  resume | dompmwakeup | domfsfreeze) : ;;
  vol-list) ls "$FAKE/images/$1" | sed "s|.*|& $FAKE/images/$1/&|" ;;
  vol-create) text=$(cat); : > "$FAKE/images/$1/$(printf '%s\\n' "$text" | sed -n 's|^ *<name>\\(.*\\)</name>|\\1|p')" ;;
  vol-delete) rm "$FAKE/images/$3/$1" ;;
  vol-upload) cp "$2" "$FAKE/images/$4/$1" ;;
  domiflist) cat "$at.cards\${2:-}" 2>/dev/null || : ;;
  update-device | attach-device)
    way=--inactive
    [ "$3" != --live ] || way=
    case $2 in *parked.xml) cat "$2" >> "$FAKE/parked" ;; esac
    mac=$(sed -n 's|.*mac address="\\([^"]*\\)".*|\\1|p' "$2")
    network=$(sed -n 's|.*source network="\\([^"]*\\)".*|\\1|p' "$2")
    link=$(sed -n 's|.*link state="\\([^"]*\\)".*|\\1|p' "$2")
    if grep -qs " $mac$" "$at.cards$way"; then have=update-device; else have=attach-device; fi
    [ "$verb" = "$have" ] || exit 9
    { grep -v " $mac$" "$at.cards$way" 2>/dev/null || :; echo "- network $network $link $mac"; } > "$at.new"
    mv "$at.new" "$at.cards$way" ;;
  detach-interface)
    way=--inactive
    [ "$5" != --live ] || way=
    [ ! -e "$FAKE/holds" ] || [ -n "$way" ] || exit 0
    grep -v " $4$" "$at.cards$way" > "$at.new" || :
    mv "$at.new" "$at.cards$way" ;;
  domif-setlink | qemu-agent-command) : ;;
  snapshot-list) cat "$at.snapshots" 2>/dev/null || : ;;
  snapshot-create-as)
    if [ -e "$FAKE/shares" ] && [ -e "$at.on" ]; then echo "error: migration is disabled" >&2; exit 1; fi
    echo "$2" >> "$at.snapshots" ;;
  snapshot-create)
    cp "$2" "$FAKE/reminded"
    sed -n 's/.*<name>\\(snapshot[^<]*\\)<.*/\\1/p' "$2" >> "$at.snapshots" ;;
  dumpxml) echo "<domain><name>$1</name></domain>" ;;
  shutdown) [ -e "$FAKE/stays" ] || rm "$at.on" ;;
  blockjob) [ -e "$FAKE/copying" ] || exit 1; rm "$FAKE/copying" ;;
  blockcopy) [ ! -e "$FAKE/copying" ] || exit 9; : > "$FAKE/copying"; : > "$3" ;;
  *) echo "virsh $verb is not known here" >&2; exit 9 ;;
esac
`;

/** Folder and programs of a host with libvirt, and of guests that are reached over their channels. */
export class FakeLibvirt extends FakeShell {
  constructor() {
    super("");
    this.program("virsh", VIRSH);
    this.program("sudo", '#!/bin/sh\nshift\nexec "$@"\n');
    // Rules of chain FORWARD, a line each: `IN OUT`.
    this.program(
      "iptables",
      `${record("iptables")}[ "$1 $3 $4 $6 $8 $9" = "-w FORWARD -i -o -j ACCEPT" ] || exit 9
touch "$FAKE/rules"
case $2 in
  -C) grep -Fqx "$5 $7" "$FAKE/rules" ;;
  -I) [ ! -e "$FAKE/no-rules" ] && echo "$5 $7" >>"$FAKE/rules" ;;
  -D) grep -Fqx "$5 $7" "$FAKE/rules" || exit 1
      grep -Fvx "$5 $7" "$FAKE/rules" >"$FAKE/rules.new"
      mv "$FAKE/rules.new" "$FAKE/rules" ;;
  *) exit 9 ;;
esac
`,
    );
    this.program("sleep", "#!/bin/sh\nexec /bin/sleep 0.02\n");
    this.program("qemu-img", `${record("qemu-img")}echo '{ "virtual-size": 2147483648 }'\n`);
    this.program(
      "genisoimage",
      `${record("genisoimage")}[ "$2 $4" = "-o -V" ] || exit 9\nout=$3\nshift 7\ncat "$@" > "$out"\n`,
    );
    this.program(
      "ssh",
      `${record("ssh")}cat > "$FAKE/told"\nif [ -e "$FAKE/ssh.sh" ]; then . "$FAKE/ssh.sh"; fi\n`,
    );
  }

  override here(script: string): string {
    return super
      .here(script)
      .replaceAll("/var/lib/libvirt/images", `${this.folder}/images`)
      .replaceAll("/var/log/libvirt/qemu", `${this.folder}/log`)
      .replaceAll("/run/libvirt/qemu", `${this.folder}/run`)
      .replaceAll("/run/cloud-init", `${this.folder}/root/run/cloud-init`)
      .replaceAll("/sys/class/net", `${this.folder}/sys`)
      .replaceAll("/srv/classlab", `${this.folder}/srv`);
  }

  /** The calls of virsh that change something, one a line. */
  static changes(run: ShellRun): string[] {
    return run.calls
      .filter((call) => call.startsWith("host virsh|"))
      .map((call) => call.slice("host virsh|".length))
      .filter(
        (call) =>
          !/^(net-|pool-|vol-)?(list|uuid|domuuid|domstate|domiflist|port-list|refresh|snapshot-list)/.test(
            call,
          ),
      );
  }
}
