"""What agents look for, of every kind, each with a word that tells whether the right one was found."""

from __future__ import annotations

import random
from collections.abc import Iterator

from support.bench.desk.words_said import common_words, rare_words, talk


def searches(filed: int, count: int) -> Iterator[tuple[str, str, bool]]:
    """(kind, query, whether something must be found): ``count`` of each kind, among ``filed`` conversations."""
    chance = random.Random(1)
    common, rare = common_words(20), rare_words(2_000)
    for _ in range(count):
        said = talk(chance.randrange(filed))
        local = said.number.removeprefix("+225")
        yield "reference", said.reference, True
        yield "reference, bare digits", said.reference.removeprefix("EFB."), True
        yield "number", " ".join(local[at : at + 2] for at in range(0, 10, 2)), True
        yield "last four digits", local[-4:], True
        yield "name", said.name, True
        yield "beginning of a name", said.name[:4], True
        yield "common word", chance.choice(common), False
        yield "word in every conversation", "transfert", True
        yield "rare word", chance.choice(rare), False
        yield "two common words", " ".join(chance.sample(common, 2)), False
        yield "three words and a name", f"{said.messages[6][1]} {said.name.split()[0]}", True
        yield "two words never together", f"transfert {rare[0]} {common[0]}", False
        yield "nothing there", "xylophone inexistant", False
