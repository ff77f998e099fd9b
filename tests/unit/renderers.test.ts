import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { renderPreload } from "../../components/courseImages";
import { renderFarm } from "../../components/farmScript";
import { containerChannel } from "../../components/hypervisors/containers/channel";
import {
  renderAdapterList,
  renderAdapters,
  renderReady,
} from "../../components/hypervisors/containers/render";
import { renderRotationCheck, renderWordPressFiles } from "../../components/wordPressFiles";
import { COURSE_IMAGES, type ImageSet } from "../../course/images";
import type { SwitchMode } from "../../course/modes";
import type { AdapterPlan, GuestPlan } from "../../course/plan";
import { quote } from "../../course/shell";
import { devPlan, guestNamed } from "./labs";
import { FakeShell, record, SHELLS, type ShellRun } from "./shell";

const GUEST = guestNamed(devPlan(), "ubuntu-test1");
const NAME = GUEST.objectName;
/** A name that would run a command if it were not quoted. */
const EVIL = "g'; touch pwned; echo '$(touch pwned)`touch pwned`\"";

let fake: FakeShell;
afterEach(() => FakeShell.disposeAll());

function expectJson(run: ShellRun, value: unknown): void {
  expect(run.stderr).toBe("");
  expect(run.code).toBe(0);
  expect(run.stdout).toMatch(/^[^\n]+\n$/);
  expect(JSON.parse(run.stdout)).toEqual(value);
}

const on = (network: string, address: string, mode: SwitchMode = "bridged"): AdapterPlan => ({
  mode,
  switch: network.replace("dev-", ""),
  switchObject: network,
  address,
  gateway: address.replace(/\d+$/, "1"),
  mac: "02:42:00:00:00:01",
  segment: network,
});

