"""An assistant that speaks slowly: the product's turns, with a voice that says scripted words at a given pace.

``pace.json`` in VAR_DIR says how fast and how long it speaks; ``spoken.jsonl`` beside it then tells when each word was
spoken and when each piece passed the guard.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, cycle, islice

from django.conf import settings

from chatbot.turn import Mind
from chatbot.voices.ports import Brief, Draft
from chatbot.watch import Watch
from support import turns, worker_mind
from support.leases import Lease
from support.models import Conversation, Message
from support.speaking import Speaker

SENTENCES = (  # as long as the brand's own: nine words on average, the longest thirteen
    "Nous avons bien lu votre message.",
    "Chaque demande est suivie avec soin par notre service.",
    "Vous pouvez nous écrire ici de jour comme de nuit, même le dimanche.",
    "Un conseiller lit lui aussi cette conversation.",
    "Merci de votre patience et de la confiance que vous nous faites.",
)


def scripted(words: int) -> list[str]:
    """The first ``words`` words of the script, the last with a full stop; joined by spaces they are the reply."""
    text = list(islice(chain.from_iterable(cycle(sentence.split() for sentence in SENTENCES)), words))
    return [*text[:-1], text[-1].rstrip(".") + "."]


@dataclass(slots=True)
class Spoken:
    """Moments (``time.monotonic``) of one reply: of each word as spoken, and (moment, words so far) as passed."""

    words: list[float]
    passed: list[tuple[float, int]]


_now_speaking = threading.local()
_diary = threading.Lock()


@dataclass(slots=True)
class PacedVoice:
    """Implements ``chatbot.voices.ports.Voice``: one word every ``seconds``, then whatever facts the plan needs."""

    words: int
    seconds: float
    tier: str = "paced"

    def speak(self, brief: Brief, seed: str) -> Draft:
        """Words, each followed by its space."""
        return Draft(self._pieces(brief), self.tier)

    def answers_open(self, brand: str) -> bool:
        """Never."""
        return False

    def _pieces(self, brief: Brief) -> Iterator[str]:
        spoken: Spoken = getattr(_now_speaking, "spoken", None) or Spoken([], [])  # a turn with nobody has no speaker
        due = time.monotonic()
        for word in scripted(self.words):
            due += self.seconds
            time.sleep(max(0.0, due - time.monotonic()))
            spoken.words.append(time.monotonic())
            yield word + " "
        for fact in brief.facts:
            yield f"{{{fact}}} "


class TimedSpeaker(Speaker):
    """The product's speaker, which notes when it is given what."""

    def __init__(self, lease: Lease, conversation: Conversation, pending: Sequence[Message]) -> None:
        super().__init__(lease, conversation, pending)
        self._message = str(pending[-1].id)
        self._spoken = _now_speaking.spoken = Spoken([], [])
        self._so_far = 0

    def say(self, words: str) -> None:
        """Note, and pass on."""
        self._so_far += len(words.split())
        self._spoken.passed.append((time.monotonic(), self._so_far))
        super().say(words)

    def end_reply(self) -> None:
        """Write down the moments of this reply."""
        line = json.dumps({"message": self._message, "words": self._spoken.words, "passed": self._spoken.passed})
        with _diary, (settings.VAR_DIR / "spoken.jsonl").open("a") as diary:
            diary.write(line + "\n")
        super().end_reply()


def install() -> None:
    """Make it the mind of this process."""
    pace = json.loads((settings.VAR_DIR / "pace.json").read_text())
    slow = Mind.load(settings.BRAND, settings.VAR_DIR / "models", PacedVoice(pace["words"], pace["seconds"]))
    slow = replace(slow, watch=Watch.read(slow.brand.settings), lexis=None)  # its words are no act's
    vars(worker_mind).update(with_voice=lambda brand: slow)
    vars(turns).update(Speaker=TimedSpeaker)
