"""What the customer wants: a linear model over the message, trained from the brand's examples and kept in a cache."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from chatbot.brand import Brand, BrandError, Example
from chatbot.tables import INTENTS
from chatbot.types import Intent
from chatbot.understand import features as feature_names
from chatbot.understand import model as intent_model
from chatbot.understand.model import IntentModel

FEWEST = 3
CORRECTION_REPEATS = 4
# Reads (text, question) of an example as the features its message would have.
Reader = Callable[[str, str], Sequence[str]]


class Untrained(BrandError):
    """There is no trained model of these examples, and who asks must not train one."""


class Intents:
    """A trained model with its scoring."""

    def __init__(self, model: IntentModel) -> None:
        self._model = model

    def rank(self, names: Sequence[str]) -> tuple[Intent, ...]:
        """Intents best first, with calibrated confidence; those under 2 % are left out, the best never is."""
        probabilities = self._model.probabilities(names)
        ranked = sorted(zip(self._model.labels, probabilities.tolist(), strict=True), key=lambda p: -p[1])
        return tuple(Intent(n, round(float(p), 4)) for i, (n, p) in enumerate(ranked) if not i or p >= 0.02)

    def evidence(self, names: Sequence[str], intent: str) -> list[tuple[str, float]]:
        """The features behind one intent, heaviest first."""
        return self._model.evidence(names, intent)


def load_or_train(brand: Brand, cache_dir: Path, read: Reader, recipe: str, *, trains: bool = True) -> Intents:
    """The cached model of exactly these examples and rules, or a new one, cached. Raises BrandError without examples.

    Without ``trains`` only the cached one: raises Untrained where there is none. ``recipe`` is the digest of everything
    else the features depend on (lexicon, cues, code version).
    """
    file = cache_dir / f"intents-{brand.slug}-{_digest(brand, recipe)}.npz"
    try:
        return Intents(intent_model.load(file))
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError):
        # A damaged cache is worth no more than none.
        file.unlink(missing_ok=True)
    if not trains:
        raise Untrained(f"{brand.slug}: no intent model of these examples is trained")
    from chatbot.understand.training import train

    counts = Counter(example.intent for example in brand.examples)
    if len(counts) < 2 or min(counts.values()) < FEWEST:
        raise BrandError(f"intents.tsv: two intents and {FEWEST} examples of each are the least to learn from")
    examples = heard_again(brand.examples)
    trained = train([read(e.text, e.asked) for e in examples], [e.intent for e in examples], len(brand.examples))
    trained.save(file)
    return Intents(intent_model.load(file))


def heard_again(examples: Sequence[Example]) -> list[Example]:
    """The examples, and what people corrected again and again: one example among thousands would not be heard."""
    corrected = [example for example in examples if example.file != INTENTS]
    return [*examples, *(corrected * CORRECTION_REPEATS)]


def _digest(brand: Brand, recipe: str) -> str:
    from importlib.metadata import version

    digest = hashlib.sha256(
        f"{recipe}|{feature_names.VERSION}|{intent_model.FORMAT}|{version('scikit-learn')}".encode()
    )
    for example in brand.examples:
        digest.update(f"{example.intent}\t{example.text}\t{example.asked}\t{example.file}\n".encode())
    return digest.hexdigest()[:16]
