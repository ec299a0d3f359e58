"""Secrets people type by mistake: PIN, one-time codes, passwords, card numbers; in digits and in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from chatbot.forms.operator_id import find_operator_ids
from chatbot.forms.phone import find_phones
from chatbot.forms.reference import find_references
from chatbot.forms.spans import Taken
from chatbot.forms.text import fold

MASK = "****"
_DIGIT_WORD = (
    r"(?:zero|zéro|zeros|oh|un|une|in|de|deux|trois|troi|quatre|kat|katre|cat|quat|cinq|cink|sink|sank|sis|six"
    r"|sept|set|huit|uit|8uit|"
    r"wit|neuf|nef|dix|dis|onze|douze|treize|quatorze|quinze|seize|vingt|trente|quarante|cinquante|soixante|"
    r"zero|one|two|three|four|five|seven|eight|nine|double|triple)"
)
_KEY = (
    r"(?:code[s]?[ -]?(?:secret|pin|otp|sms|momo|mtn|om|orange|wave|moov|tresor|tremo|flooz|perso|personnel"
    r"|confidentiel|prive|de (?:validation|"
    r"confirmation|verification|securite|connexion|la carte|carte|retrait|deblocage|mon compte))?"
    r"|kode?(?: secret| pin)?|kod"
    r"|cod(?: secret| pin)|pin ?code|code ?pin|pin|pine|pins|ping|otp|mots? ?(?:de ?)?pass?e?s?"
    r"|mo ?d?e? ?pass?e?|mdp|mp ?passe|pass ?words?|pswd|pwd|passcode|"
    r"motdepasse|passwd|passe|pass|verification code|one[- ]time (?:code|password)|cvv2?|cvc|cryptogramme"
    r"|numero secret|chiffres? secrets?|secret)"
)
# Codes that are no secret: a pot's code, a sponsor's, a country's …
_PUBLIC = (
    r"(?! ?(?:de )?(?:la |ma )?(?:cotisation|tontine|cagnotte|caisse|parrain\w*|promo\w*|ussd|marchand|pays|client"
    r"|postal|transaction|transfert|barre|qr|efb|easy ?transfert? ref|ref))"
)
_NUMERIC = r"(?:[a-z]{1,2}-\d{4,8}|\d(?:[ .\-_,/]?\d){3,7}|(?:\*{1,3}\d{4,8})|\d{3}(?=\W*$))"
_UNIT = r"(?! ?(?:f|fr|frs|franc|francs|fcfa|cfa|xof|k|mille|mil|heures?|h|jours?|min|mn|%)(?![a-z])|\d|[.,]\d|[a-z])"
_SPELLED = rf"{_DIGIT_WORD}(?:[ ,.\-/]{{1,3}}(?:et )?{_DIGIT_WORD}){{1,11}}(?![a-z'])"
_MIXED_VALUE = r"(?=[^\s]*\d)(?=[^\s]*[a-z])[^\s,;:?«»\"()]{5,32}"
_GAP = r"(?:[^\d\n.;!?]|\.(?! )|\n){0,48}?"
_AFTER_KEY = re.compile(
    rf"(?<![a-z0-9]){_KEY}(?![a-z0-9@]){_PUBLIC}(?P<gap>{_GAP})(?P<value>(?<![\w.+#/]){_NUMERIC}{_UNIT}"
    rf"|(?<![a-z0-9']){_SPELLED}(?! ?(?:mille|mil|cents?|francs?|fois|jours?|heures?|personnes?)(?![a-z])))"
)
_WORD_FOR_IT = (
    r"(?:mots? ?(?:de ?)?pass?e?s?|mo ?d?e? ?pass?e?|mdp|pass ?words?|pswd|pwd|motdepasse|passcode|passwd|code|pass)"
)
_MIXED_PASSWORD = re.compile(
    rf"(?<![a-z0-9]){_WORD_FOR_IT}(?![a-z0-9@]){_PUBLIC}(?P<gap>[^\d\n.;!?]{{0,40}}?)(?P<value>(?<![\w.@/]){_MIXED_VALUE})"
)
_PLAIN_PASSWORD = re.compile(
    r"(?<![a-z0-9])(?:mots? ?(?:de ?)?pass?e?s?|mdp|pass ?words?|pwd"
    r"|motdepasse)(?![a-z0-9])[a-z' ]{0,24}?(?:[:=]|->)\s*(?P<value>[^\s,;?!«»\"()]{4,32})"
)
_BEFORE_KEY = re.compile(
    rf"(?<![\w.+#/])(?P<value>[a-z]{{1,2}}-\d{{4,8}}|\d(?:[ \-]?\d){{3,7}}"
    rf"|{_SPELLED}){_UNIT}[ ,:=\-(]{{0,3}}(?:[a-z']+ ){{0,4}}?(?:{_KEY})(?![a-z0-9]){_PUBLIC}"
)
_CARD = re.compile(r"(?<![\w.+])\d(?:[ \-.]?\d){12,18}(?!\w)")
_CARD_WORD = re.compile(r"(?<![a-z])(?:carte|visa|mastercard|card|cb|master)(?![a-z])")
_CVV = re.compile(r"(?<![a-z])(?:cvv2?|cvc2?|cryptogramme)\D{0,12}(?P<value>\d{3,4})(?!\d)")
_EXPIRY = re.compile(
    r"(?<![a-z])(?:expire?|expiration|exp|valide?)\D{0,18}(?P<value>(?:0[1-9]|1[0-2]) ?/ ?\d{2,4})(?!\d)"
)
_LONE_DIGITS = re.compile(r"\s*(?:[a-z]{1,2}-)?(?P<value>\d{4,6}|\d(?:[ .\-]\d){3,5})\s*[.!]?\s*\Z")
_LONE_WORDS = re.compile(rf"\s*(?P<value>{_DIGIT_WORD}(?:[ ,\-]+{_DIGIT_WORD}){{3,7}})\s*[.!]?\s*\Z")
_NEXT = re.compile(
    r"[ ,]{0,2}(?:(?:ou|et|pas|non|sinon|puis|bien|plutot|soit) (?:bien )?)+(?P<value>\d{4,8})(?![\w%]| ?(?:f|frs"
    r"|fcfa|mille|h)\b)"
)
PART_OF_ID = 6  # digits: the rest of an id that was asked for is no shorter, a PIN is
_YEAR = re.compile(
    r"(?:depuis|en|annee|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre"
    r"|decembre)(?: le)? $"
)
# Talk of a shared pot: its bare "code" is the pot's and no secret.
_POT_TALK = re.compile(r"cotis|tontine|cagnotte|caisse")
_AMOUNT_ASKED = re.compile(r"montant|somme|amount|combien")
_NUMBER_ASKED = re.compile(r"\bid\b|tx_id|identifiant|transaction|reference|\befb\b|easytransfert_id|msisdn|numero")
_SLOT = re.compile(r"[a-z]+(?:_[a-z]+)+")
_PLAIN_CODE = re.compile(r"codes? (?!secret|pin|otp)|codes?[:=]")
_POT_CODE = re.compile(r"[A-Z]{2,6}-?\d{3,8}")
_ALREADY = re.compile(r"\*{3,}")
# Words that follow "mot de passe :" without being one.
_NO_PASSWORD = {
    "oublie", "oubliee", "perdu", "perdue", "incorrect", "invalide", "bloque", "refuse", "expire", "comment",
    "quoi", "jai", "impossible", "error", "erreur", "j'ai", "merci", "svp", "faux", "mauvais", "c'est", "aidez",
    "aide", "besoin", "probleme", "forgot", "forgotten",
}  # fmt: skip
# Before these the number answers something else than the code asked about.
_OTHER_MATTER = re.compile(
    r"\b(?:montant|envoye|envoyer|somme|reference|ref|efb|depot|debite|numero|tel|transaction|id|transfere"
    r"|recu (?=\d))\b(?!.*\b(?:c|cest|c'est|est|:)\s*$)"
)


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
    found += [span for span in _next_ones(folded, found) if taken.claim(*span)]
    return sorted(found)


def _facts(text: str) -> list[tuple[int, int]]:
    """References, lettered ids and phones: whatever stands beside them, they are no secret."""
    spans = [(r.start, r.end) for r in find_references(text) if r.marked]
    spans += [(i.start, i.end) for i in find_operator_ids(text) if i.kind not in ("digits", "code")]
    return spans + [(p.start, p.end) for p in find_phones(text) if not p.number.isdigit()]


def _cards(folded: str) -> list[tuple[int, int]]:
    spans = []
    for match in _CARD.finditer(folded):
        digits = re.sub(r"\D", "", match.group())
        if _luhn(digits) and len(digits) >= 14 or (len(digits) == 16 and _CARD_WORD.search(folded)):
            spans.append(match.span())
    for pattern in (_CVV, _EXPIRY):
        if pattern is _CVV or spans:
            spans += [m.span("value") for m in pattern.finditer(folded)]
    return spans


def _luhn(digits: str) -> bool:
    total = 0
    for index, char in enumerate(reversed(digits)):
        value = int(char) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _keyed(folded: str, pot: bool) -> list[tuple[int, int]]:
    spans = []
    for match in _AFTER_KEY.finditer(folded):
        if pot and _PLAIN_CODE.match(match.group()):
            continue
        value = match.group("value")
        before = folded[: match.start("value")]
        if re.fullmatch(r"(19|20)\d\d", value) and _YEAR.search(before[-16:]):
            continue
        if _OTHER_MATTER.search(match.group("gap")):
            continue
        spans.append(match.span("value"))
    spans += [m.span("value") for m in _BEFORE_KEY.finditer(folded) if len(re.sub(r"\W", "", m.group("value"))) <= 60]
    return spans


def _passwords(text: str, folded: str, pot: bool) -> list[tuple[int, int]]:
    spans = [
        m.span("value")
        for m in _MIXED_PASSWORD.finditer(folded)
        if not ((pot or _POT_CODE.fullmatch(text[slice(*m.span("value"))])) and _PLAIN_CODE.match(m.group()))
        and not re.match(
            r"(?:efb|mrch|mp\d|cf\d|pt\d|tr?x\d|\d+(?:f|fr|frs|fcfa|k|mille|h|go|mo)$|[24]\w{0,2}$)", m.group("value")
        )
        and not _OTHER_MATTER.search(m.group("gap"))
    ]
    spans += [
        m.span("value") for m in _PLAIN_PASSWORD.finditer(folded) if m.group("value").strip(".") not in _NO_PASSWORD
    ]
    return spans


def _digits(folded: str, span: tuple[int, int]) -> int:
    return sum(character.isdigit() for character in folded[slice(*span)])


def _lone(folded: str) -> list[tuple[int, int]]:
    """A message that is nothing but a code. Sums end in 00 or 50 nearly always and never begin with 0."""
    if match := _LONE_DIGITS.match(folded):
        written = match.group("value")
        digits = re.sub(r"\D", "", written)
        round_sum = written.isdigit() and digits[0] != "0" and int(digits) % 50 == 0
        if not round_sum and not (len(written) > len(digits) and re.fullmatch(r"\d{1,3}([ .]\d{3})+", written)):
            return [match.span("value")]
    if match := _LONE_WORDS.match(folded):
        return [match.span("value")]
    return []


def _next_ones(folded: str, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """'4815 ou 4816': the second try is as secret as the first."""
    spans = []
    for _, end in found:
        position = end
        while match := _NEXT.match(folded, position):
            spans.append(match.span("value"))
            position = match.end()
    return spans
