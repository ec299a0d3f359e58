"""Nothing was understood: two readings to choose from, and a person when that brought nothing either."""

from __future__ import annotations

from dataclasses import replace

from chatbot.dialogue import people
from chatbot.dialogue.answers import typed_digit
from chatbot.dialogue.cues import fold
from chatbot.dialogue.scratch import Scratch
from chatbot.dialogue.state import Offered
from chatbot.types import Intent

OFFERED = 2


def take_reading(s: Scratch) -> None:
    """« 1 » or « 2 » after two readings were offered: the message is heard again as meaning that."""
    offered = s.state.offered
    if offered is None:
        return
    s.state = replace(s.state, offered=None)
    place = typed_digit(s)
    if place is None or not 1 <= place <= len(offered.intents):
        return
    meaning = replace(s.heard.meaning, intents=(Intent(offered.intents[place - 1], 1.0),))
    s.heard = replace(s.heard, text=offered.text, normalised=offered.text, meaning=meaning, readings=(meaning,))
    s.folded = (fold(offered.text),)


def clarify(s: Scratch) -> None:
    """Ask what was meant; the last time before a person is called, always with two readings."""
    if called_after_trying(s):
        return
    readings = _readings(s, anyway=s.state.unclear == s.rules.causes.unclear_turns - 1)
    if len(readings) < OFFERED:
        s.say("unclear")
        return
    s.state = replace(s.state, offered=Offered(readings, s.heard.text))
    first, second = (s.rules.readings[intent] for intent in readings)
    s.say("unclear.readings", first=first, second=second)


def called_after_trying(s: Scratch) -> bool:
    """Count one more turn without an understanding; too many in a row call a person. Tells whether one was called."""
    s.state = replace(s.state, unclear=s.state.unclear + 1)
    if s.state.unclear >= s.rules.causes.unclear_turns:
        people.call(s, "dead_loop")
    return s.said("handoff")


def _readings(s: Scratch, *, anyway: bool) -> tuple[str, ...]:
    """The two likeliest readings that have words; ``anyway`` fills up with the brand's commonest."""
    names = [one.name for one in s.heard.meaning.intents if one.confidence >= s.rules.clarify_from]
    likely = [name for name in names if name in s.rules.readings]
    if anyway:
        likely += [name for name in s.rules.readings if name not in likely]
    return tuple(likely[:OFFERED])
