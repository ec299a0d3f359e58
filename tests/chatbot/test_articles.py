"""Articles: files with clear faults, figures from the tariff, words that pass the guard."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chatbot import brand
from chatbot.knowledge.answers import Knowledge
from chatbot.knowledge.article import Article, ArticleError, read
from chatbot.turn import Mind, proofread
from chatbot.types import Question

BRAND = brand.load("easytransfert")
KNOWLEDGE = Knowledge.load(BRAND)
ARTICLES = KNOWLEDGE.library.articles
FORMS = ", ".join(f'"question {letter}"' for letter in "abcdefgh")
HEAD = f'title = "T"\nversion = 1\ntopics = ["info"]\nquestions = [{FORMS}]'


def file(head: str = HEAD, answer: str = "Oui, {fee_min}.") -> str:
    return f"+++\n{head}\n+++\n{answer}\n"


def test_a_file_is_read_whole() -> None:
    article = read("a-b", file(HEAD + "\nvalid_until = 2026-02-01"), {"fee_min"})
    assert (article.source, article.topics, article.placeholders) == ("a-b@1", ("info",), ("fee_min",))
    assert article.valid_on(date(2026, 2, 1)) and not article.valid_on(date(2026, 2, 2))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rien", "field 'front matter'"),
        (file("title = "), "field 'front matter'"),
        (file(HEAD + "\nwritten = 1"), "field 'written'"),
        (file(HEAD.replace('"T"', "3")), "field 'title'"),
        (file(HEAD.replace('"T"', '""')), "field 'title': must not be empty"),
        (file(HEAD.replace("version = 1", "version = 0")), "field 'version'"),
        (file(HEAD.replace('"question a", ', "")), "field 'questions': at least 8"),
        (file(HEAD.replace(FORMS, "1")), "field 'questions': a list of texts"),
        (file(HEAD + '\nvalid_from = "hier"'), "field 'valid_from': a day"),
        (file(HEAD + "\nvalid_from = 2026-02-01\nvalid_until = 2026-01-01"), "field 'valid_until': ends before"),
        (file(answer=" "), "field 'answer': must not be empty"),
        (file(answer="C'est 500 FCFA."), "field 'answer': figures stand as placeholders, never typed: 500"),
        (file(answer="C'est {fee_mini}."), "field 'answer': no such placeholder: fee_mini"),
        (file(answer="C'est {fee_min."), "field 'answer': a brace"),
        (file(answer="a" * 1201), "field 'answer': at most"),
    ],
)
def test_a_faulty_file_is_named_with_its_field_in_one_line(text: str, said: str) -> None:
    with pytest.raises(ArticleError) as error:
        read("prix", text, {"fee_min"})
    assert str(error.value).startswith("knowledge/prix.md: ") and said in str(error.value)
    assert "\n" not in str(error.value)


def test_every_topic_of_the_brand_that_needs_one_has_a_default() -> None:
    assert {topic for article in ARTICLES for topic in article.default_for} == {"password"}


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.slug)
def test_the_guard_passes_what_is_shipped(mind: Mind, article: Article) -> None:
    assert proofread(mind, article) == "passed"


def test_the_guard_would_refuse_a_promise(mind: Mind) -> None:
    article = replace(ARTICLES[0], answer="Votre argent sera remboursé demain.")
    assert proofread(mind, article) == "promise"


def test_no_question_form_leads_to_two_articles() -> None:
    forms = [form for article in ARTICLES for form in article.questions]
    assert len(forms) == len(set(forms))


def test_figures_come_from_the_tariff() -> None:
    tariff = {**BRAND.tariff, "fee": {"rate": 100, "minimum": 30, "maximum": 900, "from": {"Wave": 200}}}
    figures = Knowledge(tariff, BRAND.settings, BRAND.operators).library.figures
    assert (figures["fee_min"], figures["fee_max"], figures["fee_rate"]) == (30, 900, "1\u00a0% à 2\u00a0%")
    assert (figures["wave_transfer_max"], figures["tresor_day_max"]) == (500_000, 1_000_000)
    assert (figures["moov_prefix"], figures["example_fee"]) == ("01", 100)
    assert "wave_prefix" not in figures


def test_an_approved_article_replaces_the_shipped_one_or_joins_it() -> None:
    old = next(one for one in ARTICLES if one.slug == "horaires")
    news = [replace(old, answer="Tous les jours.", version=2), replace(old, slug="neuf", questions=("zanzibar",) * 8)]
    other = KNOWLEDGE.overlaid(news)
    assert [move.quote for move in other.answer(Question("info", {"text": "quels sont vos horaires"}))] == [
        "Tous les jours."
    ]
    assert [move.source for move in other.answer(Question("info", {"text": "zanzibar"}))] == ["neuf@1"]
    assert len(other.overlaid([]).library.articles) == len(ARTICLES)
    assert KNOWLEDGE.answer(Question("info", {"text": "zanzibar"}))[0].act == "answer.info.unknown"


def test_an_article_out_of_its_days_is_not_quoted() -> None:
    old = next(one for one in ARTICLES if one.slug == "horaires")
    other = KNOWLEDGE.overlaid([replace(old, valid_until=date(2026, 1, 31))])
    asked = Question("info", {"text": "quels sont vos horaires"})
    assert other.answer(asked, day=date(2026, 1, 31))[0].source == "horaires@1"
    assert other.answer(asked, day=date(2026, 2, 1))[0].source != "horaires@1"
