"""What customers do besides answering: digress, take a fact back, come back later, cut an identifier in two, swear."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from chatbot.simulation.pen import Message, receipt
from chatbot.simulation.shapes import new_amount, new_phone, write_amount, write_phone
from chatbot.simulation.turns import Answer, Turn

if TYPE_CHECKING:
    from chatbot.simulation.customer import Customer

Stunt = Callable[["Customer", Answer], Turn | None]
REST = range(7, 13)  # characters of an identifier's second half


def _when_asked(stunt: Stunt) -> Stunt:
    """Only while something that can be told is being asked for."""
    return lambda customer, answer: stunt(customer, answer) if customer.untold(answer.asks) else None


def fees(customer: Customer, answer: Answer) -> Turn:
    """A question about a price, in the middle of everything."""
    amount = new_amount(customer.rng)
    text = customer.pen.say("say.fees", x=write_amount(amount, customer.rng))
    return customer.turn("fees", Message(text), figure=amount)


def aside(customer: Customer, answer: Answer) -> Turn:
    """Another question."""
    return customer.turn("aside", Message(customer.pen.say("say.aside")))


def impatient(customer: Customer, answer: Answer) -> Turn:
    """A word of impatience that brings nothing."""
    return customer.turn("impatient", Message(customer.pen.say("say.impatient")))


def where(customer: Customer, answer: Answer) -> Turn | None:
    """Where does one find that?"""
    if not any(slot.endswith(("_id", "_code")) for slot in customer.untold(answer.asks)):
        return None
    return customer.turn("where", Message(customer.pen.say("say.where")))


def wrong_thing(customer: Customer, answer: Answer) -> Turn | None:
    """A phone number where a transaction's identifier was asked for."""
    if customer.untold(answer.asks) != ("operator_tx_id",):
        return None
    number = write_phone(new_phone(str(customer.sheet.facts["to_operator"]), customer.rng), customer.rng)
    return customer.turn("a phone for an id", Message(customer.pen.say("say.wrong_thing", x=number)))


def unreadable(customer: Customer, answer: Answer) -> Turn:
    """A picture nobody can read."""
    return customer.turn("unreadable picture", Message(kind="image"))


def picture(customer: Customer, answer: Answer) -> Turn | None:
    """The operator's or the app's receipt instead of typing."""
    wanted = customer.untold(answer.asks)
    slot = next((one for one in ("operator_tx_id", "easytransfert_id") if one in wanted), None)
    if slot is None:
        return None
    shown = {one: customer.sheet.told_first(one) for one in (slot, "amount_fcfa") if one in customer.sheet.facts}
    new = {one: value for one, value in shown.items() if one not in customer.told}
    customer.vain = 0
    return customer.turn("picture", receipt(shown, *shown), gives=new)


def split(customer: Customer, answer: Answer) -> Turn | None:
    """An identifier cut over two messages, at once or one after the other."""
    slot = "operator_tx_id"
    if slot not in customer.untold(answer.asks):
        return None
    value = str(customer.sheet.told_first(slot))
    if value.isdigit() or customer.sheet.facts["from_operator"] == "Trésor":
        return None  # a handful of digits alone is a secret to us; Trésor's identifiers are whole at any length
    if customer.rng.random() < 0.3:
        value = value.lower()
    at = max(6, len(value) - customer.rng.choice(REST))
    halves = value[:at], value[at:]
    if customer.rng.random() < 0.5:
        return customer.turn("halves", *map(Message, halves), gives={slot: customer.sheet.told_first(slot)})
    customer.rest = {slot: halves[1]}
    return customer.turn("first half", Message(halves[0]), doubtful=frozenset({slot}))


def come_back(hours: int) -> Stunt:
    """Goes away, and comes back with a hello and the next fact."""

    def play(customer: Customer, answer: Answer) -> Turn:
        after = timedelta(hours=hours * customer.rng.uniform(0.8, 3.0))
        return customer.turn("back", Message(customer.pen.say("say.resume")), after=after)

    return play


