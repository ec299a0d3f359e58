"""Says what is wrong with the style of a reply: stiff, repetitive, too long, too merry. Rules are data (voice.toml)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chatbot.guard import Guard, sentences
from chatbot.lexis import Lexis
from chatbot.types import Act, Mood, Plan
from chatbot.watch import Watch, plain_text

EMOJI = re.compile(r"[\U0001F300-\U0001FAFF\u2600-\u27BF]")
BULLET = "• "
BROKEN = re.compile(r"  | [,.]|[,;:]{2}|\.\.(?!\.)|\(\s|\s\)|« ?»|!!|\?\?|\b(?!vous|nous)(\w+) \1\b", re.IGNORECASE)
WHOLE = re.compile(r"[.!?…:»)]$")


@dataclass(frozen=True, slots=True)
class Style:
    """``[style]`` of voice.toml, ready to match."""

    numbers: Mapping[str, int]
    grave: frozenset[str]
    limits: tuple[tuple[re.Pattern[str], int], ...]
    stiff: re.Pattern[str]
    familiar: re.Pattern[str]
    warm: re.Pattern[str]

    @classmethod
    def read(cls, settings: Mapping[str, object]) -> Style:
        """Raises KeyError where a rule is missing."""
        table: Any = settings["style"]
        limits = [(_words(one.split("|")), 1) for one in table["once"]] + [(_words([w]), 2) for w in table["twice"]]
        return cls(
            {key: value for key, value in table.items() if isinstance(value, int)},
            frozenset(table["grave"]),
            tuple(limits),
            _words(table["stiff"]),
            _words(table["familiar"]),
            _words(table["warm"]),
        )

    def faults(self, text: str, acts: Sequence[Act], mood: Mood) -> list[str]:
        """Names of the rules a reply breaks; empty when its style is good."""
        plain, number = plain_text(text), self.numbers
        words = plain.split()
        emoji = len(EMOJI.findall(text))
        rules = {
            "long": len(words) > number["words_for_all"] + number["words_per_act"] * len(acts),
            "long_sentence": any(
                len(one.split()) > number["sentence_words"] for line in text.splitlines() for one in sentences([line])
            ),
            "emoji": emoji > (0 if mood in self.grave else number["emoji"]),
            "exclamations": text.count("!") > number["exclamations"],
            "twice": any(len(pattern.findall(plain)) > most for pattern, most in self.limits) or self._repeats(text),
            "stiff": self.stiff.search(plain) is not None,
            "familiar": self.familiar.search(plain) is not None,
            "broken": _broken(text),
            "colons": any(one.count(" :") > 1 for one in re.split(r"(?<=[.!?])\s|\n", text)),
        }
        return [name for name, faulty in rules.items() if faulty]

    def warmth(self, text: str) -> int:
        """How many warm turns it has."""
        return len(self.warm.findall(plain_text(text)))

    def _repeats(self, text: str) -> bool:
        """The same words in a row twice; the lines of a list may look alike."""
        prose = "\n".join(line for line in text.split("\n") if not line.startswith(BULLET))
        words, run = re.findall(r"[\w{}']+", prose.lower()), self.numbers["repeated_run"]
        counted = Counter(tuple(words[at : at + run]) for at in range(len(words) - run + 1))
        return any(count > 1 for count in counted.values())


def refusal(watch: Watch, text: str, acts: Sequence[Act], mood: Mood, lexis: Lexis | None = None) -> str:
    """Why the guard would refuse a reply to these acts, or "passed"; facts get a stand-in."""
    plan = Plan(tuple(acts), {fact: "…" for act in acts for fact in act.facts}, (), mood)
    guard = Guard(watch, plan, "whatsapp", lexis=lexis)
    for sentence in sentences([text]):
        if not (verdict := guard.check(sentence)).passed:
            return verdict.reason
    return guard.finish().reason


def _broken(text: str) -> bool:
    lines = text.split("\n")
    whole = all(
        WHOLE.search(EMOJI.sub("", line).strip()) or line.startswith(BULLET) or EMOJI.search(line[-1:])
        for line in lines
    )
    return not whole or BROKEN.search(text) is not None or any(not line.strip() for line in lines)


def _words(phrases: Sequence[str]) -> re.Pattern[str]:
    """Any of the phrases as whole words; a final * lets the word go on."""
    ways = "|".join(re.escape(phrase.rstrip("*")) + (r"\w*" if phrase.endswith("*") else "") for phrase in phrases)
    return re.compile(rf"\b(?:{ways})\b")
