"""Lengths of time written in short: '30mn' is 30 minutes, 'ça fait 5h' is 5 heures. A clock time stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping

from chatbot.brand import BrandError
from chatbot.normalise.lists import folded, table

_GLUED = re.compile(r"(\d{1,3})([a-z]+)")


class Durations:
    """Built from the table ``durations`` of contexts.toml. Raises BrandError on a unit that is no word."""

    def __init__(self, contexts: Mapping[str, object]) -> None:
        lists = table(contexts, "durations")
        self._units = table(lists, "units")
        if not all(isinstance(word, str) for word in self._units.values()):
            raise BrandError("contexts.toml: field 'durations.units': words expected")
        self._shy = {name: folded(table(lists, "only_after"), name) for name in table(lists, "only_after")}

    def read(self, key: str, before: tuple[str, ...]) -> str | None:
        """The number and its unit in full; None for anything else. ``key``: lower case; ``before``: nearest first."""
        match = _GLUED.fullmatch(key)
        unit = self._units.get(match[2]) if match else None
        if match is None or unit is None:
            return None
        shy = self._shy.get(match[2])
        if shy is not None and not shy & {" ".join(reversed(before[:length])) for length in (1, 2)}:
            return None
        return f"{match[1]} {unit}{'s' if int(match[1]) > 1 and not str(unit).endswith('s') else ''}"
