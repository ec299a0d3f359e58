"""From what dialogue and knowledge decided to the plan of a reply: acts in speaking order, facts under unique names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from chatbot.figures import francs
from chatbot.types import Act, Choice, Mood, Move, Plan

T = TypeVar("T")

# What is said first, by the first word of the act's name; acts that are not listed keep their place in the middle.
ORDER = (
    "greeting", "heard", "warn", "listen", "media", "thanks", "resolution", "cancelled", "start_again", "skipped",
    "noted", "repeat", "answer", "unclear", "not_it", "conflict", "which_case", "correct", "claim", "status", "cases",
    "refund", "advice", "handoff", "goodbye", "ack", "help", "resume", "next_case", "ask_many", "ask_rest", "ask",
    "again", "item", "check", "read", "way_out", "offer_help", "small_talk",
)  # fmt: skip
MIDDLE = ORDER.index("answer")


def make_plan(
    moves: Sequence[Move],
    mood: Mood,
    brand_facts: Mapping[str, str],
    choices: Mapping[str, Sequence[Choice]],
    uses: Mapping[str, frozenset[str]],
) -> Plan:
    """All a reply must say.

    ``brand_facts`` are the brand's own figures (its phone number); ``uses`` names those that each act speaks;
    ``choices`` the taps it offers. Two moves that speak of different values under one name get ``name`` and ``name_2``.
    """
    facts: dict[str, str] = {}
    acts: list[Act] = []
    offered: list[Choice] = []
    for move in sorted(moves, key=_rank):
        own = {name: brand_facts[name] for name in _of(uses, move.act) if name in brand_facts}
        names = [_name(facts, name, value) for name, value in (own | _written(move.facts)).items()]
        acts.append(Act(move.act, tuple(names), move.quote, move.source))
        offered.extend(_of(choices, move.act))
    return Plan(tuple(acts), facts, tuple(dict.fromkeys(offered)), mood)


def _rank(move: Move) -> int:
    head = move.act.partition(".")[0]
    return ORDER.index(head) if head in ORDER else MIDDLE


def _written(facts: Mapping[str, str | int]) -> dict[str, str]:
    return {name: francs(value) if isinstance(value, int) else value for name, value in facts.items()}


def _of(table: Mapping[str, Iterable[T]], act: str) -> Iterable[T]:
    """The entry of an act, or of the nearest act it is a kind of (``claim.filed.x`` → ``claim.filed``)."""
    while act:
        if act in table:
            return table[act]
        act = act.rpartition(".")[0]
    return ()


def _name(facts: dict[str, str], name: str, value: str) -> str:
    """Enter a fact under its name, or under the first numbered one that is free or holds the same value."""
    numbered, count = name, 1
    while facts.setdefault(numbered, value) != value:
        count += 1
        numbered = f"{name}_{count}"
    return numbered
