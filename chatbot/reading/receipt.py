"""One look at a receipt: its words → facts, as far as this look shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from rapidfuzz import fuzz

from chatbot.forms.operator_id import OperatorId, find_operator_ids, repair_wave
from chatbot.forms.reference import USUAL_LENGTH, find_references
from chatbot.forms.text import fold
from chatbot.reading.page import Line, Page, Word
from chatbot.reading.rules import ReceiptRules

NEAR = 84  # of 100: how alike a word as read and a word of the rules must be
DOUBLED = 0.5  # confidence of an identifier that begins with two noughts, of which one may not be there
LABEL_REACH = 40  # characters before an identifier in which its label stands
MONTHS = "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split()
_EDGES = "«»“”‘’'\"|~—–-_=*•·:;,()[]{}"
_TRADEMARK = re.compile(r"T?™M?")  # what the letters TM look like to a reader
_PREFIXED = re.compile(r"(MRCH|TM|TP|TR|EFB[.:]?)([0-9OoIl]{6,})")
_MONEY = re.compile(
    r"(?<![\w.,])(?<!\d )(?P<sum>\d{1,3}(?:[ .,\u00a0\u202f]\d{3})+|\d{1,8})\s?(?:f ?cfa|xof|cfa|f)(?!\w)"
)
_NUMERIC_DATE = re.compile(r"(?<!\d)(\d{1,2})[/-](\d{1,2})[/-](20\d\d)(?!\d)")
_WRITTEN_DATE = re.compile(r"(?<!\d)(\d{1,2})\s+([a-z]{3,10})\.?\s+(20\d\d)(?!\d)")
_DOUBLE_NOUGHT = re.compile(r"[A-Z]{2,4}00")
_LABELLED_DIGITS = re.compile(r"\d{9,12}")


@dataclass(frozen=True, slots=True)
class Read:
    """A fact as one look has it; ``confidence`` is that of its least sure word."""

    value: str | int
    confidence: float


@dataclass(frozen=True, slots=True)
class Glance:
    """What one look shows. ``ours``: it is EasyTransfert's receipt; ``operator``: else whose it is, if known."""

    look: str
    ours: bool
    operator: str | None
    fields: Mapping[str, Read] = field(default_factory=dict)


def glance(page: Page, rules: ReceiptRules) -> Glance:
    """The facts of one look: easytransfert_id, operator_tx_id, received_ref, from/to_operator, amount, date."""
    page = _tidied(page)
    folded = fold(page.text)
    reference = _reference(page)
    ours = reference is not None or any(_mentions(folded, word) for word in rules.ours)
    found: dict[str, Read | None] = {"amount": _amount(page, folded, rules), "date": _date(page, folded)}
    if ours:
        found |= {"easytransfert_id": reference, **_both_sides(page, rules)}
        return Glance(page.look, True, None, _known(found))
    identifier = _identifier(page, folded, rules)
    signed = _signed(folded, rules)
    operator = signed
    if identifier is not None:
        operator = identifier.operator or (signed if _fits(identifier.value, signed, rules) else None)
        name = "received_ref" if identifier.kind == "received" else "operator_tx_id"
        found[name] = Read(identifier.value, _confidence(page, identifier))
    if operator and "received_ref" not in found:
        found["from_operator"] = Read(operator, 1.0)
    return Glance(page.look, False, operator, _known(found))


def _known(found: Mapping[str, Read | None]) -> dict[str, Read]:
    return {name: read for name, read in found.items() if read is not None}


def _tidied(page: Page) -> Page:
    """Without the strokes that a reader takes for punctuation at the edges of words."""
    lines = []
    for line in page.lines:
        words = tuple(Word(text, word.confidence) for word in line.words if (text := _spelled_out(word.text)))
        lines.append(Line(words))
    return Page(page.look, tuple(line for line in lines if line.words), page.clean)


def _spelled_out(word: str) -> str:
    """Without strokes at its edges, and with digits where only digits can stand (« MRCHO704… »)."""
    plain = _TRADEMARK.sub("TM", word).strip(_EDGES)
    match = _PREFIXED.match(plain)
    return match[1] + _digits(match[2].upper()) + plain[match.end() :] if match else plain


def _reference(page: Page) -> Read | None:
    """EasyTransfert's reference, if it is whole."""
    text = page.text
    for one in find_references(text):
        if one.marked and len(one.value) == len("EFB.") + USUAL_LENGTH and one.value[4:].isdigit():
            return Read(one.value, page.confidence(one.start, one.end))
    return None


def _confidence(page: Page, identifier: OperatorId) -> float:
    """Of the least sure word; a reader makes two of a nought after letters (« MRCHO0121… »), and is sure of both."""
    confidence = page.confidence(identifier.start, identifier.end)
    return min(confidence, DOUBLED) if _DOUBLE_NOUGHT.match(identifier.value) else confidence


