"""``shadow`` says again what was said, twice, and shows where it differs: nobody is written to, nobody is named."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Model

from chatbot import guard
from chatbot.experiments.shadow import masked
from chatbot.voices.ports import Brief, Draft, FaultKind, VoiceFault
from support.experiments import contenders
from support.experiments.rules import rules
from support.models import Author, Channel, Claim, Conversation, EngineCall, Escalation, Message
from tests.support.journeys import say, write

pytestmark = pytest.mark.django_db(transaction=True)
STORY = (
    "bonjour",
    "je m'appelle Kouassi Aya, mon numero 0700000011, g envoyé 15 000 de wave vers orange 0500000012 pas arrivé",
    "la reference cest EFB.12345678 écrivez à aya.kouassi@exemple.ci",
)
PERSONAL = ("Kouassi", "Aya", "0700000011", "0500000012", "15 000", "15000", "12345678", "exemple.ci")


class Louder:
    """Says the template's words, after an exclamation of its own; ``spoils`` takes a placeholder out or puts one in."""

    tier = "louder"

    def __init__(self, template: Any, before: str = "Super ! ", fault: str = "") -> None:
        self.template, self.before, self.fault, self.arms = template, before, fault, list[Any]()

    def speak(self, brief: Brief, seed: str) -> Draft:
        self.arms.append(brief.arm)
        return Draft(self._pieces(brief, seed), self.tier)

    def _pieces(self, brief: Brief, seed: str) -> Iterator[str]:
        yield ""  # a pulse
        yield self.before
        if self.fault:
            raise VoiceFault("truncated")
        yield from self.template.speak(brief, seed)

    def answers_open(self, brand: str) -> bool:
        return False


@pytest.fixture
def louder(monkeypatch: pytest.MonkeyPatch) -> list[Louder]:
    """Plugs the voice in under several names."""
    made: list[Louder] = []

    def plug(name: str, **how: str) -> None:
        def make(mind: Any) -> Louder:
            made.append(Louder(mind.template, **how))
            return made[-1]

        monkeypatch.setitem(contenders.VOICES, name, make)

    plug("louder")
    plug("figures", before="Kouassi Aya, votre 0700000011 et {montant} : <script>alert(1)</script> ")
    plug("broken", fault="yes")
    return made


def told(*texts: str, address: str = "visitor:1") -> None:
    for text in texts:
        say(text, Channel.WEB, address)


