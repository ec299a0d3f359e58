"""What a device is called in plain words, from its User-Agent: « Chrome sur Android »."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path


def name_of(user_agent: str) -> str:
    """In French; says so when the device is not known."""
    browser, system = (_first(kind, user_agent) for kind in ("browsers", "systems"))
    if browser and system:
        return f"{browser} sur {system}"
    return browser or (f"Navigateur sur {system}" if system else "Appareil inconnu")


def _first(kind: str, user_agent: str) -> str:
    return next((each["name"] for each in _table()[kind] if each["mark"] in user_agent), "")


@cache
def _table() -> Mapping[str, Sequence[Mapping[str, str]]]:
    return tomllib.loads(Path(__file__).with_name("devices.toml").read_text(encoding="utf-8"))
