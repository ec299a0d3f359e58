"""Files that were attached and never sent are somebody's receipt kept for nothing: a day later they go."""

from __future__ import annotations

import uuid
from datetime import timedelta

import structlog

from support import clock, db, files
from support.models import StoredFile
from support.owning import locked

log = structlog.get_logger(__name__)
KEPT = timedelta(hours=24)
AT_ONCE = 200


def drop() -> int:
    """Delete them, file and row; returns how many. Any number of workers, any number of times."""
    old = StoredFile.objects.filter(said=False, at__lt=clock.now() - KEPT).order_by("at")
    dropped = sum(_drop(*row) for row in old.values_list("id", "conversation_id")[:AT_ONCE])
    if dropped:
        log.info("unsent_files_dropped", count=dropped)
    return dropped


def _drop(file_id: uuid.UUID, conversation_id: uuid.UUID) -> bool:
    """Under the conversation's lock, like the reply that might take it with it."""
    with db.write():
        locked(conversation_id)
        row = StoredFile.objects.filter(id=file_id, said=False).defer("content", "small").first()
        if row is None:
            return False
        if files.is_said(row):
            StoredFile.objects.filter(id=file_id).update(said=True)
            return False
        row.delete()
    return True
