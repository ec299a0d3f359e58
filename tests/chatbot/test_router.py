"""A router over real clients and a server that fails as told: every fault ends as the table of voices.md says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from chatbot.figures import typeset
from chatbot.saying import FilteredError, say
from chatbot.types import Act, Pulse, Spoken, Words
from chatbot.voices.breaker import FAILURES
from chatbot.voices.candidates import Candidates
from chatbot.voices.ports import COUNTS, Brief, Draft, FaultKind, Tier, VoiceFault
from tests.openai_server import FakeOpenAI, Fault, Moment, Script
from tests.routing import BRIEF, PLAN, POLICY, SHORT, TEMPLATE, WATCH, Rig, deployment

GOOD = "Votre dossier {case_number} est en cours de traitement. Je vous tiens au courant."
READ = GOOD.replace("{case_number}", "AK-7")
PIECES = ("Votre dossier {case_number} est en cours de traitement. ", "Je vous tiens ", "au courant.")
READ_FIRST = PIECES[0].replace("{case_number}", "AK-7").rstrip()
INSTEAD = TEMPLATE.words(PLAN.acts[0], "angry")
PLAIN = replace(BRIEF, mood="neu")
OPEN = replace(BRIEF, open=True, heard="quand est-ce que mon dossier sera fini", mood="neu")

BEFORE: dict[Fault, FaultKind] = {
    "throttled": "throttled",
    "server": "server",
    "conflict": "server",
    "request_timeout": "server",
    "unauthorised": "denied",
    "forbidden": "denied",
    "not_found": "denied",
    "filtered": "filtered",
    "bad_request": "bad_request",
    "unprocessable": "bad_request",
    "hang": "timeout",
    "drip": "timeout",
    "reset": "connection",
    "cut": "connection",
    "close": "truncated",
    "length": "truncated",
    "error": "in_band",
}
LATER: dict[Fault, FaultKind] = {  # in a stream that has begun a server says with an object what it says with a status
    fault: kind if kind in ("filtered", "timeout", "connection", "truncated") else "in_band"
    for fault, kind in BEFORE.items()
}
CASES = [
    (fault, moment, kind)
    for moment, kinds in (("before", BEFORE), ("during", LATER), ("after", LATER))
    for fault, kind in kinds.items()
]


@pytest.fixture(scope="module")
def running() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as server:
        yield server


@pytest.fixture
def server(running: FakeOpenAI) -> FakeOpenAI:
    running.forget()
    running.always(Script(text=GOOD))
    return running


@pytest.fixture
def rig(server: FakeOpenAI) -> Rig:
    """Two regions of the standard tier."""
    return Rig(deployment("east", server.azure_url), deployment("west", server.azure_url))


def asked(server: FakeOpenAI) -> list[str]:
    """Deployments in the order in which they were asked, each request over on the server's side too."""
    assert all(seen.ended() for seen in server.requests)
    return [seen.deployment for seen in server.requests]


def learnt(rig: Rig, name: str, kind: FaultKind) -> None:
    """The breaker of a deployment knows of one fault what the table says, and the gauges nothing."""
    breaker = rig.breakers.states()[name]
    assert breaker.failures == (1 if kind in COUNTS else 0)
    assert breaker.phase(rig.now()) == ("open" if kind == "denied" else "closed")
    assert (breaker.throttled > rig.now()) is (kind == "throttled")
    assert rig.gauges.first_words(name) is None
    assert rig.alarms == ([(name, kind)] if kind in ("denied", "bad_request") else [])


@pytest.mark.parametrize(("fault", "moment", "kind"), CASES)
def test_before_anything_was_read_a_fault_ends_as_the_table_says(
    server: FakeOpenAI, rig: Rig, fault: Fault, moment: Moment, kind: FaultKind
) -> None:
    server.play(Script(text=GOOD, fault=fault, moment=moment, drip=0.05))
    if kind == "filtered":
        with pytest.raises(FilteredError):
            rig.say()
        places = asked(server)
        assert len(places) == 1
    else:
        told = rig.say()
        places = asked(server)
        assert told.in_time
        if kind == "bad_request":
            assert len(places) == 1 and told.text == INSTEAD
            assert told.spoken == [("azure:standard", kind), ("template", "passed")]
        else:
            assert sorted(places) == ["east", "west"] and told.text == GOOD and told.heard == READ
            assert told.spoken == [("azure:standard", "passed")]
            assert rig.gauges.first_words(places[1]) is not None
    assert rig.ledger.outcomes == [kind, *["ok"] * (len(places) - 1)]
    learnt(rig, places[0], kind)
    if fault in ("hang", "drip"):
        assert server.requests[0].outcome == "client_closed"


