#!/usr/bin/env bash
# with_postgres.sh COMMAND…: runs COMMAND with DATABASE_URL naming a private, empty PostgreSQL that is gone afterwards.
# It listens on a unix socket only. PostgreSQL refuses to run as root, so root runs it as the user postgres.
set -euo pipefail

initdb=$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1 || true)
bin=$(dirname "$(readlink -f "${initdb:-$(command -v initdb || echo /none/initdb)}")")
[ -x "$bin/initdb" ] || { echo "no PostgreSQL on this machine" >&2; exit 69; }
as_user=()
[ "$(id -u)" -ne 0 ] || as_user=(runuser -u postgres --)

folder=$(mktemp -d "${TMPDIR:-/tmp}/akwaba-pg.XXXXXX")
chmod 755 "$folder"
[ "$(id -u)" -ne 0 ] || chown postgres "$folder"
stop() {
    (cd / && "${as_user[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1) || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

cd_and() { (cd / && "${as_user[@]}" "$@"); } # the user postgres may not enter the project's folder
cd_and "$bin/initdb" -D "$folder/data" -U akwaba -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
settings="-c listen_addresses= -c unix_socket_directories=$folder -c fsync=off -c max_connections=200 -c timezone=UTC"
cd_and "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -o "$settings" start >/dev/null
cd_and "$bin/psql" -q -h "$folder" -U akwaba -d postgres -c 'CREATE DATABASE akwaba' >/dev/null

DATABASE_URL="postgresql://akwaba@${folder//\//%2F}/akwaba" "$@"
