"""Word lists of contexts.toml, as TOML lists or as texts of words parted by spaces; and the case of words."""

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


def cased(right: str, typed: str) -> str:
    """The right word in the case the other was typed in."""
    if typed.isupper() and len(typed) > 1:
        return right.upper()
    return right[0].upper() + right[1:] if typed[0].isupper() else right
