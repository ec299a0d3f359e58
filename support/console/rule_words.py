"""A rule in French, as one reads it aloud: when, if, then."""

from __future__ import annotations

from collections.abc import Iterable

from chatbot.figures import francs
from support.console import words
from support.models import Channel, Reason, Rule
from support.rules import vocabulary
from support.rules.vocabulary import MOODS, RuleError


def when(rule: Rule) -> str:
    """Every condition; "toujours" without one, and the fault of a rule that cannot be read."""
    try:
        wanted = vocabulary.conditions(rule.conditions, rule.occasion)
    except RuleError as fault:
        return str(fault)
    lists = (
        ("motif", wanted.reasons, dict(Reason.choices).get),
        ("nature", wanted.kinds, lambda kind: words.claim_kind(rule.brand, kind)),
        ("depuis", wanted.senders, str),
        ("vers", wanted.receivers, str),
        ("canal", wanted.channels, dict(Channel.choices).get),
        ("humeur", wanted.moods, MOODS.get),
        ("le client écrit", wanted.words, lambda word: f"« {word} »"),
    )
    said = [f"{title} {_either(str(name(each)) for each in chosen)}" for title, chosen, name in lists if chosen]
    if wanted.amount is not None:
        said.append(f"montant d'au moins {francs(wanted.amount)}")
    if wanted.claims is not None:
        said.append(f"au moins {wanted.claims} dossier{'s' if wanted.claims > 1 else ''} en cours")
    if wanted.score is not None:
        said.append(f"note de {wanted.score} ou moins")
    if wanted.closed:
        said.append("hors des horaires")
    return " ; ".join(said) or "toujours"


def _either(names: Iterable[str]) -> str:
    return " ou ".join(names)
