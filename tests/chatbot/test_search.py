"""Articles are found in customers' own words, and nothing is found where nothing answers: floors, never lowered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from chatbot import brand
from chatbot.brand import BrandError
from chatbot.dialogue.cues import fold
from chatbot.knowledge.article import Article
from chatbot.knowledge.search import Calibration, Search
from chatbot.turn import Mind

QUESTIONS = Path(__file__).resolve().parent.parent / "eval" / "questions.jsonl"
ROWS = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]


def article(slug: str, *forms: str) -> Article:
    return Article(slug, slug, "réponse", forms)


@pytest.fixture(scope="module")
def found(mind: Mind) -> list[tuple[dict[str, str], str, float]]:
    search = mind.knowledge.library.search
    hits = []
    for row in ROWS:
        best = search.best(mind.ear.normalise(row["text"]).text)
        assert best is not None
        hits.append((row, best.article.slug, best.score))
    return hits


Hits = list[tuple[dict[str, str], str, float]]


@pytest.mark.parametrize("split", ["calibration", "held_out"])
def test_the_right_article_comes_first(found: Hits, split: str) -> None:
    right = [slug == row["article"] for row, slug, _ in found if row["split"] == split and row["article"]]
    assert sum(right) / len(right) >= 0.92


@pytest.mark.parametrize(("split", "floor"), [("calibration", 0.90), ("held_out", 0.82)])
def test_most_answers_are_sure_enough_to_be_given(mind: Mind, found: Hits, split: str, floor: float) -> None:
    sure = mind.knowledge.library.search.calibration.sure
    given = [slug == row["article"] and score >= sure for row, slug, score in found
             if row["split"] == split and row["article"]]  # fmt: skip
    assert sum(given) / len(given) >= floor


@pytest.mark.parametrize("split", ["calibration", "held_out"])
def test_what_nothing_answers_is_not_answered(mind: Mind, found: Hits, split: str) -> None:
    sure = mind.knowledge.library.search.calibration.sure
    wrong = [score >= sure for row, _, score in found if row["split"] == split and not row["article"]]
    assert sum(wrong) / len(wrong) <= 0.03


def test_the_questions_are_many_and_name_real_articles(mind: Mind) -> None:
    slugs = {one.slug for one in mind.knowledge.library.articles}
    assert len(ROWS) >= 250 and len({row["text"] for row in ROWS}) == len(ROWS)
    assert {row["article"] for row in ROWS} - {None} == slugs


def test_no_question_is_a_form_of_an_article(mind: Mind) -> None:
    forms = {form.casefold() for one in mind.knowledge.library.articles for form in one.questions}
    assert not forms & {row["text"].casefold() for row in ROWS if row["split"] == "held_out"}


def test_a_question_inside_a_longer_message_is_found() -> None:
    search = Search([article("heures", "quels sont vos horaires"), article("prix", "combien ça coûte")], Calibration())
    best = search.best("bonjour à toute la famille\nje suis à bouaké depuis hier. combien ça coûte ?")
    assert best is not None and best.article.slug == "prix" and best.score > 0.6


def test_a_decoy_keeps_its_likes_from_an_article() -> None:
    articles = [article("photo", "envoyer une photo du reçu"), article("prix", "combien ça coûte")]
    plain, wary = (Search(articles, Calibration(), decoys=decoys) for decoys in ((), ("envoie une photo de toi",)))
    asked = "envoie une photo de toi"
    scores = [best.score for search in (plain, wary) if (best := search.best(asked))]
    assert scores[1] < scores[0]


def test_a_strange_subject_halves_the_score() -> None:
    articles = [article("compte", "ouvrir un compte"), article("prix", "combien ça coûte")]
    table = {"knowledge": {"elsewhere": ["banque*"]}}
    plain, wary = Search(articles, Calibration()), Search(articles, Calibration.read(table))
    asked = "ouvrir un compte en banque"
    first, second = plain.best(asked), wary.best(asked)
    assert first and second and second.score == pytest.approx(first.score / 2)


class Topics:
    """An embedder of two dimensions: money words and hour words."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [[float("sous" in text or "prix" in text), float("heure" in text or "ouvert" in text)] for text in texts]


class Away(Topics):
    """Answers once, while the index is built, and never again."""

    asked = False

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        if self.asked:
            raise OSError("away")
        self.asked = True
        return super().embed(texts)


def test_an_embedder_finds_what_shares_no_word_and_is_missed_without_harm() -> None:
    articles = [article("heures", "vous êtes ouverts quand ? heure"), article("prix", "le prix")]
    with_it = Search(articles, Calibration(), embedder=Topics()).best("des sous")
    without = Search(articles, Calibration()).best("le prix")
    away = Search(articles, Calibration(), embedder=Away()).best("le prix")
    assert with_it is not None and with_it.article.slug == "prix" and with_it.score >= 0.5
    assert away == without


@pytest.mark.parametrize(
    "table",
    [{"sure": 2}, {"letters": "a"}, {"ignored": 3}, {"same": {"frais": "prix"}}, {"elsewhere": "x"}],
)
def test_a_calibration_that_cannot_be_used_is_refused(table: dict[str, object]) -> None:
    with pytest.raises(BrandError, match=r"brand\.toml: field 'knowledge"):
        Calibration.read({"knowledge": table})


def test_the_evaluation_is_not_in_the_articles() -> None:
    lines = [line for text in brand.load("easytransfert").articles.values() for line in text.splitlines()]
    spoken = [
        json.loads(line) for line in QUESTIONS.with_name("messages.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    texts = [row.get(field) or "" for row in spoken for field in ("text", "normalised")]
    assert not shingles(lines) & shingles(texts)


def shingles(texts: Sequence[str]) -> set[tuple[str, ...]]:
    """Every five words in a row, folded."""
    words = [fold(text).split() for text in texts]
    return {tuple(row[at : at + 5]) for row in words for at in range(len(row) - 4)}
