"""Word lists of contexts.toml: a TOML list, or a text of words parted by spaces and line breaks."""

from __future__ import annotations

from collections.abc import Mapping

from chatbot.brand import BrandError
from chatbot.forms.text import fold


def table(contexts: Mapping[str, object], name: str) -> Mapping[str, object]:
    """A table of contexts.toml, empty when it is missing. Raises BrandError when it is something else."""
    value = contexts.get(name, {})
    if not isinstance(value, dict):
        raise BrandError(f"contexts.toml: field '{name}': a table expected")
    return value


def words(lists: Mapping[str, object], field: str) -> tuple[str, ...]:
    """The words of a field as written; none when it is missing. Raises BrandError when it is no list of words."""
    value = lists.get(field, "")
    if isinstance(value, str):
        return tuple(value.split())
    if not isinstance(value, list):
        raise BrandError(f"contexts.toml: field '{field}': a list of words expected")
    return tuple(map(str, value))


def folded(lists: Mapping[str, object], field: str) -> frozenset[str]:
    """The same words in lower case without accents."""
    return frozenset(map(fold, words(lists, field)))
