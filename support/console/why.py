"""Why the assistant said a reply: what it understood, what it planned, which voice spoke, what the guard found."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse

from support.console import words
from support.console.lookups import lookup
from support.models import Conversation, TurnTrace
from support.problems import document


@lookup
def why(request: HttpRequest, conversation: Conversation, user: User, seq: int) -> HttpResponse:
    """The trace of the turn that ended with the reply ``seq``."""
    trace = conversation.traces.filter(reply_seq=seq).first()
    if trace is None:
        return document(404, "Aucune trace : ce message ne répond à personne, ou date d'avant les traces.")
    return JsonResponse(as_json(trace, conversation.brand))


def as_json(trace: TurnTrace, brand: str) -> dict[str, Any]:
    """The trace in French, line by line: {label, value}."""
    answered = str(trace.first_seq) if trace.first_seq == trace.last_seq else f"{trace.first_seq} à {trace.last_seq}"
    lines = {
        "Compris": ", ".join(f"{words.code('intents', i['name'])} ({i['confidence']:.0%})" for i in trace.intents),
        "Faits trouvés": ", ".join(words.code("facts", name) for name in trace.entities),
        "Humeur": words.code("moods", trace.mood),
        "Plan": " · ".join(dict.fromkeys(_act(name, brand) for name in trace.acts)),
        "Voix": voice(trace.tier),
        "Garde": " puis ".join(_verdict(code) for code in trace.verdict.split()),
        "Durée": _duration(trace.milliseconds),
    }
    return {
        "answers": {"first": trace.first_seq, "last": trace.last_seq, "label": answered},
        "lines": [{"label": label, "value": value.replace("%", "\u202f%")} for label, value in lines.items() if value],
    }


def _duration(milliseconds: float) -> str:
    text = f"{milliseconds:.0f}\u00a0ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f}\u00a0s"
    return text.replace(".", ",")


def _act(name: str, brand: str) -> str:
    """ "ask.easytransfert_id" → « demander : référence »; by the longest beginning that has a word."""
    head, rest = name, ""
    table = words.tables()["acts"]
    while head not in table:
        head, dot, last = head.rpartition(".")
        if not dot:
            return name
        rest = f"{last}.{rest}" if rest else last
    detail = words.detail(brand, rest) if rest else ""
    return f"{table[head]} ({detail})" if detail else str(table[head])


def voice(tier: str) -> str:
    """ "azure-fr:standard" → « Standard (azure-fr) »."""
    name, _, kind = tier.rpartition(":")
    label = words.code("voices", kind)
    return f"{label} ({name})" if name else label


def _verdict(code: str) -> str:
    table = words.tables()
    return str(table["verdicts"].get(code) or table["outcomes"].get(code) or code).lower()
