"""The simulated customer: tells a story, answers what is asked from the fact sheet, and does what customers do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

from chatbot.simulation import opening
from chatbot.simulation.facts import PHOTO, Sheet, Value
from chatbot.simulation.habits import Habits
from chatbot.simulation.pen import Message, Pen
from chatbot.simulation.stunts import AFTER, BEFORE
from chatbot.simulation.turns import SOON, Answer, Turn

OPENS_WITH = {
    "easytransfert_id": 0.5,
    "from_operator": 0.6,
    "amount_fcfa": 0.4,
    "wrong_msisdn": 0.3,
    "cotisation_code": 0.3,
}


@dataclass
class Customer:
    """One customer with one or more cases, told one after the other."""

    sheets: Sequence[Sheet]
    habits: Habits
    pen: Pen
    rng: Random
    case: int = 0
    told: dict[str, Value] = field(default_factory=dict)
    begun: bool = False  # the story of the present case was told
    filed: bool = False
    gone: bool = False  # says nothing more
    dropped: bool = False  # cancelled for good: no claim is expected
    left: set[str] = field(default_factory=set)  # stunts not done yet
    vain: int = 0  # turns in a row that brought nothing
    searched: int = 0  # how often it was said that something cannot be found
    rest: Mapping[str, str] = field(default_factory=dict)  # halves of an identifier still to be sent
    corrected: bool = False

    def __post_init__(self) -> None:
        self.left = set(self.habits.stunts)

    @property
    def sheet(self) -> Sheet:
        """The case being told."""
        return self.sheets[self.case]

    def start(self) -> Turn:
        """The first words."""
        if self.habits.opening == "greeting":
            return self.turn("greeting", Message(self.pen.say("greeting.alone")))
        return self.tell_story()

    def next(self, answer: Answer) -> Turn | None:
        """What comes after this answer; None when the customer leaves."""
        if self.gone:
            return None
        if answer.filed:
            self.filed, self.vain = True, 0
        for move in (self._finish_half, self._settle, self._stunts, self._after, self._give, self._insist):
            turn = move(answer)
            if turn is not None or self.gone:
                return turn
        return None

    def tell_story(self) -> Turn:
        """The story of the present case, with some facts or all of them."""
        self.begun = True
        return replace(opening.story(self), due=self.sheet.due)

    def turn(self, why: str, *messages: Message, gives: Mapping[str, Value] | None = None, after: timedelta = SOON,
             due: str | None = None, figure: int | None = None, needless: bool = False,
             doubtful: frozenset[str] = frozenset()) -> Turn:  # fmt: skip
        """A turn of this customer; what it gives is remembered as told."""
        given = dict(gives or {})
        self.told |= given
        return Turn(messages, why, after, given, due, figure, needless, doubtful, self.case)

    def giving(self, why: str, facts: Mapping[str, Value], asked: Sequence[str] = (), story: str = "") -> Turn:
        """A turn that tells these facts."""
        photos = [Message(kind="image") for value in facts.values() if value == PHOTO]
        written = {slot: value for slot, value in facts.items() if value != PHOTO}
        messages = self.pen.facts(written, self.habits.manner, asked, story) if written else []
        return self.turn(why, *messages, *photos, gives=facts)

    def untold(self, slots: Sequence[str]) -> tuple[str, ...]:
        """Those of the slots that were not told yet and can be."""
        return tuple(
            slot for slot in slots if slot not in self.told and slot in self.sheet.facts and slot not in self.sheet.lost
        )

    @property
    def complete(self) -> bool:
        """Whether everything a claim needs was told."""
        return all(slot in self.told for slot in self.sheet.needed)

    def begin_next(self) -> Turn:
        """The next case begins; what the stunts still hold is for it."""
        self.case += 1
        self.told, self.filed, self.corrected, self.searched = {}, False, False, 0
        return self.tell_story()

    # --- moves, in the order they are tried ---------------------------------------------------------------------

    def _finish_half(self, answer: Answer) -> Turn | None:
        """The other half of an identifier, whatever was said meanwhile."""
        if not self.rest:
            return None
        ((slot, text),) = self.rest.items()
        self.rest = {}
        return self.turn("second half", Message(text), gives=self.ready(slot))

    def _settle(self, answer: Answer) -> Turn | None:
        """A question with two readings, or whether an identifier is whole."""
        if not answer.confirms or self.filed and not answer.did("conflict"):
            return None
        self.vain += 1
        if self.vain > self.habits.patience:
            return self.leave()
        if answer.did("conflict"):
            digit = "3" if self.case and not self.corrected else "2"
            return self.turn("which one", Message(digit))
        return self.turn("it is whole", Message(self.pen.say("say.short")))

    def _stunts(self, answer: Answer) -> Turn | None:
        for name, play in (AFTER if self.filed else BEFORE).items():
            if name not in self.left:
                continue
            self.left.discard(name)  # a stunt of several steps puts itself back
            if (turn := play(self, answer)) is not None:
                return turn
            self.left.add(name)
        return None

    def _after(self, answer: Answer) -> Turn | None:
        """Once filed: the next case if there is one, else goodbye."""
        if not self.filed:
            return None
        if self.case + 1 < len(self.sheets):
            return self.begin_next()
        return self.leave()

    def _give(self, answer: Answer) -> Turn | None:
        """Answers what was asked, in this customer's manner."""
        if not self.begun:
            return self.tell_story()
        wanted = self.untold(answer.asks)
        if wanted:
            self.vain = 0
            several = self.habits.manner != "drip"
            chosen = wanted if several else wanted[: 2 if wanted[:2] == ("from_operator", "to_operator") else 1]
            return self.giving("answer", self.ready(*chosen), answer.asks)
        if any(slot in self.sheet.lost for slot in answer.asks):
            return self._cannot(answer)
        return None

    def _insist(self, answer: Answer) -> Turn | None:
        """Nothing (new) was asked: says more unasked, or the same again; gives up in the end."""
        self.vain += 1
        if answer.waiting and (self.sheet.lost or (self.complete and self.vain > 1)):
            return self.leave()
        if self.vain > self.habits.patience:
            return self.leave()
        missing = self.untold(self.sheet.needed)
        asked_again = [slot for slot in answer.asks if slot in self.told]
        if asked_again and self.vain == 1:
            return self.turn("told already", Message(self.pen.say("say.again")), needless=True)
        if asked_again:
            again = {slot: self.told[slot] for slot in asked_again}
            return replace(self.giving("once more", again, answer.asks), needless=True)
        if missing:
            return self.giving("unasked", self.ready(*missing[:2]))
        if self.sheet.lost:
            return self._cannot(answer)
        return self.turn("and now?", Message(self.pen.say("say.status")), needless=True)

    def leave(self) -> Turn | None:
        """Says nothing more."""
        self.gone = True
        return None

    def _cannot(self, answer: Answer) -> Turn | None:
        """What is asked cannot be found: asks where, then says it is lost; a person is due."""
        if answer.waiting:
            return self.leave()
        self.searched += 1
        if self.searched == 1 and self.rng.random() < 0.5:
            return self.turn("where is it", Message(self.pen.say("say.where")))
        if self.searched > self.habits.patience:
            return self.leave()
        return self.turn("it is lost", Message(self.pen.say("say.never")), due="cannot_supply_id")

    # --- facts ---------------------------------------------------------------------------------------------------

    def ready(self, *slots: str) -> dict[str, Value]:
        """The first-told values of those slots that were not told yet."""
        return {slot: self.sheet.told_first(slot) for slot in self.untold(slots)}
