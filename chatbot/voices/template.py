"""The voice that is always there: words a plan from the brand's wordings, the same way for the same seed."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from chatbot.types import Act, Plan
from chatbot.wording import PLACEHOLDER, Wording

NUMBERED = re.compile(r"_\d+$")


class TemplateVoice:
    """Implements ``types.Voice``. Acts are joined by spaces; a wording that starts on a new line says so itself."""

    tier = "template"

    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    def speak(self, plan: Plan, seed: str) -> Iterator[str]:
        """One piece per act. Raises WordingError for an act the brand has no words for."""
        started = False
        for act in plan.acts:
            text = self._words(act, plan, seed)
            if not started:
                text = text.lstrip("\n")
            elif not text.startswith("\n"):
                text = " " + text
            started = True
            yield text

    def _words(self, act: Act, plan: Plan, seed: str) -> str:
        names = {NUMBERED.sub("", fact): fact for fact in act.facts}
        if act.quote:
            return PLACEHOLDER.sub(lambda match: "{" + names[match[1]] + "}", act.quote)
        fitting = self._wording.find(act.name, frozenset(names), plan.mood)
        chosen = fitting[zlib.crc32(f"{seed}:{act.name}".encode()) % len(fitting)]
        return PLACEHOLDER.sub(lambda match: "{" + names[match[1]] + "}", chosen)
