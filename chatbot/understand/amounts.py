"""Sums of money in every written form, as whole francs, with their role: the amount, a fee, what was received."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chatbot.forms.number import find_number_words
from chatbot.forms.spans import Taken
from chatbot.forms.text import fold
from chatbot.types import Entity

LARGEST = 50_000_000
_SPACE = "[ \u00a0\u202f]"
_GROUPED = rf"\d{{1,3}}(?:(?:{_SPACE}\d{{3}})+|(?:\.\d{{3}})+|(?:,\d{{3}})+|(?:'\d{{3}})+)(?!\d)"
_UNIT = rf"(?:{_SPACE}{{0,2}}(?:f ?cfa|francs?(?: ?cfa)?|frcs|frs|fr|xof|cfa|balles?|f)(?![a-z]))"
_NUMERAL = re.compile(
    rf"(?<![\w.,'*#@])(?<!(?<!\w)\+)(?<!(?<!\d\d\d)/)(?:"
    rf"(?P<kilo>\d{{1,3}}){_SPACE}?(?:k|mil|miles?|mille)(?:{_SPACE}?(?P<kilo_hundreds>\d{{3}})|(?P<kilo_tail>\d))(?!\w)"
    rf"|(?P<million_and>\d{{1,2}}){_SPACE}?(?:m|million|millions){_SPACE}?(?P<tail>\d{{1,3}})(?![\d\w])"
    rf"|(?P<number>{_GROUPED}|\d+(?:[.,]\d{{1,3}})?){_SPACE}?(?P<scale>k|mille|mil|mill|miles?|milles|m|million"
    rf"|millions|milion|milions)(?![a-z])"
    rf"|(?P<grouped>{_GROUPED})(?:[.,](?:0{{1,2}}(?!\d)|-))?"
    rf"|(?P<plain>\d{{1,8}})(?![\d])(?:[.,]0{{1,2}}(?!\d))?"
    rf")(?P<unit>{_UNIT})?(?![\w*#%]|{_SPACE}?%|[.,:]\d|/\d{{1,2}}(?!\d| \d{{3}})|/\d{{4}}(?!\d))"
)
# Numbers that count something else.
_NOT_MONEY_AFTER = re.compile(
    r" *(?:h(?:eures?|rs?|\d{0,2})?\b|mn\b|min\b|minutes?\b|sec\w*|jours?\b|j\b|semaines?|mois\b|ans?\b"
    r"|chiffres?|caracteres?|lettres?|%|pour ?cent|go\b|mo\b|giga|personnes?|transferts?\b|eme\b|(?<=\d)e\b"
    r"|(?<=\d)er\b|numeros?\b|comptes?\b|sms\b|messages?\b|operateurs?\b|pays\b|puces?\b"
    r"|abonnes?\b|followers?\b|likes?\b|vues\b|clients?\b|gens\b|fans?\b)"
)
_TIMES_AFTER = re.compile(r"\s*(?:fois|x)\b")
_NOT_MONEY_BEFORE = re.compile(
    r"(?:\bsolde(?: actuel| disponible)?|\bcode|\bcommence\w* par|\bindicatif|\ben|\bannee|\bligne|\bpage"
    r"|\bnumero|\bnum|\bn°|\bpin|\bversion|\ble|\bdu|\bdepuis le|janvier|fevrier|mars|avril|mai|juin|juillet"
    r"|aout|septembre|octobre|novembre|decembre)\s*(?:est|c'est|:)?\s*$"
)
_MONEY_WORDS = re.compile(
    r"montant|envoy|frais|somme|argent|debit|coup|transf|depot|retir|credit|recu|franc|payer|paye|pris|plafond"
    r"|limite|solde"
)
_BALANCE = re.compile(r"\bsolde(?: actuel| disponible| est| de| du compte)*\s*[:=]?\s*$")
_FEE_LEFT = re.compile(r"(?:frais|commission|taxe)\s*(?:de|:|=|est|c'est|est de|sont de|etaient de)?\s*$")
_FEE_RIGHT = re.compile(
    r"\s*(?:fcfa|francs?|frs|f)?\s*(?:de|pour|pr|en|comme|c'est)?\s*(?:les\s*)?(?:frais|commission)\b"
)
_RECEIVED_LEFT = re.compile(r"(?:recu|recoit|arrive|credite de|a eu|touche|trouve)\s*(?:que|seulement|:|de)?\s*$")
_INSTEAD_LEFT = re.compile(r"(?:au lieu de|pas|et non|plutot que|corriger?)\s*$")
# "50 000, pas 5 000": the second sum is what it is not.
_NEGATED = re.compile(r"\b(?:pas?|et non|non pas)\s+$")
# What an advertisement promises is no sum of the customer's.
_PROMISED = re.compile(r"\b(?:gagnez|investissez|recevez|doublez|gagner|investir)(?: plus de| jusqu'a)?\s*$")
_LIST_MARK = re.compile(r"(?:^|\n|[.,;]\s|\s)\s*\d\s?[.)\-]\s*$")


@dataclass(frozen=True, slots=True)
class MoneyWords:
    """The brand's local units of money, the contested ones, and numbers that are never sums."""

    units: Mapping[str, int]
    contested: tuple[str, ...]
    not_sums: tuple[int, ...]


