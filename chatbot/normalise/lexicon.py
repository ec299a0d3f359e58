"""The brand's lexicon for look-up: phrases by their first word, longest first, each sense with its condition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from chatbot.brand import BrandError, LexiconRow
from chatbot.forms.text import fold
from chatbot.normalise.conditions import Test, WordClasses, compile_when
from chatbot.normalise.tokens import tokenise

DROP = "<DROP>"


@dataclass(frozen=True, slots=True)
class Sense:
    """One reading of a form; ``test`` None means always.

    ``echoes``: the words that stand before and after the form inside its own standard ('y a' in 'il y a'). Where they
    stand already the form is standard French and stays.
    """

    standard: str
    test: Test | None
    row: LexiconRow
    echoes: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A form as word keys, and its senses: conditioned ones first."""

    keys: tuple[str, ...]
    senses: tuple[Sense, ...]


class Lexicon:
    """Entries by first key. Raises BrandError naming the line of an unusable row."""

    def __init__(self, rows: Iterable[LexiconRow], classes: WordClasses) -> None:
        rows = tuple(rows)
        forms: dict[tuple[str, ...], list[Sense]] = {}
        for row in rows:
            sense = _sense(row, classes)
            if sense:
                forms.setdefault(_keys(row.form), []).append(sense)
        #: Folded words that stand in some row's standard French.
        self.words = frozenset(fold(key) for row in rows for key in _keys(row.standard))
        self._single: dict[str, list[Entry]] = {}
        self._longer: dict[tuple[str, str], list[Entry]] = {}
        for keys, senses in forms.items():
            ordered = sorted(senses, key=lambda s: (s.test is None, _RANK[s.row.confidence]))
            entry = Entry(keys, tuple(ordered))
            if len(keys) == 1:
                self._single.setdefault(keys[0], []).append(entry)
            else:
                self._longer.setdefault((keys[0], keys[1]), []).append(entry)
        for entries in self._longer.values():
            entries.sort(key=lambda e: -len(e.keys))

    def starting(self, key: str, following: str) -> list[Entry]:
        """Entries whose first word is this key and whose second, if any, is ``following``; longest first."""
        return self._longer.get((key, following), []) + self._single.get(key, [])


_RANK: Mapping[str, int] = {"high": 0, "medium": 1, "low": 2}


def _keys(form: str) -> tuple[str, ...]:
    return tuple(t.key for t in tokenise(form, []) if not t.text.isspace())


def _sense(row: LexiconRow, classes: WordClasses) -> Sense | None:
    if row.when == "never" or row.form.lower() == row.standard.lower():
        return None
    # language.md: low rows apply only where their context is met, so one without a written context never does.
    if row.confidence == "low" and not row.when:
        return None
    try:
        return Sense(row.standard, compile_when(row.when, classes), row, tuple(_echoes(row)))
    except (ValueError, KeyError) as error:
        raise BrandError(f"{row.place}: field 'when': {error}") from error


def _echoes(row: LexiconRow) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    form, standard = _keys(row.form), _keys(row.standard)
    for start in range(len(standard) - len(form) + 1):
        if standard[start : start + len(form)] == form:
            yield standard[:start], standard[start + len(form) :]
