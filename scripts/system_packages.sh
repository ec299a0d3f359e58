#!/usr/bin/env bash
# Installs the programs that tests drive, where they are missing and this machine lets us: apt-get and root.
set -euo pipefail

missing=()
have() { command -v "$1" >/dev/null 2>&1; }
have redis-server || missing+=(redis-server)
have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
have chromium || have chromium-browser || have google-chrome || missing+=(chromium)
have tesseract && tesseract --list-langs 2>/dev/null | grep -qx fra || missing+=(tesseract-ocr tesseract-ocr-fra)
[ ${#missing[@]} -eq 0 ] && exit 0

if ! have apt-get; then
    echo "Missing on this machine, and no apt-get to install them with: ${missing[*]}" >&2
    exit 0
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if have sudo && sudo -n true 2>/dev/null; then
        as_root=(sudo -n)
    else
        echo "Missing on this machine, and no right to install them: ${missing[*]}" >&2
        exit 0
    fi
fi
echo "Installing ${missing[*]} …"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
for package in "${missing[@]}"; do
    [ -n "${updated:-}" ] || { "${as_root[@]}" apt-get update -qq >"$log" 2>&1 || cat "$log" >&2; updated=1; }
    "${as_root[@]}" apt-get install -y -qq --no-install-recommends "$package" >"$log" 2>&1 ||
        { echo "Could not install $package:" >&2; tail -n 3 "$log" >&2; }
done
