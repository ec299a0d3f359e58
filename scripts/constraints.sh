#!/usr/bin/env bash
# Writes constraints.txt from a fresh environment that holds the extras model, training and dev. Argument: the interpreter.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${1:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q torch==2.13.0
"$folder/venv/bin/pip" install -q --editable '.[model,training,dev]'
{
    echo "# What an installation holds, to the version: pip freeze of a fresh environment with the extras model, training and dev."
    echo "# After a change in pyproject.toml: make constraints"
    "$folder/venv/bin/pip" freeze --exclude-editable | grep -v ' @ ' | sed -E 's/^(torch==[0-9.]+)\+.*/\1/'
} >constraints.txt
