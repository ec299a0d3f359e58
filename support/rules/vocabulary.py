"""The closed vocabulary of rules: what may be asked of a case, what may be done to it, and what makes no sense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from support.models import Channel, Occasion, Priority, Reason, Status

MOODS = {"pos": "content", "neu": "neutre", "neg": "mécontent", "angry": "en colère"}
MOST_WORDS, LONGEST_WORD = 30, 40
LONGEST_SNOOZE = 24 * 30  # hours
OVER = (Occasion.RESOLVED, Occasion.SCORED)  # by then the case is closed: nobody works on it any more


class RuleError(ValueError):
    """A rule that cannot be carried out. ``field`` is the condition or act it is about; the text is French."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class Conditions:
    """All of them must hold; one left empty holds always. Of a list, one entry is enough."""

    reasons: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()  # operators the money left …
    receivers: tuple[str, ...] = ()  # … and was to reach
    channels: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    words: tuple[str, ...] = ()  # of what the customer wrote (``facts``), as it stands or in standard French
    amount: int | None = None  # FCFA at stake, at least
    claims: int | None = None  # of the customer and not settled, at least
    score: int | None = None  # at most
    closed: bool = False  # outside the hours of the desk


@dataclass(frozen=True, slots=True)
class Acts:
    """What is done, at least one. ``priority`` is raised to, never lowered; ``label`` and ``team`` are row ids."""

    priority: int | None = None
    label: int | None = None
    team: int | None = None
    status: str = ""
    hours: int | None = None  # of a snooze
    notice: bool = False  # to supervisors


def conditions(stored: object, occasion: str) -> Conditions:
    """What a row says, if it can be asked. Raises RuleError."""
    given = _known(stored, Conditions, "conditions")
    for name in ("reasons", "kinds", "senders", "receivers", "channels", "moods", "words"):
        given[name] = _list(name, given.get(name, ()))
    for name, (least, most) in {"amount": (1, 10**9), "claims": (1, 99), "score": (1, 5)}.items():
        _number(name, given.get(name), least, most)
    _flag("closed", given.get("closed", False))
    for name, allowed in (("reasons", Reason.values), ("channels", Channel.values), ("moods", MOODS)):
        if strange := set(given[name]) - set(allowed):
            raise RuleError(name, f"Valeur inconnue : {min(strange)}.")
    if given.get("score") is not None and occasion != Occasion.SCORED:
        raise RuleError("score", "La note n'est connue que quand le client la donne.")
    return Conditions(**given)


def acts(stored: object, occasion: str) -> Acts:
    """What a row says, if it can be done on that occasion. Raises RuleError."""
    given = _known(stored, Acts, "acts")
    _number("priority", given.get("priority"), min(Priority.values), max(Priority.values))
    for name in ("label", "team"):
        _number(name, given.get(name), 1, 2**31)
    _number("hours", given.get("hours"), 1, LONGEST_SNOOZE)
    _flag("notice", given.get("notice", False))
    found = Acts(**given)
    if found == Acts():
        raise RuleError("acts", "Une règle fait au moins une chose.")
    if found.status not in ("", Status.PENDING, Status.SNOOZED):
        raise RuleError("status", "Une règle met en attente du client ou en veille, rien d'autre.")
    if (found.status == Status.SNOOZED) != (found.hours is not None):
        raise RuleError("hours", "Une mise en veille, et elle seule, demande un nombre d'heures.")
    if occasion in OVER:
        for name in ("priority", "team", "status"):
            if getattr(found, name) not in (None, ""):
                raise RuleError(name, "La demande est déjà terminée : seuls l'étiquette et l'avis ont un sens.")
    return found


def plain(values: Conditions | Acts) -> dict[str, Any]:
    """As a row keeps it: without what is empty."""
    kept = {name: value for name, value in asdict(values).items() if value or (value == 0 and value is not False)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in kept.items()}


def _known(stored: object, kind: type[Conditions | Acts], field: str) -> dict[str, Any]:
    if not isinstance(stored, Mapping):
        raise RuleError(field, "Un objet est attendu.")
    if strange := set(stored) - {each.name for each in fields(kind)}:
        raise RuleError(field, f"Mot inconnu : {min(map(str, strange))}.")
    return dict(stored)


def _list(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > MOST_WORDS or not all(map(_is_word, value)):
        raise RuleError(name, f"Au plus {MOST_WORDS} mots ou expressions, de {LONGEST_WORD} caractères chacun.")
    return tuple(dict.fromkeys(each.strip() for each in value))


def _is_word(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_WORD


def _number(name: str, value: object, least: int, most: int) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise RuleError(name, f"Un nombre de {least} à {most} est attendu.")


def _flag(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise RuleError(name, "Oui ou non est attendu.")