def replay(
    tmp_path: Path, candidate: str, *more: str, kind: str = "jsonl"
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    out = tmp_path / f"report.{kind}"
    call_command("shadow", "--candidate", candidate, "--out", str(out), *more, stdout=io.StringIO())
    lines = [json.loads(row) for row in out.read_text(encoding="utf-8").splitlines()]
    return lines[0]["summary"], lines[1:]


def test_the_same_voice_twice_differs_nowhere(tmp_path: Path) -> None:
    told(*STORY)
    summary, pairs = replay(tmp_path, "template")
    assert (summary["conversations"], summary["turns"], summary["different"], pairs) == (1, 3, 0, [])
    assert summary["compared"] >= 2
    assert summary["sides"]["actuelle"]["passed"] == summary["sides"]["actuelle"]["faithful"] == summary["compared"]


def test_what_another_voice_says_stands_beside(tmp_path: Path, louder: list[Louder]) -> None:
    told(*STORY)
    summary, pairs = replay(tmp_path, "louder/warm@1f2e")
    assert summary["different"] == summary["compared"] == len(pairs)
    for pair in pairs:
        assert pair["candidate"]["draft"] == "Super ! " + pair["base"]["draft"]
        assert pair["candidate"]["missing"] == pair["candidate"]["unknown"] == []
    assert louder[0].arms[0]["adapter"] == "warm@1f2e" and louder[0].arms[0]["tier"] == "louder"
    assert any("{" in pair["base"]["draft"] for pair in pairs)  # values stay in braces


def test_no_personal_data_stands_in_either_report(tmp_path: Path, louder: list[Louder]) -> None:
    told(*STORY)
    for kind in ("jsonl", "html"):
        out = tmp_path / f"report.{kind}"
        call_command("shadow", "--candidate", "figures", "--out", str(out), stdout=io.StringIO())
        text = out.read_text(encoding="utf-8")
        assert [each for each in PERSONAL if each in text] == []
        assert not re.search(r"\d{5}", text)
        assert "[TEL]" in text


def test_a_rare_name_is_masked_where_the_account_bears_it(tmp_path: Path, louder: list[Louder]) -> None:
    write("Zoubida Qwerty ici, mon transfert wave n'est pas arrivé", display_name="Zoubida QWERTY")
    out = tmp_path / "report.html"
    call_command("shadow", "--candidate", "louder", "--out", str(out), stdout=io.StringIO())
    page = out.read_text(encoding="utf-8")
    assert "[NOM] [NOM] ici" in page and "zoubida" not in page.lower() and "qwerty" not in page.lower()


def test_the_guard_says_why_it_would_refuse(tmp_path: Path, louder: list[Louder]) -> None:
    told(*STORY)
    summary, pairs = replay(tmp_path, "figures")
    side = pairs[0]["candidate"]
    assert side["verdict"] == "unknown_placeholder" and side["unknown"] == ["montant"]
    assert summary["sides"]["candidate"]["reasons"] == {"unknown_placeholder": len(pairs)}
    assert summary["sides"]["candidate"]["faithful"] == 0


def test_a_voice_that_fails_is_told_by_its_fault(tmp_path: Path, louder: list[Louder]) -> None:
    told(*STORY)
    _, pairs = replay(tmp_path, "broken")
    assert {pair["candidate"]["verdict"] for pair in pairs} == {"truncated"}
    assert {pair["candidate"]["draft"] for pair in pairs} == {"Super !"}


def test_a_report_runs_no_script(tmp_path: Path, louder: list[Louder]) -> None:
    told("bonjour <script>alert(2)</script> & <b>frais</b>", "mon transfert wave vers orange n'est pas arrivé")
    out = tmp_path / "report.html"
    call_command("shadow", "--candidate", "figures", "--out", str(out), stdout=io.StringIO())
    page = out.read_text(encoding="utf-8")
    assert "<script" not in page and "&lt;script&gt;" in page and "<b>" not in page
    assert "default-src 'none'" in page
    assert "refusée : valeur inconnue" in page and "inventé montant" in page


def test_every_verdict_has_its_french_name() -> None:
    assert set(rules().verdicts) == {*get_args(guard.Reason), *get_args(FaultKind)}


def test_nothing_is_sent_and_nothing_is_stored(tmp_path: Path, louder: list[Louder]) -> None:
    told(*STORY)
    kept: tuple[type[Model], ...] = (Conversation, Message, Claim, Escalation, EngineCall)
    before = [list(model.objects.order_by("pk").values()) for model in kept]  # type: ignore[attr-defined]
    replay(tmp_path, "louder")
    assert [list(model.objects.order_by("pk").values()) for model in kept] == before  # type: ignore[attr-defined]


def test_a_burst_answered_as_one_is_said_again_as_one(tmp_path: Path, louder: list[Louder]) -> None:
    write("bonjour", Channel.WEB, "visitor:1")
    say("mon transfert wave vers orange", Channel.WEB, "visitor:1")
    say("pas arrivé", Channel.WEB, "visitor:1")
    summary, pairs = replay(tmp_path, "louder")
    assert summary["turns"] == 2
    assert pairs[0]["heard"].splitlines()[0] == "bonjour"


def test_what_came_after_a_person_took_over_is_left_alone(tmp_path: Path) -> None:
    told("bonjour")
    conversation = Conversation.objects.get()
    conversation.messages.filter(author=Author.BOT).update(author=Author.AGENT)
    told("frais pour 5000")
    assert replay(tmp_path, "template")[0]["turns"] == 1


def test_limits_choose_the_latest(tmp_path: Path) -> None:
    for visitor in range(3):
        told("bonjour", address=f"visitor:{visitor}")
    assert replay(tmp_path, "template", "--limit", "2")[0]["conversations"] == 2
    assert replay(tmp_path, "template", "--since", "2020-01-31")[0]["conversations"] == 3
    assert replay(tmp_path, "template", "--since", "2999-01-31")[0]["conversations"] == 0


@pytest.mark.parametrize(
    "wrong",
    [
        ["--candidate", "nobody", "--out", "x.html"],
        ["--candidate", "template", "--out", "x.pdf"],
        ["--candidate", "template", "--out", "/nowhere/at/all.html"],
        ["--candidate", "template", "--out", "x.html", "--limit", "0"],
        ["--candidate", "template", "--out", "x.html", "--since", "hier"],
        ["--candidate", "template", "--out", "x.html", "--brand", "nulle-part"],
        ["--candidate", "template"],
    ],
)
def test_what_it_cannot_do_is_one_line(wrong: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError) as refused:
        call_command("shadow", *wrong)
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("draft", "shown"),
    [
        ("Bonjour {amount_fcfa_2} et {name}", "Bonjour {amount_fcfa_2} et {name}"),
        ("Envoyez 5000 F à {name}", "Envoyez [NOMBRE] F à {name}"),
        ("au 07 00 00 00 11", "au [TEL]"),
    ],
)
def test_drafts_keep_placeholders_and_nothing_else_that_counts(draft: str, shown: str) -> None:
    assert masked(draft) == shown
