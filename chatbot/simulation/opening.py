"""How a simulated customer begins: a story in their own words, with some of the facts, all of them, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatbot.simulation.facts import IDS, PHOTO, Value
from chatbot.simulation.pen import Message, receipt
from chatbot.simulation.turns import Turn

if TYPE_CHECKING:
    from chatbot.simulation.customer import Customer

OPENS_WITH = {
    "easytransfert_id": 0.5,
    "from_operator": 0.6,
    "amount_fcfa": 0.4,
    "wrong_msisdn": 0.3,
    "cotisation_code": 0.3,
}


def story(customer: Customer) -> Turn:
    """The story of a customer's present case, with some facts or all of them."""
    chosen = _chosen_facts(customer)
    early = "early_withdrawal" in customer.sheet.facts
    name = "early" if early else "texts"
    if customer.habits.opening == "facts" and customer.sheet.kind == "debited_not_received" and customer.case == 0:
        return customer.giving("facts alone", customer.ready(IDS[1], "from_operator", "to_operator", IDS[0]))
    words, used = customer.pen.story(f"story.{customer.sheet.kind}.{name}", chosen)
    if customer.case:
        words = f"{customer.pen.say('say.second')}, {words}"
    elif customer.habits.opening == "voice":
        return customer.turn(
            "voice", Message(customer.pen.say("say.voice", story=words), "audio"), gives=_with_early(customer, used)
        )
    else:
        words = customer.pen.say("greeting.before") + words
    if customer.habits.opening == "picture" and not customer.case and "easytransfert_id" in customer.sheet.needed:
        shown = customer.ready("easytransfert_id", "amount_fcfa")
        return customer.turn(
            "picture", Message(words), receipt(shown, *shown), gives={**_with_early(customer, used), **shown}
        )
    more = {slot: value for slot, value in chosen.items() if slot not in used}
    messages = customer.pen.facts(more, customer.habits.manner, (), words) if more else [Message(words)]
    return customer.turn("story", *messages, gives={**_with_early(customer, used), **more})


def _chosen_facts(customer: Customer) -> dict[str, Value]:
    """What this customer tells with the story."""
    opening = customer.habits.opening if not customer.case else customer.rng.choice(("some", "all"))
    if opening == "all":
        return customer.ready(
            *(slot for slot in (*customer.sheet.needed, *customer.sheet.offered) if customer.sheet.facts[slot] != PHOTO)
        )
    if opening != "some":
        return {}
    chosen = [
        slot for slot, share in OPENS_WITH.items() if slot in customer.sheet.facts and customer.rng.random() < share
    ]
    if "from_operator" in chosen:
        chosen.append("to_operator")
    if "wrong_msisdn" in chosen:
        chosen.append("right_msisdn")
    return customer.ready(*chosen, *customer.sheet.offered)


def _with_early(customer: Customer, slots: frozenset[str]) -> dict[str, Value]:
    """What a story told: its facts, and that it is early."""
    early = {slot: value for slot, value in customer.sheet.facts.items() if slot == "early_withdrawal"}
    return {**early, **{slot: customer.sheet.told_first(slot) for slot in sorted(slots)}}
