"""A brand's whole pipeline as one value: built once, shared by every turn, overlaid with what people approve."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from chatbot import brand as brands
from chatbot.anonymise.outgoing import Outgoing
from chatbot.dialogue.flow import Dialogue
from chatbot.guard import Guard, sentences
from chatbot.hearing import Ear
from chatbot.knowledge.answers import Knowledge
from chatbot.knowledge.article import Article, ArticleError
from chatbot.lexis import Lexis
from chatbot.normalise import Normaliser
from chatbot.plan import make_plan
from chatbot.understand import Understander
from chatbot.voices.ports import Brief, Voice
from chatbot.voices.template import TemplateVoice
from chatbot.watch import Watch
from chatbot.wording import Wording


@dataclass(frozen=True, slots=True)
class Mind:
    """A brand's whole pipeline, built once and shared by every turn."""

    brand: brands.Brand
    ear: Ear
    understander: Understander
    dialogue: Dialogue
    knowledge: Knowledge
    wording: Wording
    watch: Watch
    lexis: Lexis | None  # None: any words will do
    template: TemplateVoice
    voice: Voice
    outgoing: Outgoing = field(default_factory=Outgoing)  # what may leave the house of a question
    word_for_word: tuple[str, ...] = ()  # acts, or heads of acts, that no model ever words
    generation: str = ""  # names the wording, rules and articles in force: words made under another are not used again
    ticks: Callable[[], float] = time.perf_counter  # seconds; only times how long a voice spoke

    @classmethod
    def load(cls, brand_slug: str, cache_dir: Path, voice: Voice | None = None, *, trains: bool = True) -> Mind:
        """Reads the brand and trains or loads its classifier in ``cache_dir``. Raises BrandError."""
        return cls.of(brands.load(brand_slug), cache_dir, voice, trains=trains)

    @classmethod
    def of(cls, brand: brands.Brand, cache_dir: Path, voice: Voice | None = None, *, trains: bool = True) -> Mind:
        """The pipeline of a brand read from any folder. Raises BrandError."""
        normaliser = Normaliser(brand)
        normalise = normaliser.normalise
        wording = Wording.read(brand.wording, brand.flows)
        template = TemplateVoice(wording)
        understander = Understander(brand, cache_dir, normalise, trains=trains)
        mind = cls(
            brand=brand,
            ear=Ear(normalise, understander.understand),
            understander=understander,
            dialogue=Dialogue(brand.flows, brand.settings),
            knowledge=Knowledge.load(brand, lambda text: normalise(text).text),
            wording=wording,
            watch=Watch.read(brand.settings, brand.marks),
            lexis=Lexis.read(brand.settings, wording, brand.phrases, brand.articles.values()),
            template=template,
            voice=voice or template,
            outgoing=Outgoing.of(brand, normaliser.french),
            word_for_word=_fixed_acts(brand),
        )
        for article in mind.knowledge.library.articles:
            if (reason := proofread(mind, article)) != "passed":
                raise ArticleError(f"knowledge/{article.slug}.md: field 'answer': refused by the guard: {reason}")
        return replace(mind, generation=_generation(brand, mind.knowledge))

    def overlaid(self, approved: Iterable[Article]) -> Mind:
        """The same mind with ``approved`` articles over the shipped ones; the caller has proofread them."""
        knowledge = self.knowledge.overlaid(approved)
        return replace(self, knowledge=knowledge, generation=_generation(self.brand, knowledge))


def proofread(mind: Mind, article: Article) -> str:
    """Why the guard would refuse an article's words, or "passed". Raises KeyError on an unknown placeholder."""
    plan = make_plan([mind.knowledge.library.move(article)], "neu", {}, {}, {})
    guard = Guard(mind.watch, plan, "whatsapp", lexis=mind.lexis)
    draft = mind.template.speak(Brief(plan.acts), article.slug)
    verdicts = [guard.check(sentence).reason for sentence in sentences(draft)]
    return next((reason for reason in (*verdicts, guard.finish().reason) if reason != "passed"), "passed")


def _fixed_acts(brand: brands.Brand) -> tuple[str, ...]:
    table = brand.voice.get("voice", {})
    return tuple(map(str, table.get("word_for_word", ()))) if isinstance(table, Mapping) else ()


def _generation(brand: brands.Brand, knowledge: Knowledge) -> str:
    parts = (repr(brand.wording), repr(brand.settings), repr(brand.flows), repr(brand.marks))
    sources = sorted(article.source for article in knowledge.library.articles)
    return hashlib.sha256("\0".join((*parts, *sources)).encode()).hexdigest()[:16]
