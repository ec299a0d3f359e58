"""Tokens to text as they come: no character is cut in two, and words go out in handfuls, a sentence's end at once."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

GATHER = 0.05  # seconds: words sent one by one cost many times the processor of words gathered
SENTENCE_OVER = re.compile(r"[.!?…\n]\s")  # what the guard takes for the end of a sentence, and the space that shows it


class Spelling:
    """The bytes of each token of a byte-level BPE. Special tokens have none, added ones those of their name."""

    def __init__(self, vocabulary: Mapping[str, int], added: Sequence[int], special: Sequence[int]) -> None:
        """Raises ValueError where a token is not spelt in byte-level BPE's letters."""
        letters, plain, silent = _letters(), frozenset(added), frozenset(special)
        self._bytes: dict[int, bytes] = {}
        for token, number in vocabulary.items():
            try:
                spelt = token.encode() if number in plain else bytes(letters[letter] for letter in token)
            except KeyError as error:
                raise ValueError(f"token {number} is not of a byte-level tokenizer") from error
            self._bytes[number] = b"" if number in silent else spelt

    def __getitem__(self, token: int) -> bytes:
        return self._bytes.get(token, b"")


class Scribe:
    """One reply's text as its tokens come."""

    def __init__(self, spelling: Spelling, ticks: Callable[[], float]) -> None:
        self._spelling, self._ticks = spelling, ticks
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._held, self._since = "", ticks()

    def add(self, token: int, *, hold: bool = False) -> str:
        """What may go out now, mostly nothing: a sentence that is over, or what was gathered long enough.

        ``hold``: nothing goes out, since it may yet be taken back.
        """
        self._held += self._decoder.decode(self._spelling[token])
        if hold:
            return ""
        now = self._ticks()
        if self._held and (now - self._since >= GATHER or SENTENCE_OVER.search(self._held)):
            self._since = now
            return self.rest(final=False)
        return ""

    def rest(self, *, final: bool = True) -> str:
        """All that is held back. ``final``: half a character comes out as U+FFFD."""
        held, self._held = self._held + (self._decoder.decode(b"", final=True) if final else ""), ""
        return held


@cache
def _letters() -> Mapping[str, int]:
    """Byte-level BPE writes bytes that print as themselves, and the others as letters from U+0100 on (GPT-2)."""
    printed = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printed]
    return {chr(byte): byte for byte in printed} | {chr(256 + place): byte for place, byte in enumerate(others)}
