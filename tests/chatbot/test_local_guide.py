"""What the small model may write next: the plan's acts in their order, each with its own facts, none left out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chatbot.types import Act
from chatbot.voices.local_guide import TRIES, Guide, Vocabulary

NAMES = ["<eot>", "#1", "#2", "#3", "[noted]", "[answer.fees]", "[thanks]", "{amount}", "{fee}", "{total}"]
NUMBERS = {name: number for number, name in enumerate(NAMES)}
END, WORD, EMOJI = NUMBERS["<eot>"], 50, 60
VOCABULARY = Vocabulary(NUMBERS, END, (EMOJI,))
PLAN = (Act("noted"), Act("answer.fees", ("amount", "fee")), Act("thanks"))


def guide(*acts: Act) -> Guide:
    found = VOCABULARY.guide(acts or PLAN)
    assert found is not None
    return found


def named(tokens: tuple[int, ...] | list[int]) -> set[str]:
    return {NAMES[token] for token in tokens}


def test_a_reply_opens_with_the_first_act() -> None:
    assert named(guide().opening) == {"#1", "[noted]"}


def test_an_act_without_facts_may_be_left_at_once_and_only_for_the_next() -> None:
    assert named(list(guide().special)) == {"#2"}


def test_the_name_of_the_next_act_follows_its_place() -> None:
    leader = guide()
    leader.accept(NUMBERS["#2"])
    assert leader.crossed and leader.forced == NUMBERS["[answer.fees]"] and not leader.settled
    leader.accept(NUMBERS["[answer.fees]"])
    assert leader.forced is None and leader.settled and not leader.crossed


def test_an_act_is_not_left_before_its_facts_are_said() -> None:
    leader = guide(*PLAN[1:])
    for fact in ("{fee}", "{amount}"):
        assert named(list(leader.special)) == {"{amount}", "{fee}"}
        leader.accept(NUMBERS[fact])
    assert named(list(leader.special)) == {"{amount}", "{fee}", "#2"}


def test_after_the_last_act_there_is_only_the_end() -> None:
    assert named(list(guide(Act("thanks")).special)) == {"<eot>"}


def test_who_would_leave_with_a_fact_unsaid_begins_the_act_anew_and_not_for_ever() -> None:
    leader = guide(PLAN[1])
    leader.accept(NUMBERS["{fee}"])
    for _ in range(TRIES):
        assert leader.stuck(END)
        assert named(list(leader.special)) == {"{amount}", "{fee}"}
        leader.accept(NUMBERS["{fee}"])
    assert not leader.stuck(END)


def test_going_on_is_not_being_stuck() -> None:
    leader = guide(PLAN[1])
    assert not leader.stuck(WORD)
    leader.accept(NUMBERS["{fee}"])
    leader.accept(NUMBERS["{amount}"])
    assert not leader.stuck(END)


def test_a_model_without_such_tokens_writes_unguided() -> None:
    assert VOCABULARY.guide((Act("status.received", ("case_number",)),)) is None


def test_a_grave_mood_avoids_emoji() -> None:
    grave = VOCABULARY.guide(PLAN, grave=True)
    assert grave is not None and list(grave.avoided) == [EMOJI]
    assert list(guide().avoided) == []


@given(st.lists(st.sampled_from([WORD, *NUMBERS.values()]), max_size=200))
def test_whatever_the_model_wishes_the_plan_is_kept(wishes: list[int]) -> None:
    leader, said = guide(), []
    for wish in wishes:
        allowed = [leader.forced] if leader.forced is not None else [WORD, *leader.special]
        token = wish if wish in allowed else allowed[0]
        leader.accept(token)
        said.append(token)
        if token == END:
            break
    heads = [NAMES[token] for token in said if NAMES[token : token + 1] and NAMES[token][0] in "#["]
    assert heads == ["#2", "[answer.fees]", "#3", "[thanks]"][: len(heads)]
    if END in said:
        assert {NUMBERS["{amount}"], NUMBERS["{fee}"]} <= set(said)
    assert NUMBERS["{total}"] not in said
