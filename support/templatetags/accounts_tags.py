"""What templates of the console ask of accounts."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from support.console import reveal

register = template.Library()


@register.simple_tag
def reveal_reasons() -> Mapping[str, str]:
    """Code → label of each reason to see whole numbers."""
    return reveal.reasons()
