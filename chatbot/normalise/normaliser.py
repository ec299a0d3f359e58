"""Rewrites a message to standard French until nothing is left to rewrite; the result of a result is itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from chatbot.brand import Brand, BrandError
from chatbot.forms.protected import protected_spans
from chatbot.forms.text import clean, fold
from chatbot.normalise.conditions import Around, WordClasses
from chatbot.normalise.durations import Durations
from chatbot.normalise.ear import Ear
from chatbot.normalise.grammar import Grammar
from chatbot.normalise.lexicon import DROP, Entry, Lexicon, Sense
from chatbot.normalise.money import Money
from chatbot.normalise.spelling import Spelling
from chatbot.normalise.surroundings import Surroundings
from chatbot.normalise.tokens import Token, tokenise
from chatbot.types import Normalised

# Passes settle after two or three; the bound only keeps data with a cycle in it from running for ever.
MAX_PASSES = 6
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")

Piece = tuple[str, int, int]


class Normaliser:
    """Compiled once per brand; ``normalise`` is pure. Raises BrandError on data it cannot use."""

    def __init__(self, brand: Brand) -> None:
        classes = brand.contexts.get("classes", {})
        if not isinstance(classes, dict):
            raise BrandError("contexts.toml: field 'classes': a table expected")
        self._lexicon = Lexicon(brand.lexicon, WordClasses(classes))
        self._grammar = Grammar(brand.contexts)
        verbs = self._grammar.verbs
        forms = frozenset(map(fold, verbs.forms()))
        self._spelling = Spelling(
            brand.contexts,
            forms=tuple(verbs.forms(accented=True)),
            known=self._lexicon.words | forms,
        )
        self._ear = Ear(brand.contexts, self._spelling.known, forms)
        self._money = Money(brand.cues)
        self._durations = Durations(brand.contexts)

    @property
    def french(self) -> frozenset[str]:
        """Folded words of the brand's French, never taken for a slip."""
        return self._spelling.known

    def normalise(self, text: str) -> Normalised:
        """Standard French for a customer's text of any length; linear in it, never empty unless the text is."""
        current, origin = clean(text)
        seen = {current}
        for _ in range(MAX_PASSES):
            following, places = self._rewrite(current)
            if following == current:
                break
            origin = [_compose(origin, place) for place in places]
            current = following
            if following in seen:
                break
            seen.add(following)
        if not current.strip() and text.strip():
            current, origin = text, [(i, i + 1) for i in range(len(text))]
        return Normalised(current, tuple(origin))

    def _rewrite(self, text: str) -> tuple[str, list[tuple[int, int]]]:
        tokens = tokenise(text, protected_spans(text))
        return _join(_spaced(self._pieces(tokens, Surroundings(tokens, text))))

    def _pieces(self, tokens: list[Token], surroundings: Surroundings) -> Iterator[Piece]:
        index = 0
        while index < len(tokens):
            token, end = tokens[index], index + 1
            if token.protected:
                text = _joined_lines(token.text)
            elif not token.word:
                text = token.text
            else:
                text, end = self._written(tokens, index, surroundings.of(index))
            yield text, token.start, tokens[end - 1].end
            index = end

    def _written(self, tokens: list[Token], index: int, around: Callable[[int], Around]) -> tuple[str, int]:
        """What the word at this token becomes, alone or with those after it, and the index after the last of them."""
        found = self._figures(tokens, index, around) or self._look_up(tokens, index, around)
        if not found:
            return self._spelt(tokens, index, around(1)), index + 1
        standard, end = found
        if standard == DROP:
            return "", end
        return (standard if tokens[index].text[0].isalnum() else _apart(standard, tokens, index, end)), end

    def _figures(self, tokens: list[Token], index: int, around: Callable[[int], Around]) -> tuple[str, int] | None:
        """A sum in slang or a length of time in short, written out, and the index after it."""
        sum_ = self._money.read(tokens, index)
        if sum_ or not tokens[index].key[0].isdigit():
            return sum_
        duration = self._durations.read(tokens[index].key, around(1).before)
        return (duration, index + 1) if duration else None

    def _spelt(self, tokens: list[Token], index: int, around: Around) -> str:
        """A word the lexicon leaves alone: elided, respelt, and with the 'ne' it lacks."""
        token = tokens[index]
        hyphened = index > 0 and tokens[index - 1].text == "-"  # "puis-je envoyer" keeps its je
        if not hyphened and index + 2 < len(tokens) and tokens[index + 1].text.isspace() and tokens[index + 2].word:
            elided = self._grammar.elided(token.text, tokens[index + 2].text)
            if elided:
                return elided
        spelt = self._grammar.word(token.text, around) or self._spelling.word(token.text)
        spelt = spelt or self._ear.word(token.text, around) or token.text
        return self._grammar.negated(spelt, around)

    def _look_up(self, tokens: list[Token], index: int, around: Callable[[int], Around]) -> tuple[str, int] | None:
        following = _following(tokens, index)
        if len(tokens[index].text) == 1 and _hyphened(tokens, index):
            return None  # a letter of a compound: "c-à-d", "D-Bus"
        for key in _keys(tokens[index]):
            for entry in self._lexicon.starting(key, following):
                end = _match(tokens, index, entry)
                if end is None:
                    continue
                if any(_stands(tokens, index, end - index, *echo) for sense in entry.senses for echo in sense.echoes):
                    # The form is part of its own standard already ('y a' in 'il y a'): nothing shorter applies either.
                    return None
                sense = _sense(entry, around, end - index)
                if sense and not (sense.standard == DROP and index and tokens[index - 1].text == "-"):
                    return self._grammar.agree(sense.standard, around(end - index)), end
        return None


