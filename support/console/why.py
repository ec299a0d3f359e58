"""Why the assistant said a reply: what it understood, what it planned, which voice spoke, what the guard found.

And how it read a message of the customer, also one that it left to a person: as written and as read, side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse

from support.console import words
from support.console.lookups import lookup, sees_whole
from support.console.masking import mask_phones
from support.lessons import reading
from support.models import Author, Conversation, TurnTrace
from support.problems import document


@lookup
def why(request: HttpRequest, conversation: Conversation, user: User, seq: int) -> HttpResponse:
    """The trace of the turn that ended with the reply ``seq``, or in which the customer's message ``seq`` was read."""
    asked = conversation.messages.filter(seq=seq, author=Author.CUSTOMER).first()
    if asked is not None:
        trace = conversation.traces.filter(first_seq__lte=seq, last_seq__gte=seq).order_by("-id").first()
        if trace is None:
            return document(404, "Ce message n'a pas encore été lu par l'assistant, ou date d'avant les traces.")
        whole = sees_whole(request, user, conversation.id)
        return JsonResponse(_reading_as_json(trace, conversation.brand, asked.text, whole_numbers=whole))
    trace = conversation.traces.filter(reply_seq=seq).first()
    if trace is None:
        return document(404, "Aucune trace : ce message ne répond à personne, ou date d'avant les traces.")
    return JsonResponse(as_json(trace, conversation.brand))


def _reading_as_json(trace: TurnTrace, brand: str, text: str, *, whole_numbers: bool) -> dict[str, Any]:
    """How a message was read; ``reply`` is the answer it got, None where a person had the conversation."""
    read = reading.in_standard_french(brand, text)
    shown = (text, read) if whole_numbers else (mask_phones(text), mask_phones(read))
    lines = {"Écrit": shown[0], "Lu": shown[1] or "tel quel", **_understood(trace, brand)}
    if trace.reply_seq is None:
        lines["Réponse"] = "aucune de l'assistant : il a lu sans parler"
    return {"answers": None, "reply": trace.reply_seq, "lines": _lines(lines)}


def as_json(trace: TurnTrace, brand: str) -> dict[str, Any]:
    """The trace in French, line by line: {label, value}."""
    answered = str(trace.first_seq) if trace.first_seq == trace.last_seq else f"{trace.first_seq} à {trace.last_seq}"
    lines = {
        **_understood(trace, brand),
        "Plan": " · ".join(dict.fromkeys(_act(name, brand) for name in trace.acts)),
        "Voix": voice(trace.tier),
        "Garde": " puis ".join(_verdict(code) for code in trace.verdict.split()),
        "Durée": _duration(trace.milliseconds),
    }
    return {
        "answers": {"first": trace.first_seq, "last": trace.last_seq, "label": answered},
        "reply": None,
        "lines": _lines(lines),
    }


def _understood(trace: TurnTrace, brand: str) -> dict[str, str]:
    read = (f"{_intent(each['name'], brand)} ({each['confidence']:.0%})" for each in trace.intents)
    return {
        "Compris": ", ".join(read).replace("%", "\u202f%"),
        "Faits trouvés": ", ".join(words.code("facts", name) for name in trace.entities),
        "Humeur": words.code("moods", trace.mood),
    }


def _intent(name: str, brand: str) -> str:
    """An intent's French; one that is called like a kind of claim has that one's."""
    return words.code("intents", name) if name in words.tables()["intents"] else words.detail(brand, name) or name


def _lines(lines: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"label": label, "value": value} for label, value in lines.items() if value]


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
