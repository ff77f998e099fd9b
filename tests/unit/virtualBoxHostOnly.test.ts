import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostOnlyRemoval, hostOnlySteps } from "../../components/hypervisors/virtualbox/hostOnly";
import { renderLines } from "../../components/hypervisors/virtualbox/instructions";
import type { Step } from "../../components/hypervisors/virtualbox/steps";
import { MARK, RUNNER, switchOf, virtualBoxPlan } from "./virtualBoxLab";

// Host-only interfaces need VirtualBox's kernel module. This stand-in keeps them as files, and shows them as VBoxManage 7.2 does (VirtualBox
// source, VBoxManageHostonly.cpp and VBoxManageList.cpp). `$CUT` is the change in which it dies: `3` before it was made, `3+` after.
const MANAGE = `#!/bin/sh
key() { printf '%s' "$1" | tr / _; }
changes() {
  n=$(cat "$PLACE/changes"); n=$((n + 1)); echo "$n" > "$PLACE/changes"
  if [ "$CUT" = "$n" ]; then echo "VBoxManage: error: cut" >&2; exit 1; fi
}
ends() { if [ "$CUT" = "$n+" ]; then echo "VBoxManage: error: cut" >&2; exit 1; fi; exit 0; }
case "$1 $2" in
  "getextradata global")
    file=$PLACE/data/$(key "$3")
    if [ -e "$file" ]; then echo "Value: $(cat "$file")"; else echo "No value set!"; fi ;;
  "setextradata global")
    changes
    if [ $# -gt 3 ]; then printf '%s' "$4" > "$PLACE/data/$(key "$3")"; else rm -f "$PLACE/data/$(key "$3")"; fi
    ends ;;
  "list hostonlyifs")
    for file in "$PLACE"/interfaces/*; do
      [ -e "$file" ] || continue
      printf 'Name:            %s\\nDHCP:            Disabled\\nIPAddress:       %s\\n\\n' "\${file##*/}" "$(cat "$file")"
    done ;;
  "hostonlyif create")
    changes
    name=vboxnet$(ls "$PLACE/interfaces" | grep -c vboxnet)
    echo 0.0.0.0 > "$PLACE/interfaces/$name"
    printf "0%%...10%%\\nInterface '%s' was successfully created\\n" "$name"
    ends ;;
  "hostonlyif ipconfig") changes; echo "$5 $7" > "$PLACE/masks"; echo "$5" > "$PLACE/interfaces/$3"; ends ;;
  "hostonlyif remove") changes; rm "$PLACE/interfaces/$3"; ends ;;
  *) echo "VBoxManage: error: unexpected $*" >&2; exit 2 ;;
esac
`;

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "classlab-vbox-"));
  for (const folder of ["data", "interfaces"]) mkdirSync(join(place, folder));
  writeFileSync(join(place, "VBoxManage"), MANAGE, { mode: 0o755 });
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

function run(steps: readonly Step[], cut = ""): string[] | string {
  writeFileSync(join(place, "changes"), "0");
  const { status, stdout, stderr } = spawnSync("sh", ["-c", RUNNER], {
    input: renderLines(steps),
    encoding: "utf8",
    env: { PATH: `${place}:/usr/bin:/bin`, PLACE: place, CUT: cut, TMPDIR: place },
  });
  if (status !== 0) return stderr;
  const { ran }: { ran: string[] } = JSON.parse(stdout);
  return ran;
}

const files = (folder: string) =>
  Object.fromEntries(
    readdirSync(join(place, folder)).map((name) => [
      name,
      readFileSync(join(place, folder, name), "utf8").trim(),
    ]),
  );
const have = (name: string, address: string) => writeFileSync(join(place, "interfaces", name), address);

const plan = switchOf(virtualBoxPlan(), "host-only");
const make = () => hostOnlySteps(plan, MARK);
const remove = () => hostOnlyRemoval(plan, MARK);
const KNOWN = "classlab_0123456789abcdef_interface_lab-team-01-host-only";
const MADE = "classlab_0123456789abcdef_made_lab-team-01-host-only";
const WHOSE = { "classlab_0123456789abcdef_lab_lab-team-01-host-only": "lab" };
const ALL = [
  "host-only interface",
  "mark of the host-only interface",
  "name of the host-only interface",
  "address of the host-only interface",
  "lab of the host-only interface",
];

test("an interface is made, marked and addressed, once; and removed", () => {
  have("vboxnet0", "192.168.60.1");
  expect(run(make())).toEqual(ALL);
  expect(files("interfaces")).toEqual({ vboxnet0: "192.168.60.1", vboxnet1: "192.168.56.1" });
  expect(files("data")).toEqual({ ...WHOSE, [KNOWN]: "vboxnet1", [MADE]: "vboxnet1" });
  expect(readFileSync(join(place, "masks"), "utf8")).toBe("192.168.56.1 255.255.255.0\n");
  expect(run(make())).toEqual([]);
  expect(run(remove())).toHaveLength(4);
  expect(files("interfaces")).toEqual({ vboxnet0: "192.168.60.1" });
  expect(files("data")).toEqual({});
  expect(run(remove())).toEqual([]);
});

test("one that is at the address already is used, and stays", () => {
  have("VirtualBox Host-Only Ethernet Adapter", "192.168.56.1");
  have("VirtualBox Host-Only Ethernet Adapter #2", "192.168.57.1");
  expect(run(make())).toEqual(["host-only interface taken", "lab of the host-only interface"]);
  expect(files("data")).toEqual({ ...WHOSE, [KNOWN]: "VirtualBox Host-Only Ethernet Adapter" });
  expect(run(make())).toEqual([]);
  expect(run(remove())).toEqual(Array(2).fill("name of the host-only interface removed"));
  expect(Object.keys(files("interfaces"))).toHaveLength(2);
});

test("one that somebody removed is made anew", () => {
  run(make());
  rmSync(join(place, "interfaces", "vboxnet0"));
  have("vboxnet0x", "192.168.60.1");
  expect(run(make())).toContain("host-only interface");
  expect(files("interfaces")).toEqual({ vboxnet0x: "192.168.60.1", vboxnet1: "192.168.56.1" });
  expect(files("data")).toEqual({ ...WHOSE, [KNOWN]: "vboxnet1", [MADE]: "vboxnet1" });
});

// Made by VirtualBox and not yet marked, it cannot be told from somebody else's: another one is made then ("1+" and "2").
test.each(["1", "2+", "3", "3+", "4", "4+", "5", "5+"])(
  "a run that was cut off in its change %s is finished by the next",
  (cut) => {
    expect(run(make(), cut)).toMatch(/: cut\n$/);
    expect(run(make())).toBeInstanceOf(Array);
    expect(files("interfaces")).toEqual({ vboxnet0: "192.168.56.1" });
    expect(files("data")).toEqual({ ...WHOSE, [KNOWN]: "vboxnet0", [MADE]: "vboxnet0" });
  },
);

test.each(["1", "1+", "2", "2+", "3", "3+", "4", "4+"])(
  "a removal that was cut off in its change %s is finished by the next",
  (cut) => {
    run(make());
    expect(run(remove(), cut)).toMatch(/: cut\n$/);
    expect(run(remove())).toBeInstanceOf(Array);
    expect(files("interfaces")).toEqual({});
    expect(files("data")).toEqual({});
  },
);