describe.each(SHELLS)("under %s", (shell) => {
  describe("renderAdapters", () => {
    /** A guest on the networks of a file, one a line, as Docker's own template prints them. */
    const DOCKER = `
[ -e "$FAKE/present" ] || exit 1
# Only by kind: a network may have a container's name.
if [ "$1" = container ]; then shift; elif [ "$1" = inspect ]; then exit 9; fi
case "$1 \${2:-}" in
  "inspect -f")
    case $3 in *Labels*) case $4 in stranger) echo other ;; *) echo ours ;; esac; exit 0 ;; *.NetworkSettings.Networks*IPAMConfig*IPv4Address*) cat "$FAKE/networks"; echo ;; *) exit 9 ;; esac ;;
  inspect*) ;;
  "network inspect")
    sed -n "s| $5 \\(.*\\)| \\1/24|p" "$FAKE/others" ;;
  "network disconnect")
    if grep -qs "^$4 $3 " "$FAKE/others"; then sed -i "/^$4 $3 /d" "$FAKE/others"; exit 0; fi
    grep -q "^$3 " "$FAKE/networks" || { echo "not connected" >&2; exit 1; }
    grep -v "^$3 " "$FAKE/networks" > "$FAKE/rest" || true
    mv "$FAKE/rest" "$FAKE/networks" ;;
  "network connect")
    if grep -q "^none " "$FAKE/networks"; then echo "cannot join with none" >&2; exit 1; fi
    if grep -q "^$5 " "$FAKE/networks"; then echo "already connected" >&2; exit 1; fi
    [ "$5" != full ] || { echo "no address left" >&2; exit 1; }
    if [ -e "$FAKE/leaving" ]; then rm "$FAKE/leaving"; echo "Address already in use" >&2; exit 1; fi
    if [ -e "$FAKE/taken-off" ]; then rm "$FAKE/taken-off"; exit 0; fi
    if grep -qs "^[^ ]* $5 $4$" "$FAKE/others"; then echo "Address already in use" >&2; exit 1; fi
    echo "$5 $4" >> "$FAKE/networks" ;;
  *) exit 9 ;;
esac
`;
    const apply = (adapters: readonly AdapterPlan[], word = "apply", guest: GuestPlan = GUEST) =>
      fake.run(shell, renderAdapters({ ...guest, adapters }), word);
    const networks = () => fake.read("networks").split("\n").filter(Boolean).sort();
    const changes = (run: ShellRun) => run.calls.filter((call) => call.includes("|network|"));
    const LAN = on("dev-lan", "192.168.99.99");

    beforeEach(() => {
      fake = new FakeShell(DOCKER);
      fake.write("present", "");
      fake.write("root/etc/classlab/channel_keys", "");
      fake.program("iptables", `${record("iptables")}case "$*" in *-L*) exit 1 ;; *-C*) exit 1 ;; esac\n`);
      fake.program(
        "ip",
        `${record("ip")}[ "$1" != -o ] || sed 's|.* \\(.*\\)|1: eth1 inet \\1/24 brd|' "$FAKE/networks"\n`,
      );
    });

    test("nothing to do: nothing is touched", () => {
      fake.write("networks", "dev-lan 192.168.99.99\n");
      const run = apply([LAN]);
      expectJson(run, { adapters: true });
      expect(changes(run)).toEqual([]);
    });

    test("the network none, with which a guest is made, goes first", () => {
      fake.write("networks", "none \n");
      const run = apply([LAN]);
      expectJson(run, { adapters: true });
      expect(changes(run)).toEqual([
        `host docker|network|disconnect|none|${NAME}`,
        `host docker|network|connect|--ip|192.168.99.99|dev-lan|${NAME}`,
      ]);
      expect(networks()).toEqual(["dev-lan 192.168.99.99"]);
    });

    test("from one network to another", () => {
      fake.write("networks", "dev-old 10.0.0.5\n");
      expectJson(apply([LAN]), { adapters: true });
      expect(networks()).toEqual(["dev-lan 192.168.99.99"]);
    });

    test("another address on the same network", () => {
      fake.write("networks", "dev-lan 192.168.99.9\n");
      expectJson(apply([LAN]), { adapters: true });
      expect(networks()).toEqual(["dev-lan 192.168.99.99"]);
    });

    test("two networks, one of them there already and left alone", () => {
      fake.write("networks", "dev-lan 192.168.99.99\n");
      const run = apply([on("dev-lan2", "10.0.0.9"), LAN]);
      expect(changes(run)).toEqual([`host docker|network|connect|--ip|10.0.0.9|dev-lan2|${NAME}`]);
      expect(networks()).toEqual(["dev-lan 192.168.99.99", "dev-lan2 10.0.0.9"]);
    });

    const rules = (run: ShellRun) =>
      run.calls.filter((call) => /iptables\|.*(?:-A\|CLASSLAB|-F)|ip\|route/.test(call));

    test("on nat nobody outside opens a connection, but to forwarded ports", () => {
      fake.write("networks", "none \n");
      const nat = on("dev-nat", "10.0.2.15", "nat");
      const published = [22, 8001, 8002, 8003].map((port) => ({ guestPort: port, hostPort: port + 10_000 }));
      expectJson(apply([nat], "apply", { ...GUEST, published }), { adapters: true });
      const forwarded = apply([nat], "apply", { ...GUEST, published });
      expect(rules(forwarded)).toEqual([
        "guest iptables|-w|-t|mangle|-A|CLASSLAB|-i|eth1|-p|tcp|--dport|22|-j|RETURN",
        "guest iptables|-w|-t|mangle|-A|CLASSLAB|-i|eth1|-p|tcp|--dport|8001:8003|-j|RETURN",
        "guest iptables|-w|-t|mangle|-A|CLASSLAB|-i|eth1|-m|conntrack|--ctstate|NEW|-j|DROP",
        "guest ip|route|replace|default|via|10.0.2.1|dev|eth1",
      ]);
    });

    test("the way out is the gateway of the first adapter whose mode has one; the script is kept for the next start", () => {
      fake.write("networks", "none \n");
      const inner = on("dev-inner", "192.168.98.10", "internal");
      const run = apply([inner, LAN]);
      expect(rules(run).map((call) => call.replace(/dev\|.*/, ""))).toEqual([
        "guest ip|route|replace|default|via|192.168.99.1|",
      ]);
      expect(fake.read("root/etc/classlab/network.sh")).toContain(
        "ip route replace default via 192.168.99.1",
      );
      expect(rules(apply([inner]))).toEqual([]);
      expect(rules(apply([{ mode: "disabled" }]))).toEqual([]);
    });

    test("an address that a guest of the same lab still holds is taken from it", () => {
      fake.write("networks", "none \n");
      fake.write("others", "dev-team-01-gone dev-lan 192.168.99.99\nstranger dev-lan 192.168.99.9\n");
      expectJson(apply([LAN]), { adapters: true });
      expect(networks()).toEqual(["dev-lan 192.168.99.99"]);
      expect(fake.read("others")).toBe("stranger dev-lan 192.168.99.9\n");
    });

    test("an address whose holder left between the refusal and the look is asked for again", () => {
      fake.write("networks", "none \n");
      fake.write("others", "");
      fake.write("leaving", "");
      expectJson(apply([LAN]), { adapters: true });
      expect(networks()).toEqual(["dev-lan 192.168.99.99"]);
    });

    test("a guest that another one took off in the moment it came back is connected again", () => {
      fake.write("networks", "none \n");
      fake.write("taken-off", "");
      expectJson(apply([LAN]), { adapters: true });
      expect(networks()).toEqual(["dev-lan 192.168.99.99"]);
    });

    test("an address that a stranger holds is not: refused with whose it is", () => {
      fake.write("networks", "none \n");
      fake.write("others", "stranger dev-lan 192.168.99.99\n");
      const run = apply([LAN]);
      expect(run.code).not.toBe(0);
      expect(run.stderr).toContain(
        "Address already in use (192.168.99.99 on dev-lan is held by container stranger)",
      );
      expect(fake.read("others")).toBe("stranger dev-lan 192.168.99.99\n");
    });

    test("disabled: off every network", () => {
      fake.write("networks", "dev-lan 192.168.99.99\ndev-lan2 10.0.0.9\n");
      expectJson(apply([{ mode: "disabled" }]), { adapters: true });
      expect(networks()).toEqual([]);
      expectJson(apply([{ mode: "disabled" }]), { adapters: true });
    });

    test("removing takes the guest off, whatever the list says", () => {
      fake.write("networks", "dev-lan 192.168.99.99\n");
      expectJson(apply([LAN], "remove"), { adapters: true });
      expect(networks()).toEqual([]);
    });

    test("guest absent: a failure that names it, but nothing to do when removing", () => {
      fake = new FakeShell(DOCKER);
      const run = apply([LAN]);
      expect(run.code).toBe(1);
      expect(run.stderr).toBe(`guest ${NAME} is absent\n`);
      expect(run.stdout).toBe("");
      expectJson(apply([LAN], "remove"), { adapters: [] });
    });

    test("a network that cannot be joined fails the script, also as the first of two", () => {
      fake.write("networks", "none \n");
      const run = apply([on("full", "10.0.0.9"), LAN]);
      expect(run.code).not.toBe(0);
      expect(run.stderr).toContain("no address left");
      expect(run.stdout).toBe("");
    });

    test("a name with quotes stays one word", () => {
      fake.write("networks", "none \n");
      const run = apply([LAN], "apply", { ...GUEST, objectName: EVIL });
      expectJson(run, { adapters: true });
      expect(changes(run).at(-1)).toBe(`host docker|network|connect|--ip|192.168.99.99|dev-lan|${EVIL}`);
      expect(fake.has("pwned")).toBe(false);
    });
  });

  describe("renderReady", () => {
    const DOCKER = `
if [ "\${AT:-}" = guest ]; then
  [ "$1" = info ] || exit 9
  echo x >> "$FAKE/asked"
  [ "$(wc -l < "$FAKE/asked")" -ge "$(cat "$FAKE/answers-at")" ]
  exit
fi
# Only by kind: a network may have a container's name.
if [ "$1" = container ]; then shift; elif [ "$1" = inspect ]; then exit 9; fi
case "$1 $2 \${3:-}" in
  "inspect -f {{.State.Status}}")
    [ ! -e "$FAKE/silent" ] || { echo; echo "Cannot connect to the Docker daemon. Is it running?" >&2; exit 1; }
    cat "$FAKE/status" 2>/dev/null || { echo; echo "Error: No such object: $4" >&2; exit 1; }
    ;;
  "inspect -f {{.State.ExitCode}}") echo 137 ;;
  "logs --tail 20") echo "dockerd: no space left"; echo "dockerd: giving up" >&2 ;;
  *) exit 9 ;;
esac
`;
    const KEY = "ssh-ed25519 AAAATEAM classlab:dev/team-01";
    const KEYS = "root/home/ubuntu/.ssh/authorized_keys";
    const ready = (options: { key?: string; deadline?: number; guest?: GuestPlan } = {}) =>
      fake.run(shell, renderReady(options.guest ?? GUEST, options.key ?? KEY, options.deadline ?? 20));

    /** The guest's log is a file here: this machine may have one of the same name. */
    const TAIL = '#!/bin/sh\n[ "$*" = "-n 20 /var/log/dockerd.log" ] && cat "$FAKE/guest-log"\n';
    const withGuest = () => {
      fake = new FakeShell(DOCKER);
      fake.program("tail", TAIL);
    };

    beforeEach(() => {
      withGuest();
      fake.write("status", "running\n");
      fake.write("answers-at", "1");
      fake.write("root/etc/classlab/made", "");
    });

    test("ready at once: the key is in, for the channel and for learners", () => {
      expectJson(ready(), { ready: true });
      expect(fake.read("asked")).toBe("x\n");
      expect(fake.read("root/etc/classlab/channel_keys")).toBe(`${KEY}\n`);
      expect(fake.read(KEYS)).toBe(`${KEY}\n`);
      expect(statSync(join(fake.folder, "root/etc/classlab/channel_keys")).mode & 0o777).toBe(0o600);
      expect(statSync(join(fake.folder, KEYS)).mode & 0o777).toBe(0o600);
    });

    test("the learner owns folder and file, and no half-written file is left", () => {
      const run = ready();
      const folder = join(fake.folder, "root/home/ubuntu/.ssh");
      expect(run.calls).toContain(`guest install|-d|-m|700|-o|ubuntu|-g|ubuntu|${folder}`);
      expect(run.calls).toContain(`guest chown|ubuntu:ubuntu|${folder}/authorized_keys.new`);
      expect(fake.list("root/home/ubuntu/.ssh")).toEqual(["authorized_keys"]);
    });

    test("waits until the guest's Docker answers", () => {
      fake.write("answers-at", "3");
      expectJson(ready(), { ready: true });
      expect(fake.read("asked")).toBe("x\nx\nx\n");
    });

    test("a guest that stopped: cause, exit code, log tail", () => {
      fake.write("status", "exited\n");
      const run = ready();
      expect(run.code).toBe(1);
      expect(run.stdout).toBe("");
      expect(run.stderr).toBe(
        `guest-not-ready: ${NAME}: the guest stopped with exit code 137. Last lines of its log:\ndockerd: no space left\ndockerd: giving up\n`,
      );
      expect(fake.read(KEYS)).toBe("");
    });

    test("a guest that is not there is told apart", () => {
      withGuest();
      const run = ready();
      expect(run.code).toBe(1);
      expect(run.stderr).toContain(`guest-not-ready: ${NAME}: the guest is absent. Last lines of its log:`);
    });

    test("a Docker that ended is not waited for, and told in its own words", () => {
      fake.write("silent", "");
      const run = ready();
      expect(run.code).toBe(1);
      expect(run.stderr.trim()).toBe("Cannot connect to the Docker daemon. Is it running?");
    });

    test("never ready: the deadline, the cause and the ends of both logs", () => {
      fake.write("answers-at", "1000");
      fake.write("guest-log", "cgroup mountpoint does not exist\n");
      const before = Date.now();
      const run = ready({ deadline: 3 });
      const took = Date.now() - before;
      expect(took).toBeLessThan(8000);
      expect(run.code).toBe(1);
      expect(run.stderr).toBe(
        `guest-not-ready: ${NAME}: its Docker Engine did not answer within 3 s (guest is running). Last lines of its log:\ndockerd: no space left\ndockerd: giving up\ncgroup mountpoint does not exist\n`,
      );
      expect(fake.read("asked").length).toBeGreaterThan(2);
    });

    test("keys that learners added stay, in order; ours is replaced; again changes nothing", () => {
      fake.write(
        KEYS,
        "ssh-rsa AAAAOWN me@home\nssh-ed25519 AAAAOLD classlab:dev/team-01\n# note\nssh-rsa AAAALAST no-newline",
      );
      expectJson(ready(), { ready: true });
      const merged = `ssh-rsa AAAAOWN me@home\n# note\nssh-rsa AAAALAST no-newline\n${KEY}\n`;
      expect(fake.read(KEYS)).toBe(merged);
      expectJson(ready(), { ready: true });
      expect(fake.read(KEYS)).toBe(merged);
    });

    test("a file that held only our key is replaced by it", () => {
      fake.write(KEYS, "ssh-ed25519 AAAAOLD classlab:dev/team-01\n");
      expectJson(ready(), { ready: true });
      expect(fake.read(KEYS)).toBe(`${KEY}\n`);
    });

    test("name and key with quotes stay one word each", () => {
      const run = ready({ key: `${KEY} ${EVIL}`, guest: { ...GUEST, objectName: EVIL } });
      expectJson(run, { ready: true });
      expect(run.calls).toContain(`host docker|exec|${EVIL}|timeout|10|docker|info`);
      expect(fake.read(KEYS)).toBe(`${KEY} ${EVIL}\n`);
      expect(fake.has("pwned")).toBe(false);
    });

    test("the key is on no command line", () => {
      expect(ready().calls.join("\n")).not.toContain("AAAATEAM");
    });
  });

  describe("renderPreload", () => {
    /** Images of host and guest are lines of two files, `name [id]`; an archive is the list of its images. */
    const DOCKER = `
images="$FAKE/\${AT:-host}-images"
touch "$images"
case "$1 \${2:-}" in
  "images --no-trunc")
    [ "$3 $4" = '--format {{.Repository}}:{{.Tag}} {{.ID}}' ] || exit 9
    awk '{ id = $1; sub("^classlab/", "sha256:", id); print $1, ($2 == "" ? id : $2) }' "$images" ;;
  "image inspect")
    for reference in "$@"; do :; done
    grep -Fqx "$reference" "$images" || { echo "no such image: $reference" >&2; exit 1; }
    echo "sha256:\${reference#classlab/}" ;;
  save*) shift; [ ! -e "$FAKE/save-fails" ] || exit 1; printf '%s\\n' "$@" ;;
  "load -q") [ ! -e "$FAKE/load-fails" ] || { echo "no space left" >&2; exit 1; }
    if [ -e "$FAKE/loads-nothing" ]; then cat > /dev/null; else cat >> "$images"; fi ;;
  tag*)
    grep -Fqx "$2" "$images" || { echo "no such image: $2" >&2; exit 1; }
    grep -v "^$3 " "$images" > "$images.new"
    echo "$3 sha256:\${2#classlab/}" >> "$images.new"
    mv "$images.new" "$images" ;;
  *) exit 9 ;;
esac
`;
    const record = (name: string) => ({ reference: `classlab/${name}:1f0c`, id: `sha256:host-${name}` });
    const SET: ImageSet = {
      source: "distribution",
      guest: record("guest"),
      course: {
        nginx: record("nginx"),
        "hello-world": record("hello-world"),
        ubuntu: record("ubuntu"),
        alpine: record("alpine"),
        "php-apache": record("php-apache"),
        wordpress: record("wordpress"),
        database: record("database"),
      },
    };
    const names = COURSE_IMAGES.map((image) => image.name);
    const all = names.map((name) => `classlab/${name}:1f0c\n`).join("");
    const named = COURSE_IMAGES.flatMap(({ name, tags }) =>
      tags.map((tag) => `${tag} sha256:${name}:1f0c\n`),
    ).join("");
    const ids = Object.fromEntries(names.map((name) => [name, `sha256:${name}:1f0c`]));
    const preload = () => fake.run(shell, renderPreload(containerChannel(GUEST, "dev"), SET));
    const saves = (run: ShellRun) => run.calls.filter((call) => /docker\|(save|load)/.test(call));

    beforeEach(() => {
      fake = new FakeShell(DOCKER);
      fake.write("host-images", all);
    });

    test("an empty guest: all in one archive, named as learners type them, ids told", () => {
      const run = preload();
      expectJson(run, ids);
      expect(saves(run).sort()).toEqual([
        "guest docker|load|-q",
        `host docker|exec|-i|${NAME}|docker|load|-q`,
        `host docker|save|${names.map((name) => `classlab/${name}:1f0c`).join("|")}`,
      ]);
      expect(fake.read("guest-images")).toBe(all + named);
    });

    test("a guest that has all, named: it is asked once, and nothing is done", () => {
      fake.write("guest-images", all + named);
      const run = preload();
      expectJson(run, ids);
      expect(run.calls.filter((call) => call.startsWith("guest docker|"))).toEqual([
        "guest docker|images|--no-trunc|--format|{{.Repository}}:{{.Tag}} {{.ID}}",
      ]);
    });

    test("a name that a learner gave to another image is given back; the others are left", () => {
      fake.write(
        "guest-images",
        all + named.replace("nginx:latest sha256:nginx:1f0c", "nginx:latest sha256:own"),
      );
      const run = preload();
      expectJson(run, ids);
      expect(run.calls.filter((call) => call.includes("docker|tag"))).toEqual([
        "guest docker|tag|classlab/nginx:1f0c|nginx:latest",
      ]);
      expect(fake.read("guest-images").split("\n").sort()).toEqual((all + named).split("\n").sort());
    });

    test("an archive that the guest's Docker took without an image of it: fails, and says which", () => {
      fake.write("loads-nothing", "");
      const run = preload();
      expect(run.code).toBe(1);
      expect(run.stderr).toBe("classlab/nginx:1f0c was loaded, and is not among the guest's images\n");
    });

    test("nothing lacking: nothing is saved", () => {
      fake.write("guest-images", all);
      const run = preload();
      expectJson(run, ids);
      expect(saves(run)).toEqual([]);
    });

    test("only what lacks travels, once; a name that begins alike does not count as there", () => {
      fake.write(
        "guest-images",
        all
          .replace("classlab/ubuntu:1f0c\n", "classlab/ubuntu:1f0c9\n")
          .replace("classlab/alpine:1f0c\n", ""),
      );
      const run = preload();
      expectJson(run, ids);
      expect(saves(run)).toContain("host docker|save|classlab/ubuntu:1f0c|classlab/alpine:1f0c");
      expect(saves(run)).toHaveLength(3);
      expect(saves(preload())).toEqual([]);
    });

    test("an image that this machine lacks: named, with the command that makes it, and nothing done", () => {
      fake.write("host-images", all.replace("classlab/wordpress:1f0c\n", ""));
      const run = preload();
      expect(run.code).toBe(1);
      expect(run.stdout).toBe("");
      expect(run.stderr).toBe(
        "image-missing: classlab/wordpress:1f0c is not on this machine. Run: npx classlab images\n",
      );
      expect(saves(run)).toEqual([]);
    });

    test.each(["unreachable", "load-fails", "save-fails"])("%s: fails, and prints no ids", (what) => {
      fake.write(what, "");
      const run = preload();
      expect(run.code).not.toBe(0);
      expect(run.stdout).not.toContain("}");
    });
  });

  describe("renderFarm", () => {
    const MARK = { lab: "dev", id: "0123456789abcdef", stack: "dev", team: "team-01" };
    const IMAGE = `sha256:${"ab".repeat(32)}`;
    /** Containers are files: `<state> <farm> <image> [<restarts>]`; one with restarts runs since a moment. A port is taken while `taken-PORT` is there. */
    const DOCKER = `
mkdir -p "$FAKE/containers"
cd "$FAKE/containers"
if [ "$1 $2 $3" = "container inspect -f" ]; then
  shift 4
  for name in "$@"; do read -r state of image restarts < "$name"; echo "/$name $restarts"; done
  exit 0
fi
[ "$1" = ps ] || exit 9
farm=
ancestor=
for word in "$@"; do
  case $word in
    label=classlab.farm=*) farm=\${word#label=classlab.farm=} ;;
    ancestor=*) ancestor=\${word#ancestor=} ;;
    publish=*) cat "$FAKE/taken-\${word#publish=}"; exit 0 ;;
  esac
done
[ -n "$farm" ] || exit 9
for name in *; do
  [ -e "$name" ] || continue
  read -r state of image restarts < "$name"
  [ "$of" = "$farm" ] || continue
  if [ "$2" != -a ]; then
    [ "$state" != running ] || echo "$name Up $([ -n "$restarts" ] && echo 2 seconds || echo 3 hours)"
    continue
  fi
  [ -z "$ancestor" ] || [ "$ancestor" = "$image" ] || continue
  echo "$name $state"
done
`;
    /** curl against Docker's API, of the requests that a file of its options lists. */
    const CURL = `#!/bin/sh
cd "$FAKE/containers"
while [ "$1" != -K ]; do shift; done
request() {
  call="$method \${url#http://docker/containers/}"
  printf 'guest curl|%s\n' "$call" >> "$FAKE/calls"
  name=\${url#*name=}
  answer=
  case $call in
    "POST create"*)
      if [ -e "$name" ]; then code=409; answer="{\\"message\\":\\"Conflict. The container name \\\\\\"/$name\\\\\\" is already in use\\"}"
      else code=201; printf '%s' "$data" > "$FAKE/body-$name"; echo "created nginx-farm ${IMAGE}" > "$name"
      fi ;;
    POST*start)
      name=\${call#POST }
      name=\${name%/start}
      read -r state of image < "$name"
      if [ -e "$FAKE/taken-\${name##*-}" ]; then code=500; answer='{"message":"Bind for 0.0.0.0 failed: port is already allocated"}'
      else code=204; echo "running $of $image" > "$name"
      fi ;;
    DELETE*)
      name=\${call#DELETE }
      name=\${name%\\?*}
      if [ -e "$FAKE/held-\${name##*-}" ]; then code=500; answer='{"message":"device or resource busy"}'
      elif [ -e "$name" ]; then rm "$name"; code=204; else code=404; fi ;;
  esac
  echo "$answer" > "$output"
  echo "$code $name"
}
method=POST
while read -r key equals value || [ -n "$key" ]; do
  value=\${value#\\"}
  value=\${value%\\"}
  case $key in
    next) request; method=POST ;;
    url) url=$value ;;
    request) method=$value ;;
    output) output=$value ;;
    data) data=$value ;;
  esac
done < "$2"
request
`;
    const farm = (...ports: number[]) =>
      fake.run(shell, renderFarm("nginx-farm", IMAGE, MARK), ...ports.map(String));
    const containers = () =>
      Object.fromEntries(
        fake
          .list("containers")
          .map((name) => [name, fake.read(`containers/${name}`).replace(IMAGE, "image").trim()]),
      );
    const changes = (run: ShellRun) =>
      run.calls.filter((call) => !call.includes("docker|ps|")).map((call) => call.replace("guest curl|", ""));
    const stands = (name: string, state: string, of = "nginx-farm", image = IMAGE) =>
      fake.write(`containers/${name}`, `${state} ${of} ${image}\n`);

    beforeEach(() => {
      fake = new FakeShell(DOCKER);
      fake.program("curl", CURL);
      fake.program("hostname", "#!/bin/sh\necho web\n");
      fake.program("ss", "#!/bin/sh\n");
      fake.program("sleep", "#!/bin/sh\n");
    });

    test("makes what lacks, with mark, port and restart policy, and starts it", () => {
      const run = farm(8001, 8002);
      expectJson(run, { containers: 2 });
      expect(changes(run)).toEqual([
        "POST create?name=nginx-farm-8001",
        "POST create?name=nginx-farm-8002",
        "POST nginx-farm-8001/start",
        "POST nginx-farm-8002/start",
      ]);
      // curl takes a string as JSON writes it.
      expect(JSON.parse(JSON.parse(`"${fake.read("body-nginx-farm-8002")}"`))).toEqual({
        Image: IMAGE,
        Labels: {
          classlab: "dev",
          "classlab.id": "0123456789abcdef",
          "classlab.stack": "dev",
          "classlab.team": "team-01",
          "classlab.farm": "nginx-farm",
        },
        ExposedPorts: { "80/tcp": {} },
        HostConfig: {
          PortBindings: { "80/tcp": [{ HostIp: "0.0.0.0", HostPort: "8002" }] },
          RestartPolicy: { Name: "unless-stopped" },
        },
      });
    });

    test("a hundred, each once; again does nothing", () => {
      const ports = Array.from({ length: 100 }, (_, index) => 8001 + index);
      expectJson(farm(...ports), { containers: 100 });
      expect(fake.list("containers")).toHaveLength(100);
      const again = farm(...ports);
      expectJson(again, { containers: 100 });
      expect(changes(again)).toEqual([]);
    });

    test("what Docker does not remove is told, and goes the next time", () => {
      for (const port of [8001, 8002, 8003]) stands(`nginx-farm-${port}`, "running");
      fake.write("held-8002", "");
      expect(farm()).toMatchObject({
        code: 1,
        stdout: "",
        stderr: "nginx-farm-8002: device or resource busy\n",
      });
      rmSync(join(fake.folder, "held-8002"));
      expect(farm()).toMatchObject({ code: 0, stdout: "", stderr: "" });
      expect(containers()).toEqual({});
    });

    test("makes anew what Docker has just started again, as it may have to for ever", () => {
      stands("nginx-farm-8001", "running", "nginx-farm", `${IMAGE} 0`);
      stands("nginx-farm-8002", "running", "nginx-farm", `${IMAGE} 12`);
      const run = farm(8001, 8002);
      expectJson(run, { containers: 2 });
      expect(changes(run).filter((call) => !call.includes("inspect"))).toEqual([
        "DELETE nginx-farm-8002?force=1&v=1",
        "POST create?name=nginx-farm-8002",
        "POST nginx-farm-8002/start",
      ]);
    });

    test("starts what stopped, makes what was removed, leaves what runs", () => {
      stands("nginx-farm-8001", "exited");
      stands("nginx-farm-8003", "running");
      const run = farm(8001, 8002, 8003);
      expectJson(run, { containers: 3 });
      expect(changes(run)).toEqual([
        "POST create?name=nginx-farm-8002",
        "POST nginx-farm-8002/start",
        "POST nginx-farm-8001/start",
      ]);
    });

    test("what ends again and again, and what has another image, is made anew", () => {
      stands("nginx-farm-8001", "restarting");
      stands("nginx-farm-8002", "running", "nginx-farm", "sha256:old");
      stands("nginx-farm-8003", "running");
      const run = farm(8001, 8002, 8003);
      expectJson(run, { containers: 3 });
      expect(changes(run).slice(0, 4)).toEqual([
        "DELETE nginx-farm-8001?force=1&v=1",
        "DELETE nginx-farm-8002?force=1&v=1",
        "POST create?name=nginx-farm-8001",
        "POST create?name=nginx-farm-8002",
      ]);
      expect(new Set(Object.values(containers()))).toEqual(new Set(["running nginx-farm image"]));
    });

    test("removes ports that left; a port that begins alike is another one", () => {
      stands("nginx-farm-80", "running");
      stands("nginx-farm-8001", "exited");
      expectJson(farm(800), { containers: 1 });
      expect(Object.keys(containers())).toEqual(["nginx-farm-800"]);
    });

    test("without ports the whole farm goes, and nothing else", () => {
      stands("nginx-farm-8001", "running");
      stands("nginx-farm-8002", "exited");
      stands("web", "running", "-");
      expect(farm()).toMatchObject({ code: 0, stdout: "", stderr: "" });
      expect(containers()).toEqual({ web: "running - image" });
    });

    test("containers that are not the farm's are left alone, also under the farm's own kind of name", () => {
      stands("nginx-farm-9000", "running", "-");
      stands("second-8001", "exited", "second");
      expectJson(farm(8001), { containers: 1 });
      expect(containers()).toEqual({
        "nginx-farm-8001": "running nginx-farm image",
        "nginx-farm-9000": "running - image",
        "second-8001": "exited second image",
      });
    });

    test("a learner's container in the way is not removed: the script fails with Docker's words", () => {
      stands("nginx-farm-8001", "running", "-");
      const run = farm(8001, 8002);
      expect(run.code).not.toBe(0);
      expect(run.stdout).toBe("");
      expect(run.stderr).toBe(
        'nginx-farm-8001: Conflict. The container name "/nginx-farm-8001" is already in use\n',
      );
      expect(containers()).toMatchObject({
        "nginx-farm-8001": "running - image",
        "nginx-farm-8002": "running nginx-farm image",
      });
    });

    test.each([
      ["container mine\n", "", "container mine"],
      ["", 'users:(("perl",pid=7,fd=3))', "program perl"],
      ["", "", "another program"],
    ])("a port that somebody has is told with who (%j, %j); the others run", (container, program, who) => {
      fake.write("taken-8001", container);
      fake.program("ss", `#!/bin/sh\necho 'LISTEN 0 5 0.0.0.0:8001 0.0.0.0:* ${program}'\n`);
      const run = farm(8001, 8002);
      expect(run).toMatchObject({
        code: 1,
        stdout: "",
        stderr: `port-taken: port 8001 of web: ${who} has it, and it is not the lab's\n`,
      });
      expect(containers()).toEqual({ "nginx-farm-8002": "running nginx-farm image" });
    });
  });

  describe("renderWordPressFiles", () => {
    /** A guest whose database, where there is one, has the root password of a file. */
    const DOCKER = `
# Only by kind: a network may have a container's name.
if [ "$1" = container ]; then shift; elif [ "$1" = inspect ]; then exit 9; fi
case "$1 \${2:-}" in
  "volume ls") [ ! -e "$FAKE/broken" ] || exit 1; cat "$FAKE/volume" 2>/dev/null || true ;;
  "volume inspect") echo "$FAKE/volumes" ;;
  "inspect -f") [ -e "$FAKE/running" ] && echo true ;;
  *) exit 9 ;;
esac
`;
    /** Programs that end the script once a count of steps is used up: before they do something, or after. */
    const step = (text: string) => `#!/bin/sh
left=$(cat "$FAKE/steps" 2>/dev/null || echo 100)
[ "$left" -gt 0 ] || exit 1
echo $((left - 1)) > "$FAKE/steps"
${text}
`;
    const CLIENT = `#!/bin/sh
sql=$(cat)
given=$(sed -n 's/^password="\\(.*\\)"$/\\1/p' "\${1#--defaults-file=}")
if [ -s "$FAKE/starting" ]; then
  sed 1d "$FAKE/starting" > "$FAKE/later" && cp "$FAKE/later" "$FAKE/starting"
  echo "ERROR 2002 (HY000): Can't connect to local server" >&2
  exit 1
fi
[ "$given" = "$(cat "$FAKE/account-root")" ] || { echo "ERROR 1045 (28000): Access denied" >&2; exit 1; }
case $sql in
  "SELECT 1;") ;;
  *ALTER*)
    [ ! -e "$FAKE/refuses" ] || { echo "ERROR 1064 (42000) at line 1: near '$sql'" >&2; exit 1; }
    stepping || exit 1
    printf '%s' "$sql" | sed "s/.*'root'@'localhost' IDENTIFIED BY '\\([^']*\\)'.*/\\1/" > "$FAKE/account-root"
    printf '%s' "$sql" | sed "s/.*'wordpress'@'%' IDENTIFIED BY '\\([^']*\\)'.*/\\1/" > "$FAKE/account-user"
    stepping || exit 1 ;;
  *) exit 9 ;;
esac
`;
    const SECRETS = "root/disk/classlab/wordpress";
    const files = (own: string, root: string, deadline = 5) =>
      fake.run(shell, renderWordPressFiles("wordpress", own, root, deadline));
    const kept = () =>
      ["site/db-password", "database/db-password", "database/db-root-password"].map((file) =>
        fake.read(`${SECRETS}/${file}`),
      );
    const accounts = () => [fake.read("account-user"), fake.read("account-root")].map((text) => text.trim());

    const withDatabase = (own: string, root: string) => {
      fake.write("volume", "wordpress-data\n");
      fake.write("volumes/mysql/made", "");
      fake.write("running", "");
      fake.write("account-user", own);
      fake.write("account-root", root);
    };

    beforeEach(() => {
      fake = new FakeShell(DOCKER);
      fake.program("flock", "#!/bin/sh\n");
      fake.program("mariadb", CLIENT);
      fake.program("stepping", step(""));
      for (const name of ["mv", "chmod"]) fake.program(name, step(`PATH=/usr/bin:/bin; exec ${name} "$@"`));
    });

    test("passwords in files that nobody writes, without a newline; without a database they are just replaced", () => {
      for (const [own, root] of [
        ["Own1", "Root1"],
        ["Own2", "Root2"],
      ] as const) {
        const run = files(own, root);
        expectJson(run, { files: true });
        expect(kept()).toEqual([own, own, root]);
        expect(fake.list(SECRETS)).toEqual(["database", "lock", "site"]);
        expect(fake.list(`${SECRETS}/site`)).toEqual(["db-password"]);
        expect(fake.list(`${SECRETS}/database`)).toEqual(["db-password", "db-root-password"]);
        const { mode } = statSync(join(fake.folder, SECRETS, "database/db-root-password"));
        expect(mode & 0o777).toBe(0o444);
        expect(run.calls.join("\n")).not.toMatch(/Own|Root\d/);
      }
    });

    test("a volume that no server has filled yet is no database", () => {
      fake.write("volume", "wordpress-data\n");
      files("Own1", "Root1");
      expectJson(files("Own2", "Root2"), { files: true });
      expect(kept()).toEqual(["Own2", "Own2", "Root2"]);
    });

    test("the same passwords again: the database is not asked, whether it runs or not", () => {
      files("Own1", "Root1");
      withDatabase("Own1", "Root1");
      rmSync(join(fake.folder, "running"));
      const run = files("Own1", "Root1");
      expectJson(run, { files: true });
      expect(run.calls.filter((call) => call.startsWith("host docker"))).toEqual([]);
    });

    test("other passwords go into the running database, on standard input and in a file that is gone afterwards", () => {
      files("Own1", "Root1");
      withDatabase("Own1", "Root1");
      const run = files("Own2", "Root2");
      expectJson(run, { files: true });
      expect(accounts()).toEqual(["Own2", "Root2"]);
      expect(kept()).toEqual(["Own2", "Own2", "Root2"]);
      expect(run.calls.join("\n")).not.toMatch(/Own|Root\d/);
      expect(fake.list(SECRETS)).toEqual(["database", "lock", "site"]);
      expect(fake.list(`${SECRETS}/database`)).toEqual(["db-password", "db-root-password"]);
    });

    test("a server that is starting is waited for", () => {
      files("Own1", "Root1");
      withDatabase("Own1", "Root1");
      fake.write("starting", "1\n2\n3\n");
      expectJson(files("Own2", "Root2"), { files: true });
      expect(accounts()).toEqual(["Own2", "Root2"]);
    });

    test("ended after any step, and the next run with the same or with other passwords gets through", () => {
      const ends: string[] = [];
      for (const again of ["2", "3"]) {
        for (let steps = 0; ends.at(-1) !== "done"; steps += 1) {
          rmSync(join(fake.folder, "root"), { recursive: true, force: true });
          rmSync(join(fake.folder, "volume"), { force: true });
          fake.write("steps", "100");
          expectJson(files("Own1", "Root1"), { files: true });
          withDatabase("Own1", "Root1");
          fake.write("steps", String(steps));
          ends.push(files("Own2", "Root2").code === 0 ? "done" : "ended");
          fake.write("steps", "100");
          expectJson(files(`Own${again}`, `Root${again}`), { files: true });
          expect(accounts()).toEqual([`Own${again}`, `Root${again}`]);
          expect(kept()).toEqual([`Own${again}`, `Own${again}`, `Root${again}`]);
          expect(fake.list(SECRETS)).toEqual(["database", "lock", "site"]);
        }
        expect(ends.length).toBeGreaterThan(8);
        ends.length = 0;
      }
    }, 120_000);

    test.each([
      ["it does not run", () => rmSync(join(fake.folder, "running"))],
      ["neither its new nor its old root password opens it", () => fake.write("account-root", "Learners")],
      ["it does not take the new passwords: ERROR 1064", () => fake.write("refuses", "")],
      ["the guest's Docker does not answer", () => fake.write("broken", "")],
      ["its server does not answer", () => fake.write("starting", "never\n".repeat(200))],
    ])("%s: one line without a password, and the old files stay", (cause, arrange) => {
      files("Own1", "Root1");
      withDatabase("Own1", "Root1");
      arrange();
      const run = files("Own2", "Root2", 1);
      expect(run.code).toBe(1);
      expect(run.stdout).toBe("");
      expect(run.stderr).toBe(`rotate-failed: container wordpress-database: ${cause}\n`);
      expect(kept()).toEqual(["Own1", "Own1", "Root1"]);
    });

    test("the check before a rotation changes nothing", () => {
      const check = () => fake.run(shell, renderRotationCheck("wordpress", 1));
      expectJson(check(), { rotatable: true });
      files("Own1", "Root1");
      withDatabase("Own1", "Root1");
      expectJson(check(), { rotatable: true });
      expect(kept()).toEqual(["Own1", "Own1", "Root1"]);
      fake.write("account-root", "Learners");
      expect(check()).toMatchObject({
        code: 1,
        stderr: "rotate-failed: container wordpress-database: its root password does not open it\n",
      });
      rmSync(join(fake.folder, "running"));
      expect(check().stderr).toBe("rotate-failed: container wordpress-database: it does not run\n");
      rmSync(join(fake.folder, "root/disk"), { recursive: true });
      expect(check().stderr).toContain("its password files are gone from /");
    });

    test("a script cut off on its way does nothing", () => {
      const script = renderWordPressFiles("wordpress", "Own1", "Root1");
      for (const part of [0.5, 0.9, 0.99]) {
        expect(fake.run(shell, script.slice(0, script.length * part)).code).not.toBe(0);
        expect(fake.has("root/disk")).toBe(false);
      }
    });

    test("the folder above the passwords is root's alone, the learner's folder the learner's", () => {
      const { calls } = files("a", "b");
      const root = join(fake.folder, "root");
      expect(calls).toContain(`host install|-d|-m|700|${root}/disk/classlab`);
      expect(calls).toContain(
        `host install|-d|-o|ubuntu|-g|ubuntu|${root}/home/ubuntu/docker|${root}/home/ubuntu/docker/wordpress`,
      );
    });

    test("a password with quotes stays what it is", () => {
      expectJson(files(EVIL, `x${EVIL}`), { files: true });
      expect(kept()).toEqual([EVIL, EVIL, `x${EVIL}`]);
      expect(fake.has("pwned")).toBe(false);
    });
  });

  test.each(["", "plain", "two words", "it's", "''", "a\\b", '$HOME `id` "x"', "line\nbreak", EVIL])(
    "quote keeps %j",
    (word) => {
      fake = new FakeShell("exit 9");
      expect(fake.run(shell, `printf '%s' ${quote(word)}`).stdout).toBe(word);
    },
  );
});

