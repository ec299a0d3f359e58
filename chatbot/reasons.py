"""Why a message was read so: which lexicon rows changed its words, which recogniser found each fact."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chatbot.forms.text import clean
from chatbot.tables import LexiconRow
from chatbot.types import Normalised

Span = tuple[int, int]
# Words are rewritten until nothing is left to rewrite; no chain of rows in use is longer.
LONGEST_CHAIN = 3
_EDGES = ' \t\n.,;:!?()«»"…'


@dataclass(frozen=True, slots=True)
class Change:
    """Words of the customer's at ``span`` and what became of them.

    ``rows``: the lexicon rows that lead from one to the other, in order. None means that spelling or grammar rules did
    it (elision, agreement, words run together, repeated letters).
    """

    span: Span
    written: str
    became: str
    rows: tuple[LexiconRow, ...]


class Changes:
    """The rows of a lexicon, ready to be found again in what a normaliser did."""

    def __init__(self, lexicon: Iterable[LexiconRow]) -> None:
        self._rows: dict[str, list[LexiconRow]] = defaultdict(list)
        for row in lexicon:
            if row.when != "never" and row.form.lower() != row.standard.lower():
                self._rows[_bare(row.form)].append(row)
        self._longest = max((form.count(" ") + 1 for form in self._rows), default=0)

    def of(self, text: str, normalised: Normalised) -> list[Change]:
        """Every change between a text and its standard French, in reading order; spans count ``text``."""
        starts = [start for start, _ in normalised.origin]  # output follows the order of the input

        def change(start: int, end: int) -> Change:
            became = normalised.text[bisect_left(starts, start) : bisect_left(starts, end)].strip()
            rows = self._chain(_bare(text[start:end]), _bare(became), LONGEST_CHAIN)
            return Change((start, end), text[start:end], became, tuple(rows))

        made: list[Change] = []
        for start, end in _changed(text, normalised):
            made.append(change(start, end))
            # A phrase rewritten at the same length comes as its words: together they may be a row's form.
            if len(made) > 1 and not made[-1].rows and not text[made[-2].span[1] : start].strip():
                whole = change(made[-2].span[0], end)
                if len(whole.rows) > len(made[-2].rows):
                    made[-2:] = [whole]
        return made

    def _chain(self, written: str, standard: str, left: int) -> list[LexiconRow]:
        """Rows that, laid one after the other over ``written``, bring it nearest to ``standard``."""
        found: list[LexiconRow] = []
        words = written.split()
        start = 0
        while start < len(words) and left:
            row, width = self._at(words, start, standard, left)
            if row:
                found.append(row)
                if not _says(standard, row):
                    found += self._chain(_bare(row.standard), standard, left - 1)
            start += width
        return found

    def _at(self, words: Sequence[str], start: int, standard: str, left: int) -> tuple[LexiconRow | None, int]:
        for width in range(min(self._longest, len(words) - start), 0, -1):
            if width == 1 and words[start] in standard.split():
                break  # the word came through as it was
            rows = [r for form in _forms(words[start : start + width]) for r in self._rows.get(form, ())]
            said = next((r for r in rows if _says(standard, r)), None)
            if said is None and left > 1:
                said = next((r for r in rows if self._chain(_bare(r.standard), standard, left - 1)), None)
            if said:
                return said, width
        return None, 1


def _says(standard: str, row: LexiconRow) -> bool:
    """True when the words of the row's standard stand in the result in order, 'ne' perhaps between them."""
    if row.standard == "<DROP>":
        return f" {_bare(row.form)} " not in f" {standard} "
    left = iter(standard.split())
    return all(any(_same(word, other) for other in left) for word in _bare(row.standard).split())


def _same(word: str, other: str) -> bool:
    """True for the same word, one of the two perhaps elided: 'que' and "qu'"."""
    elided = {word, other} in ({full, full[:-1] + "'"} for full in (word, other) if len(full) > 1)
    return word == other or elided


def _forms(words: Sequence[str]) -> Iterator[str]:
    """The words as one form, then with letters repeated three times or more written twice, then once."""
    form = " ".join(words)
    yield form
    for times in (2, 1):
        fewer = _unrepeated(form, times)
        if fewer != form:
            yield fewer


def _unrepeated(form: str, times: int) -> str:
    out: list[str] = []
    start = 0
    while start < len(form):
        end = start
        while end < len(form) and form[end] == form[start]:
            end += 1
        out.append(form[start] * (times if end - start > 2 else end - start))
        start = end
    return "".join(out)


def _bare(text: str) -> str:
    """Words in lower case, an apostrophe closing the one before it, without the signs around them."""
    spaced = text.lower().replace("’", "'").replace("'", "' ")
    return " ".join(word.strip(_EDGES) for word in spaced.split() if word.strip(_EDGES))


def _changed(text: str, normalised: Normalised) -> list[Span]:
    """Spans of the words of ``text`` that did not come through as they were; what changed together is one span."""
    state = _fates(text, normalised)
    return [s for s in _words(text, state) if any(state[i] != "kept" and not text[i].isspace() for i in range(*s))]


def _fates(text: str, normalised: Normalised) -> list[str]:
    """For every character of the text: 'kept', 'changed', 'joined' (with the next, in one output) or 'dropped'."""
    fates = ["dropped"] * len(text)
    for char, (start, end) in zip(normalised.text, normalised.origin, strict=True):
        if clean(text[start:end])[0] == char:
            fates[start:end] = ["kept"] * (end - start)
        else:
            fates[start:end] = ["joined"] * (end - start - 1) + ["changed"]
    return fates


def _words(text: str, fates: Sequence[str]) -> Iterator[Span]:
    """Runs without spaces; a space that changed with its neighbours, or was dropped with them, parts nothing."""
    start: int | None = None
    for index, char in enumerate(text):
        parts = char.isspace() and (
            fates[index] == "kept" or (fates[index] == "dropped" and set(fates[index - 1 : index + 2]) != {"dropped"})
        )
        if not parts and start is None:
            start = index
        if parts and start is not None:
            yield start, index
            start = None
    if start is not None:
        yield start, len(text)
