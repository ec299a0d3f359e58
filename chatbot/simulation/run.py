"""Many simulated customers, one after the other: the same seed gives the same conversations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Literal

from chatbot.knowledge.tariff import fee
from chatbot.simulation.customer import Customer
from chatbot.simulation.facts import Sheet, can_draw, draw_sheet
from chatbot.simulation.habits import Habits
from chatbot.simulation.pen import Pen
from chatbot.simulation.phrases import Phrases
from chatbot.simulation.talk import Record, converse
from chatbot.simulation.verdict import Verdict, judge
from chatbot.turn import Mind

COMMON = 6  # the default flow is so many times as common as any other
CHANNELS: tuple[Literal["web", "whatsapp"], ...] = ("web", "whatsapp")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One conversation and what is to be said of it."""

    name: str
    sheets: tuple[Sheet, ...]
    habits: Habits
    record: Record
    verdict: Verdict


def simulate(mind: Mind, count: int, seed: int = 0) -> Iterator[Outcome]:
    """``count`` conversations. Raises BrandError when the brand has no phrases for simulated customers."""
    phrases = Phrases.read(mind.brand)
    for number in range(count):
        yield _one(mind, phrases, f"{seed}/{number}")


def _one(mind: Mind, phrases: Phrases, name: str) -> Outcome:
    rng = Random(name)
    habits = Habits.draw(rng)
    sheets = _sheets(mind, phrases, habits, rng)
    customer = Customer(sheets, habits, Pen(phrases, habits.hand, rng), rng)
    price = partial(fee, mind.knowledge.tariff)
    record = converse(mind, customer, rng.choice(CHANNELS))
    return Outcome(name, sheets, habits, record, judge(record, sheets, price, dropped=customer.dropped))


def _sheets(mind: Mind, phrases: Phrases, habits: Habits, rng: Random) -> tuple[Sheet, ...]:
    """The cases of one customer: of every flow the brand has phrases for, the default one most often."""
    flows = [
        flow
        for flow in mind.dialogue.rules.flows.values()
        if phrases.has(f"story.{flow.kind}.texts") and can_draw(flow)
    ]
    weights = [COMMON if flow.default else 1 for flow in flows]
    first = rng.choices(flows, weights)[0]
    slips = bool({"slip", "slip_later"} & habits.stunts)
    sheets = [draw_sheet(first, rng, slips=slips, loses="lose" in habits.stunts)]
    if "second" in habits.stunts:
        default = mind.dialogue.rules.default_flow
        sheets.append(draw_sheet(default, rng))
    return tuple(sheets)
