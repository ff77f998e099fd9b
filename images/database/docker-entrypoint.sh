#!/bin/sh
# First start: makes the data directory from the environment. Every start: runs the server as user mysql.
# Secrets go through shell variables and standard input alone: no command line and no file ever holds one.
set -eu

data=/var/lib/mysql
# Stands in the data directory from the first to the last moment of its making.
unfinished=$data/.classlab-unfinished

say() {
    echo "docker-entrypoint.sh: $*" >&2
}
die() {
    say "$*"
    exit 1
}

# setting NAME: the value of MARIADB_NAME, MARIADB_NAME_FILE, MYSQL_NAME or MYSQL_NAME_FILE, in $value.
setting() {
    value=
    for prefix in MARIADB MYSQL; do
        eval "plain=\${${prefix}_$1:-} file=\${${prefix}_$1_FILE:-}"
        if [ -n "$plain" ] && [ -n "$file" ]; then
            die "${prefix}_$1 and ${prefix}_$1_FILE are both set: choose one"
        fi
        if [ -n "$file" ]; then
            [ -r "$file" ] || die "cannot read $file, which ${prefix}_$1_FILE names"
            plain=$(cat "$file")
        fi
        if [ -n "$plain" ]; then
            value=$plain
            return
        fi
    done
}

newline='
'
# quote VALUE: as an SQL string, in $quoted; printf is the shell's own, so the value is no command's argument.
quote() {
    case $1 in
        *"$newline"*) die "a name or password with a line break is refused" ;;
    esac
    quoted="'$(printf '%s' "$1" | sed "s/\\\\/\\\\\\\\/g; s/'/''/g")'"
}

as_mysql() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=mysql --regid=mysql --init-groups "$@"
    else
        "$@"
    fi
}

initialise() {
    setting ROOT_PASSWORD; root_password=$value
    setting DATABASE; database=$value
    setting USER; user=$value
    setting PASSWORD; password=$value
    setting ROOT_HOST; root_host=${value:-%}
    setting ALLOW_EMPTY_ROOT_PASSWORD; allow_empty=$value
    [ -n "$allow_empty" ] || { setting ALLOW_EMPTY_PASSWORD; allow_empty=$value; }
    setting RANDOM_ROOT_PASSWORD; random=$value

    if [ -z "$root_password" ] && [ -n "$random" ]; then
        root_password=$(head -c 18 /dev/urandom | base64)
        say "GENERATED ROOT PASSWORD: $root_password"
    fi
    if [ -z "$root_password" ] && [ -z "$allow_empty" ]; then
        die "the database is empty and no root password is given: set one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_FILE," \
            "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD, MARIADB_RANDOM_ROOT_PASSWORD"
    fi
    [ "$user" != root ] || die "MARIADB_USER must not be root: root is made anyway"
    if [ -n "$user" ] && [ -z "$password" ]; then
        die "MARIADB_USER is given without MARIADB_PASSWORD or MARIADB_PASSWORD_FILE"
    fi
    if [ -n "$password" ] && [ -z "$user" ]; then
        die "MARIADB_PASSWORD is given without MARIADB_USER"
    fi

    say "making the data directory"
    : >"$unfinished"
    sync "$data"
    as_mysql mariadb-install-db --datadir="$data" --skip-test-db --auth-root-authentication-method=normal \
        --cross-bootstrap --skip-log-bin >/tmp/install.log 2>&1 || { cat /tmp/install.log >&2; die "mariadb-install-db failed"; }
    rm -f /tmp/install.log

    # Bootstrap mode reads statements from standard input and listens nowhere: nobody meets a server without a password.
    {
        echo "SET NAMES utf8mb4;"
        # mariadb-install-db makes root for more names of this machine, all without a password.
        echo "DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host <> 'localhost');"
        echo "FLUSH PRIVILEGES;"
        # The healthcheck's account: no rights, and only for the operating system's user of that name.
        echo "CREATE USER IF NOT EXISTS 'mysql'@'localhost' IDENTIFIED VIA unix_socket;"
        # printf from here on: the shell's echo would eat the backslashes.
        quote "$root_password"
        printf '%s\n' "ALTER USER 'root'@'localhost' IDENTIFIED BY $quoted;"
        secret=$quoted
        if [ "$root_host" != localhost ]; then
            quote "$root_host"
            printf '%s\n' "CREATE USER 'root'@$quoted IDENTIFIED BY $secret;"
            printf '%s\n' "GRANT ALL ON *.* TO 'root'@$quoted WITH GRANT OPTION;"
        fi
        if [ -n "$database" ]; then
            schema=$(printf '%s' "$database" | sed 's/`/``/g')
            printf 'CREATE DATABASE IF NOT EXISTS `%s`;\n' "$schema"
        fi
        if [ -n "$user" ]; then
            quote "$user"; name=$quoted
            quote "$password"
            printf '%s\n' "CREATE USER $name@'%' IDENTIFIED BY $quoted;"
            if [ -n "$database" ]; then
                # In GRANT an underscore is a wildcard.
                schema=$(printf '%s' "$schema" | sed 's/[_%]/\\&/g')
                printf 'GRANT ALL ON `%s`.* TO %s@%s;\n' "$schema" "$name" "'%'"
            fi
        fi
    } | as_mysql mariadbd --bootstrap --datadir="$data" --skip-log-bin --log-warnings=0 >/tmp/bootstrap.log 2>&1 || {
        # The server names the statement that failed, password and all: say only which kind of error.
        sed -n 's/^\(ERROR: [0-9]*\).*/\1/p' /tmp/bootstrap.log >&2
        die "setting up the accounts failed"
    }
    rm -f /tmp/bootstrap.log
    sync
    rm -f "$unfinished"
    sync "$data"
    say "the data directory is complete"
}

case ${1:-mariadbd} in
    -*) set -- mariadbd "$@" ;;
    mysqld) shift; set -- mariadbd "$@" ;;
esac

if [ "$1" = mariadbd ]; then
    if [ "$(id -u)" = 0 ]; then
        mkdir -p /run/mysqld
        chown mysql:mysql /run/mysqld
        find "$data" \! -user mysql -exec chown mysql:mysql {} +
    fi
    if [ -e "$unfinished" ]; then
        say "an earlier start was cut short while making the data directory; beginning again"
        # The mark itself goes last.
        find "$data" -mindepth 1 -maxdepth 1 ! -path "$unfinished" -exec rm -rf {} +
        initialise
    elif [ ! -d "$data/mysql" ]; then
        initialise
    fi
    unset MARIADB_ROOT_PASSWORD MARIADB_PASSWORD MYSQL_ROOT_PASSWORD MYSQL_PASSWORD root_password password secret quoted value plain
    if [ "$(id -u)" = 0 ]; then
        exec setpriv --reuid=mysql --regid=mysql --init-groups "$@"
    fi
fi

exec "$@"
