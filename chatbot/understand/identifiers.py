"""References and transaction ids: what each code-like span is, by its form, its label and what was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chatbot.forms.operator_id import (
    OperatorId,
    find_codes,
    find_half,
    find_operator_ids,
    find_spaced_ids,
    is_measure,
)
from chatbot.forms.phone import Phone, find_phones
from chatbot.forms.reference import Reference, find_references
from chatbot.forms.spans import Taken
from chatbot.forms.text import fold
from chatbot.types import Entity
from chatbot.understand.amounts import LARGEST
from chatbot.understand.asked import Asked

_REF_LABEL = re.compile(r"(?:\bref\w*|\befb|\breference)\W{0,3}(?:numero|num|n°|no)?\W{0,3}(?:c'?est|est|de)?\W{0,4}$")
_ID_LABEL = re.compile(
    r"(?:\bid|\bidentifiant|\btrans\w*|\btrx|\btxn|\bnumero (?:de )?(?:la )?transaction|\bfinan\w+"
    r"|\bref(?:erence)? (?:mtn|momo))"
    r"(?:\s*(?:de|du|la|transaction|trans|number|num|no|n°|est|c'?est|is|mtn|momo))*\W{0,4}$"
)
_ID_LABEL_AFTER = re.compile(
    r"\W{0,3}(?:c'?est |est |voila |comme )?(?:le |l'|la |mon )?(?:bon |vrai |bonne )?(?:id|identifiant)\b"
)
_PHONE_LABEL = re.compile(
    r"(?:\bnumero|\bnum|\btel\w*|\bcontact|\bappel\w*|\bphone|\bwhatsapp|\bau|\bbeneficiaire)\W{0,3}(?:c'?est|est|du"
    r"|de)?\W{0,4}$"
)
# A full stop after a code ends the sentence; inside a word or before a digit it does not.
_ENDS = r"(?!\w|\.\w)"
_NO_UNIT = r"(?! ?(?:f ?cfa|f|frs?|francs?|cfa|xof|mille|mil|k)(?!\w))"
# Small words that stand before a sum or a number, and are no part of a pot's code.
_NO_WORD = (
    r"(?!(?:a|au|avec|cest|chez|code|dans|de|des|deux|du|est|et|fcfa|fois|il|je|la|le|les|ma|mois|mon|no|nous|num|om|on|par|pour"
    r"|pr|qui|sa|ses|son|sur|tu|un|une|vers|wave|mtn|moov|momo|ya)\b)"
)
_POT = re.compile(
    r"(?:cotisation|tontine|cagnotte|caisse|code)\s*(?:de |la |ma |notre |cotisation |tontine "
    r"|secret )*(?:c'?est|est|:|=|n°|numero)?\s*[\"«]?\s*"
    r"(?P<code>[a-z]{1,6}-?\d[a-z0-9\-]{1,11}"
    rf"|{_NO_WORD}[a-z]{{2,4}} \d{{3,8}}(?! \d{{3}})"
    r"|(?=[\d\-]*[a-z])[0-9a-z]+-?[a-z0-9]{2,10}(?<=\d)|\d{4,8})"
    rf"{_ENDS}{_NO_UNIT}"
)
_ANY_REFERENCE = re.compile(rf"(?<![\w.,+])\d{{5,12}}(?![\w]|[.,]\d){_NO_UNIT}", re.IGNORECASE)
_SPACED_REFERENCE = re.compile(r"(?<![\w.,+])[23]\d(?:[ .\-]\d{3}[ .\-]\d{3}|\d{2}[ .\-]\d{4})(?![\w]|[ .,]\d)")
# "code : CT16313" is a pot's even where nothing was asked: the words of a secret are others (forms/secret_words.py).
_CALLED_CODE = re.compile(
    rf"(?<![\w'])(?:le |mon )?code\s*(?:c'?est |est |[:=] ?)?(?P<code>[a-z]{{2,3}}-?\d{{5}}){_ENDS}"
)
_NO_POT = re.compile(r"(?:efb|mrch|mp\d|cf\d{6}|pt\d|0[157]\d{8}|\d+(?:f|k|fcfa|h|eme|e)\Z)")
_POT_TALK = re.compile(r"cotis|tontine|cagnotte|caisse|\bpot\b")


def find_identifiers(text: str, taken: Taken, asked: Asked) -> list[Entity]:
    """References, operator ids, phones and pot codes, in reading order; every character goes to one of them at most."""
    folded = fold(text)
    return sorted(
        (e for e in _candidates(text, folded, asked) if taken.claim(*e.span)),
        key=lambda e: e.span,
    )


def _candidates(text: str, folded: str, asked: Asked) -> Iterator[Entity]:
    """Most certain first: what carries its own mark, then what its form, its label or the question says."""
    references, ids = find_references(text), find_operator_ids(text)
    yield from (_reference(r) for r in references if r.marked)
    yield from _pot_codes(text, folded, asked)
    yield from (_operator_id(i) for i in ids if i.kind != "digits")
    yield from (_phone(p, folded) for p in find_phones(text) if _is_phone(p, folded, asked))
    yield from (_operator_id(i) for i in ids if i.kind == "digits")
    yield from (_operator_id(i) for i in find_spaced_ids(text) if _is_spaced_id(i, text, folded, asked))
    yield from (_reference(r) for r in references if not r.marked and _is_reference(r, folded, asked))
    wanted = asked.wants("easytransfert_id")
    yield from (_spaced_reference(m) for m in _SPACED_REFERENCE.finditer(folded) if wanted or _is_labelled(folded, m))
    if _asked_id(asked):
        yield from (_operator_id(i) for i in (*find_codes(text), *find_half(text)))
    if asked.wants("easytransfert_id"):
        for match in _ANY_REFERENCE.finditer(text):
            yield Entity("easytransfert_id", f"EFB.{match.group()}", match.span(), confidence=0.8)


def _asked_id(asked: Asked) -> bool:
    return asked.wants("operator_tx_id")


def _is_spaced_id(found: OperatorId, text: str, folded: str, asked: Asked) -> bool:
    """Said to be one, asked for, or too large to be a sum of money: "757 016 812"."""
    groups = text[found.start : found.end].split(" ")
    too_large = len(groups) >= 3 and all(len(g) == 3 for g in groups[1:]) and int(found.value) > LARGEST
    named = _labelled(folded, found.start) or _ID_LABEL_AFTER.match(folded, found.end) is not None
    return too_large or _asked_id(asked) or named


def _labelled(folded: str, start: int) -> bool:
    return _ID_LABEL.search(folded[max(0, start - 48) : start]) is not None


def _reference(reference: Reference) -> Entity:
    span = (reference.start, reference.end)
    return Entity("easytransfert_id", reference.value, span, confidence=1.0 if reference.marked else 0.9)


def _spaced_reference(match: re.Match[str]) -> Entity:
    return Entity("easytransfert_id", "EFB." + re.sub(r"\D", "", match.group()), match.span(), confidence=0.8)


def _is_labelled(folded: str, match: re.Match[str]) -> bool:
    return _REF_LABEL.search(folded[max(0, match.start() - 32) : match.start()]) is not None


def _phone(phone: Phone, folded: str) -> Entity:
    return Entity("msisdn", phone.number, (phone.start, phone.end), role=_phone_role(folded, phone))


def _operator_id(identifier: OperatorId) -> Entity:
    span = (identifier.start, identifier.end)
    if identifier.kind == "received":
        return Entity("other_ref", identifier.value, span)
    # As typed: the back office must see what the customer saw; `repair_wave` gives the corrected spelling beside it.
    value = identifier.value
    certain = 1.0 if identifier.operator else 0.85
    return Entity("operator_tx_id", value, span, confidence=certain, role=identifier.operator)


def _is_phone(phone: Phone, folded: str, asked: Asked) -> bool:
    """A fixed-line look-alike of ten digits is an MTN id when one was asked for or its label says so."""
    digits = phone.number.removeprefix("+225")
    written = folded[phone.start : phone.end]
    left = folded[max(0, phone.start - 32) : phone.start]
    if len(digits) == 10 and digits[0] == "2" and written.isdigit():
        return bool(_PHONE_LABEL.search(left)) and not asked.wants("operator_tx_id")
    return True


_ROLES = (
    (
        "wrong",
        re.compile(
            r"(?:\bfaux|\bmauvais|\berreur|\berrone|\bincorrect|\bau lieu (?:de|du)|\bpas (?:le|sur|au)"
            r"|\benvoye (?:a|au|sur)|\bwrong)\W{0,3}(?:est|le|la|numero|num|au|sur|c'?est|number)?\s*"
            r"(?:est|le|numero|c'?est|au)?\W{0,4}$"
        ),
    ),
    (
        "right",
        re.compile(
            r"(?:\bbon|\bvrai|\bcorrect|\bvoulais|\bdevait|\bau lieu|\bright)\W{0,3}"
            r"(?:numero|num|est|c'?est|le|aller|sur|au)?\s*(?:est|c'?est|sur|au|le)?\W{0,4}$"
        ),
    ),
    (
        "own",
        re.compile(
            r"(?:\bmon|\bmes)\s+(?:propre\s+)?(?:numero|num|compte|tel\w*|contact)\W{0,3}(?:est|c'?est|de|depot)?\W{0,4}$"
        ),
    ),
)


# The words beside a number as they are typed: "le bon nimero c 07…", "mn num cest 05…".
_SHORT = (
    (re.compile(r"\bc(?:est)?(?=\W)(?!')"), "c'est"),
    (re.compile(r"\bn[iuy]?m[a-z]{0,5}\b"), "numero"),
    (re.compile(r"\bmn\b"), "mon"),
)


def _phone_role(folded: str, phone: Phone) -> str:
    left = folded[max(0, phone.start - 40) : phone.start]
    for written, word in _SHORT:
        left = written.sub(word, left)
    return next((role for role, pattern in _ROLES if pattern.search(left)), "recipient")


def _is_reference(reference: Reference, folded: str, asked: Asked) -> bool:
    left = folded[max(0, reference.start - 32) : reference.start]
    if asked.wants("amount_fcfa") or _PHONE_LABEL.search(left):
        return False
    if _REF_LABEL.search(left) or asked.wants("easytransfert_id"):
        return True
    # Eight digits of today's references start at 28 million; old fixed lines of the same look are rarer by far.
    return reference.value[4] in "23"


def _pot_codes(text: str, folded: str, asked: Asked) -> list[Entity]:
    # "It stands in the app, under Cotisations": an answer about pots keeps the talk on them.
    wanted = asked.wants("cotisation_code") or _POT_TALK.search(fold(asked.text)) is not None
    if not (wanted or _POT_TALK.search(folded)):
        return [_pot_code(text, m.span("code"), confidence=0.8) for m in _CALLED_CODE.finditer(folded)]
    phones = find_phones(text)
    spans = [m.span("code") for m in _POT.finditer(folded)]
    if not spans:
        pattern = r"(?<![\w.])(?=[a-z]*[a-z\-]*\d)[a-z]{2,6}-?\d{3,8}" + _ENDS
        if wanted:
            pattern = (
                r"(?<![\w.])(?:"
                + _NO_WORD
                + r"[a-z]{1,6} \d{3,8}|(?=[a-z0-9\-]*\d)[a-z0-9][a-z0-9\-]{3,13})"
                + _ENDS
                + _NO_UNIT
            )
        spans = [m.span() for m in re.finditer(pattern, folded)]
    return [
        _pot_code(text, (start, end))
        for start, end in spans
        if not (
            _NO_POT.match(folded, start, end)
            or is_measure(folded[start:end])
            or any(p.start < end and start < p.end for p in phones)
        )
    ]


def _pot_code(text: str, span: tuple[int, int], confidence: float = 1.0) -> Entity:
    return Entity("cotisation_code", text[slice(*span)].upper().replace(" ", ""), span, confidence=confidence)
