import { enrolmentScript } from "../../components/hosts/enrolment/stick";
import { quote } from "../../course/shell";
import { ROOT } from "../support/cli";
import { inThrowAwayRoot } from "../support/throwAwayRoot";

const KEY =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEf6PqvlI6oXdQ9qOk9Sw32yIla9DhlKJMF6wjRNkEqQ classlab:lab/hosts";
const PACKAGE = "classlab-stand-in";

/** In the place of apt-get: writes what is installed into dpkg's own list, so that the real dpkg-query tells it. */
const APT = `#!/bin/sh
set -eu
verb=$1
shift
for word; do
  case $word in -*) continue ;; esac
  if [ "$verb" = purge ]; then
    awk -v name="$word" 'BEGIN { RS = ""; ORS = "\\n\\n" } $0 !~ "^Package: " name "\\n"' /var/lib/dpkg/status > /tmp/status
    cat /tmp/status > /var/lib/dpkg/status
  else
    for name in "$word" "$word-of-its-own"; do
      printf 'Package: %s\\nStatus: install ok installed\\nMaintainer: a\\nArchitecture: all\\nVersion: 1\\nDescription: a\\n\\n' "$name" >> /var/lib/dpkg/status
    done
  fi
done
`;

/** Where this machine has no sudo: what takes a line that gives a user everything, and nothing else. */
const VISUDO = `#!/bin/sh
for file; do :; done
grep -q -x '[a-z-]* ALL=(ALL) NOPASSWD: ALL' "$file"
`;

/** Puts programs in the place of those that a throw-away PC must not, or cannot, call. */
const STAND_INS = `export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
printf '%s' ${quote(APT)} > /usr/local/bin/apt-get
printf '%s' ${quote(VISUDO)} > /usr/local/bin/visudo
chmod 755 /usr/local/bin/apt-get /usr/local/bin/visudo
mkdir -p /etc/sudoers.d
`;

/** What a PC is made of, as far as enrolling could change it; copies that the tools of passwd keep are not it. */
const STATE = `state() {
  { find /etc -maxdepth 1 -printf '%p %m %u %g %l\\n'
    find /etc/sudoers.d /etc/ssh /etc/pam.d /home /root/.ssh /var/lib/classlab /usr/local/bin -xdev -printf '%p %m %u %g %l\\n'
  } 2>/dev/null | grep -v -e '- [0-7]* root' | sort || :
  cat /etc/passwd /etc/group /etc/shadow /etc/subuid /etc/sudoers.d/* /home/*/.ssh/authorized_keys /root/.ssh/authorized_keys 2>/dev/null || :
  dpkg-query -W -f '\${Package} \${db:Status-Status}\\n' | sort
}
`;

/** A script that enrols the throw-away PC, looks, gives it back, and compares. */
function round(user: string, before: string): string {
  const script = enrolmentScript(ROOT, { user, publicKey: KEY }, ["dpkg", PACKAGE]);
  return `set -eu
${STAND_INS}printf '%s' ${quote(script)} > /tmp/enroll.sh
${STATE}
${before}
state > /tmp/before
echo "== check: nothing"
sh /tmp/enroll.sh check
echo "== enroll"
sh /tmp/enroll.sh enroll
cp /var/lib/classlab/enrolment /tmp/record
echo "== again"
sh /tmp/enroll.sh enroll > /dev/null
cmp /tmp/record /var/lib/classlab/enrolment && echo "the record is the same"
grep -c -F -x -e ${quote(KEY)} "$(getent passwd ${user} | cut -d : -f 6)/.ssh/authorized_keys"
echo "== check"
sh /tmp/enroll.sh check
echo "== sudo"
cat /etc/sudoers.d/classlab 2>/dev/null || echo none
echo "== release"
sh /tmp/enroll.sh release
state > /tmp/after
diff /tmp/before /tmp/after && echo "as it was"
echo "== release again"
sh /tmp/enroll.sh release
`;
}

/** What a script told below each of its headings. */
function parts(stdout: string): Map<string, string[]> {
  return new Map(
    stdout.split("== ").map((part) => {
      const [heading = "", ...lines] = part.trimEnd().split("\n");
      return [heading, lines];
    }),
  );
}

test("a PC without the user is enrolled, tells it, and is given back as it was", async () => {
  const done = await inThrowAwayRoot(round("class-user", ""));
  expect([done.code, done.stderr]).toEqual([0, ""]);
  const told = parts(done.stdout);
  expect(told.get("check: nothing")).toEqual([]);
  expect(told.get("enroll")?.[0]).toBe(
    "enrolled for the user class-user; the record is /var/lib/classlab/enrolment",
  );
  expect(told.get("again")).toEqual(["the record is the same", "1"]);
  expect(told.get("check")).toEqual([
    "packages\t/var/lib/classlab/enrolment.packages",
    "user\tclass-user",
    "folder\t/home/class-user/.ssh",
    "key\t/home/class-user/.ssh/authorized_keys",
    "sudoers\t/etc/sudoers.d/classlab",
  ]);
  expect(told.get("sudo")).toEqual(["class-user ALL=(ALL) NOPASSWD: ALL"]);
  expect(told.get("release")).toEqual(["given back as it was", "as it was"]);
  expect(told.get("release again")).toEqual(["nothing is enrolled here"]);
}, 120_000);

test("what a PC had already stays: its packages, and keys of others, to the last byte", async () => {
  const before = `mkdir -p -m 700 /root/.ssh
printf 'ssh-ed25519 AAAA somebody\\nssh-ed25519 BBBB without-its-end' > /root/.ssh/authorized_keys
chmod 640 /root/.ssh/authorized_keys
sh /usr/local/bin/apt-get install ${PACKAGE}`;
  const done = await inThrowAwayRoot(round("root", before));
  expect([done.code, done.stderr]).toEqual([0, ""]);
  const told = parts(done.stdout);
  expect(told.get("check")).toEqual(["key\t/root/.ssh/authorized_keys"]);
  expect(told.get("sudo")).toEqual(["none"]);
  expect(told.get("release")).toEqual(["given back as it was", "as it was"]);
}, 120_000);

test("somebody else's file stops it with nothing changed in it; who is not root is told so, but may look", async () => {
  const script = quote(enrolmentScript(ROOT, { user: "class-user", publicKey: KEY }, []));
  const done = await inThrowAwayRoot(`${STAND_INS}printf '%s' ${script} > /tmp/enroll.sh
echo '# of somebody' > /etc/sudoers.d/classlab
sh /tmp/enroll.sh enroll
echo "$? $(cat /etc/sudoers.d/classlab)"
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups sh /tmp/enroll.sh "$1"; }
as_nobody check
sh /tmp/enroll.sh release
getent passwd class-user
as_nobody release
echo "$?"
as_nobody check
echo "$?"
`);
  expect(done.stdout.split("\n")).toEqual([
    "1 # of somebody",
    "user\tclass-user",
    "folder\t/home/class-user/.ssh",
    // In a folder that is not for all to look into.
    "key\t/home/class-user/.ssh/authorized_keys",
    "given back as it was",
    "1",
    "0",
    "",
  ]);
  expect(done.stderr.split("\n")).toEqual([
    "/etc/sudoers.d/classlab is somebody else's; nothing was changed in it",
    "this needs root: run it by sudo",
    "",
  ]);
}, 120_000);
