"""Which words a reply may hold: those its acts are said with, and of the rest only what is harmless.

A blacklist of bad sentences never ends. So a request made of the customer (« envoyez », « payez »), and a word that
touches money, secrets or a decision (``[guard] guarded`` of brand.toml), may be said only where an act of the plan
says it; and a sentence made mostly of words that the brand never uses is nobody's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from chatbot.watch import CLAUSE, plain_text
from chatbot.wording import Wording

HOLE = re.compile(r"\{[^{}]*\}")
STEM = 5  # letters that tell a French word from another; what follows is mostly its ending
YOU = "vous_"
STATED = re.compile(r"\bvous (\w+ez)\b")
SHORT = 4  # a shorter word tells nothing


@dataclass(frozen=True, slots=True)
class Lexis:
    """``acts``: words of each act. ``all``: stems of everything the brand says."""

    acts: Mapping[str, frozenset[str]]
    all: frozenset[str]
    guarded: re.Pattern[str]  # heads of words that only a plan brings in
    forms: frozenset[str]  # verbs in -ez that request nothing: « avez »
    idle: frozenset[str]
    strange: float = 0.5  # share of a clause's telling words that may be unknown
    cache: dict[str, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def read(
        cls,
        settings: Mapping[str, object],
        wording: Wording,
        phrases: Mapping[str, object],
        articles: Iterable[str],
    ) -> Lexis:
        """From ``[guard]`` of brand.toml, the wordings, the model's phrases (voice/phrases) and the articles."""
        table = settings.get("guard", {})
        table = table if isinstance(table, Mapping) else {}
        acts = {act: _words(_texts(moods)) for act, moods in wording.acts.items()}
        for act, moods in phrases.items():
            acts[act] = acts.get(act, frozenset()) | _words(_texts(moods))
        everything = frozenset().union(*acts.values(), _words(articles))
        return cls(
            acts=acts,
            all=frozenset(word[:STEM] for word in everything),
            guarded=_heads(table.get("guarded", ())),
            forms=frozenset(map(str, table.get("forms", ()))),
            idle=frozenset(map(str, table.get("idle", ()))),
            strange=float(table.get("strange", 0.5)),
        )

    def ground(self, acts: Iterable[str], quotes: Iterable[str] = ()) -> frozenset[str]:
        """All words that these acts, each with those it is a kind of, and these approved texts are said with."""
        return frozenset().union(*map(self._of, acts), _words(quotes))

    def unplanned(self, plain: str, ground: frozenset[str]) -> bool:
        """Whether a sentence (of ``plain_text``) requests, or touches, what no act of its plan does."""
        verbs = (word for word in _told(plain) if word.endswith("ez") and word.removeprefix(YOU) not in self.forms)
        if any(word not in ground for word in verbs):
            return True
        heads = {match[1] for match in self.guarded.finditer(plain)}
        return any(not any(own.removeprefix(YOU).startswith(head) for own in ground) for head in heads)

    def is_strange(self, words: str, ground: frozenset[str]) -> bool:
        """Whether, in one of its clauses, too many words are none of the brand's."""
        for clause in CLAUSE.split(words):
            telling = [word for word in plain_text(clause).split() if len(word) >= SHORT and word not in self.idle]
            unknown = sum(word[:STEM] not in self.all and word not in ground for word in telling)
            if unknown > self.strange * len(telling):
                return True
        return False

    def _of(self, act: str) -> frozenset[str]:
        if act not in self.cache:
            found: frozenset[str] = frozenset()
            name = act
            while name:
                found |= self.acts.get(name, frozenset())
                name = name.rpartition(".")[0]
            self.cache[act] = found
        return self.cache[act]


def _texts(moods: object) -> Iterator[str]:
    if isinstance(moods, str):
        yield moods
    elif isinstance(moods, Mapping):
        for texts in moods.values():
            yield from _texts(texts)
    elif isinstance(moods, Iterable):
        for text in moods:
            yield from _texts(text)


def _heads(heads: Iterable[str]) -> re.Pattern[str]:
    ways = "|".join(map(re.escape, sorted(map(str, heads), key=len, reverse=True)))
    return re.compile(rf"\b({ways})" if ways else r"(?!)")


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in _told(plain_text(HOLE.sub(" ", text))))


def _told(plain: str) -> list[str]:
    """Words of a plain text; a verb that tells what the customer does is another one than the same as a request."""
    return STATED.sub(rf"{YOU}\1", plain).split()