def _hyphened(tokens: list[Token], index: int) -> bool:
    """True when a hyphen touches the word on either side."""
    return "-" in (tokens[index - 1].text if index else "", tokens[index + 1].text if index + 1 < len(tokens) else "")


def _following(tokens: list[Token], index: int) -> str:
    """The key of the next token on the line that is no space; empty at the end."""
    index += 1
    if index < len(tokens) and tokens[index].text.isspace() and tokens[index].text != "\n":
        index += 1
    return tokens[index].key if index < len(tokens) else ""


def _keys(token: Token) -> list[str]:
    """The word, and with letters repeated three times or more: two of them, then one."""
    key = token.key
    if len(key) < 3 or not _REPEATED.search(key):
        return [key]
    return [key, _REPEATED.sub(r"\1\1", key), _REPEATED.sub(r"\1", key)]


def _match(tokens: list[Token], index: int, entry: Entry) -> int | None:
    """Index after the last token of the entry, when its words follow one another with only spaces between."""
    position = index + 1
    for key in entry.keys[1:]:
        if position < len(tokens) and tokens[position].text.isspace() and tokens[position].text != "\n":
            position += 1
        if position >= len(tokens) or tokens[position].protected or tokens[position].key != key:
            return None
        position += 1
    return position


def _sense(entry: Entry, around: Callable[[int], Around], width: int) -> Sense | None:
    for sense in entry.senses:
        if sense.test is None or sense.test(around(width)):
            return sense
    return None


def _stands(tokens: list[Token], index: int, width: int, before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """True when the words of the echo stand around the form already."""
    left = [t.key for t in tokens[max(0, index - 2 * len(before) - 2) : index] if not t.text.isspace()]
    right = [t.key for t in tokens[index + width : index + width + 2 * len(after) + 2] if not t.text.isspace()]
    return tuple(left[len(left) - len(before) :]) == before and tuple(right[: len(after)]) == after


def _apart(standard: str, tokens: list[Token], index: int, end: int) -> str:
    """The word for a sign, with the spaces the sign did without: 'OM>Wave'."""
    before = " " if index and not tokens[index - 1].text.isspace() else ""
    after = " " if end < len(tokens) and not tokens[end].text.isspace() else ""
    return before + standard + after


def _joined_lines(text: str) -> str:
    """An id cut over two lines is one id; everything else of a protected span stays byte for byte."""
    return re.sub(r"\s*\n\s*", "", text) if "\n" in text else text


def _spaced(pieces: Iterator[Piece]) -> list[Piece]:
    """Dropped words take the space before them along; an elided word takes the space after it."""
    out: list[Piece] = []
    for piece in pieces:
        text = piece[0]
        if not text:
            if out and out[-1][0].isspace() and out[-1][0] != "\n":
                out.pop()
            continue
        if out and text.isspace() and text != "\n" and out[-1][0].endswith("'") and len(out[-1][0]) > 1:
            continue
        out.append(piece)
    if out and out[0][0].isspace() and out[0][1] > 0:
        out.pop(0)
    return out


def _join(pieces: list[Piece]) -> tuple[str, list[tuple[int, int]]]:
    places: list[tuple[int, int]] = []
    for text, start, end in pieces:
        if len(text) == end - start:
            places += [(i, i + 1) for i in range(start, end)]
        else:
            places += [(start, end)] * len(text)
    return "".join(p[0] for p in pieces), places


def _compose(origin: list[tuple[int, int]], place: tuple[int, int]) -> tuple[int, int]:
    return origin[place[0]][0], origin[place[1] - 1][1]