@pytest.mark.parametrize(("fault", "kind"), LATER.items())
def test_once_words_were_read_nobody_else_is_asked_and_the_template_begins_anew(
    server: FakeOpenAI, rig: Rig, fault: Fault, kind: FaultKind
) -> None:
    server.play(Script(pieces=PIECES, fault=fault, moment="after", drip=0.05))
    if kind == "filtered":
        with pytest.raises(FilteredError):
            rig.say()
    else:
        told = rig.say()
        assert told.in_time and told.text == INSTEAD
        assert told.heard == PIECES[0].replace("{case_number}", "AK-7").rstrip()
        assert told.spoken == [("azure:standard", kind), ("template", "passed")]
    places = asked(server)
    assert len(places) == 1 and rig.ledger.outcomes == [kind]
    learnt(rig, places[0], kind)
    settled = rig.ledger.rows["1"]
    assert settled is not None and settled.cost > 0 and settled.usage.output > 0


@pytest.mark.parametrize("fault", BEFORE)
def test_where_everybody_fails_the_template_speaks_in_time(server: FakeOpenAI, rig: Rig, fault: Fault) -> None:
    server.always(Script(text=GOOD, fault=fault, drip=0.05, headers={"retry-after": "30"}))
    if fault == "filtered":
        with pytest.raises(FilteredError):
            rig.say()
        assert len(asked(server)) == 1
        return
    told = rig.say()
    assert told.in_time and told.text == INSTEAD
    assert len(asked(server)) == (1 if BEFORE[fault] == "bad_request" else 2)
    assert rig.ledger.outcomes == [BEFORE[fault]] * len(server.requests)


def test_three_attempts_are_all_there_are(server: FakeOpenAI) -> None:
    rig = Rig(*(deployment(name, server.azure_url) for name in "abcde"))
    server.always(Script(fault="server"))
    assert rig.say().text == INSTEAD and len(set(asked(server))) == len(server.requests) == 3


def test_a_good_reply_is_settled_by_the_servers_own_count_and_teaches_its_speed(server: FakeOpenAI, rig: Rig) -> None:
    told = rig.say()
    (seen,), settled = server.requests, rig.ledger.rows["1"]
    assert told.text == GOOD and settled is not None and (settled.outcome, settled.basis) == ("ok", "usage")
    assert (settled.usage.input, settled.usage.output) == (seen.prompt_tokens, seen.completion_tokens)
    assert settled.cost == rig.house.roster.deployments("", "standard")[0].price.cost(settled.usage)  # type: ignore[index]
    assert settled.finish == "stop" and rig.gauges.first_words(seen.deployment) is not None
    assert seen.json["temperature"] == 0.6 and 1000 in seen.json.values()


def test_a_stream_without_a_count_is_settled_by_estimate(server: FakeOpenAI, rig: Rig) -> None:
    server.play(Script(text=GOOD, usage=False))
    rig.say()
    (seen,), settled = server.requests, rig.ledger.rows["1"]
    assert settled is not None and settled.basis == "estimated" and settled.usage.output == seen.completion_tokens