class Amounts:
    """Finds sums in a text whose ids and phones are already taken."""

    def __init__(self, money: MoneyWords) -> None:
        self._not_sums = set(money.not_sums)
        self._units = {fold(word): value for word, value in money.units.items()}
        words = "|".join(sorted(map(re.escape, self._units), key=len, reverse=True)) or "(?!)"
        contested = "|".join(map(re.escape, map(fold, money.contested))) or "(?!)"
        self._local = re.compile(rf"(?<![\w.,])(\d{{1,3}}|un|une|deux|trois|quatre|cinq|six|dix)\s?({words})(?!\w)")
        self._contested = re.compile(rf"(?<![\w.,])(?:\d{{1,3}}|une?|deux|trois|quatre|cinq)\s?(?:{contested})(?!\w)")

    def find(self, text: str, taken: Taken, asked: bool = False) -> list[Entity]:
        """Amounts in reading order. ``asked``: a sum was asked for, so any bare number may be one."""
        folded = fold(text)
        for match in self._contested.finditer(folded):
            taken.claim(*match.span())
        found = [*self._local_sums(folded), *self._numerals(folded, asked), *_in_words(folded)]
        entities = [
            Entity("amount_fcfa", value, (start, end), role=_role(folded, start, end))
            for start, end, value in found
            if 0 < value <= LARGEST
            and not (len(found) > 1 and _NEGATED.search(folded[max(0, start - 12) : start]))
            and taken.claim(start, end)
        ]
        return sorted(entities, key=lambda e: e.span)

    def _local_sums(self, folded: str) -> Iterator[tuple[int, int, int]]:
        counts = {"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "dix": 10}
        for match in self._local.finditer(folded):
            count = counts.get(match.group(1)) or int(match.group(1))
            yield match.start(), match.end(), count * self._units[match.group(2)]

    def _numerals(self, folded: str, asked: bool) -> Iterator[tuple[int, int, int]]:
        money_talk = asked or bool(_MONEY_WORDS.search(folded))
        for match in _NUMERAL.finditer(folded):
            value = _numeral_value(match)
            if value is None or not self._plausible(match, folded, value, asked, money_talk):
                continue
            yield match.start(), match.end(), value

    def _plausible(self, match: re.Match[str], folded: str, value: int, asked: bool, money_talk: bool) -> bool:
        if _BALANCE.search(folded[max(0, match.start() - 24) : match.start()]):
            return False
        if _PROMISED.search(folded[max(0, match.start() - 32) : match.start()]):
            return False
        if match.group("scale") and _NOT_MONEY_AFTER.match(folded, match.end()):
            return False
        if match.group("unit") or match.group("grouped") or match.group("million_and"):
            return value >= 5
        # A window is enough: looking back over a whole text for each number would be quadratic.
        left = folded[max(0, match.start() - 24) : match.start()]
        if match.group("scale") or match.group("kilo"):
            return value >= 100
        if _counts_something(match, folded, left, value) or (_LIST_MARK.search(left + match.group()) and not asked):
            return False
        if value in self._not_sums and not _FEE_RIGHT.match(folded, match.end()):
            return False
        if asked:
            return value >= 25
        if 1990 <= value <= 2035 and len(match.group("plain")) == 4:
            return money_talk and value % 50 == 0
        return value >= 1000 or (value >= 100 and money_talk)


def _counts_something(match: re.Match[str], folded: str, left: str, value: int) -> bool:
    """A bare number of hours, attempts, digits …, a code with a leading zero, or a date."""
    if match.group("plain").startswith("0") or _NOT_MONEY_BEFORE.search(left):
        return True
    if value < 1000 and _TIMES_AFTER.match(folded, match.end()):
        return True
    return _NOT_MONEY_AFTER.match(folded, match.end()) is not None


def _numeral_value(match: re.Match[str]) -> int | None:
    group = match.groupdict()
    if group["million_and"]:
        tail = group["tail"]
        return int(group["million_and"]) * 1_000_000 + int(tail.ljust(6, "0") if len(tail) < 3 else tail + "000")
    if group["kilo"]:
        return int(group["kilo"]) * 1000 + int(group["kilo_hundreds"] or group["kilo_tail"] + "00")
    if group["scale"]:
        return _scaled(group["number"], group["scale"])
    return int(re.sub(r"\D", "", group["grouped"] or group["plain"]))


def _scaled(number: str, scale: str) -> int | None:
    factor = 1_000_000 if scale.startswith(("m", "million")) and not scale.startswith("mil") else 1000
    if scale.startswith(("million", "milion")):
        factor = 1_000_000
    if re.fullmatch(r"\d+[.,]\d{1,2}", number):
        return round(float(number.replace(",", ".")) * factor)
    whole = int(re.sub(r"\D", "", number))
    # '800 000 mille': the word repeats what the zeros already say.
    return whole if factor == 1000 and whole >= 1000 else whole * factor


_AFTER_WORDS = re.compile(rf"{_UNIT}")


def _in_words(folded: str) -> Iterator[tuple[int, int, int]]:
    for number in find_number_words(folded):
        unit = _AFTER_WORDS.match(folded, number.end)
        before = folded[max(0, number.start - 12) : number.start]
        if re.search(r"\d[ .,]?\Z", before):
            continue
        if number.value >= 100 and (number.value >= 1000 or unit or number.words > 1) or (unit and number.value >= 5):
            yield number.start, unit.end() if unit else number.end, number.value


def _role(folded: str, start: int, end: int) -> str:
    left = folded[max(0, start - 28) : start]
    if _FEE_LEFT.search(left) or _FEE_RIGHT.match(folded, end):
        return "fee"
    if _INSTEAD_LEFT.search(left):
        return "wrong"
    return "received" if _RECEIVED_LEFT.search(left) else "amount"
