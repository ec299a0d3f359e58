"""Keys of a laptop installation: made once, kept in VAR_DIR/keys.json, readable by their owner only."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet


def ensure(var_dir: Path) -> dict[str, str]:
    """The installation's own keys, created on first use. Safe when several processes start at once.

    Raises OSError when VAR_DIR cannot be written, ValueError when the file is damaged.
    """
    path = var_dir / "keys.json"
    if not path.exists():
        _create(path)
    try:
        keys = json.loads(path.read_text())
        return {name: str(keys[name]) for name in ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "IDENTITY_SECRET")}
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(
            f"{path.name} is damaged; restore it, since stored messages cannot be read without it"
        ) from error


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "INDEX_KEY": secrets.token_hex(32),
        "IDENTITY_SECRET": secrets.token_hex(32),
    }
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(keys, indent=1))
    try:
        os.link(draft, path)  # fails when another process was first: its keys are then the installation's
    except FileExistsError:
        pass
    finally:
        draft.unlink()
