"""Rows of articles as the values the assistant knows, and what is wrong with one, in French."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from chatbot.brand import BrandError, load
from chatbot.figures import typeset
from chatbot.guard import fill
from chatbot.knowledge import article as articles
from chatbot.knowledge.answers import Knowledge
from chatbot.plan import make_plan
from chatbot.turn import Mind, proofread
from support.models import Article

FRENCH: Mapping[articles.Code, str] = {
    "missing": "Ce champ est nécessaire.",
    "too_few": f"Il faut au moins {articles.LEAST_QUESTIONS} questions, une par ligne ; il y en a {{}}.",
    "too_long": f"Au plus {articles.LONGEST_ANSWER} caractères ; il y en a {{}}.",
    "figure": "Aucun chiffre ne s'écrit à la main : « {} » doit venir d'un nom entre accolades.",
    "unknown_placeholder": "Le nom entre accolades « {} » n'existe pas.",
    "brace": "Une accolade n'est pas fermée, ou pas ouverte.",
    "dates": "La fin de validité vient avant son début.",
    "slug": "Lettres minuscules, chiffres et tirets seulement.",
}
REFUSED: Mapping[str, str] = {
    "own_figure": "La réponse écrit un nombre en toutes lettres : mettez un nom entre accolades.",
    "own_address": "La réponse écrit une adresse web ou un e-mail : mettez {support_email}.",
    "asks_secret": "Une phrase semble demander un code secret ou un mot de passe.",
    "promise": "Une phrase promet un délai, un remboursement ou une réussite.",
    "repeated_greeting": "La réponse salue le client : l'assistant le fait déjà.",
    "too_long": "La réponse est trop longue pour un message WhatsApp.",
}


def as_value(row: Article, default_for: tuple[str, ...] = ()) -> articles.Article:
    """The article of a row."""
    return articles.Article(
        slug=row.slug,
        title=row.title,
        answer=row.answer.replace("\r\n", "\n").strip(),
        questions=tuple(line.strip() for line in row.questions.splitlines() if line.strip()),
        version=row.version,
        brand=row.brand,
        topics=tuple(row.topics.split()),
        default_for=default_for,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


@lru_cache
def shipped(brand: str) -> Mapping[str, articles.Article]:
    """The articles of the brand's folder by slug, read once: a deployment ships others. Raises BrandError."""
    return {one.slug: one for one in Knowledge.load(load(brand)).library.articles}


def errors(row: Article, mind: Mind) -> Mapping[str, str]:
    """What is wrong with a row: field → French; empty for an article that may be approved."""
    value = as_value(row)
    found: dict[str, str] = {}
    for fault in articles.faults(value, mind.knowledge.library.figures.keys()):
        found.setdefault(fault.field, FRENCH[fault.code].format(fault.detail))
    if "answer" not in found and (reason := proofread(mind, value)) != "passed":
        found["answer"] = REFUSED.get(reason, f"L'assistant refuserait cette réponse ({reason}).")
    return found


def preview(row: Article, mind: Mind) -> str:
    """What a customer would read, figures filled in; a placeholder that does not exist stays as it is."""
    known = mind.knowledge.library.figures
    value = as_value(row)
    if not set(value.placeholders) <= known.keys():
        return value.answer
    plan = make_plan([mind.knowledge.library.move(value)], "neu", {}, {}, {})
    return typeset(fill(value.answer, plan.facts))


def brand_exists(slug: str) -> bool:
    """Whether this installation has the brand."""
    try:
        load(slug)
    except BrandError:
        return False
    return True
