"""An example as the chat a model learns from: the house's instructions, what was said, the plan; then the answer.

The template that turns a chat into tokens is the model's own (Llama 3.2's comes with its tokenizer).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.training.examples import Example

PROMPT = Path(__file__).with_name("prompt.toml")
Chat = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Prompt:
    """The words of prompt.toml."""

    system: str
    plan: str
    act: str
    moods: Mapping[str, str]

    @classmethod
    def read(cls, file: Path = PROMPT) -> Prompt:
        """Raises KeyError on a missing entry."""
        table: Mapping[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        return cls(table["system"].strip(), table["plan"], table["act"], table["moods"])

    def chat(self, example: Example, brand: str) -> Chat:
        """Messages up to the answer; the last is the user's and ends with the plan. ``brand`` is its name."""
        system = self.system.format(brand=brand, channel=example.channel)
        spoken = [("user" if said.role == "customer" else "assistant", said.text) for said in example.history]
        return [{"role": "system", "content": system}, *_merged([*spoken, ("user", self.plan_of(example))])]

    def plan_of(self, example: Example) -> str:
        """The plan as lines: an act each, its facts in braces."""
        acts = [
            self.act.format(name=name, facts=" ".join("{" + fact + "}" for fact in facts)).rstrip()
            for name, facts in example.acts
        ]
        return self.plan.format(mood=self.moods[example.mood], acts="\n".join(acts))


def _merged(spoken: list[tuple[str, str]]) -> Chat:
    """One message where the same side wrote several in a row: templates of most models expect turns to alternate."""
    chat: Chat = []
    for role, text in spoken:
        if chat and chat[-1]["role"] == role:
            chat[-1]["content"] += "\n\n" + text
        else:
            chat.append({"role": role, "content": text})
    return chat
