"""The brand's rules for reading receipts: labels, signs, whole identifiers, and how sure is sure enough."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chatbot.brand import Brand, BrandError
from chatbot.forms.text import fold


@dataclass(frozen=True, slots=True)
class ReceiptRules:
    """``labels``: fact → folded words before it; ``signs``: folded words → operator; ``whole``: operator → id forms."""

    ours: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]
    signs: Mapping[str, str]
    names: Mapping[str, str]
    whole: Mapping[str, tuple[re.Pattern[str], ...]]
    mixed: frozenset[str]
    least_word: float
    least_looks: int
    least_proposal: float

    @classmethod
    def read(cls, brand: Brand) -> ReceiptRules:
        """From receipts.toml and operators.toml. Raises BrandError naming file and field."""
        table, operators = brand.receipts, brand.operators.get("operator", [])
        if not isinstance(operators, list):
            raise BrandError("operators.toml: field 'operator': an array of tables expected")
        names: dict[str, str] = {}
        for one in operators:
            for alias in (one["name"], one.get("label", one["name"]), *one.get("aliases", [])):
                if len(fold(str(alias))) >= 3:
                    names.setdefault(fold(str(alias)), str(one["name"]))
        signs = {word: name for name, words in _words(table, "signs").items() for word in words}
        certainty = table.get("certainty", {})
        numbers = certainty if isinstance(certainty, Mapping) else {}
        ours, mixed = table.get("ours", []), numbers.get("mixed", [])
        return cls(
            ours=tuple(fold(str(word)) for word in ours) if isinstance(ours, list) else (),
            labels=_words(table, "labels"),
            signs=signs,
            names=names,
            whole={str(one["name"]): tuple(re.compile(form) for form in one.get("ids", [])) for one in operators},
            mixed=frozenset(map(str, mixed)) if isinstance(mixed, list) else frozenset(),
            least_word=float(numbers.get("word", 0.6)),
            least_looks=int(numbers.get("looks", 2)),
            least_proposal=float(numbers.get("proposal", 0.2)),
        )


def _words(table: Mapping[str, object], field: str) -> dict[str, tuple[str, ...]]:
    """The lists of a table of lists, folded, longest word first. Raises BrandError."""
    lists = table.get(field, {})
    if not isinstance(lists, Mapping) or not all(isinstance(words, list) for words in lists.values()):
        raise BrandError(f"receipts.toml: field '{field}': lists of words expected")
    return {
        str(name): tuple(sorted((fold(str(word)) for word in words), key=len, reverse=True))
        for name, words in lists.items()
    }
