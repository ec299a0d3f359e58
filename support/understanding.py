"""Understanding as JSON Lines: checked requests in, answers out, one line each; for the command and for scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from chatbot.anonymise import mask_secrets
from chatbot.brand import load
from chatbot.normalise import Normaliser
from chatbot.reasons import Changes
from chatbot.types import Meaning, Normalised
from chatbot.understand import Explanation, Understander
from support.explaining import NO_RULE, facts_and_words

LONGEST = 100_000  # characters of one text: what the normaliser is tested to bear
ROLES = ("user", "bot", "agent")


class RequestError(ValueError):
    """A line that is no request; the message names file, line and field."""


@dataclass(frozen=True, slots=True)
class Request:
    """One message to understand; ``bot_said`` are the bot's earlier turns, oldest first."""

    id: str
    text: str
    bot_said: tuple[str, ...]


class Reader:
    """A brand's normaliser and understander behind one function."""

    def __init__(self, brand: str, cache_dir: Path) -> None:
        """Trains or loads the model at once. Raises BrandError."""
        self.brand = load(brand)
        self._normalise = Normaliser(self.brand).normalise
        self._understander = Understander(self.brand, cache_dir, self._normalise)
        self._understander.ready()
        self._changes = Changes(self.brand.lexicon)

    def standard_french(self, text: str) -> str:
        """The text normalised, secrets and all."""
        return self._normalise(text).text

    def answer(self, request: Request, explain: bool = False) -> dict[str, object]:
        """The contract's answer; secrets are masked in ``normalised``, spans count the text as it was written."""
        changes = self._changes if explain else None
        return understood(request, self._normalise, self._understander, changes)


def understood(
    request: Request,
    normalise: Callable[[str], Normalised],
    understander: Understander,
    changes: Changes | None = None,
) -> dict[str, object]:
    """The contract's answer by any normaliser and understander, with its reasons when ``changes`` can name rows."""
    normalised = normalise(request.text)
    why: Explanation | None = None
    if changes is None:
        meaning = understander.understand(normalised, request.text, request.bot_said)
    else:
        meaning, why = understander.explain(normalised, request.text, request.bot_said)
    masked = mask_secrets(request.text, request.bot_said)
    answer: dict[str, object] = {
        "id": request.id,
        "normalised": normalised.text if masked == request.text else normalise(masked).text,
        "intent": meaning.intent.name,
        "confidence": meaning.intent.confidence,
        "sentiment": meaning.mood,
        "needs_human": meaning.needs_human,
        "entities": [{"type": e.type, "value": e.value, "span": list(e.span)} for e in meaning.entities],
    }
    if changes is None or why is None:
        return answer
    shown = facts_and_words(request.text, masked, meaning.entities, changes.of(request.text, normalised))
    return {**answer, "why": {**_reasons(meaning, why), **shown}}


def read_requests(lines: Iterable[bytes], file: str) -> Iterator[Request]:
    """Requests as they are read; blank lines are passed over. Raises RequestError at the first bad line."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _request(line, f"{file}: line {number}")


def _request(line: bytes, place: str) -> Request:
    try:
        data = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise RequestError(f"{place}: not UTF-8 at byte {error.start}") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise RequestError(f"{place}: not JSON: {getattr(error, 'msg', 'too deep')}") from error
    if not isinstance(data, dict):
        raise RequestError(f"{place}: an object is expected")
    text = _string(data, "text", place)
    if len(text) > LONGEST:
        raise RequestError(f"{place}: field 'text': {len(text)} characters, at most {LONGEST}")
    return Request(_string(data, "id", place), text, tuple(_bot_said(data.get("context"), place)))


def _string(data: Mapping[str, object], field: str, place: str) -> str:
    value = data.get(field)
    if not isinstance(value, str):
        raise RequestError(f"{place}: field '{field}': a string is expected")
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise RequestError(f"{place}: field '{field}': half a surrogate pair")
    return value


def _bot_said(context: object, place: str) -> Iterator[str]:
    if context is None:
        return
    if not isinstance(context, list):
        raise RequestError(f"{place}: field 'context': a list is expected")
    for turn in context:
        if not isinstance(turn, dict) or turn.get("role") not in ROLES:
            raise RequestError(f"{place}: field 'context.role': one of {', '.join(ROLES)} is expected")
        text = _string(turn, "text", f"{place}: context")
        if turn["role"] == "bot":
            yield text


def _reasons(meaning: Meaning, why: Explanation) -> dict[str, object]:
    return {
        "intent": why.intent_rule or "model",
        "intents": [[intent.name, intent.confidence] for intent in meaning.intents],
        "features": [[name, round(weight, 3)] for name, weight in why.features],
        "sentiment": why.mood_rule or NO_RULE,
        "needs_human": why.human_rule or NO_RULE,
        "asked": list(why.asked),
    }
