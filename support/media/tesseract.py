"""Tesseract as the reader of pictures: the program, one process a pass, bounded in time."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from functools import cache, lru_cache

from PIL import Image

from chatbot.reading.page import Line, Page, Word
from support.media.pictures import Prepared

# Two models that learnt apart, so that they rarely err alike: what both read is what is there.
# Page modes: 4 is lines of any size (a label and its value stay on one), 6 one block of even lines.
MODELS = {"plain": ("eng", "4"), "larger": ("fra", "4"), "strong": ("eng+fra", "6")}
AT_ONCE = threading.BoundedSemaphore(2)  # passes of one worker at a time: each takes a processor


class ReaderAbsent(Exception):
    """The program, or the languages it needs, are not on this machine."""


class Tesseract:
    """An ``Ocr`` that reads with the tesseract program until ``deadline`` (of time.monotonic)."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline

    def pages(self, picture: bytes) -> Iterator[Page]:
        """One page for each way the picture is prepared. Raises ReaderAbsent, Unreadable.

        Ends early when time is up: what was read by then stands.
        """
        if not available():
            raise ReaderAbsent
        prepared = Prepared(picture)
        for recipe, image in prepared.variants():
            left = self._deadline - time.monotonic()
            if left <= 0 or (table := _run(image, *MODELS[recipe.name], left)) is None:
                return
            yield Page(recipe.name, tuple(_lines(table)), prepared.clean)


@lru_cache(maxsize=1)
def available() -> bool:
    """Whether tesseract with English and French is installed."""
    program = shutil.which("tesseract")
    if program is None:
        return False
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=10, check=False)
    return {"eng", "fra"} <= set(listed.stdout.split())


def _run(image: Image.Image, languages: str, mode: str, seconds: float) -> str | None:
    """Tesseract's table of words; None when it does not come in time."""
    program = shutil.which("tesseract") or "tesseract"
    bitmap = io.BytesIO()
    image.save(bitmap, "PNG", compress_level=1)
    command = [program, "stdin", "stdout", "-l", languages, "--psm", mode, "--dpi", "200", "tsv"]
    if not AT_ONCE.acquire(timeout=seconds):
        return None
    try:
        done = subprocess.run(
            command,
            input=bitmap.getvalue(),
            capture_output=True,
            timeout=seconds,
            check=False,
            env=_environment(),
        )
    except subprocess.TimeoutExpired:
        return None
    finally:
        AT_ONCE.release()
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


@cache
def _environment() -> dict[str, str]:
    """One thread each: two passes side by side are faster than one on all processors."""
    return {"OMP_THREAD_LIMIT": "1", "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}


def _lines(table: str) -> Iterator[Line]:
    words: list[Word] = []
    place: tuple[str, ...] | None = None
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = (row.get("text") or "").strip()
        if row["level"] != "5" or not text:
            continue
        here = (row["block_num"], row["par_num"], row["line_num"])
        if here != place and words:
            yield Line(tuple(words))
            words = []
        place = here
        words.append(Word(text, max(0.0, float(row["conf"])) / 100))
    if words:
        yield Line(tuple(words))
