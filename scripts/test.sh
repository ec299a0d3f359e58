#!/usr/bin/env bash
# The whole suite on SQLite, then what touches the database again on PostgreSQL; ends by saying what was left out.
set -uo pipefail

log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
pytest=(.venv/bin/python -m pytest -q -n 2 --dist loadfile "$@")  # a file stays whole: houses are started per file
status=0

echo "── on SQLite ──"
env -u DATABASE_URL "${pytest[@]}" 2>&1 | tee "$log/sqlite"
[ "${PIPESTATUS[0]}" -eq 0 ] || status=1

# What asks nothing of the database, or brings its own, has been run: the benchmarks, the commands, the supervisor.
no_database=(tests/support/test_bench{,_understanding,_voices}.py tests/support/test_{serve,serve_guards,supervisor}.py
    tests/support/test_{understand,training,rehearsal}_command*.py tests/support/media/test_{receipts,fetch}.py)
echo "── on PostgreSQL ──"
scripts/with_postgres.sh "${pytest[@]}" "${no_database[@]/#/--ignore=}" tests/support tests/conversations 2>&1 | tee "$log/postgresql"
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
