"""The figures of an exam: score.py's, and what the bars ask beyond them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from support.bench.understanding.calibration import calibration_error
from support.bench.understanding.exam import Answer, Message, scorer

IDS = ("easytransfert_id", "operator_tx_id")
PROTECTED = (*IDS, "other_ref", "msisdn", "cotisation_code", "amount_fcfa")
# The digits of a sum and what is written onto them; its unit is a word like others.
_SUM = re.compile(r"\d(?:[\d .,\u00a0\u202f]*\d)?(?:[kKmM]\d*)?")
_NET = re.compile(r"(?:https?://|www\.)\S+|[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
Normalise = Callable[[str], str]


def measure(gold: Sequence[Message], predicted: Sequence[Answer], normalise: Normalise) -> dict[str, float]:
    """Name of the measure → share (0..1) or count. A measure that the messages say nothing about is left out."""
    scores, _ = scorer().score_messages(gold, predicted)
    found = {
        "intents strict": scores["intent"]["strict"],
        "intents lenient": scores["intent"]["lenient"],
        "intents macro F1": scores["intent"]["macro_f1"],
        "mood accuracy": scores["sentiment"]["accuracy"],
        "phones taken for ids": float(sum(map(_phones_as_ids, gold, predicted))),
        "protected tokens damaged": float(sum(_damaged(message, normalise) for message in gold)),
    }
    for strictness in ("strict", "lenient"):
        right = [_right(g, p, strictness) for g, p in zip(gold, predicted, strict=True)]
        found[f"calibration error, {strictness}"] = calibration_error([p["confidence"] for p in predicted], right)
    if scores["needs_human"]["n"]:
        found["needs_human F1"] = scores["needs_human"]["f1"]
    if scores["entities_micro"]["n"]:
        found["all entities micro F1"] = scores["entities_micro"]["f1"]
    if any(e["type"] in IDS for message in gold for e in message["entities"]):
        found["references and operator ids F1"] = _ids_f1(gold, predicted)
    if scores["normalised"]["n"]:
        found["normalised token F1"] = scores["normalised"]["token_f1"]
        standard = [message["normalised"] for message in gold if message.get("normalised")]
        found["standard French sentences changed"] = float(sum(normalise(s) != s for s in standard))
    return found


def _right(gold: Message, answer: Answer, strictness: str) -> bool:
    accepted = [gold["intent"], *(gold["alt_intents"] if strictness == "lenient" else ())]
    return answer["intent"] in accepted


def _ids_f1(gold: Sequence[Message], predicted: Sequence[Answer]) -> float:
    counts = [0, 0, 0]
    for message, answer in zip(gold, predicted, strict=True):
        matched = scorer().match_entities(message["entities"], answer["entities"], message["text"])
        for kind in IDS:
            counts = [total + n for total, n in zip(counts, matched[kind][:3], strict=True)]
    return float(scorer().prf(*counts)["f1"])


def _phones_as_ids(message: Message, answer: Answer) -> int:
    phones = [e["span"] for e in message["entities"] if e["type"] == "msisdn"]
    ids = [e["span"] for e in answer["entities"] if e["type"] in IDS]
    return sum(any(scorer().overlap(phone, span) for span in ids) for phone in phones)


def _damaged(message: Message, normalise: Normalise) -> int:
    """Protected tokens of the gold that do not stand in the normalised text byte for byte (line breaks joined)."""
    text, out = message["text"], normalise(message["text"])
    return sum(token not in out for token in _protected(text, message["entities"]))


def _protected(text: str, entities: Sequence[Message]) -> list[str]:
    tokens = _NET.findall(text)
    for entity in entities:
        start, end = entity["span"]
        written = text[start:end]
        if entity["type"] == "amount_fcfa":
            tokens += _SUM.findall(written)
        elif entity["type"] in PROTECTED:
            tokens.append(re.sub(r"\s*\n\s*", "", written))
    return tokens
