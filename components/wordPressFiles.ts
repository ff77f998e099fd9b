import { quote } from "../course/shell";

/** The learner's folder with WordPress itself, as in the book (L3692). */
export const SITE = "/home/ubuntu/docker/wordpress";
/** Passwords as files, root's only: an environment variable would show them to every `docker inspect` and `ps`. */
export const SECRETS = "/disk/classlab/wordpress";
/** Where both containers find their passwords. */
export const MOUNTED_SECRETS = "/run/secrets";

/** Seconds a database that is starting may take until it answers. */
const ANSWER_DEADLINE_SECONDS = 60;

/** Name of the database's container in the guest's Docker. */
export function databaseContainer(stack: string): string {
  return `${stack}-database`;
}

/** Name of the volume with the database's data in the guest's Docker. */
export function databaseVolume(stack: string): string {
  return `${stack}-data`;
}

function sqlString(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/**
 * Functions that talk to the database as root. The password travels in an option file in the folder that the container
 * has mounted, root's alone and there only while it is needed: a command line or an environment would show it.
 */
function renderDatabase(stack: string, deadline: number): string {
  return `secrets=${SECRETS}
database=${quote(databaseContainer(stack))}
volume=${quote(databaseVolume(stack))}
client=
options=$secrets/database/.client
umask 022
trap 'rm -f "$options"' EXIT
trap 'exit 1' HUP INT TERM
fail() {
  echo "rotate-failed: container $database: $1" >&2
  exit 1
}
# A killed run's script goes on in the guest.
alone() {
  exec 9> "$secrets/lock"
  flock -w ${2 * ANSWER_DEADLINE_SECONDS} 9 || fail "another run is changing its passwords"
}
# Whether there are accounts already: the server makes them at its first start, from the files as they then are.
initialised() {
  found=$(docker volume ls -q --filter "name=^$volume\\$") || fail "the guest's Docker does not answer"
  [ -n "$found" ] || return 1
  found=$(docker volume inspect -f '{{.Mountpoint}}' "$volume") || fail "the guest's Docker does not answer"
  [ -d "$found/mysql" ]
}
running() {
  [ "$(docker container inspect -f '{{.State.Running}}' "$database" 2>/dev/null)" = true ] || fail "it does not run"
  client=$(docker exec "$database" sh -c 'command -v mariadb || command -v mysql') || fail "it has no client program"
}
# sql FILE STATEMENTS: runs them with root's password from FILE; what the client says is in $said.
sql() {
  (umask 077; { printf '[client]\\nuser=root\\npassword="'; cat "$1"; printf '"\\n'; } > "$options")
  said=$(printf '%s\\n' "$2" | docker exec -i "$database" "$client" --defaults-file=${MOUNTED_SECRETS}/.client 2>&1) && code=0 || code=$?
  rm -f "$options"
  return "$code"
}
# Seconds since the start of the machine: the wall clock may be set at any time.
now() {
  cut -d. -f1 /proc/uptime
}
# opening FILE...: the first whose password opens the database, in $opened. A server that is starting is waited for.
opening() {
  end=$(($(now) + ${deadline}))
  while :; do
    starting=
    for opened; do
      [ -f "$opened" ] || continue
      if sql "$opened" 'SELECT 1;'; then return 0; fi
      case $said in *'ERROR 1045'*) ;; *) starting=yes ;; esac
    done
    [ -n "$starting" ] || return 1
    [ "$(now)" -lt "$end" ] || fail "its server does not answer"
    sleep 0.3
  done
}`;
}

/**
 * Script for the guest: folders and password files. The files are readable in the containers, whose users differ by
 * image; on the guest the folder above them is root's alone.
 *
 * Where a database stands, its accounts get the new passwords before the files do. It is safe to end at any moment: the
 * password that opens the database is always in one of three files (`next` holds it from before the change until after).
 * The braces: a script cut off on its way does nothing.
 * @param stack name of the stack in the guest
 */
export function renderWordPressFiles(
  stack: string,
  password: string,
  rootPassword: string,
  deadline = ANSWER_DEADLINE_SECONDS,
): string {
  const accounts = [
    ["wordpress", "%", password],
    ["root", "%", rootPassword],
    ["root", "localhost", rootPassword],
  ] as const;
  const identified = accounts.map(
    ([user, host, word]) => `'${user}'@'${host}' IDENTIFIED BY ${sqlString(word)}`,
  );
  // One statement: all accounts or none. No log keeps it, whatever learners have switched on.
  const change = `SET sql_log_off = 1, sql_log_bin = 0, slow_query_log = 0; ALTER USER IF EXISTS ${identified.join(", ")};`;
  return `set -eu
{
${renderDatabase(stack, deadline)}
install -d -o ubuntu -g ubuntu /home/ubuntu/docker ${SITE}
install -d -m 700 /disk/classlab
install -d -m 755 "$secrets" "$secrets/site" "$secrets/database"
own=${quote(password)}
root=${quote(rootPassword)}
next=$secrets/next
alone
holds() {
  [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]
}
# put FILE TEXT: whole or not at all.
put() {
  printf '%s' "$2" > "$1.new"
  chmod 444 "$1.new"
  mv -f "$1.new" "$1"
}
if ! { holds "$secrets/site/db-password" "$own" && holds "$secrets/database/db-password" "$own" &&
  holds "$secrets/database/db-root-password" "$root"; }; then
  if initialised; then
    running
    (umask 077; printf '%s' "$root" > "$secrets/wanted")
    opening "$secrets/wanted" "$secrets/database/db-root-password" "$next" ||
      fail "neither its new nor its old root password opens it"
    # The one that opens stays in the old place while the new one takes the next.
    holds "$secrets/database/db-root-password" "$(cat "$opened")" ||
      put "$secrets/database/db-root-password" "$(cat "$opened")"
    mv -f "$secrets/wanted" "$next"
    sql "$secrets/database/db-root-password" ${quote(change)} ||
      fail "it does not take the new passwords: $(printf '%s' "$said" | sed -n 's/.*\\(ERROR [0-9]*\\).*/\\1/p')"
  fi
  put "$secrets/site/db-password" "$own"
  put "$secrets/database/db-password" "$own"
  put "$secrets/database/db-root-password" "$root"
fi
rm -f "$next" "$secrets/wanted"
echo '{"files":true}'
}
`;
}

/**
 * Script for the guest: whether the database can get other passwords, that is, whether it runs and opens with the one it
 * has. It changes nothing, so that a rotation that cannot be is refused before it begins.
 */
export function renderRotationCheck(stack: string, deadline = ANSWER_DEADLINE_SECONDS): string {
  return `set -eu
${renderDatabase(stack, deadline)}
if initialised; then
  [ -d "$secrets/database" ] || fail "its password files are gone from $secrets"
  alone
  running
  opening "$secrets/database/db-root-password" "$secrets/next" || fail "its root password does not open it"
fi
echo '{"rotatable":true}'
`;
}
