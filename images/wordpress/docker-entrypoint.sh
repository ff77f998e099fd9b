#!/bin/sh
# Puts WordPress into /var/www/html when it is not there yet, then runs the command.
set -eu

if [ "${1:-}" = apache2-foreground ]; then
    if [ "$(id -u)" = 0 ]; then
        owner=www-data:www-data
    else
        owner=$(id -u):$(id -g)
    fi
    cd /var/www/html

    if [ ! -e index.php ]; then
        if [ "$(id -u)" = 0 ] && [ "$(stat -c %u:%g .)" = 0:0 ]; then
            chown "$owner" .
        fi
        if [ -n "$(ls -A)" ]; then
            echo "docker-entrypoint.sh: /var/www/html is not empty; what WordPress brings is added, nothing there is replaced" >&2
        fi
        # What is cut short leaves no half a file: each gets its place whole, as a link, and index.php comes last.
        new=.wordpress.new
        rm -rf "$new"
        cp -R /usr/src/wordpress "$new"
        [ "$(id -u)" != 0 ] || chown -hR "$owner" "$new"
        find "$new" -mindepth 1 -maxdepth 1 ! -name index.php -exec cp -aln -t . {} +
        mv "$new/index.php" index.php
        rm -rf "$new"
    fi

    if [ ! -s wp-config.php ]; then
        # Sessions of all sites made from this image would otherwise share their secrets.
        awk '/put your unique phrase here/ {
                 "head -c 32 /dev/urandom | sha256sum" | getline random
                 close("head -c 32 /dev/urandom | sha256sum")
                 sub("put your unique phrase here", substr(random, 1, 64))
             }
             { print }' wp-config-docker.php >.wp-config.php.new
        [ "$(id -u)" != 0 ] || chown "$owner" .wp-config.php.new
        mv .wp-config.php.new wp-config.php
    fi
fi

exec "$@"
