"""From a message to its meaning: intent in context, mood, need of a person, and a model that is trained once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from chatbot.brand import load
from chatbot.normalise import Normaliser
from chatbot.types import Meaning
from chatbot.understand import Understander
from tests.environment import VAR_DIR

BRAND = load("easytransfert")
NORMALISE = Normaliser(BRAND).normalise
UNDERSTANDER = Understander(BRAND, VAR_DIR / "models", NORMALISE)


def understand(text: str, *context: str) -> Meaning:
    return UNDERSTANDER.understand(NORMALISE(text), text, context)


@pytest.mark.parametrize(
    ("text", "question", "intent"),
    [
        ("bonjour", "", "greeting"),
        ("merci beaucoup", "", "thanks"),
        ("", "", "image_only"),
        ("IMG-20250703-WA0021.jpg", "", "image_only"),
        ("👍", "", "ack"),
        ("👍", "Confirmez-vous la référence ?", "confirm"),
        ("oui", "Confirmez-vous la référence ?", "confirm"),
        ("oui", "Avez-vous reçu ?", "resolution_confirmed"),
        ("non", "Confirmez-vous la référence ?", "other"),
        ("non", "Puis-je vous aider pour autre chose ?", "goodbye"),
        ("🙏🏾", "", "thanks"),
        ("👋🏿", "", "greeting"),
        ("EFB.31570264", "", "provide_info"),
        ("wave", "Depuis quel opérateur avez-vous envoyé ?", "provide_info"),
        ("0700112233", "Quel est l'ID de transaction ?", "provide_info"),
        ("3", "1. Transfert non reçu\n2. Suivi de dossier\n3. Parler à un conseiller", "ask_human"),
        ("slt, g envoyé 20000 de wave vers orange mais c pas arrivé", "", "transfer_not_received"),
        ("mon compte wave est débité mais il na rien recu", "", "debited_not_credited"),
        ("je veux parler à quelqu'un", "", "ask_human"),
        ("frais pour 100000 ?", "", "fees_question"),
        ("vous êtes un robot ?", "", "ask_if_bot"),
        ("vous êtes qui", "", "ask_if_bot"),
        ("je parle à un humain ?", "", "ask_if_bot"),
        ("vous êtes un robot ou une personne ?", "", "ask_if_bot"),
        ("vous etes ou?", "", "info_question"),
        ("tu es où exactement", "", "info_question"),
        ("où êtes-vous", "", "info_question"),
        ("vous en êtes où ?", "", "status_request"),
        ("vous êtes là ?", "", "greeting"),
        ("j'ai envoyé au mauvais numéro", "", "wrong_recipient"),
        ("toujours rien", "Votre réclamation est enregistrée.", "status_request"),
        ("je vous ai déjà donné ça", "Quelle est la référence EasyTransfert ?", "already_provided"),
        ("4821", "", "other"),
        ("STOP", "", "other"),
    ],
)
def test_it_knows_what_is_wanted(text: str, question: str, intent: str) -> None:
    assert understand(text, *([question] if question else [])).intent.name == intent


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("merci vous êtes forts", "pos"),
        ("vous êtes des voleurs", "angry"),
        ("je vais porter plainte à la police", "angry"),
        ("remboursez ou je vous dénonce", "angry"),
        ("votre service est trop lent je suis fatigué", "neg"),
        ("quels sont les frais ?", "neu"),
        ("j'ai peur des arnaqueurs, c'est sûr ?", "neu"),
    ],
)
def test_it_hears_the_mood(text: str, mood: str) -> None:
    assert understand(text).mood == mood


@pytest.mark.parametrize(
    ("text", "question", "needed"),
    [
        ("je veux un agent", "", True),
        ("j'ai envoyé au mauvais numéro", "", True),
        ("bande de voleurs", "", True),
        ("toujours rien depuis 3 jours", "Votre réclamation est enregistrée.", True),
        ("oui svp", "Souhaitez-vous parler à un conseiller ?", True),
        ("du nouveau ?", "Votre réclamation est enregistrée.", False),
        ("frais pour 5000", "", False),
    ],
)
def test_it_knows_when_a_person_is_needed(text: str, question: str, needed: bool) -> None:
    assert understand(text, *([question] if question else [])).needs_human is needed


def test_confidences_are_probabilities_best_first() -> None:
    found = [intent.confidence for intent in understand("mon argent n'est pas arrivé").intents]
    assert found == sorted(found, reverse=True)
    assert all(0 <= value <= 1 for value in found)


def test_an_id_cut_over_a_burst_is_one() -> None:
    found = understand("TW5QZ7HKB\n2NMD3RXE", "Quel est l'ID de la transaction chez Wave ?")
    assert [(e.type, e.value) for e in found.entities] == [("operator_tx_id", "TW5QZ7HKB2NMD3RXE")]


def test_it_says_why() -> None:
    meaning, why = UNDERSTANDER.explain(NORMALISE("vous êtes des voleurs"), "vous êtes des voleurs")
    assert meaning.mood == "angry"
    assert why.mood_rule == "accused of theft"
    assert why.features
    assert why.human_rule == "anger"


SMALL = (
    "greeting\tbonjour\ngreeting\tsalut\ngreeting\tbonsoir\nthanks\tmerci\nthanks\tmerci bien\nthanks\tgrand merci\n"
)


def small_brand(folder: Path) -> Path:
    folder.mkdir()
    (folder / "intents.tsv").write_text(SMALL, encoding="utf-8")
    return folder


def test_the_model_is_trained_once_and_safely_by_many_at_a_time(tmp_path: Path) -> None:
    from chatbot.brand import load_folder

    brand = load_folder(small_brand(tmp_path / "small"))
    normalise = Normaliser(brand).normalise
    errors: list[Exception] = []

    def start() -> None:
        try:
            text = "merci"
            assert Understander(brand, tmp_path / "cache", normalise).understand(normalise(text), text).intents
        except Exception as error:  # noqa: BLE001 - whatever happens in a thread must reach the test
            errors.append(error)

    workers = [threading.Thread(target=start) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not errors
    assert [file.suffix for file in (tmp_path / "cache").iterdir()] == [".npz"]


def test_a_damaged_model_is_trained_anew(tmp_path: Path) -> None:
    from chatbot.brand import load_folder

    brand = load_folder(small_brand(tmp_path / "small"))
    normalise = Normaliser(brand).normalise
    Understander(brand, tmp_path / "cache", normalise).ready()
    (model,) = (tmp_path / "cache").iterdir()
    model.write_bytes(b"not a model")
    Understander(brand, tmp_path / "cache", normalise).ready()
    assert model.read_bytes()[:2] == b"PK"


def test_another_set_of_examples_is_another_model(tmp_path: Path) -> None:
    from chatbot.brand import load_folder

    folder = small_brand(tmp_path / "small")
    for extra in ("", "thanks\tmerci patron\n"):
        (folder / "intents.tsv").write_text(SMALL + extra, encoding="utf-8")
        brand = load_folder(folder)
        Understander(brand, tmp_path / "cache", Normaliser(brand).normalise).ready()
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_serving_needs_no_scikit_learn(tmp_path: Path) -> None:
    import subprocess
    import sys

    UNDERSTANDER.ready()
    code = (
        "import sys; from pathlib import Path\n"
        "from chatbot.brand import load; from chatbot.normalise import Normaliser\n"
        "from chatbot.understand import Understander\n"
        "b = load('easytransfert'); n = Normaliser(b).normalise\n"
        f"u = Understander(b, Path({str(VAR_DIR / 'models')!r}), n); u.understand(n('slt'), 'slt')\n"
        "print([m for m in ('sklearn', 'scipy', 'joblib') if m in sys.modules])"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr[-300:]
