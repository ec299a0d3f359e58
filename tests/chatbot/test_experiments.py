"""Arms are drawn once and fairly; what is concluded holds at every look; a bad candidate is taken back."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import pytest

from chatbot.experiments import guardrails, mismatch, simulate
from chatbot.experiments.arms import Place, canary, place, split
from chatbot.experiments.compare import Comparison
from chatbot.experiments.confidence import Mean
from chatbot.experiments.ladder import Rules, Tally, decide, evidence_against, evidence_for

CUSTOMERS = [f"customer-{number}" for number in range(20_000)]
RULES = Rules((1, 5, 25, 50, 100), (40, 80, 160, 240, 300), 0.02, 0.05, 0.05, 0.05)


# --- Who gets which arm ---------------------------------------------------------------------------------------------


def test_the_same_customer_is_always_placed_the_same() -> None:
    found = place("salt", "a")
    assert (found.reached, found.arm) == pytest.approx((0.8098579869993964, 0.8938502336467014), abs=1e-12)


def test_customers_fall_into_arms_by_weight() -> None:
    arms = [split(place("salt", customer), 1.0, [1, 2, 1]) for customer in CUSTOMERS]
    assert [arms.count(index) / len(arms) for index in range(3)] == pytest.approx([0.25, 0.5, 0.25], abs=0.015)


def test_another_experiment_places_customers_independently() -> None:
    pairs = [(split(place("one", c), 1, [1, 1]), split(place("two", c), 1, [1, 1])) for c in CUSTOMERS]
    shares = [pairs.count((a, b)) / len(pairs) for a in (0, 1) for b in (0, 1)]
    assert shares == pytest.approx([0.25] * 4, abs=0.015)


def test_whether_one_is_reached_says_nothing_of_the_arm() -> None:
    reached = [split(place("salt", c), 0.1, [1, 1]) for c in CUSTOMERS]
    inside = [arm for arm in reached if arm is not None]
    assert len(inside) / len(reached) == pytest.approx(0.1, abs=0.01)
    assert inside.count(0) / len(inside) == pytest.approx(0.5, abs=0.04)


def test_a_larger_share_moves_nobody_who_is_in() -> None:
    for customer in CUSTOMERS[:3000]:
        where = place("salt", customer)
        drawn = [split(where, share / 100, [3, 1]) for share in (1, 5, 25, 50, 100)]
        assert all(later == earlier for earlier, later in pairwise(drawn) if earlier is not None)
        heard = [canary(where, share / 100) for share in (1, 5, 25, 50, 100)]
        assert heard == sorted(heard) and heard[-1] == 1


def test_the_last_arm_takes_what_rounding_leaves() -> None:
    assert split(Place(0.0, 1 - 2**-53), 1.0, [0.1] * 10) == 9
    assert split(Place(0.0, 1 - 2**-53), 1.0, [1, 0]) == 0


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_weights_that_are_none_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(place("salt", "a"), 1.0, weights)


# --- What may be concluded, at every look ---------------------------------------------------------------------------


def test_the_bounds_hold_at_every_look_at_once() -> None:
    left = 0
    for run in range(100):
        dice, mean, out = random.Random(run), Mean(), False
        for _ in range(300):
            mean.add(float(dice.random() < 0.3))
            out = out or mean.exceeds(0.3, 0.025) or mean.falls_short_of(0.3, 0.025)
        left += out
    assert left <= 5


def test_the_bounds_close_in_on_the_mean() -> None:
    mean, widths = Mean(), []
    for count in range(1, 6001):
        mean.add(1.0 if count % 4 == 0 else 0.0)
        if count in (60, 600, 6000):
            found = mean.interval(0.05)
            assert found.low < 0.25 < found.high
            widths.append(found.high - found.low)
    assert widths[0] > 2 * widths[1] > 4 * widths[2]
    assert widths[2] < 0.05


def test_less_varied_outcomes_have_closer_bounds() -> None:
    steady, varied = Mean(), Mean()
    for count in range(1000):
        steady.add(0.5 + 0.01 * (count % 2))
        varied.add(float(count % 2))
    assert steady.interval(0.05).high - steady.interval(0.05).low < 0.5 * (
        varied.interval(0.05).high - varied.interval(0.05).low
    )


def test_nothing_is_known_before_the_first_outcome() -> None:
    found = Mean().interval(0.05)
    assert (found.count, found.low, found.high) == (0, 0.0, 1.0)


def test_the_interval_and_the_verdict_are_the_same_test() -> None:
    mean = Mean()
    for count in range(400):
        mean.add(float(count % 10 != 0))
    edge = mean.interval(0.1).low
    assert mean.exceeds(edge - 1e-6, 0.05) and not mean.exceeds(edge + 1e-6, 0.05)
    edge = mean.interval(0.1).high
    assert mean.falls_short_of(edge + 1e-6, 0.05) and not mean.falls_short_of(edge - 1e-6, 0.05)


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan])
def test_an_outcome_outside_its_range_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not within"):
        Mean().add(value)


@pytest.mark.parametrize("share", [0.5, 0.1])
def test_the_comparison_estimates_the_difference(share: float) -> None:
    dice, compared = random.Random(4), Comparison(share)
    for _ in range(20_000):
        inside = dice.random() < share
        compared.add(float(dice.random() < (0.7 if inside else 0.6)), in_arm=inside)
    found = compared.interval(0.05)
    assert found.low < 0.1 < found.high
    assert found.estimate == pytest.approx(0.1, abs=0.03)
    assert compared.differs(0.05) is (found.low > 0) is True


@pytest.mark.parametrize("share", [0.5, 0.2])
def test_an_effect_that_changes_is_averaged_over_all_conversations(share: float) -> None:
    dice, compared = random.Random(5), Comparison(share)
    for number in range(20_000):
        inside = dice.random() < share
        compared.add(float(dice.random() < (0.8 if inside and number >= 10_000 else 0.2)), in_arm=inside)
    assert compared.interval(0.05).estimate == pytest.approx(0.3, abs=0.03)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_there_is_nothing_to_compare_with_one_arm(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        Comparison(share)


def test_an_ab_with_no_difference_looked_at_thirty_times_seldom_alarms() -> None:
    assert simulate.ab_alarm_share(300, seed=1) <= 0.05


def test_a_test_made_for_one_look_would_alarm_too_often() -> None:
    assert sum(naive(random.Random(f"1/{run}")) for run in range(300)) / 300 > 0.15


def naive(dice: random.Random) -> bool:
    """The same customers, and the usual test of two proportions at each of thirty looks."""
    counts, good = [0, 0], [0, 0]
    for seen in range(1, 1501):
        inside = dice.random() < 0.5
        counts[inside] += 1
        good[inside] += dice.random() < 0.6
        if seen % 50 == 0:
            first, second = good[0] / counts[0], good[1] / counts[1]
            error = math.sqrt(sum(p * (1 - p) / n for p, n in zip((first, second), counts, strict=True)))
            if abs(first - second) > 1.96 * error:
                return True
    return False


def test_a_true_difference_is_found() -> None:
    assert simulate.ab_alarm_share(30, seed=1, arm=0.7, per_look=100) >= 0.9


# --- Whether the shares are right -----------------------------------------------------------------------------------


def test_right_shares_seldom_look_wrong_however_often_one_looks() -> None:
    alarms = 0
    for run in range(200):
        dice, counts, seen = random.Random(run), [0, 0], False
        for count in range(1, 1001):
            counts[dice.random() < 0.5] += 1
            seen = seen or (count % 50 == 0 and mismatch.evidence([(counts, [0.5, 0.5])]) >= 20)
        alarms += seen
    assert alarms <= 10  # evidence of 20 at most once in 20


def test_wrong_shares_are_seen() -> None:
    assert mismatch.evidence([([5000, 5600], [0.5, 0.5])]) > 1000
    assert mismatch.evidence([([5000, 5050], [0.5, 0.5])]) < 20


def test_each_period_is_held_against_its_own_shares() -> None:
    right = [([990, 10], [0.99, 0.01]), ([950, 50], [0.95, 0.05])]
    assert mismatch.evidence(right) < 20
    assert mismatch.evidence([([1940, 60], [0.99, 0.01])]) > 1000


def test_nobody_belongs_to_an_arm_of_no_share() -> None:
    assert mismatch.evidence([([0, 500], [0.0, 1.0])]) == pytest.approx(1)
    assert mismatch.evidence([([1, 500], [0.0, 1.0])]) > 1000


def test_shares_that_do_not_make_one_are_refused() -> None:
    with pytest.raises(ValueError, match="sum to one"):
        mismatch.evidence([([1, 1], [0.5, 0.4])])


# --- The ladder -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tallies", "decision"),
    [
        ([Tally(39, 0)], "wait"),
        ([Tally(40, 0)], "climb"),
        ([Tally(40, 2)], "wait"),
        ([Tally(5, 5)], "roll_back"),
        ([Tally(40, 0), Tally(79, 1)], "wait"),
        ([Tally(40, 0), Tally(80, 1)], "climb"),
        ([Tally(40, 0), Tally(80, 1), Tally(160, 2), Tally(240, 4), Tally(299, 3)], "wait"),
        ([Tally(40, 0), Tally(80, 1), Tally(160, 2), Tally(240, 4), Tally(300, 3)], "proved"),
        ([Tally(40, 0), Tally(80, 1), Tally(160, 2), Tally(240, 4), Tally(300, 20)], "roll_back"),
    ],
)
def test_what_the_ladder_does(tallies: list[Tally], decision: str) -> None:
    assert decide(RULES, tallies) == decision


def test_good_conversations_below_do_not_excuse_bad_ones_above() -> None:
    spoilt = [Tally(2000, 20), Tally(120, 14)]
    assert evidence_for(RULES, spoilt) > 1  # all of it together still looks good
    assert decide(RULES, spoilt) == "roll_back"


def test_evidence_starts_at_nothing_either_way() -> None:
    assert evidence_against(RULES, [Tally()]) == evidence_for(RULES, [Tally()]) == 1


def test_a_ladder_of_one_step_is_one_test() -> None:
    rules = Rules((10,), (50,), 0.02, 0.05, 0.05, 0.05)
    assert evidence_against(rules, [Tally(1, 1)]) == pytest.approx(2.5)


def test_a_bad_canary_is_rolled_back() -> None:
    found = simulate.climbs(RULES, bad=0.05, simulations=200, seed=1)
    assert found.rolled_back >= 0.95
    assert found.proved <= 0.05


@pytest.mark.parametrize("usual", [0.01, 0.02])
def test_a_healthy_canary_seldom_is(usual: float) -> None:
    found = simulate.climbs(RULES, bad=usual, simulations=100, seed=1)
    assert found.rolled_back <= 0.05 and found.proved >= 0.95


def test_a_canary_that_goes_bad_on_its_way_is_rolled_back() -> None:
    assert simulate.climbs(RULES, bad=0.01, simulations=100, seed=1, later_bad=0.06).rolled_back >= 0.95


def test_a_canary_that_cannot_be_decided_is_given_up() -> None:
    assert simulate.climbs(RULES, bad=0.02, simulations=5, seed=1, most=30).undecided == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": (5, 1)},
        {"steps": (1, 5), "least": (1,)},
        {"steps": (), "least": ()},
        {"steps": (50, 120)},
        {"usual": 0.05},
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    good = {
        "steps": (1, 5),
        "least": (10, 10),
        "usual": 0.02,
        "unacceptable": 0.05,
        "false_alarm": 0.05,
        "missed": 0.05,
    }
    with pytest.raises(ValueError, match=r"step|usual"):
        Rules(**{**good, **wrong})  # type: ignore[arg-type]


# --- Guardrails -----------------------------------------------------------------------------------------------------

SLOW = guardrails.Guardrail("milliseconds", full=10_000, worse=1000, most=4000)


def test_a_guardrail_tolerates_what_its_bound_says() -> None:
    within, beyond, control = Comparison(0.5), Comparison(0.5), random.Random(1)
    for number in range(4000):
        inside = control.random() < 0.5
        noise = 400 * (number % 3)
        within.add(SLOW.scaled(1000 + noise + 900 * inside), in_arm=inside)
        beyond.add(SLOW.scaled(1000 + noise + 3000 * inside), in_arm=inside)
    assert within.differs(0.05) and not guardrails.breached_beside(SLOW, within, 0.01)
    assert guardrails.breached_beside(SLOW, beyond, 0.01)


def test_a_canary_is_held_against_a_bound_of_its_own() -> None:
    slow, quick = Mean(), Mean()
    for _ in range(100):
        slow.add(SLOW.scaled(30_000))
        quick.add(SLOW.scaled(3000))
    assert guardrails.breached_alone(SLOW, slow, 0.01) and not guardrails.breached_alone(SLOW, quick, 0.01)


def test_the_chance_of_a_false_alarm_is_shared_out() -> None:
    assert guardrails.share_of(0.05, [SLOW] * 5, arms=2) == pytest.approx(0.005)


@pytest.mark.parametrize("bounds", [(0, 0, 0), (1, 2, 0), (1, 0, -1)])
def test_a_guardrail_that_makes_no_sense_is_refused(bounds: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="guardrail slow"):
        guardrails.Guardrail("slow", *bounds)
