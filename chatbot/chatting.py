"""One conversation at a terminal, turn by turn, with a clock handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from chatbot.anonymise.secrets import mask_secrets
from chatbot.dialogue.state import from_json
from chatbot.rehearsal import MemoryHouse
from chatbot.turn import Mind
from chatbot.types import ClaimFiled, HandoffAsked, Incoming, Reply


@dataclass
class Chat:
    """Says one line to the assistant at a time and tells what came back, as lines to print."""

    mind: Mind
    clock: Callable[[], datetime]
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self._house = MemoryHouse(self.mind, "web")

    def say(self, text: str) -> list[str]:
        """The assistant's answer to one message: its words, the choices offered, and what it did."""
        now = self.clock()
        lines: list[str] = []
        masked = mask_secrets(text, from_json(self._house.state).said.question)
        for event in self._house.customer_writes([Incoming(f"chat-{next(self.numbers)}", masked, now)], now):
            match event:
                case Reply():
                    lines.append(event.text)
                    if event.choices:
                        lines.append("   [" + "] [".join(choice.label for choice in event.choices) + "]")
                case ClaimFiled():
                    lines.append(f"   · dossier {event.number} enregistré ({event.kind})")
                case HandoffAsked():
                    lines.append(f"   · conseiller demandé ({event.reason}, {event.priority}) : {event.summary}")
        return lines or ["   · (silence)"]
