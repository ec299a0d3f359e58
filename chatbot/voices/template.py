"""The voice that is always there: words a plan from the brand's wordings, the same way for the same seed."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from chatbot.types import Act, Mood
from chatbot.voices.ports import Brief, Draft
from chatbot.wording import PLACEHOLDER, Wording

NUMBERED = re.compile(r"_\d+$")


class TemplateVoice:
    """Implements ``ports.Voice``. Acts are joined by spaces; a wording that starts on a new line says so itself."""

    tier = "template"

    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    def speak(self, brief: Brief, seed: str) -> Draft:
        """One piece per act. Iterating raises WordingError for an act the brand has no words for."""
        return Draft(self._pieces(brief, seed), self.tier)

    def answers_open(self, brand: str) -> bool:
        """Never: it words nothing of its own."""
        return False

    def words(self, act: Act, mood: Mood, seed: str = "") -> str:
        """One act's words, placeholders open; a wording that starts on a new line says so itself."""
        names = {NUMBERED.sub("", fact): fact for fact in act.facts}
        if act.quote:
            return PLACEHOLDER.sub(lambda match: "{" + names[match[1]] + "}", act.quote)
        fitting = self._wording.find(act.name, frozenset(names), mood)
        chosen = fitting[zlib.crc32(f"{seed}:{act.name}".encode()) % len(fitting)]
        return PLACEHOLDER.sub(lambda match: "{" + names[match[1]] + "}", chosen)

    def _pieces(self, brief: Brief, seed: str) -> Iterator[str]:
        started = False
        for act in brief.acts:
            text = self.words(act, brief.mood, seed)
            if not started:
                text = text.lstrip("\n")
            elif not text.startswith("\n"):
                text = " " + text
            started = True
            yield text
