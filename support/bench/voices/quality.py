"""What the shipped model is worth on held-out plans: before the guard, and as the customer reads it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any

from django.conf import settings

from chatbot import brand as brands
from chatbot.guard import HOLE
from chatbot.lexis import Lexis
from chatbot.saying import say
from chatbot.types import Act, Event, Mood, Plan, Spoken
from chatbot.voices.ports import Brief, Voice
from chatbot.voices.template import TemplateVoice
from chatbot.watch import Watch
from chatbot.wording import Wording
from support.bench.processes import BenchError
from support.bench.report import Row, at_most, no_less
from support.voices.build import NoVoiceError, build

JUDGED = 1_000  # replies of the model alone
SEED = 5
AT_ONCE = 16
PATIENCE = 60.0  # seconds: quality is measured here, not speed


def rows(replies: int) -> list[Row]:
    """``replies`` as customers read them, a fifth of them judged before the guard too. Raises BenchError."""
    try:
        from chatbot.training.corpus import Corpus, recipe
        from chatbot.training.evaluate_voice import evaluate, load_voice
        from chatbot.training.marks import Marks

        voice = build("local", settings.BRAND)
    except (ImportError, NoVoiceError) as error:
        raise BenchError(f"quality: {error}") from error
    brand = brands.load(settings.BRAND)
    folder, corpus = brand.path / "voice", Corpus.of(brand)
    model = load_voice(folder, recipe(folder)["adapter"]["name"])
    report = evaluate(model, corpus, Marks.read(folder / "marks.toml"), "held_out", min(JUDGED, replies))
    heard = _heard(brand, voice, corpus.examples("held_out", replies, f"{SEED}/bench"))
    return [
        no_less(99, "model alone: all placeholders of the plan and no other", 100 * report.facts_right, "%"),
        Row("model alone: passed by the guard", 100 * report.guard_passed, "%"),
        at_most(0.5, "model alone: style rules broken", 100 * report.style_broken, "%"),
        no_less(0.68, "model alone: BLEU-4 against the corpus' wordings", report.bleu4, ""),
        no_less(0.72, "model alone: ROUGE-L against the nearest", report.rouge_l, ""),
        at_most(12.3, "model alone: perplexity per token of its tokenizer", report.perplexity, ""),
        Row("model alone: distinct replies", 100 * report.distinct, "%"),
        no_less(100, f"{replies} replies as read: every fact of the plan", 100 * heard.right / replies, "%"),
        at_most(0, f"{replies} replies as read: facts wrong or invented", heard.wrong, ""),
        Row("replies as read: worded by the model", 100 * heard.own / replies, "%"),
    ]


@dataclass(frozen=True, slots=True)
class Heard:
    """Counts of replies: with every fact, with a wrong one, and in the model's own words."""

    right: int
    wrong: int
    own: int


def _heard(brand: brands.Brand, voice: Voice, examples: Sequence[Any]) -> Heard:
    wording = Wording.read(brand.wording, brand.flows)
    watch = Watch.read(brand.settings, brand.marks)
    lexis = Lexis.read(brand.settings, wording, brand.phrases, brand.articles.values())
    template = TemplateVoice(wording)
    draw = Random(SEED)

    def reply(number: int, acts: tuple[Act, ...], mood: Mood) -> tuple[bool, bool, bool]:
        facts = {fact: "x" for act in acts for fact in act.facts}
        brief = Brief(acts, mood, brand=brand.slug, deadline=time.perf_counter() + PATIENCE)
        spoken: list[Event] = []
        telling = say(
            watch,
            Plan(acts, facts, mood=mood),
            brief,
            (voice, voice, template),
            seed=f"{SEED}/{number}",
            ticks=time.perf_counter,
            lexis=lexis,
        )
        while True:
            try:
                spoken.append(next(telling))
            except StopIteration as end:
                text = end.value.text
                break
        holes = set(HOLE.findall(text))
        last = [event for event in spoken if isinstance(event, Spoken)][-1]
        wrong = not holes <= facts.keys() or any(character.isdigit() for character in HOLE.sub("", text))
        return holes == facts.keys(), wrong, last.tier == voice.tier

    order = list(enumerate(examples))
    draw.shuffle(order)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda one: reply(one[0], one[1].shape.acts, one[1].shape.mood), order))
    right, wrong, own = (sum(column) for column in zip(*found, strict=True))
    return Heard(right, wrong, own)
