"""What is collected of a case, and what is to be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from chatbot.types.heard import Mood


@dataclass(frozen=True, slots=True)
class Slot:
    """A collected value: where it came from (message id), when, and whether it may be trusted as it stands."""

    value: str | int
    source: str
    at: datetime
    validity: Literal["ok", "doubtful"] = "ok"


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer the customer can give with one tap or one digit."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Question:
    """Something the customer wants to know, with the values it is about (amount_fcfa, from_operator, …)."""

    topic: str
    about: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """What dialogue or knowledge wants said: an act of wording.toml, and the values of the facts it speaks.

    Amounts are ``int`` francs; everything else is text ready to be read. ``quote`` holds approved words that stand as
    they are, {placeholders} open, and ``source`` says where they come from (article@version).
    """

    act: str
    facts: Mapping[str, str | int] = field(default_factory=dict)
    quote: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to say: ``name`` is an entry of wording.toml, ``facts`` the placeholders it must speak.

    With a ``quote`` the words are those, to the letter, and ``source`` is cited to the people who follow.
    """

    name: str
    facts: tuple[str, ...] = ()
    quote: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """All a reply must say. ``facts`` maps placeholder → value; a voice sees names only, code fills the values in."""

    acts: tuple[Act, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    mood: Mood = "neu"

    @property
    def sources(self) -> tuple[str, ...]:
        """The articles it quotes, as article@version, each once."""
        return tuple(dict.fromkeys(act.source for act in self.acts if act.source))
