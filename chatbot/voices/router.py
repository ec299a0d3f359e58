"""The voice that chooses: the fastest for what is plain, remote tiers for what deserves more; falls back in silence."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing

from chatbot.voices.attempt import House, Request, attempt
from chatbot.voices.candidates import Candidates
from chatbot.voices.choose import Chooser
from chatbot.voices.policy import Policy
from chatbot.voices.ports import COUNTS, Brief, Deployment, Draft, FaultKind, Tier, Voice, VoiceFault

GOES_ON: frozenset[FaultKind] = COUNTS | {"throttled", "denied"}  # another deployment may do better
SENTENCE = re.compile(r"[.!?…\n]\s")  # from here on the guard may let words through to the customer
PULSE_SECONDS = 0.1


class Router:
    """Implements ``ports.Voice`` for one brand.

    ``local`` words anything but open questions, where it is; ``template`` what is plain, where no local voice is.
    ``opens`` is the operator's switch of open questions, beside the brand's own.
    """

    tier = "router"

    def __init__(
        self,
        policy: Policy,
        house: House,
        *,
        local: Voice | None = None,
        template: Voice | None = None,
        opens: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._policy, self._house, self._opens = policy, house, opens
        self._local, self._template = local, template
        self.chooser = Chooser(policy, house.gauges)

    def speak(self, brief: Brief, seed: str) -> Draft:
        """Begin one reply. Iterating raises VoiceFault: before the first words when nobody could, or later."""
        tiers = self.chooser.tiers(brief)
        draft = Draft(iter(()), self.tier)
        draft.pieces = self._pieces(draft, brief, seed, tiers)
        return draft

    def answers_open(self, brand: str) -> bool:
        """Whether the brand lets a strong tier answer open questions, and one may be asked now."""
        strong: tuple[Tier, ...] = ("standard", "premium")
        if not (self._policy.answers_open and self._opens(brand)):
            return False
        there = (one for tier in strong for one in self._house.roster.deployments(brand, tier))
        return any(self._house.breakers.ready(deployment.name) for deployment in there)

    def _pieces(self, draft: Draft, brief: Brief, seed: str, tiers: Sequence[Tier]) -> Iterator[str]:
        if tiers:
            reply = _Remote(self._policy, self._house, self.chooser, draft, brief)
            try:
                yield from reply.pieces(tiers, seed)
            except VoiceFault as fault:
                if brief.open or not self._may_go_on(reply, fault):
                    raise
            else:
                return
        yield from self._at_home(draft, brief, seed)

    def _may_go_on(self, reply: _Remote, fault: VoiceFault) -> bool:
        """Whether a voice of the house may still take over in silence; the template does after every real fault."""
        if reply.heard or reply.late:
            return False
        return fault.kind == "unavailable" or (fault.kind in GOES_ON and self._local is not None)

    def _at_home(self, draft: Draft, brief: Brief, seed: str) -> Iterator[str]:
        voice = self._local or self._template
        if voice is None or brief.open:  # neither knows more than its plan
            raise VoiceFault("unavailable", "no deployment and no local voice")
        with closing(voice.speak(brief, seed)) as spoken:
            draft.tier, draft.call = spoken.tier, spoken.call
            for piece in spoken:
                draft.tier, draft.call = spoken.tier, spoken.call
                yield piece


class _Remote:
    """One reply from afar. ``heard``: words went out; ``stop``: when the template has to take over, in ticks."""

    def __init__(self, policy: Policy, house: House, chooser: Chooser, draft: Draft, brief: Brief) -> None:
        self._policy, self._tries, self._house, self._chooser = policy, policy.tries, house, chooser
        self._draft, self._brief = draft, brief
        self.stop = min(brief.deadline, house.ticks() + self._tries.turn_seconds) - self._tries.margin_seconds
        self.heard = False
        self._left = self._tries.most
        self._last = VoiceFault("unavailable", "no deployment may be asked")
        self._waiting: list[tuple[float, Deployment]] = []  # throttled for a moment only: when they may be asked

    def pieces(self, tiers: Sequence[Tier], seed: str) -> Iterator[str]:
        """Pieces of the first deployment that manages. Raises VoiceFault, the last one met."""
        for deployment in Candidates(self._house.roster, self._house.gauges, self._brief, tiers, seed):
            if self._over():
                break
            if self._house.breakers.permit(deployment.name) and (yield from self._try(deployment)):
                return
        while self._waiting and not self._over():
            when, deployment = min(self._waiting, key=lambda entry: entry[0])
            self._waiting.remove((when, deployment))
            yield from self._wait(when)
            if self._house.breakers.permit(deployment.name) and (yield from self._try(deployment)):
                return
        raise self._last

    @property
    def late(self) -> bool:
        """Whether the template has to take over."""
        return self._house.ticks() >= self.stop

    def _over(self) -> bool:
        return not self._left or self.late

    def _try(self, deployment: Deployment) -> Generator[str, None, bool]:
        """Whether it managed. Raises VoiceFault where nobody else is to be asked."""
        self._left -= 1
        try:
            with closing(attempt(self._house, deployment, self._request(deployment), self._draft)) as heard:
                yield from self._once_visible(heard)
        except VoiceFault as fault:
            if self.heard or fault.kind not in GOES_ON:
                raise
            self._remember(deployment, fault)
            return False
        return True

    def _remember(self, deployment: Deployment, fault: VoiceFault) -> None:
        self._last = fault
        seconds = self._tries.throttle_seconds if fault.retry_after is None else fault.retry_after
        if fault.kind == "throttled" and seconds <= self._tries.wait_seconds:
            self._waiting.append((self._house.ticks() + seconds, deployment))

    def _once_visible(self, pieces: Iterator[str]) -> Iterator[str]:
        """The same pieces, held back until a sentence is whole: before, nobody read a word and another may begin."""
        held = ""
        for piece in pieces:
            if self.heard or not piece:
                yield piece
                continue
            held += piece
            self.heard = SENTENCE.search(held) is not None
            yield held if self.heard else ""
        if held and not self.heard:
            self.heard = True
            yield held

    def _request(self, deployment: Deployment) -> Request:
        return Request(
            brief=self._brief,
            messages=self._house.messages(self._brief),
            sampling=self._policy.sampling[deployment.tier],
            deadline=self.stop,
            throttle_seconds=self._tries.throttle_seconds,
            sent=lambda: self._chooser.count(self._brief, deployment.tier),
        )

    def _wait(self, when: float) -> Iterator[str]:
        """Until then, with pulses; not at all where it would be too late."""
        while (left := when - self._house.ticks()) > 0 and when < self.stop:
            yield ""
            self._house.sleep(min(left, PULSE_SECONDS))
