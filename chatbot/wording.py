"""The brand's wordings by act and mood, gathered from wording.toml and from the slots of its flows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chatbot.brand import BrandError
from chatbot.types import Choice, Mood

PLACEHOLDER = re.compile(r"\{([a-z_]+?)(_\d+)?\}")
SLOT_ACTS = ("ask", "again", "item", "help", "check", "read")  # keys of a slot's table that are wordings
MOODS: Mapping[Mood, tuple[Mood, ...]] = {
    "neu": ("neu",),
    "pos": ("pos", "neu"),
    "neg": ("neg", "neu"),
    "angry": ("angry", "neg", "neu"),
}
Wordings = Mapping[Mood, tuple[str, ...]]


class WordingError(BrandError):
    """Wording that cannot be used; the message names the file and the act."""


@dataclass(frozen=True, slots=True)
class Wording:
    """``acts`` maps act → mood → sentences with {placeholders}; ``choices`` maps act → taps offered with it."""

    acts: Mapping[str, Wordings]
    choices: Mapping[str, tuple[Choice, ...]]
    uses: Mapping[str, frozenset[str]]

    @classmethod
    def read(cls, wording: Mapping[str, object], flows: Mapping[str, Mapping[str, object]]) -> Wording:
        """From wording.toml and the slots of the flows. Raises WordingError."""
        acts = {name: _moods(f"wording.toml: {name}", table) for name, table in wording.items()}
        for slot, table in _slots(flows):
            acts.update(_slot_acts(slot, table))
        choices = {name: _choices(name, table) for name, table in wording.items()}
        return cls(acts, choices, {name: _placeholders(moods) for name, moods in acts.items()})

    def find(self, act: str, facts: frozenset[str], mood: Mood) -> tuple[str, ...]:
        """Sentences for an act that speak exactly these facts, in the nearest mood, else of the act it is a kind of.

        Raises WordingError when there is none.
        """
        name = act
        while name:
            for nearest in MOODS[mood]:
                fitting = tuple(s for s in self.acts.get(name, {}).get(nearest, ()) if names_in(s) == facts)
                if fitting:
                    return fitting
            name = name.rpartition(".")[0]
        raise WordingError(f"no wording for {act!r} with {sorted(facts)}")


def names_in(sentence: str) -> frozenset[str]:
    """Names of the placeholders of a sentence, without their numbers."""
    return frozenset(match[1] for match in PLACEHOLDER.finditer(sentence))


def _placeholders(moods: Wordings) -> frozenset[str]:
    return frozenset().union(*(names_in(sentence) for sentences in moods.values() for sentence in sentences))


def _moods(where: str, table: object) -> Wordings:
    """A list of sentences is for every mood; a table has a list per mood, ``neu`` at least."""
    if isinstance(table, str) or (isinstance(table, Sequence) and not isinstance(table, Mapping)):
        return {"neu": _sentences(where, table)}
    if not isinstance(table, Mapping):
        raise WordingError(f"{where}: sentences are expected")
    moods = {mood: _sentences(f"{where}.{mood}", table[mood]) for mood in MOODS if mood in table}
    if "neu" not in moods:
        raise WordingError(f"{where}: no wording for the mood 'neu'")
    return moods


def _sentences(where: str, value: object) -> tuple[str, ...]:
    sentences = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, Sequence) else ()
    if not sentences or not all(isinstance(one, str) and one.strip() for one in sentences):
        raise WordingError(f"{where}: sentences are expected")
    return tuple(str(one) for one in sentences)


def _slots(flows: Mapping[str, Mapping[str, object]]) -> list[tuple[str, Mapping[str, object]]]:
    found: list[tuple[str, Mapping[str, object]]] = []
    for name, flow in flows.items():
        tables = flow if name == "_slots" else flow.get("slots", {})
        if isinstance(tables, Mapping):
            found += [(slot, table) for slot, table in tables.items() if isinstance(table, Mapping)]
    return found


def _slot_acts(slot: str, table: Mapping[str, object]) -> dict[str, Wordings]:
    acts = {f"{key}.{slot}": _moods(f"slot {slot}.{key}", table[key]) for key in SLOT_ACTS if key in table}
    helps = table.get("help_for", {})
    if isinstance(helps, Mapping):
        acts |= {f"help.{slot}.{name}": _moods(f"slot {slot}.help_for", text) for name, text in helps.items()}
    return acts


def _choices(act: str, table: object) -> tuple[Choice, ...]:
    rows = table.get("choices", []) if isinstance(table, Mapping) else []
    if not all(isinstance(row, Sequence) and len(row) == 2 for row in rows):
        raise WordingError(f"wording.toml: {act}.choices: pairs of label and value are expected")
    return tuple(Choice(str(label), str(value)) for label, value in rows)
