"""The teams and rules of a demonstration, as story.toml tells them, and the invented cases that stand with a team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from support.demo_desk import draws
from support.demo_desk.rows import Stage
from support.models import Label, Occasion, Rule, Team
from support.rules import vocabulary


def make(stage: Stage) -> None:
    """Teams with their members and cases, and rules in force. In the transaction of the rest, before it is stored."""
    teams: dict[str, Team] = {}
    for place, said in enumerate(draws.facts()["teams"]):
        team, _ = Team.objects.get_or_create(
            brand=stage.brand, name=said["name"], defaults={"description": said["description"], "position": place}
        )
        team.members.set([stage.agents[name] for name in said["members"]])
        _give(stage, team, said["reasons"])
        teams[team.name] = team
    for place, said in enumerate(draws.facts()["rules"]):
        _rule(stage, place, teams, said)


def _give(stage: Stage, team: Team, reasons: Sequence[str]) -> None:
    """A case that waits is new to its team: the people of the demonstration have time to come."""
    for case in stage.rows.escalations:
        if case.reason in reasons:
            case.team, case.team_since = team, case.opened_at if case.closed_at else stage.now


def _rule(stage: Stage, place: int, teams: Mapping[str, Team], said: Mapping[str, Any]) -> None:
    acts: dict[str, object] = dict(said["then"])
    if "team" in acts:
        acts["team"] = teams[said["then"]["team"]].pk
    if "label" in acts:
        label, _ = Label.objects.get_or_create(brand=stage.brand, name=acts["label"], defaults={"colour": "red"})
        acts["label"] = label.pk
    asked = vocabulary.conditions(said["if"], Occasion.OPENED)
    kept = {
        "conditions": vocabulary.plain(asked),
        "acts": vocabulary.plain(vocabulary.acts(acts, Occasion.OPENED)),
        "position": place,
        "active": True,
    }
    Rule.objects.get_or_create(brand=stage.brand, name=said["name"], defaults=kept)
