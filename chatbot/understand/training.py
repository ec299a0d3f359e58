"""Trains the intent model from the brand's examples. Imports scikit-learn: nothing that serves imports it up front."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from chatbot.understand.model import IntentModel, log_odds, vector

C = 1.0
MIN_DOCUMENTS = 2
FOLDS = 3  # an intent needs at least as many examples
SEED = 7
PLATT_C = 1.0  # two numbers from thousands of examples hardly need it; a brand of ten examples does


def train(documents: Sequence[Sequence[str]], labels: Sequence[str], originals: int) -> IntentModel:
    """A calibrated model from feature lists and their intents; the same input gives the same model.

    Only the first ``originals`` documents calibrate: the rest are repeats and would flatter the confidence.
    """
    names = tuple(sorted(set(labels)))
    index = _index(documents)
    idf = _idf(documents, index)
    matrix = _matrix(documents, index, idf)
    target = np.array([names.index(label) for label in labels])
    scores = _held_out_scores(matrix[:originals], target[:originals])
    temperature = _temperature(scores, target[:originals])
    slope, offset = _correction(scores / temperature, target[:originals])
    fitted = _fit(matrix, target)
    return IntentModel(
        labels=names,
        index=index,
        weights=_per_label(fitted.coef_.T).astype(np.float32),
        bias=_per_label(fitted.intercept_).astype(np.float32),
        idf=idf,
        temperature=temperature,
        slope=slope,
        offset=offset,
    )


def _fit(matrix: csr_matrix, target: NDArray[np.int64]) -> LinearSVC:
    return LinearSVC(C=C, random_state=SEED, tol=1e-3, max_iter=2000).fit(matrix, target)


def _per_label(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """One column per label; of two labels scikit-learn keeps only the second's."""
    if columns.shape[-1] != 1:
        return columns
    return np.concatenate([-columns, columns], axis=-1)


def _index(documents: Sequence[Sequence[str]]) -> dict[str, int]:
    seen: Counter[str] = Counter()
    for document in documents:
        seen.update(set(document))
    kept = sorted(name for name, count in seen.items() if count >= MIN_DOCUMENTS)
    return {name: row for row, name in enumerate(kept)}


def _idf(documents: Sequence[Sequence[str]], index: dict[str, int]) -> NDArray[np.float32]:
    counts = np.zeros(len(index))
    for document in documents:
        for name in set(document):
            if name in index:
                counts[index[name]] += 1
    idf: NDArray[np.float32] = (np.log((1 + len(documents)) / (1 + counts)) + 1).astype(np.float32)
    return idf


def _matrix(documents: Sequence[Sequence[str]], index: dict[str, int], idf: NDArray[np.float32]) -> csr_matrix:
    pairs = [vector(document, index, idf) for document in documents]
    ends = np.cumsum([0, *(len(rows) for rows, _ in pairs)])
    columns = np.concatenate([rows for rows, _ in pairs])
    values = np.concatenate([values for _, values in pairs])
    return csr_matrix((values, columns, ends), shape=(len(pairs), len(index)))


def _held_out_scores(matrix: csr_matrix, target: NDArray[np.int64]) -> NDArray[np.float64]:
    """Scores (examples × labels) of each example by a model that did not learn from it."""
    scores = np.zeros((len(target), int(target.max()) + 1))
    for learn, check in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(matrix, target):
        decided = _fit(matrix[learn], target[learn]).decision_function(matrix[check])
        scores[check] = _per_label(decided.reshape(len(check), -1))
    return scores


def _temperature(scores: NDArray[np.float64], target: NDArray[np.int64]) -> float:
    """The temperature under which the right intents are likeliest."""

    def loss(log_temperature: float) -> float:
        return -float(_logs(scores / np.exp(log_temperature))[np.arange(len(target)), target].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-4.0, 2.0), method="bounded").x))


def _correction(scores: NDArray[np.float64], target: NDArray[np.int64]) -> tuple[float, float]:
    """Slope and offset on the best intent's log-odds (Platt) that make its confidence the share of times it is right.

    (1, 0), no correction, where the best intent is always or never right: there is nothing to fit.
    """
    best = np.exp(_logs(scores).max(axis=1))
    right = scores.argmax(axis=1) == target
    if right.all() or not right.any():
        return 1.0, 0.0
    odds = np.array([[log_odds(p)] for p in best.tolist()])
    fitted = LogisticRegression(C=PLATT_C).fit(odds, right)
    return max(float(fitted.coef_[0, 0]), 0.0), float(fitted.intercept_[0])


def _logs(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logs
