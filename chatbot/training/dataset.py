"""Builds a data set: real transcripts → clean, masked, checked, without repetition, dealt into three files.

``manage.py dataset build transcripts.jsonl --out DIR --seed 1``. The steps stand in ``build``, in order.
"""

from __future__ import annotations

import shutil
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from tempfile import mkdtemp

from chatbot import brand as brands
from chatbot.normalise import Normaliser
from chatbot.training import proof, statistics
from chatbot.training.cleaning import Cleaner
from chatbot.training.digests import of_file
from chatbot.training.examples import Example, Refused, Workshop
from chatbot.training.faults import DataFault
from chatbot.training.similar import Neighbours
from chatbot.training.split import Groups, deal
from chatbot.training.transcripts import Conversation, read_transcripts
from chatbot.watch import Watch

RECIPE = Path(__file__).with_name("dataset.toml")
SMALLEST = 4  # examples that a group may always hold, however few there are in all


@dataclass(frozen=True, slots=True)
class DataRecipe:
    """dataset.toml: shares of the splits, thresholds in [0, 1], messages of history, lines to drop."""

    shares: Mapping[str, float]
    drop: float
    together: float
    turns: int
    largest_group: float
    boilerplate: tuple[str, ...]

    @classmethod
    def read(cls, file: Path = RECIPE) -> DataRecipe:
        """The recipe of a file. Raises KeyError on a missing entry."""
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        similar, clean = table["similar"], table["clean"]
        return cls(
            shares=table["split"],
            drop=similar["drop"],
            together=similar["together"],
            largest_group=similar["largest_group"],
            turns=table["history"]["turns"],
            boilerplate=tuple(clean["boilerplate"]),
        )


def build(source: Path, out: Path, seed: int, recipe: DataRecipe) -> Mapping[str, object]:
    """Makes folder ``out`` of the transcripts and returns its statistics.

    Written beside its place, proved, then moved there: on any fault nothing is left. Raises DataFault.
    """
    if out.exists():
        raise DataFault(f"{out.name}: exists already; a data set is never changed, only built anew")
    made = _made(list(read_transcripts(source)), source.name, recipe)
    everything = [one for one in made if isinstance(one, Example)]
    kept, groups, repeated = _without_repetition(everything, recipe)
    together = groups.together([example.conversation for example in kept])
    dealt = deal(together, [example.intent for example in kept], recipe.shares, seed)
    splits = {name: [kept[number] for number in numbers] for name, numbers in dealt.items()}
    if empty := next((name for name, examples in splits.items() if not examples), ""):
        raise DataFault(f"{source.name}: {len(together)} independent groups of examples leave '{empty}' empty")
    refused = [one for one in made if isinstance(one, Refused)]
    facts = statistics.gather(splits, refused, repeated, [len(group) for group in together])
    origin = {"seed": seed, "source": of_file(source), "recipe": of_file(RECIPE)}
    return _written(out, splits, {**origin, **facts}, recipe)


def _made(conversations: Sequence[Conversation], file: str, recipe: DataRecipe) -> list[Example | Refused]:
    cleaner = Cleaner(recipe.boilerplate)

    @cache
    def workshop(slug: str) -> Workshop:
        brand = brands.load(slug)
        normaliser = Normaliser(brand)
        return Workshop(cleaner, lambda text: normaliser.normalise(text).text, Watch.read(brand.settings), recipe.turns)

    def examples(conversation: Conversation) -> Iterator[Example | Refused]:
        try:
            shop = workshop(conversation.brand)
        except brands.BrandError as error:
            raise DataFault.at(file, conversation.line, "brand", "no brand of this house") from error
        yield from shop.examples(conversation)

    return list(chain.from_iterable(map(examples, conversations)))


def _without_repetition(
    everything: Sequence[Example], recipe: DataRecipe
) -> tuple[list[Example], Groups, Counter[str]]:
    """What each example brings that is new, what must stay together, and how many were left out for which reason."""
    pairs = [example.pair for example in everything]
    neighbours = Neighbours(pairs, recipe.together)
    groups = Groups(max(SMALLEST, int(recipe.largest_group * len({pair.exact for pair in pairs}))))
    kept: list[Example] = []
    left_out: Counter[str] = Counter()
    seen: set[str] = set()
    for number, (example, pair) in enumerate(zip(everything, pairs, strict=True)):
        near = [] if pair.exact in seen else list(neighbours.find(number))
        if pair.exact in seen:
            left_out["exact_repetitions"] += 1
        elif any(alike >= recipe.drop for _, alike in near):
            left_out["near_repetitions"] += 1
        elif not groups.add(example.conversation, [everything[other].conversation for other, _ in near]):
            left_out["alike_too_many"] += 1
        else:
            kept.append(example)
            neighbours.add(number)
        seen.add(pair.exact)
    return kept, groups, left_out


def _written(
    out: Path, splits: Mapping[str, Iterable[Example]], facts: Mapping[str, object], recipe: DataRecipe
) -> Mapping[str, object]:
    try:
        draft = Path(mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    except OSError as error:
        raise DataFault(f"{out.name}: {error.strerror}") from error
    try:
        for name, examples in splits.items():
            lines = (f"{example.to_json()}\n" for example in examples)
            (draft / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
        done = statistics.write(draft, facts)
        proof.check(draft, recipe.together)
        draft.chmod(0o755)
        draft.rename(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return done
