"""Ready replies and macros: those shipped with the brand, and over them those of the database."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q

from chatbot import brand as brands
from chatbot.watch import Watch
from support.console import variables
from support.models import CannedReply, Macro

Json = dict[str, Any]


@cache
def shipped(brand: str) -> Mapping[str, Mapping[str, Any]]:
    """The brand's desk.toml; empty where it has none. Raises BrandError for an unknown brand."""
    file = brands.load(brand).path / "desk.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def replies(brand: str, user: User) -> list[Json]:
    """What ``user`` may insert, by shortcut: their own before the team's, the team's before the shipped. One query."""
    found: dict[str, Json] = {
        shortcut: {"shortcut": shortcut, "title": each["title"], "text": each["text"], "own": False}
        for shortcut, each in shipped(brand).get("replies", {}).items()
    }
    rows = CannedReply.objects.filter(Q(owner=None) | Q(owner=user), brand=brand)
    for row in sorted(rows, key=lambda row: row.owner_id is not None):
        found[row.shortcut] = {
            "shortcut": row.shortcut, "title": row.title, "text": row.text, "own": row.owner_id is not None
        }  # fmt: skip
    return [found[shortcut] for shortcut in sorted(found)]


def macros(brand: str) -> dict[str, Mapping[str, Any]]:
    """The steps of every macro by its name. One query."""
    written = {row.name: row.steps for row in Macro.objects.filter(brand=brand)}
    return dict(sorted({**shipped(brand).get("macros", {}), **written}.items()))


def fault(brand: str, text: str) -> str:
    """Why a text must not become a ready reply, in French; "" for one that may. Raises BrandError."""
    if unknown := variables.unknown_in(text):
        return f"Variable inconnue : {unknown[0]}. Il y a : {', '.join(variables.NAMES)}."
    if _watch(brand).asks_secret(text, quoting=True):
        return "Ce texte demande un code secret : personne ne doit le faire."
    return ""


@cache
def _watch(brand: str) -> Watch:
    found = brands.load(brand)
    return Watch.read(found.settings, found.marks)
