"""Finds how articles are best looked up, and shows how well: `.venv/bin/python scripts/calibrate_knowledge.py`.

Tries `letters` and `leaning` of `[knowledge]` in brand.toml, finds the `sure` that goes with them on the calibration
part of tests/eval/questions.jsonl, and prints both parts. `likely` is not searched for: a topic already tells much, so
half of what nine right answers in ten score is enough.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from chatbot import brand  # noqa: E402
from chatbot.knowledge.answers import Knowledge  # noqa: E402
from chatbot.knowledge.search import Search  # noqa: E402
from chatbot.normalise import Normaliser  # noqa: E402

QUESTIONS = ROOT / "tests" / "eval" / "questions.jsonl"
MOST_WRONG = 0.03  # of unanswerable questions that may be answered
DAY = date(2026, 1, 5)


@dataclass(frozen=True)
class Hit:
    """A question in standard French, the article it wants (None: none), and the one found with its score."""

    asked: str
    wanted: str | None
    found: str
    score: float


def hits(search: Search, rows: Sequence[Mapping[str, str | None]], normalise: Normaliser) -> list[Hit]:
    """Every question looked up, the nearest article whatever its score."""
    found = []
    for row in rows:
        best = search.best(normalise.normalise(str(row["text"])).text, DAY)
        assert best is not None
        found.append(Hit(str(row["text"]), row["article"], best.article.slug, best.score))
    return found


def measure(found: Sequence[Hit], sure: float) -> tuple[float, float, float]:
    """Right articles found at all, right and sure enough to be quoted, and unanswerable questions answered."""
    answerable = [hit for hit in found if hit.wanted]
    others = [hit for hit in found if not hit.wanted]
    top = sum(hit.found == hit.wanted for hit in answerable) / len(answerable)
    quoted = sum(hit.found == hit.wanted and hit.score >= sure for hit in answerable) / len(answerable)
    return top, quoted, sum(hit.score >= sure for hit in others) / len(others)


def threshold(found: Sequence[Hit]) -> float:
    """The lowest score, in hundredths, that lets too few unanswerable questions through to matter."""
    return next(step / 100 for step in range(101) if measure(found, step / 100)[2] <= MOST_WRONG)


def main() -> None:
    """Prints the table, then what is wrong with the settings as shipped."""
    pack = brand.load("easytransfert")
    normaliser = Normaliser(pack)
    library = Knowledge.load(pack, lambda text: normaliser.normalise(text).text).library
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    halves = {half: [row for row in rows if row["split"] == half] for half in ("calibration", "held_out")}
    print("letters leaning sure  calibration: top-1 quoted wrong   held out: top-1 quoted wrong")
    for letters, leaning in product((0.3, 0.5), (0.0, 0.2, 0.3)):
        calibration = replace(library.search.calibration, letters=letters, leaning=leaning)
        search = Search(library.articles, calibration, lambda text: normaliser.normalise(text).text)
        learned, held = (hits(search, halves[half], normaliser) for half in halves)
        sure = threshold(learned)
        figures = (*measure(learned, sure), *measure(held, sure))
        print(f"{letters:7.1f} {leaning:7.1f} {sure:5.2f}  " + "  ".join(f"{figure:8.3f}" for figure in figures))
    report(library.search, halves, normaliser)


def report(search: Search, halves: Mapping[str, Sequence[Mapping[str, str | None]]], normaliser: Normaliser) -> None:
    """What the brand's own settings get wrong in the calibration half, and how long a look-up takes."""
    sure = search.calibration.sure
    learned, held = (hits(search, halves[half], normaliser) for half in halves)
    print("as shipped:", " ".join(f"{figure:.3f}" for figure in (*measure(learned, sure), *measure(held, sure))))
    scores = sorted(hit.score for hit in learned if hit.wanted == hit.found)
    print(f"nine right ones in ten score at least {scores[len(scores) // 10]:.2f}")
    for hit in learned:
        if hit.found != hit.wanted if hit.wanted else hit.score >= sure:
            print(f"  {hit.score:.2f} {hit.asked!r}: {hit.found}, not {hit.wanted}")
        elif hit.wanted and hit.score < sure:
            print(f"  {hit.score:.2f} {hit.asked!r}: {hit.found}, unsure")
    texts = [normaliser.normalise(str(row["text"])).text for half in halves.values() for row in half]
    spent = []
    for text in texts:
        started = time.perf_counter()
        search.best(text, DAY)
        spent.append((time.perf_counter() - started) * 1000)
    print(f"a look-up takes {sorted(spent)[len(spent) // 2]:.2f} ms (median), {max(spent):.2f} ms at most")


if __name__ == "__main__":
    main()
