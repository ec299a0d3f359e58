"""Personal data is masked, secrets without exception, and nothing else: measured on a set of our own.

`tests/eval/masking.tsv` holds invented messages: `id`, `group` (secret, personal, negative) and `text`, in which
every span to mask is written `[[KIND:characters]]` and a line break `\\n`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from chatbot.anonymise import Vault, anonymise
from chatbot.anonymise.masking import personal_spans
from chatbot.forms.secret import find_secrets

FILE = Path(__file__).resolve().parents[1] / "eval" / "masking.tsv"
_MARK = re.compile(r"\[\[([A-Z]+):(.*?)\]\]", re.DOTALL)
Span = tuple[int, int, str]


@dataclass(frozen=True)
class Case:
    id: str
    group: str
    text: str
    gold: tuple[Span, ...]


def case(line: str) -> Case:
    name, group, marked = line.split("\t")
    text, gold, position = "", [], 0
    marked = marked.replace("\\n", "\n")
    for match in _MARK.finditer(marked):
        text += marked[position : match.start()]
        gold.append((len(text), len(text) + len(match.group(2)), match.group(1)))
        text += match.group(2)
        position = match.end()
    return Case(name, group, text + marked[position:], tuple(gold))


CASES = [case(line) for line in FILE.read_text(encoding="utf-8").splitlines()[1:]]


def found(text: str) -> list[Span]:
    """What is masked, in characters of the text: secrets first, then what is left."""
    secrets = find_secrets(text)
    blank = text
    for start, end in secrets:
        blank = blank[:start] + "*" * (end - start) + blank[end:]
    return [(s, e, "SECRET") for s, e in secrets] + personal_spans(blank)


def covered(span: Span, by: list[Span], text: str) -> bool:
    """Every letter and digit of the span lies in one of the others."""
    return all(any(s <= i < e for s, e, _ in by) for i in range(span[0], span[1]) if text[i].isalnum())


def recall(kinds: set[str] | None = None) -> tuple[float, list[str]]:
    spans = [(c, g) for c in CASES for g in c.gold if kinds is None or g[2] in kinds]
    missed = [
        f"{c.id}: {c.text[g[0] : g[1]]!r} in {c.text!r}"
        for c, g in spans
        if not covered(g, [f for f in found(c.text) if (f[2] == "SECRET") == (g[2] == "SECRET")], c.text)
    ]
    return 1 - len(missed) / len(spans), missed


def precision() -> tuple[float, list[str]]:
    spans = [(c, f) for c in CASES for f in found(c.text)]
    wrong = [f"{c.id}: {c.text[f[0] : f[1]]!r} in {c.text!r}" for c, f in spans if not covered(f, list(c.gold), c.text)]
    return 1 - len(wrong) / len(spans), wrong


def test_the_set_is_large_enough_to_mean_something() -> None:
    assert sum(c.group == "secret" for c in CASES) >= 200
    assert sum(c.group == "personal" for c in CASES) >= 80
    assert sum(c.group == "negative" for c in CASES) >= 80


def test_every_secret_is_masked() -> None:
    share, missed = recall({"SECRET"})
    assert share == 1.0, f"secrets masked {share:.3%}\n" + "\n".join(missed)


def test_hardly_any_personal_data_is_left() -> None:
    share, missed = recall()
    assert share >= 0.99, f"personal data masked {share:.3%}\n" + "\n".join(missed)


def test_hardly_anything_else_is_masked() -> None:
    share, wrong = precision()
    assert share >= 0.95, f"masked rightly {share:.3%}\n" + "\n".join(wrong)


@pytest.mark.parametrize("one", [c for c in CASES if c.group == "negative"], ids=lambda c: c.id)
def test_a_look_alike_is_left_byte_for_byte(one: Case) -> None:
    assert anonymise(one.text, Vault())[0] == one.text


def test_no_secret_of_the_set_can_be_restored() -> None:
    for one in CASES:
        masked, vault = anonymise(one.text, Vault())
        restored = vault.restore(masked) + vault.to_json()
        for start, end, kind in one.gold:
            assert kind != "SECRET" or one.text[start:end] not in restored, one.id
