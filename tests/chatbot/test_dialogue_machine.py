"""Whatever a customer does, in any order: nothing known is asked, nothing given is lost, nothing is filed twice."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chatbot.dialogue import claims
from chatbot.dialogue.state import from_json
from chatbot.guard import Guard, Watch, sentences
from chatbot.knowledge.answers import Knowledge
from chatbot.plan import make_plan
from chatbot.types import Slot
from chatbot.voices.template import TemplateVoice
from chatbot.wording import Wording
from tests.chatbot.talk import BRAND, Talk

WORDING = Wording.read(BRAND.wording, BRAND.flows)
WATCH = Watch.read(BRAND.settings)
KNOWLEDGE = Knowledge(BRAND.tariff, BRAND.settings)
OPERATORS = ("Wave", "Orange", "MTN", "Moov", "Trésor")
REFERENCES = ("EFB.10000001", "EFB.10000002", "EFB.10000003")
FACTS: dict[str, st.SearchStrategy[str | int]] = {
    "easytransfert_id": st.sampled_from(REFERENCES),
    "from_operator": st.sampled_from(OPERATORS),
    "to_operator": st.sampled_from(OPERATORS),
    "operator_tx_id": st.sampled_from(["TAAAAAAAAAAAAAAAA", "MP250425.1827.B29926", "123456789"]),
    "amount_fcfa": st.integers(100, 500_000),
    "msisdn": st.sampled_from(["0700000001", "0500000002"]),
}
WISHES = ("transfer_not_received", "debited_not_credited", "refund_request", "provide_info", "other")
ASIDES = (
    ("c combien les frais", "fees_question"), ("je vois ça où", "how_to"), ("t'es un robot", "ask_if_bot"),
    ("merci", "thanks"), ("ok", "ack"), ("bonjour", "greeting"), ("bla", "other"), ("", "other"), ("1", "other"),
    ("2", "other"), ("oui", "confirm"), ("non", "other"), ("ça donne quoi", "status_request"),
    ("c'est bon il a reçu", "resolution_confirmed"), ("au revoir", "goodbye"), ("je trouve pas", "how_to"),
    ("déjà donné", "already_provided"), ("une recette de garba", "out_of_scope"),
)  # fmt: skip


NEW: dict[str, str | int] = {
    "easytransfert_id": "EFB.19999999",
    "from_operator": "Wave",
    "to_operator": "Orange",
    "operator_tx_id": "TBBBBBBBBBBBBBBBB",
}
PATIENCE = 8  # turns that bring nothing, after which a person must have been called


class Customer(RuleBasedStateMachine):
    """A customer of no particular logic."""

    @initialize()
    def arrive(self) -> None:
        self.talk = Talk()
        self.held: dict[int, dict[str, Slot]] = {}
        self.given: set[str | int] = set()
        self.registered: dict[str, set[str]] = {}
        self.doubted: set[str] = set()

    @rule(
        wish=st.sampled_from(WISHES),
        facts=st.fixed_dictionaries({}, optional=FACTS),
        words=st.sampled_from(["voilà", "pas reçu", "non pardon c'est", "j'ai un autre aussi"]),
    )
    def tell(self, wish: str, facts: dict[str, str | int], words: str) -> None:
        self.given |= set(facts.values())
        self.talk.say(words, wish, **facts)

    @rule(aside=st.sampled_from(ASIDES))
    def digress(self, aside: tuple[str, str]) -> None:
        self.talk.say(*aside)

    @rule(reference=st.sampled_from(REFERENCES))
    def show_a_receipt(self, reference: str) -> None:
        self.given.add(reference)
        self.talk.say("", "image_only", kind="image", seen={"easytransfert_id": reference})

    @rule(words=st.sampled_from(["laisse tomber", "je veux parler à quelqu'un", "STOP", "répétez", "plus tard"]))
    def turn_away(self, words: str) -> None:
        self.talk.say(words, "ask_human" if "parler" in words else "other")

    @rule(hours=st.sampled_from([1, 7, 30]))
    def go_away(self, hours: int) -> None:
        self.talk.wait(hours=hours)

    @precondition(lambda self: self.talk.waiting or self.talk.listening)
    @rule()
    def a_person_comes_or_goes(self) -> None:
        self.talk.listening = not self.talk.listening
        self.talk.waiting = False

    @precondition(lambda self: self.talk.claims)
    @rule(status=st.sampled_from(["processing", "resolved", "rejected", "received"]))
    def the_back_office_moves(self, status: str) -> None:
        self.talk.status(next(iter(self.talk.claims)), status)

    @invariant()
    def nothing_known_is_asked(self) -> None:
        assert not self.talk.asks & set(self.talk.known), (self.talk.asks, self.talk.known)

    @invariant()
    def no_slot_is_asked_more_than_twice_in_vain(self) -> None:
        case = self.talk.step.state.case
        assert case is None or max((count for slot, count in case.asked.items()), default=0) <= 2

    @invariant()
    def nothing_given_is_lost_and_nothing_is_invented(self) -> None:
        state = from_json(self.talk.state)
        for index, case in enumerate(state.cases):
            assert set(self.held.get(index, {})) - self.doubted <= set(case.slots)
            assert {slot.value for slot in case.slots.values()} <= self.given
            self.held[index] = dict(case.slots)
        pending = state.pending  # « non » to « est-il complet ? » drops the value, and only that one
        self.doubted = {pending.slot} if pending and pending.kind == "complete_id" else set()

    @invariant()
    def no_claim_loses_a_slot(self) -> None:
        for number, claim in self.talk.claims.items():
            assert self.registered.get(number, set()) <= set(claim.slots)
            self.registered[number] = set(claim.slots)

    @invariant()
    def one_reference_is_one_claim(self) -> None:
        references = [claim.slots["easytransfert_id"] for claim in self.talk.claims.values()]
        assert len(references) == len(set(references)), references

    @invariant()
    def what_is_complete_is_filed(self) -> None:
        if self.talk.listening or self.talk.step.silent or self.talk.announced:
            return  # what a person heard is filed at the customer's next words
        for case in self.talk.step.state.cases:
            flow = self.talk.dialogue.rules.flows[case.kind]
            asked = "operator_tx_id" in self.talk.step.state.said.confirms
            in_doubt = asked or claims.in_doubt(flow, case) is not None  # put to the customer once, then filed
            assert case.phase != "open" or flow.missing(case.slots) or in_doubt, case

    @invariant()
    def it_speaks_unless_it_must_be_silent(self) -> None:
        step = self.talk.step
        if self.talk.state and not step.silent:
            assert step.moves or step.questions
        if self.talk.listening and step.silent:
            assert not step.moves

    @invariant()
    def there_are_words_for_it_and_the_guard_lets_them_through(self) -> None:
        step = self.talk.step
        answers = [move for question in step.questions for move in KNOWLEDGE.answer(question)]
        if not (step.moves or answers):
            return
        facts = self.talk.dialogue.rules.facts
        plan = make_plan((*step.moves, *answers), step.mood, facts, WORDING.choices, WORDING.uses)
        guard = Guard(WATCH, plan, "whatsapp")
        for sentence in sentences(TemplateVoice(WORDING).speak(plan, "seed")):
            assert guard.check(sentence).passed, (guard.check(sentence), sentence)
        assert guard.finish().passed, plan

    @invariant()
    def a_claim_holds_what_the_case_holds(self) -> None:
        if self.talk.step.silent:
            return
        for case in self.talk.step.state.cases:
            if case.number in self.talk.claims:
                held = {name: slot.value for name, slot in case.slots.items()}
                assert held == dict(self.talk.claims[case.number].slots)

    def teardown(self) -> None:
        """Whatever came before, it ends: facts make a claim, and who brings nothing is handed over."""
        if not hasattr(self, "talk") or self.talk.listening:
            return
        self.talk.say("j'ai un autre transfert aussi, rien reçu", "transfer_not_received", **NEW)
        assert NEW in [{slot: claim.slots.get(slot) for slot in NEW} for claim in self.talk.claims.values()]
        for _ in range(PATIENCE):
            if not self.talk.waiting:
                self.talk.say("bla", "other")
        assert self.talk.waiting


TestCustomer = Customer.TestCase
TestCustomer.settings = settings(max_examples=300, stateful_step_count=50, deadline=None)  # 10,000 steps