def test_a_reply_nobody_waits_for_is_closed_at_the_server_and_settled_by_estimate(server: FakeOpenAI, rig: Rig) -> None:
    server.play(Script(pieces=PIECES, pace=0.2))
    events = say(WATCH, PLAN, BRIEF, [rig.router, TEMPLATE], seed="s", ticks=rig.house.ticks)
    assert next(event for event in events if not isinstance(event, Pulse)) == Words(typeset(READ_FIRST))
    events.close()
    (seen,), settled = server.requests, rig.ledger.rows["1"]
    assert seen.ended() and seen.outcome == "client_closed" and seen.pieces_written < len(PIECES)
    assert settled is not None and (settled.outcome, settled.basis) == ("cancelled", "estimated")
    assert settled.usage.output >= -(-len(PIECES[0]) // 4)
    assert rig.breakers.states()[seen.deployment].failures == 0 and rig.gauges.first_words(seen.deployment) is None


def test_a_refused_draft_is_closed_and_the_voice_asked_once_more(server: FakeOpenAI, rig: Rig) -> None:
    server.play(Script(pieces=("Voyez www.exemple.com pour {case_number}. ", *["encore "] * 50), pace=0.1))
    told = rig.say()
    assert told.text == GOOD and [outcome for _, outcome in told.spoken] == ["own_address", "passed"]
    assert server.requests[0].ended() and server.requests[0].outcome == "client_closed"
    assert rig.ledger.outcomes == ["cancelled", "ok"]


def test_a_cancelled_probe_lets_the_next_one_through(server: FakeOpenAI) -> None:
    rig = Rig(deployment("east", server.azure_url), limits=replace(SHORT, first_words=5.0))
    for _ in range(FAILURES):
        rig.breakers.failure("east")
    assert not rig.router.answers_open("easytransfert")
    rig.ahead += 30
    assert rig.router.answers_open("easytransfert") and rig.router.answers_open("easytransfert")
    server.play(Script(text=GOOD, wait=5.0))
    draft = rig.router.speak(BRIEF, "s")
    assert next(iter(draft)) == "" and not rig.router.answers_open("easytransfert")
    draft.close()
    assert server.requests[0].ended() and server.requests[0].outcome == "client_closed"
    assert rig.say().text == GOOD and rig.breakers.states()["east"].phase(rig.now()) == "closed"


def test_while_one_probes_an_open_deployment_the_others_are_not_let_through(server: FakeOpenAI) -> None:
    rig = Rig(deployment("east", server.azure_url))
    rig.breakers.open_at_once("east")
    assert rig.say().text == INSTEAD and not server.requests
    rig.ahead += 30
    server.play(Script(text=GOOD, wait=0.1))
    probe = rig.router.speak(BRIEF, "s")
    next(iter(probe))
    assert rig.say().text == INSTEAD and "".join(probe) == GOOD and len(server.requests) == 1
    assert rig.say().text == GOOD


def test_a_server_that_is_busy_for_a_moment_is_waited_for_only_where_nobody_else_is_left(server: FakeOpenAI) -> None:
    alone = Rig(deployment("east", server.azure_url))
    server.play(Script(fault="throttled", headers={"retry-after": "0.3"}))
    assert alone.say().text == GOOD and asked(server) == ["east", "east"] and sum(alone.slept) >= 0.25
    assert server.requests[1].at - server.requests[0].at >= 0.3
    server.forget()
    server.play(Script(fault="throttled", headers={"retry-after": "0.3"}), Script(text=GOOD))
    both = Rig(deployment("east", server.azure_url), deployment("west", server.azure_url))
    assert both.say().text == GOOD and sorted(asked(server)) == ["east", "west"] and not both.slept


@pytest.mark.parametrize("headers", [{"retry-after": "3"}, {}], ids=["three seconds", "it does not say"])
def test_a_server_that_is_busy_for_longer_is_not_waited_for(server: FakeOpenAI, headers: dict[str, str]) -> None:
    rig = Rig(deployment("east", server.azure_url))
    server.play(Script(fault="throttled", headers=headers))
    assert rig.say().text == INSTEAD and len(server.requests) == 1 and not rig.slept
    assert rig.say().text == INSTEAD and len(server.requests) == 1
    rig.ahead += 3 if headers else POLICY.tries.throttle_seconds
    assert rig.say().text == GOOD


def test_without_budget_nobody_is_asked_and_no_probe_is_lost(server: FakeOpenAI, rig: Rig) -> None:
    rig.ledger.refuse = True
    rig.breakers.open_at_once("east")
    rig.breakers.open_at_once("west")
    rig.ahead += 30
    told = rig.say()
    assert told.text == INSTEAD and told.spoken[0] == ("router", "no_budget") and not server.requests
    assert (
        rig.gauges.premium_share("easytransfert")[1] == 0 and rig.breakers.ready("east") and rig.breakers.ready("west")
    )


def test_it_stops_in_time_for_the_template(server: FakeOpenAI) -> None:
    patient = replace(POLICY, tries=replace(POLICY.tries, margin_seconds=2.0))
    rig = Rig(deployment("east", server.azure_url), policy=patient, limits=replace(SHORT, first_words=60.0))
    server.always(Script(fault="hang"))
    told = rig.say(seconds=2.8)
    assert told.in_time and told.text == INSTEAD and asked(server) == ["east"]
    assert rig.say(seconds=1.9).text == INSTEAD and len(server.requests) == 1


def test_the_stronger_tier_is_left_for_the_next_one_when_nobody_of_it_answers(server: FakeOpenAI) -> None:
    rig = Rig(
        deployment("cheap", server.azure_url, "economy"),
        deployment("east", server.azure_url),
        deployment("west", server.azure_url),
    )
    server.play(Script(fault="server"), Script(fault="not_found"))
    told = rig.say()
    assert told.text == GOOD and told.spoken == [("azure:economy", "passed")] and asked(server)[2] == "cheap"
    assert server.requests[2].json["temperature"] == 0.5


def test_openai_itself_is_the_last_resort_of_a_tier(server: FakeOpenAI) -> None:
    direct = replace(deployment("direct", server.openai_url), provider="openai")
    rig = Rig(direct, deployment("east", server.azure_url), deployment("west", server.azure_url))
    server.play(Script(fault="server"), Script(fault="server"))
    told = rig.say()
    assert asked(server)[2] == "direct" and told.spoken == [("openai:standard", "passed")]


def test_of_two_regions_drawn_the_quicker_is_asked(server: FakeOpenAI) -> None:
    rig = Rig(*(deployment(name, server.azure_url) for name in ("slow", "quick")))
    rig.gauges.observe_first_words("slow", 2.0)
    rig.gauges.observe_first_words("quick", 0.5)
    for seed in map(str, range(4)):
        rig.say(seed=seed)
    assert set(asked(server)) == {"quick"}


def test_the_same_seed_draws_the_same_and_others_spread() -> None:
    rig = Rig(*(deployment(name, "http://127.0.0.1:1") for name in "abcdef"))

    def order(seed: str) -> list[str]:
        drawn = Candidates(rig.house.roster, rig.gauges, BRIEF, ("standard",), seed)
        return [place.name for place in drawn]

    orders = [order(str(number)) for number in range(300)]
    assert orders == [order(str(number)) for number in range(300)] and all(
        sorted(one) == list("abcdef") for one in orders
    )
    assert min(Counter(one[0] for one in orders).values()) > 25


class Home:
    """A local voice of these words; asks of its brief are remembered."""

    tier = "local"

    def __init__(self, *pieces: str) -> None:
        self.pieces, self.briefs = pieces, list[Brief]()

    def speak(self, brief: Brief, seed: str) -> Draft:
        self.briefs.append(brief)

        def words() -> Iterator[str]:
            if not self.pieces:
                raise VoiceFault("unavailable", "no model")
            yield from self.pieces

        return Draft(words(), self.tier, "row")

    def answers_open(self, brand: str) -> bool:
        return False


def test_the_local_voice_words_what_is_plain_and_takes_over_from_afar(server: FakeOpenAI) -> None:
    home = Home("Dossier {case_number} ", "en cours.")
    rig = Rig(deployment("east", server.azure_url), local=home)
    assert rig.say(brief=PLAIN).spoken == [("local", "passed")] and not server.requests
    server.play(Script(fault="server"))
    told = rig.say()
    assert told.text == "Dossier {case_number} en cours." and told.spoken == [("local", "passed")]
    assert len(server.requests) == 1 and len(home.briefs) == 2
    server.play(Script(fault="bad_request"))
    assert rig.say().text == INSTEAD and len(home.briefs) == 2


def test_an_open_question_is_never_the_local_voices(server: FakeOpenAI) -> None:
    home = Home("Dossier {case_number} en cours.")
    rig = Rig(deployment("east", server.azure_url), local=home)
    server.play(Script(fault="server"))
    with pytest.raises(VoiceFault, match="server"):
        list(rig.router.speak(OPEN, "s"))
    rig.breakers.open_at_once("east")
    with pytest.raises(VoiceFault, match="unavailable"):
        list(rig.router.speak(OPEN, "s"))
    assert home.briefs == []


def test_without_a_local_voice_the_template_words_what_is_plain_and_no_fault_is_told() -> None:
    rig = Rig()
    told = rig.say(replace(PLAN, mood="neu"), PLAIN)
    assert told.text == TEMPLATE.words(Act("status.processing", ("case_number",)), "neu", "s")
    assert told.spoken == [("template", "passed")] and rig.say().spoken == [("template", "passed")]


def test_a_local_voice_that_is_away_is_followed_by_the_template() -> None:
    told = Rig(local=Home()).say(brief=PLAIN)
    assert told.spoken == [("local", "unavailable"), ("template", "passed")]


@pytest.mark.parametrize("tier", ["economy", "standard", "premium"])
def test_open_questions_are_answered_where_a_strong_tier_stands_and_the_brand_lets_it(
    server: FakeOpenAI, tier: Tier
) -> None:
    place = deployment("east", server.azure_url, tier)
    strong = tier != "economy"
    rig = Rig(place)
    assert rig.router.answers_open("easytransfert") is strong
    assert not Rig(place, policy=replace(POLICY, answers_open=False)).router.answers_open("easytransfert")
    rig.breakers.open_at_once("east")
    assert not rig.router.answers_open("easytransfert")


def test_tier_and_row_are_told_with_the_first_piece(server: FakeOpenAI, rig: Rig) -> None:
    server.play(Script(fault="server"))
    events = list(say(WATCH, PLAN, BRIEF, [rig.router, TEMPLATE], seed="s", ticks=rig.house.ticks))
    (spoken,) = (event for event in events if isinstance(event, Spoken))
    assert (spoken.tier, spoken.call) == ("azure:standard", "2") and rig.ledger.outcomes == ["server", "ok"]


def test_each_call_is_counted_by_tier(server: FakeOpenAI) -> None:
    rig = Rig(deployment("best", server.azure_url, "premium"), deployment("east", server.azure_url))
    for _ in range(3):
        rig.say()
    rig.say(brief=replace(BRIEF, arm={"tier": "premium"}))
    assert asked(server)[-1] == "best" and rig.gauges.premium_share("easytransfert") == (0.25, 4)
