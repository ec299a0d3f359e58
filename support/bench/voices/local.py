"""The shipped model as a worker serves it: first words, whole replies, many at once, tokens a second, memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from random import Random

from django.conf import settings

from chatbot import brand as brands
from chatbot.guard import sentences
from chatbot.training.shapes import read_shapes
from chatbot.voices.local import LocalVoice
from chatbot.voices.ports import Brief, VoiceFault
from support.bench.figures import milliseconds
from support.bench.processes import BenchError
from support.bench.report import Row, at_most, no_less
from support.bench.voices import llama_cpp
from support.voices.build import NoVoiceError, build, own_adapter

REPLIES, ROUNDS = 100, 5
AT_ONCE = 16
SEED = 207
WORKER = """
import os, django; django.setup()
import support.tasks
from django.conf import settings
from chatbot.turn import Mind
from chatbot.types import Act
from chatbot.voices.ports import Brief
from support.voices.build import build
voice = build("local", settings.BRAND)
Mind.load(settings.BRAND, settings.VAR_DIR / "models", voice)
list(voice.speak(Brief((Act("greeting.first"),)), "warm"))
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmRSS")))
"""


def rows(replies: int = REPLIES, rounds: int = ROUNDS) -> list[Row]:
    """Raises BenchError where there is no local voice here."""
    try:
        voice = build("local", settings.BRAND)
    except NoVoiceError as error:
        raise BenchError(f"no local voice: {error}") from error
    if not isinstance(voice, LocalVoice):
        raise BenchError("another voice is called local here")
    briefs = _briefs(voice, replies)
    _heard(voice, briefs[0], "warm")
    return [*_one_by_one(voice, briefs), _together(voice, briefs, rounds), *_speed(), _memory()]


def _briefs(voice: LocalVoice, count: int) -> list[Brief]:
    """Plans as conversations bring them, of those that the model words."""
    shapes = read_shapes(brands.load(settings.BRAND).path / "voice" / "shapes.tsv")
    known = [(brief, seen) for shape, seen in shapes if voice.can(brief := Brief(shape.acts, shape.mood))]
    return Random(SEED).choices([brief for brief, _ in known], [seen for _, seen in known], k=count)


def _heard(voice: LocalVoice, brief: Brief, seed: str) -> tuple[float, float]:
    """Seconds to the first sentence, which is what the guard lets out first, and to the end."""
    started, first = time.perf_counter(), 0.0
    with closing(voice.speak(brief, seed)) as draft, suppress(VoiceFault):
        for sentence in sentences(draft):
            if sentence and not first:
                first = time.perf_counter() - started
    whole = time.perf_counter() - started
    return first or whole, whole


def _one_by_one(voice: LocalVoice, briefs: Sequence[Brief]) -> list[Row]:
    heard = [_heard(voice, brief, f"{place}") for place, brief in enumerate(briefs)]
    first, whole = [one for one, _ in heard], [one for _, one in heard]
    return [
        at_most(40, "local voice: first words, p50", milliseconds(first, 0.5), "ms"),
        at_most(120, "local voice: first words, p95", milliseconds(first, 0.95), "ms"),
        at_most(500, "local voice: whole reply, p95", milliseconds(whole, 0.95), "ms"),
    ]


def _together(voice: LocalVoice, briefs: Sequence[Brief], rounds: int) -> Row:
    first: list[float] = []

    def speak(brief: Brief, seed: str) -> None:
        first.append(_heard(voice, brief, seed)[0])

    for number in range(rounds):
        chosen = [briefs[(number * AT_ONCE + place) % len(briefs)] for place in range(AT_ONCE)]
        threads = [threading.Thread(target=speak, args=(one, f"{number}/{n}")) for n, one in enumerate(chosen)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return at_most(400, f"local voice: first words, p95, {AT_ONCE} at once", milliseconds(first, 0.95), "ms")


def _speed() -> list[Row]:
    """Ours and llama.cpp's on the same merged weights, one after the other; reading the prompt does not count."""
    from chatbot.voices.local_weights import merged, rows_of

    brand = brands.load(settings.BRAND)
    folder = Path(settings.VOICE_FOLDER) if settings.VOICE_FOLDER else brand.path / "voice"
    model = merged(folder, settings.VOICE_ADAPTER or own_adapter(brand))
    prompt = [*range(20, 100)]
    what = "local voice: tokens a second, one reply"
    with tempfile.TemporaryDirectory() as place:
        try:
            bare = llama_cpp.tokens_per_second(llama_cpp.opened(model, folder / "model", Path(place)), prompt)
        except llama_cpp.AbsentError as error:
            row = no_less(700, what, _written(rows_of(model), prompt), "/s")
            return [Row(row.what, row.ours, row.unit, None, row.target, row.met, f"no llama.cpp beside it: {error}")]
    row = no_less(700, what, _written(rows_of(model), prompt), "/s")
    return [Row(row.what, row.ours, row.unit, bare, row.target, row.met, "the bare twin is llama.cpp, float32")]


def _written(rows: object, prompt: Sequence[int], tokens: int = 200, rounds: int = 3) -> float:
    """The best of so many rounds: what the code can do; a slow minute of the machine is not its doing."""
    best = 0.0
    for seed in range(rounds):
        rows.clear()  # type: ignore[attr-defined]
        rows.join([prompt], [seed])  # type: ignore[attr-defined]
        started = time.perf_counter()
        for _ in range(tokens):
            rows.step()  # type: ignore[attr-defined]
        best = max(best, tokens / (time.perf_counter() - started))
    return best


def _memory() -> Row:
    """Of a process of its own that loads what a worker loads, after its first words."""
    found = subprocess.run(
        [sys.executable, "-c", WORKER], cwd=settings.BASE_DIR, env=dict(os.environ), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if found.returncode:
        raise BenchError(f"a worker with the local voice did not start:\n{found.stderr[-1500:]}")
    return at_most(900, "worker with the local voice: memory", int(found.stdout.split()[-1]) / 1024, "MB")
