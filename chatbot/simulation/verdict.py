"""Judges one simulated conversation by what the customer knows and what the assistant did."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chatbot.simulation.facts import IDS, Sheet, Value
from chatbot.simulation.shapes import alike
from chatbot.simulation.talk import Record
from chatbot.simulation.turns import Answer, Turn

CASE_NUMBER = re.compile(r"AK-[\w-]+\w")
IN_VAIN = 3  # the same ask so many times in a row is a loop
BY_THE_HOUSE = ("high_amount",)  # a person looks at a large sum whatever the customer says


@dataclass
class Verdict:
    """``right`` is None where no claim was to be expected; the counts are of faults, ``faults`` says each in words."""

    right: bool | None = None
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    due: int = 0  # persons due, and called within one message
    met: int = 0
    called: int = 0  # persons called, and due
    wanted: int = 0

    @property
    def passed(self) -> bool:
        """Whether nothing at all was wrong."""
        return self.right is not False and not self.faults

    def fault(self, kind: str, where: str, times: int = 1) -> None:
        """Note a fault."""
        self.counts[kind] += times
        self.faults.append(f"{where}: {kind.replace('_', ' ')}")


@dataclass
class Followed:
    """One of the customer's cases, as far as it was told."""

    sheet: Sheet
    known: dict[str, Value] = field(default_factory=dict)
    filed: list[str] = field(default_factory=list)  # numbers of the claims filed while it was told

    @property
    def complete(self) -> bool:
        """Whether all a claim needs was told."""
        return all(slot in self.known for slot in self.sheet.needed)


def judge(record: Record, sheets: Sequence[Sheet], price: Callable[[int], int], *, dropped: bool) -> Verdict:
    """The verdict on a conversation about these cases.

    ``price`` gives the fee of an amount, in francs; ``dropped``: the customer cancelled the last case for good.
    """
    verdict = Verdict()
    cases = [Followed(sheet) for sheet in sheets]
    for index, (turn, answer) in enumerate(record.exchanges):
        case = cases[turn.case]
        _judge_filing(verdict, f"turn {index}", turn, answer, case)
        case.known |= turn.gives
        _judge_answer(verdict, f"turn {index}", turn, answer, case)
    _judge_figures(verdict, record, price)
    _judge_announcements(verdict, record)
    _judge_loops(verdict, record)
    _judge_people(verdict, record)
    reached = max(turn.case for turn, _ in record.exchanges)
    waiting = record.exchanges[-1][1].waiting
    told = range(reached + 1) if dropped else range(len(sheets))
    expected = [place for place in told if not sheets[place].lost and not (dropped and place == reached)]
    for place in expected:
        _judge_claim(verdict, f"case {place + 1}", record, cases[place])
        if not cases[place].filed and not waiting:
            verdict.fault("dead_end", f"case {place + 1}")
    for case in cases:
        if case.sheet.lost and case.filed:
            verdict.fault("wrong_slot", f"filed without {sorted(case.sheet.lost)}")
        elif case.sheet.lost and not waiting:
            verdict.fault("dead_end", "lost identifier")
    verdict.right = verdict.right is not False and not verdict.counts["late"] if expected else None
    return verdict


def _judge_answer(v: Verdict, at: str, turn: Turn, answer: Answer, case: Followed) -> None:
    if again := [slot for slot in answer.asks if slot in case.known]:
        v.fault("reask", f"{at} {again}", len(again))
        v.counts["reask_on_return"] += turn.why == "back"
    if needless := [slot for slot in answer.confirms if slot not in turn.doubtful]:
        v.fault("needless_confirmation", f"{at} {needless}", len(needless))
    ids = [_alnum(case.sheet.facts[slot]) for slot in IDS if slot in case.sheet.facts]
    if refused := [value for value in answer.rejects if any(_alnum(value) in one for one in ids)]:
        v.fault("refused_id", f"{at} {refused}")
    if turn.needless:
        v.fault("extra_message", at)
    if not answer.reply:
        v.fault("silence", at)
    if turn.why == "status" and answer.status is None and not answer.did("handoff"):
        v.fault("status_not_told", at)


def _judge_filing(v: Verdict, at: str, turn: Turn, answer: Answer, case: Followed) -> None:
    """Called before what the turn gives is known: a claim filed now though all was told before is late."""
    owed = case.complete and not case.filed
    if owed and not turn.needless and turn.why != "repeat":
        v.fault("extra_message", f"{at} after all was told")
    if owed and answer.filed:
        v.fault("late", at)
    case.filed.extend(answer.filed)


def _judge_figures(v: Verdict, record: Record, price: Callable[[int], int]) -> None:
    for index, (turn, answer) in enumerate(record.exchanges):
        figures = re.findall(r"\d+", re.sub(r"(?<=\d)[\s\u202f\u00a0](?=\d{3})", "", answer.reply))
        if turn.figure is not None and str(price(turn.figure)) not in figures:
            v.fault("wrong_figure", f"turn {index}")


def _judge_announcements(v: Verdict, record: Record) -> None:
    real: set[str] = set()
    for index, (_, answer) in enumerate(record.exchanges):
        real |= set(answer.filed)
        if set(CASE_NUMBER.findall(answer.reply)) - real:
            v.fault("announced_not_filed", f"turn {index}")
        if answer.did("claim.filed") and not answer.filed:
            v.fault("announced_not_filed", f"turn {index}")
        if answer.did("handoff") and not answer.waiting:
            v.fault("announced_not_called", f"turn {index}")


def _judge_loops(v: Verdict, record: Record) -> None:
    """The same ask once more and once more, while the customer brings nothing at all."""
    run: list[tuple[str, ...]] = []
    for index, (turn, answer) in enumerate(record.exchanges):
        fresh = turn.gives or turn.why in ("back", "a phone for an id")
        if not answer.asks or fresh or (run and run[-1] != answer.asks):
            run = []
        run += [answer.asks] if answer.asks else []
        if len(run) == IN_VAIN:
            v.fault("loop", f"turn {index} {answer.asks}")


def _judge_people(v: Verdict, record: Record) -> None:
    """A person is to be called on the turn that gives the reason or the next, and for no other reason."""
    turns = record.exchanges
    waited = False
    for index, (turn, answer) in enumerate(turns):
        near = [other.due for other, _ in turns[max(0, index - 1) : index + 2]]
        if turn.due and not waited:
            v.due += 1
            if any(later.waiting for _, later in turns[index : index + 2]):
                v.met += 1
            else:
                v.fault("person_not_called", f"turn {index} {turn.due}")
        if answer.called:
            v.called += 1
            if any(near) or any(earlier.due for earlier, _ in turns[:index]) or answer.called in BY_THE_HOUSE:
                v.wanted += 1
            else:
                v.fault("person_called_needlessly", f"turn {index} {answer.called}")
        waited = waited or answer.waiting


def _judge_claim(v: Verdict, which: str, record: Record, case: Followed) -> None:
    claims = [claim for claim in record.claims if claim.number in case.filed]
    if len(claims) != 1:
        v.right = False
        v.fault("no_claim" if not claims else "claim_twice", which)
        return
    wrong = [slot for slot, value in case.known.items() if not alike(slot, claims[0].slots.get(slot), value)]
    if wrong:
        v.right = False
        v.fault("wrong_slot", f"{which} {wrong}")


def _alnum(value: Value) -> str:
    return re.sub(r"[^A-Z0-9]", "", str(value).upper())
