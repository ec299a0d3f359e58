"""Several looks at one picture → what may be believed: facts on which looks agree, identifiers only when certain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from chatbot.reading.page import Ocr, Page
from chatbot.reading.receipt import Glance, Read, glance
from chatbot.reading.rules import ReceiptRules
from chatbot.types import Entity

IDENTIFIERS = ("easytransfert_id", "operator_tx_id")
CLOSED = ("from_operator", "to_operator")  # few possible values: one look is enough if no other contradicts it
CERTAIN, UNSURE = 1.0, 0.5  # of an entity; below 0.6 the dialogue asks
ENOUGH_LOOKS, ALL_LOOKS = 2, 3


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of a picture. ``certain``: may be used without asking."""

    name: str
    value: str | int
    certain: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a picture says. ``ours``: EasyTransfert's receipt; else ``operator`` says whose it is, if known."""

    facts: tuple[Fact, ...] = ()
    ours: bool = False
    operator: str | None = None
    looks: int = 0

    def value(self, name: str) -> str | int | None:
        """The value of a fact, None when the picture does not show it."""
        return next((fact.value for fact in self.facts if fact.name == name), None)

    def entities(self) -> tuple[Entity, ...]:
        """What a turn is told. An operator's receipt shows what was debited, fees and all: not the amount sent."""
        return tuple(self._entity(fact) for fact in self.facts if fact.name != "amount" or self.ours)

    def _entity(self, fact: Fact) -> Entity:
        kinds = {"amount": "amount_fcfa", "received_ref": "other_ref"}
        confidence = CERTAIN if fact.certain else UNSURE
        role = self.operator if fact.name == "operator_tx_id" else None
        return Entity(kinds.get(fact.name, fact.name), fact.value, (0, 0), confidence, role)


@dataclass(slots=True)
class _Seen:
    pages: list[Page] = field(default_factory=list)
    glances: list[Glance] = field(default_factory=list)

    def add(self, page: Page, rules: ReceiptRules) -> None:
        self.pages.append(page)
        self.glances.append(glance(page, rules))


def read_picture(ocr: Ocr, picture: bytes, rules: ReceiptRules) -> Reading:
    """What the picture says; looks again only while that may change the answer. Raises what ``ocr`` raises."""
    seen = _Seen()
    for page in ocr.pages(picture):
        seen.add(page, rules)
        if len(seen.pages) >= ENOUGH_LOOKS and _settled(seen.glances, rules, clean=page.clean):
            break
    return agree(seen.glances, rules, clean=all(page.clean for page in seen.pages))


def _settled(glances: Sequence[Glance], rules: ReceiptRules, *, clean: bool) -> bool:
    """Nothing more to learn: no receipt at all, or every fact certain and seen by all."""
    if not any(one.fields for one in glances):
        return True
    facts = agree(glances, rules, clean=clean).facts
    told = {name for one in glances for name in one.fields}
    return {fact.name for fact in facts if fact.certain} == told and any(fact.name in IDENTIFIERS for fact in facts)


def agree(glances: Sequence[Glance], rules: ReceiptRules, *, clean: bool) -> Reading:
    """The looks put together."""
    if not glances:
        return Reading()
    ours = any(one.ours for one in glances)
    fitting = [one for one in glances if one.ours == ours]
    operators = Counter(one.operator for one in fitting if one.operator)
    operator = operators.most_common(1)[0][0] if len(operators) == 1 else None
    names = dict.fromkeys(name for one in fitting for name in one.fields)
    facts = (_fact(name, [one.fields[name] for one in fitting if name in one.fields], rules, operator, clean=clean)
             for name in names)  # fmt: skip
    return Reading(tuple(fact for fact in facts if fact), ours, operator, len(glances))


def _fact(name: str, reads: Sequence[Read], rules: ReceiptRules, operator: str | None, *, clean: bool) -> Fact | None:
    if name in IDENTIFIERS and not (reads := [one for one in reads if one.confidence >= rules.least_proposal]):
        return None
    votes = Counter(read.value for read in reads)
    ranked = sorted(reads, key=lambda read: (votes[read.value], read.confidence), reverse=True)
    value, count = ranked[0].value, votes[ranked[0].value]
    others = [read for read in ranked if read.value != value]
    tied = bool(others) and votes[others[0].value] == count
    if name in IDENTIFIERS:
        mixed = operator in rules.mixed
        needed = ALL_LOOKS if mixed else rules.least_looks
        certain = not others and _sure_looks(reads, rules) >= needed and (clean or not mixed)
        return Fact(name, value, certain)
    if tied or (name not in CLOSED and count < rules.least_looks):
        return None
    return Fact(name, value, True)


def _sure_looks(reads: Iterable[Read], rules: ReceiptRules) -> int:
    return sum(read.confidence >= rules.least_word for read in reads)
