#!/usr/bin/env bash
# The whole suite on SQLite, then what asks the database again on PostgreSQL; ends by saying what was left out.
set -uo pipefail

log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
pytest=(.venv/bin/python -m pytest -q -n 2 --dist loadfile "$@")  # a file stays whole: tests/order.py
status=0

echo "── on SQLite ──"
env -u DATABASE_URL "${pytest[@]}" 2>&1 | tee "$log/sqlite"
[ "${PIPESTATUS[0]}" -eq 0 ] || status=1

echo "── on PostgreSQL ──"
scripts/with_postgres.sh "${pytest[@]}" tests/support tests/conversations 2>&1 | tee "$log/postgresql"
case "${PIPESTATUS[0]}" in
    0) ;;
    69) left_out="The PostgreSQL run: no PostgreSQL on this machine." ;;
    *) status=1 ;;
esac

skipped=$(grep -hE '^SKIPPED' "$log"/* | sort -u)
if [ -n "${left_out:-}${skipped}" ]; then
    printf '\n%s\n' '!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!  LEFT OUT ON THIS MACHINE  !!!!!!!!!!!!!!!!!!!!!!!!!!!!!!'
    [ -z "${left_out:-}" ] || echo "$left_out"
    [ -z "$skipped" ] || echo "$skipped"
else
    printf '\nNothing was left out.\n'
fi
for database in sqlite postgresql; do
    closing=$(grep -E '^(=+ )?[0-9]+ (passed|failed|error)' "$log/$database" | tail -n 1)
    [ -z "$closing" ] || echo "$database: $closing"
done
exit $status
