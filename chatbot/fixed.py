"""Messages of the house itself, never worded by a voice: each goes with a change of state."""

from __future__ import annotations

from collections.abc import Mapping

from chatbot.brand import BrandError


def fixed(settings: Mapping[str, object], name: str) -> str:
    """A message of ``[fixed]`` in brand.toml. Raises BrandError when the brand has none of that name."""
    table = settings.get("fixed")
    text = table.get(name) if isinstance(table, Mapping) else None
    if not isinstance(text, str):
        raise BrandError(f"brand.toml: fixed.{name}: a text is expected")
    return text


def technical_fault(settings: Mapping[str, object], *, on_duty: bool) -> str:
    """Said when the assistant cannot go on and a person was called; honest about whether one is there."""
    words = fixed(settings, "technical_fault")
    return words if on_duty else f"{words} {fixed(settings, 'off_duty')}"
