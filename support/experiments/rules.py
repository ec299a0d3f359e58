"""rules.toml, read once and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from chatbot.experiments import guardrails, ladder

_FILE = Path(__file__).with_name("rules.toml")


@dataclass(frozen=True, slots=True)
class Rules:
    """When a conversation is over, what is bad, and the bounds of every test."""

    quiet: timedelta
    settled: timedelta
    bad_reasons: frozenset[str]
    bad_refusals: int
    ab_alpha: float
    ab_least: int
    mismatch_alpha: float
    guardrail_alpha: float
    guardrails: tuple[guardrails.Guardrail, ...]
    labels: Mapping[str, str]
    canary: ladder.Rules
    verdicts: Mapping[str, str]


@cache
def rules() -> Rules:
    """The house's rules. Raises KeyError or ValueError on a damaged file, at the first look of a worker."""
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    rails = table["guardrails"]["of"]
    return Rules(
        quiet=timedelta(hours=table["quiet_hours"]),
        settled=timedelta(hours=table["settled_hours"]),
        bad_reasons=frozenset(table["bad"]["reasons"]),
        bad_refusals=table["bad"]["refusals"],
        ab_alpha=table["ab"]["alpha"],
        ab_least=table["ab"]["least"],
        mismatch_alpha=table["mismatch"]["alpha"],
        guardrail_alpha=table["guardrails"]["alpha"],
        guardrails=tuple(_guardrail(rail) for rail in rails),
        labels={rail["metric"]: rail["label"] for rail in rails},
        canary=_ladder(table["canary"]),
        verdicts=table["verdicts"],
    )


def _guardrail(table: Mapping[str, Any]) -> guardrails.Guardrail:
    return guardrails.Guardrail(table["metric"], table["full"], table["worse"], table["most"])


def _ladder(table: Mapping[str, Any]) -> ladder.Rules:
    return ladder.Rules(**{**table, "steps": tuple(table["steps"]), "least": tuple(table["least"])})
