"""A voice that says again what it said before: only whole drafts the guard passed, each to whom it belongs."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

from chatbot.voices.caching import Entry, Key, Kind, Look, Rules, Store, key_of
from chatbot.voices.ports import Brief, Draft, Voice, VoiceFault

HOLE = re.compile(r"\{([^{}]*)\}")
WORD = re.compile(r"\w+")
LONGEST = 4000  # characters of a draft worth keeping; the guard passes none that is longer
DRAWS = 10_000

Later = Callable[[Callable[[], None]], object]


def never(task: Callable[[], None]) -> None:
    """Where nothing can be done after the reply, nothing is."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One reply to be worded, and where it is kept."""

    brief: Brief
    seed: str
    rules: Rules
    kind: Kind
    key: Key


@dataclass(slots=True)
class _Worded:
    """A draft being worded: its words so far, and whether its voice came to the end of it."""

    words: str = ""
    tier: str = ""
    whole: bool = False


@dataclass(slots=True)
class CachedVoice:
    """Implements ``ports.Voice`` around another voice.

    ``parameters`` names, for a brief, all that the words depend on and that does not stand in it (tier, model, adapter,
    temperature, max tokens, prompt version). ``later`` runs a task after the reply, or drops it; it must not wait.
    """

    voice: Voice
    store: Store
    rules: Callable[[str], Rules]  # of a brand
    parameters: Callable[[Brief], Mapping[str, str]]
    later: Later = never
    tier: str = field(init=False)

    def __post_init__(self) -> None:
        self.tier = self.voice.tier

    def answers_open(self, brand: str) -> bool:
        """As the voice it wraps: what is not kept must still be worded."""
        return self.voice.answers_open(brand)

    def speak(self, brief: Brief, seed: str) -> Draft:
        """The kept draft in one piece, tier "cache:<tier>" and no row in the ledger; else the voice's own draft."""
        rules = self.rules(brief.brand)
        kind = rules.kind(brief)
        if kind is None:
            return self.voice.speak(brief, seed)
        asked = _Asked(brief, seed, rules, kind, key_of(brief, kind, seed, self.parameters(brief)))
        look = self.store.get(asked.key)
        if look.entry is None:
            return self._worded(asked, look)
        judged = partial(self._said_again, asked, look.entry)
        return Draft(iter((look.entry.words,)), f"cache:{look.entry.tier}", judged=judged)

    def _worded(self, asked: _Asked, look: Look) -> Draft:
        """A miss: the voice speaks, and its draft is kept once the guard has passed all of it."""
        worded = _Worded()

        def judged(passed: bool) -> None:
            inner.judged(passed)
            seconds = asked.kind.life(look.factor)
            fit = passed and worded.whole and worded.words and len(worded.words) <= LONGEST
            if fit and seconds > 0 and worded.tier not in asked.rules.not_kept and look.generation:
                self.store.put(asked.key, Entry(worded.words, worded.tier), seconds, look.generation)

        def pieces() -> Iterator[str]:
            try:
                for piece in inner:
                    outer.tier, outer.call = inner.tier, inner.call
                    worded.words += piece
                    yield piece
                worded.whole = True
            finally:
                inner.close()
                outer.tier, outer.call, worded.tier = inner.tier, inner.call, inner.tier

        inner = self.voice.speak(asked.brief, asked.seed)
        outer = _Closing(pieces(), inner.tier, inner.call, judged)
        outer.inner = inner
        return outer

    def _said_again(self, asked: _Asked, entry: Entry, passed: bool) -> None:
        """A hit was judged: what the guard refuses now is not said again; a few are worded anew after the reply."""
        if not passed:
            self.store.drop(asked.key)
        elif zlib.crc32(f"shadow:{asked.seed}".encode()) % DRAWS < asked.rules.shadow.share * DRAWS:
            self.later(partial(self._regenerate, asked, entry))

    def _regenerate(self, asked: _Asked, entry: Entry) -> None:
        """Word a kept draft anew, for nobody's eyes: what the voice would say now tells how long its kind may live."""
        words = ""
        try:
            with closing(self.voice.speak(asked.brief, f"{asked.seed}/shadow")) as draft:
                for piece in draft:
                    words += piece
                    if len(words) > LONGEST:
                        return
        except VoiceFault:
            return
        shadow = asked.rules.shadow
        by = shadow.longer if agree(words, entry.words, shadow.alike) else shadow.shorter
        self.store.stretch(asked.key.brand, asked.key.kind, by)


@dataclass(slots=True)
class _Closing(Draft):
    """A draft that closes the one it draws on, even where no piece of it was ever asked for."""

    inner: Draft | None = None

    def close(self) -> None:
        """Stop both."""
        Draft.close(self)
        if self.inner is not None:
            self.inner.close()


def agree(one: str, other: str, alike: float) -> bool:
    """Whether two drafts speak the same facts, and share at least ``alike`` of their words."""
    if set(HOLE.findall(one)) != set(HOLE.findall(other)):
        return False
    mine, theirs = set(WORD.findall(one.casefold())), set(WORD.findall(other.casefold()))
    return len(mine & theirs) >= alike * len(mine | theirs)
