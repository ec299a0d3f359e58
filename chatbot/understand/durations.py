"""When it happened or how long it has lasted: 'hier', 'depuis 3 jours', 'ce matin à 8h12'."""

from __future__ import annotations

import re

from chatbot.forms.spans import Taken
from chatbot.forms.text import fold
from chatbot.types import Entity

_COUNT = r"(?:\d{1,3}|une?|deux|trois|quatre|cinq|six|sept|huit|dix|quelques?|plusieurs|kelk|kelke|qq)"
_UNIT = (
    r"(?:heures?|hres?|hrs?|h|minutes?|mins?|mn|jours?|jrs?|j|semaines?|sem|mois|ans?|nuits?|days?|hours?|weeks?"
    r"|secondes?)"
)
_DAY = r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)"
# "Le 2" before one of these counts or orders things: no day of the month.
_COUNTED = r" ?(?:dernie|premie|chiffre|compte|numero|transac|transfer|autre|fois|mil|message|operateur|personne)"
_MONTH = r"(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre)"
_EN_DAY = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_CLOCK = r"(?:\s*(?:a|vers|at)?\s*\d{1,2} ?[h:] ?\d{0,2})"
_WHEN = (
    rf"(?:avant?[ -]?hier(?: (?:soir|matin|nuit))?|hier(?: (?:soir|matin|nuit|apres-midi))?"
    rf"|ier|yer|yesterday|kunu|ce matin|ce soir"
    rf"|ce midi|cet apres-?midi|cette nuit|cette semaine|this morning|tonight|last night"
    rf"|(?:la )?semaine (?:derniere|passee)|(?:le )?mois (?:dernier|passe)|{_DAY}(?: (?:dernier|passe|matin|midi"
    rf"|soir))?(?: (?:le )?\d{{1,2}} {_MONTH})?"
    rf"|le [1-3]?\d(?<!0\d)(?:er)?(?: (?:de ce mois|{_MONTH}))?(?: \d{{4}})?(?![\w%]| ?\d|[.,/]\d|{_COUNTED})"
    rf"|(?:toute?|tt) ?a ?(?:l'? ?)?l?(?:heure|eure?)"
    rf"|aujourd'?hui(?: (?:matin|midi|soir|meme))?|\d{{1,2}} ?e(?:r|me)? jour(?!\w)|{_EN_DAY}|a l'instant"
    rf"|pas longtemps|le \d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?"
    rf"|\d{{1,2}} {_MONTH}(?: \d{{4}})?|\d{{1,2}}[/.\-]\d{{1,2}}[/.\-](?:20)?\d{{2}}(?!\d))"
)
_PATTERN = re.compile(
    rf"(?<![\w])(?:"
    rf"(?:(?P<since>depuis|dps|dpui|dpuis|2puis|since|[cs]a fait|[cs]a fai|fait|ca va faire|for)|il y a|il ya"
    rf"|y'? ?a) "
    rf"(?:bientot |deja |plus de |presque |environ |au moins |a peine |le |la |ce |cet "
    rf"|cette )?(?:{_COUNT} ?{_UNIT}(?!\w)"
    rf"|{_WHEN}{_CLOCK}?|{_MONTH}|\d{{1,2}}\s?(?:[h:]\s?\d{{0,2}}|[ap]m(?!\w))"
    rf"|matin|midi|l'aube|longtemps|toute la journee)"
    rf"(?: ce matin| du matin| hier)?(?: et (?:{_COUNT} ?{_UNIT}(?!\w)|demie?(?!\w)))?"
    rf"|{_WHEN}{_CLOCK}?"
    rf"|\d{{1,3}}\s?(?!ans?(?!\w)){_UNIT}(?!\w)(?: ?\d{{1,2}}(?!\d))?"
    rf"|{_COUNT} (?:heures?|minutes?|jours?|semaines?|mois|days|hours)(?!\w)"
    rf"|(?:[01]?\d|2[0-3])h[0-5]\d(?!\w)"
    rf"|(?:vers|a) \d{{1,2}} ?h ?\d{{0,2}}(?!\w)"
    rf")"
)
# The service's own delays, prices per day, and waits still to come are not the customer's elapsed time.
_NOT_BEFORE = re.compile(
    r"(?:\bpar|\bles|\bds|\bchaque|\btous les|\btoutes les|\bdans|\bsous|\bdelai de|\bmaximum|\bde \d\d? ?h? a"
    r"|\bprend(?:re)?|\bfaut"
    r"|\ben|\bapres|\b(?:soucis?|l?affaires?|problemes?|histoire|discussion) de"
    r"|\b(?:message|mesaj|sms) de|\bfin\w*|\w/|\bentre|\bpour|\bavant|\bd'ici|\bmettait"
    r"|\breste|\bmet|\bdure|\bdurer|\b(?:ouvert"
    r"|ouverts"
    r"|travaillez|ouvrez|disponibles?)(?: aussi)? (?:le|les)|\bune?|24 ?h? ?(?:a|ou|-)?)\s*$"
)
_NOT_AFTER = re.compile(
    r"\s*(?:je (?:fouille|cherche|regarde|reviens|verifie|vous (?:envoie|reviens))|(?:s'il vous plait|svp|stp)\W*$)"
    r"|(?:(?<=\dh)|(?<=heures))\s*apres\b|\s*(?:"
    r"/ ?(?:24|7|j)|sur 7|par jour|pour un|maxi|max\b|maximum|de delai|24|a \d)"
)
# "Ce soir" is tonight, "aujourd'hui" a manner of speaking, unless the clause tells of something done or due.
_TODAY = re.compile(r"ce soir(?! (?:a|vers))|aujourd'?hui$")
_DUE = re.compile(r"\b(?:dois|doit|devons|faut|avant|payer|si je (?:ne )?vois? pas|si .{0,16}\bpas)\b")
_PAST = re.compile(r"\bj'?ai\b|\bdebite|\benvoye|\bcoupe|\bparti\b|\bfait\b|\bdepuis|\bpaye\b")


def find_durations(text: str, taken: Taken) -> list[Entity]:
    """Times and durations in reading order; ``value`` is the phrase in lower case, its span without "depuis"."""
    folded = fold(text)
    return [
        Entity("time_elapsed", text[m.start() : m.end()].lower(), _without_since(m))
        for m in _PATTERN.finditer(folded)
        if (m.group("since") or not _NOT_BEFORE.search(folded[max(0, m.start() - 24) : m.start()]))
        and (not _TODAY.match(m.group()) or _told(folded[max(0, m.start() - 48) : m.start()], m.group()))
        and not _NOT_AFTER.match(folded, m.end())
        and taken.claim(*m.span())
    ]


def _told(clause: str, phrase: str) -> bool:
    done = phrase.startswith("ce soir") and _PAST.search(clause)
    return bool(done or _DUE.search(clause))


def _without_since(match: re.Match[str]) -> tuple[int, int]:
    start = match.end("since") + 1 if match.group("since") else match.start()
    return start, match.end()
