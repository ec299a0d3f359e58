"""Scores drafts against their plans and against the answers that were really given. No model, no torch."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.guard import FIGURE, HOLE, Guard, sentences
from chatbot.training.examples import Example
from chatbot.watch import Watch

FACTS = ("unknown_placeholder", "missing_fact", "own_figure")  # of the guard's reasons, those about facts; else style
_WORD = re.compile(r"\{\w+\}|[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Judged:
    """One draft. ``faithful``: every placeholder of the plan, no other, and no figure; ``style``: rules it breaks."""

    faithful: bool
    missing: frozenset[str]
    unknown: frozenset[str]
    figure: bool
    style: frozenset[str]


def judge(example: Example, draft: str, watch: Watch) -> Judged:
    """What is wrong with a draft, before any guard or fallback."""
    plan = example.plan
    holes = {match[1] for match in HOLE.finditer(draft)}
    needed = set(plan.facts)
    guard = Guard(watch, plan, example.channel)
    reasons = {guard.check(sentence).reason for sentence in sentences([draft])} | {guard.finish().reason}
    figure = (
        FIGURE.search(HOLE.sub(" ", draft)) is not None or "own_figure" in reasons
    )  # in words: the guard's business
    faithful = holes == needed and not figure
    style = frozenset(reasons - {"passed", *FACTS})
    return Judged(faithful, frozenset(needed - holes), frozenset(holes - needed), figure, style)


def summary(judged: Sequence[Judged]) -> dict[str, object]:
    """Shares in [0, 1] of all drafts, and how often each style rule was broken."""
    count = len(judged)
    return {
        "faithful": sum(one.faithful for one in judged) / count,
        "missing_placeholder": sum(bool(one.missing) for one in judged) / count,
        "unknown_placeholder": sum(bool(one.unknown) for one in judged) / count,
        "own_figure": sum(one.figure for one in judged) / count,
        "style_broken": sum(bool(one.style) for one in judged) / count,
        "style_rules": dict(Counter(rule for one in judged for rule in sorted(one.style)).most_common()),
    }


def likeness(drafts: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """BLEU-4 of the corpus and mean ROUGE-L (F1) in [0, 1], a placeholder counted as a word."""
    import sacrebleu
    from rouge_score.rouge_scorer import RougeScorer

    plain = [[HOLE.sub(r"HOLE\1", text) for text in texts] for texts in (drafts, references)]  # one word, not three
    bleu = sacrebleu.corpus_bleu(plain[0], [plain[1]], tokenize="13a")
    scorer = RougeScorer(["rougeL"], tokenizer=_FrenchWords())
    pairs = zip(references, drafts, strict=True)
    rouge = [scorer.score(reference, draft)["rougeL"].fmeasure for reference, draft in pairs]
    return {"bleu4": bleu.score / 100, "rouge_l": sum(rouge) / len(rouge)}


class _FrenchWords:
    """Words with their accents: the tokenizer that comes with rouge-score cuts at every letter outside a to z."""

    def tokenize(self, text: str) -> list[str]:
        return _WORD.findall(text.lower())
