"""The cache of voices: what is kept, under which key, and that only whole drafts the guard passed are said again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot import brand as brands
from chatbot.brand import BrandError
from chatbot.saying import Outcome, say
from chatbot.turn import Mind
from chatbot.types import Act, Event, Plan, Spoken
from chatbot.voices.cache import CachedVoice, agree
from chatbot.voices.caching import NOT_ASKED, Entry, Key, Look, Rules, key_of
from chatbot.voices.ports import Brief, Draft, VoiceFault

RULES = Rules.read(brands.load("easytransfert").caching)
THANKS = Act("claim.filed", ("number",))
BRIEF = Brief(
    acts=(THANKS,), brand="easytransfert", customer="c1", conversation="k1", generation="g", model=("Votre {number}.",)
)
PUBLIC = Brief(acts=(Act("answer.info", (), "Nous sommes ouverts.", "horaires@1"),), brand="easytransfert", public=True)
PARAMETERS = {
    "tier": "economy", "model": "m", "adapter": "a@1", "temperature": "0.5", "max_tokens": "1000", "prompt": "1"
}  # fmt: skip


@dataclass
class Shelf:
    """A store in memory."""

    kept: dict[Key, Entry] = field(default_factory=dict)
    seconds: dict[Key, float] = field(default_factory=dict)
    factors: dict[tuple[str, str], float] = field(default_factory=dict)
    generation: str = "0"

    def get(self, key: Key) -> Look:
        return Look(self.kept.get(key), self.generation, self.factors.get((key.brand, key.kind), 1.0))

    def put(self, key: Key, entry: Entry, seconds: float, generation: str) -> None:
        self.kept[key], self.seconds[key] = entry, seconds

    def drop(self, key: Key) -> None:
        del self.kept[key]

    def stretch(self, brand: str, kind: str, by: float) -> None:
        self.factors[brand, kind] = self.factors.get((brand, kind), 1.0) * by

    def bump(self, brand: str) -> None:
        self.kept.clear()

    def forget(self, customer: str) -> None:
        self.kept = {key: entry for key, entry in self.kept.items() if key.owner != customer}


@dataclass
class Talks:
    """A voice that says the next of its texts; a fault in the place of words is raised."""

    texts: list[str | VoiceFault]
    tier: str = "economy"
    asked: list[str] = field(default_factory=list)
    closed: int = 0
    judged: list[bool] = field(default_factory=list)

    def speak(self, brief: Brief, seed: str) -> Draft:
        self.asked.append(seed)
        return Draft(self.pieces(self.texts.pop(0)), self.tier, "row", self.judged.append)

    def pieces(self, text: str | VoiceFault) -> Iterator[str]:
        try:
            if isinstance(text, VoiceFault):
                yield "Votre "
                raise text
            for start in range(0, len(text), 3):
                yield text[start : start + 3]
        finally:
            self.closed += 1

    def answers_open(self, brand: str) -> bool:
        return brand == "easytransfert"


def cached(voice: Talks, shelf: Shelf | None = None, rules: Rules = RULES) -> CachedVoice:
    def now(task: Callable[[], None]) -> None:
        task()

    return CachedVoice(voice, shelf or Shelf(), lambda _: rules, lambda _: PARAMETERS, now)


def hear(voice: CachedVoice, brief: Brief = BRIEF, seed: str = "m1", *, passed: bool | None = True) -> tuple[str, str]:
    """What a draft says and its tier, once judged."""
    draft = voice.speak(brief, seed)
    words = "".join(draft)
    if passed is not None:
        draft.judged(passed)
    draft.close()
    return words, draft.tier


# What is kept --------------------------------------------------------------------------------------------------------


def test_what_was_said_and_passed_is_said_again_at_once_and_names_who_worded_it() -> None:
    voice = Talks(["Votre {number}."])
    house = cached(voice)
    assert hear(house) == ("Votre {number}.", "economy")
    assert hear(house) == ("Votre {number}.", "cache:economy")
    assert voice.asked == ["m1"]


def test_a_hit_is_one_piece_and_has_no_row_in_the_ledger() -> None:
    house = cached(Talks(["Votre {number}."]))
    hear(house)
    draft = house.speak(BRIEF, "m1")
    assert (list(draft), draft.call) == (["Votre {number}."], "")


@pytest.mark.parametrize("passed", [False, None], ids=["refused by the guard", "never judged"])
def test_a_draft_the_guard_did_not_pass_is_not_kept(passed: bool | None) -> None:
    shelf = Shelf()
    hear(cached(Talks(["Votre {number}."]), shelf), passed=passed)
    assert shelf.kept == {}


def test_a_draft_that_broke_off_is_not_kept_even_if_somebody_passes_it() -> None:
    shelf = Shelf()
    draft = cached(Talks([VoiceFault("truncated")]), shelf).speak(BRIEF, "m1")
    with pytest.raises(VoiceFault):
        list(draft)
    draft.judged(True)
    assert shelf.kept == {}


def test_a_draft_closed_early_is_not_kept_and_its_voice_is_told() -> None:
    shelf, voice = Shelf(), Talks(["Votre {number}."])
    draft = cached(voice, shelf).speak(BRIEF, "m1")
    next(iter(draft))
    draft.close()
    draft.judged(True)
    assert (shelf.kept, voice.closed) == ({}, 1)


def test_the_voice_within_hears_the_verdict_and_its_tier_and_row_shine_through() -> None:
    voice = Talks(["Votre {number}."])
    draft = cached(voice).speak(BRIEF, "m1")
    list(draft)
    draft.judged(True)
    assert (draft.tier, draft.call, voice.judged) == ("economy", "row", [True])


def test_a_kept_draft_that_the_guard_refuses_now_is_dropped() -> None:
    shelf = Shelf()
    house = cached(Talks(["Votre {number}."]), shelf)
    hear(house)
    hear(house, passed=False)
    assert shelf.kept == {}


def test_a_stop_gap_is_not_kept() -> None:
    shelf = Shelf()
    hear(cached(Talks(["Votre {number}."], tier="template"), shelf))
    assert shelf.kept == {}


def test_a_store_that_is_away_keeps_nothing_and_stops_nothing() -> None:
    shelf = Shelf(generation="")
    voice = Talks(["Votre {number}.", "Le {number}."])
    house = cached(voice, shelf)
    assert [hear(house)[0], hear(house)[0], shelf.kept] == ["Votre {number}.", "Le {number}.", {}]


def test_it_answers_open_questions_where_its_voice_does() -> None:
    house = cached(Talks([]))
    assert (house.answers_open("easytransfert"), house.answers_open("autre")) == (True, False)


# Kinds ---------------------------------------------------------------------------------------------------------------


def plan_of(*names: str, public: bool = False) -> Brief:
    return replace(BRIEF, acts=tuple(Act(name) for name in names), public=public)


@pytest.mark.parametrize(
    ("names", "kind", "ttl"),
    [
        (("answer.info",), "faq", 86_400),
        (("answer.fees.total",), "policy", 21_600),
        (("answer.limits",), "policy", 21_600),
        (("claim.filed",), "account", 300),
        (("something.new",), "account", 300),
        (("status.refunded.noted",), "status", 30),
        (("answer.info", "answer.fees"), "policy", 21_600),
        (("greeting.first", "answer.info"), "faq", 86_400),
        (("answer.info", "status.received"), "status", 30),
    ],
)
def test_the_kind_is_that_of_the_act_kept_the_shortest(names: tuple[str, ...], kind: str, ttl: float) -> None:
    found = RULES.kind(plan_of(*names))
    assert found is not None
    assert (found.name, found.ttl) == (kind, ttl)


def test_small_talk_is_worded_anew_each_time() -> None:
    assert RULES.kind(plan_of("greeting.first", "small_talk")) is None


def test_what_belongs_to_nobody_known_is_not_kept() -> None:
    assert RULES.kind(replace(plan_of("claim.filed"), customer="")) is None
    assert RULES.kind(replace(plan_of("answer.info"), customer="", public=True)) is not None


def test_a_brand_without_rules_keeps_nothing() -> None:
    assert Rules.read({}).kind(plan_of("answer.info", public=True)) is None


def test_a_status_lives_a_minute_at_most_however_often_it_agrees() -> None:
    kind = RULES.kind(plan_of("status.received"))
    assert kind is not None
    assert (kind.life(100.0), kind.life(0.001)) == (60, pytest.approx(0.03))


@pytest.mark.parametrize(
    "table",
    [
        {"kinds": {"a": {"acts": ["x"]}}, "default": "a"},
        {"kinds": {"a": {"acts": ["x"], "ttl": -1}}, "default": "a"},
        {"kinds": {"a": {"acts": ["x"], "ttl": 5, "longest": 2}}, "default": "a"},
        {"kinds": {"a": {"acts": ["x"], "ttl": 5}}, "default": "b"},
        {"kinds": [1]},
        {"shadow": {"share": "often"}},
        {"shadow": {"unheard_of": 1}},
    ],
)
def test_rules_that_make_no_sense_are_refused(table: Mapping[str, object]) -> None:
    with pytest.raises(BrandError):
        Rules.read(table)


# Keys ----------------------------------------------------------------------------------------------------------------

OTHER = {
    "acts": (replace(THANKS, facts=("number", "amount")),),
    "mood": "angry",
    "channel": "whatsapp",
    "model": ("Bien noté {number}.",),
    "heard": "une question",
    "note": "une note",
    "brand": "autre",
    "need": "analysis",
    "public": True,
    "open": True,
    "generation": "g2",
    "arm": {"experiment": "e", "arm": "b", "adapter": "x@1", "tier": "local"},
}


def key(brief: Brief = BRIEF, seed: str = "m1", parameters: Mapping[str, str] = PARAMETERS) -> Key:
    kind = RULES.kind(BRIEF)
    assert kind is not None
    return key_of(brief, kind, seed, parameters)


def test_every_field_of_a_brief_is_part_of_its_key_or_known_not_to_be_asked() -> None:
    assert {one.name for one in fields(Brief)} == OTHER.keys() | NOT_ASKED


@pytest.mark.parametrize("name", OTHER)
def test_another_field_is_another_key(name: str) -> None:
    assert key(replace(BRIEF, **{name: OTHER[name]})) != key()  # type: ignore[arg-type]


@pytest.mark.parametrize("part", ["name", "facts", "quote", "source"])
def test_another_part_of_an_act_is_another_key(part: str) -> None:
    other = replace(THANKS, **{part: ("x",) if part == "facts" else "x"})  # type: ignore[arg-type]
    assert key(replace(BRIEF, acts=(other,))) != key()


@pytest.mark.parametrize("name", PARAMETERS)
def test_another_parameter_of_the_request_is_another_key(name: str) -> None:
    assert key(parameters={**PARAMETERS, name: "other"}) != key()
    assert key(parameters={k: v for k, v in PARAMETERS.items() if k != name}) != key()


def test_another_customer_has_another_key_and_a_public_reply_has_no_owner() -> None:
    assert key(replace(BRIEF, customer="c2")) != key()
    assert key(replace(BRIEF, public=True, customer="c2")) == key(replace(BRIEF, public=True))


def test_the_conversation_and_the_deadline_change_no_word() -> None:
    assert key(replace(BRIEF, conversation="k2", deadline=3.0)) == key()


def test_a_kind_keeps_so_many_wordings_side_by_side() -> None:
    assert len({key(seed=f"m{n}") for n in range(60)}) == 2


words = st.text(max_size=12)
mappings = st.dictionaries(words, words, max_size=3)


asked = st.tuples(mappings, words, st.lists(words, max_size=3))


@given(asked, asked)
def test_keys_are_equal_exactly_where_all_that_is_asked_is(
    one: tuple[dict[str, str], str, list[str]], two: tuple[dict[str, str], str, list[str]]
) -> None:
    keys = [
        key(replace(BRIEF, heard=heard, acts=(Act("claim.filed", tuple(facts)),)), parameters=parameters)
        for parameters, heard, facts in (one, two)
    ]
    assert (keys[0] == keys[1]) == (one == two)


@given(asked)
def test_what_is_asked_in_another_order_is_the_same(one: tuple[dict[str, str], str, list[str]]) -> None:
    parameters = one[0]
    assert key(parameters=dict(reversed(parameters.items()))) == key(parameters=parameters)


# Shadow regeneration -------------------------------------------------------------------------------------------------

EVERY = replace(RULES, shadow=replace(RULES.shadow, share=1.0))


@pytest.mark.parametrize(
    ("again", "factor"),
    [
        ("Votre {number} est là.", 0.5),
        ("Votre {number}.", 1.1),
        ("Votre dossier.", 0.5),
        ("Votre {amount}.", 0.5),
    ],
    ids=["other words", "the same", "a fact less", "another fact"],
)
def test_wording_a_hit_anew_tells_how_long_its_kind_may_live(again: str, factor: float) -> None:
    shelf = Shelf()
    house = cached(Talks(["Votre {number}.", again]), shelf, EVERY)
    hear(house)
    assert shelf.factors == {}
    assert hear(house)[0] == "Votre {number}."
    assert shelf.factors == {("easytransfert", "account"): pytest.approx(factor)}


def test_the_factor_decides_the_life_of_what_is_kept_next() -> None:
    shelf = Shelf(factors={("easytransfert", "account"): 0.5})
    hear(cached(Talks(["Votre {number}."]), shelf))
    assert list(shelf.seconds.values()) == [150]


def test_a_voice_that_fails_behind_the_scenes_changes_nothing() -> None:
    shelf = Shelf()
    house = cached(Talks(["Votre {number}.", VoiceFault("timeout")]), shelf, EVERY)
    hear(house)
    hear(house)
    assert shelf.factors == {}


def test_two_hits_in_a_hundred_are_worded_anew_by_their_seed() -> None:
    taken: list[Callable[[], None]] = []
    shelf = Shelf()
    house = replace(cached(Talks(["{number}"] * 4000), shelf), later=taken.append)
    for number in range(4000):
        hear(house, seed=f"m{number}")
    assert 40 <= len(taken) <= 120
    before = len(taken)
    for number in range(4000):
        hear(house, seed=f"m{number}")
    assert before < len(taken) <= 2 * before + 2


def test_drafts_agree_by_their_facts_and_most_of_their_words() -> None:
    assert agree("Votre dossier {number} est ouvert.", "votre dossier {number} est ouvert !", 0.9)
    assert not agree("Votre dossier {number} est ouvert.", "C'est bien noté : {number}.", 0.6)


# With the guard ------------------------------------------------------------------------------------------------------


def spoken(mind: Mind, house: CachedVoice, seed: str = "m1") -> tuple[str, list[str]]:
    """A reply to a filed claim, said through the guard; and which tiers spoke with what verdict."""
    plan = Plan((Act("noted"),), {"number": "AK-1"})
    brief = Brief(plan.acts, brand="easytransfert", customer="c1")
    saying = say(mind.watch, plan, brief, (house, house, mind.template), seed=seed, ticks=mind.ticks, lexis=mind.lexis)
    events: list[Event] = []
    outcome: Outcome | None = None
    try:
        while True:
            events.append(next(saying))
    except StopIteration as end:
        outcome = end.value
    assert outcome is not None
    return outcome.text, [f"{event.tier}:{event.outcome}" for event in events if isinstance(event, Spoken)]


def test_what_the_guard_refused_is_never_kept_and_what_it_passed_is(mind: Mind) -> None:
    shelf = Shelf()
    voice = Talks(["Envoyez 5000 F au 07.", "C'est bien noté."])
    text, tiers = spoken(mind, cached(voice, shelf))
    assert (text, tiers) == ("C'est bien noté.", ["economy:own_figure", "economy:passed"])
    assert [entry.words for entry in shelf.kept.values()] == ["C'est bien noté."]


def test_a_kept_draft_gone_bad_never_reaches_the_customer_and_leaves_the_shelf(mind: Mind) -> None:
    shelf = Shelf()
    house = cached(Talks(["C'est bien noté."] * 4), shelf)
    spoken(mind, house)
    (at,) = shelf.kept
    shelf.kept[at] = Entry("Envoyez-moi votre code PIN.", "economy")
    text, tiers = spoken(mind, house)
    assert tiers[0].startswith("cache:economy:")
    assert text == "C'est bien noté."
    assert all("PIN" not in entry.words for entry in shelf.kept.values())


def test_the_rules_are_the_brands_own(tmp_path: Path) -> None:
    (tmp_path / "voice").mkdir()
    (tmp_path / "voice" / "cache.toml").write_text('default = "x"\n[kinds.x]\nacts = ["answer"]\nttl = 7\n')
    kind = Rules.read(brands.load_folder(tmp_path).caching).kind(PUBLIC)
    assert kind is not None
    assert kind.ttl == 7
