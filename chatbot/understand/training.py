"""Trains the intent model from the brand's examples. Imports scikit-learn: nothing that serves imports it up front."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from chatbot.understand.model import IntentModel, vector

C = 1.0
MIN_DOCUMENTS = 2
FOLDS = 3  # an intent needs at least as many examples
SEED = 7


def train(documents: Sequence[Sequence[str]], labels: Sequence[str], originals: int) -> IntentModel:
    """A calibrated model from feature lists and their intents; the same input gives the same model.

    Only the first ``originals`` documents calibrate: the rest are variants of them and would flatter the confidence.
    """
    names = tuple(sorted(set(labels)))
    index = _index(documents)
    idf = _idf(documents, index)
    matrix = _matrix(documents, index, idf)
    target = np.array([names.index(label) for label in labels])
    temperature = _temperature(matrix, target, originals)
    fitted = _fit(matrix, target)
    return IntentModel(
        labels=names,
        index=index,
        weights=_per_label(fitted.coef_.T).astype(np.float32),
        bias=_per_label(fitted.intercept_).astype(np.float32),
        idf=idf,
        temperature=temperature,
    )


def _fit(matrix: csr_matrix, target: NDArray[np.int64]) -> LinearSVC:
    return LinearSVC(C=C, class_weight="balanced", random_state=SEED, tol=1e-3, max_iter=2000).fit(matrix, target)


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


def _temperature(matrix: csr_matrix, target: NDArray[np.int64], originals: int) -> float:
    """The temperature that makes confidence true on examples the fold did not learn from."""
    matrix, target = matrix[:originals], target[:originals]
    scores = np.zeros((originals, int(target.max()) + 1))
    for learn, check in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(matrix, target):
        decided = _fit(matrix[learn], target[learn]).decision_function(matrix[check])
        scores[check] = _per_label(decided.reshape(len(check), -1))

    def loss(log_temperature: float) -> float:
        scaled = scores / np.exp(log_temperature)
        scaled -= scaled.max(axis=1, keepdims=True)
        logs = scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
        return -float(logs[np.arange(len(target)), target].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-4.0, 2.0), method="bounded").x))
