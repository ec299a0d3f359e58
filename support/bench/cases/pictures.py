"""Pictures of receipts: the share of fields read right by kind and by what happened to the picture; wrong ids."""

from __future__ import annotations

from support.bench.figures import quantile
from support.bench.processes import BenchError
from support.bench.receipts import KINDS, VARIANTS, Outcome, read_all, receipts, share_right
from support.bench.report import Row, at_most
from support.bench.setup import Setup
from support.media import tesseract

TITLE = "receipts read from pictures"
FLOOR = 90.0  # percent of fields, of each kind and each variant


def run(setup: Setup) -> list[Row]:
    """Every drawn receipt, read once. Raises BenchError without tesseract."""
    if not tesseract.available():
        raise BenchError("tesseract with eng and fra is not installed")
    chosen = [one for one in receipts() if setup.scale.pictures >= len(KINDS) * len(VARIANTS) or one.kind == "mtn"]
    outcomes = read_all(chosen[: setup.scale.pictures])
    rows = [_share(kind, variant, outcomes) for kind in KINDS for variant in VARIANTS]
    wrong = [each for one in outcomes for each in one.wrong_unasked]
    unasked = 100 * sum(one.taken_unasked for one in outcomes) / len(outcomes)
    return [
        *(row for row in rows if row is not None),
        at_most(0, "pictures: wrong identifiers taken without asking", len(wrong), ""),
        Row("pictures: identifiers taken without asking", unasked, "%"),
        Row("pictures: seconds to read one, p50", quantile([one.seconds for one in outcomes], 0.5), "s"),
        Row("pictures: seconds to read one, p95", quantile([one.seconds for one in outcomes], 0.95), "s"),
    ]


def _share(kind: str, variant: str, outcomes: list[Outcome]) -> Row | None:
    of_these = [one for one in outcomes if (one.receipt.kind, one.receipt.variant) == (kind, variant)]
    if not of_these:
        return None
    share = 100 * share_right(of_these)
    return Row(f"pictures, {kind}, {variant}: fields", share, "%", target=f"≥ {FLOOR:g} %", met=share >= FLOOR)
