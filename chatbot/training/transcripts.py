"""Reads transcripts: a conversation a line, as JSON. docs/training.md describes the format for those who export it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from chatbot.training.faults import DataFault
from chatbot.types import Act, Mood, Plan

Role = Literal["customer", "assistant", "agent"]
ROLES = ("customer", "assistant", "agent")
CHANNELS = ("web", "whatsapp")
MOODS = ("pos", "neu", "neg", "angry")
ACT = re.compile(r"[a-z_]{1,40}(?:\.[a-z_]{1,40}){0,4}")
FACT = re.compile(r"[a-z_]{1,40}?(?:_\d{1,2})?")
LONGEST = 8000  # characters of one turn: more is a pasted page, not a message


@dataclass(frozen=True, slots=True)
class Turn:
    """One message. ``intent`` is known of customers', ``plan`` (facts with their values) of the assistant's."""

    role: Role
    text: str
    intent: str = ""
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation of the file; ``line`` is where it stands, ``id`` what the export calls it (never written on)."""

    line: int
    id: str
    brand: str
    channel: str
    turns: tuple[Turn, ...] = field(default=())


def read_transcripts(file: Path) -> Iterator[Conversation]:
    """Every conversation of the file; empty lines are left out. Raises DataFault at the first bad line."""
    seen: dict[str, int] = {}
    for number, raw in enumerate(_lines(file), start=1):
        if not raw.strip():
            continue
        read = _Reader(file.name, number)
        conversation = read.conversation(read.parsed(raw))
        if conversation.id in seen:
            raise read.fault("conversation", f"the same id as line {seen[conversation.id]}")
        seen[conversation.id] = number
        yield conversation


def _lines(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as opened:
            yield from opened
    except OSError as error:
        raise DataFault(f"{file.name}: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class _Reader:
    """Checks the fields of one line and names them when they are wrong."""

    file: str
    line: int

    def fault(self, name: str, why: str) -> DataFault:
        return DataFault.at(self.file, self.line, name, why)

    def parsed(self, raw: bytes) -> Mapping[str, object]:
        try:
            value = json.loads(raw.decode("utf-8-sig" if self.line == 1 else "utf-8"))
        except UnicodeDecodeError as error:
            raise self.fault("line", f"not UTF-8 at byte {error.start}") from error
        except (json.JSONDecodeError, RecursionError) as error:
            raise self.fault("line", "not JSON") from error
        return self.table(value, "line")

    def conversation(self, row: Mapping[str, object]) -> Conversation:
        turns = self.rows(row.get("turns"), "turns")
        if not turns:
            raise self.fault("turns", "empty")
        return Conversation(
            line=self.line,
            id=self.text(row, "conversation", "conversation"),
            brand=self.text(row, "brand", "brand"),
            channel=self.one_of(row, "channel", "channel", CHANNELS),
            turns=tuple(self.turn(turn, f"turns[{place}]") for place, turn in enumerate(turns)),
        )

    def turn(self, value: object, where: str) -> Turn:
        row = self.table(value, where)
        text = row.get("text")
        if not isinstance(text, str):
            raise self.fault(f"{where}.text", "a string is expected")
        if len(text) > LONGEST:
            raise self.fault(f"{where}.text", f"longer than {LONGEST} characters")
        role = self.one_of(row, "role", f"{where}.role", ROLES)
        intent = row.get("intent") or ""
        if not isinstance(intent, str) or (intent and not intent.replace("_", "").isalpha()):
            raise self.fault(f"{where}.intent", "a name of letters and _ is expected")
        plan = None if row.get("plan") is None else self.plan(row["plan"], f"{where}.plan")
        if plan and role != "assistant":
            raise self.fault(f"{where}.plan", "only turns of the assistant have one")
        return Turn(cast("Role", role), text, intent, plan)

    def plan(self, value: object, where: str) -> Plan:
        row = self.table(value, where)
        facts = self.table(row.get("facts", {}), f"{where}.facts")
        if not all(FACT.fullmatch(name) for name in facts):
            raise self.fault(f"{where}.facts", "names are of small letters and _")
        if not all(isinstance(fact, str) and fact.strip() for fact in facts.values()):
            raise self.fault(f"{where}.facts", "values must be strings that are not empty")
        acts = self.rows(row.get("acts"), f"{where}.acts")
        if not acts:
            raise self.fault(f"{where}.acts", "empty")
        spoken = tuple(self.act(act, facts, f"{where}.acts[{place}]") for place, act in enumerate(acts))
        mood = self.one_of({"mood": "neu", **row}, "mood", f"{where}.mood", MOODS)
        return Plan(spoken, {name: str(fact) for name, fact in facts.items()}, mood=cast("Mood", mood))

    def act(self, value: object, facts: Mapping[str, object], where: str) -> Act:
        row = self.table(value, where)
        names = self.rows(row.get("facts", []), f"{where}.facts")
        if not all(isinstance(name, str) and name in facts for name in names):
            raise self.fault(f"{where}.facts", "names a fact that the plan does not hold")
        name = self.text(row, "name", f"{where}.name")
        if not ACT.fullmatch(name):
            raise self.fault(f"{where}.name", "an act's name is of small letters, _ and dots")
        return Act(name, tuple(str(name) for name in names))

    def table(self, value: object, where: str) -> Mapping[str, object]:
        if not isinstance(value, dict):
            raise self.fault(where, "an object is expected")
        return value

    def rows(self, value: object, where: str) -> list[object]:
        if not isinstance(value, list):
            raise self.fault(where, "a list is expected")
        return value

    def text(self, row: Mapping[str, object], key: str, where: str) -> str:
        value = row.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fault(where, "missing" if value is None else "a string that is not empty is expected")
        return value

    def one_of(self, row: Mapping[str, object], key: str, where: str, allowed: tuple[str, ...]) -> str:
        value = self.text(row, key, where)
        if value not in allowed:
            raise self.fault(where, f"one of {', '.join(allowed)} is expected")
        return value
