#!/usr/bin/env bash
# All that can be said without running the tests. Goes on after a failure, so that one call shows everything.
set -uo pipefail

status=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
step() {
    echo "── $1 ──"
    shift
    "$@" || status=1
}
# A server's settings, none of them used anywhere: what `check --deploy` judges.
server=(
    env DEBUG=0 VAR_DIR="$folder" DATABASE_URL=postgresql://akwaba@db/akwaba REDIS_URL=redis://redis:6379/0
    SECRET_KEY="$(head -c 64 /dev/urandom | base64 -w 0)" FIELD_KEYS="$(head -c 32 /dev/urandom | base64 -w 0 | tr '+/' '-_')"
    INDEX_KEY="$(head -c 32 /dev/urandom | base64 -w 0)" IDENTITY_SECRET="$(head -c 32 /dev/urandom | base64 -w 0)"
    PUBLIC_URL=https://aide.example.org ALLOWED_HOSTS=aide.example.org TRUSTED_PROXIES=10.0.0.0/8
)
laptop=(env -u DATABASE_URL VAR_DIR="$folder" LOG_LEVEL=WARNING)

step "format" .venv/bin/ruff format --check .
step "lint" .venv/bin/ruff check --output-format concise .
step "types" "${laptop[@]}" .venv/bin/mypy
step "import contracts" .venv/bin/lint-imports --no-cache
step "deployment" "${server[@]}" .venv/bin/python manage.py check --deploy --fail-level WARNING
step "migrations in step" "${laptop[@]}" .venv/bin/python manage.py makemigrations --check --dry-run
for script in scripts/*.sh .ci/run; do step "syntax of $script" bash -n "$script"; done
[ $status -eq 0 ] && echo "All checks passed." || echo "Some checks FAILED." >&2
exit $status
