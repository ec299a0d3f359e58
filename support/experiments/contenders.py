"""The voices that may be compared, by the names one gives on the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chatbot.experiments.shadow import Contender
from chatbot.turn import Mind
from chatbot.voices.ports import Voice
from support.voices.build import build

# A new voice is plugged in here: its name, and how to make it for a brand's mind.
VOICES: dict[str, Callable[[Mind], Voice]] = {
    "template": lambda mind: mind.template,
    "local": lambda mind: build("local", mind.brand.slug),
    "azure": lambda mind: build("azure", mind.brand.slug),
}


class UnknownVoice(ValueError):
    """No voice has that name; the text says which there are."""


def contender(reference: str, mind: Mind) -> Contender:
    """``voice`` or ``voice/adapter``, as ``local/warm@1f2e``. Raises UnknownVoice."""
    name, _, adapter = reference.partition("/")
    make = VOICES.get(name)
    if make is None:
        raise UnknownVoice(f"no voice is called {name!r}: there are {', '.join(sorted(VOICES))}")
    arm: Mapping[str, str] = {"experiment": "shadow", "arm": reference, "tier": name, "adapter": adapter}
    return Contender(make(mind), arm if adapter else {})
