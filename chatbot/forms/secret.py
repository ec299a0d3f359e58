"""Secrets people type by mistake: PIN, one-time codes, passwords, card numbers; in digits and in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chatbot.forms import secret_words as words
from chatbot.forms.operator_id import find_operator_ids
from chatbot.forms.phone import find_phones
from chatbot.forms.reference import find_references
from chatbot.forms.spans import Taken
from chatbot.forms.spelled import spells_a_code, tokens_in
from chatbot.forms.text import fold

MASK = "****"
PART_OF_ID = 6  # digits: the rest of an id that was asked for is no shorter, a PIN is
SPOKEN_CARD = 6  # words from which a run after "carte" is its number
# Talk of a shared pot: its bare "code" is the pot's and no secret.
_POT_TALK = re.compile(r"cotis|tontine|cagnotte|caisse")
_AMOUNT_ASKED = re.compile(r"montant|somme|amount|combien")
_NUMBER_ASKED = re.compile(r"\bid\b|tx_id|identifiant|transaction|reference|\befb\b|easytransfert_id|msisdn|numero")
_SLOT = re.compile(r"[a-z]+(?:_[a-z]+)+")
_PLAIN_CODE = re.compile(r"codes? (?!secret|pin|otp)|codes?[:=]")
# A phone with its country after 00: no card begins with 00.
_WITH_00 = re.compile(r"00225(?:0[157]|2[157])\d{8}")
_POT_CODE = re.compile(r"[A-Z]{2,6}-?\d{3,8}|[a-z]{2,3}-?\d{5}")
_ALREADY = re.compile(r"\*{3,}")
_LEFT = 32  # characters looked back: the whole text for each number would be quadratic


class Answering(NamedTuple):
    """What the message answers: a question about a sum, about an id or a number, about a pot's code."""

    amount: bool = False
    number: bool = False
    pot: bool = False


def answering(asked: Sequence[str]) -> Answering:
    """Reads the slots or questions just put to the customer.

    Where slots are named they alone say what was asked: the words around them may speak of sums without asking for one.
    """
    slots = [item for item in asked if _SLOT.fullmatch(item)]
    questions = fold(" ".join(slots or asked))
    return Answering(
        amount=_AMOUNT_ASKED.search(questions) is not None,
        number=_NUMBER_ASKED.search(questions) is not None,
        pot=_POT_TALK.search(fold(" ".join(asked))) is not None,
    )


def find_secrets(text: str, answer: Answering = Answering()) -> list[tuple[int, int]]:  # noqa: B008 - immutable
    """Spans of secrets, in order. ``answer`` decides what bare digits are; a code named as secret is one whatever."""
    folded = fold(text)
    taken = Taken(len(text))
    found = [m.span() for m in _ALREADY.finditer(text) if taken.claim(*m.span())]
    for start, end in _cards(folded):
        if taken.claim(start, end):
            found.append((start, end))
    for start, end in _facts(text):
        taken.claim(start, end)
    pot = answer.pot or _POT_TALK.search(folded) is not None
    for start, end in [*_passwords(text, folded, pot), *_keyed(folded, pot)]:
        if taken.claim(start, end):
            found.append((start, end))
    if not (answer.amount or answer.pot):
        lone = [span for span in _lone(folded) if not (answer.number and _digits(folded, span) >= PART_OF_ID)]
        found += [span for span in lone if taken.claim(*span)]
    found += [span for span in _other_tries(folded, found) if taken.claim(*span)]
    return sorted(found)


def _facts(text: str) -> list[tuple[int, int]]:
    """References, lettered ids and phones: whatever stands beside them, they are no secret."""
    spans = [(r.start, r.end) for r in find_references(text) if r.marked]
    spans += [(i.start, i.end) for i in find_operator_ids(text) if i.kind not in ("digits", "code")]
    return spans + [(p.start, p.end) for p in find_phones(text) if not p.number.isdigit()]


def _cards(folded: str) -> Iterator[tuple[int, int]]:
    named = words.CARD_WORD.search(folded) is not None
    seen = False
    for match in words.CARD.finditer(folded):
        digits = re.sub(r"\D", "", match.group())
        if _ids_in_a_row(match.group()) or _WITH_00.fullmatch(digits):
            continue
        if (_luhn(digits) and len(digits) >= 14) or (
            len(digits) == 16 and (named or words.CARD_GROUPED.fullmatch(match.group()))
        ):
            seen = True
            yield match.span()
            if expiry := words.CARD_EXPIRY.match(folded, match.end()):
                yield expiry.span("value")
    for match in words.CARD_SPOKEN.finditer(folded):
        if tokens_in(match.group("spelled")) >= SPOKEN_CARD:
            seen = True
            yield match.span("spelled")
    yield from (m.span("value") for m in words.CVV.finditer(folded))
    if seen:
        yield from (m.span("value") for m in words.EXPIRY.finditer(folded))