def _identifier(page: Page, folded: str, rules: ReceiptRules) -> OperatorId | None:
    """The operator's identifier: whole by its own form, or digits that a label announces; the labelled one first."""
    signed = _signed(folded, rules)
    candidates = [
        (not _labelled(folded, one.start, rules), one.start, one)
        for one in _whole_ids(page.text, folded, rules)
        if one.kind != "digits" or signed is None or one.operator == signed
    ]
    return min(candidates, key=lambda row: row[:2])[2] if candidates else None


def _whole_ids(text: str, folded: str, rules: ReceiptRules) -> Iterator[OperatorId]:
    for one in find_operator_ids(text):
        if one.kind == "received":
            yield one
            continue
        value = _spelled(one)
        if one.operator and _fits(value, one.operator, rules):
            yield OperatorId(one.start, one.end, value, one.kind, one.operator)
        elif one.kind == "digits" and _labelled(folded, one.start, rules) and _LABELLED_DIGITS.fullmatch(value):
            owners = [name for name, forms in rules.whole.items() if any(form.fullmatch(value) for form in forms)]
            yield OperatorId(one.start, one.end, value, one.kind, owners[0] if len(owners) == 1 else None)


def _spelled(one: OperatorId) -> str:
    """As its form says: no 0 or 1 in Wave's, no letters among the digits of a dated or prefixed one."""
    if one.kind == "wave":
        return repair_wave(one.value)
    if one.kind == "dated":
        head, letter, tail = one.value[:2], one.value[-6:-5], one.value[-5:]
        return head + _digits(one.value[2:-6]) + letter + _digits(tail)
    return one.value


def _digits(text: str) -> str:
    return text.translate(str.maketrans("OIL", "011"))


def _fits(value: str, operator: str | None, rules: ReceiptRules) -> bool:
    return operator is not None and any(form.fullmatch(value) for form in rules.whole.get(operator, ()))


def _labelled(folded: str, start: int, rules: ReceiptRules) -> bool:
    """Whether the words before, on this line or the one above, announce an identifier."""
    before = re.sub(r"[^a-z0-9']+", " ", folded[max(0, start - LABEL_REACH) : start]).strip()
    for label in rules.labels.get("operator_tx_id", ()):
        if f" {before}".endswith(f" {label}") or (len(label) > 8 and fuzz.ratio(label, before[-len(label) :]) >= NEAR):
            return True
    return False


def _signed(folded: str, rules: ReceiptRules) -> str | None:
    """The operator whose name or sign stands first."""
    found = [(place, name) for word, name in rules.signs.items() if (place := _place(folded, word)) >= 0]
    return min(found)[1] if found else None


def _place(folded: str, word: str) -> int:
    match = re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", folded)
    return match.start() if match else -1


def _mentions(folded: str, word: str) -> bool:
    return _place(folded, word) >= 0 or (
        len(word) > 8
        and any(fuzz.partial_ratio(word, line) >= 90 for line in folded.splitlines() if len(line) >= len(word))
    )


def _both_sides(page: Page, rules: ReceiptRules) -> dict[str, Read | None]:
    """The sending and the receiving operator: by their labels, else the first two lines that name one."""
    named = [(fold(line.text), name) for line in page.lines if (name := _operator_in(line, rules))]
    sides: dict[str, Read | None] = {}
    for side in ("from_operator", "to_operator"):
        for folded, name in named:
            if any(folded.startswith(f"{label} ") for label in rules.labels.get(side, ())):
                sides.setdefault(side, Read(name, 1.0))
    if not sides and len(named) == 2:
        sides = {"from_operator": Read(named[0][1], 0.8), "to_operator": Read(named[1][1], 0.8)}
    return sides


def _operator_in(line: Line, rules: ReceiptRules) -> str | None:
    for word in line.words:
        folded = fold(word.text)
        if folded in rules.names:
            return rules.names[folded]
        near = [name for alias, name in rules.names.items() if len(alias) >= 4 and fuzz.ratio(alias, folded) >= NEAR]
        if near and len(set(near)) == 1:
            return near[0]
    return None


def _amount(page: Page, folded: str, rules: ReceiptRules) -> Read | None:
    """The first sum that no label makes a fee, a total or a balance."""
    others = rules.labels.get("not_the_amount", ())
    last = 0
    for match in _MONEY.finditer(folded):
        before = folded[max(last, match.start() - 32) : match.start()]
        last = match.end()
        value = int(re.sub(r"\D", "", match["sum"]))
        if value and not any(_place(before, word) >= 0 for word in others):
            return Read(value, page.confidence(*match.span("sum")))
    return None


def _date(page: Page, folded: str) -> Read | None:
    for pattern in (_NUMERIC_DATE, _WRITTEN_DATE):
        for match in pattern.finditer(folded):
            month = int(match[2]) if match[2].isdigit() else _month(match[2])
            try:
                day = date(int(match[3]), month, int(match[1]))
            except ValueError:
                continue
            return Read(day.isoformat(), page.confidence(*match.span()))
    return None


def _month(word: str) -> int:
    """1 to 12, 0 when the word is no month."""
    best = max(range(12), key=lambda index: fuzz.ratio(MONTHS[index], word))
    return best + 1 if fuzz.ratio(MONTHS[best], word) >= 75 else 0
