"""A brand's mind, built once per process, with the articles and lessons approved since it was shipped.

It words what it says with the template: pages have this one and no other, for no web process ever loads a model of
language, whatever the settings say. A worker gives it a voice (worker_mind.py). Nor does a web process train the
classifier, which takes half a minute: it is trained beforehand (``manage.py train intents``), or by a worker.
"""

from __future__ import annotations

import threading
from functools import lru_cache

from django.conf import settings

from chatbot.turn import Mind
from support.knowledge import overlay as articles
from support.lessons import overlay as lessons

_loading = threading.Lock()
_trains = True


def never_train() -> None:
    """For web processes: from now on a classifier that is not there raises chatbot.understand.Untrained."""
    global _trains
    _trains = False


def ready(slug: str) -> None:
    """Have the brand's classifier in memory. Raises Untrained where it is not there and must not be trained here, and
    TimeoutError while another thread reads the brand: who asks for readiness asks again."""
    if not _loading.acquire(timeout=1):
        raise TimeoutError
    try:
        shipped = _shipped(slug)
    finally:
        _loading.release()
    shipped.understander.ready()


def with_template(slug: str) -> Mind:
    """The brand's mind as it stands now: the same object until something is approved. Raises BrandError."""
    with _loading:
        shipped = _shipped(slug)
    return articles.applied(lessons.applied(shipped))


@lru_cache(maxsize=8)
def _shipped(slug: str) -> Mind:
    return Mind.load(slug, settings.VAR_DIR / "models", trains=_trains)
