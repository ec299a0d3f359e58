"""Scripted dialogues as JSON Lines: one dialogue a line, checked field by field before anything is run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

from chatbot.types import Entity, Kind

STATUSES = ("received", "processing", "waiting_customer", "resolved", "refunded", "rejected")
Actor = Literal["user", "backoffice", "agent", "agent_event", "system"]
ACTORS: tuple[Actor, ...] = ("user", "backoffice", "agent", "agent_event", "system")
UNSUPPORTED: Mapping[str, Kind] = {
    "video": "video", "location": "location", "sticker": "sticker", "document": "document", "contact": "contact",
}  # fmt: skip


class ScriptError(ValueError):
    """A script that cannot be run; the message names file, line and field."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one actor does at ``at`` seconds from the start.

    user: ``text``, ``kind``, ``seen`` · backoffice: ``claim`` (1 is the first filed), ``status``, ``note`` ·
    agent: ``text`` · agent_event: ``text`` is take_over or hand_back · system: ``on_duty``.
    """

    at: float
    actor: Actor
    text: str = ""
    kind: Kind = "text"
    seen: tuple[Entity, ...] = ()
    claim: int = 0
    status: str = ""
    note: str = ""
    on_duty: bool = True


@dataclass(frozen=True, slots=True)
class Script:
    """A dialogue to replay."""

    id: str
    channel: Literal["web", "whatsapp"]
    lines: tuple[Line, ...]


def read_scripts(path: Path) -> tuple[Script, ...]:
    """Every dialogue of a JSON Lines file. Raises ScriptError naming file, line and field; OSError when unreadable."""
    try:
        rows = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise ScriptError(f"{path.name}: not UTF-8 at byte {error.start}") from error
    scripts = [_script(f"{path.name}: line {number}", row) for number, row in enumerate(rows, start=1) if row.strip()]
    ids = [script.id for script in scripts]
    if twice := {one for one in ids if ids.count(one) > 1}:
        raise ScriptError(f"{path.name}: field 'id': {min(twice)!r} stands twice")
    return tuple(scripts)


def _script(where: str, row: str) -> Script:
    try:
        data = json.loads(row)
    except json.JSONDecodeError as error:
        raise ScriptError(f"{where}: not JSON: {error.msg} at column {error.colno}") from error
    table = _table(where, "dialogue", data)
    channel = table.get("channel")
    if channel not in ("web", "whatsapp"):
        raise ScriptError(f"{where}: field 'channel': 'web' or 'whatsapp' expected, not {channel!r}")
    turns = table.get("turns")
    if not isinstance(turns, list) or not turns:
        raise ScriptError(f"{where}: field 'turns': a list of turns is expected")
    lines = tuple(_line(where, f"turns[{index}]", turn) for index, turn in enumerate(turns))
    for index, (earlier, later) in enumerate(pairwise(lines), start=1):
        if later.at < earlier.at:
            raise ScriptError(f"{where}: field 'turns[{index}].at': earlier than the turn before")
    return Script(_text(where, "id", table.get("id")), "web" if channel == "web" else "whatsapp", lines)


def _line(where: str, field: str, data: object) -> Line:
    table = _table(where, field, data)
    at = table.get("at")
    if not isinstance(at, int | float) or isinstance(at, bool) or at < 0:
        raise ScriptError(f"{where}: field '{field}.at': seconds are expected, not {at!r}")
    present = [actor for actor in ACTORS if actor in table]
    if len(present) != 1:
        raise ScriptError(f"{where}: field '{field}': exactly one of {', '.join(ACTORS)} is expected")
    actor = present[0]
    value, field = table[actor], f"{field}.{actor}"
    match actor:
        case "user":
            return _user(where, field, at, value)
        case "backoffice":
            return _backoffice(where, field, at, _table(where, field, value))
        case "system":
            on_duty = _table(where, field, value).get("on_duty")
            if not isinstance(on_duty, bool):
                raise ScriptError(f"{where}: field '{field}.on_duty': true or false is expected, not {on_duty!r}")
            return Line(at, actor, on_duty=on_duty)
        case "agent_event":
            if value not in ("take_over", "hand_back"):
                raise ScriptError(f"{where}: field '{field}': take_over or hand_back is expected, not {value!r}")
            return Line(at, actor, str(value))
        case _:
            return Line(at, actor, _text(where, field, value))


def _user(where: str, field: str, at: float, value: object) -> Line:
    if isinstance(value, str):
        return Line(at, "user", value)
    table = _table(where, field, value)
    if "voice_text" in table:
        return Line(at, "user", _text(where, f"{field}.voice_text", table["voice_text"]), kind="audio")
    if "unsupported" in table:
        kind = UNSUPPORTED.get(str(table["unsupported"]))
        if kind is None:
            raise ScriptError(f"{where}: field '{field}.unsupported': one of {', '.join(UNSUPPORTED)} is expected")
        return Line(at, "user", kind=kind)
    if "image_slots" not in table:
        raise ScriptError(f"{where}: field '{field}': text, image_slots, voice_text or unsupported is expected")
    seen = _seen(where, f"{field}.image_slots", table["image_slots"])
    return Line(at, "user", _text(where, f"{field}.caption", table.get("caption", "")), kind="image", seen=seen)


def _seen(where: str, field: str, value: object) -> tuple[Entity, ...]:
    """What a reader found in a picture, as entities; ``null`` is a picture, or a slot in it, that cannot be read."""
    if value is None:
        return ()
    found: list[Entity] = []
    for slot, content in _table(where, field, value).items():
        if content is None:
            continue
        if not isinstance(content, str | int) or isinstance(content, bool):
            raise ScriptError(f"{where}: field '{field}.{slot}': text or a whole number is expected, not {content!r}")
        kind, role = ("msisdn", slot.removesuffix("_msisdn")) if slot.endswith("_msisdn") else (slot, None)
        found.append(Entity(kind, content, (0, 0), role=role))
    return tuple(found)


def _backoffice(where: str, field: str, at: float, table: Mapping[str, object]) -> Line:
    claim, status = table.get("claim"), table.get("status")
    if not isinstance(claim, int) or isinstance(claim, bool) or claim < 1:
        raise ScriptError(f"{where}: field '{field}.claim': 1 or more is expected, not {claim!r}")
    if status not in STATUSES:
        raise ScriptError(f"{where}: field '{field}.status': one of {', '.join(STATUSES)} is expected, not {status!r}")
    note = _text(where, f"{field}.note", table.get("note", ""))
    return Line(at, "backoffice", claim=claim, status=str(status), note=note)


def _table(where: str, field: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ScriptError(f"{where}: field '{field}': an object is expected, not {type(value).__name__}")
    return value


def _text(where: str, field: str, value: object) -> str:
    if not isinstance(value, str):
        raise ScriptError(f"{where}: field '{field}': text is expected, not {type(value).__name__}")
    return value
