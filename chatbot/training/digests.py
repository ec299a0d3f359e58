"""SHA-256 of files and of values: how data, recipes, bases and adapters are told apart."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path


def of_file(path: Path) -> str:
    """Of a file's bytes, in hexadecimal. Raises OSError."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def of_value(value: object) -> str:
    """Of a JSON-able value, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
