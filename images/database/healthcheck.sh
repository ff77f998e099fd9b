#!/bin/sh
# The account "mysql" has no password and no rights: the server knows it by the owner of the socket's other end.
set -eu
[ "$(id -u)" != 0 ] || exec setpriv --reuid=mysql --regid=mysql --clear-groups "$0"
exec mariadb-admin --no-defaults --protocol=socket --socket=/run/mysqld/mysqld.sock --user=mysql --connect-timeout=4 --silent ping
