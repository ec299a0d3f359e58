"""What the outcomes of an experiment say, as plain values: kept with it as ``findings`` and shown on its page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from chatbot.experiments import guardrails, ladder, mismatch
from chatbot.experiments.compare import Comparison
from chatbot.experiments.confidence import Mean
from support.experiments.assign import Running
from support.experiments.rules import rules
from support.models import Experiment, ExperimentKind

MAIN = "resolved"


@dataclass(frozen=True, slots=True)
class Findings:
    """What was seen at a look. ``breached`` names guardrails; ``decision`` is the canary's."""

    table: Mapping[str, Any]
    mismatch: bool
    breached: tuple[str, ...]
    decision: ladder.Decision = "wait"


def analyse(experiment: Experiment, now: datetime) -> Findings:
    """Look at a running experiment: shares, estimate, guardrails and, for a canary, what to do."""
    found = _canary(experiment) if experiment.kind == ExperimentKind.CANARY else _ab(experiment, now)
    evidence = mismatch.evidence(_shares(experiment))
    mismatched = evidence >= 1 / rules().mismatch_alpha
    table = {**found.table, "counts": _counts(experiment), "mismatch": mismatched, "breached": list(found.breached)}
    return Findings(table, mismatched, found.breached, found.decision)


def _ab(experiment: Experiment, now: datetime) -> Findings:
    """Every arm beside the control. Conversations count once they are old enough for all of their age to be over."""
    names, weights = [arm["name"] for arm in experiment.arms], Running.of(experiment).weights
    rails, metrics = rules().guardrails, [MAIN, *(rail.metric for rail in rules().guardrails)]
    settled = experiment.outcomes.filter(began_at__lte=now - rules().settled)
    rows = list(settled.order_by("began_at", "id").values_list("arm", *metrics))
    alpha = rules().ab_alpha / (len(names) - 1)
    rail_alpha = guardrails.share_of(rules().guardrail_alpha, rails, len(names) - 1)
    arms, breached = [], []
    for name, weight in zip(names[1:], weights[1:], strict=True):
        pair = [(row[0] == name, row[1:]) for row in rows if row[0] in (name, names[0])]
        share = weight / (weight + weights[0])
        main = _compared(share, ((inside, float(values[0])) for inside, values in pair))
        arms.append({"arm": name, **_estimate(main, alpha)})
        for index, rail in enumerate(rails, start=1):
            beside = _compared(share, ((inside, rail.scaled(float(values[index]))) for inside, values in pair))
            over = guardrails.breached_beside(rail, beside, rail_alpha)
            arms[-1].setdefault("guardrails", []).append(_rail(rail, beside.arm, over, beside.control))
            breached += [f"{rail.metric}:{name}"] if over else []
    return Findings({"arms": arms}, mismatch=False, breached=tuple(breached))


def _compared(share: float, outcomes: Iterable[tuple[bool, float]]) -> Comparison:
    compared = Comparison(share)
    for inside, value in outcomes:
        compared.add(value, in_arm=inside)
    return compared


def _estimate(compared: Comparison, alpha: float) -> dict[str, Any]:
    interval, least = compared.interval(alpha), rules().ab_least
    enough = min(compared.arm.count, compared.control.count) >= least
    return {
        "conversations": compared.arm.count,
        "control_conversations": compared.control.count,
        "mean": _mean(compared.arm),
        "control_mean": _mean(compared.control),
        "estimate": interval.estimate,
        "low": interval.low,
        "high": interval.high,
        "different": enough and compared.differs(alpha),
    }


def _canary(experiment: Experiment) -> Findings:
    control, candidate = (arm["name"] for arm in experiment.arms)
    rails, metrics = rules().guardrails, [rail.metric for rail in rules().guardrails]
    fields = ("arm", "step", "bad", *metrics)
    rows = list(experiment.outcomes.filter(arm=candidate).order_by("began_at", "id").values_list(*fields))
    every, gone_badly = Counter(row[1] for row in rows), Counter(row[1] for row in rows if row[2])
    tallies = [ladder.Tally(every[step], gone_badly[step]) for step in range(experiment.step + 1)]
    alpha = guardrails.share_of(rules().guardrail_alpha, rails)
    shown, breached = [], []
    for index, rail in enumerate(rails, start=3):
        mean = Mean()
        for row in rows:
            mean.add(rail.scaled(float(row[index])))
        over = guardrails.breached_alone(rail, mean, alpha)
        shown.append(_rail(rail, mean, over))
        breached += [f"{rail.metric}:{candidate}"] if over else []
    arm = {
        "arm": candidate,
        "control": control,
        "guardrails": shown,
        **_ladder(tallies, [bool(row[2]) for row in rows]),
    }
    return Findings({"arms": [arm]}, False, tuple(breached), ladder.decide(rules().canary, tallies))


def _ladder(tallies: Sequence[ladder.Tally], bad: Sequence[bool]) -> dict[str, Any]:
    climb, mean = rules().canary, Mean()
    for each in bad:
        mean.add(float(each))
    interval = mean.interval(climb.false_alarm)
    return {
        "conversations": mean.count,
        "here": tallies[-1].conversations,
        "needed": climb.least[len(tallies) - 1],
        "bad": sum(tally.bad for tally in tallies),
        "estimate": interval.estimate,
        "low": interval.low,
        "high": interval.high,
        "against": ladder.evidence_against(climb, tallies),
        "for": ladder.evidence_for(climb, tallies),
    }


def _rail(
    rail: guardrails.Guardrail,
    mean: Mean,
    over: bool,
    control: Mean | None = None,
) -> dict[str, Any]:
    beside = {"control": _mean(control) * rail.full, "bound": rail.worse} if control else {"bound": rail.most}
    return {"metric": rail.metric, "mean": _mean(mean) * rail.full, "breached": over, **beside}


def _mean(mean: Mean) -> float:
    return mean.total / mean.count if mean.count else 0.0


def _counts(experiment: Experiment) -> dict[str, int]:
    found = dict(experiment.outcomes.order_by().values_list("arm").annotate(Count("id")))
    return {arm["name"]: found.get(arm["name"], 0) for arm in experiment.arms}


def _shares(experiment: Experiment) -> list[tuple[list[int], list[float]]]:
    """By step: customers by arm, and the shares drawn for them. Who was seen in another arm before does not count."""
    rows = experiment.outcomes.filter(fresh=True).order_by().values_list("step", "arm").annotate(Count("id"))
    found = {(step, arm): count for step, arm, count in rows}
    shares = _drawn(experiment)
    return [([found.get((step, arm["name"]), 0) for arm in experiment.arms], each) for step, each in shares.items()]


def _drawn(experiment: Experiment) -> dict[int, list[float]]:
    """The shares of the arms at each step reached; those of an A/B stay as they are while it grows."""
    running = Running.of(experiment)
    if experiment.kind == ExperimentKind.CANARY:
        return {step: [1 - share / 100, share / 100] for _, step, share in running.changes}
    return {0: [weight / sum(running.weights) for weight in running.weights]}
