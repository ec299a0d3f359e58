"""Reads the transcripts of this folder into steps; running them is somebody else's job."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).parent
KINDS = ("image", "audio", "video", "document", "location", "contact", "sticker")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
Channel = Literal["web", "whatsapp"]


class TranscriptError(ValueError):
    """A transcript that cannot be read; the message names file and line."""


@dataclass(frozen=True)
class Written:
    """One message of the customer."""

    text: str
    kind: str = "text"


@dataclass(frozen=True)
class Says:
    """A burst of the customer's messages, answered once."""

    messages: tuple[Written, ...]


@dataclass(frozen=True)
class Waits:
    """Time passes."""

    time: timedelta


@dataclass(frozen=True)
class Person:
    """``take over``, ``hand back``, or words of a person (``agent``)."""

    event: Literal["take over", "hand back", "agent"]
    text: str = ""


@dataclass(frozen=True)
class Duty:
    """Advisers come or leave."""

    on: bool


@dataclass(frozen=True)
class BackOffice:
    """The status of the n-th claim changes."""

    claim: int
    status: str
    note: str = ""


@dataclass(frozen=True)
class Expect:
    """What must hold after the steps above: ``says``, ``omits``, ``asks``, ``filed``, ``handoff`` …"""

    what: str
    value: str
    line: int


Step = Says | Waits | Person | Duty | BackOffice | Expect


@dataclass(frozen=True)
class Conversation:
    """A transcript."""

    name: str
    title: str
    channels: tuple[Channel, ...]
    steps: tuple[Step, ...]


def conversations(folder: Path = FOLDER) -> tuple[Conversation, ...]:
    """Every transcript of a folder, by name. Raises TranscriptError."""
    return tuple(read(path) for path in sorted(folder.glob("*.txt")))


def read(path: Path) -> Conversation:
    """One transcript. Raises TranscriptError naming file and line."""
    headers: dict[str, str] = {}
    steps: list[Step] = []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.rstrip()
        if not line.strip() or line.startswith("//"):
            continue
        try:
            if header := re.fullmatch(r"# (title|channel): (.+)", line):
                headers[header[1]] = header[2]
            else:
                _add(steps, _step(line, number))
        except ValueError as error:
            raise TranscriptError(f"{path.name}:{number}: {error}") from error
    channels = {"web": ("web",), "whatsapp": ("whatsapp",), "both": ("web", "whatsapp")}.get(headers.get("channel", ""))
    if channels is None or "title" not in headers:
        raise TranscriptError(f"{path.name}: a title and a channel (web, whatsapp or both) are expected")
    return Conversation(path.stem, headers["title"], channels, tuple(steps))


@dataclass(frozen=True)
class _More:
    """A further line of the message above."""

    text: str


def _add(steps: list[Step], step: Step | _More) -> None:
    last = steps[-1] if steps else None
    if isinstance(step, _More):
        if not isinstance(last, Says):
            raise ValueError("a further line needs a message above it")
        *before, message = last.messages
        steps[-1] = Says((*before, Written(f"{message.text}\n{step.text}", message.kind)))
    elif isinstance(step, Says) and isinstance(last, Says):
        steps[-1] = Says(last.messages + step.messages)
    else:
        steps.append(step)


def _step(line: str, number: int) -> Step | _More:
    if line.startswith("|"):
        return _More(line[1:].strip())
    if line.startswith(">"):
        return Says((_written(line[1:]),))
    if line.startswith("<!"):
        return Expect("omits", line[2:].strip(), number)
    if line.startswith("<"):
        return Expect("says", line[1:].strip(), number)
    if line.startswith("!"):
        return _expectation(line[1:].strip(), number)
    if line.startswith("+"):
        return _wait(line[1:].strip())
    if line.startswith("*"):
        return _event(line[1:].strip())
    raise ValueError(f"not understood: {line!r}")


def _written(rest: str) -> Written:
    kind, _, caption = rest.partition(" ")
    if kind in KINDS:
        return Written(caption.strip(), kind)
    return Written(rest.strip())


def _wait(rest: str) -> Waits:
    match = re.fullmatch(r"(\d+)\s*([smhd])", rest)
    if match is None:
        raise ValueError(f"a time like 2h is expected, not {rest!r}")
    return Waits(timedelta(**{UNITS[match[2]]: int(match[1])}))


def _event(rest: str) -> Step:
    if rest in ("take over", "hand back"):
        return Person("take over" if rest == "take over" else "hand back")
    if rest in ("off duty", "on duty"):
        return Duty(rest == "on duty")
    if rest.startswith("agent:"):
        return Person("agent", rest.removeprefix("agent:").strip())
    if match := re.fullmatch(r"back office: (\d+) (\w+)(?: (.+))?", rest):
        return BackOffice(int(match[1]), match[2], match[3] or "")
    raise ValueError(f"unknown event {rest!r}")


def _expectation(rest: str, number: int) -> Expect:
    patterns = {
        "asks": r"asks (.+)",
        "silent": r"silent()",
        "filed": r"claim filed ?(.*)",
        "changed": r"claim changed ?(.*)",
        "claims": r"claims (\d+)",
        "handoff": r"handoff (\w+)",
        "no_handoff": r"no handoff()",
        "status": r"status (\w+)",
    }
    for what, pattern in patterns.items():
        if match := re.fullmatch(pattern, rest):
            return Expect(what, match[1], number)
    raise ValueError(f"unknown expectation {rest!r}")


def values(text: str) -> Iterator[tuple[str, str]]:
    """The ``slot=value`` pairs of an expectation."""
    for pair in filter(None, (part.strip() for part in text.split(","))):
        slot, equals, value = pair.partition("=")
        if not equals:
            raise ValueError(f"slot=value is expected, not {pair!r}")
        yield slot.strip(), value.strip()
