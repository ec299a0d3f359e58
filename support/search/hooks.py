"""Notes and claims enter the index in the transaction that writes them, whoever writes them."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save

from support.models import Claim, Note
from support.search import index


def connect() -> None:
    """Listen to what is saved. For the app's start."""
    post_save.connect(_note_saved, sender=Note, dispatch_uid="search-note")
    post_save.connect(_claim_saved, sender=Claim, dispatch_uid="search-claim")


def _note_saved(instance: Note, **_: Any) -> None:
    index.index_note(instance)


def _claim_saved(instance: Claim, **_: Any) -> None:
    index.index_claim(instance)