describe("as text", () => {
  beforeEach(() => {
    fake = new FakeShell("exit 9");
  });

  test("the adapter list has one line for each connected adapter, in order", () => {
    expect(renderAdapterList([])).toBe("");
    expect(renderAdapterList([on("dev-b", "10.0.0.2"), { mode: "disabled" }, on("dev-a", "10.0.1.2")])).toBe(
      "dev-b 10.0.0.2\ndev-a 10.0.1.2",
    );
  });

  test("the ready script's own deadline is two minutes", () => {
    expect(renderReady(GUEST, "key")).toContain("+ 120))");
  });

  test("the channel names the guest only, and no path of a machine", () => {
    const channel = containerChannel(GUEST, "dev");
    expect(channel.shell).toBe(`docker exec -i ${NAME} sh -s --`);
    expect(channel.loadImages).toBe(`docker exec -i ${NAME} docker load -q`);
    expect(channel.dockerHost).toBe(`ssh://root@${NAME}`);
    expect(channel.sshOpts).toEqual([
      "-F",
      "none",
      "-o",
      `ProxyCommand=docker exec -i ${NAME} /usr/sbin/sshd -i -f /etc/classlab/channel_sshd_config`,
      "-o",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: ssh expands it
      "IdentityFile=${CLASSLAB_HOME}/keys/dev/team-01",
      "-o",
      "IdentitiesOnly=yes",
      "-o",
      "BatchMode=yes",
      "-o",
      "StrictHostKeyChecking=no",
      "-o",
      "UserKnownHostsFile=/dev/null",
      "-o",
      "LogLevel=ERROR",
      "-o",
      "KexAlgorithms=^ecdh-sha2-nistp256,curve25519-sha256",
      "-o",
      "ConnectTimeout=20",
    ]);
  });
});