def cancel(customer: Customer, answer: Answer) -> Turn:
    """Drops it; the next thing said takes it up again, or nothing is."""
    if customer.rng.random() < 0.5:
        customer.gone = customer.dropped = True
    return customer.turn("cancel", Message(customer.pen.say("say.cancel")))


def person(customer: Customer, answer: Answer) -> Turn:
    """Asks for a person."""
    return customer.turn("a person", Message(customer.pen.say("say.person")), due="human_request")


def angry(customer: Customer, answer: Answer) -> Turn:
    """Insults."""
    return customer.turn("angry", Message(customer.pen.say("say.angry")), due="anger")


def repeat(customer: Customer, answer: Answer) -> Turn | None:
    """Gives a fact once more although nobody asked."""
    slot = next((one for one in customer.told if one.endswith("_id")), None)
    if slot is None:
        return None
    return customer.turn("repeat", *customer.pen.facts({slot: customer.told[slot]}, "lines"))


def slip(customer: Customer, answer: Answer) -> Turn | None:
    """Takes back the fact that was told wrong, in words."""
    sheet = customer.sheet
    if sheet.slip is None or customer.corrected or customer.told.get(sheet.slip[0]) != sheet.slip[1]:
        return None
    if not customer.filed and customer.rng.random() < 0.4:
        return None  # notices later
    slot, old = sheet.slip
    customer.corrected = True
    pen = customer.pen
    right = pen.value(slot, sheet.facts[slot], bare=False)
    text = pen.say(f"correct.{slot}", x=right, old=pen.value(slot, old, bare=False))
    return customer.turn("correction", Message(text), gives={slot: sheet.facts[slot]})


def slip_by_menu(customer: Customer, answer: Answer) -> Turn | None:
    """« 1 », the line's digit, then the right value: three turns, begun right after the claim was filed."""
    sheet = customer.sheet
    if sheet.slip is None or customer.corrected:
        return None
    slot, _ = sheet.slip
    if answer.did("correct.value"):
        customer.corrected = True
        return customer.giving("corrected value", {slot: sheet.facts[slot]}, (slot,))
    if answer.did("correct.menu") and slot in answer.options:
        turn: Turn | None = customer.turn("menu line", Message(str(answer.options.index(slot) + 1)))
    else:
        turn = customer.turn("menu", Message("1")) if answer.filed else None
    if turn is not None:
        customer.left.add("slip_later")
    return turn


def status(customer: Customer, answer: Answer) -> Turn:
    """Asks where the case stands, some time later."""
    after = timedelta(minutes=customer.rng.choice((1, 20, 90, 600)))
    return customer.turn("status", Message(customer.pen.say("say.status")), after=after)


def same(customer: Customer, answer: Answer) -> Turn | None:
    """Sends the same reference again."""
    slot = "easytransfert_id"
    if slot not in customer.told or (customer.sheet.slip and not customer.corrected):
        return None
    return customer.turn("same again", *customer.pen.facts({slot: customer.told[slot]}, "lines"))


def thanks(customer: Customer, answer: Answer) -> Turn:
    """Says thank you."""
    return customer.turn("thanks", Message(customer.pen.say("say.thanks")))


BEFORE: Mapping[str, Stunt] = {
    "slip": slip,
    "angry": _when_asked(angry),
    "person": _when_asked(person),
    "cancel": _when_asked(cancel),
    "hour": _when_asked(come_back(1)),
    "days": _when_asked(come_back(30)),
    "fees": _when_asked(fees),
    "aside": _when_asked(aside),
    "impatient": _when_asked(impatient),
    "where": _when_asked(where),
    "unreadable": _when_asked(unreadable),
    "wrong_thing": wrong_thing,
    "repeat": _when_asked(repeat),
    "picture": picture,
    "split": split,
}
AFTER: Mapping[str, Stunt] = {
    "slip": slip,
    "slip_later": slip_by_menu,
    "status": status,
    "same": same,
    "thanks": thanks,
}
