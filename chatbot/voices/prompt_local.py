"""What a local model is told of a plan: the same messages in training and in serving. No torch, no fact values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chatbot.types import Act, Mood

NUMBERED = re.compile(r"_\d+$")
Pair = tuple[str, tuple[str, ...]]  # an act's name and the sorted names of its facts, numbers aside


@dataclass(frozen=True, slots=True)
class Brief:
    """How plans are put to the model, and which acts are never put to it (``[voice]`` of voice/voice.toml)."""

    system: str
    moods: Mapping[str, str]
    word_for_word: tuple[str, ...]
    grave: frozenset[str] = frozenset()  # moods that suffer no emoji

    @classmethod
    def read(cls, settings: Mapping[str, object]) -> Brief:
        """From the tables of voice.toml. Raises KeyError where one is missing."""
        table: Any = settings["voice"]
        style: Any = settings.get("style", {})
        return cls(
            str(table["system"]), dict(table["mood"]), tuple(table["word_for_word"]), frozenset(style.get("grave", ()))
        )

    def may_word(self, act: Act) -> bool:
        """Whether a model may word an act: not a quotation, and not one of the acts approved to the letter."""
        return not act.quote and not any(f"{act.name}.".startswith(f"{part}.") for part in self.word_for_word)

    def messages(self, acts: Sequence[Act], mood: Mood) -> list[dict[str, str]]:
        """Chat messages for ``tokenizer.apply_chat_template``: one line for the mood, one for each act."""
        lines = [f"humeur : {self.moods[mood]}", *(_line(number, act) for number, act in enumerate(acts, start=1))]
        told = [{"role": "system", "content": self.system}] if self.system else []
        return [*told, {"role": "user", "content": "\n".join(lines)}]


def pair(act: Act) -> Pair:
    """What voice/model/acts.json lists: the acts, with their facts, that the model was trained on."""
    return act.name, tuple(sorted(NUMBERED.sub("", fact) for fact in act.facts))


def told(name: str) -> str:
    """An act as the model is told of it; the small model repeats place and act, as special tokens, before the words."""
    return f"[{name}]"


def place(number: int) -> str:
    """The place of an act in its plan, from 1."""
    return f"#{number}"


def _line(number: int, act: Act) -> str:
    return " ".join([place(number) + told(act.name), *("{" + fact + "}" for fact in sorted(act.facts))])
