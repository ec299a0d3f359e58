"""Runs the recognisers over a message in order of certainty; spans point into what the customer wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from chatbot.brand import Brand, BrandError
from chatbot.forms.protected import unspeakable_spans
from chatbot.forms.secret import answering, find_secrets
from chatbot.forms.spans import Taken
from chatbot.forms.text import clean, fold
from chatbot.types import Entity, Normalised
from chatbot.understand.amounts import Amounts, MoneyWords
from chatbot.understand.answers import by_number, chosen_option
from chatbot.understand.asked import Asked
from chatbot.understand.durations import find_durations
from chatbot.understand.identifiers import find_identifiers
from chatbot.understand.operators import Operators

Origin = Sequence[tuple[int, int]]


class Entities:
    """Every recogniser of a brand, ready to run."""

    def __init__(self, brand: Brand) -> None:
        operators = _tables(brand.operators, "operator", "operators.toml")
        self._operators = Operators(operators, _tables(brand.cues, "operator_cue", "cues.toml"))
        self._as_typed = _as_typed(brand.cues)
        self._amounts = Amounts(_money(brand.cues))

    def find(self, normalised: Normalised, original: str, asked: Asked) -> tuple[Entity, ...]:
        """Entities in reading order, spans in characters of ``original``, none overlapping another of another kind."""
        text, origin = clean(original)
        taken = Taken(len(text))
        for start, end in unspeakable_spans(text):
            taken.claim(start, end)
        chosen = chosen_option(original, asked)
        if chosen:
            return self._chosen(chosen, asked)
        found: list[Entity] = []
        for start, end in find_secrets(text, answering((*asked.slots, asked.text))):
            if taken.claim(start, end):
                found.append(Entity("secret", "masked", (start, end)))
        found += find_identifiers(text, taken, asked)
        found += find_durations(text, taken)
        found += self._amounts.find(text, taken, asked.wants("amount_fcfa"))
        located = [replace(e, span=(origin[e.span[0]][0], origin[e.span[1] - 1][1])) for e in found]
        located += [e for e in self._named(normalised, (text, origin), located, asked) if not _known(e, located, asked)]
        return tuple(by_number(sorted(located, key=lambda e: e.span), original, asked))

    def _named(
        self, normalised: Normalised, typed: tuple[str, Origin], located: list[Entity], asked: Asked
    ) -> list[Entity]:
        """Operators are read in standard French, where sentences have one shape, and pointed back to the original.

        What is no French (Dioula, a name spelled aloud) is read as typed.
        """
        text, origin = typed if self._as_typed.search(fold(typed[0])) else (normalised.text, normalised.origin)
        out = []
        for entity in self._operators.find(text, Taken(len(text)), asked):
            pieces = origin[slice(*entity.span)]
            span = min(p[0] for p in pieces), max(p[1] for p in pieces)
            if not any(e.type != "time_elapsed" and span[0] < e.span[1] and e.span[0] < span[1] for e in located):
                out.append(replace(entity, span=span))
        return out

    def _chosen(self, chosen: tuple[str, tuple[int, int]], asked: Asked) -> tuple[Entity, ...]:
        label, span = chosen
        named = self._operators.find(label, Taken(len(label)), asked)
        return tuple(replace(e, span=span) for e in named[:1])


def _known(operator: Entity, located: list[Entity], asked: Asked) -> bool:
    """'c'est ce que moov m'a envoyé : MRCH…' after a question about Moov's id says nothing new of the operator."""
    kinds = {e.type for e in located}
    if operator.type == "from_operator" and "other_ref" in kinds and "operator_tx_id" not in kinds:
        # "orange m'a mis PT…": the one that wrote the receiver's reference sent nothing.
        return True
    given = bool(kinds & {"operator_tx_id", "other_ref", "msisdn"})
    return given and asked.wants("operator_tx_id") and fold(str(operator.value)) in fold(asked.text)


def _tables(data: Mapping[str, object], field: str, file: str) -> list[Mapping[str, object]]:
    tables = data.get(field, [])
    if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        raise BrandError(f"{file}: field '{field}': an array of tables expected")
    return tables


def _as_typed(cues: Mapping[str, object]) -> re.Pattern[str]:
    table = cues.get("as_typed", {})
    if not isinstance(table, dict):
        raise BrandError("cues.toml: field 'as_typed': a table expected")
    return re.compile(str(table.get("pattern", "(?!)")))


def _money(cues: Mapping[str, object]) -> MoneyWords:
    money = cues.get("money", {})
    if not isinstance(money, dict):
        raise BrandError("cues.toml: field 'money': a table expected")
    return MoneyWords(
        units={str(k): int(v) for k, v in money.get("units", {}).items()},
        contested=tuple(map(str, money.get("contested", []))),
        not_sums=tuple(map(int, money.get("not_sums", []))),
    )
