"""A worker's mind: the brand's, with the voice of the settings, which may load torch or ask a model elsewhere.

Nothing that a web process runs imports this: an import contract (pyproject.toml) says so.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import lru_cache

from chatbot.turn import Mind, take_turn
from chatbot.types import Desk, Incoming
from chatbot.voices.ports import Voice
from support import clock, minds
from support.voices.build import for_worker

WARM_UP = "slt, mon transfert de 5000 wave vers orange c pas arrivé EFB.00000000"
_loading = threading.Lock()


def with_voice(slug: str) -> Mind:
    """The brand's mind as it stands now, with this process's one voice. Raises BrandError."""
    with _loading:
        voice = _voice(slug)
    return replace(minds.with_template(slug), voice=voice)


def warm_up(slug: str) -> None:
    """Load the brand and take one turn with nobody, so that no customer waits for what is loaded on first use."""
    message = Incoming("warm-up", WARM_UP, clock.now())
    nobody = Desk(now=clock.now(), channel="web", new_case_number=lambda: "AK-000-0000")
    for _ in take_turn(with_voice(slug), {}, [message], nobody):
        pass


def forget_voice() -> None:
    """Build the voice anew next time."""
    _voice.cache_clear()


@lru_cache(maxsize=8)
def _voice(slug: str) -> Voice:
    return for_worker(slug)