def _ids_in_a_row(written: str) -> bool:
    """Cards are written in groups of six digits at most: longer ones side by side are ids or numbers, said twice."""
    groups = re.split(r"\D+", written)
    return len(groups) > 1 and max(map(len, groups)) > 6


def _luhn(digits: str) -> bool:
    total = 0
    for index, char in enumerate(reversed(digits)):
        value = int(char) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _keyed(folded: str, pot: bool) -> Iterator[tuple[int, int]]:
    """What stands after a word for a secret, then what stands before one that has nothing after it."""
    answered: set[int] = set()
    for match in words.AFTER_KEY.finditer(folded):
        span = _code(match)
        if span is None or (pot and _PLAIN_CODE.match(match.group())) or words.OTHER_MATTER.search(match.group("gap")):
            continue
        left = folded[max(0, span[0] - _LEFT) : span[0]]
        if re.fullmatch(r"(19|20)\d\d", folded[slice(*span)]) and words.YEAR.search(left):
            continue
        if not re.search(r"[,;]| et ", match.group("gap")):
            answered.add(match.start())
        yield span
    for match in words.IN_PARTS.finditer(folded):
        yield from (match.span(name) for name in ("value", "second") if match.group(name))
    for pattern in (words.WARNED, words.WARNED_AFTER):
        yield from (m.span("value") for m in pattern.finditer(folded))
    for match in words.BEFORE_KEY.finditer(folded):
        span = _code(match)
        if span is None or match.start("key") in answered:
            # "5000 mon pin est 7391": the word has its value after it, so what stands before is none.
            continue
        named = folded.startswith((" comme ", " pour code"), span[1])
        if named or not words.SUM_BEFORE.search(folded[max(0, span[0] - _LEFT) : span[0]]):
            yield span


def _code(match: re.Match[str]) -> tuple[int, int] | None:
    """The span of the digits, or of the words when they spell a code; "5 000" is a sum, "5 521" is a code."""
    if match.group("spelled") is None:
        grouped = re.fullmatch(r"\d[ .]\d{3}", match.group("value"))
        return None if grouped and grouped.group()[-2:] in ("00", "50") else match.span("value")
    return match.span("spelled") if spells_a_code(match.group("spelled")) else None


def _passwords(text: str, folded: str, pot: bool) -> Iterator[tuple[int, int]]:
    for match in words.MIXED_PASSWORD.finditer(folded):
        value = text[slice(*match.span("value"))]
        pots = (pot or _POT_CODE.fullmatch(value.rstrip(".,;!?"))) and _PLAIN_CODE.match(match.group())
        if pots or words.NO_MIXED_PASSWORD.match(match.group("value")) or words.OTHER_MATTER.search(match.group("gap")):
            continue
        yield from (match.span(name) for name in ("value", "second") if match.group(name))
    for match in words.PASSWORD_BEFORE.finditer(folded):
        if not words.NO_MIXED_PASSWORD.match(match.group("value")):
            yield match.span("value")
    for pattern in (words.PLAIN_PASSWORD, words.WORD_PASSWORD):
        for match in pattern.finditer(folded):
            if any(c.isdigit() for c in match.group("value")) or not words.NO_WORD_PASSWORD.match(match.group("value")):
                yield match.span("value")


def _digits(folded: str, span: tuple[int, int]) -> int:
    return sum(character.isdigit() for character in folded[slice(*span)])


def _lone(folded: str) -> list[tuple[int, int]]:
    """A message that is nothing but a code. Sums end in 00 or 50 nearly always and never begin with 0."""
    if match := words.LONE_DIGITS.match(folded):
        written = match.group("value")
        digits = re.sub(r"\D", "", written)
        round_sum = written.isdigit() and digits[0] != "0" and int(digits) % 50 == 0
        if not round_sum and not (len(written) > len(digits) and re.fullmatch(r"\d{1,3}([ .]\d{3})+", written)):
            return [match.span("value")]
    if (match := words.LONE_WORDS.match(folded)) and spells_a_code(match.group("spelled")):
        # "quatre mille huit cent quinze" alone is a sum; only what is spelled digit by digit is a code.
        return [] if re.search(r"mil|cent", match.group("spelled")) else [match.span("spelled")]
    return []


def _other_tries(folded: str, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """'4815 ou 4816': the second try is as secret as the first, and the first as the second."""
    several = words.SEVERAL.search(folded) is not None
    following = (words.NEXT, words.NEXT_NAMED) if several else (words.NEXT,)
    preceding = (words.PREVIOUS, words.PREVIOUS_NAMED) if several else (words.PREVIOUS,)
    spans = []
    for start, end in found:
        position = end
        while match := next((m for p in following if (m := p.match(folded, position))), None):
            spans.append(match.span("value"))
            position = match.end()
        base = max(0, start - _LEFT)
        if match := next((m for p in preceding if (m := p.search(folded[base:start]))), None):
            spans.append((base + match.start("value"), base + match.end("value")))
    return spans
