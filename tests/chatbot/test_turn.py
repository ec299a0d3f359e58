"""A turn: the same events for the same arguments, in order, whatever the voice does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatbot import turn as turn_module
from chatbot.dialogue.state import StateError
from chatbot.turn import Mind, take_turn
from chatbot.types import (
    Act,
    ClaimFiled,
    Desk,
    Event,
    HandoffAsked,
    Incoming,
    Pulse,
    Reasoned,
    Reply,
    Spoken,
    TurnDone,
    Understood,
    Words,
)
from chatbot.voices.ports import Brief, Draft, FaultKind, VoiceFault
from chatbot.wording import Wording

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
DESK = Desk(now=NOW, channel="web", new_case_number=lambda: "AK-1")
STORY = "transfert wave vers orange pas reçu EFB.12345678 TABCDEFGHIJKLMNOP"


def turn(mind: Mind, *texts: str, state: Mapping[str, object] | None = None, desk: Desk = DESK) -> list[Event]:
    messages = [Incoming(f"m{index}", text, NOW) for index, text in enumerate(texts)]
    return list(take_turn(mind, state or {}, messages, desk))


def reply(events: list[Event]) -> str:
    return "\n".join(event.text for event in events if isinstance(event, Reply))


class Says:
    """A voice that says what it is told, draft after draft."""

    tier = "local"

    def __init__(self, *drafts: str) -> None:
        self.drafts = list(drafts)

    def speak(self, brief: Brief, seed: str) -> Draft:
        self.seen = brief
        return Draft(iter(self.drafts.pop(0)), self.tier)

    def answers_open(self, brand: str) -> bool:
        return False


def test_the_same_arguments_give_the_same_events(mind: Mind) -> None:
    assert turn(mind, STORY) == turn(mind, STORY)


def test_it_understands_then_acts_then_speaks_then_is_done(mind: Mind) -> None:
    kinds = [type(event) for event in turn(mind, STORY)]
    assert kinds[0] is Understood
    assert kinds[1] is ClaimFiled
    assert kinds[2] is Reasoned
    assert set(kinds[3:-3]) == {Words}
    assert kinds[-3:] == [Spoken, Reply, TurnDone]


def test_it_says_in_codes_what_it_decided_on(mind: Mind) -> None:
    (reasoned,) = [event for event in turn(mind, STORY) if isinstance(event, Reasoned)]
    assert reasoned.intents and reasoned.intents[0].confidence > 0
    assert {"easytransfert_id", "from_operator"} <= set(reasoned.entities)
    assert "claim.filed.debited_not_received" in reasoned.acts
    assert "12345678" not in repr(reasoned)


def test_the_words_joined_are_the_reply(mind: Mind) -> None:
    events = turn(mind, STORY)
    assert "".join(event.text for event in events if isinstance(event, Words)) == reply(events)


def test_a_burst_is_one_turn_and_an_identifier_may_be_cut_over_two_messages(mind: Mind) -> None:
    events = turn(mind, "bonjour", "wave vers orange pas reçu EFB.12345678", "TABCDEFGH", "IJKLMNOP")
    assert [event.message for event in events if isinstance(event, Understood)] == ["m0", "m1", "m2", "m3"]
    (filed,) = [event for event in events if isinstance(event, ClaimFiled)]
    assert filed.slots["operator_tx_id"].value == "TABCDEFGHIJKLMNOP"
    assert filed.slots["easytransfert_id"].source == "m1"
    assert filed.slots["operator_tx_id"].source == "m3"
    assert len([event for event in events if isinstance(event, Reply)]) == 1


def test_a_voice_sees_names_of_facts_and_never_their_values(mind: Mind) -> None:
    spy = Says("Bonjour ! Pour {amount}, les frais sont de {fee}.")
    events = turn(replace(mind, voice=spy), "et les frais pour 100000 ?")
    assert reply(events) == "Bonjour\u00a0! Pour 100\u202f000\u00a0FCFA, les frais sont de 500\u00a0FCFA."
    assert spy.seen.facts == ("amount", "fee")
    assert "100" not in repr(spy.seen)


def test_a_voice_gone_bad_is_tried_again_then_replaced_by_the_template(mind: Mind) -> None:
    bad = Says("Envoyez-moi votre code secret.", "Pour {amount} c'est 3 francs, {fee}.")
    events = turn(replace(mind, voice=bad), "frais pour 100000")
    assert [(event.tier, event.outcome) for event in events if isinstance(event, Spoken)] == [
        ("local", "asks_secret"),
        ("local", "own_figure"),
        ("template", "passed"),
    ]
    assert "500\u00a0FCFA" in reply(events)
    assert not any("secret" in event.text for event in events if isinstance(event, Words))


def test_a_second_try_that_passes_is_what_is_said(mind: Mind) -> None:
    better = Says("Rien.", "Bonjour, pour {amount}, comptez {fee} de frais.")
    assert reply(turn(replace(mind, voice=better), "frais pour 100000")).startswith("Bonjour, pour 100")


class Promises(Says):
    """Never says what may be said."""

    def speak(self, brief: Brief, seed: str) -> Draft:
        return Draft(iter(["C'est promis."]), self.tier)

    def words(self, act: Act, mood: str) -> str:
        return "C'est promis."


def test_where_even_the_template_is_refused_a_person_is_called_and_nothing_given_is_lost(mind: Mind) -> None:
    events = turn(replace(mind, voice=Promises(), template=Promises()), STORY)
    assert [event.reason for event in events if isinstance(event, HandoffAsked)] == ["guard_refusal"]
    assert [event.kind for event in events if isinstance(event, ClaimFiled)] == ["debited_not_received"]
    assert reply(events).startswith("Je rencontre un problème technique.")
    assert "pas en ligne" not in reply(events)
    assert "promis" not in reply(events)


def test_where_even_the_template_is_refused_nobody_is_promised_who_is_not_there(mind: Mind) -> None:
    events = turn(replace(mind, voice=Promises(), template=Promises()), "bonjour", desk=replace(DESK, on_duty=False))
    assert "pas en ligne" in reply(events)


def test_a_person_already_called_is_not_called_again_for_want_of_words(mind: Mind) -> None:
    events = turn(replace(mind, voice=Promises(), template=Promises()), "un conseiller svp")
    assert [event.reason for event in events if isinstance(event, HandoffAsked)] == ["human_request"]


def test_a_voice_refused_reply_after_reply_calls_a_person(mind: Mind) -> None:
    state: Mapping[str, object] = {}
    reasons = []
    for _ in range(4):
        events = turn(replace(mind, voice=Promises()), "frais pour 100000", state=state)
        assert "500\u00a0FCFA" in reply(events)
        reasons += [event.reason for event in events if isinstance(event, HandoffAsked)]
        (state,) = [event.state for event in events if isinstance(event, TurnDone)]
    assert reasons == ["guard_refusal"]


def test_a_voice_refused_now_and_then_calls_nobody(mind: Mind) -> None:
    state: Mapping[str, object] = {}
    for place in range(6):
        voice = Promises() if place % 3 else mind.voice
        events = turn(replace(mind, voice=voice), "frais pour 100000", state=state)
        assert not [event for event in events if isinstance(event, HandoffAsked)]
        (state,) = [event.state for event in events if isinstance(event, TurnDone)]


def test_a_state_it_cannot_read_is_an_error_by_name(mind: Mind) -> None:
    with pytest.raises(StateError, match="version"):
        turn(mind, "bonjour", state={"version": 99})


def test_a_turn_needs_a_message(mind: Mind) -> None:
    with pytest.raises(ValueError, match="message"):
        turn(mind)


def test_listening_yields_only_what_was_understood(mind: Mind) -> None:
    events = turn(mind, STORY, desk=replace(DESK, listening=True))
    assert [type(event) for event in events] == [Understood, TurnDone]


@pytest.mark.parametrize(
    "text", ["", "   ", "\u200b", "👍", "a" * 4000, "1" * 4000, "{fee} {amount}", "%s %(x)s", "\x00"]
)
def test_any_text_gets_an_answer(mind: Mind, text: str) -> None:
    events = turn(mind, text)
    assert reply(events)
    assert isinstance(events[-1], TurnDone)


def test_what_customers_write_in_braces_is_never_filled_in(mind: Mind) -> None:
    events = turn(mind, "wave vers orange pas reçu EFB.12345678 {support_phone}")
    assert "25 22" not in reply(events)


def test_every_act_the_engine_can_say_has_words(mind: Mind) -> None:
    wording = Wording.read(mind.brand.wording, mind.brand.flows)
    for flow in mind.dialogue.rules.flows.values():
        for slot in (*flow.required, *(one for when in flow.conditions for one in when.requires)):
            for act in ("ask", "again", "item", "help"):
                assert wording.find(f"{act}.{slot.name}", frozenset(), "angry")
        for advice in flow.advice:
            assert wording.acts[advice]


def test_every_act_named_in_the_code_has_words(mind: Mind) -> None:
    folder = Path(turn_module.__file__).parent
    code = "".join(
        file.read_text(encoding="utf-8") for part in ("dialogue", "knowledge") for file in (folder / part).glob("*.py")
    )
    named = set(re.findall(r'(?:say|Move)\(\s*"([a-z_.]+)"', code))
    assert len(named) > 40
    assert named <= set(mind.wording.acts), named - set(mind.wording.acts)


@pytest.mark.parametrize(
    "text",
    [
        "les frais pour 100000",
        "frais pour 1250000 en tout",
        "j'ai payé 7 500, on m'a coupé 7 612",
        "j'ai payé 7 500, on m'a coupé 7 900, c quoi ces frais",
        "limite wave vers orange",
        "je peux envoyer 3000000 en une fois ?",
        "quel est le minimum",
        STORY + " 20000 fcfa",
    ],
)
def test_an_amount_never_breaks_over_two_lines(mind: Mind, text: str) -> None:
    said = reply(turn(mind, text))
    assert "FCFA" in said
    assert re.search(r"[ \n]FCFA|\d[ \n]\d{3}(?!\d)", said) is None
    assert re.search(r"\d{4}\u00a0FCFA", said) is None


def test_a_question_the_dialogue_could_not_place_is_answered_by_an_article(mind: Mind) -> None:
    events = turn(mind, "l'application ne s'ouvre plus")
    said = next(event for event in events if isinstance(event, Reply))
    assert said.sources == ("probleme-application@1",)
    done = events[-1]
    assert isinstance(done, TurnDone) and done.state["unclear"] == 0


def test_a_quoted_article_is_never_worded_by_another_voice(mind: Mind) -> None:
    events = turn(replace(mind, voice=Says("Autre chose.")), "quels sont vos horaires")
    said = next(event for event in events if isinstance(event, Reply))
    assert said.sources == ("horaires@1",) and "Autre chose" not in said.text


# --- A voice that fails, and open questions ---------------------------------------------------------------------------


class Fails(Says):
    """Says a little, then fails."""

    def __init__(self, kind: FaultKind, *before: str) -> None:
        super().__init__()
        self.kind, self.before, self.asked, self.closed = kind, before, 0, False

    def speak(self, brief: Brief, seed: str) -> Draft:
        self.asked += 1
        return Draft(self._pieces(), self.tier, "row-1")

    def _pieces(self) -> Iterator[str]:
        try:
            yield from self.before
            raise VoiceFault(self.kind)
        finally:
            self.closed = True


@pytest.mark.parametrize("kind", ["timeout", "connection", "server", "in_band", "truncated", "throttled", "denied"])
@pytest.mark.parametrize("before", [(), ("Pour {amount}, ", "c'est vu. ", "Les frais")])
def test_a_voice_that_fails_is_replaced_by_the_template_and_not_asked_again(
    mind: Mind, kind: FaultKind, before: tuple[str, ...]
) -> None:
    voice = Fails(kind, *before)
    events = turn(replace(mind, voice=voice), "frais pour 100000")
    tried = [(event.tier, event.outcome, event.call) for event in events if isinstance(event, Spoken)]
    assert tried == [("local", kind, "row-1"), ("template", "passed", "")]
    assert voice.asked == 1
    assert "500\u00a0FCFA" in reply(events)
    assert "c'est vu" not in reply(events)


def test_what_was_heard_of_a_broken_reply_is_not_continued(mind: Mind) -> None:
    events = turn(replace(mind, voice=Fails("connection", "Pour {amount}, c'est vu. ", "Les")), "frais pour 100000")
    heard = [event.text for event in events if isinstance(event, Words)]
    assert heard == ["Pour 100\u202f000\u00a0FCFA, c'est vu."]


def test_before_the_first_word_a_change_of_voice_is_not_heard(mind: Mind) -> None:
    events = turn(replace(mind, voice=Fails("timeout", "Pour")), "frais pour 100000")
    assert "".join(event.text for event in events if isinstance(event, Words)) == reply(events)


def test_a_content_filter_calls_a_person_and_asks_nobody_else(mind: Mind) -> None:
    voice = Fails("filtered")
    events = turn(replace(mind, voice=voice), "frais pour 100000")
    assert voice.asked == 1
    assert [event.reason for event in events if isinstance(event, HandoffAsked)] == ["guard_refusal"]
    assert "500\u00a0FCFA" in reply(events)
    assert "transmis" in reply(events)


def test_only_an_answer_to_an_open_question_cites(mind: Mind) -> None:
    events = turn(replace(mind, voice=Says(*["Pour {amount}, c'est {fee} [frais@1]."] * 2)), "frais pour 100000")
    assert [event.outcome for event in events if isinstance(event, Spoken)][:2] == ["unknown_placeholder"] * 2


def test_a_failing_voice_is_no_refusal_and_calls_nobody(mind: Mind) -> None:
    state: Mapping[str, object] = {}
    for _ in range(5):
        events = turn(replace(mind, voice=Fails("timeout")), "frais pour 100000", state=state)
        assert not [event for event in events if isinstance(event, HandoffAsked)]
        (state,) = [event.state for event in events if isinstance(event, TurnDone)]


def test_a_turn_that_is_left_closes_the_voice(mind: Mind) -> None:
    voice = Fails("timeout", "", "")
    events = take_turn(replace(mind, voice=voice), {}, [Incoming("m", "frais pour 100000", NOW)], DESK)
    assert any(isinstance(event, Pulse) for event in events)
    events.close()
    assert voice.closed


class Librarian(Says):
    """A strong voice: it may answer open questions."""

    tier = "azure:standard"

    def answers_open(self, brand: str) -> bool:
        return True


OPEN = "comment changer mon numéro de téléphone dans l'application"


def test_an_open_question_is_answered_from_the_articles_and_cites_them(mind: Mind) -> None:
    voice = Librarian()
    near = mind.knowledge.library.near(OPEN, NOW.date())
    assert near, "no article is near this question any more: take another"
    sentence = near[0].quote.split(". ")[0].rstrip(".")
    voice.drafts = [f"{sentence} [{near[0].source}]."]
    events = turn(replace(mind, voice=voice), OPEN)
    (said,) = [event for event in events if isinstance(event, Reply)]
    assert said.sources == (near[0].source,)
    assert "[" not in said.text
    assert voice.seen.open
    assert voice.seen.heard


@pytest.mark.parametrize(
    "draft",
    [
        "JE_NE_SAIS_PAS",
        "Oui, un changement donne droit à une réduction.",
        "Ouvrez le menu et touchez votre profil [contacts@1].",
        "Le service client vous répond [pas-un-article@1].",
    ],
)
def test_what_the_articles_do_not_bear_out_is_not_said(mind: Mind, draft: str) -> None:
    events = turn(replace(mind, voice=Librarian(draft)), OPEN)
    assert "Je ne sais pas répondre à cela" in reply(events)
    assert next(event.tier for event in events if isinstance(event, Spoken)) == "azure:standard"
